"""The area named in the bar: the reader's own, or the county of what a page is about."""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final
from urllib.parse import parse_qs

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from dashboard.frame.auth import Action, User, may, visible_to
from dashboard.frame.deps import Deps
from dashboard.parts.measures import own_name
from data.database import transaction
from data.database_errors import database_error
from data.errors import ServiceDown
from data.queries.areas import division_of
from data.queries.people.accounts import area_name, county_name
from data.queries.people.visible import subtree
from data.records import DivisionId
from data.vocabulary import Role

Thing = tuple[str, int]
"""A kind, as the map names it, and an id."""

_PAGES: Final = re.compile(r"/(river|lake|ledger)/([0-9]{1,15})", re.ASCII)
_KINDS: Final = {"ledger": "problem"}
_CHOSEN: Mapping[str, str] = MappingProxyType({"station": "section", "patrol": "patrol"})
"""Parts of an address that name what a page shows, each with its kind."""


def thing_at(path: str, query: str = "") -> Thing | None:
    """Returns what the page at an address is about; None for a page of the whole area."""
    page = _PAGES.fullmatch(path)
    if page is not None:
        return _KINDS.get(page[1], page[1]), int(page[2])
    asked = parse_qs(query.removeprefix("?"))
    for name, kind in _CHOSEN.items():
        number = asked.get(name, [""])[0]
        if number.isascii() and number.isdecimal() and len(number) <= 15:
            return kind, int(number)
    return None


def area_for(deps: Deps, user: User | None, thing: Thing | None = None) -> str:
    """Returns the name of the area shown in the bar: the setting's, else the user's divisions'.

    Of a thing that lies in none of these, and that the user may see, it is the county's. Empty for
    a user who isn't signed in or may not read waters, and where the database doesn't tell: the page
    opens all the same.
    """
    if user is None or not user.account.is_active or not may(user, Action.READ_WATERS):
        return ""
    own, named = own_roots(user), deps.dashboard.area_name
    asked = thing if own else None
    if named and asked is None:
        return named
    try:
        with transaction(deps.engine) as connection:
            foreign = _foreign(connection, user, own, asked) if asked else None
            if foreign is not None:
                return own_name(*county_name(connection, foreign))
            return named or own_name(*area_name(connection, own))
    except SQLAlchemyError as error:
        if isinstance(database_error(error), ServiceDown):
            return ""
        raise


def own_roots(user: User) -> list[DivisionId]:
    """Returns the divisions that a user's roles are bound to; empty for one of all divisions.

    The county at whose border one may look is one's own only where no other role has a division.
    """
    held = [role for role in user.roles if role.division_id is not None]
    home = [role for role in held if role.role is not Role.NEIGHBOUR] or held
    return [role.division_id for role in home if role.division_id is not None]


def _foreign(
    connection: Connection, user: User, own: list[DivisionId], thing: Thing
) -> DivisionId | None:
    """Returns the division of a thing that lies in none of the user's own."""
    mine = subtree(connection, own)
    found = division_of(connection, visible_to(user), thing, mine)
    return None if found is None or found in mine else found
