"""Walks of the office's people, recorded as the service keeps them."""

from datetime import UTC, datetime

from data.clock import to_utc
from problem_ledger.patrols.records import Recorded, Remark, TrackGiven, record
from problem_ledger.patrols.rules import PatrolRules, load_patrol_rules
from tests.made.office import Office

NOW = to_utc(datetime(2026, 11, 22, 4, 0, tzinfo=UTC))
"""When every walk is handed in."""

RULES = load_patrol_rules()


def record_walk(
    office: Office,
    who: str,
    content: bytes,
    *,
    for_chief: str | None = None,
    key: str | None = None,
    rules: PatrolRules = RULES,
    remarks: tuple[Remark, ...] = (),
    file_name: str = "track.gpx",
    is_by_place: bool = False,
    is_confirmed: bool = True,
) -> Recorded:
    """The patrol of that person, who may have walked for a chief."""
    person = office.persons[for_chief] if for_chief else None
    track = TrackGiven(
        content,
        file_name,
        person,
        key,
        remarks,
        is_by_place=is_by_place,
        is_confirmed=is_confirmed,
    )
    return record(office.database.app, office.accounts[who], track, lambda: NOW, rules)
