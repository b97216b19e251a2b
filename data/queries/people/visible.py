"""Computes what an account may read, from its roles and responsibilities."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import Connection, text

from data.queries.people.accounts import HeldRole
from data.queries.scope import EVERYTHING, NOTHING, Scope
from data.records import AccountId, DivisionId, StationId
from data.vocabulary import Role

READS_DIVISION = frozenset(
    {Role.PATROLLER, Role.CHIEF, Role.OFFICE, Role.UNIT_MEMBER, Role.AUDITOR}
)
"""Roles that read their division's subtree and the waters they answer for."""

SUBTREE = text("""
WITH RECURSIVE below AS (
    SELECT id FROM division WHERE id = ANY(:roots)
    UNION SELECT division.id FROM division JOIN below ON division.parent_id = below.id
)
SELECT id FROM below
""")
"""What ``divisions_below`` does, written out: asked for every reader, and a tenth quicker so."""

ANSWERED = text("""
SELECT river_id, reach_id, lake_id, CASE WHEN is_general THEN division_id END AS division_id
FROM responsibility JOIN person ON person.id = responsibility.person_id
WHERE person.account_id = :account_id AND valid_from <= :today
    AND (valid_to IS NULL OR valid_to > :today)
""")
BORDER = text("""
SELECT station.id FROM station JOIN section ON section.station_id = station.id
WHERE is_border AND station.division_id = ANY(:divisions)
""")


def subtree(connection: Connection, roots: Sequence[DivisionId]) -> frozenset[DivisionId]:
    """Returns the ids of the given divisions and of all divisions below them."""
    if not roots:
        return frozenset()
    return frozenset(connection.execute(SUBTREE, {"roots": list(roots)}).scalars())


def scope_of(
    connection: Connection, account_id: AccountId, held: Sequence[HeldRole], today: date
) -> Scope:
    """Returns what the account may read on that day: all that any of its roles allows."""
    readers = [one for one in held if one.role in READS_DIVISION and not one.is_nowhere]
    if any(role.division_id is None for role in readers):
        return EVERYTHING
    borders = [one.division_id for one in held if one.role is Role.NEIGHBOUR and one.division_id]
    stations: frozenset[StationId] = frozenset()
    if borders:
        within = list(subtree(connection, borders))
        stations = frozenset(connection.execute(BORDER, {"divisions": within}).scalars())
    if not readers:
        return Scope(stations=stations) if stations else NOTHING
    bound = {"account_id": account_id, "today": today}
    answered = connection.execute(ANSWERED, bound).all()
    roots = [role.division_id for role in readers if role.division_id]
    roots += [row.division_id for row in answered if row.division_id]
    return Scope(
        divisions=subtree(connection, roots),
        rivers=frozenset(row.river_id for row in answered if row.river_id),
        reaches=frozenset(row.reach_id for row in answered if row.reach_id),
        lakes=frozenset(row.lake_id for row in answered if row.lake_id),
        stations=stations,
    )
