"""Passwords: argon2id hashes, equal time for unknown accounts, generated ones to hand over."""

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
    """The hasher with the library's current recommendation (RFC 9106, low memory).

    Source: RFC 9106 §4, second recommended option.
    """
    return PasswordHasher()


@cache
def nobodys_hash() -> str:
    """A hash no password fits, so that an unknown login takes as long as a known one."""
    return hasher().hash(secrets.token_urlsafe(32))


def hash_password(password: str, *, login: str) -> str:
    """The argon2id hash of a password that is fit to use. Raises BadInput for a weak one."""
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
    """Whether the password is the one kept; takes as long when there is none."""
    try:
        hasher().verify(kept_hash or nobodys_hash(), password[:MOST_CHARACTERS])
    except (VerifyMismatchError, InvalidHashError):
        return False
    return kept_hash is not None


def is_outdated(kept_hash: str) -> bool:
    """Whether the hash was made with weaker parameters than today's."""
    return hasher().check_needs_rehash(kept_hash)


def rehash(password: str) -> str:
    """Today's hash of a password that was just found to fit."""
    return hasher().hash(password)


def generate_password() -> str:
    """A password of 16 characters in four groups, 79 bits, to be shown once."""
    return "-".join("".join(secrets.choice(ALPHABET) for _ in range(4)) for _ in range(4))
