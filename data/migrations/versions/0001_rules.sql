-- What tables alone can't promise: partitions made by need, immutable rows, least privilege.

CREATE FUNCTION ensure_reading_partition(moment timestamptz) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    first timestamptz := date_trunc('month', moment AT TIME ZONE 'UTC') AT TIME ZONE 'UTC';
    next timestamptz := (date_trunc('month', moment AT TIME ZONE 'UTC') + interval '1 month')
        AT TIME ZONE 'UTC';
    partition text := 'reading_' || to_char(moment AT TIME ZONE 'UTC', 'YYYYMM');
BEGIN
    IF to_regclass('public.' || partition) IS NULL THEN
        PERFORM pg_advisory_xact_lock(hashtext('ensure_reading_partition'));
        EXECUTE format(
            'CREATE TABLE IF NOT EXISTS %I PARTITION OF reading FOR VALUES FROM (%L) TO (%L)',
            partition, first, next);
    END IF;
    RETURN partition;
END $$;
COMMENT ON FUNCTION ensure_reading_partition IS 'the month of that moment (UTC) has its partition';

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;

CREATE TRIGGER access_log_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON access_log
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER reading_review_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON reading_review
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE FUNCTION reading_only_fills() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    was jsonb := jsonb_strip_nulls(to_jsonb(OLD)) - 'extra' - 'flags';
BEGIN
    IF NOT to_jsonb(NEW) @> was
        OR NOT coalesce(NEW.extra, '{}') @> coalesce(OLD.extra, '{}')
        OR NOT coalesce(NEW.flags, '{}') @> coalesce(OLD.flags, '{}') THEN
        RAISE EXCEPTION 'a raw reading is never changed, only filled'
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER reading_only_fills BEFORE UPDATE ON reading
    FOR EACH ROW EXECUTE FUNCTION reading_only_fills();

REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO onemap_app, onemap_ingest, onemap_readonly;
REVOKE ALL ON FUNCTION ensure_reading_partition FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ensure_reading_partition TO onemap_ingest;

GRANT SELECT ON ALL TABLES IN SCHEMA public TO onemap_app;
GRANT INSERT, UPDATE, DELETE ON division, river, reach, lake, place, notice_board, station,
    section, section_represents, outfall, intake, outfall_limit, unit, account, account_role,
    person, responsibility, session, sign_in_attempt TO onemap_app;
GRANT INSERT ON access_log, reading_review TO onemap_app;

GRANT SELECT ON division, reach, lake, station, section, section_represents, outfall, intake,
    outfall_limit, reading, reading_conflict, reading_stat, latest_reading, exceedance, quarantine
    TO onemap_ingest;
GRANT INSERT, UPDATE ON reading, latest_reading, quarantine TO onemap_ingest;
GRANT INSERT ON reading_conflict, reading_stat, exceedance TO onemap_ingest;
GRANT UPDATE ON reading_stat TO onemap_ingest;
GRANT USAGE ON SEQUENCE latest_reading_change_no TO onemap_ingest;

GRANT SELECT ON division, river, reach, lake, place, notice_board, station, section,
    section_represents, outfall, intake, outfall_limit, reading, reading_conflict, reading_stat,
    reading_review, latest_reading, exceedance, unit, responsibility TO onemap_readonly;
