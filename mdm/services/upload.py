"""Uploads: a person's file from its first byte to a load, with mapping, preview, live progress and rejects to mend.

Invariants: the file is kept as it came before anybody looks at it; it is only read in a guarded process; nothing is
loaded but by ``source.ingest_file``, so that a page has no way around what every load keeps.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

from mdm.connectors.guard import lines_guarded, sniff_guarded
from mdm.connectors.sniff import Sniffed
from mdm.domain.access import ActorKind, Permission
from mdm.domain.errors import (
    InvalidInputError,
    UnknownLoadError,
    UnknownUploadError,
    UploadStateError,
)
from mdm.domain.mapping import Mapped, suggest
from mdm.domain.profile import parse_profile
from mdm.domain.source import Finding, Json, Reject
from mdm.services import access, source, standardise
from mdm.services.hub import Hub
from mdm.services.unit_of_work import UnitOfWork
from mdm.storage import source as source_store
from mdm.storage import upload as upload_store
from mdm.storage.database import time_text

MAX_BYTES = 64 * 1024**2
"""Bytes of one upload; larger extracts come by ``mdm ingest``."""
SILENT = timedelta(minutes=2)
"""A load that told nothing for so long has died with its process; it tells that it lives more often than that."""
PREVIEWED = 8
"""Rows of the preview."""


@dataclass(frozen=True, slots=True)
class Upload:
    """One file on its way.

    ``state``: received, loading, loaded, failed. ``unmatched``: records it brought that wait for matching;
    ``stopped``: it told nothing for so long that its process must have died; ``attempt``: how often loading began.
    """

    upload_id: str
    entity: str
    source: str
    file_name: str
    file_hash: str
    profile: Mapping[str, Any]  # JSON as ``parse_profile`` reads it
    state: str
    step: str
    done: int
    total: int
    attempt: int
    load_id: str | None
    fault: str
    actor: str
    created_at: str
    unmatched: int = 0
    stopped: bool = False


class Shown(NamedTuple):
    """One cell of the preview: as it came, as it will be compared, and what is wrong with it."""

    attribute: str
    raw: str
    value: Json
    findings: tuple[Finding, ...]


class PreviewRow(NamedTuple):
    """One row of the preview; ``flaw`` says why it would not be taken ('' when it would)."""

    number: int
    key: str
    flaw: str
    cells: tuple[Shown, ...]


class RejectedRows(NamedTuple):
    """Rows of a load that were not taken: the header of the file, and each row with its reject."""

    columns: tuple[str, ...]
    rows: tuple[tuple[tuple[str, ...], Reject], ...]


def receive(uow: UnitOfWork, entity: str, code: str, file_name: str, content: bytes) -> Upload:
    """Keep a file as it came; raises InvalidInputError for an empty or too large one."""
    access.require(uow.actor, Permission.SOURCE_LOAD)
    access.require_source(uow.actor, code)
    uow.hub.dictionary.entity(entity)
    source.require_known(uow, code)
    if not 0 < len(content) <= MAX_BYTES:
        raise InvalidInputError(f"A file has 1 byte to {MAX_BYTES >> 20} MB.", field="file")
    upload_id, digest = uow.hub.new_id(), sha256(content).hexdigest()
    source_store.keep_file(uow.connection, digest, content)
    upload_store.add(
        uow.connection,
        {
            "upload_id": upload_id,
            "entity": entity,
            "source": code,
            "file_name": _plain_name(file_name),
            "file_hash": digest,
            "profile": "{}",
            "state": "received",
            "step": "",
            "done": 0,
            "total": 0,
            "attempt": 0,
            "load_id": None,
            "fault": "",
            "actor": uow.actor.name,
            "created_at": uow.at,
            "changed_at": uow.at,
        },
    )
    return get(uow, upload_id)


def get(uow: UnitOfWork, upload_id: str) -> Upload:
    """One upload; raises UnknownUploadError."""
    access.require(uow.actor, Permission.SOURCE_READ)
    row = upload_store.find(uow.connection, upload_id)
    if row is None:
        raise UnknownUploadError("There is no such upload.", upload_id=upload_id[:60])
    access.require_source(uow.actor, row.source)
    unmatched = upload_store.count_unmatched(uow.connection, row.load_id) if row.load_id else 0
    return _view(uow, row, unmatched)


def list_uploads(uow: UnitOfWork, limit: int = 30) -> tuple[Upload, ...]:
    """The latest uploads, newest first."""
    access.require(uow.actor, Permission.SOURCE_READ)
    own = uow.actor.source if uow.actor.kind is ActorKind.CLIENT else None
    return tuple(_view(uow, row, 0) for row in upload_store.latest(uow.connection, limit, own))


def look_into(uow: UnitOfWork, upload: Upload, header_row: int | None = None) -> Sniffed:
    """What the file seems to be; raises UnreadableFileError for what cannot be imported."""
    access.require(uow.actor, Permission.SOURCE_LOAD)
    with as_file(uow, upload) as path:
        return sniff_guarded(path, header_row)


def suggest_mapping(uow: UnitOfWork, upload: Upload, seen: Sniffed) -> Mapped:
    """Which column seems to be what: by profiles of this and other sources, by the dictionary, by the cells."""
    access.require(uow.actor, Permission.SOURCE_READ)
    dictionary = uow.hub.dictionary
    known = source_store.latest_profiles(uow.connection, upload.entity)
    own = known.pop(upload.source, None)
    profiles = [json.loads(text) for text in ([own] if own else []) + list(known.values())]
    return suggest(dictionary.entity(upload.entity), dictionary.code_lists, seen.columns, seen.rows, profiles)


def preview(
    uow: UnitOfWork, upload: Upload, seen: Sniffed, profile: Mapping[str, object]
) -> tuple[PreviewRow, ...]:
    """The first rows as this profile would load them; raises ProfileError with every fault."""
    access.require(uow.actor, Permission.SOURCE_LOAD)
    standardiser = standardise.standardiser_of(uow.hub, upload.entity, upload.source, profile)
    mapping = parse_profile(profile, uow.hub.dictionary.entity(upload.entity), upload.source)
    order = list(dict.fromkeys(attribute for attribute, _ in mapping.columns.values()))
    found = []
    for number, row in enumerate(seen.rows[:PREVIEWED], start=1):
        cells = dict(zip(seen.columns, row, strict=True))
        key = cells.get(mapping.id_column, "")
        made = standardiser.of_cells(cells, key).record
        shown = (
            Shown(
                name,
                made.raw.get(name, ""),
                made.values.get(name),
                tuple(finding for finding in made.findings if finding.attribute == name),
            )
            for name in order
        )
        found.append(PreviewRow(number, key, "" if key.strip() else "missing_id", tuple(shown)))
    return tuple(found)


def header_row_of(profile: Mapping[str, object]) -> int | None:
    """The row of the column names that a profile names, from 1; None where it names none."""
    row = profile.get("header_row")
    return row if isinstance(row, int) and not isinstance(row, bool) and 0 < row < 10_000 else None


def keep_mapping(uow: UnitOfWork, upload_id: str, profile: Mapping[str, object]) -> Upload:
    """Keep how the file is to be read; raises ProfileError, or UploadStateError once loading has begun."""
    access.require(uow.actor, Permission.SOURCE_LOAD)
    held = get(uow, upload_id)
    access.require_source(uow.actor, held.source)
    if held.state not in {"received", "failed"}:
        raise UploadStateError("This file is loaded, or being loaded.", state=held.state)
    mapping = parse_profile(profile, uow.hub.dictionary.entity(held.entity), held.source)
    text = json.dumps(mapping.to_json(), ensure_ascii=False)
    upload_store.change(uow.connection, upload_id, {"profile": text, "changed_at": uow.at})
    return get(uow, upload_id)


def rejected_rows(uow: UnitOfWork, load_id: str) -> RejectedRows:
    """The rows of a load that were not taken, cell by cell where the format has cells; raises UnknownLoadError."""
    rejects = source.list_rejects(uow, load_id)
    row = source_store.find_load(uow.connection, load_id)
    if row is None:
        raise UnknownLoadError("There is no such load.", load_id=load_id[:60])
    content = source_store.read_file(uow.connection, row.file_hash)
    stored = source_store.profile_version(uow.connection, row.source, row.entity, row.profile_version)
    if content is None or stored is None:
        raise UnknownLoadError("The file of this load is not kept.", load_id=load_id[:60])
    mapping = parse_profile(json.loads(stored), None, row.source)
    with written(uow.hub, content, mapping.format.value) as path:
        header, cells = lines_guarded(path, mapping, [reject.row for reject in rejects])
    columns = tuple(header) or ("raw",)
    return RejectedRows(
        columns, tuple((tuple(cells.get(reject.row, [reject.raw])), reject) for reject in rejects)
    )


@contextmanager
def as_file(uow: UnitOfWork, upload: Upload) -> Iterator[Path]:
    """The bytes of the upload as a file, for as long as it is read."""
    with written(uow.hub, content_of(uow, upload), "file") as path:
        yield path


def content_of(uow: UnitOfWork, upload: Upload) -> bytes:
    """The bytes of the file as they came."""
    content = source_store.read_file(uow.connection, upload.file_hash)
    if content is None:
        raise UnknownUploadError("The file of this upload is not kept.", upload_id=upload.upload_id)
    return content


@contextmanager
def written(hub: Hub, content: bytes, suffix: str) -> Iterator[Path]:
    """These bytes as a file, for as long as it is read."""
    with tempfile.TemporaryDirectory(dir=hub.settings.scratch) as folder:
        path = Path(folder) / f"upload.{suffix}"
        path.write_bytes(content)
        yield path


def _plain_name(name: str) -> str:
    """The last part of a file name, without what no page should show."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    return "".join(char for char in last if char.isprintable())[-200:] or "file"


def silent_since(uow: UnitOfWork) -> str:
    """A load that was last heard of before this moment has died with its process."""
    return time_text(uow.now - SILENT)


def _view(uow: UnitOfWork, row: Any, unmatched: int) -> Upload:  # Any: a table row
    return Upload(
        row.upload_id,
        row.entity,
        row.source,
        row.file_name,
        row.file_hash,
        json.loads(row.profile),
        row.state,
        row.step,
        row.done,
        row.total,
        row.attempt,
        row.load_id,
        row.fault,
        row.actor,
        row.created_at,
        unmatched,
        row.state == "loading" and row.changed_at < silent_since(uow),
    )
