-- Accounts of what arrived, the second look at readings, months outside; from data/tables.

CREATE TABLE hour_account (
    station_id BIGINT,
    hour TIMESTAMP WITH TIME ZONE NOT NULL,
    received INTEGER DEFAULT '0' NOT NULL,
    stored INTEGER DEFAULT '0' NOT NULL,
    filled INTEGER DEFAULT '0' NOT NULL,
    duplicate INTEGER DEFAULT '0' NOT NULL,
    conflict INTEGER DEFAULT '0' NOT NULL,
    refused INTEGER DEFAULT '0' NOT NULL,
    late INTEGER DEFAULT '0' NOT NULL,
    instants INTEGER DEFAULT '0' NOT NULL,
    minutes INTEGER DEFAULT '0' NOT NULL,
    hours INTEGER DEFAULT '0' NOT NULL,
    CONSTRAINT fk_hour_account_station_id FOREIGN KEY(station_id) REFERENCES station (id)
)
 WITH (fillfactor = 50);

CREATE INDEX ix_hour_account_hour ON hour_account USING brin (hour);

CREATE UNIQUE INDEX ux_hour_account_station_id_hour ON hour_account (station_id, hour) NULLS NOT DISTINCT;

COMMENT ON TABLE hour_account IS 'received .. late: messages that arrived in the hour, received = stored + filled + duplicate + conflict + refused; instants .. hours: stored readings observed in the hour';

COMMENT ON COLUMN hour_account.station_id IS 'null: of no known station';

COMMENT ON COLUMN hour_account.late IS 'of those stored';

COMMENT ON COLUMN hour_account.instants IS 'observed in the hour';

COMMENT ON COLUMN hour_account.minutes IS 'observed in the hour';

COMMENT ON COLUMN hour_account.hours IS 'observed in the hour';

CREATE TABLE offline_spell (
    station_id BIGINT NOT NULL,
    began_at TIMESTAMP WITH TIME ZONE NOT NULL,
    noticed_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    ended_at TIMESTAMP WITH TIME ZONE,
    problem_id BIGINT,
    CONSTRAINT pk_offline_spell PRIMARY KEY (station_id, began_at),
    CONSTRAINT fk_offline_spell_station_id FOREIGN KEY(station_id) REFERENCES station (id),
    CONSTRAINT fk_offline_spell_problem_id FOREIGN KEY(problem_id) REFERENCES problem (id)
);

CREATE UNIQUE INDEX ux_offline_spell_one_open ON offline_spell (station_id) WHERE ended_at IS NULL;

COMMENT ON TABLE offline_spell IS 'a station without a young value, from its last one until the next';

COMMENT ON COLUMN offline_spell.began_at IS 'the last value''s time';

CREATE TABLE detached_month (
    month DATE NOT NULL,
    folder TEXT NOT NULL,
    row_count BIGINT NOT NULL,
    sha256 BYTEA NOT NULL,
    detached_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_detached_month PRIMARY KEY (month)
);

COMMENT ON TABLE detached_month IS 'months of readings that left the database';

COMMENT ON COLUMN detached_month.folder IS 'where the Parquet files lie';

COMMENT ON COLUMN detached_month.sha256 IS 'of the files'' hashes in order of name';

CREATE TABLE reading_finding (
    station_id BIGINT NOT NULL,
    observed_at TIMESTAMP WITH TIME ZONE NOT NULL,
    period TEXT NOT NULL,
    parameter TEXT NOT NULL,
    test TEXT NOT NULL,
    finding TEXT NOT NULL,
    value FLOAT NOT NULL,
    expected_low FLOAT,
    expected_high FLOAT,
    detail TEXT DEFAULT '' NOT NULL,
    found_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_reading_finding PRIMARY KEY (station_id, observed_at, period, parameter, test),
    CONSTRAINT ck_reading_finding_period CHECK (period IN ('instant', 'minute', 'hour', 'day')),
    CONSTRAINT ck_reading_finding_parameter CHECK (parameter IN ('temp', 'ph', 'do', 'codmn', 'cod', 'bod5', 'nh3n', 'tp', 'tn', 'cu', 'zn', 'fluoride', 'se', 'as', 'hg', 'cd', 'cr6', 'pb', 'cyanide', 'phenol', 'oil', 'las', 'sulfide', 'fcoli', 'ss', 'animal_veg_oil', 'toc', 'sulfate', 'chloride', 'no3n', 'no2n', 'fe', 'mn', 'colour', 'ec', 'turb', 'chla', 'algae', 'sd', 'orp', 'flow', 'volume', 'level')),
    CONSTRAINT ck_reading_finding_test CHECK (test IN ('gross_range', 'climatology', 'spike', 'rate_of_change', 'flat_line', 'neighbour', 'upstream', 'device')),
    CONSTRAINT ck_reading_finding_finding CHECK (finding IN ('suspect', 'failed')),
    CONSTRAINT fk_reading_finding_station_id FOREIGN KEY(station_id) REFERENCES station (id)
);

CREATE INDEX ix_reading_finding_found_at ON reading_finding (found_at);

CREATE INDEX ix_reading_finding_observed_at ON reading_finding (observed_at);

COMMENT ON TABLE reading_finding IS 'what a test found of one value; only suspect and failed ones';

COMMENT ON COLUMN reading_finding.expected_low IS 'null: open below';

COMMENT ON COLUMN reading_finding.expected_high IS 'null: open above';

COMMENT ON COLUMN reading_finding.detail IS 'the other station, the run';

CREATE TABLE quality_progress (
    station_id BIGINT NOT NULL,
    change_no BIGINT NOT NULL,
    checked_until TIMESTAMP WITH TIME ZONE,
    looked_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_quality_progress PRIMARY KEY (station_id),
    CONSTRAINT fk_quality_progress_station_id FOREIGN KEY(station_id) REFERENCES station (id)
);

COMMENT ON TABLE quality_progress IS 'how far the second look has come';

COMMENT ON COLUMN quality_progress.change_no IS 'of latest_reading, when last looked';

CREATE TABLE climatology (
    station_id BIGINT NOT NULL,
    parameter TEXT NOT NULL,
    month SMALLINT NOT NULL,
    suspect_low FLOAT NOT NULL,
    suspect_high FLOAT NOT NULL,
    fail_low FLOAT NOT NULL,
    fail_high FLOAT NOT NULL,
    sample_count INTEGER NOT NULL,
    year_count SMALLINT NOT NULL,
    computed_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_climatology PRIMARY KEY (station_id, parameter, month),
    CONSTRAINT ck_climatology_parameter CHECK (parameter IN ('temp', 'ph', 'do', 'codmn', 'cod', 'bod5', 'nh3n', 'tp', 'tn', 'cu', 'zn', 'fluoride', 'se', 'as', 'hg', 'cd', 'cr6', 'pb', 'cyanide', 'phenol', 'oil', 'las', 'sulfide', 'fcoli', 'ss', 'animal_veg_oil', 'toc', 'sulfate', 'chloride', 'no3n', 'no2n', 'fe', 'mn', 'colour', 'ec', 'turb', 'chla', 'algae', 'sd', 'orp', 'flow', 'volume', 'level')),
    CONSTRAINT ck_climatology_month CHECK (month BETWEEN 1 AND 12),
    CONSTRAINT fk_climatology_station_id FOREIGN KEY(station_id) REFERENCES station (id)
);

COMMENT ON TABLE climatology IS 'the span of a parameter''s values at a station in that month of the year';

