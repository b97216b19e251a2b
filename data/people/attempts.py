"""Limits failed sign-ins: by login and by address, in a quarter of an hour."""

import hashlib
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Connection, text

from data.clock import UtcDatetime
from data.errors import TooManyAttempts

WINDOW = timedelta(minutes=15)
ADDRESS_FACTOR = 4
"""An office shares one address, so it may fail this many times as often as one login."""

FAILURES = """
SELECT at FROM sign_in_attempt
WHERE {column} = :{column} AND NOT succeeded AND at > :since {after_success}
ORDER BY at DESC LIMIT :most
"""
AFTER_SUCCESS = """AND at > coalesce((SELECT max(at) FROM sign_in_attempt
    WHERE login_sha256 = :login_sha256 AND succeeded), '-infinity')"""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One recorded try to sign in, counted as failed until marked as succeeded."""

    id: int
    login_sha256: bytes
    address_sha256: bytes


def _hash(word: str) -> bytes:
    return hashlib.sha256(word.casefold().encode("utf-8", "surrogatepass")).digest()


def begin_attempt(
    connection: Connection, login: str, address: str, now: UtcDatetime, most: int
) -> Attempt:
    """Records a sign-in attempt, as failed for now. Raises TooManyAttempts at the limit.

    ``most`` failures are allowed for a login, ADDRESS_FACTOR times as many for an address. Attempts
    past the limit are refused, with the minutes left, and not counted, so that the limit ends by
    itself. Two attempts at once can't slip through: they wait for one another.
    """
    keys: dict[str, bytes] = {"login_sha256": _hash(login), "address_sha256": _hash(address)}
    for lock in sorted(int.from_bytes(key[:8], "big", signed=True) for key in keys.values()):
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": lock})
    limits = (
        ("login_sha256", AFTER_SUCCESS, most),
        ("address_sha256", "", most * ADDRESS_FACTOR),
    )
    for column, after_success, limit in limits:
        query = text(FAILURES.format(column=column, after_success=after_success))
        bound = {**keys, "since": now - WINDOW, "most": limit}
        failed = connection.execute(query, bound).scalars().all()
        if len(failed) >= limit:
            left = failed[-1] + WINDOW - now
            minutes = max(1, -(-int(left.total_seconds()) // 60))
            raise TooManyAttempts(
                "Too many failed sign-ins. Try again in {minutes} minutes.", minutes=minutes
            )
    connection.execute(
        text("DELETE FROM sign_in_attempt WHERE at < :old"), {"old": now - timedelta(days=30)}
    )
    number = connection.execute(
        text(
            """
            INSERT INTO sign_in_attempt (at, login_sha256, address_sha256, succeeded)
            VALUES (:now, :login_sha256, :address_sha256, false) RETURNING id
            """
        ),
        {**keys, "now": now},
    ).scalar_one()
    return Attempt(number, **keys)


def attempt_succeeded(connection: Connection, attempt: Attempt) -> None:
    """Marks the attempt to sign in as succeeded: it no longer counts as failed."""
    connection.execute(
        text("UPDATE sign_in_attempt SET succeeded = true WHERE id = :id"), {"id": attempt.id}
    )
