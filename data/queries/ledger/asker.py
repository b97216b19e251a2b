"""Who asks for problems: where their duties hold, and which problems wait for them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from sqlalchemy import Connection, TextClause, text

from data.queries.people.accounts import HeldRole, roles
from data.queries.people.visible import subtree
from data.records import AccountId, DivisionId
from data.vocabulary import ChiefLevel, Role
from data.words.ledger import Severity

CHECKERS: Final = frozenset({Role.OFFICE, Role.UNIT_MEMBER, Role.PATROLLER})
"""Roles a submitted problem waits for; a chief may check as well, but needn't be told to."""

SIGNERS: Final = frozenset({Role.OFFICE, Role.CHIEF})


@dataclass(frozen=True, slots=True)
class Area:
    """Where duties hold: everywhere, or in these divisions (whole subtrees)."""

    everywhere: bool = False
    divisions: frozenset[DivisionId] = frozenset()


@dataclass(frozen=True, slots=True)
class Asker:
    """An account's duties as conditions need them.

    ``office``, ``checker`` and, by severity, ``signs`` are areas. ``handles`` are the units whose
    problems are theirs to rectify (their own and those above it); ``barred`` those whose problems
    they may not check, being in or below them; ``own_units`` their own and those below it.
    """

    account_id: AccountId
    office: Area = Area()
    checker: Area = Area()
    signs: Mapping[Severity, Area] = field(default_factory=dict)
    handles: frozenset[int] = frozenset()
    barred: frozenset[int] = frozenset()
    own_units: frozenset[int] = frozenset()

    @property
    def bound(self) -> Mapping[str, object]:
        """The values of the parameters of ``WAITING``, ``MINE`` and ``OWN_UNITS``."""
        signs = {each: self.signs.get(each, Area()) for each in Severity}
        return {
            "asker": self.account_id,
            "asker_office_all": self.office.everywhere,
            "asker_office": sorted(self.office.divisions),
            "asker_checker_all": self.checker.everywhere,
            "asker_checker": sorted(self.checker.divisions),
            "asker_handles": sorted(self.handles),
            "asker_barred": sorted(self.barred),
            "asker_own_units": sorted(self.own_units),
            "asker_signs_all": [each.value for each, area in signs.items() if area.everywhere],
            **{f"asker_signs_{each}": sorted(area.divisions) for each, area in signs.items()},
        }


_OUTSIDE: Final = """(problem.unit_id <> ALL(:asker_barred) AND NOT EXISTS (
        SELECT 1 FROM problem_event event WHERE event.problem_id = problem.id
        AND event.account_id = :asker AND event.action IN ('sign_for', 'progress', 'submit')))"""

_SIGNS: Final = (
    "(problem.severity = ANY(:asker_signs_all) OR CASE problem.severity{cases} END)".format(
        cases="".join(
            f" WHEN '{each.value}' THEN problem.division_id = ANY(:asker_signs_{each.value})"
            for each in Severity
        )
    )
)

WAITING: Final = f"""CASE
    WHEN problem.status IN ('registered', 'accepted')
        THEN :asker_office_all OR problem.division_id = ANY(:asker_office)
    WHEN problem.status IN ('assigned', 'rectifying')
        THEN problem.unit_id = ANY(:asker_handles)
    WHEN problem.status = 'submitted'
        THEN (:asker_checker_all OR problem.division_id = ANY(:asker_checker)) AND {_OUTSIDE}
    WHEN problem.status = 'verified'
        THEN problem.checker_id <> :asker AND {_SIGNS} AND {_OUTSIDE}
    ELSE false END"""
"""The next step of the problem is theirs: to accept, assign, rectify, check or sign off."""

MINE: Final = "(problem.reporter_id = :asker)"
OWN_UNITS: Final = (
    "(problem.unit_id = ANY(:asker_own_units) OR problem.unit_id = ANY(:asker_handles))"
)

_UP: Final = text(
    "WITH RECURSIVE up AS (SELECT id, parent_id FROM unit WHERE id = ANY(:units)"
    " UNION SELECT unit.id, unit.parent_id FROM unit JOIN up ON up.parent_id = unit.id)"
    " SELECT id FROM up"
)
_DOWN: Final = text(
    "WITH RECURSIVE down AS (SELECT id FROM unit WHERE id = ANY(:units)"
    " UNION SELECT unit.id FROM unit JOIN down ON unit.parent_id = down.id)"
    " SELECT id FROM down"
)
_LEVELS: Final = text("SELECT id, level FROM division WHERE id = ANY(:divisions)")


def asker_of(
    connection: Connection, account_id: AccountId, sign_off: Mapping[Severity, ChiefLevel]
) -> Asker:
    """The account's duties now; ``sign_off`` is the lowest level that may, by severity."""
    held = roles(connection, [account_id])[account_id]
    members = [one.unit_id for one in held if one.role is Role.UNIT_MEMBER and one.unit_id]
    units = [one.unit_id for one in held if one.unit_id]
    return Asker(
        account_id,
        office=_area(connection, [one for one in held if one.role is Role.OFFICE]),
        checker=_area(connection, [one for one in held if one.role in CHECKERS]),
        signs=MappingProxyType(_signs(connection, held, sign_off)),
        handles=_units(connection, _UP, members),
        barred=_units(connection, _UP, units),
        own_units=_units(connection, _DOWN, units),
    )


def _units(connection: Connection, query: TextClause, units: Sequence[int]) -> frozenset[int]:
    if not units:
        return frozenset()
    return frozenset(connection.execute(query, {"units": list(units)}).scalars())


def _area(connection: Connection, held: Iterable[HeldRole]) -> Area:
    bound = [one.division_id for one in held if not one.is_nowhere]
    if None in bound:
        return Area(everywhere=True)
    return Area(divisions=subtree(connection, [one for one in bound if one is not None]))


def _signs(
    connection: Connection, held: Sequence[HeldRole], sign_off: Mapping[Severity, ChiefLevel]
) -> dict[Severity, Area]:
    """By severity, where the account's level is high enough."""
    signers = [one for one in held if one.role in SIGNERS]
    bound = [one.division_id for one in signers if one.division_id]
    rows = connection.execute(_LEVELS, {"divisions": bound}) if bound else ()
    levels = {row.id: ChiefLevel(row.level) for row in rows}
    order = tuple(ChiefLevel)

    def level(one: HeldRole) -> int:
        if one.role is Role.CHIEF:
            return order.index(one.chief_level or order[-1])
        return order.index(levels[one.division_id]) if one.division_id else 0

    return {
        severity: _area(connection, [one for one in signers if level(one) <= order.index(asked)])
        for severity, asked in sign_off.items()
    }
