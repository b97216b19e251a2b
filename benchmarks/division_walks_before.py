"""The queries of ``benchmarks.division_walks`` as they were, with every walk written out."""

from typing import Final

SUBTREE: Final = """
WITH RECURSIVE below AS (SELECT id FROM division WHERE id = ANY(:roots) UNION SELECT
division.id FROM division JOIN below ON division.parent_id = below.id) SELECT id FROM below
"""
FILTER: Final = """
problem.division_id IN (WITH RECURSIVE below AS ( SELECT id FROM division WHERE id =
ANY(:division_ids) UNION SELECT division.id FROM division JOIN below ON division.parent_id =
below.id) SELECT id FROM below)
"""
HANDLING_UNITS: Final = """
WITH RECURSIVE above AS (SELECT id, parent_id FROM division WHERE id = :division UNION
SELECT division.id, division.parent_id FROM division JOIN above ON division.id =
above.parent_id) SELECT id, name FROM unit WHERE NOT is_chief_office AND (division_id IS
NULL OR division_id IN (SELECT id FROM above)) ORDER BY name, id
"""
UNIT_NAMED: Final = """
WITH RECURSIVE above AS (SELECT id, parent_id FROM division WHERE id = :division UNION
SELECT division.id, division.parent_id FROM division JOIN above ON division.id =
above.parent_id) SELECT name, division_id IS NULL OR division_id IN (SELECT id FROM above)
AS covers FROM unit WHERE id = :unit
"""
DUTIES: Final = """
WITH RECURSIVE above AS (SELECT id, parent_id FROM division WHERE id = :division UNION
SELECT division.id, division.parent_id FROM division JOIN above ON division.id =
above.parent_id), handling AS (SELECT id FROM unit WHERE id = :unit UNION SELECT unit.id
FROM unit JOIN handling ON unit.parent_id = handling.id), held AS (SELECT account_role.id,
account_id, role, chief_level, unit_id, coalesce(account_role.division_id, CASE WHEN role =
'unit_member' THEN unit.division_id END) AS division_id, unit.name AS unit FROM account_role
LEFT JOIN unit ON unit.id = account_role.unit_id WHERE account_id = :who) SELECT held.role,
coalesce(held.unit, CASE WHEN held.role = 'patroller' THEN division.name END) AS unit,
coalesce(held.chief_level, division.level, CASE WHEN held.role = 'office' THEN 'province'
END) AS level, held.division_id IS NULL AND role NOT IN ('patroller', 'unit_member') OR
coalesce(held.division_id IN (SELECT id FROM above), false) AS covers, held.unit_id IS NOT
NULL AND held.unit_id IN (SELECT id FROM handling) AS in_unit FROM held LEFT JOIN division
ON division.id = held.division_id ORDER BY held.id
"""
OF_UNIT: Final = """
SELECT account_id AS id FROM account_role WHERE role = 'unit_member' AND unit_id IN (WITH
RECURSIVE handling AS (SELECT unit_id AS id FROM problem WHERE id = :problem UNION SELECT
unit.id FROM unit JOIN handling ON unit.parent_id = handling.id) SELECT id FROM handling)
"""
OFFICES: Final = """
(WITH RECURSIVE above AS (SELECT division.id, division.parent_id, 0 AS up FROM division JOIN
problem ON problem.division_id = division.id WHERE problem.id = :problem UNION ALL SELECT
division.id, division.parent_id, up + 1 FROM division JOIN above ON division.id =
above.parent_id) SELECT account_id AS id FROM account_role LEFT JOIN above ON above.id =
division_id LEFT JOIN division ON division.id = account_role.division_id WHERE role =
'office' AND (division_id IS NULL OR above.id IS NOT NULL) AND true ORDER BY rank() OVER
(ORDER BY above.up NULLS LAST) FETCH FIRST ROW WITH TIES)
"""
CODE: Final = """
WITH RECURSIVE above AS (SELECT id, parent_id, code, 0 AS up FROM division WHERE id = :id
UNION ALL SELECT division.id, division.parent_id, division.code, up + 1 FROM division JOIN
above ON division.id = above.parent_id) SELECT substr(code, 1, 6) FROM above WHERE code IS
NOT NULL ORDER BY up LIMIT 1
"""
CODES: Final = """
WITH RECURSIVE up AS (SELECT id, code, parent_id, 0 AS step FROM division WHERE id = :id
UNION SELECT division.id, division.code, division.parent_id, up.step + 1 FROM division JOIN
up ON up.parent_id = division.id) SELECT code FROM up WHERE code IS NOT NULL ORDER BY step
"""
ANSWERING: Final = """
WITH RECURSIVE place AS ( SELECT CASE :kind WHEN 'reach' THEN (SELECT division_id FROM reach
WHERE id = :id) WHEN 'lake' THEN (SELECT division_id FROM lake WHERE id = :id) END AS
division_id, CASE :kind WHEN 'reach' THEN (SELECT river_id FROM reach WHERE id = :id) WHEN
'river' THEN CAST(:id AS bigint) END AS river_id ), upward AS ( SELECT division.id,
division.parent_id FROM division, place WHERE division.id = place.division_id UNION SELECT
division.id, division.parent_id FROM division JOIN upward ON upward.parent_id = division.id
) SELECT person.id AS person_id, held.level, held.is_general, person.name, person.post,
person.phone, unit.name AS unit, division.name AS division, held.reach_id, held.valid_from,
held.valid_to FROM responsibility held JOIN person ON person.id = held.person_id LEFT JOIN
unit ON unit.id = person.unit_id LEFT JOIN division ON division.id = held.division_id CROSS
JOIN place WHERE held.valid_from <= :day AND ( (:kind = 'reach' AND held.reach_id = :id) OR
(:kind = 'lake' AND held.lake_id = :id) OR (held.river_id = place.river_id AND
(held.division_id IS NULL OR :kind = 'river' OR held.division_id IN (SELECT id FROM
upward))) OR (held.is_general AND held.division_id IN (SELECT id FROM upward))) ORDER BY
held.valid_from, held.id
"""
CHIEFS: Final = """
WITH RECURSIVE above AS (SELECT id AS start, id, parent_id FROM division WHERE id =
ANY(:divisions) UNION SELECT above.start, division.id, division.parent_id FROM division JOIN
above ON division.id = above.parent_id) SELECT person.name, person.post, person.phone,
held.level, held.is_general, min(division.name) AS division, held.valid_from, held.valid_to,
(held.valid_to IS NULL OR held.valid_to > :today) AS is_current,
array_remove(array_agg(reach.id ORDER BY reach.position), NULL) AS reaches,
min(reach.position) AS first FROM responsibility held JOIN person ON person.id =
held.person_id LEFT JOIN division ON division.id = held.division_id LEFT JOIN reach ON
reach.id = ANY(:reaches) AND (reach.id = held.reach_id OR held.river_id = :river AND EXISTS
(SELECT 1 FROM above WHERE above.start = reach.division_id AND above.id = held.division_id))
WHERE held.valid_from <= :today AND (held.lake_id = :lake OR held.reach_id = ANY(:reaches)
OR held.river_id = :river AND (held.division_id IS NULL OR reach.id IS NOT NULL) OR
held.is_general AND held.division_id IN (SELECT id FROM above)) GROUP BY person.id,
person.name, person.post, person.phone, held.level, held.is_general, held.valid_from,
held.valid_to ORDER BY held.is_general DESC, array_position(ARRAY['province', 'city',
'county', 'township', 'village'], held.level), first NULLS FIRST, held.valid_from DESC,
person.name
"""
OWN_REACHES: Final = """
WITH RECURSIVE held AS ( SELECT * FROM responsibility WHERE person_id = :person AND
valid_from <= :day AND (valid_to IS NULL OR valid_to > :day) ), below AS ( SELECT
division_id AS root, division_id AS id FROM held WHERE division_id IS NOT NULL UNION SELECT
below.root, division.id FROM division JOIN below ON division.parent_id = below.id ) SELECT
DISTINCT reach.id FROM reach JOIN held ON held.reach_id = reach.id OR (held.river_id =
reach.river_id AND (held.division_id IS NULL OR (held.division_id, reach.division_id) IN
(SELECT root, id FROM below))) OR (held.is_general AND NOT EXISTS (SELECT 1 FROM held WHERE
NOT is_general) AND (held.division_id, reach.division_id) IN (SELECT root, id FROM below))
"""
UNITS_DOWN: Final = """
WITH RECURSIVE down AS (SELECT id FROM unit WHERE id = ANY(:units) UNION SELECT unit.id FROM
unit JOIN down ON unit.parent_id = down.id) SELECT id FROM down
"""
