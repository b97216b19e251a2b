-- A made nation for measuring reads: 31 provinces on a grid, 11 cities each, 9 counties each, 4,000
-- rivers of 25 reaches, 20,000 stations, boards and place names. All by rule; nothing is real.
CREATE FUNCTION pg_temp.word(n bigint) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT substr('清川石白龙长沙云安平柳松梅桂兰竹金银玉宝东西南北上下大小新古永和兴隆福寿康泰宁静远高低深浅青红黄绿紫黑丰华美山林田井泉溪沟湾洲桥渡城关堡寨营屯庄店铺坊寺庙塔台阁亭园苑池塘坝堰闸渠', (1 + n * 37 % 89)::int, 1)
        || substr('水河江湖源波涛流泽润沛淮汉洛渭泾沁汾漳卫滦潮滹沱桑乾永定温榆拒马唐沙颍涡浍沱濉沂沭泗汶淄潍胶莱漯沁丹湍白唐洪澧沅资湘赣抚信饶修袁锦', (1 + n / 89 * 29 % 60)::int, 1) $$;
INSERT INTO division (code, name, name_en, level, geom)
SELECT lpad((p + 11)::text, 2, '0') || '0000000000', pg_temp.word(p * 7 + 3) || '省', 'Province ' || p,
    'province', ST_Multi(ST_MakeEnvelope(80 + p % 7 * 6, 20 + p / 7 * 5, 86 + p % 7 * 6, 25 + p / 7 * 5, 4490))
FROM generate_series(0, 30) p;
INSERT INTO division (code, name, name_en, level, parent_id, geom)
SELECT left(parent.code, 2) || lpad((c + 1)::text, 2, '0') || '00000000', pg_temp.word(parent.id * 11 + c) || '市',
    'City ' || parent.id || '-' || c, 'city', parent.id, ST_Multi(ST_MakeEnvelope(
        ST_XMin(parent.geom) + c * 6 / 11.0, ST_YMin(parent.geom),
        ST_XMin(parent.geom) + (c + 1) * 6 / 11.0, ST_YMax(parent.geom), 4490))
FROM division parent, generate_series(0, 10) c WHERE parent.level = 'province';
INSERT INTO division (code, name, name_en, level, parent_id, geom)
SELECT left(parent.code, 4) || lpad((c + 1)::text, 2, '0') || '000000', pg_temp.word(parent.id * 9 + c) || '县',
    'County ' || parent.id || '-' || c, 'county', parent.id, ST_Multi(ST_Segmentize(ST_MakeEnvelope(
        ST_XMin(parent.geom), ST_YMin(parent.geom) + c * 5 / 9.0,
        ST_XMax(parent.geom), ST_YMin(parent.geom) + (c + 1) * 5 / 9.0, 4490), 0.02))
FROM division parent, generate_series(0, 8) c WHERE parent.level = 'city';
ANALYZE division;
CREATE TEMP TABLE county AS
SELECT division.*, row_number() OVER (ORDER BY id) - 1 AS at, ST_XMin(geom) AS west, ST_YMin(geom) AS south
FROM division WHERE level = 'county';
CREATE TEMP TABLE bed AS
SELECT n, county.id AS county_id, pg_temp.word(n) || CASE n % 9 WHEN 0 THEN '渠' ELSE '河' END AS name,
    ST_SetSRID(ST_MakeLine(ARRAY(SELECT ST_MakePoint(
        county.west + 0.02 + n % 5 * 0.09 + 0.03 * sin(k * 0.7 + n), county.south + 0.02 + k * 0.0016)
        FROM generate_series(0, 300) k)), 4490) AS geom
FROM generate_series(1, 4000) n JOIN county ON county.at = n * 7 % 3069;
INSERT INTO river (code, name, name_en, kind, basin, length_m, geom)
SELECT 'R' || lpad(n::text, 6, '0'), name, 'River ' || n, CASE n % 9 WHEN 0 THEN 'canal' ELSE 'river' END,
    (ARRAY['长江流域', '黄河流域', '淮河流域', '海河流域', '珠江流域'])[1 + n % 5], 55000, ST_Multi(geom) FROM bed;
ANALYZE river;
INSERT INTO reach (river_id, code, name, position, division_id, chainage_from_m, chainage_to_m, geom, geom_low)
SELECT river.id, river.code || '-' || lpad(k::text, 3, '0'), bed.name || '·' || county.name || '段（' || k || '）',
    k, county.id, (k - 1) * 2200, k * 2200, ST_LineSubstring(bed.geom, (k - 1) / 25.0, k / 25.0),
    ST_Simplify(ST_Transform(ST_LineSubstring(bed.geom, (k - 1) / 25.0, k / 25.0), 3857), 80)
FROM bed JOIN river ON river.code = 'R' || lpad(bed.n::text, 6, '0') JOIN county ON county.id = bed.county_id,
    generate_series(1, 25) k;
UPDATE reach SET downstream_id = below.id FROM reach below
WHERE below.river_id = reach.river_id AND below.position = reach.position + 1;
ANALYZE reach;
INSERT INTO lake (code, name, name_en, kind, area_m2, division_id, geom)
SELECT 'L' || lpad(n::text, 5, '0'), pg_temp.word(n * 3) || '水库', 'Reservoir ' || n, 'reservoir', 4e6, county.id,
    ST_Multi(ST_Buffer(ST_SetSRID(ST_MakePoint(west + 0.3, south + 0.4), 4490), 0.01))
FROM generate_series(1, 800) n JOIN county ON county.at = n * 3 % 3069;
INSERT INTO station (code, name, name_en, kind, body, reach_id, division_id, chainage_m, offset_m, bank,
    source_crs, source_x, source_y, geom)
SELECT 'S-' || lpad(n::text, 6, '0'), regexp_replace(reach.name, '·.*', '') || pg_temp.word(n * 5)
    || CASE WHEN n % 5 < 3 THEN '断面' ELSE '排口' END, 'Station ' || n,
    CASE WHEN n % 5 < 3 THEN 'section' ELSE 'outfall' END, 'river', reach.id, reach.division_id,
    reach.chainage_from_m + 900, 5, 'left', 'EPSG:4490', 100, 30, ST_LineInterpolatePoint(reach.geom, 0.4)
FROM generate_series(1, 20000) n JOIN reach ON reach.id = n * 5;
INSERT INTO section (station_id, target_class) SELECT id, 3 FROM station WHERE kind = 'section';
INSERT INTO outfall (station_id) SELECT id FROM station WHERE kind = 'outfall';
INSERT INTO section_represents (station_id, reach_id)
SELECT station.id, reach_id FROM station WHERE kind = 'section';
INSERT INTO latest_reading (station_id, observed_at, received_at, latest, state, water_class, have_count,
    required_count, meets_target, compliance, fresh_until)
SELECT id, now() - interval '1 hour', now() - interval '1 hour', '{}',
    CASE kind WHEN 'section' THEN 'graded' ELSE 'none' END, CASE kind WHEN 'section' THEN 1 + id % 6 END, 5, 5,
    CASE kind WHEN 'section' THEN id % 6 < 3 END, CASE kind WHEN 'outfall' THEN
    CASE WHEN id % 7 = 0 THEN 'exceeding' ELSE 'compliant' END END, now() + interval '2 days' FROM station;
INSERT INTO notice_board (code, name, reach_id, division_id, geom)
SELECT 'B-' || id, name || '公示牌', id, division_id, ST_StartPoint(geom) FROM reach WHERE position = 1;
INSERT INTO place (name, name_en, level, is_seat, geom)
SELECT name, name_en, level, 1, ST_PointOnSurface(geom) FROM division;
INSERT INTO unit (name, division_id) SELECT name || at || '水利局', id FROM county;
INSERT INTO person (name, post) SELECT pg_temp.word(at) || at, name || '河长' FROM county;
INSERT INTO responsibility (person_id, level, reach_id, valid_from)
SELECT person.id, 'county', reach.id, DATE '2026-01-01' FROM reach
JOIN county ON county.id = reach.division_id JOIN person ON person.post = county.name || '河长'
    AND person.name = pg_temp.word(county.at) || county.at WHERE reach.position % 5 = 1;
INSERT INTO account_role (account_id, role, division_id)
SELECT account.id, 'auditor', CASE login WHEN 'province' THEN (SELECT id FROM division WHERE level = 'province'
    ORDER BY id OFFSET 8 LIMIT 1) WHEN 'town' THEN (SELECT division_id FROM reach ORDER BY id OFFSET 5000 LIMIT 1) END
FROM account WHERE login IN ('nation', 'province', 'town');
INSERT INTO patrol (account_id, level, division_id, file_sha256, file_bytes, started_at, ended_at, recorded_at,
    point_count, kept_count, jump_count, gap_count, duration_s, moving_s, length_m, top_speed_kmh, geom,
    is_valid, judgements)
SELECT (SELECT min(id) FROM account), 'county', reach.division_id, sha256(n::text::bytea), ''::bytea,
    now() - n * interval '5 minutes', now() - n * interval '5 minutes' + interval '1 hour',
    now() - n * interval '5 minutes', 100, 100, 0, 0, 3600, 3500, 2200, 5, ST_Multi(reach.geom), true, '[]'
FROM generate_series(1, 10000) n JOIN reach ON reach.id = 1 + n * 9;
INSERT INTO patrol_reach (patrol_id, reach_id, walked_m, share, stretches)
SELECT patrol.id, 1 + patrol.id * 9, 2000, 0.9, '[[0, 2000]]' FROM patrol;
INSERT INTO problem (number, status, category, severity, source, source_ref, description, division_id, reach_id,
    chainage_m, offset_m, bank, source_crs, source_x, source_y, geom, reporter_id, unit_id, handler_id,
    checker_id, signer_id, found_at, registered_at, assigned_at, signed_off_at, due_at, amber_at, pressed_at,
    is_returned, last_seq, last_hash, last_at, last_action, last_actor)
SELECT left(county.code, 6) || '-2026-' || lpad(n::text, 5, '0'), status,
    (ARRAY['dumping.rubbish', 'bank.piles', 'water.odour'])[1 + n % 3],
    (ARRAY['general', 'general', 'serious', 'major', 'critical'])[1 + n % 5],
    (ARRAY['patrol', 'complaint', 'hotline', 'monitoring'])[1 + n % 4], CASE WHEN n % 4 = 2 THEN '12345-' || n ELSE '' END,
    (ARRAY['滩地种植高秆作物', '生活垃圾堆放', '建筑垃圾堆放', '氨氮超标', '围网养殖', '晴天雨水口出水',
        '疑似非法取土', '未批涉河构筑物', '公示牌信息过期', '杂物漂浮'])[1 + n % 10]
        || '，' || pg_temp.word(n * 3) || '桥上游' || n % 900 || '米，左岸，面积约' || n % 70 || '平方米',
    reach.division_id, reach.id, reach.chainage_from_m + n % 2000, n % 60, 'left', 'EPSG:4490', 100, 30,
    ST_LineInterpolatePoint(reach.geom, 0.5), who[1], CASE WHEN stage > 2 THEN unit.id END,
    CASE WHEN stage > 4 THEN who[1] END, CASE WHEN stage > 5 THEN who[2] END,
    CASE WHEN stage > 6 THEN who[3] END, made.at - interval '2 hours', made.at, CASE WHEN stage > 2 THEN made.at END,
    CASE WHEN stage > 6 THEN made.at + interval '1 hour' END, CASE WHEN stage > 1 THEN due END,
    CASE WHEN stage > 1 THEN due - interval '3 days' END, CASE WHEN n % 23 = 0 THEN made.at END,
    stage = 4 AND n % 9 = 0, 1, sha256(n::text::bytea), made.at,
    (ARRAY['report', 'accept', 'assign', 'sign_for', 'submit', 'verify', 'sign_off'])[stage], unit.name
FROM (SELECT n, 1 + n % 7 AS stage, (ARRAY['registered', 'accepted', 'assigned', 'rectifying', 'submitted',
        'verified', 'signed_off'])[1 + n % 7] AS status, now() - n % 2400 * interval '3 hours' AS at,
        now() + (n * 37 % 2000 - 150) * interval '1 hour' AS due FROM generate_series(1, 50000) n) made
    JOIN reach ON reach.id = 1 + n::bigint * 13 % 100000 JOIN county ON county.id = reach.division_id
    JOIN unit ON unit.division_id = county.id, (SELECT array_agg(id ORDER BY id) AS who FROM account) people;
