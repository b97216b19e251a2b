"""English names that a rule gives where none is stored: those of reaches and of basins, in SQL."""

from typing import Final

LARGE_BASINS: Final = (
    ("长江", "Yangtze River"),
    ("黄河", "Yellow River"),
    ("淮河", "Huaihe River"),
    ("海河", "Haihe River"),
    ("珠江", "Pearl River"),
    ("松花江", "Songhua River"),
    ("辽河", "Liaohe River"),
    ("太湖", "Taihu Lake"),
)
"""The large basins of China, whose rivers need not be among those stored. Source: the names of
their basin authorities."""

_LARGE: Final = ", ".join(f"('{name}', '{english}')" for name, english in LARGE_BASINS)


def reach_en(of: str) -> str:
    """Returns SQL for the English name of a reach whose table or alias is ``of``; NULL if none.

    An import names a reach after its river and its division (湍河·邓州市段); where both have
    English names the reach has one too: Tuan River · Dengzhou reach.
    """
    return f"""(
    SELECT CASE WHEN {of}.name = stream.name THEN stream.name_en
        WHEN {of}.name ~ '·第[0-9]+段$' AND starts_with({of}.name, stream.name || '·第')
            THEN stream.name_en || ' · reach ' || substring({of}.name FROM '([0-9]+)段$')
        WHEN {of}.name ~ '·汊[0-9]+$' AND starts_with({of}.name, stream.name || '·汊')
            THEN stream.name_en || ' · arm ' || substring({of}.name FROM '[0-9]+$')
        WHEN {of}.name = stream.name || '·' || area.name || '段'
            THEN stream.name_en || ' · ' || area.name_en || ' reach'
        WHEN {of}.name ~ '段（[0-9]+）$'
            AND starts_with({of}.name, stream.name || '·' || area.name || '段（')
            THEN stream.name_en || ' · ' || area.name_en || ' reach ('
                || substring({of}.name FROM '（([0-9]+)）$') || ')'
        END FROM river stream LEFT JOIN division area ON area.id = {of}.division_id
    WHERE stream.id = {of}.river_id)"""


def basin_en(of: str) -> str:
    """Returns SQL for the English name of the basin of a river whose table or alias is ``of``.

    It is that of the river the basin is called after (清川河流域: Qingchuan River basin), or of a
    large basin; NULL for another.
    """
    return f"""(
    SELECT head.english || ' basin' FROM (SELECT name, name_en AS english, 0 AS rank FROM river
        WHERE name_en IS NOT NULL UNION ALL
        SELECT name, english, 1 FROM (VALUES {_LARGE}) large (name, english)) head
    WHERE head.name = regexp_replace({of}.basin, '流域$', '') ORDER BY rank, english LIMIT 1)"""
