"""The key that signs the ledger's heads: Ed25519, in a file outside the database."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

from data.errors import BadInput
from data.whole_files import write_new, write_whole

END_OF_KEY: Final = b"-----END PUBLIC KEY-----"


@dataclass(frozen=True, slots=True)
class Signer:
    """A private signing key, with an id made from its public key."""

    private: Ed25519PrivateKey

    @property
    def key_id(self) -> str:
        """Returns the first 16 hexadecimal digits of the public key's hash."""
        return key_id(self.private.public_key())

    def sign(self, content: bytes) -> bytes:
        """Returns the 64-byte Ed25519 signature of the content."""
        return self.private.sign(content)


def public_file(key: Path) -> Path:
    """Returns the path of the public key file that belongs to a private key file."""
    return key.with_name(key.name + ".pub")


def open_signer(file: Path) -> Signer:
    """Reads the private key from the file; creates it at first use (0600), with its public file.

    Raises BadInput (no private Ed25519 key, can't be read or written).
    """
    try:
        if not file.exists():
            _make(file)
        private = load_pem_private_key(file.read_bytes(), password=None)
        if not isinstance(private, Ed25519PrivateKey):
            raise ValueError("not an Ed25519 key")
        _show(file, private.public_key())
    except (OSError, ValueError, TypeError) as error:
        raise _unusable(file, error) from None
    return Signer(private)


def trusted_keys(file: Path) -> Mapping[str, Ed25519PublicKey]:
    """Reads public keys from a file; returns them by key id.

    Raises BadInput for a file that can't be read, holds none or holds other than Ed25519 keys.
    """
    try:
        parts = file.read_bytes().split(END_OF_KEY)[:-1]
        found = [load_pem_public_key(part.strip() + b"\n" + END_OF_KEY) for part in parts]
    except (OSError, ValueError) as error:
        raise _unusable(file, error) from None
    keys = [key for key in found if isinstance(key, Ed25519PublicKey)]
    if not keys or len(keys) < len(found):
        raise _unusable(file, ValueError("not only Ed25519 public keys"))
    return {key_id(key): key for key in keys}


def key_id(public: Ed25519PublicKey) -> str:
    """Returns the first 16 hexadecimal digits of the public key's hash."""
    raw = public.public_bytes(Encoding.Raw, PublicFormat.Raw)
    return hashlib.sha256(raw).hexdigest()[:16]


def is_signed(public: Ed25519PublicKey, signature: bytes, content: bytes) -> bool:
    """Returns whether the signature over the content was made with this key."""
    try:
        public.verify(signature, content)
    except InvalidSignature:
        return False
    return True


def _make(file: Path) -> None:
    """Creates a key file, unless another process created the file at the same moment."""
    file.parent.mkdir(parents=True, exist_ok=True)
    private = Ed25519PrivateKey.generate()
    content = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    write_new(file, content, mode=0o600)


def _show(file: Path, public: Ed25519PublicKey) -> None:
    """Adds the public key to the public key file, after earlier keys, unless already there."""
    shown = public_file(file)
    if shown.exists() and key_id(public) in trusted_keys(shown):
        return
    earlier = shown.read_bytes() if shown.exists() else b""
    added = public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    write_whole(shown, earlier + added, mode=0o644)


def _unusable(file: Path, error: Exception) -> BadInput:
    return BadInput("The key in {file} can't be used: {reason}", file=str(file), reason=str(error))
