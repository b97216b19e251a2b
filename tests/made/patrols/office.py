"""Chiefs with reaches to answer for, and those who patrol beside them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache

from sqlalchemy import text

from data.clock import UtcDatetime, to_utc
from data.people.accounts import RoleGrant, add_role
from data.people.passwords import rehash
from data.records import AccountId, DivisionId
from data.vocabulary import ChiefLevel, Role
from problem_ledger.patrols.records import Recorded, Remark, TrackGiven, record
from problem_ledger.patrols.rules import PatrolRules, load_patrol_rules
from tests.made.basin import SmallBasin
from tests.made.database import Database
from tests.made.people import PASSWORD

NOW = to_utc(datetime(2026, 11, 22, 4, 0, tzinfo=UTC))
LOGIN = "walks."
RULES = load_patrol_rules()

PEOPLE: Mapping[str, tuple[Role, str | None, ChiefLevel | None]] = {
    "chief_up": (Role.CHIEF, "town_up", ChiefLevel.TOWNSHIP),
    "chief_down": (Role.CHIEF, "town_down", ChiefLevel.TOWNSHIP),
    "chief_county": (Role.CHIEF, "county", ChiefLevel.COUNTY),
    "office": (Role.OFFICE, "county", None),
    "office_down": (Role.OFFICE, "town_down", None),
    "patroller_up": (Role.PATROLLER, "town_up", None),
    "other_up": (Role.PATROLLER, "town_up", None),
    "auditor": (Role.AUDITOR, "county", None),
}
ANSWERS = {
    "chief_up": ("township", "reach_up", "town_up"),
    "chief_down": ("township", "reach_down", "town_down"),
    "chief_county": ("county", "river", "county"),
}
"""Level, water and division of each chief's post."""


ACCOUNT = text(
    "INSERT INTO account (login, display_name, password_hash) VALUES (:login, :name, :hash)"
    " RETURNING id"
)


@cache
def password() -> str:
    """One hash for everybody: making it is slow on purpose."""
    return rehash(PASSWORD)


@dataclass(frozen=True)
class Walkers:
    """The accounts and the chiefs' persons, by name."""

    database: Database
    basin: SmallBasin
    accounts: dict[str, AccountId]
    persons: dict[str, int]

    def record(
        self,
        who: str,
        content: bytes,
        *,
        for_chief: str | None = None,
        key: str | None = None,
        now: UtcDatetime = NOW,
        rules: PatrolRules = RULES,
        remarks: tuple[Remark, ...] = (),
        reason: str = "",
        file_name: str = "track.gpx",
    ) -> Recorded:
        """The patrol of that account, as the service keeps it."""
        person = self.persons[for_chief] if for_chief else None
        given = TrackGiven(content, file_name, person, key, remarks, reason)
        return record(self.database.app, self.accounts[who], given, lambda: now, rules)


def open_walkers(database: Database, basin: SmallBasin) -> Walkers:
    """Everybody has an account; the chiefs answer for their waters since the year began."""
    accounts: dict[str, AccountId] = {}
    with database.app.begin() as connection:
        for name, (role, place, level) in PEOPLE.items():
            accounts[name] = connection.execute(
                ACCOUNT, {"login": LOGIN + name, "name": f"{name} 姓名", "hash": password()}
            ).scalar_one()
            where = DivisionId(getattr(basin, place)) if place else None
            add_role(connection, accounts[name], RoleGrant(role, where, None, level), 1)
    persons: dict[str, int] = {}
    with database.owner.begin() as connection:
        for name, (level, water, division) in ANSWERS.items():
            persons[name] = connection.execute(
                text(
                    "INSERT INTO person (name, post, account_id) VALUES (:name, :post, :account)"
                    " RETURNING id"
                ),
                {"name": f"{name} 河长", "post": f"{level} 河长", "account": accounts[name]},
            ).scalar_one()
            column = "river_id" if water == "river" else "reach_id"
            connection.execute(
                text(
                    f"INSERT INTO responsibility (person_id, level, division_id, {column},"
                    " valid_from) VALUES (:person, :level, :division, :water, '2026-01-01')"
                ),
                {
                    "person": persons[name],
                    "level": level,
                    "division": getattr(basin, division),
                    "water": getattr(basin, water),
                },
            )
    return Walkers(database, basin, accounts, persons)
