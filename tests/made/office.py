"""The one office of the tests: who works there, their units, and the waters that chiefs answer for.

It stands on the small basin. Problems lie in the upper town, where the station handles them;
people of the lower town see none of that.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cache

from sqlalchemy import Connection, text

from data import clock
from data.clock import UtcDatetime, to_utc
from data.people.passwords import hash_password
from data.records import AccountId
from data.vocabulary import ChiefLevel, Role
from problem_ledger.cases.rules import Rules, load_rules
from tests.made.basin import SmallBasin, build_small_basin
from tests.made.database import Database

PASSWORD = "qing-he-2046-shui"
"""Everybody's."""

County, Up, Down = "county", "town_up", "town_down"


@dataclass(frozen=True)
class Post:
    """A role of somebody: the division and the unit it is bound to, a chief's level and water.

    ``place`` and ``water`` are fields of ``SmallBasin``, ``unit`` is a name of ``UNITS``.
    """

    role: Role
    place: str | None = None
    unit: str | None = None
    level: ChiefLevel | None = None
    water: str | None = None


PEOPLE: Mapping[str, tuple[Post, ...]] = {
    "patroller": (Post(Role.PATROLLER, County),),
    "patroller_up": (Post(Role.PATROLLER, Up),),
    "patroller_down": (Post(Role.PATROLLER, Down),),
    "chief": (Post(Role.CHIEF, County, level=ChiefLevel.COUNTY, water="river"),),
    "chief_up": (Post(Role.CHIEF, Up, level=ChiefLevel.TOWNSHIP, water="reach_up"),),
    "chief_down": (Post(Role.CHIEF, Down, level=ChiefLevel.TOWNSHIP, water="reach_down"),),
    "chief_city": (Post(Role.CHIEF, County, level=ChiefLevel.CITY),),
    "chief_province": (Post(Role.CHIEF, level=ChiefLevel.PROVINCE),),
    "chief_member": (
        Post(Role.CHIEF, County, level=ChiefLevel.COUNTY),
        Post(Role.UNIT_MEMBER, unit="team"),
    ),
    "office": (Post(Role.OFFICE, County),),
    "office_up": (Post(Role.OFFICE, Up),),
    "office_down": (Post(Role.OFFICE, Down),),
    "checker": (Post(Role.OFFICE, County),),
    "handler": (Post(Role.OFFICE, County),),
    "member": (Post(Role.UNIT_MEMBER, unit="station"),),
    "member_below": (Post(Role.UNIT_MEMBER, unit="team"),),
    "member_above": (Post(Role.UNIT_MEMBER, unit="bureau"),),
    "member_down": (Post(Role.UNIT_MEMBER, unit="station_down"),),
    "neighbour": (Post(Role.NEIGHBOUR, County),),
    "auditor": (Post(Role.AUDITOR, County),),
    "administrator": (Post(Role.ADMINISTRATOR),),
}
"""Everybody's posts by name, which is the login as well. The first of each role speaks for it."""

LOGINS: Mapping[Role, str] = {
    role: next(name for name, posts in PEOPLE.items() if posts[0].role is role) for role in Role
}
"""One login for each role."""

UNITS: Mapping[str, tuple[str, str, str | None]] = {
    "bureau": ("测试县水利局", County, None),
    "station": ("上游镇水利站", Up, "bureau"),
    "team": ("上游镇河道班", Up, "station"),
    "station_down": ("下游镇水利站", Down, "bureau"),
}
"""Units by a short name: the shown name, the division, the unit above."""


@dataclass
class Ticking:
    """A clock that shows a second more each time, so that no two steps happen at once."""

    at: UtcDatetime

    def __call__(self) -> UtcDatetime:
        self.at = shown = to_utc(self.at + timedelta(seconds=1))
        return shown

    def move(self, **time: float) -> None:
        """Set it forward by so many ``days``, ``hours`` and so on."""
        self.at = to_utc(self.at + timedelta(**time))


@dataclass(frozen=True)
class Office:
    """The accounts, the chiefs' persons and the units by name, with the rules and the clock."""

    database: Database
    basin: SmallBasin
    units: Mapping[str, int]
    accounts: Mapping[str, AccountId]
    persons: Mapping[str, int]
    rules: Rules
    clock: Ticking


@cache
def password_hash() -> str:
    """The hash of everybody's password, made once: it is slow on purpose."""
    return hash_password(PASSWORD, login="")


def open_office(database: Database, since: UtcDatetime | None = None) -> Office:
    """The office on a new small basin.

    ``since``: what its clock shows at first, twenty hours ago when left out. Chiefs answer for
    their waters from the first day of 2026 on.
    """
    with database.owner.begin() as connection:
        basin = build_small_basin(connection)
        units = add_units(connection, basin)
        accounts = {
            name: add_account(connection, name, *posts, basin=basin, units=units)
            for name, posts in PEOPLE.items()
        }
        persons = {
            name: add_person(connection, name, accounts[name], post, basin)
            for name, posts in PEOPLE.items()
            for post in posts
            if post.water
        }
    started = since or to_utc(clock.now() - timedelta(hours=20))
    return Office(database, basin, units, accounts, persons, load_rules(), Ticking(started))


def add_units(connection: Connection, basin: SmallBasin) -> dict[str, int]:
    """The ids of the units by their short names."""
    units: dict[str, int] = {}
    for key, (name, place, above) in UNITS.items():
        bound = {"name": name, "place": getattr(basin, place), "above": units.get(above or "")}
        units[key] = connection.execute(UNIT, bound).scalar_one()
    return units


def add_account(
    connection: Connection,
    login: str,
    *posts: Post,
    basin: SmallBasin,
    units: Mapping[str, int],
) -> AccountId:
    """The id of a new account with those posts."""
    bound = {"login": login, "name": f"{login} 甲", "hash": password_hash()}
    account = AccountId(connection.execute(ACCOUNT, bound).scalar_one())
    for post in posts:
        held = {
            "account": account,
            "role": post.role.value,
            "place": getattr(basin, post.place) if post.place else None,
            "unit": units[post.unit] if post.unit else None,
            "level": post.level and post.level.value,
        }
        connection.execute(ROLE, held)
    return account


def add_person(
    connection: Connection, name: str, account: AccountId, post: Post, basin: SmallBasin
) -> int:
    """The id of a chief's person, who answers for the post's water."""
    bound = {"name": f"{name} 河长", "post": f"{post.level} 河长", "account": account}
    person = int(connection.execute(PERSON, bound).scalar_one())
    water = getattr(basin, post.water or "")
    answers = {
        "person": person,
        "level": post.level and post.level.value,
        "place": getattr(basin, post.place or ""),
        "river": water if post.water == "river" else None,
        "reach": water if post.water != "river" else None,
    }
    connection.execute(RESPONSIBILITY, answers)
    return person


UNIT = text(
    "INSERT INTO unit (name, division_id, parent_id) VALUES (:name, :place, :above) RETURNING id"
)
ACCOUNT = text(
    "INSERT INTO account (login, display_name, password_hash, must_change_password)"
    " VALUES (:login, :name, :hash, FALSE) RETURNING id"
)
ROLE = text(
    "INSERT INTO account_role (account_id, role, division_id, unit_id, chief_level)"
    " VALUES (:account, :role, :place, :unit, :level)"
)
PERSON = text(
    "INSERT INTO person (name, post, account_id) VALUES (:name, :post, :account) RETURNING id"
)
RESPONSIBILITY = text(
    "INSERT INTO responsibility (person_id, level, division_id, river_id, reach_id, valid_from)"
    " VALUES (:person, :level, :place, :river, :reach, '2026-01-01')"
)
