"""Compares an account's password with mosquitto's own file, without signing in."""

import hmac
from base64 import b64decode
from hashlib import pbkdf2_hmac, sha512
from pathlib import Path
from typing import Final

from ingest.broker.limits import settings_of

_ELSEWHERE: Final = frozenset({"plugin", "auth_plugin"})


def knows_account(config_file: Path, username: str, password: str) -> bool | None:
    """Returns whether mosquitto's password file has the account with this password.

    None where that can't be known: no such file, one that this account may not read, several of
    them, or a plugin that knows the accounts.
    Source: mosquitto 2.0, password_mosq.h: ``$7$`` is PBKDF2 with SHA-512, ``$6$`` SHA-512 alone.
    """
    try:
        settings = settings_of(config_file)
        if _ELSEWHERE & settings.keys() or settings.get("per_listener_settings") == "true":
            return None
        named = settings.get("password_file", "")
        lines = Path(named).read_text(encoding="utf-8").splitlines() if named else None
    except (OSError, UnicodeError):
        return None
    if lines is None:
        return None
    kept = dict(line.partition(":")[::2] for line in lines)
    return username in kept and _fits(kept[username], password.encode())


def _fits(stored: str, password: bytes) -> bool:
    """Returns whether a password is the one of a hash as mosquitto_passwd writes it."""
    try:
        _, kind, *counted, salt, digest = stored.split("$")
        grains, wanted = b64decode(salt), b64decode(digest)
        if kind == "7":
            made = pbkdf2_hmac("sha512", password, grains, int(counted[0]))
        else:
            made = sha512(password + grains).digest()
    except (ValueError, IndexError):
        return False
    return hmac.compare_digest(made, wanted)
