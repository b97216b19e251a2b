-- Who may do what with accounts, findings and months outside.

GRANT SELECT ON hour_account, reading_finding, quality_progress, climatology, offline_spell,
    detached_month TO onemap_app, onemap_ingest;
GRANT INSERT, UPDATE ON hour_account, reading_finding, quality_progress, climatology
    TO onemap_ingest;
GRANT DELETE ON climatology, reading_finding TO onemap_ingest;
GRANT SELECT ON reading_review, river TO onemap_ingest;
GRANT INSERT, UPDATE ON offline_spell TO onemap_app;

GRANT SELECT ON hour_account, reading_finding, climatology, offline_spell, detached_month
    TO onemap_readonly;

ALTER TABLE reading_review DROP CONSTRAINT ck_reading_review_verdict;
ALTER TABLE reading_review ADD CONSTRAINT ck_reading_review_verdict
    CHECK (verdict IN ('keep', 'reject', 'correct', 'withdraw'));

ALTER TABLE quarantine ADD COLUMN station_id bigint
    CONSTRAINT fk_quarantine_station_id REFERENCES station (id);
COMMENT ON COLUMN quarantine.station_id IS 'in whose account it is';

-- What waits in quarantine was received once: a replay takes it out of this line.
INSERT INTO hour_account (station_id, hour, received, refused)
SELECT NULL, date_trunc('hour', first_received_at, 'UTC'), count(*), count(*)
FROM quarantine WHERE replayed_at IS NULL GROUP BY 2;

-- The newest values are written and read whole: as text they need no making and no unmaking.
ALTER TABLE latest_reading ALTER COLUMN latest TYPE json;

-- A month that moved out of the database gets no new partition by a late reading.
CREATE OR REPLACE FUNCTION ensure_reading_partition(moment timestamptz) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    first timestamptz := date_trunc('month', moment AT TIME ZONE 'UTC') AT TIME ZONE 'UTC';
    next timestamptz := (date_trunc('month', moment AT TIME ZONE 'UTC') + interval '1 month')
        AT TIME ZONE 'UTC';
    partition text := 'reading_' || to_char(moment AT TIME ZONE 'UTC', 'YYYYMM');
BEGIN
    IF to_regclass('public.' || partition) IS NULL AND NOT EXISTS (
        SELECT FROM detached_month WHERE month = (first AT TIME ZONE 'UTC')::date
    ) THEN
        PERFORM pg_advisory_xact_lock(hashtext('ensure_reading_partition'));
        EXECUTE format(
            'CREATE TABLE IF NOT EXISTS %I PARTITION OF reading FOR VALUES FROM (%L) TO (%L)',
            partition, first, next);
    END IF;
    RETURN partition;
END $$;
COMMENT ON FUNCTION ensure_reading_partition IS
    'the month of that moment (UTC) has its partition, unless it was moved out of the database';
