"""Who asks for problems: where their duties hold, and which problems wait for them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from sqlalchemy import Connection, TextClause, text

from data.procedure.turns import COVERED, HANDLED, SIGNED, Roles
from data.queries.people.accounts import HeldRole, roles
from data.queries.people.visible import subtree
from data.records import AccountId, DivisionId
from data.vocabulary import ChiefLevel, Role
from data.words.ledger import Severity


@dataclass(frozen=True, slots=True)
class Area:
    """Where an account's duties hold: everywhere, or in these divisions and all below them."""

    everywhere: bool = False
    divisions: frozenset[DivisionId] = frozenset()


@dataclass(frozen=True, slots=True)
class Asker:
    """An account's duties, in the form that the SQL conditions of ``data.procedure.turns`` need.

    ``covers`` and, by severity, ``signs`` are areas. ``handles`` are the units whose problems are
    theirs to rectify (their own and those above it); ``barred`` those whose problems they may not
    check, being in or below them; ``own_units`` their own and those below it.
    """

    account_id: AccountId
    covers: Mapping[str, Area] = field(default_factory=dict)
    signs: Mapping[str, Mapping[Severity, Area]] = field(default_factory=dict)
    handles: Mapping[str, frozenset[int]] = field(default_factory=dict)
    barred: frozenset[int] = frozenset()
    own_units: frozenset[int] = frozenset()

    @property
    def bound(self) -> Mapping[str, object]:
        """The values of SQL parameters in ``WAITING``, ``NEXT_ACTION``, ``MINE``, ``OWN_UNITS``."""
        values: dict[str, object] = {
            "asker": self.account_id,
            "asker_barred": sorted(self.barred),
            "asker_own_units": sorted(self.own_units),
        }
        for name in COVERED:
            area = self.covers.get(name, Area())
            values[f"asker_covers_{name}_all"] = area.everywhere
            values[f"asker_covers_{name}"] = sorted(area.divisions)
        for name in HANDLED:
            values[f"asker_handles_{name}"] = sorted(self.handles.get(name, ()))
        for name in SIGNED:
            signs = self.signs.get(name, {})
            areas = {each: signs.get(each, Area()) for each in Severity}
            values[f"asker_signs_{name}_all"] = [
                each.value for each, area in areas.items() if area.everywhere
            ]
            for each, area in areas.items():
                values[f"asker_signs_{name}_{each.value}"] = sorted(area.divisions)
        return values


MINE: Final = "(problem.reporter_id = :asker)"
OWN_UNITS: Final = "({})".format(
    " OR ".join(
        f"problem.unit_id = ANY(:{each})"
        for each in ("asker_own_units", *(f"asker_handles_{name}" for name in HANDLED))
    )
)

_UP: Final = text("""
WITH RECURSIVE up AS (
    SELECT id, parent_id FROM unit WHERE id = ANY(:units)
    UNION SELECT unit.id, unit.parent_id FROM unit JOIN up ON up.parent_id = unit.id
)
SELECT id FROM up
""")
_DOWN: Final = text("""
WITH RECURSIVE down AS (
    SELECT id FROM unit WHERE id = ANY(:units)
    UNION SELECT unit.id FROM unit JOIN down ON unit.parent_id = down.id
)
SELECT id FROM down
""")
"""What ``units_below`` does, written out: asked with every list, and a quarter quicker so."""

_LEVELS: Final = text("SELECT id, level FROM division WHERE id = ANY(:divisions)")


def asker_of(
    connection: Connection, account_id: AccountId, sign_off: Mapping[Severity, ChiefLevel]
) -> Asker:
    """Reads the account's duties; ``sign_off`` is the lowest level to sign off each severity."""
    held = roles(connection, [account_id])[account_id]
    units = _units_of(held)
    return Asker(
        account_id,
        covers=MappingProxyType(
            {name: _area(connection, _held_as(held, names)) for name, names in COVERED.items()}
        ),
        signs=MappingProxyType(
            {
                name: MappingProxyType(_signs(connection, _held_as(held, names), sign_off))
                for name, names in SIGNED.items()
            }
        ),
        handles=MappingProxyType(
            {
                name: _units(connection, _UP, _units_of(_held_as(held, names)))
                for name, names in HANDLED.items()
            }
        ),
        barred=_units(connection, _UP, units),
        own_units=_units(connection, _DOWN, units),
    )


def _held_as(held: Iterable[HeldRole], names: Roles) -> list[HeldRole]:
    return [one for one in held if one.role in names]


def _units_of(held: Iterable[HeldRole]) -> list[int]:
    return [one.unit_id for one in held if one.unit_id]


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
    connection: Connection, signers: Sequence[HeldRole], sign_off: Mapping[Severity, ChiefLevel]
) -> dict[Severity, Area]:
    """Returns, by severity, the area in which these roles' level is high enough to sign off."""
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
