"""A role given to an account: its level, division and unit, and which of these it must have."""

from dataclasses import dataclass
from typing import NewType

from data.errors import BadInput
from data.records import DivisionId
from data.vocabulary import ChiefLevel, Role

UnitId = NewType("UnitId", int)
_UNBOUND = frozenset({Role.ADMINISTRATOR, Role.UNIT_MEMBER})
"""Roles that need no division named: the first has none, the second its unit's."""


@dataclass(frozen=True, slots=True)
class RoleGrant:
    """A role to give an account, with the division and unit the role is limited to.

    Every role but the administrator's needs a division, its unit's, or ``is_everywhere``: a field
    left empty gives no power. A patroller and a neighbour need a division of their own.
    """

    role: Role
    division_id: DivisionId | None = None
    unit_id: UnitId | None = None
    chief_level: ChiefLevel | None = None
    is_general: bool = False
    is_everywhere: bool = False

    def __post_init__(self) -> None:
        if self.is_everywhere and self.division_id is not None:
            raise BadInput("A role holds in one division or in all, not in both.")
        faults = role_faults(
            self.role,
            has_level=self.chief_level is not None,
            has_division=self.division_id is not None,
            has_unit=self.unit_id is not None,
            is_everywhere=self.is_everywhere,
        )
        if faults:
            raise next(iter(faults.values()))
        if self.is_everywhere and self.unit_id is not None:
            raise BadInput("A role with a unit holds in a division, not in all.")


def role_faults(
    role: Role, *, has_level: bool, has_division: bool, has_unit: bool, is_everywhere: bool
) -> dict[str, BadInput]:
    """Returns what is wrong with a role, by ``level``, ``unit`` or ``division``; {} if nothing."""
    faults = {}
    if (role is Role.CHIEF) != has_level:
        faults["level"] = BadInput("A river chief needs a level, and only a river chief has one.")
    if role is Role.UNIT_MEMBER and not has_unit:
        faults["unit"] = BadInput("A unit member needs a unit.")
    if role is Role.PATROLLER and not has_division:
        faults["division"] = BadInput("A patroller needs the division to patrol in.")
    elif role is Role.NEIGHBOUR and not has_division:
        faults["division"] = BadInput("A neighbour needs the division whose border may be read.")
    elif role is Role.UNIT_MEMBER and is_everywhere:
        faults["division"] = BadInput(
            "A unit member has the unit's division or one of its own, never all."
        )
    elif role not in _UNBOUND and not (has_division or has_unit or is_everywhere):
        faults["division"] = BadInput(
            "Choose the division in which the role holds.",
            mend="To let it hold everywhere, choose all divisions.",
        )
    return faults
