"""Users worked out a moment ago, so that a screen full of tiles asks the database once."""

from dataclasses import dataclass, field
from datetime import timedelta

from dashboard.frame.auth import User
from data.clock import UtcDatetime
from data.queries.people.accounts import Account

KEPT_FOR = timedelta(seconds=5)
"""What an account may see is worked out again after this long, or when its version changed."""


@dataclass(slots=True)
class KnownUsers:
    """Users by account and version, each with the moment it was worked out."""

    users: dict[tuple[int, int], tuple[UtcDatetime, User]] = field(default_factory=dict)

    def find(self, account: Account, now: UtcDatetime) -> User | None:
        """The user of that very account, unless it was worked out too long ago."""
        entry = self.users.get((account.id, account.version))
        if entry is None or now - entry[0] >= KEPT_FOR or entry[1].account != account:
            return None
        return entry[1]

    def keep(self, user: User, now: UtcDatetime) -> None:
        """The user is known for a moment; those known too long are dropped."""
        for key, (at, _) in list(self.users.items()):
            if now - at >= KEPT_FOR:
                self.users.pop(key, None)
        self.users[(user.account.id, user.account.version)] = (now, user)
