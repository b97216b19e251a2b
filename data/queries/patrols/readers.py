"""Readers of patrols: what they may see, and whose names."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection

from data.queries.people.accounts import roles
from data.queries.people.visible import subtree
from data.queries.scope import PATROL_VISIBLE, Scope
from data.records import AccountId, DivisionId
from data.vocabulary import Role

NAMERS: Final = frozenset({Role.OFFICE, Role.CHIEF, Role.AUDITOR})
"""Roles that read the names of those who patrol in their divisions."""

READABLE: Final = f"(patrol.account_id = :who OR {PATROL_VISIBLE})"
"""One's own patrols, wherever they went, and those within what may be seen."""

NAMED: Final = (
    "(patrol.account_id = :who OR :names_all OR patrol.division_id = ANY(:names_divisions))"
)
"""The name of who went may be told; to others it is the post or the unit."""


COUNTED: Final = (
    """(patrol.is_valid AND NOT patrol.judgements @> '[{"rule": "interval", "passed": false}]')"""
)
"""Patrols that count for a duty: valid, and not too soon after another that counts."""


@dataclass(frozen=True, slots=True)
class Reader:
    """An account that reads patrols, and where it may also see the walkers' names."""

    account_id: AccountId
    scope: Scope
    names_all: bool = False
    names: frozenset[DivisionId] = frozenset()

    @property
    def bound(self) -> Mapping[str, object]:
        """The values of the SQL parameters in ``READABLE`` and ``NAMED``."""
        return {
            **self.scope.bound,
            "who": self.account_id,
            "names_all": self.names_all,
            "names_divisions": sorted(self.names),
        }


def reader_of(connection: Connection, account_id: AccountId, scope: Scope) -> Reader:
    """Returns the account as a Reader of the patrols visible in the scope."""
    held = roles(connection, [account_id])[account_id]
    roots = [one.division_id for one in held if one.role in NAMERS]
    named = [root for root in roots if root is not None]
    return Reader(account_id, scope, None in roots, subtree(connection, named))
