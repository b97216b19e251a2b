-- The map follows its tables by itself, whoever writes them. A writer of very many rows says
-- SET LOCAL onemap.map_bulk = 'on' and calls map_fill() at its end.

CREATE FUNCTION map_is_bulk() RETURNS boolean LANGUAGE sql STABLE
RETURN COALESCE(current_setting('onemap.map_bulk', true), '') = 'on';

-- Hands the ids in one column of the rows written to the function that brings the map there. Of rows
-- that keep what the map is made from (the third argument) only the place is named: a name may differ.
CREATE FUNCTION map_follow() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
DECLARE ids bigint[]; others bigint[]; shapes geometry[]; differs text;
BEGIN
    IF map_is_bulk() THEN RETURN NULL; END IF;
    IF TG_OP = 'UPDATE' AND TG_ARGV[2] <> '' THEN
        SELECT string_agg(format('fresh.%1$I IS DISTINCT FROM gone.%1$I', name), ' OR ') INTO differs
        FROM unnest(string_to_array(TG_ARGV[2], ' ')) AS name;
        EXECUTE format('SELECT array_agg(DISTINCT fresh.%1$I), array_agg(DISTINCT gone.%1$I)
            FROM fresh JOIN gone ON gone.id = fresh.id WHERE %2$s', TG_ARGV[1], differs) INTO ids, others;
        EXECUTE format('SELECT array_agg(ST_Envelope(fresh.geom_web)) FROM fresh JOIN gone ON gone.id = fresh.id
            WHERE NOT (%s)', differs) INTO shapes;
        PERFORM map_notify(shapes);
    ELSE
        IF TG_OP <> 'DELETE' THEN
            EXECUTE format('SELECT array_agg(DISTINCT %I) FROM fresh', TG_ARGV[1]) INTO ids;
        END IF;
        IF TG_OP <> 'INSERT' THEN
            EXECUTE format('SELECT array_agg(DISTINCT %I) FROM gone', TG_ARGV[1]) INTO others;
        END IF;
    END IF;
    IF ids IS NOT NULL OR others IS NOT NULL THEN
        EXECUTE format('SELECT %I($1)', TG_ARGV[0])
        USING ARRAY(SELECT DISTINCT one FROM unnest(ids || others) AS one WHERE one IS NOT NULL);
    END IF;
    RETURN NULL;
END $$;

-- Only those readings go on of which the map would show something else.
CREATE FUNCTION map_follow_latest() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
DECLARE ids bigint[]; waits text := current_setting('lock_timeout');
BEGIN
    IF map_is_bulk() THEN RETURN NULL; END IF;
    IF TG_OP = 'DELETE' THEN
        SELECT array_agg(station_id) INTO ids FROM gone;
    ELSE
        SELECT array_agg(fresh.station_id) INTO ids FROM fresh JOIN map_station shown ON shown.id = fresh.station_id
        WHERE shown.is_offline OR shown.state <> fresh.state
            OR shown.cls <> CASE WHEN fresh.state = 'graded' THEN COALESCE(fresh.water_class, 0) ELSE 0 END
            OR shown.meets IS DISTINCT FROM CASE WHEN fresh.state = 'graded' THEN fresh.meets_target END
            OR shown.compliance IS DISTINCT FROM fresh.compliance;
    END IF;
    -- A reading is never held up by the map for long, nor refused for it: what can't be drawn now, or is
    -- very much at once, is drawn when the dashboard looks next (map_reconcile).
    IF ids IS NULL OR cardinality(ids) > 300 THEN RETURN NULL; END IF;
    BEGIN
        PERFORM set_config('lock_timeout', '2s', true);
        PERFORM map_sync_stations(ids);
    EXCEPTION WHEN lock_not_available OR deadlock_detected THEN NULL;
    END;
    PERFORM set_config('lock_timeout', waits, true);
    RETURN NULL;
END $$;

-- The place of what was written, and where it was before: its tiles are to be made anew.
CREATE FUNCTION map_follow_place() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
BEGIN
    IF map_is_bulk() THEN RETURN NULL; END IF;
    IF TG_OP <> 'DELETE' THEN PERFORM map_notify((SELECT array_agg(ST_Envelope(geom_web)) FROM fresh)); END IF;
    IF TG_OP <> 'INSERT' THEN PERFORM map_notify((SELECT array_agg(ST_Envelope(geom_web)) FROM gone)); END IF;
    RETURN NULL;
END $$;

-- A section stands for other reaches than before: those, and the one it lies on.
CREATE FUNCTION map_colour_of_sections(ids bigint[]) RETURNS void LANGUAGE sql
SET search_path = public, pg_temp AS $$
    SELECT map_colour_reaches(ARRAY(SELECT reach_id FROM station WHERE id = ANY (ids) AND reach_id IS NOT NULL
        UNION SELECT water_id FROM map_stands_for WHERE station_id = ANY (ids) AND water = 'reach'))
$$;

DO $$
DECLARE one record;
BEGIN
    FOR one IN SELECT * FROM (VALUES
        ('division', 'map_follow', 'map_sync_divisions', 'id', ''),
        ('river', 'map_follow', 'map_sync_rivers', 'id', 'kind flows_into_id length_m geom'),
        ('reach', 'map_follow', 'map_sync_rivers', 'river_id', 'river_id position division_id chainage_from_m chainage_to_m min_zoom geom geom_low'),
        ('lake', 'map_follow', 'map_sync_lakes', 'id', 'division_id river_id area_m2 geom'),
        ('place', 'map_follow', 'map_sync_places', 'id', ''),
        ('station', 'map_follow', 'map_sync_stations', 'id', 'kind division_id reach_id lake_id interval_s ended_at geom'),
        ('section_represents', 'map_follow', 'map_colour_reaches', 'reach_id', ''),
        ('section_represents', 'map_follow', 'map_colour_of_sections', 'station_id', ''),
        ('problem', 'map_follow', 'map_sync_problems', 'id', ''),
        ('latest_reading', 'map_follow_latest', '', '', ''),
        ('patrol', 'map_follow_place', '', '', ''),
        ('place', 'map_follow_place', '', '', ''),
        ('notice_board', 'map_follow_place', '', '', '')) AS wanted (source, rule, target, of_column, of_columns)
    LOOP
        EXECUTE format('CREATE TRIGGER %I AFTER INSERT ON %I REFERENCING NEW TABLE AS fresh
            FOR EACH STATEMENT EXECUTE FUNCTION %I(%L, %L, %L)',
            concat_ws('_', 'map_insert', nullif(one.target, '')), one.source, one.rule, one.target, one.of_column, one.of_columns);
        EXECUTE format('CREATE TRIGGER %I AFTER UPDATE ON %I REFERENCING OLD TABLE AS gone NEW TABLE AS fresh
            FOR EACH STATEMENT EXECUTE FUNCTION %I(%L, %L, %L)',
            concat_ws('_', 'map_update', nullif(one.target, '')), one.source, one.rule, one.target, one.of_column, one.of_columns);
        EXECUTE format('CREATE TRIGGER %I AFTER DELETE ON %I REFERENCING OLD TABLE AS gone
            FOR EACH STATEMENT EXECUTE FUNCTION %I(%L, %L, %L)',
            concat_ws('_', 'map_delete', nullif(one.target, '')), one.source, one.rule, one.target, one.of_column, one.of_columns);
    END LOOP;
END $$;

-- Only what is granted here is called by others; the triggers do the rest as the owner.
DO $$
DECLARE one regprocedure;
BEGIN
    FOR one IN SELECT oid::regprocedure FROM pg_proc
        WHERE pronamespace = 'public'::regnamespace AND proname LIKE 'map\_%'
    LOOP
        EXECUTE format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC', one);
    END LOOP;
END $$;
GRANT EXECUTE ON FUNCTION map_fill, map_reconcile, map_set_month TO onemap_app;

SELECT map_fill();
