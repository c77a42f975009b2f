"""Reading an extract before anything is written: which rows there are, and what standardising makes of the new ones.

Rows wait in a temporary file, so that a file of any size passes through the memory of a part of it, and no
transaction is open while they are standardised.
"""

from __future__ import annotations

import json
import pickle
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, NamedTuple, TypeAlias

from mdm.connectors.guard import count_rows_guarded, read_rows_guarded
from mdm.connectors.reader import read_rows
from mdm.domain.access import Actor
from mdm.domain.profile import SourceProfile
from mdm.domain.source import Reject, SourceRow, content_hash
from mdm.services.hub import Hub
from mdm.services.standardise import Standardiser, Stored, as_stored
from mdm.storage import source as source_store
from mdm.storage.source import StoredRecord

Progress: TypeAlias = Callable[[str, int, int], None]
"""Is told how far a load is: step (read, standardise, write), rows done, rows in all (0: not known yet)."""

TOLD_EVERY = 200
"""Rows between two words on the progress."""

CHUNK = 1000
"""Rows standardised and written at a time."""


def unwatched(_: str, __: int, ___: int) -> None:
    """Nobody looks."""


class Spooled(NamedTuple):
    """A row that waits; ``made`` is missing where the row was known already when it was read."""

    key: str
    digest: str
    cells: Mapping[str, str | None]
    made: Stored | None


@dataclass(slots=True)
class Extract:
    """An extract read and sorted out: one row per key, repeats of the same content counted, others rejected.

    ``hashes``: hash of the content of each row by key; ``content``: the file as it came.
    """

    file_hash: str
    content: bytes
    spool: IO[bytes]
    hashes: dict[str, str] = field(default_factory=dict)
    rejects: tuple[Reject, ...] = ()
    repeated: int = 0
    chunks: int = 0

    @property
    def received(self) -> int:
        """Rows of the file."""
        return len(self.hashes) + self.repeated + len(self.rejects)

    def batches(self) -> Iterator[list[Spooled]]:
        """The rows in the order of the file, some at a time."""
        self.spool.seek(0)
        for _ in range(self.chunks):
            yield pickle.load(self.spool)


@contextmanager
def read_extract(
    hub: Hub,
    actor: Actor,
    path: Path,
    profile: SourceProfile,
    standardiser: Standardiser,
    *,
    guarded: bool = False,
    progress: Progress = unwatched,
) -> Iterator[Extract]:
    """The extract, until it is stored; raises UnreadableFileError when the file as a whole does not fit the profile.

    ``guarded``: read in a process of its own, for a file of uncertain origin.
    """
    progress("read", 0, 0)
    total = count_rows_guarded(path, profile) if guarded and progress is not unwatched else 0
    found = read_rows_guarded(path, profile) if guarded else read_rows(path, profile)
    hub.settings.scratch.mkdir(parents=True, exist_ok=True)
    with TemporaryFile(dir=hub.settings.scratch) as spool:
        extract = Extract(found.sha256, path.read_bytes(), spool)
        rows = _sorted_out(extract, _watched(found.rows, progress, total), profile.id_column)
        while chunk := list(islice(rows, CHUNK)):
            pickle.dump(_standardised(hub, actor, standardiser, chunk), spool)
            extract.chunks += 1
        progress("write", len(extract.hashes), len(extract.hashes))
        yield extract


def _watched(
    rows: Iterable[SourceRow | Reject], progress: Progress, total: int
) -> Iterator[SourceRow | Reject]:
    """The rows, telling the progress as they go by."""
    for number, row in enumerate(rows):
        if number % TOLD_EVERY == 0:
            progress("standardise", number, total)
        yield row


def is_news(known: StoredRecord | None, digest: str) -> bool:
    """Whether a row of this content changes what is stored under its key."""
    return known is None or known.content_hash != digest or known.status != "active"


def _sorted_out(
    extract: Extract, rows: Iterable[SourceRow | Reject], id_column: str
) -> Iterator[tuple[SourceRow, str]]:
    """The first row of each key with the hash of its content; notes all others in the extract."""
    rejects: list[Reject] = []
    for row in rows:
        if isinstance(row, Reject):
            rejects.append(row)
            continue
        digest = content_hash(row.cells)
        if row.key not in extract.hashes:
            extract.hashes[row.key] = digest
            yield row, digest
        elif extract.hashes[row.key] == digest:
            extract.repeated += 1
        else:
            raw = json.dumps(dict(row.cells), ensure_ascii=False)
            rejects.append(Reject(row.number, id_column, "repeated_id", raw))
    extract.rejects = tuple(sorted(rejects, key=lambda reject: reject.row))


def _standardised(
    hub: Hub, actor: Actor, standardiser: Standardiser, rows: Iterable[tuple[SourceRow, str]]
) -> list[Spooled]:
    chunk = list(rows)
    with hub.reading(actor) as uow:
        known = source_store.records_by_key(
            uow.connection, standardiser.entity, standardiser.source, [row.key for row, _ in chunk]
        )
    return [
        Spooled(
            row.key,
            digest,
            row.cells,
            as_stored(hub, standardiser.entity, standardiser.of_cells(row.cells, row.key))
            if is_news(known.get(row.key), digest)
            else None,
        )
        for row, digest in chunk
    ]
