"""The key that signs checkpoints: a file outside the database, made once, for the hub's own account only."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from mdm.domain.errors import UnwritableFileError


def signing_key(path: Path) -> Ed25519PrivateKey:
    """The key in this file (PEM, Ed25519), made on first use; of several first uses at once one key wins for all."""
    try:
        if not path.exists():
            _create(path)
        held = load_pem_private_key(path.read_bytes(), password=None)
    except (OSError, ValueError) as error:
        raise UnwritableFileError(f"The signing key {path} cannot be used.") from error
    if not isinstance(held, Ed25519PrivateKey):
        raise UnwritableFileError(f"{path} holds no Ed25519 key.")
    return held


def public_pem(key: Ed25519PublicKey) -> bytes:
    """The public key as the file that verification reads."""
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def _create(path: Path) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    made = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(made)
        file.flush()
        os.fsync(file.fileno())
    try:
        # A link, unlike a rename, fails when another process was first: nobody's key is replaced.
        os.link(draft, path)
    except FileExistsError:
        return
    finally:
        draft.unlink()
