"""Searches the map's things by the sound of their names in pinyin."""

from typing import Any, Final

from sqlalchemy import Connection, text

from data.queries.map.searched import AS_USUAL, BEST, BY_INDEX, MANY, ORDER, TABLES, Searched, hit
from data.queries.scope import Scope

MOST_NAMES: Final = 300
"""How many names that sound like a phrase are looked up; the best ones."""


def by_sound(
    connection: Connection, sound: str, scope: Scope, limit: int, known: set[tuple[str, int]]
) -> list[dict[str, Any]]:
    """Returns things whose name sounds so, without the known ones, those beginning so first."""
    bound: dict[str, Any] = {
        **scope.bound,
        "sound": sound,
        "limit": limit,
        "many": MANY,
        "most": MOST_NAMES,
    }
    holds = "search_grams(sound, initials) @> phrase_grams(:sound, {})"
    connection.execute(BY_INDEX)
    holding, beginning = connection.execute(
        text(
            "SELECT ARRAY(SELECT name FROM name_sound WHERE"
            f" {holds.format(False)} LIMIT :many + 1), ARRAY(SELECT name FROM name_sound WHERE"
            f" {holds.format(True)} LIMIT :many + 1)"
        ),
        bound,
    ).one()
    connection.execute(AS_USUAL)
    is_begun = "(starts_with(sound, :sound) OR starts_with(initials, :sound))"
    held = "(strpos(sound, :sound) > 0 OR strpos(initials, :sound) > 0)"
    bound["names"] = holding if len(holding) <= MANY else beginning
    few = f"name = ANY(:names) AND {held}"
    named = f"""SELECT name, :sound IN (sound, initials) AS is_name, {is_begun} AS begins
        FROM name_sound WHERE """
    if scope.everything or len(bound["names"]) <= MOST_NAMES:
        heard = f"{named} {few} ORDER BY is_name DESC, begins DESC, length(name), name LIMIT :most"
        join = "JOIN heard ON length(heard.name) = length({0}.name) AND heard.name = {0}.name"
    else:
        heard = f"{named} false"
        join = f"JOIN LATERAL ({named} name = {{0}}.name AND {held} OFFSET 0) heard ON true"
    things = " UNION ALL ".join(
        f"""SELECT '{one.table}' AS source, {one.kind} AS kind, {one.table}.id,
            {one.table}.name, {one.rank} AS rank, false AS is_code, is_name, begins
        FROM {_without_borders(one, join)} WHERE {one.visible}"""
        for one in TABLES
        if one.table != "problem"
    )
    rows = connection.execute(
        text(
            f"""
            WITH heard AS MATERIALIZED ({heard}), thing AS ({things}),
            best AS MATERIALIZED (SELECT *, row_number() OVER ({ORDER}) AS place
                FROM thing ORDER BY place LIMIT :limit)
            {BEST}
            """
        ),
        bound,
    )
    return [hit(row) for row in rows if (row.source, row.id) not in known]


def _without_borders(one: Searched, join: str) -> str:
    """Returns the table joined to the names; places first, for whether they are seen is dear."""
    joined = f"{one.table} {join.format(one.table)}"
    if one.table != "place":
        return joined
    return f"(SELECT place.*, is_name, begins FROM {joined} OFFSET 0) place"
