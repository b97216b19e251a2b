-- A river's name is written on its straight parts. They are found as the river changes, not as a tile
-- is made: a tile cut and simplified each river's whole line to find them.

DROP TABLE map_river;
CREATE TABLE map_river (
    id bigint NOT NULL,
    lv smallint NOT NULL,
    nth integer NOT NULL,
    geom geometry(LINESTRING,3857) NOT NULL,
    CONSTRAINT pk_map_river PRIMARY KEY (id, lv, nth)
);
CREATE INDEX ix_map_river_lv_geom ON map_river USING gist (lv, geom);
COMMENT ON TABLE map_river IS 'straight parts of a river, long enough for a part of its name; 1 is the longest';
COMMENT ON COLUMN map_river.lv IS 'zoom for which they are straight: 8, 10, 12 or 14';
GRANT SELECT ON map_river TO onemap_app, onemap_readonly;

-- The straight parts of these rivers anew: each strays from its river by at most six pixels.
CREATE FUNCTION map_name_rivers(ids bigint[]) RETURNS void LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
    DELETE FROM map_river WHERE id = ANY (ids);
    INSERT INTO map_river (id, lv, nth, geom)
    SELECT river.id, level.lv, row_number() OVER (PARTITION BY river.id, level.lv
        ORDER BY ST_Length(part.geom) DESC, part.path), part.geom
    FROM river, (VALUES (8), (10), (12), (14)) AS level (lv),
        ST_DumpSegments(ST_Simplify(river.geom_web, 6 * map_pixel(level.lv), true)) AS part
    WHERE river.id = ANY (ids) AND ST_Length(part.geom) >= 12 * map_pixel(level.lv);
END $$;

-- The reaches of these rivers anew, with their runs and the parts that bear their names.
CREATE OR REPLACE FUNCTION map_sync_rivers(ids bigint[]) RETURNS void LANGUAGE plpgsql
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
    PERFORM map_name_rivers(ids);
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

SELECT map_name_rivers(ARRAY(SELECT id FROM river));
