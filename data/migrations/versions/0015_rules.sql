-- Rows as they are wanted, and functions that bring the map's tables there, writing only what differs.

CREATE VIEW map_station_wanted AS
SELECT station.id, station.kind, COALESCE(number.lo, 0) AS lo, reach.river_id, station.reach_id,
    station.lake_id, now_.state,
    CASE WHEN now_.state = 'graded' THEN COALESCE(latest.water_class, 0) ELSE 0 END::smallint AS cls,
    CASE WHEN now_.state = 'graded' THEN latest.meets_target END AS meets,
    CASE WHEN latest.fresh_until >= clock.at THEN latest.compliance END AS compliance,
    (station.kind = 'section' OR latest.station_id IS NOT NULL)
        AND COALESCE(latest.received_at, '-infinity') < clock.at
        - GREATEST(clock.fresh_hours * interval '1 hour',
            clock.fresh_intervals * station.interval_s * interval '1 second') AS is_offline,
    station.geom_web AS geom
FROM map_clock clock CROSS JOIN station
LEFT JOIN latest_reading latest ON latest.station_id = station.id
LEFT JOIN reach ON reach.id = station.reach_id
LEFT JOIN division_number number ON number.division_id = station.division_id
CROSS JOIN LATERAL (SELECT CASE
    WHEN latest.station_id IS NULL OR latest.state = 'none' THEN 'none'
    WHEN latest.fresh_until < clock.at THEN 'stale' ELSE latest.state END AS state) now_
WHERE station.ended_at IS NULL OR station.ended_at > clock.at;

CREATE VIEW map_stands_for AS
SELECT 'reach' AS water, represents.reach_id AS water_id, represents.station_id
FROM section_represents represents
UNION ALL
SELECT 'reach', station.reach_id, station.id FROM station
WHERE station.kind = 'section' AND station.reach_id IS NOT NULL AND NOT EXISTS
    (SELECT 1 FROM section_represents own WHERE own.station_id = station.id)
UNION ALL
SELECT 'lake', station.lake_id, station.id FROM station
WHERE station.kind = 'section' AND station.lake_id IS NOT NULL;
COMMENT ON VIEW map_stands_for IS 'which sections stand for which water';

CREATE VIEW map_problem_wanted AS
SELECT problem.id, COALESCE(number.lo, 0) AS lo, COALESCE(reach.river_id, lake.river_id) AS river_id,
    problem.reach_id, problem.lake_id, problem.due_at, problem.amber_at, problem.geom_web AS geom
FROM problem LEFT JOIN reach ON reach.id = problem.reach_id LEFT JOIN lake ON lake.id = problem.lake_id
LEFT JOIN division_number number ON number.division_id = problem.division_id
WHERE problem.status NOT IN ('refused', 'signed_off', 'archived');

-- The pixel of a zoom in metres of Web Mercator; a tile has 512.
CREATE FUNCTION map_pixel(zoom integer) RETURNS double precision IMMUTABLE LANGUAGE sql
RETURN 40075016.68557849 / 512 / pow(2, zoom);

-- Names each box; many at once by cells of the size of a tile of zoom 7, so that few are named.
CREATE FUNCTION map_notify(shapes geometry[]) RETURNS void LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
    IF COALESCE(current_setting('onemap.map_filling', true), '') = 'on' THEN RETURN; END IF;
    PERFORM pg_notify('onemap_map', concat_ws(' ', floor(ST_XMin(box))::bigint, floor(ST_YMin(box))::bigint,
        ceil(ST_XMax(box))::bigint, ceil(ST_YMax(box))::bigint))
    FROM (SELECT ST_Extent(shape) AS box
        FROM unnest(shapes) WITH ORDINALITY AS one (shape, no) WHERE shape IS NOT NULL AND NOT ST_IsEmpty(shape)
        GROUP BY CASE WHEN cardinality(shapes) <= 64 THEN no END,
            CASE WHEN cardinality(shapes) > 64 THEN floor(ST_XMin(shape) / 313086) END,
            CASE WHEN cardinality(shapes) > 64 THEN floor(ST_YMin(shape) / 313086) END) found;
END $$;

-- Numbers the divisions anew from the top down, each with room for 63 more below it.
CREATE FUNCTION map_number_divisions() RETURNS void LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
    WITH RECURSIVE ranked AS (SELECT id, parent_id, row_number() OVER (ORDER BY code NULLS LAST, id) AS rank
        FROM division),
    tree AS (SELECT id, ARRAY[rank] AS path FROM ranked WHERE parent_id IS NULL
        UNION ALL SELECT ranked.id, tree.path || ranked.rank FROM ranked
        JOIN tree ON tree.id = ranked.parent_id WHERE NOT ranked.rank = ANY (tree.path)),
    numbered AS (SELECT id, path, row_number() OVER (ORDER BY path) AS no FROM tree),
    sizes AS (SELECT rank, count(*) AS size FROM tree, unnest(path) AS rank GROUP BY rank)
    INSERT INTO division_number AS known (division_id, lo, hi)
    SELECT numbered.id, numbered.no * 64, (numbered.no + sizes.size) * 64 FROM numbered
    JOIN sizes ON sizes.rank = numbered.path[cardinality(numbered.path)]
    ON CONFLICT (division_id) DO UPDATE SET lo = EXCLUDED.lo, hi = EXCLUDED.hi
    WHERE (known.lo, known.hi) IS DISTINCT FROM (EXCLUDED.lo, EXCLUDED.hi);
    -- What hangs on itself alone is below nothing: it has no number, and nobody sees it by one.
    WITH RECURSIVE tree AS (SELECT id FROM division WHERE parent_id IS NULL
        UNION ALL SELECT division.id FROM division JOIN tree ON tree.id = division.parent_id)
    DELETE FROM division_number WHERE division_id NOT IN (SELECT id FROM tree);
END $$;

-- Gives new divisions a number in the room that the one above them has; returns whether all have theirs.
CREATE FUNCTION map_number_some(ids bigint[]) RETURNS boolean LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
DECLARE one record; free integer;
BEGIN
    FOR one IN SELECT division.id, division.parent_id, above.lo AS above_lo, above.hi AS above_hi, own.lo
        FROM division LEFT JOIN division_number above ON above.division_id = division.parent_id
        LEFT JOIN division_number own ON own.division_id = division.id
        WHERE division.id = ANY (ids) ORDER BY division.id
    LOOP
        IF one.lo IS NOT NULL THEN
            -- one that moved below another needs all numbers anew
            IF one.parent_id = one.id OR one.parent_id IS NULL AND EXISTS (SELECT 1 FROM division_number other
                    WHERE other.lo < one.lo AND other.hi > one.lo)
                OR one.parent_id IS NOT NULL AND (one.above_lo IS NULL
                    OR NOT (one.lo > one.above_lo AND one.lo < one.above_hi)
                    OR EXISTS (SELECT 1 FROM division_number other WHERE other.lo > one.above_lo
                        AND other.lo < one.lo AND other.hi > one.lo))
            THEN RETURN false; END IF;
        ELSIF one.parent_id IS NULL THEN
            INSERT INTO division_number SELECT one.id, COALESCE(max(hi), 64), COALESCE(max(hi), 64) + 64
            FROM division_number;
        ELSE
            SELECT min(no) INTO free FROM generate_series(one.above_lo + 1, LEAST(one.above_lo + 63,
                one.above_hi - 1)) AS no
            WHERE NOT EXISTS (SELECT 1 FROM division_number other WHERE other.lo = no);
            IF free IS NULL THEN RETURN false; END IF;
            INSERT INTO division_number VALUES (one.id, free, free + 1);
        END IF;
    END LOOP;
    RETURN true;
END $$;

-- The outlines of these divisions as lines, simplified for each level from the one below it. Whoever
-- cuts a tile out of them meets a piece of few points, not a whole province.
CREATE FUNCTION map_draw_divisions(ids bigint[]) RETURNS void LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
DECLARE has_top boolean;
BEGIN
    SELECT EXISTS (SELECT 1 FROM map_division WHERE id = ANY (ids) AND parent_lo = 0) INTO has_top;
    DELETE FROM map_division WHERE id = ANY (ids);
    DELETE FROM map_land WHERE id = ANY (ids);
    INSERT INTO map_division (id, lv, piece, lo, parent_lo, level, geom)
    WITH whole AS (SELECT division.id, number.lo, COALESCE(above.lo, 0) AS parent_lo, division.level,
            division.geom_web AS geom
        FROM division JOIN division_number number ON number.division_id = division.id
        LEFT JOIN division parent ON parent.id = division.parent_id AND parent.geom IS NOT NULL
        LEFT JOIN division_number above ON above.division_id = parent.id
        WHERE division.id = ANY (ids) AND division.geom IS NOT NULL)
    SELECT whole.id, shape.lv, piece.no, whole.lo, whole.parent_lo, whole.level, piece.geom
    FROM whole, map_simplified(whole.geom, 0.45) shape,
        ST_Subdivide(ST_Boundary(shape.geom), 256) WITH ORDINALITY AS piece (geom, no);
    PERFORM map_lay_land(division.id, division.geom_web) FROM division
    WHERE id = ANY (ids) AND geom IS NOT NULL;
    IF has_top OR EXISTS (SELECT 1 FROM map_division WHERE id = ANY (ids) AND parent_lo = 0) THEN
        DELETE FROM map_land WHERE id = 0;
        PERFORM map_lay_land(0, (SELECT ST_Union(ST_MakeValid(ST_Simplify(geom_web, 0.45 * map_pixel(14), true)))
            FROM division WHERE id IN (SELECT id FROM map_division WHERE parent_lo = 0)));
    END IF;
END $$;

-- A shape for each level, simplified by so many of its pixels, each from the one below it.
CREATE FUNCTION map_simplified(shape geometry, pixels double precision)
RETURNS TABLE (lv smallint, geom geometry) LANGUAGE plpgsql IMMUTABLE
SET search_path = public, pg_temp AS $$
BEGIN
    geom := shape;
    FOREACH lv IN ARRAY ARRAY[14, 10, 8, 6, 4] LOOP
        geom := ST_Simplify(geom, pixels * map_pixel(lv), true);
        RETURN NEXT;
    END LOOP;
END $$;

-- The area of a division, of all for 0, a pixel's truth at each level: an outline is drawn over its edge.
CREATE FUNCTION map_lay_land(of_id bigint, shape geometry) RETURNS void LANGUAGE sql
SET search_path = public, pg_temp AS $$
    INSERT INTO map_land (id, lv, piece, geom)
    SELECT of_id, level.lv, piece.no, piece.geom FROM map_simplified(shape, 1) level,
        ST_Subdivide(ST_CollectionExtract(ST_MakeValid(level.geom), 3), 128)
            WITH ORDINALITY AS piece (geom, no)
$$;

-- In which stretch of some six pixels a reach lies at a level; close by each reach is one of its own.
CREATE FUNCTION map_bin(lv integer, reach_pos integer, middle_m double precision) RETURNS bigint
IMMUTABLE LANGUAGE sql
RETURN CASE WHEN lv > 6 THEN reach_pos ELSE floor(middle_m / (6 * 0.82 * map_pixel(lv))) END;

-- The runs of one class of these rivers between two positions at a level: of the whole river
-- (of_lo = -1), of its part in one division, or all of them (null). From afar the reaches of one
-- bin show the same: their worst class if that is Ⅴ or worse, else the middle one by length.
CREATE FUNCTION map_make_runs(of_basis integer, of_lv integer, rivers bigint[], of_lo integer,
    from_pos integer, to_pos integer)
RETURNS void LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO map_run (basis, lv, river_id, lo, first_pos, last_pos, cls, zmin, is_main, is_canal, reach_id,
        geom)
    WITH part AS (SELECT drawn.id, drawn.river_id, drawn.pos, side.lo, drawn.zmin, drawn.is_main, drawn.is_canal,
            CASE WHEN of_basis = 0 THEN drawn.cls ELSE drawn.month_cls END AS cls,
            reach.chainage_to_m - reach.chainage_from_m AS length_m,
            map_bin(of_lv, drawn.pos, (reach.chainage_from_m + reach.chainage_to_m) / 2) AS bin,
            CASE WHEN of_lv > 8 THEN drawn.geom ELSE COALESCE(reach.geom_low, drawn.geom) END AS geom
        FROM map_reach drawn JOIN reach ON reach.id = drawn.id
        CROSS JOIN LATERAL (VALUES (-1), (drawn.lo)) AS side (lo)
        WHERE drawn.river_id = ANY (rivers) AND drawn.pos BETWEEN from_pos AND to_pos AND drawn.zmin <= of_lv
            AND (of_lo IS NULL OR side.lo = of_lo)),
    weighed AS (SELECT *, max(cls) OVER bin AS worst,
            sum(CASE WHEN cls >= 1 THEN length_m END) OVER (bin ORDER BY cls, pos) AS up_to_m,
            sum(CASE WHEN cls >= 1 THEN length_m END) OVER bin AS known_m
        FROM part WINDOW bin AS (PARTITION BY river_id, lo, bin)),
    shown AS (SELECT *, CASE WHEN worst >= 5 THEN worst ELSE COALESCE(min(CASE WHEN cls >= 1
            AND up_to_m * 2 >= known_m THEN cls END) OVER (PARTITION BY river_id, lo, bin), worst) END AS bin_cls
        FROM weighed),
    marked AS (SELECT *, (bin_cls IS DISTINCT FROM lag(bin_cls) OVER along
            OR pos IS DISTINCT FROM lag(pos) OVER along + 1)::integer AS begins
        FROM shown WINDOW along AS (PARTITION BY river_id, lo ORDER BY pos)),
    numbered AS (SELECT *, sum(begins) OVER (PARTITION BY river_id, lo ORDER BY pos) AS run FROM marked)
    SELECT of_basis, of_lv, river_id, lo, min(pos), max(pos), min(bin_cls), min(zmin), bool_or(is_main),
        bool_or(is_canal), CASE WHEN count(*) = 1 THEN min(id) END,
        ST_Simplify(ST_LineMerge(ST_Collect(geom ORDER BY pos)), 0.45 * map_pixel(of_lv), true)
    FROM numbered GROUP BY river_id, lo, run;
END $$;

-- Where one reach changed its class: only the runs that touch its bin and its neighbours are made anew.
CREATE FUNCTION map_remake_runs(of_basis integer, river bigint, at_pos integer) RETURNS void
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE side record; from_pos integer; to_pos integer;
BEGIN
    FOR side IN
        WITH own AS (SELECT drawn.lo, drawn.pos, (chainage_from_m + chainage_to_m) / 2 AS middle_m
            FROM map_reach drawn JOIN reach ON reach.id = drawn.id
            WHERE drawn.river_id = river AND drawn.pos = at_pos)
        SELECT level.lv, which.lo, CASE WHEN level.lv > 6 THEN own.pos ELSE bin.first_pos END AS first_pos,
            CASE WHEN level.lv > 6 THEN own.pos ELSE bin.last_pos END AS last_pos
        FROM own CROSS JOIN (VALUES (4), (6), (8), (10)) AS level (lv)
        CROSS JOIN LATERAL (VALUES (-1), (own.lo)) AS which (lo)
        LEFT JOIN LATERAL (SELECT min(drawn.pos) AS first_pos, max(drawn.pos) AS last_pos
            FROM map_reach drawn JOIN reach ON reach.id = drawn.id
            WHERE level.lv <= 6 AND drawn.river_id = river AND (which.lo = -1 OR drawn.lo = which.lo)
                AND map_bin(level.lv, drawn.pos, (chainage_from_m + chainage_to_m) / 2)
                    = map_bin(level.lv, own.pos, own.middle_m)) bin ON true
    LOOP
        SELECT LEAST(min(first_pos), side.first_pos), GREATEST(max(last_pos), side.last_pos)
        INTO from_pos, to_pos FROM map_run
        WHERE basis = of_basis AND river_id = river AND lo = side.lo AND lv = side.lv
            AND first_pos <= side.last_pos + 1 AND last_pos >= side.first_pos - 1;
        DELETE FROM map_run WHERE basis = of_basis AND river_id = river AND lo = side.lo AND lv = side.lv
            AND first_pos >= from_pos AND last_pos <= to_pos;
        PERFORM map_make_runs(of_basis, side.lv, ARRAY[river], side.lo, from_pos, to_pos);
    END LOOP;
END $$;

-- A water's class: the worst of the sections that stand for it; 0 without one now, -1 if nothing is known.
CREATE FUNCTION map_worst(states text[], classes smallint[]) RETURNS smallint IMMUTABLE LANGUAGE sql
RETURN (SELECT COALESCE(max(cls) FILTER (WHERE state = 'graded' AND cls > 0),
    CASE WHEN bool_or(state IN ('partial', 'stale', 'graded')) THEN 0 ELSE -1 END)::smallint
    FROM unnest(states, classes) AS one (state, cls));

CREATE FUNCTION map_water_class(of_water text, of_id bigint) RETURNS TABLE (cls smallint, month_cls smallint)
STABLE LANGUAGE sql SET search_path = public, pg_temp AS $$
    SELECT map_worst(array_agg(shown.state), array_agg(shown.cls)),
        map_worst(array_agg(shown.month_state), array_agg(shown.month_cls))
    FROM map_stands_for stands JOIN map_station shown ON shown.id = stands.station_id
    WHERE stands.water = of_water AND stands.water_id = of_id
$$;

CREATE VIEW map_water_wanted AS
SELECT stands.water, stands.water_id, map_worst(array_agg(shown.state), array_agg(shown.cls)) AS cls,
    map_worst(array_agg(shown.month_state), array_agg(shown.month_cls)) AS month_cls
FROM map_stands_for stands JOIN map_station shown ON shown.id = stands.station_id
GROUP BY stands.water, stands.water_id;

CREATE FUNCTION map_colour_reaches(ids bigint[]) RETURNS void LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
DECLARE one record; changed map_reach[]; shapes geometry[]; rivers bigint[];
BEGIN
    PERFORM map_lock();
    WITH want AS (SELECT asked.id, found.cls, found.month_cls
        FROM unnest(ids) AS asked (id), map_water_class('reach', asked.id) found WHERE cardinality(ids) <= 1000
        UNION ALL SELECT asked.id, COALESCE(found.cls, -1), COALESCE(found.month_cls, -1)
        FROM unnest(ids) AS asked (id)
        LEFT JOIN map_water_wanted found ON found.water = 'reach' AND found.water_id = asked.id
        WHERE cardinality(ids) > 1000),
    before AS (SELECT reach AS old FROM map_reach reach JOIN want ON want.id = reach.id
        WHERE (reach.cls, reach.month_cls) <> (want.cls, want.month_cls)),
    written AS (UPDATE map_reach SET cls = want.cls, month_cls = want.month_cls FROM want
        WHERE want.id = map_reach.id AND (map_reach.cls, map_reach.month_cls) <> (want.cls, want.month_cls))
    SELECT array_agg(old) INTO changed FROM before;
    IF changed IS NULL THEN RETURN; END IF;
    IF cardinality(changed) > 200 THEN
        FOR one IN SELECT * FROM (VALUES (0), (1)) AS basis (no) LOOP
            rivers := ARRAY(SELECT DISTINCT now_.river_id FROM unnest(changed) AS before
                JOIN map_reach now_ ON now_.id = before.id
                WHERE CASE WHEN one.no = 0 THEN now_.cls <> before.cls ELSE now_.month_cls <> before.month_cls END);
            DELETE FROM map_run WHERE basis = one.no AND river_id = ANY (rivers);
            PERFORM map_make_runs(one.no, lv, rivers, NULL, 0, 2147483647)
            FROM (VALUES (4), (6), (8), (10)) AS level (lv);
        END LOOP;
    ELSE
        FOR one IN SELECT now_.river_id, now_.pos, now_.cls <> before.cls AS is_now,
                now_.month_cls <> before.month_cls AS is_month
            FROM unnest(changed) AS before JOIN map_reach now_ ON now_.id = before.id
            ORDER BY now_.river_id, now_.pos
        LOOP
            IF one.is_now THEN PERFORM map_remake_runs(0, one.river_id, one.pos); END IF;
            IF one.is_month THEN PERFORM map_remake_runs(1, one.river_id, one.pos); END IF;
        END LOOP;
    END IF;
    SELECT array_agg(geom) INTO shapes FROM unnest(changed);
    PERFORM map_notify(shapes);
END $$;

CREATE FUNCTION map_colour_lakes(ids bigint[]) RETURNS void LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
DECLARE shapes geometry[];
BEGIN
    PERFORM map_lock();
    WITH want AS (SELECT asked.id, found.cls, found.month_cls
        FROM unnest(ids) AS asked (id), map_water_class('lake', asked.id) found),
    written AS (UPDATE map_lake SET cls = want.cls, month_cls = want.month_cls FROM want
        WHERE want.id = map_lake.id AND (map_lake.cls, map_lake.month_cls) <> (want.cls, want.month_cls)
        RETURNING ST_Envelope(map_lake.geom) AS shape)
    SELECT array_agg(shape) INTO shapes FROM written;
    PERFORM map_notify(shapes);
END $$;

-- One writer at a time: what is made depends on neighbouring rows.
CREATE FUNCTION map_lock() RETURNS void LANGUAGE sql AS 'SELECT pg_advisory_xact_lock(20150015)';

CREATE FUNCTION map_sync_stations(ids bigint[]) RETURNS void LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
DECLARE changed bigint[]; shapes geometry[]; reaches bigint[]; lakes bigint[];
BEGIN
    SELECT array_agg(id ORDER BY id) INTO changed FROM
        (SELECT id, kind, lo, river_id, reach_id, lake_id, state, cls, meets, compliance, is_offline, geom
        FROM map_station_wanted WHERE id = ANY (ids)) want FULL JOIN
        (SELECT id, kind, lo, river_id, reach_id, lake_id, state, cls, meets, compliance, is_offline, geom
        FROM map_station WHERE id = ANY (ids)) shown USING (id)
    WHERE want IS DISTINCT FROM shown;
    IF changed IS NULL THEN RETURN; END IF;
    PERFORM map_lock();
    SELECT array_agg(geom), array_agg(reach_id), array_agg(lake_id) INTO shapes, reaches, lakes
    FROM map_station WHERE id = ANY (changed);
    DELETE FROM map_station WHERE id = ANY (changed)
        AND id NOT IN (SELECT want.id FROM map_station_wanted want WHERE want.id = ANY (changed));
    INSERT INTO map_station AS known (id, kind, lo, river_id, reach_id, lake_id, state, cls, meets, compliance,
        is_offline, geom)
    SELECT id, kind, lo, river_id, reach_id, lake_id, state, cls, meets, compliance, is_offline, geom
    FROM map_station_wanted WHERE id = ANY (changed) ORDER BY id
    ON CONFLICT (id) DO UPDATE SET kind = EXCLUDED.kind, lo = EXCLUDED.lo, river_id = EXCLUDED.river_id,
        reach_id = EXCLUDED.reach_id, lake_id = EXCLUDED.lake_id, state = EXCLUDED.state, cls = EXCLUDED.cls,
        meets = EXCLUDED.meets, compliance = EXCLUDED.compliance, is_offline = EXCLUDED.is_offline,
        geom = EXCLUDED.geom;
    SELECT shapes || array_agg(geom) INTO shapes FROM map_station WHERE id = ANY (changed);
    PERFORM map_notify(shapes);
    SELECT reaches || array_agg(water_id) INTO reaches FROM map_stands_for
    WHERE station_id = ANY (changed) AND water = 'reach';
    SELECT lakes || array_agg(water_id) INTO lakes FROM map_stands_for
    WHERE station_id = ANY (changed) AND water = 'lake';
    PERFORM map_colour_reaches(ARRAY(SELECT DISTINCT one FROM unnest(reaches) AS one WHERE one IS NOT NULL));
    PERFORM map_colour_lakes(ARRAY(SELECT DISTINCT one FROM unnest(lakes) AS one WHERE one IS NOT NULL));
END $$;

-- The reaches of these rivers anew, with their runs and the line of their name.
CREATE FUNCTION map_sync_rivers(ids bigint[]) RETURNS void LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
DECLARE shapes geometry[];
BEGIN
    PERFORM map_lock();
    SELECT array_agg(ST_Envelope(geom)) INTO shapes FROM map_reach WHERE river_id = ANY (ids);
    DELETE FROM map_run WHERE river_id = ANY (ids);
    DELETE FROM map_river WHERE id = ANY (ids);
    DELETE FROM map_reach WHERE river_id = ANY (ids)
        OR id IN (SELECT reach.id FROM reach WHERE reach.river_id = ANY (ids));
    INSERT INTO map_reach (id, river_id, pos, lo, cls, month_cls, zmin, is_main, is_canal, geom)
    SELECT reach.id, reach.river_id, reach.position, COALESCE(number.lo, 0), COALESCE(want.cls, -1),
        COALESCE(want.month_cls, -1),
        GREATEST(reach.min_zoom, LEAST(8, ceil(log(2, GREATEST(1,
            40 * map_pixel(0) / (GREATEST(river.length_m, 1) / 0.82))::numeric)))),
        river.kind = 'river' AND (river.flows_into_id IS NULL OR river.length_m > 80000),
        river.kind = 'canal', reach.geom_web
    FROM reach JOIN river ON river.id = reach.river_id
    LEFT JOIN division_number number ON number.division_id = reach.division_id
    LEFT JOIN map_water_wanted want ON want.water = 'reach' AND want.water_id = reach.id
    WHERE reach.river_id = ANY (ids) ORDER BY reach.river_id, reach.position;
    INSERT INTO map_river (id, lv, piece, geom)
    SELECT river.id, level.lv, piece.no, piece.geom
    FROM river, (VALUES (8), (10), (12), (14)) AS level (lv),
        ST_Subdivide(ST_Simplify(river.geom_web, 6 * map_pixel(level.lv), true), 256)
            WITH ORDINALITY AS piece (geom, no)
    WHERE river.id = ANY (ids);
    PERFORM map_make_runs(basis, lv, ids, NULL, 0, 2147483647)
    FROM (VALUES (0), (1)) AS of_basis (basis), (VALUES (4), (6), (8), (10)) AS level (lv);
    SELECT shapes || array_agg(ST_Envelope(geom)) INTO shapes FROM map_reach WHERE river_id = ANY (ids);
    PERFORM map_notify(shapes);
    -- what lies on a reach goes with it to another river
    UPDATE map_station SET river_id = reach.river_id FROM reach
    WHERE reach.river_id = ANY (ids) AND map_station.reach_id = reach.id AND map_station.river_id <> reach.river_id;
    UPDATE map_problem SET river_id = reach.river_id FROM reach
    WHERE reach.river_id = ANY (ids) AND map_problem.reach_id = reach.id AND map_problem.river_id <> reach.river_id;
END $$;

CREATE FUNCTION map_sync_lakes(ids bigint[]) RETURNS void LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
DECLARE shapes geometry[];
BEGIN
    PERFORM map_lock();
    SELECT array_agg(ST_Envelope(geom)) INTO shapes FROM map_lake WHERE id = ANY (ids);
    DELETE FROM map_lake WHERE id = ANY (ids);
    INSERT INTO map_lake (id, lv, lo, river_id, cls, month_cls, area_m2, geom)
    SELECT lake.id, level.lv, COALESCE(number.lo, 0), lake.river_id, COALESCE(want.cls, -1),
        COALESCE(want.month_cls, -1), lake.area_m2,
        ST_Simplify(lake.geom_web, 0.45 * map_pixel(level.lv), true)
    FROM lake CROSS JOIN (VALUES (4), (6), (8), (10), (14)) AS level (lv)
    LEFT JOIN division_number number ON number.division_id = lake.division_id
    LEFT JOIN map_water_wanted want ON want.water = 'lake' AND want.water_id = lake.id
    WHERE lake.id = ANY (ids);
    SELECT shapes || array_agg(ST_Envelope(geom)) INTO shapes FROM map_lake WHERE id = ANY (ids);
    PERFORM map_notify(shapes);
    UPDATE map_problem SET river_id = lake.river_id FROM lake WHERE lake.id = ANY (ids)
        AND map_problem.lake_id = lake.id AND map_problem.reach_id IS NULL
        AND map_problem.river_id IS DISTINCT FROM lake.river_id;
END $$;

-- A place belongs to the smallest division around it.
CREATE FUNCTION map_sync_places(ids bigint[]) RETURNS void LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM map_lock();
    DELETE FROM map_place WHERE id = ANY (ids);
    INSERT INTO map_place (id, lo) SELECT place.id, COALESCE((SELECT number.lo FROM division
        JOIN division_number number ON number.division_id = division.id
        WHERE ST_Intersects(division.geom, place.geom) ORDER BY number.hi - number.lo, number.lo LIMIT 1), 0)
    FROM place WHERE place.id = ANY (ids);
    PERFORM map_notify((SELECT array_agg(geom_web) FROM place WHERE id = ANY (ids)));
END $$;

CREATE FUNCTION map_sync_problems(ids bigint[]) RETURNS void LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
DECLARE shapes geometry[];
BEGIN
    SELECT array_agg(geom) INTO shapes FROM map_problem WHERE id = ANY (ids);
    DELETE FROM map_problem WHERE id = ANY (ids)
        AND NOT EXISTS (SELECT 1 FROM map_problem_wanted want WHERE want.id = map_problem.id);
    INSERT INTO map_problem AS known (id, lo, river_id, reach_id, lake_id, due_at, amber_at, geom)
    SELECT id, lo, river_id, reach_id, lake_id, due_at, amber_at, geom FROM map_problem_wanted
    WHERE id = ANY (ids) ORDER BY id
    ON CONFLICT (id) DO UPDATE SET lo = EXCLUDED.lo, river_id = EXCLUDED.river_id,
        reach_id = EXCLUDED.reach_id, lake_id = EXCLUDED.lake_id, due_at = EXCLUDED.due_at,
        amber_at = EXCLUDED.amber_at, geom = EXCLUDED.geom
    WHERE (known.lo, known.river_id, known.reach_id, known.lake_id, known.due_at, known.amber_at, known.geom)
        IS DISTINCT FROM (EXCLUDED.lo, EXCLUDED.river_id, EXCLUDED.reach_id, EXCLUDED.lake_id,
            EXCLUDED.due_at, EXCLUDED.amber_at, EXCLUDED.geom);
    SELECT shapes || array_agg(geom) INTO shapes FROM map_problem WHERE id = ANY (ids);
    PERFORM map_notify(shapes);
END $$;

-- Makes everything the map is drawn from anew.
CREATE FUNCTION map_fill() RETURNS void LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM map_lock();
    PERFORM set_config('onemap.map_filling', 'on', true);
    PERFORM map_number_divisions();
    DELETE FROM map_division;
    DELETE FROM map_land;
    PERFORM map_draw_divisions(ARRAY(SELECT id FROM division));
    CREATE TEMPORARY TABLE kept_month ON COMMIT DROP AS
        SELECT id, month_state, month_cls, month_meets FROM map_station;
    DELETE FROM map_station;
    INSERT INTO map_station (id, kind, lo, river_id, reach_id, lake_id, state, cls, meets, compliance,
        is_offline, month_state, month_cls, month_meets, geom)
    SELECT want.id, want.kind, want.lo, want.river_id, want.reach_id, want.lake_id, want.state, want.cls,
        want.meets, want.compliance, want.is_offline, COALESCE(kept.month_state, 'none'),
        COALESCE(kept.month_cls, 0), kept.month_meets, want.geom
    FROM map_station_wanted want LEFT JOIN kept_month kept ON kept.id = want.id;
    DROP TABLE kept_month;
    DELETE FROM map_run;
    DELETE FROM map_reach;
    DELETE FROM map_river;
    DELETE FROM map_lake;
    DELETE FROM map_place;
    DELETE FROM map_problem;
    PERFORM map_sync_rivers(ARRAY(SELECT id FROM river));
    PERFORM map_sync_lakes(ARRAY(SELECT id FROM lake));
    PERFORM map_sync_places(ARRAY(SELECT id FROM place));
    PERFORM map_sync_problems(ARRAY(SELECT id FROM problem));
    PERFORM set_config('onemap.map_filling', 'off', true);
    PERFORM pg_notify('onemap_map', 'all');
END $$;

CREATE FUNCTION map_sync_divisions(ids bigint[]) RETURNS void LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM map_lock();
    IF NOT map_number_some(ids) THEN
        PERFORM map_fill();
        RETURN;
    END IF;
    PERFORM map_draw_divisions(ids || ARRAY(SELECT id FROM division WHERE parent_id = ANY (ids)));
    PERFORM map_sync_places(ARRAY(SELECT place.id FROM place JOIN division ON division.id = ANY (ids)
        AND ST_Intersects(division.geom, place.geom)
        UNION SELECT map_place.id FROM map_place WHERE NOT EXISTS (SELECT 1 FROM division_number
            WHERE lo = map_place.lo) OR map_place.lo IN (SELECT lo FROM division_number
            WHERE division_id = ANY (ids))));
    PERFORM pg_notify('onemap_map', 'all');
END $$;

-- Brings what time alone changes up to a moment: stale classes, silent devices, deadlines passed.
CREATE FUNCTION map_reconcile(to_moment timestamptz, hours double precision, intervals integer)
RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE before timestamptz;
BEGIN
    -- whoever writes the map just now leaves it true; what only time changes then waits for the next look
    IF NOT pg_try_advisory_xact_lock(20150015) THEN RETURN; END IF;
    SELECT at INTO before FROM map_clock;
    UPDATE map_clock SET at = to_moment, fresh_hours = hours, fresh_intervals = intervals;
    PERFORM map_sync_stations(ARRAY(SELECT id FROM station UNION SELECT id FROM map_station));
    PERFORM map_notify((SELECT array_agg(geom) FROM map_problem
        WHERE due_at BETWEEN LEAST(before, to_moment) AND GREATEST(before, to_moment)
            OR amber_at BETWEEN LEAST(before, to_moment) AND GREATEST(before, to_moment)));
END $$;

-- The classes by the means of the month of all sections; the others have none.
CREATE FUNCTION map_set_month(ids bigint[], states text[], classes smallint[], met boolean[],
    to_moment timestamptz, seconds double precision)
RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE changed bigint[]; shapes geometry[];
BEGIN
    PERFORM map_lock();
    UPDATE map_clock SET month_at = to_moment, month_seconds = seconds;
    WITH want AS (SELECT known.id, COALESCE(given.state, 'none') AS state, COALESCE(given.cls, 0) AS cls,
            given.meets FROM map_station known LEFT JOIN unnest(ids, states, classes, met)
            AS given (id, state, cls, meets) ON given.id = known.id WHERE known.kind = 'section'),
    written AS (UPDATE map_station SET month_state = want.state, month_cls = want.cls,
            month_meets = want.meets FROM want WHERE want.id = map_station.id
            AND (map_station.month_state, map_station.month_cls, map_station.month_meets)
            IS DISTINCT FROM (want.state, want.cls, want.meets) RETURNING map_station.id, map_station.geom)
    SELECT array_agg(id), array_agg(geom) INTO changed, shapes FROM written;
    PERFORM map_notify(shapes);
    PERFORM map_colour_reaches(ARRAY(SELECT DISTINCT water_id FROM map_stands_for
        WHERE station_id = ANY (changed) AND water = 'reach'));
    PERFORM map_colour_lakes(ARRAY(SELECT DISTINCT water_id FROM map_stands_for
        WHERE station_id = ANY (changed) AND water = 'lake'));
END $$;

