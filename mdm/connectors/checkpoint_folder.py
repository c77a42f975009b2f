"""A folder outside the database that vouches for the audit trail: hashes of its entries and signed checkpoints.

``mdm.verifier`` describes the files and reads them; this module only ever adds to them. What a crash left half
written lies behind the last checkpoint and is written over.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from mdm.connectors.signing_key import public_pem
from mdm.domain.errors import AuditForkedError, UnwritableFileError
from mdm.verifier import SIZE, Checkpoint, Tree, fingerprint, signed_bytes

if sys.platform != "win32":
    import fcntl

LEAVES, CHECKPOINTS, PUBLIC_KEY = "leaves", "checkpoints.jsonl", "public_key.pem"
TAIL = 64 * 1024
"""Bytes at the end of the checkpoints that hold the last of them and what a crash may have left behind it."""


@dataclass(frozen=True, slots=True)
class CheckpointFolder:
    """One such place and the key its checkpoints are signed with."""

    path: Path
    key: Ed25519PrivateKey

    @contextmanager
    def held(self) -> Iterator[None]:
        """Nobody else writes to the place meanwhile; raises UnwritableFileError when it cannot be reached."""
        try:
            self.path.mkdir(mode=0o750, parents=True, exist_ok=True)
            with (self.path / ".lock").open("w") as lock:
                if sys.platform != "win32":
                    fcntl.flock(lock, fcntl.LOCK_EX)
                yield
        except OSError as error:
            raise UnwritableFileError(f"The checkpoint folder {self.path} cannot be written to.") from error

    def last(self) -> Checkpoint | None:
        """The last checkpoint, None in a new place; raises AuditForkedError when this hub did not sign it."""
        line, _ = self._end()
        if not line:
            return None
        try:
            held = json.loads(line)
            told = {**held["checkpoint"], "peaks": tuple(held["checkpoint"]["peaks"])}
            checkpoint = Checkpoint(**told)
            self.key.public_key().verify(base64.b64decode(held["signature"]), signed_bytes(checkpoint))
        except (ValueError, KeyError, TypeError, InvalidSignature) as error:
            raise AuditForkedError(
                f"The last checkpoint in {self.path} was not signed by this hub.", place=str(self.path)
            ) from error
        return checkpoint

    def last_line(self) -> str:
        """The last checkpoint with its signature, as it stands in the file."""
        return self._end()[0].decode()

    def leaves(self) -> bytes:
        """All hashes of entries, one after another."""
        return (self.path / LEAVES).read_bytes()

    def leaf(self, seq: int) -> str:
        """The hash (hex) of the entry with this number, as the place holds it."""
        with (self.path / LEAVES).open("rb") as file:
            file.seek((seq - 1) * SIZE)
            return file.read(SIZE).hex()

    def append(self, last: Checkpoint | None, leaves: Iterable[bytes], at: str) -> Checkpoint:
        """Add leaves behind ``last`` and sign the tree over all of them; on the disk before this returns."""
        tree = Tree(last.size, map(bytes.fromhex, last.peaks)) if last else Tree()
        if last is None:
            self._write(PUBLIC_KEY, 0, [public_pem(self.key.public_key())])
        self._write(LEAVES, tree.size * SIZE, _growing(tree, leaves))
        checkpoint = Checkpoint(
            size=tree.size,
            root=tree.root().hex(),
            at=at,
            previous=hashlib.sha256(signed_bytes(last)).hexdigest() if last else "",
            peaks=tuple(peak.hex() for peak in tree.peaks),
            key=fingerprint(self.key.public_key()),
        )
        signature = base64.b64encode(self.key.sign(signed_bytes(checkpoint))).decode()
        line = json.dumps({"checkpoint": asdict(checkpoint), "signature": signature}, separators=(",", ":"))
        self._write(CHECKPOINTS, self._end()[1], [f"{line}\n".encode()])
        return checkpoint

    def _end(self) -> tuple[bytes, int]:
        """The last whole line of the checkpoints and where it ends; one without its end was never acknowledged."""
        path = self.path / CHECKPOINTS
        if not path.exists():
            return b"", 0
        with path.open("rb") as file:
            size = file.seek(0, os.SEEK_END)
            start = file.seek(max(size - TAIL, 0))
            held = file.read()
        whole = held[: held.rfind(b"\n") + 1]
        return whole[:-1].rpartition(b"\n")[2], start + len(whole)

    def _write(self, name: str, offset: int, pieces: Iterable[bytes]) -> None:
        descriptor = os.open(self.path / name, os.O_WRONLY | os.O_CREAT, 0o640)
        with os.fdopen(descriptor, "wb") as file:
            file.seek(offset)
            for piece in pieces:
                file.write(piece)
            file.flush()
            file.truncate()
            os.fsync(file.fileno())


def _growing(tree: Tree, leaves: Iterable[bytes]) -> Iterator[bytes]:
    for leaf in leaves:
        tree.add(leaf)
        yield leaf
