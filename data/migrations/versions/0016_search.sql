-- What a phrase of any length and script is found by. A word's grams are its characters in small
-- letters and its pairs of neighbouring characters; a sign that nobody types stands before each word.
-- A word that holds a phrase has every gram of it. The cost keeps it from being worked out by row.
CREATE FUNCTION search_grams(VARIADIC words TEXT[]) RETURNS TEXT[]
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE COST 10000 AS $$
DECLARE
    written TEXT := E'\x02' || lower(array_to_string(words, E'\x02'));
BEGIN
    RETURN ARRAY(SELECT substr(written, at, size) FROM generate_series(1, length(written)) at,
        generate_series(1, 2) size GROUP BY 1);
END $$;

-- The grams of a phrase that a word must have to hold it, or to begin with it.
CREATE FUNCTION phrase_grams(phrase TEXT, begins BOOLEAN) RETURNS TEXT[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN length(phrase) = 1 AND NOT begins THEN ARRAY[lower(phrase)] ELSE ARRAY(
        SELECT DISTINCT substr(padded, at, 2) FROM generate_series(1, length(padded) - 1) at)
        END FROM (SELECT CASE WHEN begins THEN E'\x02' ELSE '' END || lower(phrase) AS padded) written
$$;

CREATE INDEX ix_river_grams ON river USING gin (search_grams(name, name_en, code));
CREATE INDEX ix_reach_grams ON reach USING gin (search_grams(name, code));
CREATE INDEX ix_lake_grams ON lake USING gin (search_grams(name, name_en, code));
CREATE INDEX ix_station_grams ON station USING gin (search_grams(name, name_en, code));
CREATE INDEX ix_division_grams ON division USING gin (search_grams(name, name_en, code));
CREATE INDEX ix_notice_board_grams ON notice_board USING gin (search_grams(name, code));
CREATE INDEX ix_place_grams ON place USING gin (search_grams(name, name_en));
CREATE INDEX ix_problem_grams ON problem USING gin (search_grams(number));
CREATE INDEX ix_problem_words ON problem
    USING gin (search_grams(number, description, source_ref));

-- The order of what is found: a phrase that thousands hold is looked for along it.
CREATE INDEX ix_river_found ON river (length(name), name, id);
CREATE INDEX ix_reach_found ON reach (length(name), name, id);
CREATE INDEX ix_lake_found ON lake (length(name), name, id);
CREATE INDEX ix_station_found ON station (length(name), name, id);
CREATE INDEX ix_division_found ON division (length(name), name, id);
CREATE INDEX ix_notice_board_found ON notice_board (length(name), name, id);
CREATE INDEX ix_place_found ON place (length(name), name, id);
CREATE INDEX ix_problem_found ON problem (length(number), number, id);

CREATE INDEX ix_river_code ON river (lower(code));
CREATE INDEX ix_reach_code ON reach (lower(code));
CREATE INDEX ix_lake_code ON lake (lower(code));
CREATE INDEX ix_station_code ON station (lower(code));
CREATE INDEX ix_division_code ON division (lower(code));
CREATE INDEX ix_notice_board_code ON notice_board (lower(code));

-- The boxes around divisions, so that a map's bounds are read without their outlines.
ALTER TABLE division ADD extent geometry(GEOMETRY, 4490)
    GENERATED ALWAYS AS (ST_Envelope(geom)) STORED;

COMMENT ON COLUMN division.extent IS 'the box around it';

-- Filled from the names there are, not by who writes them: data/name_sounds.py.
CREATE TABLE name_sound (
    name TEXT NOT NULL,
    sound TEXT NOT NULL,
    initials TEXT NOT NULL,
    CONSTRAINT pk_name_sound PRIMARY KEY (name)
);

COMMENT ON TABLE name_sound IS 'names of waters, stations and places in pinyin';

COMMENT ON COLUMN name_sound.sound IS 'qingchuanhe';

COMMENT ON COLUMN name_sound.initials IS 'qch';

CREATE INDEX ix_name_sound_grams ON name_sound USING gin (search_grams(sound, initials));

GRANT SELECT, INSERT ON name_sound TO onemap_app;
GRANT SELECT ON name_sound TO onemap_readonly;
