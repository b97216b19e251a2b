-- Walks along the trees of divisions and units. They run with the caller's rights, and the planner
-- puts their bodies into the query that calls them: no SET, not STRICT.

CREATE FUNCTION divisions_below(roots bigint[]) RETURNS TABLE (id bigint)
LANGUAGE sql STABLE PARALLEL SAFE ROWS 100 AS $$
    WITH RECURSIVE below AS (
        SELECT division.id FROM division WHERE division.id = ANY (roots)
        UNION SELECT division.id FROM division JOIN below ON division.parent_id = below.id
    )
    SELECT below.id FROM below
$$;
COMMENT ON FUNCTION divisions_below IS 'the divisions and all below them, each once';

CREATE FUNCTION divisions_above(start bigint) RETURNS TABLE (id bigint, code text, up integer)
LANGUAGE sql STABLE PARALLEL SAFE ROWS 5 AS $$
    WITH RECURSIVE above AS (
        SELECT division.id, division.parent_id, division.code, 0 AS up
        FROM division WHERE division.id = start
        UNION ALL SELECT division.id, division.parent_id, division.code, above.up + 1
        FROM division JOIN above ON division.id = above.parent_id AND above.up < 16
    )
    SELECT above.id, above.code, above.up FROM above
$$;
COMMENT ON FUNCTION divisions_above IS
    'the division (up = 0) and those it lies in; up counts the steps, and ends a ring of parents';

CREATE FUNCTION units_below(roots bigint[]) RETURNS TABLE (id bigint)
LANGUAGE sql STABLE PARALLEL SAFE ROWS 10 AS $$
    WITH RECURSIVE below AS (
        SELECT unit.id FROM unit WHERE unit.id = ANY (roots)
        UNION SELECT unit.id FROM unit JOIN below ON unit.parent_id = below.id
    )
    SELECT below.id FROM below
$$;
COMMENT ON FUNCTION units_below IS 'the units and all below them, each once';
