"""Imports river chiefs (河长): who answers for which water, from when to when."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, insert, text
from sqlalchemy import Row as Record
from sqlalchemy.dialects.postgresql import insert as upsert

from data.errors import BadInput
from data.imports.options import Options
from data.imports.outcome import Outcome
from data.imports.records import each_refused
from data.imports.source import Row
from data.queries.waters import registry
from data.queries.waters.finders import NamedReaches, named_rows
from data.tables.people import person, responsibility
from data.vocabulary import ChiefLevel

_MET = (
    "SELECT responsibility.id, person_id, person.name, valid_from, valid_to FROM responsibility"
    " JOIN person ON person.id = person_id WHERE level = :level AND is_general = :is_general"
    " AND (river_id, reach_id, lake_id) IS NOT DISTINCT FROM"
    " (CAST(:river_id AS bigint), CAST(:reach_id AS bigint), CAST(:lake_id AS bigint))"
    " AND (NOT is_general OR division_id = CAST(:division_id AS bigint))"
)


@dataclass(frozen=True, slots=True)
class _Duty:
    """What a river chief answers for: one water, or a division as its general chief (总河长)."""

    level: ChiefLevel
    is_general: bool
    division_id: int | None = None
    river_id: int | None = None
    reach_id: int | None = None
    lake_id: int | None = None

    @property
    def values(self) -> dict[str, object]:
        return {
            "level": self.level.value,
            "is_general": self.is_general,
            "division_id": self.division_id,
            "river_id": self.river_id,
            "reach_id": self.reach_id,
            "lake_id": self.lake_id,
        }


@dataclass(frozen=True, slots=True)
class _Term:
    """A term of office ``[start, end)``; ``end`` is the first day after the term."""

    valid_from: date
    valid_to: date | None

    def meets(self, other: "_Term") -> bool:
        """Returns whether the two terms share a day."""
        return (other.valid_to is None or self.valid_from < other.valid_to) and (
            self.valid_to is None or other.valid_from < self.valid_to
        )


def import_rows(
    connection: Connection, rows: Sequence[Row], options: Options, outcome: Outcome
) -> None:
    """Writes the persons of these rows and which water or division each answers for, and when."""
    known = _Known(connection, rows)
    for row in rows:
        with each_refused(connection, [row], outcome) as done:
            _import_row(connection, known, row, options, done)


class _Known:
    """The waters and divisions that chiefs may answer for, to find those that rows name."""

    def __init__(self, connection: Connection, rows: Sequence[Row]) -> None:
        self.rivers, self.lakes, self.divisions = (
            named_rows(connection, table) for table in ("river", "lake", "division")
        )
        self.reaches = NamedReaches(connection, {row.text("reach") for row in rows})


def _import_row(
    connection: Connection, known: _Known, row: Row, options: Options, outcome: Outcome
) -> None:
    term = _term(row)
    outcomes = {
        _answer(connection, _person(connection, row), duty, term, row, options, outcome)
        for duty in _duties(connection, known, row)
    }
    if "created" in outcomes:
        outcome.created += 1
    elif "updated" in outcomes:
        outcome.updated += 1
    else:
        outcome.unchanged += 1


def _term(row: Row) -> _Term:
    start, end = row.day("valid_from"), row.day("valid_to")
    if start is None:
        raise BadInput("{field} is empty.", field="valid_from")
    if end is not None and end <= start:
        raise BadInput("It ends on {end}, before it begins on {start}.", start=start, end=end)
    return _Term(start, end)


def _person(connection: Connection, row: Row) -> int:
    """Returns the id of the person of that name, post and phone; creates one if needed."""
    values = {"name": row.name, "post": row.text("post"), "phone": row.text("phone")}
    connection.execute(upsert(person).values(values).on_conflict_do_nothing())
    found = connection.execute(
        text("SELECT id FROM person WHERE name = :name AND post = :post AND phone = :phone"),
        values,
    )
    return int(found.scalar_one())


def _duties(connection: Connection, known: _Known, row: Row) -> list[_Duty]:
    """Returns the duties of a river chief that the row names.

    A river with a division means the river's reaches in that division.
    """
    level, is_general = row.get("level", ChiefLevel), row.get("is_general", bool) or False
    if level is None:
        raise BadInput("{field} is empty.", field="level")
    said = {name: row.text(name) for name in ("river", "reach", "lake", "division")}
    division = known.divisions.find_one(said["division"]) if said["division"] else None
    division_id = division.id if division else None
    if is_general:
        if division_id is None or said["river"] or said["reach"] or said["lake"]:
            raise BadInput("A general chief answers for a division, and for no single water.")
        return [_Duty(level, True, division_id)]
    if said["lake"]:
        if said["river"] or said["reach"]:
            raise BadInput("It names a lake and a river; one of them is wanted.")
        lake = known.lakes.find_one(said["lake"])
        return [_Duty(level, False, division_id, lake_id=lake.id)]
    river = known.rivers.find_one(said["river"]) if said["river"] else None
    if said["reach"]:
        reach = known.reaches.find_one(said["reach"], river.id if river else None)
        return [_Duty(level, False, division_id, reach_id=reach.id)]
    if river is None:
        raise BadInput("It names no river, reach or lake.")
    if division is None:
        return [_Duty(level, False, river_id=river.id)]
    reaches = registry.reaches_in(connection, river.id, division.id)
    if not reaches:
        raise BadInput(
            "{river} has no reach in {division}.", river=river.name, division=division.name
        )
    return [_Duty(level, False, division_id, reach_id=reach.id) for reach in reaches]


def _answer(
    connection: Connection,
    person_id: int,
    duty: _Duty,
    term: _Term,
    row: Row,
    options: Options,
    outcome: Outcome,
) -> str:
    """Writes the duty; returns created, updated or unchanged. Raises BadInput if it overlaps."""
    met = connection.execute(text(_MET), duty.values).all()
    own = [each for each in met if each.person_id == person_id]
    same = next((each for each in own if each.valid_from == term.valid_from), None)
    if same is not None and (same.valid_to == term.valid_to or term.valid_to is None):
        return "unchanged"
    for each in own:
        if each is not same and term.meets(_Term(each.valid_from, each.valid_to)):
            raise BadInput(
                "{name} already answers for it from {start} on.",
                mend="Give the day on which that ends, or leave this row out.",
                name=row.name,
                start=each.valid_from,
            )
    if same is not None:
        _end(connection, same.id, term.valid_to)
        return "updated"
    for each in met:
        if each.person_id != person_id and term.meets(_Term(each.valid_from, each.valid_to)):
            _follow(connection, each, term, row, options, outcome)
    connection.execute(
        insert(responsibility).values(
            person_id=person_id,
            valid_from=term.valid_from,
            valid_to=term.valid_to,
            **duty.values,
        )
    )
    return "created"


def _follow(
    connection: Connection,
    earlier: Record[tuple[int, int, str, date, date | None]],
    term: _Term,
    row: Row,
    options: Options,
    outcome: Outcome,
) -> None:
    """Notes an earlier chief of the same level and water; with ``options.succeed`` ends that term.

    Notes the overlap in the outcome, or with ``options.succeed`` ends the earlier term.
    """
    facts = {"name": row.name, "other": earlier.name, "start": earlier.valid_from}
    if not options.succeed:
        outcome.note("{name} answers for it beside {other}, who does since {start}.", **facts)
        return
    if earlier.valid_from >= term.valid_from:
        raise BadInput(
            "{name} can't follow {other}, who answers for it only since {start}.", **facts
        )
    _end(connection, earlier.id, term.valid_from)
    outcome.note("{name} follows {other} on {day}.", **facts, day=term.valid_from)


def _end(connection: Connection, responsibility_id: int, day: date | None) -> None:
    connection.execute(
        text("UPDATE responsibility SET valid_to = :day WHERE id = :id"),
        {"id": responsibility_id, "day": day},
    )
