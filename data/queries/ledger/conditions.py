"""The conditions of the ledger's list: tabs, filters and lights, as parts of a query."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from data.clock import UtcDatetime, business_date, start_of_day
from data.procedure.deadlines import LIGHT
from data.procedure.step import Relation
from data.procedure.turns import OPEN, REQUESTED, WAITING, sql_list, waiting_at
from data.queries.ledger.asker import MINE, OWN_UNITS
from data.queries.ledger.filter import LedgerFilter, View
from data.queries.phrases import literal
from data.queries.scope import PROBLEM_VISIBLE
from data.words.ledger import CATEGORIES, Group
from gis.chainage import parse_chainage

VIEWS: Final[Mapping[View, str]] = {
    View.OPEN: OPEN,
    View.WAITING: f"{OPEN} AND {WAITING}",
    View.OVERDUE: f"{OPEN} AND problem.due_at <= :now",
    View.SOON: f"{OPEN} AND problem.due_at > :now AND problem.due_at <= :soon_until",
    View.CHECKING: f"problem.status IN {sql_list(waiting_at(Relation.CHECKER))}",
    View.NEW: "problem.registered_at >= :week_start",
    View.MINE: MINE,
    View.UNIT: f"{OPEN} AND {OWN_UNITS}",
    View.PRESSED: f"{OPEN} AND problem.pressed_at IS NOT NULL",
    View.EXTENSION: REQUESTED,
    View.ALL: "true",
}
"""What each tab holds."""

SOON_DAYS: Final = 3
"""Working days in which a deadline of the tab ``soon`` ends; the caller reckons the instant."""

_FILTERS: Final[Mapping[str, str]] = {
    "statuses": "problem.status = ANY(:statuses)",
    "categories": "problem.category = ANY(:categories)",
    "severities": "problem.severity = ANY(:severities)",
    "lights": f"{LIGHT} = ANY(:lights)",
    "sources": "problem.source = ANY(:sources)",
    "river_ids": "(problem.reach_id IN (SELECT id FROM reach WHERE river_id = ANY(:river_ids))"
    " OR problem.lake_id IN (SELECT id FROM lake WHERE river_id = ANY(:river_ids)))",
    "reach_ids": "problem.reach_id = ANY(:reach_ids)",
    "lake_ids": "problem.lake_id = ANY(:lake_ids)",
    "division_ids": "problem.division_id IN (SELECT id FROM divisions_below(:division_ids))",
    "unit_ids": "problem.unit_id = ANY(:unit_ids)",
    "station_ids": "problem.station_id = ANY(:station_ids)",
    "problem_ids": "problem.id = ANY(:problem_ids)",
}

_NAMED: Final = """search_grams(name, name_en, code) @> phrase_grams(:text, false)
        AND (name ILIKE :like OR name_en ILIKE :like)"""
_TEXT: Final = f"""problem.id IN (
    SELECT id FROM problem WHERE search_grams(number, description, source_ref)
            @> phrase_grams(:text, false)
        AND (number ILIKE :like OR description ILIKE :like OR source_ref ILIKE :like)
    UNION ALL SELECT held.id FROM problem held JOIN reach ON reach.id = held.reach_id
    WHERE reach.river_id IN (SELECT id FROM river WHERE {_NAMED})
    UNION ALL SELECT id FROM problem WHERE lake_id IN (SELECT id FROM lake WHERE {_NAMED})
    UNION ALL SELECT id FROM problem WHERE CAST(:chainage_from AS float8) IS NOT NULL
        AND chainage_m BETWEEN :chainage_from AND :chainage_to)"""
"""Each part is read by an index of its own; the grams only bring what ILIKE then decides on."""


@dataclass(frozen=True, slots=True)
class Moment:
    """The instant the list of problems is seen at; ``soon_until``: SOON_DAYS working days later."""

    now: UtcDatetime
    soon_until: UtcDatetime

    @property
    def bound(self) -> Mapping[str, object]:
        """The values of the SQL parameters in ``VIEWS`` and ``LIGHT``."""
        today = business_date(self.now)
        return {
            "now": self.now,
            "soon_until": self.soon_until,
            "week_start": start_of_day(today - timedelta(days=today.weekday())),
            "month_start": start_of_day(today.replace(day=1)),
        }


def condition(chosen: LedgerFilter) -> str:
    """Returns the filter as an SQL condition, with only the fields that are set."""
    conditions = [PROBLEM_VISIBLE, f"({VIEWS[chosen.view]})"]
    conditions += [sql for name, sql in _FILTERS.items() if getattr(chosen, name)]
    if chosen.text:
        conditions.append(_TEXT)
    if chosen.registered_since:
        conditions.append("problem.registered_at >= :since")
    if chosen.registered_until:
        conditions.append("problem.registered_at < :until")
    return " AND ".join(conditions)


def bound(chosen: LedgerFilter) -> dict[str, object]:
    """Returns the values of the SQL parameters in the ``condition`` of the same filter."""
    since, until = chosen.registered_since, chosen.registered_until
    chainage = _chainage(chosen.text)
    return {
        **{name: list(getattr(chosen, name)) for name in _FILTERS},
        "categories": [
            key
            for one in chosen.categories
            for key in ((one,) if "." in one else CATEGORIES[Group(one)])
        ],
        "text": chosen.text,
        "like": f"%{literal(chosen.text)}%",
        "chainage_from": None if chainage is None else chainage - NEAR_M,
        "chainage_to": None if chainage is None else chainage + NEAR_M,
        "since": since and start_of_day(since),
        "until": until and start_of_day(until + timedelta(days=1)),
    }


NEAR_M: Final = 50.0
"""A chainage that is searched for finds what lies so many metres from it."""


def _chainage(phrase: str) -> float | None:
    try:
        return parse_chainage(phrase)
    except ValueError:
        return None
