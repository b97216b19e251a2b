-- A result below its detection limit keeps the limit beside the number that counts in its place.
ALTER TABLE reading ADD COLUMN below jsonb;
COMMENT ON COLUMN reading.below IS 'detection limits by key, of the values below one';

-- Months that were taken off and whose tables stay get it too, so that they can be put back.
DO $$
DECLARE
    part regclass;
BEGIN
    FOR part IN SELECT c.oid FROM detached_month m
        JOIN pg_class c ON c.oid = to_regclass('reading_' || to_char(m.month, 'YYYYMM'))
        WHERE NOT c.relispartition
    LOOP
        EXECUTE format('ALTER TABLE %s ADD COLUMN below jsonb', part);
    END LOOP;
END $$;

CREATE OR REPLACE FUNCTION reading_only_fills() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    was jsonb := jsonb_strip_nulls(to_jsonb(OLD)) - 'extra' - 'flags' - 'below';
BEGIN
    IF NOT to_jsonb(NEW) @> was
        OR NOT coalesce(NEW.extra, '{}') @> coalesce(OLD.extra, '{}')
        OR NOT coalesce(NEW.flags, '{}') @> coalesce(OLD.flags, '{}')
        OR NOT coalesce(NEW.below, '{}') @> coalesce(OLD.below, '{}') THEN
        RAISE EXCEPTION 'a raw reading is never changed, only filled'
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;

ALTER TABLE reading_conflict ADD COLUMN kept_below double precision,
    ADD COLUMN refused_below double precision,
    DROP CONSTRAINT uq_reading_conflict_station_id_observed_at_period_param_a371;
COMMENT ON COLUMN reading_conflict.kept_below IS 'detection limit the kept value lies below';
COMMENT ON COLUMN reading_conflict.refused_below IS 'detection limit the refused value lies below';
CREATE UNIQUE INDEX ux_reading_conflict_refused ON reading_conflict
    (station_id, observed_at, period, parameter, refused, refused_below) NULLS NOT DISTINCT;

ALTER TABLE hour_account ADD COLUMN partial integer NOT NULL DEFAULT 0;
COMMENT ON COLUMN hour_account.partial IS 'of those not refused: stored without some of their values';

ALTER TABLE quarantine DROP CONSTRAINT ck_quarantine_reason;
ALTER TABLE quarantine ADD CONSTRAINT ck_quarantine_reason CHECK (reason IN ('topic', 'too_large',
    'not_json', 'frame', 'crc', 'cipher', 'shape', 'time', 'clock', 'parameter', 'value',
    'unknown_station', 'database', 'partial'));
