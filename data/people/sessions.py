"""Sessions kept by the server: the browser holds 32 random bytes, the table only their hash."""

import hashlib
import secrets
from datetime import timedelta

from sqlalchemy import Connection, text

from data.clock import UtcDatetime
from data.records import AccountId

TOUCH_EVERY = timedelta(minutes=1)
"""A session's end moves at most this often, so that reading costs no write."""


def token_hash(token: str) -> bytes:
    """Returns the SHA-256 of a session token; only this hash is stored, never the token."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()


def open_session(
    connection: Connection, account_id: AccountId, now: UtcDatetime, hours: float
) -> str:
    """Opens a session of the account and returns its token; deletes all expired sessions."""
    token = secrets.token_urlsafe(32)
    connection.execute(text("DELETE FROM session WHERE expires_at <= :now"), {"now": now})
    connection.execute(
        text(
            """
            INSERT INTO session (token_sha256, account_id, created_at, seen_at, expires_at)
            VALUES (:hash, :account_id, :now, :now, :ends)
            """
        ),
        {
            "hash": token_hash(token),
            "account_id": account_id,
            "now": now,
            "ends": now + timedelta(hours=hours),
        },
    )
    return token


def touch_session(
    connection: Connection, token: str, now: UtcDatetime, hours: float, *, days: float
) -> None:
    """Extends the session to ``hours`` from now, but at most ``days`` from its beginning."""
    connection.execute(
        text(
            """
            UPDATE session SET seen_at = :now,
            expires_at = least(CAST(:ends AS timestamptz), created_at + :longest)
            WHERE token_sha256 = :hash AND expires_at > :now
            """
        ),
        {
            "hash": token_hash(token),
            "now": now,
            "ends": now + timedelta(hours=hours),
            "longest": timedelta(days=days),
        },
    )


def end_session(connection: Connection, token: str) -> None:
    """Deletes the session that has the token, if any."""
    connection.execute(
        text("DELETE FROM session WHERE token_sha256 = :hash"), {"hash": token_hash(token)}
    )


def end_sessions(connection: Connection, account_id: AccountId, *, but: str | None = None) -> int:
    """Deletes the account's sessions except that of token ``but``; returns their number."""
    kept = token_hash(but) if but else b""
    return connection.execute(
        text("DELETE FROM session WHERE account_id = :account_id AND token_sha256 <> :kept"),
        {"account_id": account_id, "kept": kept},
    ).rowcount
