"""The key that signs checkpoints: a file outside the database, made once, for the hub's own account only."""

from __future__ import annotations

from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from mdm.config import create_key_file
from mdm.domain.errors import UnwritableFileError


def signing_key(path: Path) -> Ed25519PrivateKey:
    """The key in this file (PEM, Ed25519), made on first use; of several first uses at once one key wins for all."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        create_key_file(path, _new_key)
        held = load_pem_private_key(path.read_bytes(), password=None)
    except (OSError, ValueError) as error:
        raise UnwritableFileError(f"The signing key {path} cannot be used.") from error
    if not isinstance(held, Ed25519PrivateKey):
        raise UnwritableFileError(f"{path} holds no Ed25519 key.")
    return held


def public_pem(key: Ed25519PublicKey) -> bytes:
    """The public key as the file that verification reads."""
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def _new_key() -> bytes:
    made = Ed25519PrivateKey.generate()
    return made.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
