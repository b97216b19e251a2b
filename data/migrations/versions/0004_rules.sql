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
