"""The nation's offices: units and accounts by post for every county, city and province."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

from sqlalchemy import Connection, text

from dashboard.demo.national.copying import copy_rows, count_on, first_free
from dashboard.demo.national.divisions import Country
from dashboard.demo.national.ground import Written
from dashboard.demo.posts import PasswordOf
from data.people.passwords import hash_password, nobodys_hash
from data.procedure.workflow import Actor, Duty
from data.records import AccountId
from data.vocabulary import ChiefLevel, Role
from problem_ledger.cases.actors import Participant

NATION: Final = "nation-auditor"
"""The account that reads all of the nation."""

_DIGITS: Final = {"province": 2, "city": 4, "county": 6}
_OPEN: Final = {"province": 3, "city": 2, "county": 3}
"""So many offices of a level get a password that the demo prints."""


@dataclass(frozen=True, slots=True)
class Post:
    """An account to be written, named by its post, with its role in a division and a unit."""

    login: str
    name: str
    role: Role
    level: str
    division: int
    unit: int
    unit_name: str

    def participant(self, account: int, *, in_unit: bool = False) -> Participant:
        """Returns the account as one that acts on a problem within its division."""
        duty = Duty(self.role, ChiefLevel(self.level), covers=True, in_unit=in_unit)
        return Participant(Actor(AccountId(account), (duty,)), {duty: self.unit_name}, self.name)


@dataclass(slots=True)
class Offices:
    """All units and posts; ``posts`` by (what it does, index of its division) is an index.

    ``unit`` is the id of the first unit, ``account`` that of the first account, ``person`` that of
    each division's general chief.
    """

    units: list[tuple[str, int | None, int, bool]]
    posts: list[Post]
    by_work: dict[tuple[str, int], int]
    persons: dict[int, int]
    unit: int = 0
    account: int = 0

    def who(self, work: str, division: int, *, in_unit: bool = False) -> Participant:
        """Returns who does that work in the division, as they act on a problem."""
        at = self.by_work[work, division]
        return self.posts[at].participant(self.account + at, in_unit=in_unit)

    def unit_of(self, work: str, division: int) -> int:
        """Returns the id of the unit that does that work in the division."""
        return self.unit + self.posts[self.by_work[work, division]].unit


def make_offices(country: Country) -> Offices:
    """Returns the offices of all divisions that are made anew; the made county has its own."""
    offices = Offices([], [], {}, {})
    for at, each in enumerate(country.divisions):
        if each.id is not None:
            continue
        short = each.code[: _DIGITS[each.level]]
        chief = len(offices.units)
        offices.units.append((f"{each.name}河长办", None, at, True))
        _add(offices, "office", Post(f"office-{short}", f"{each.name}河长办", Role.OFFICE,
                                     each.level, at, chief, f"{each.name}河长办"))  # fmt: skip
        if each.level == "city":
            name = f"{each.name}河湖督查组"
            offices.units.append((name, chief, at, False))
            _add(offices, "checker", Post(f"check-{short}", name, Role.UNIT_MEMBER, each.level,
                                          at, chief + 1, name))  # fmt: skip
        if each.level == "county":
            name = f"{each.name}水利局"
            offices.units.append((name, None, at, False))
            _add(offices, "handler", Post(f"water-{short}", name, Role.UNIT_MEMBER, each.level,
                                          at, chief + 1, name))  # fmt: skip
            name = f"{each.name}巡河员"
            _add(offices, "patroller", Post(f"patrol-{short}", name, Role.PATROLLER, each.level,
                                            at, chief, name))  # fmt: skip
    return offices


def write_offices(
    connection: Connection, country: Country, offices: Offices, written: Written,
    password_of: PasswordOf, since: date,
) -> None:  # fmt: skip
    """Writes units, accounts with their roles, and the general chief of each division.

    A few of the offices and the nation's auditor get a password; nobody can sign in as the others.
    """
    _add_lacking(connection, country, offices, written)
    offices.unit = first_free(connection, "unit")
    offices.account = first_free(connection, "account")
    copy_rows(
        connection,
        "unit",
        ("id", "name", "parent_id", "division_id", "is_chief_office"),
        ((offices.unit + at, name, None if above is None else offices.unit + above,
          written.divisions[division], is_chief)
         for at, (name, above, division, is_chief) in enumerate(offices.units)),
    )  # fmt: skip
    opened = dict(_opened(offices, password_of))
    nobody = nobodys_hash()
    posts = [(offices.account + at, each) for at, each in enumerate(offices.posts)]
    last = offices.account + len(posts)
    accounts = [(id_, each.login, each.name, opened.get(each.login, nobody)) for id_, each in posts]
    accounts.append((last, NATION, "全国河湖督查", _hash(NATION, password_of)))
    copy_rows(connection, "account", ("id", "login", "display_name", "password_hash"), accounts)
    roles: list[tuple[object, ...]] = [
        (id_, each.role.value, written.divisions[each.division], offices.unit + each.unit)
        for id_, each in posts
    ]
    roles.append((last, Role.AUDITOR.value, None, None))
    copy_rows(connection, "account_role", ("account_id", "role", "division_id", "unit_id"), roles)
    _write_chiefs(connection, country, offices, written, since)
    count_on(connection, "unit", "account", "person")


def _add(offices: Offices, work: str, post: Post) -> None:
    offices.by_work[work, post.division] = len(offices.posts)
    offices.posts.append(post)


def _add_lacking(
    connection: Connection, country: Country, offices: Offices, written: Written
) -> None:
    """Adds posts that the made county's city and province lack: all work of theirs is done."""
    held = set(connection.execute(text("SELECT login FROM account")).scalars())
    for at, each in enumerate(country.divisions):
        if each.id is None:
            continue
        short = each.code[: _DIGITS[each.level]]
        name = connection.execute(
            text("SELECT name FROM division WHERE id = :id"), {"id": written.divisions[at]}
        ).scalar_one()
        for work, said in (("office", "河长办公室"), ("checker", "河湖督查组")):
            if (each.level == "province" and work == "checker") or f"{work}-{short}" in held:
                continue
            title = f"{name}{said}"
            role = Role.OFFICE if work == "office" else Role.UNIT_MEMBER
            offices.units.append((title, None, at, work == "office"))
            _add(offices, work, Post(f"{work}-{short}", title, role, each.level, at,
                                     len(offices.units) - 1, title))  # fmt: skip


def _opened(offices: Offices, password_of: PasswordOf) -> Iterator[tuple[str, str]]:
    """Yields login and password's hash of the offices that the demo's people may sign in as."""
    for level, count in _OPEN.items():
        listed = [each for each in offices.posts
                  if each.level == level and each.role is Role.OFFICE]  # fmt: skip
        for each in listed[:: max(1, len(listed) // count)][:count]:
            yield each.login, _hash(each.login, password_of)


def _hash(login: str, password_of: PasswordOf) -> str:
    return hash_password(password_of(login), login=login)


def _write_chiefs(
    connection: Connection, country: Country, offices: Offices, written: Written, since: date
) -> None:
    """Writes the general chief of every division made anew, by post."""
    first = first_free(connection, "person")
    made = [at for at, each in enumerate(country.divisions) if each.id is None]
    offices.persons = {at: first + number for number, at in enumerate(made)}
    words = {"province": "省级总河长", "city": "市级总河长", "county": "县级总河长"}
    copy_rows(
        connection,
        "person",
        ("id", "name", "post"),
        ((offices.persons[at], f"{country.divisions[at].name}总河长",
          words[country.divisions[at].level]) for at in made),
    )  # fmt: skip
    copy_rows(
        connection,
        "responsibility",
        ("person_id", "level", "is_general", "division_id", "valid_from"),
        ((offices.persons[at], country.divisions[at].level, True, written.divisions[at], since)
         for at in made),
    )  # fmt: skip
