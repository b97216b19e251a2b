-- A patrol's track says where a person was. After its term the track goes, as a file and as a line;
-- the file's hash, lengths, times, covered stretches and the verdict stay, and nobody changes them.

ALTER TABLE patrol ADD COLUMN track_removed_at TIMESTAMP WITH TIME ZONE;
COMMENT ON COLUMN patrol.track_removed_at IS 'when file and line went after their term';
ALTER TABLE patrol ALTER COLUMN geom DROP NOT NULL, ALTER COLUMN file_bytes DROP NOT NULL;
ALTER TABLE patrol ADD CONSTRAINT ck_patrol_track CHECK (
    (geom IS NULL) = (track_removed_at IS NOT NULL)
    AND (file_bytes IS NULL) = (track_removed_at IS NOT NULL));

CREATE FUNCTION patrol_track_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (OLD.id, OLD.account_id, OLD.level, OLD.division_id, OLD.request_key,
        OLD.file_name, OLD.file_sha256, OLD.started_at, OLD.ended_at, OLD.recorded_at,
        OLD.point_count, OLD.kept_count, OLD.jump_count, OLD.gap_count, OLD.duration_s,
        OLD.moving_s, OLD.length_m, OLD.top_speed_kmh, OLD.is_valid, OLD.judgements)
        IS DISTINCT FROM
       (NEW.id, NEW.account_id, NEW.level, NEW.division_id, NEW.request_key,
        NEW.file_name, NEW.file_sha256, NEW.started_at, NEW.ended_at, NEW.recorded_at,
        NEW.point_count, NEW.kept_count, NEW.jump_count, NEW.gap_count, NEW.duration_s,
        NEW.moving_s, NEW.length_m, NEW.top_speed_kmh, NEW.is_valid, NEW.judgements)
    THEN
        RAISE EXCEPTION 'what patrol % was judged by does not change', OLD.id
            USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.track_removed_at IS DISTINCT FROM OLD.track_removed_at THEN
        IF OLD.track_removed_at IS NOT NULL OR NEW.geom IS NOT NULL
            OR NEW.file_bytes IS NOT NULL THEN
            RAISE EXCEPTION 'the track of patrol % is removed once and whole', OLD.id
                USING ERRCODE = 'restrict_violation';
        END IF;
    ELSIF NEW.geom::bytea IS DISTINCT FROM OLD.geom::bytea
        OR NEW.file_bytes IS DISTINCT FROM OLD.file_bytes THEN
        RAISE EXCEPTION 'the track of patrol % does not change', OLD.id
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER patrol_track_stays BEFORE UPDATE OF
    id, account_id, level, division_id, request_key, file_name, file_sha256, started_at,
    ended_at, recorded_at, point_count, kept_count, jump_count, gap_count, duration_s,
    moving_s, length_m, top_speed_kmh, is_valid, judgements, geom, file_bytes,
    track_removed_at
    ON patrol
    FOR EACH ROW EXECUTE FUNCTION patrol_track_stays();

-- The application can't write the track's columns; this is its only way to remove a track.
CREATE FUNCTION remove_patrol_tracks(before timestamptz, most integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    removed integer;
BEGIN
    IF before > now() - interval '28 days' THEN
        RAISE EXCEPTION 'tracks stay for four weeks at least'
            USING ERRCODE = 'restrict_violation';
    END IF;
    UPDATE patrol SET geom = NULL, file_bytes = NULL, track_removed_at = now()
    WHERE id IN (
        SELECT id FROM patrol WHERE ended_at < before AND track_removed_at IS NULL
        ORDER BY ended_at, id LIMIT most FOR UPDATE SKIP LOCKED
    );
    GET DIAGNOSTICS removed = ROW_COUNT;
    IF removed > 0 THEN
        INSERT INTO access_log (action, object, outcome, detail) VALUES
            ('remove', 'patrol tracks', 'done',
             jsonb_build_object('count', removed, 'before', before));
    END IF;
    RETURN removed;
END $$;
COMMENT ON FUNCTION remove_patrol_tracks IS
    'removes tracks of patrols that ended before the moment, at most so many; notes it in the log';
REVOKE ALL ON FUNCTION remove_patrol_tracks FROM PUBLIC;
GRANT EXECUTE ON FUNCTION remove_patrol_tracks TO onemap_app;
