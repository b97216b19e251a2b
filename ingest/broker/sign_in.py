"""Asks a broker, or its own file, whether it accepts an account; sessions stay as they are."""

import hmac
import socket
import uuid
from base64 import b64decode
from hashlib import pbkdf2_hmac, sha512
from pathlib import Path
from typing import Final

from ingest.broker.limits import settings_of
from ingest.transport.broker_link import SESSION_EXPIRY_S

_KEEP = b"\x11" + SESSION_EXPIRY_S.to_bytes(4, "big")
"""The property Session Expiry Interval. Source: MQTT 5, 3.1.2.11.2."""

_GOODBYE = b"\xe0\x07\x00\x05\x11\x00\x00\x00\x00"
"""A DISCONNECT that ends the session with the connection. Source: MQTT 5, 3.14.2.2.2."""

_ELSEWHERE: Final = frozenset({"plugin", "auth_plugin"})
"""Settings of mosquitto by which something else than its password file knows the accounts."""


def accepts(
    host: str,
    port: int,
    username: str,
    password: str,
    *,
    protocol: str = "5",
    patience_s: float = 5,
) -> bool:
    """Returns whether the broker accepts the account. Raises OSError when nobody answers.

    A broker that names sessions after accounts gives us the account's own session: its queue is
    kept, and whoever uses it at that moment connects again. ``protocol`` 3.1.1 allows a broker
    that doesn't know MQTT 5.
    """
    texts = (f"onemap-probe-{uuid.uuid4().hex[:8]}".encode(), username.encode(), password.encode())
    level = b"\x05\xc0\x00\x0a" + bytes([len(_KEEP)]) + _KEEP
    try:
        answer = _answer(host, port, level, texts, patience_s)
    except ConnectionResetError:
        answer = b""
    if len(answer) == 4 and answer[1] > 2:
        return answer[3] == 0
    if protocol == "5":
        return False
    answer = _answer(host, port, b"\x04\xc2\x00\x0a", texts, patience_s)
    return len(answer) == 4 and answer[3] == 0


def _answer(
    host: str, port: int, level: bytes, texts: tuple[bytes, ...], patience_s: float
) -> bytes:
    """Returns the first four bytes of the answer to a CONNECT; an own new session is ended."""
    body = b"\x00\x04MQTT" + level
    body += b"".join(len(each).to_bytes(2, "big") + each for each in texts)
    length = (
        bytes([len(body)]) if len(body) < 128 else bytes([len(body) & 127 | 128, len(body) >> 7])
    )
    with socket.create_connection((host, port), timeout=patience_s) as line:
        line.sendall(b"\x10" + length + body)
        answer = line.recv(4)
        if len(answer) == 4 and answer[1] > 2 and not answer[2] & 1 and answer[3] == 0:
            line.sendall(_GOODBYE)
    return answer


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
