"""Browsers in which an account signed in, known by a random mark; the table has its hash."""

import secrets

from sqlalchemy import Connection, text

from data.people.sessions import token_hash
from data.records import AccountId

_IS_KNOWN = text("""
SELECT EXISTS (SELECT FROM known_browser JOIN account ON account.id = account_id
    WHERE token_sha256 = :hash AND login = :login AND seen_at > now() - :days * interval '1 day')
""")
_KEEP = text("""
INSERT INTO known_browser (token_sha256, account_id) VALUES (:hash, :account)
ON CONFLICT (token_sha256, account_id) DO UPDATE SET seen_at = now()
""")


def is_browser_of(connection: Connection, mark: str, login: str, days: float) -> bool:
    """Returns whether the account signed in within ``days`` in the browser that sent the mark."""
    bound = {"hash": token_hash(mark), "login": login, "days": days}
    return bool(connection.execute(_IS_KNOWN, bound).scalar_one())


def mark_browser(
    connection: Connection, account_id: AccountId, old: str | None, days: float
) -> str:
    """Notes that the account signed in in the browser; returns the browser's new mark.

    The new mark takes over the accounts of the ``old`` one, which then counts for nothing: a mark
    planted in somebody's browser never becomes known. Browsers not seen for ``days`` are forgotten.
    """
    mark = secrets.token_urlsafe(32)
    connection.execute(
        text("DELETE FROM known_browser WHERE seen_at <= now() - :days * interval '1 day'"),
        {"days": days},
    )
    if old:
        connection.execute(
            text("UPDATE known_browser SET token_sha256 = :new WHERE token_sha256 = :old"),
            {"new": token_hash(mark), "old": token_hash(old)},
        )
    connection.execute(_KEEP, {"hash": token_hash(mark), "account": account_id})
    return mark


def forget_browsers(connection: Connection, account_id: AccountId) -> None:
    """Forgets every browser in which the account signed in."""
    connection.execute(
        text("DELETE FROM known_browser WHERE account_id = :account"), {"account": account_id}
    )
