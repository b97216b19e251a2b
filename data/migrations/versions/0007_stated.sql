-- Receivers that files state, and the days off and worked that an office enters by file.

ALTER TABLE river ADD COLUMN stated_receiver text;
COMMENT ON COLUMN river.stated_receiver IS 'code or name of what it flows into by its file; null = by its line';

CREATE TABLE calendar_day (
    day DATE NOT NULL,
    is_working BOOLEAN NOT NULL,
    name TEXT DEFAULT '' NOT NULL,
    CONSTRAINT pk_calendar_day PRIMARY KEY (day),
    CONSTRAINT ck_calendar_day_weekend CHECK (NOT is_working OR EXTRACT(isodow FROM day) >= 6)
);

COMMENT ON TABLE calendar_day IS 'days off and make-up working days by the State Council''s notice, a year at a time';

GRANT SELECT, INSERT, DELETE ON calendar_day TO onemap_app;
GRANT SELECT ON calendar_day TO onemap_readonly;
