"""Reads of accounts, sessions and roles, and lists of divisions and units."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, text

from data.errors import BadInput, NotFound
from data.people.role_grants import UnitId
from data.people.sessions import TOUCH_EVERY, token_hash
from data.queries.levels import LEVELS
from data.queries.phrases import literal
from data.queries.rows import row_as, rows_as
from data.records import AccountId, DivisionId
from data.vocabulary import ChiefLevel, Role

PLACED = frozenset({Role.PATROLLER, Role.UNIT_MEMBER})
"""Roles that hold in a division only, their own or their unit's. For others none is everywhere, but
not where they are bound to a unit."""


@dataclass(frozen=True, slots=True)
class HeldRole:
    """A role of an account, with the names of the division and unit it is bound to."""

    id: int
    role: Role
    division_id: DivisionId | None
    division: str | None
    unit_id: UnitId | None
    unit: str | None
    chief_level: ChiefLevel | None
    is_general: bool
    division_en: str | None = None

    @property
    def is_nowhere(self) -> bool:
        """Whether the role lacks the division it must have, and so gives no access."""
        is_bound = self.role in PLACED or self.unit_id is not None
        return is_bound and self.division_id is None


@dataclass(frozen=True, slots=True)
class Account:
    """An account as stored, without its password."""

    id: AccountId
    login: str
    display_name: str
    must_change_password: bool
    language: str | None
    is_active: bool
    version: int


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a sign-in is checked against: the account and its password's hash."""

    account: Account
    password_hash: str


ACCOUNT = (
    "account.id, login, display_name, must_change_password, language, is_active, account.version"
)
SESSION = text(
    f"""
    SELECT {ACCOUNT}, seen_at <= now() - :touch_every AS is_due
    FROM session JOIN account ON account.id = session.account_id
    WHERE token_sha256 = :hash AND expires_at > now() AND is_active
    """
)
BY_LOGIN = text(f"SELECT {ACCOUNT}, password_hash FROM account WHERE login = :login")
ROLES = text(
    """
    SELECT account_role.id, account_id, role,
    coalesce(account_role.division_id, unit.division_id) AS division_id,
    division.name AS division, division.name_en AS division_en, unit_id, unit.name AS unit,
    chief_level, is_general
    FROM account_role LEFT JOIN unit ON unit.id = account_role.unit_id
    LEFT JOIN division ON division.id = coalesce(account_role.division_id, unit.division_id)
    WHERE account_id = ANY(:accounts) ORDER BY account_role.id
    """
)
FITS = """
    (:search = '' OR login ILIKE :like OR display_name ILIKE :like)
    AND (:role = '' OR EXISTS (SELECT FROM account_role
    WHERE account_id = account.id AND role = :role))
"""
LIST = text(
    f"""
    SELECT {ACCOUNT} FROM account WHERE {FITS}
    ORDER BY is_active DESC, login LIMIT :most OFFSET :start
    """
)
COUNT = text(f"SELECT count(*) FROM account WHERE {FITS}")


def account_of_session(connection: Connection, token: str) -> tuple[Account, bool] | None:
    """Returns the account signed in by that session token, and whether its end is due to move.

    None when the session ended or never was.
    """
    bound = {"hash": token_hash(token), "touch_every": TOUCH_EVERY}
    row = connection.execute(SESSION, bound).one_or_none()
    return None if row is None else (row_as(Account, row), row.is_due)


def seconds_left(connection: Connection, token: str) -> float | None:
    """Returns for how many seconds the session lasts if nobody uses it; None if it has ended."""
    query = text(
        """
        SELECT extract(epoch FROM expires_at - now()) FROM session
        WHERE token_sha256 = :hash AND expires_at > now()
        """
    )
    left = connection.execute(query, {"hash": token_hash(token)}).scalar_one_or_none()
    return None if left is None else float(left)


def credentials(connection: Connection, login: str) -> Credentials | None:
    """Returns the account of a login with its password's hash, None for an unknown login."""
    row = connection.execute(BY_LOGIN, {"login": login}).one_or_none()
    return None if row is None else Credentials(row_as(Account, row), row.password_hash)


def password_hash(connection: Connection, account_id: AccountId) -> str:
    """Returns the stored hash of the account's password."""
    query = text("SELECT password_hash FROM account WHERE id = :id")
    return str(connection.execute(query, {"id": account_id}).scalar_one())


def account(connection: Connection, account_id: AccountId) -> Account:
    """Returns the account with that id. Raises NotFound if there is none."""
    query = text(f"SELECT {ACCOUNT} FROM account WHERE id = :id")
    row = connection.execute(query, {"id": account_id}).one_or_none()
    if row is None:
        raise NotFound("There is no such account.")
    return row_as(Account, row)


def roles(
    connection: Connection, accounts: Sequence[AccountId]
) -> dict[AccountId, tuple[HeldRole, ...]]:
    """Returns the roles of each account in the order of granting; () for one without roles.

    A role with a unit and without a division has its unit's.
    """
    held: dict[AccountId, tuple[HeldRole, ...]] = dict.fromkeys(accounts, ())
    for row in connection.execute(ROLES, {"accounts": list(accounts)}):
        held[row.account_id] = (*held[row.account_id], row_as(HeldRole, row))
    return held


def accounts(
    connection: Connection,
    search: str = "",
    start: int = 0,
    most: int = 50,
    role: Role | None = None,
) -> tuple[int, list[Account]]:
    """Returns how many accounts match the search and hold the role, and one page of them."""
    bound = {
        "search": search,
        "like": f"%{literal(search)}%",
        "role": role.value if role else "",
        "start": start,
        "most": most,
    }
    rows = connection.execute(LIST, bound)
    return connection.execute(COUNT, bound).scalar_one(), rows_as(Account, rows)


def division_named(connection: Connection, word: str) -> DivisionId:
    """Returns the id of a division by code or name. Raises NotFound, BadInput if ambiguous."""
    query = text("SELECT id FROM division WHERE code = :word OR name = :word OR name_en = :word")
    found = connection.execute(query, {"word": word}).scalars().all()
    if not found:
        raise NotFound("No division is called {word}.", word=word)
    if len(found) > 1:
        raise BadInput("Several divisions are called {word}; give the code.", word=word)
    return DivisionId(found[0])


def unit_named(connection: Connection, word: str) -> UnitId:
    """Returns the id of a handling unit by name. Raises NotFound, BadInput if ambiguous."""
    query = text("SELECT id FROM unit WHERE name = :word")
    found = connection.execute(query, {"word": word}).scalars().all()
    if not found:
        raise NotFound("No unit is called {word}.", word=word)
    if len(found) > 1:
        raise BadInput("Several units are called {word}.", word=word)
    return UnitId(found[0])


def divisions(connection: Connection) -> list[tuple[DivisionId, str, str | None]]:
    """Returns (id, name, name_en) of every administrative division, the higher levels first."""
    query = text(
        f"""
        SELECT id, name, name_en FROM division ORDER BY array_position({LEVELS}, level),
        code NULLS LAST, name
        """
    )
    return [(DivisionId(row.id), row.name, row.name_en) for row in connection.execute(query)]


def units(connection: Connection) -> list[tuple[UnitId, str]]:
    """Returns (id, name) of every unit, chiefs' offices too, by name."""
    query = text("SELECT id, name FROM unit ORDER BY name")
    return [(UnitId(row.id), row.name) for row in connection.execute(query)]


def area_name(connection: Connection, division_ids: Sequence[DivisionId]) -> tuple[str, str | None]:
    """Returns name and English name of the highest of these divisions.

    Of the highest of all if there are none; "" if no division is stored.
    """
    query = text(
        f"""
        SELECT name, name_en FROM division WHERE :everywhere OR id = ANY(:ids)
        ORDER BY array_position({LEVELS}, level), geom IS NULL, id LIMIT 1
        """
    )
    bound = {"ids": list(division_ids), "everywhere": not division_ids}
    row = connection.execute(query, bound).one_or_none()
    return (row.name, row.name_en) if row else ("", None)


def county_name(connection: Connection, division_id: int) -> tuple[str, str | None]:
    """Returns name and English name of the county that the division is or lies in.

    Above counties its own; "" if there is no such division.
    """
    query = text(
        """
        WITH RECURSIVE up AS (
            SELECT id, name, name_en, level, parent_id, 0 AS steps FROM division
            WHERE id = :division
            UNION ALL
            SELECT upper_.id, upper_.name, upper_.name_en, upper_.level, upper_.parent_id,
                up.steps + 1
            FROM division upper_ JOIN up ON upper_.id = up.parent_id WHERE up.level <> 'county'
        )
        SELECT name, name_en FROM up ORDER BY level = 'county' DESC, steps LIMIT 1
        """
    )
    row = connection.execute(query, {"division": division_id}).one_or_none()
    return (row.name, row.name_en) if row else ("", None)
