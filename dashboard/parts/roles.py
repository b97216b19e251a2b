"""The names of roles and of chiefs' levels."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from dashboard.parts.measures import own_name
from dashboard.parts.wording import N_, _
from data.queries.people.accounts import HeldRole
from data.vocabulary import ChiefLevel, Role

ROLES: Mapping[Role, str] = MappingProxyType(
    {
        Role.PATROLLER: N_("Patroller"),
        Role.CHIEF: N_("River chief"),
        Role.OFFICE: N_("River chief office"),
        Role.UNIT_MEMBER: N_("Unit member"),
        Role.NEIGHBOUR: N_("Neighbour"),
        Role.AUDITOR: N_("Auditor"),
        Role.ADMINISTRATOR: N_("Administrator"),
    }
)
CHIEFS: Mapping[ChiefLevel, str] = MappingProxyType(
    {
        ChiefLevel.PROVINCE: N_("Provincial river chief"),
        ChiefLevel.CITY: N_("City river chief"),
        ChiefLevel.COUNTY: N_("County river chief"),
        ChiefLevel.TOWNSHIP: N_("Township river chief"),
        ChiefLevel.VILLAGE: N_("Village river chief"),
    }
)
GENERALS: Mapping[ChiefLevel, str] = MappingProxyType(
    {
        ChiefLevel.PROVINCE: N_("Provincial general river chief"),
        ChiefLevel.CITY: N_("City general river chief"),
        ChiefLevel.COUNTY: N_("County general river chief"),
        ChiefLevel.TOWNSHIP: N_("Township general river chief"),
        ChiefLevel.VILLAGE: N_("Village general river chief"),
    }
)


def role_name(held: HeldRole) -> str:
    """Returns the name of a held role; a chief's includes the chief's level."""
    if held.chief_level is not None:
        return _((GENERALS if held.is_general else CHIEFS)[held.chief_level])
    return _(ROLES[held.role])


def role_words(held: Sequence[HeldRole]) -> list[str]:
    """Returns each held role in words, with the unit and division that the role is bound to.

    A division that the unit's name begins with isn't said twice.
    """
    words = []
    for role in held:
        unit, division = role.unit, own_name(role.division, role.division_en)
        says_both = unit and role.division and unit.startswith(role.division)
        places = [place for place in (unit, None if says_both else division) if place]
        everywhere = [] if places or role.role is Role.ADMINISTRATOR else [_("everywhere")]
        words.append(" · ".join([role_name(role), *places, *everywhere]))
    return words
