"""Who walks, for which chief it counts and by whose rules, read from the database alone."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, text

from data.clock import business_date
from data.errors import Forbidden, NotFound
from data.queries.patrols.own_reaches import own_reaches, post_of
from data.queries.people.accounts import HeldRole, roles
from data.queries.people.visible import subtree
from data.records import AccountId, DivisionId
from data.vocabulary import ChiefLevel, Role

WALKERS = frozenset({Role.PATROLLER, Role.CHIEF, Role.OFFICE})
"""Roles that record patrols."""

STAND_INS = frozenset({Role.PATROLLER, Role.OFFICE})
"""Roles that may record a patrol for a chief of their division. Source: 广州市 2021 (by proxy)."""


@dataclass(frozen=True, slots=True)
class Walker:
    """Whom a patrol counts for: the chief ``person_id`` with the chief's ``reaches``, if a chief.

    Without a chief ``reaches`` is None: any reach counts.
    """

    account_id: AccountId
    person_id: int | None
    level: ChiefLevel
    division_id: int | None
    reaches: frozenset[int] | None


def walker(
    connection: Connection, who: AccountId, person_id: int | None, started_at: datetime
) -> Walker:
    """Returns for whom the account patrols that day: the chief ``person_id``, else for itself.

    Raises Forbidden (it may not patrol, or not for that chief), NotFound (no such chief that day).
    """
    held = [one for one in roles(connection, [who])[who] if one.role in WALKERS]
    if not held or not _is_active(connection, who):
        raise Forbidden("Your account may not do this.")
    day = business_date(started_at)
    own = own_person(connection, who)
    if person_id is None or person_id == own:
        return _as_oneself(connection, who, held, own, day)
    post = post_of(connection, person_id, day)
    if post is None:
        raise NotFound("No such chief answered for a water on {day}.", day=day)
    if not _stands_in(connection, held, post.division_id):
        raise Forbidden("A patrol counts for oneself, or for a chief of one's own division.")
    reaches = own_reaches(connection, person_id, day)
    return Walker(who, person_id, post.level, post.division_id, reaches)


def _as_oneself(
    connection: Connection, who: AccountId, held: list[HeldRole], own: int | None, day: date
) -> Walker:
    """Returns the walker for an account's own patrol: a chief with reaches, or by division."""
    post = post_of(connection, own, day) if own is not None else None
    if own is not None and post is not None:
        reaches = own_reaches(connection, own, day)
        return Walker(who, own, post.level, post.division_id, reaches)
    role = min(held, key=lambda one: (one.role is not Role.CHIEF, one.id))
    level = role.chief_level or _level(connection, role.division_id)
    return Walker(who, None, level, role.division_id, None)


def own_person(connection: Connection, who: AccountId) -> int | None:
    """Returns the chief (a person of the archive) that the account is, None for others."""
    query = text("SELECT id FROM person WHERE account_id = :who")
    return connection.execute(query, {"who": who}).scalar_one_or_none()


def walks_in(connection: Connection, who: AccountId) -> tuple[bool, frozenset[DivisionId]]:
    """Returns whether the account patrols everywhere, and the divisions it patrols in."""
    held = roles(connection, [who])[who]
    roots = [one.division_id for one in held if one.role in WALKERS and not one.is_nowhere]
    below = subtree(connection, [root for root in roots if root is not None])
    return None in roots, below


def _is_active(connection: Connection, who: AccountId) -> bool:
    query = text("SELECT is_active FROM account WHERE id = :who")
    return bool(connection.execute(query, {"who": who}).scalar_one())


def _level(connection: Connection, division_id: int | None) -> ChiefLevel:
    query = text("SELECT level FROM division WHERE id = :id")
    found = connection.execute(query, {"id": division_id}).scalar_one_or_none()
    return ChiefLevel(found) if found else ChiefLevel.VILLAGE


def _stands_in(connection: Connection, held: list[HeldRole], division_id: int | None) -> bool:
    roots = [one.division_id for one in held if one.role in STAND_INS]
    if None in roots:
        return True
    return division_id in subtree(connection, [root for root in roots if root is not None])
