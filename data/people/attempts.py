"""Slows down guesses at passwords: by account and place, by account, and by address.

A place is a browser known to the account by its mark, else the address. Where an account has signed
in before it only answers for its own failures there, so that guesses made elsewhere never keep its
holder out. Times are the database's: servers with different clocks count alike.
"""

import hashlib
import math
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, text

from data.errors import TooManyAttempts
from data.people.browsers import is_browser_of
from data.settings import DashboardSettings

LEAST_IN_MINUTES = 100
"""A wait of fewer seconds is told in seconds."""

_KNOWN_ADDRESS = text("""
SELECT EXISTS (SELECT FROM sign_in_attempt
    WHERE login_sha256 = :login AND address_sha256 = :address AND succeeded
    AND at > now() - :days * interval '1 day')
""")
_AT_PLACE = text("""
SELECT count(*) AS failed, extract(epoch FROM now() - max(at)) AS since FROM sign_in_attempt
WHERE login_sha256 = :login AND place_sha256 = :place AND NOT succeeded
    AND at > now() - interval '1 day' AND id > coalesce((SELECT max(id) FROM sign_in_attempt
        WHERE login_sha256 = :login AND place_sha256 = :place AND succeeded), 0)
""")
_OF_STRANGERS = text("""
SELECT count(*) AS failed, extract(epoch FROM now() - max(at)) AS since FROM sign_in_attempt
WHERE login_sha256 = :login AND NOT succeeded AND NOT is_known AND at > now() - interval '1 day'
""")
_AT_ADDRESS = text("""
SELECT coalesce(sum(least(failed, :attempts)), 0) AS failed,
    extract(epoch FROM now() - max(last_at)) AS since
FROM (
    SELECT count(*) AS failed, max(at) AS last_at FROM sign_in_attempt AS failure
    WHERE address_sha256 = :address AND NOT succeeded AND at > now() - interval '15 minutes'
        AND NOT EXISTS (SELECT FROM sign_in_attempt AS success
            WHERE success.login_sha256 = failure.login_sha256 AND success.succeeded
            AND success.address_sha256 = :address AND success.id > failure.id)
    GROUP BY login_sha256
) AS by_login
""")
_OLD = text("DELETE FROM sign_in_attempt WHERE at < now() - :days * interval '1 day'")
_INSERT = text("""
INSERT INTO sign_in_attempt (login_sha256, address_sha256, place_sha256, is_known, succeeded)
VALUES (:login, :address, :place, :known, false) RETURNING id
""")


@dataclass(frozen=True, slots=True)
class Attempt:
    """One recorded try to sign in, counted as failed until marked as succeeded.

    ``is_known``: it was made in a browser or from an address where the account had signed in.
    """

    id: int
    is_known: bool


def _hash(word: str) -> bytes:
    return hashlib.sha256(word.casefold().encode("utf-8", "surrogatepass")).digest()


def begin_attempt(
    connection: Connection,
    login: str,
    address: str,
    limits: DashboardSettings,
    browser: str | None = None,
) -> Attempt:
    """Records a sign-in attempt, as failed for now; ``browser`` is the mark the browser sent.

    Raises TooManyAttempts, with the time to wait, while the account waits at this place after too
    many failures. What is refused so is not counted: the wait ends by itself. Two attempts at once
    can't slip through: they wait for one another.
    """
    keys = {"login": _hash(login), "address": _hash(address)}
    for lock in sorted(int.from_bytes(key[:8], "big", signed=True) for key in keys.values()):
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": lock})
    days = {"days": limits.known_days}
    place = keys["address"]
    known = bool(connection.execute(_KNOWN_ADDRESS, {**keys, **days}).scalar_one())
    if browser and is_browser_of(connection, browser, login, limits.known_days):
        place, known = _hash(f"browser {browser}"), True
    counted = [(_AT_PLACE, limits.attempts)]
    if not known:
        counted.append((_OF_STRANGERS, limits.account_attempts))
        counted.append((_AT_ADDRESS, limits.address_attempts))
    bound = {**keys, "place": place, "attempts": limits.attempts}
    for query, most in counted:
        names = query.compile().params.keys()
        row = connection.execute(query, {name: bound[name] for name in names}).one()
        _require_wait_over(int(row.failed) - most, float(row.since or 0), limits)
    connection.execute(_OLD, {"days": max(1.0, limits.known_days)})
    number = connection.execute(_INSERT, {**keys, "place": place, "known": known}).scalar_one()
    return Attempt(number, known)


def _require_wait_over(beyond: int, since_s: float, limits: DashboardSettings) -> None:
    """Raises TooManyAttempts unless the wait after the last failure, ``since_s`` ago, is over.

    ``beyond`` counts the failures past the limit: each doubles the wait, below 0 there is none.
    """
    if beyond < 0:
        return
    longest_s = limits.longest_wait_minutes * 60
    wait_s = min(longest_s, limits.first_wait_seconds * 2.0 ** min(beyond, 64))
    seconds = math.ceil(wait_s - since_s)
    if seconds <= 0:
        return
    facts: dict[str, Any] = {"seconds": seconds, "minutes": math.ceil(seconds / 60)}
    if seconds < LEAST_IN_MINUTES:
        raise TooManyAttempts("Too many failed sign-ins. Try again in {seconds} seconds.", **facts)
    raise TooManyAttempts("Too many failed sign-ins. Try again in {minutes} minutes.", **facts)


def attempt_succeeded(connection: Connection, attempt: Attempt) -> None:
    """Marks the attempt to sign in as succeeded: it no longer counts as failed."""
    connection.execute(
        text("UPDATE sign_in_attempt SET succeeded = true WHERE id = :id"), {"id": attempt.id}
    )


def count_failures(connection: Connection, login: str) -> int:
    """Returns how many sign-ins of the account failed within a day, since the last unlocking."""
    query = text("""
        SELECT count(*) FROM sign_in_attempt
        WHERE login_sha256 = :login AND NOT succeeded AND at > now() - interval '1 day'
    """)
    return int(connection.execute(query, {"login": _hash(login)}).scalar_one())


def unlock(connection: Connection, login: str) -> int:
    """Forgets the account's failed sign-ins: it need not wait anywhere. Returns their number."""
    query = text("DELETE FROM sign_in_attempt WHERE login_sha256 = :login AND NOT succeeded")
    return connection.execute(query, {"login": _hash(login)}).rowcount
