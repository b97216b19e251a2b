"""Passwords: argon2id hashes, equal time for unknown accounts, generated ones."""

import secrets
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

from data.errors import BadInput

LEAST_CHARACTERS = 10
MOST_CHARACTERS = 256
"""Longer ones would only cost time to hash."""

ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
"""Letters and digits that can't be taken for one another when read aloud."""


@cache
def hasher() -> PasswordHasher:
    """Returns the argon2 password hasher with the library's recommended parameters.

    Source: RFC 9106 §4, second recommended option (low memory).
    """
    return PasswordHasher()


@cache
def nobodys_hash() -> str:
    """Returns a hash that no password matches, to spend equal time on an unknown login."""
    return hasher().hash(secrets.token_urlsafe(32))


def hash_password(password: str, *, login: str) -> str:
    """Returns the argon2id hash of a password. Raises BadInput for a weak one."""
    if len(password) < LEAST_CHARACTERS:
        raise BadInput("The password needs at least {least} characters.", least=LEAST_CHARACTERS)
    if len(password) > MOST_CHARACTERS:
        raise BadInput("The password may have {most} characters at most.", most=MOST_CHARACTERS)
    if login and login.casefold() in password.casefold():
        raise BadInput("The password may not contain the account name.")
    if len(set(password)) < 5:
        raise BadInput("The password repeats too few characters.")
    return hasher().hash(password)


def fits(password: str, kept_hash: str | None) -> bool:
    """Returns whether the password matches the hash; False for None, after equally long."""
    try:
        hasher().verify(kept_hash or nobodys_hash(), password[:MOST_CHARACTERS])
    except (VerifyMismatchError, InvalidHashError):
        return False
    return kept_hash is not None


def is_outdated(kept_hash: str) -> bool:
    """Returns whether the hash was made with weaker parameters than ``hasher`` uses now."""
    return hasher().check_needs_rehash(kept_hash)


def rehash(password: str) -> str:
    """Returns a hash with today's parameters of a password that was already verified."""
    return hasher().hash(password)


def generate_password() -> str:
    """Returns a random password of 16 characters in four groups (79 bits), to be shown once."""
    return "-".join("".join(secrets.choice(ALPHABET) for _ in range(4)) for _ in range(4))
