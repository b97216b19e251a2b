"""Asks a broker whether it accepts an account, and leaves the account's session as it is."""

import socket
import uuid

from ingest.transport.broker_link import SESSION_EXPIRY_S

_KEEP = b"\x11" + SESSION_EXPIRY_S.to_bytes(4, "big")
"""The property Session Expiry Interval. Source: MQTT 5, 3.1.2.11.2."""

_GOODBYE = b"\xe0\x07\x00\x05\x11\x00\x00\x00\x00"
"""A DISCONNECT that ends the session with the connection. Source: MQTT 5, 3.14.2.2.2."""


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
