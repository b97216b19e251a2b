"""Signed heads: where every problem's chain ended at a moment, and a file of them to take away.

A head lists the chains that grew since the head before it and is chained to it, so that all heads
together say of every chain how long it was and by which hash it ended.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from sqlalchemy import Connection, Engine, text

from data.chain import NOTHING_BEFORE, canonical, link
from data.clock import UtcDatetime
from data.database import transaction
from data.errors import BadInput
from data.people.access_log import Logged, log
from problem_ledger.record.chains import Tip
from problem_ledger.record.keys import Signer, is_signed, key_id

HEAD: Final = "onemap-ledger-head/1"
EXPORT: Final = "onemap-ledger-export/1"
LOCK: Final = "SELECT pg_advisory_xact_lock(hashtext('ledger_head'))"

_LAST = text("SELECT at, body, hash FROM ledger_head ORDER BY id DESC LIMIT 1")
_GROWN = text("""
SELECT number, last_seq, last_hash, change_no FROM problem WHERE change_no > :after
ORDER BY number
""")
_ALL = text("SELECT number, last_seq, last_hash FROM problem ORDER BY number")
_KEEP = text("""
INSERT INTO ledger_head (at, body, prev_hash, hash, signature, key_id)
VALUES (:at, :body, :prev, :hash, :signature, :key_id)
""")


@dataclass(frozen=True, slots=True)
class Export:
    """An exported head, a signed list of each chain's last event, with its time and hash."""

    at: str
    head: str
    key_id: str
    tips: Mapping[str, Tip]


def sign_head(
    engine: Engine, signer: Signer, now: UtcDatetime, every: timedelta = timedelta()
) -> bool:
    """Signs and stores a head: the last event of each chain that grew since the head before.

    Returns False when the last head is younger than ``every`` or no chain grew: nothing is stored.
    Writers wait the moment it takes to read, so that no number below the newest is still to come.
    """
    with transaction(engine) as connection:
        return _sign(connection, signer, now, every)


def export_head(engine: Engine, signer: Signer, now: UtcDatetime) -> bytes:
    """Returns a signed file of every chain's last event; signs a head first, logs the export."""
    with transaction(engine) as connection:
        _sign(connection, signer, now, timedelta())
        last = connection.execute(_LAST).one_or_none()
        content = {
            "format": EXPORT,
            "at": now,
            "head": bytes(last.hash).hex() if last else "",
            "problems": {
                row.number: [row.last_seq, bytes(row.last_hash)] for row in connection.execute(_ALL)
            },
            "key_id": signer.key_id,
            "public_key": signer.private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw),
        }
        log(connection, Logged.EXPORT, account_id=None, about=f"ledger head {content['head']}")
    signature = signer.sign(hashlib.sha256(canonical(content)).digest())
    whole = json.loads(canonical({**content, "signature": signature}))
    return json.dumps(whole, ensure_ascii=False, indent=1, sort_keys=True).encode() + b"\n"


def read_export(content: bytes, trusted: Mapping[str, Ed25519PublicKey]) -> Export:
    """Parses an exported file. Raises BadInput when its signature doesn't fit.

    The signature is checked against the trusted keys, or, when there are none, against the key in
    the file itself, which then only shows that the file is whole.
    """
    try:
        document: dict[str, Any] = json.loads(content)
        signature = bytes.fromhex(document.pop("signature"))
        own = Ed25519PublicKey.from_public_bytes(bytes.fromhex(document["public_key"]))
        if document["format"] != EXPORT:
            raise ValueError(f"format {document['format']}")
        named = str(document["key_id"])
        public = trusted.get(named) if trusted else own
        if public is None or named != key_id(own):
            raise ValueError(f"signed by the unknown key {named}")
        if not is_signed(public, signature, hashlib.sha256(canonical(document)).digest()):
            raise ValueError("the signature doesn't fit")
        tips = {str(k): (int(n), bytes.fromhex(h)) for k, (n, h) in document["problems"].items()}
        return Export(str(document["at"]), str(document["head"]), named, tips)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise BadInput("The head's file can't be trusted: {reason}", reason=str(error)) from None


def grown(body: bytes) -> dict[str, Tip]:
    """Parses the last event of each grown chain from a head's body. Raises ValueError if faulty."""
    try:
        document = json.loads(body)
        if document["format"] != HEAD:
            raise ValueError(f"format {document['format']}")
        return {number: (seq, bytes.fromhex(h)) for number, (seq, h) in document["grown"].items()}
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"no head: {error}") from None


def _sign(connection: Connection, signer: Signer, now: UtcDatetime, every: timedelta) -> bool:
    connection.execute(text(LOCK))
    last = connection.execute(_LAST).one_or_none()
    if last is not None and now - last.at < every:
        return False
    after = json.loads(bytes(last.body)).get("change_no", 0) if last is not None else 0
    connection.execute(text("SET LOCAL lock_timeout = '5s'"))
    connection.execute(text("LOCK TABLE problem IN SHARE MODE"))
    rows = connection.execute(_GROWN, {"after": after}).all()
    if not rows:
        return False
    prev = bytes(last.hash) if last is not None else NOTHING_BEFORE
    body, value = link(
        prev,
        {
            "format": HEAD,
            "at": now,
            "change_no": max(row.change_no for row in rows),
            "grown": {row.number: [row.last_seq, bytes(row.last_hash)] for row in rows},
        },
    )
    connection.execute(
        _KEEP,
        {
            "at": now,
            "body": body,
            "prev": prev,
            "hash": value,
            "signature": signer.sign(value),
            "key_id": signer.key_id,
        },
    )
    return True
