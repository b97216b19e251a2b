"""Sessions kept by the server: the browser holds 32 random bytes, the table only their hash.

They begin and end by the database's clock: no server's own clock ends anybody's session.
"""

import hashlib
import secrets
from datetime import timedelta

from sqlalchemy import Connection, text

from data.records import AccountId

TOUCH_EVERY = timedelta(minutes=1)
"""A session's end moves at most this often, so that reading costs no write."""


ANNOUNCED = "onemap_account"
"""The channel of NOTIFY that tells whose sessions or rights have changed, by the account's id."""


def announce(connection: Connection, account_id: AccountId) -> None:
    """Tells every server, once committed, to look at the account's open pages and sessions anew."""
    connection.execute(
        text("SELECT pg_notify(:channel, :id)"), {"channel": ANNOUNCED, "id": str(account_id)}
    )


def token_hash(token: str) -> bytes:
    """Returns the SHA-256 of a session token; only this hash is stored, never the token."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()


def open_session(connection: Connection, account_id: AccountId, hours: float) -> str:
    """Opens a session of the account and returns its token; deletes all expired sessions."""
    token = secrets.token_urlsafe(32)
    connection.execute(text("DELETE FROM session WHERE expires_at <= now()"))
    connection.execute(
        text(
            """
            INSERT INTO session (token_sha256, account_id, created_at, seen_at, expires_at)
            VALUES (:hash, :account_id, now(), now(), now() + :length)
            """
        ),
        {"hash": token_hash(token), "account_id": account_id, "length": timedelta(hours=hours)},
    )
    return token


def touch_session(connection: Connection, token: str, hours: float, *, days: float) -> None:
    """Extends the session to ``hours`` from now, but at most ``days`` from its beginning."""
    connection.execute(
        text(
            """
            UPDATE session SET seen_at = now(),
            expires_at = least(now() + :length, created_at + :longest)
            WHERE token_sha256 = :hash AND expires_at > now()
            """
        ),
        {
            "hash": token_hash(token),
            "length": timedelta(hours=hours),
            "longest": timedelta(days=days),
        },
    )


def end_session(connection: Connection, token: str) -> None:
    """Deletes the session that has the token, if any, and announces it."""
    account_id = connection.execute(
        text("DELETE FROM session WHERE token_sha256 = :hash RETURNING account_id"),
        {"hash": token_hash(token)},
    ).scalar_one_or_none()
    if account_id is not None:
        announce(connection, account_id)


def end_sessions(connection: Connection, account_id: AccountId, *, but: str | None = None) -> int:
    """Deletes the account's sessions except that of token ``but``; returns their number.

    Open pages of the account hear of it.
    """
    kept = token_hash(but) if but else b""
    announce(connection, account_id)
    return connection.execute(
        text("DELETE FROM session WHERE account_id = :account_id AND token_sha256 <> :kept"),
        {"account_id": account_id, "kept": kept},
    ).rowcount
