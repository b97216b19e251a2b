"""Searches waters, stations, places and problems on the map by name, code, number or pinyin."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from sqlalchemy import Connection, text

from data.name_sounds import typed_sound
from data.queries.english import reach_en
from data.queries.map.searched import (
    AS_USUAL,
    BEST,
    BY_INDEX,
    MANY,
    NONE,
    ORDER,
    TABLES,
    Searched,
    hit,
)
from data.queries.map.sounding import by_sound
from data.queries.phrases import literal
from data.queries.scope import REACH_VISIBLE, Scope

LIMIT = 12

FIRST: Final = 300
"""So many rows of a table are looked at to tell whether a phrase stands in very many."""


@dataclass(frozen=True, slots=True)
class _Held:
    """The ids of a table's candidates, None for very many; of those that may begin so, too."""

    holding: list[int] | None
    beginning: list[int]


_IDEOGRAPH: Final = re.compile(r"[\u3400-\u9fff]")
_GLUE: Final = re.compile(r"(^| )(r|re|rea|reac|reach|a|ar|arm)( [0-9(].*)?$", re.IGNORECASE)
"""What ``reach_en`` puts behind a name: looked for by itself it tells nothing of a reach."""


def search(
    connection: Connection, phrase: str, scope: Scope, *, limit: int = LIMIT
) -> list[dict[str, Any]]:
    """Returns visible things whose name or code contains the phrase, first those beginning so.

    After them come those whose name sounds so in pinyin, whole or by its initials. Each has kind,
    id, name, name_en, code, beside and beside_en (the water it is at) and bounds in degrees.
    """
    wanted = phrase.strip()[:64]
    if not wanted:
        return []
    escaped = literal(wanted)
    bound: dict[str, Any] = {
        **scope.bound,
        "part": f"%{escaped}%",
        "start": f"{escaped}%",
        "whole": wanted,
        "limit": limit,
        "many": MANY,
        "owner": _owner_of_reach(wanted),
    }
    things = []
    for one, held in zip(TABLES, _candidates(connection, bound), strict=True):
        things += _things(one, held, scope)
        bound |= {f"{one.table}_holding": held.holding, f"{one.table}_beginning": held.beginning}
    if not _IDEOGRAPH.search(wanted):
        named = _named_in_english(connection, bound)
        things.append(_reaches_in_english(named))
        bound |= {"reach_english": named}
    rows = connection.execute(
        text(
            f"""
            WITH thing AS (SELECT DISTINCT ON (source, id) * FROM ({" UNION ALL ".join(things)})
                every ORDER BY source, id, begins DESC),
            best AS MATERIALIZED (
                SELECT *, row_number() OVER ({ORDER}) AS place FROM thing
                ORDER BY place LIMIT :limit)
            {BEST}
            """
        ),
        bound,
    ).all()
    found = [hit(row) for row in rows]
    sound = typed_sound(wanted)
    if len(found) < limit and sound:
        known = {(row.source, row.id) for row in rows}
        found += by_sound(connection, sound, scope, limit + len(found), known)
    return found[:limit]


def _candidates(connection: Connection, bound: Mapping[str, Any]) -> list[_Held]:
    """Returns the ids of each table's candidates by its index, at most ``MANY`` and one.

    Where the first rows hold the phrase often enough for a whole answer, the others aren't
    gathered: the index would bring nearly all.
    """
    lists = ", ".join(
        f"""CASE WHEN {_often(one)} THEN NULL ELSE {_ids(one, begins=False)} END,
            {_ids(one, begins=True)}"""
        for one in TABLES
    )
    connection.execute(BY_INDEX)
    read = connection.execute(text(f"SELECT {lists}"), bound).one()
    connection.execute(AS_USUAL)
    return [_Held(*read[at : at + 2]) for at in range(0, len(read), 2)]


def _ids(one: Searched, *, begins: bool) -> str:
    return f"""ARRAY(SELECT id FROM {one.table} WHERE search_grams({one.grams})
        @> phrase_grams(:whole, {begins}) LIMIT :many + 1)"""


def _often(one: Searched) -> str:
    """Returns SQL for whether the first ``FIRST`` rows in their order fill an answer."""
    words = [word for word in (one.name, one.english, one.code) if word != NONE]
    holds = " OR ".join(f"{word} ILIKE :part" for word in words)
    return f"""(SELECT count(*) FROM (SELECT FROM (SELECT * FROM {one.table}
        ORDER BY length({one.name}), {one.name}, id LIMIT {FIRST}) first
        WHERE {holds} LIMIT :limit) found) >= :limit"""


def _named_in_english(connection: Connection, bound: Mapping[str, Any]) -> list[int]:
    """Returns reaches of rivers and divisions of such English names, at most ``MANY`` and one."""
    connection.execute(BY_INDEX)
    owner = "search_grams(name, name_en, code) @> phrase_grams(:owner, false)"
    return list(
        connection.execute(
            text(
                f"""
                WITH stream AS MATERIALIZED (SELECT id FROM river WHERE {owner}),
                area AS MATERIALIZED (SELECT id FROM division WHERE {owner})
                SELECT id FROM reach WHERE river_id IN (SELECT id FROM stream)
                UNION ALL SELECT id FROM reach WHERE division_id IN (SELECT id FROM area)
                LIMIT :many + 1
                """
            ),
            bound,
        ).scalars()
    )


def _things(one: Searched, held: _Held, scope: Scope) -> list[str]:
    """Returns the queries that together hold the table's best rows."""
    if held.holding is not None and len(held.holding) <= MANY:
        return [_matches(one, f"{one.table}.id = ANY(:{one.table}_holding)")]
    if not scope.everything:
        return [_matches(one)]
    if len(held.beginning) <= MANY:
        first = [_matches(one, f"{one.table}.id = ANY(:{one.table}_beginning) AND {_begins(one)}")]
    else:
        named = f"length({one.name}) = length(:whole) AND {one.name} = :whole"
        first = [_in_order(one, named), _in_order(one, _begins(one))]
        if one.code != NONE:
            first.append(_in_order(one, f"lower({one.code}) = lower(:whole)"))
    return [*first, _in_order(one)]


def _reaches_in_english(named: Sequence[int]) -> str:
    """Returns the query of reaches by their English names; of too many those of such rivers."""
    reach = next(one for one in TABLES if one.table == "reach")
    if len(named) <= MANY:
        english = replace(reach, english=reach_en("reach"))
        return _matches(english, "reach.id = ANY(:reach_english)")
    return f"""
    (SELECT 'reach', 'reach', reach.id, reach.name, {reach.rank}, false, false,
        river.name_en ILIKE :start AS begins FROM river JOIN reach ON reach.river_id = river.id
    WHERE river.name_en ILIKE :part AND {REACH_VISIBLE}
    ORDER BY begins DESC, length(reach.name), reach.name, reach.id LIMIT :limit)"""


def _matches(one: Searched, condition: str = "true") -> str:
    return f"""
    SELECT '{one.table}' AS source, {one.kind} AS kind, {one.table}.id, {one.name} AS name,
        {one.rank} AS rank, lower(COALESCE({one.code}, '')) = lower(:whole) AS is_code,
        {one.name} = :whole AS is_name, {_begins(one)} IS TRUE AS begins
    FROM {one.table} WHERE {condition} AND {one.visible} AND ({one.name} ILIKE :part
        OR {one.english} ILIKE :part OR {one.code} ILIKE :part)"""


def _in_order(one: Searched, condition: str = "true") -> str:
    keys = f"length({one.name}), {one.name}, {one.table}.id"
    return f"({_matches(one, condition)} ORDER BY {keys} LIMIT :limit)"


def _begins(one: Searched) -> str:
    words = (one.name, one.english, one.code)
    return f"({' OR '.join(f'{word} ILIKE :start' for word in words)})"


def _owner_of_reach(phrase: str) -> str:
    """Returns the part of the phrase that a reach's English name has of its river or division."""
    parts = (_GLUE.sub("", part.strip()).strip() for part in phrase.split("·"))
    return max(parts, key=len) or phrase
