"""SM4 encryption of HJ 212-2025: the text between ``CP=&&`` and ``&&``, where a key is set."""

import base64
import binascii
import re
from typing import Final

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from ingest.codecs.hj212_frame import BadFrame, Fault

BLOCK: Final = 16
_PLAIN: Final = re.compile(r"\s*[A-Za-z0-9_.]+(-[A-Za-z0-9]+)?\s*=")
_BASE64: Final = re.compile(r"[A-Za-z0-9+/]+={0,2}")


def is_cipher(body: str) -> bool:
    """Returns whether the body of a frame is encrypted: not empty, and without key=value items."""
    return bool(body.strip()) and not _PLAIN.match(body)


def deciphered(body: str, key: bytes | None) -> str:
    """Deciphers a body written in hex or base64.

    ECB, no padding but zeros or spaces to the block. Raises BadFrame (cipher without a key,
    cipher_key when what comes out is no list of items). Source: implementers' notes on HJ 212-2025;
    the standard itself was not seen (未核实).
    """
    if key is None:
        raise BadFrame(Fault.CIPHER, "the text is enciphered and no key is configured")
    if len(key) != BLOCK:
        raise BadFrame(Fault.CIPHER_KEY, f"the key has {len(key)} bytes, not {BLOCK}")
    sealed = _sealed(body.strip())
    try:
        # The standard asks for ECB; it hides nothing of repeated blocks, and nobody can choose.
        opened = Cipher(algorithms.SM4(key), modes.ECB()).decryptor()  # noqa: S305
        text = (opened.update(sealed) + opened.finalize()).rstrip(b"\0 ").decode("utf-8")
    except (UnicodeDecodeError, UnsupportedAlgorithm):
        raise BadFrame(Fault.CIPHER_KEY, "the configured key doesn't open it") from None
    if not _PLAIN.match(text):
        raise BadFrame(Fault.CIPHER_KEY, "the configured key doesn't open it")
    return text


def enciphered(body: str, key: bytes) -> str:
    """Enciphers the body as loggers of the 2025 edition do, in upper-case hex."""
    plain = body.encode()
    plain += b"\0" * (-len(plain) % BLOCK)
    sealing = Cipher(algorithms.SM4(key), modes.ECB()).encryptor()  # noqa: S305
    return (sealing.update(plain) + sealing.finalize()).hex().upper()


def _sealed(body: str) -> bytes:
    try:
        if re.fullmatch(r"[0-9A-Fa-f]+", body):
            sealed = bytes.fromhex(body)
        elif _BASE64.fullmatch(body):
            sealed = base64.b64decode(body, validate=True)
        else:
            sealed = b""
    except (ValueError, binascii.Error):
        sealed = b""
    if not sealed or len(sealed) % BLOCK:
        raise BadFrame(Fault.CIPHER, "the text is neither items nor whole blocks of a cipher")
    return sealed
