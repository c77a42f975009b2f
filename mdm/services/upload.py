"""Uploads: a person's file from its first byte to a load, with mapping, preview, live progress and rejects to mend.

Invariants: the file is kept as it came before anybody looks at it; it is only read in a guarded process; nothing is
loaded but by ``source.ingest_file``, so that a page has no way around what every load keeps.
"""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

from mdm.connectors.guard import sniff_guarded
from mdm.connectors.reject_rows import header_and_rows
from mdm.connectors.sniff import Sniffed
from mdm.domain.access import Actor, ActorKind, Permission
from mdm.domain.errors import (
    InvalidInputError,
    MdmError,
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
SILENT = timedelta(minutes=10)
"""A load that told nothing for so long has died with its process and may be started again."""
PREVIEWED = 8
"""Rows of the preview."""
BETWEEN = 0.5
"""Seconds between two notes on the progress."""


@dataclass(frozen=True, slots=True)
class Upload:
    """One file on its way.

    ``state``: received, loading, loaded, failed. ``unmatched``: records it brought that wait for matching;
    ``stopped``: it told nothing for so long that its process must have died, so that ``start`` takes it again.
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


def start(uow: UnitOfWork, upload_id: str) -> Upload:
    """Claim the upload for ``carry_out``, one that stopped half-way too; raises UploadStateError else.

    What a load that stopped had taken already is left as it is: the same rows are not taken twice.
    """
    access.require(uow.actor, Permission.SOURCE_LOAD)
    get(uow, upload_id)
    if not upload_store.claim(uow.connection, upload_id, _silent_since(uow), uow.at):
        raise UploadStateError("This file is loaded, or being loaded.", state=get(uow, upload_id).state)
    return get(uow, upload_id)


def carry_out(hub: Hub, actor: Actor, upload_id: str) -> Upload:
    """Load a claimed upload; how it ended stands in the upload, also when it failed."""
    with hub.reading(actor) as uow:
        held = get(uow, upload_id)
        content = _content(uow, held)
    try:
        with _written(hub, content, "file") as path:
            receipt = source.ingest_file(
                hub,
                actor,
                held.entity,
                path,
                held.source,
                held.profile,
                guarded=True,
                file_name=held.file_name,
                progress=_Notes(hub, actor, upload_id),
            )
        ended: dict[str, Any] = {"state": "loaded", "load_id": receipt.load_id, "fault": ""}
    except MdmError as error:
        ended = {"state": "failed", "fault": error.message[:2000]}
    except Exception:
        _end(hub, actor, upload_id, {"state": "failed", "fault": "internal"})
        raise
    return _end(hub, actor, upload_id, ended)


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
    with _written(uow.hub, content, mapping.format.value) as path:
        header, cells = header_and_rows(path, mapping, [reject.row for reject in rejects])
    columns = tuple(header) or ("raw",)
    return RejectedRows(
        columns, tuple((tuple(cells.get(reject.row, [reject.raw])), reject) for reject in rejects)
    )


class _Notes:
    """Writes down how far a load is, at most every half second."""

    def __init__(self, hub: Hub, actor: Actor, upload_id: str) -> None:
        self._hub, self._actor, self._upload_id = hub, actor, upload_id
        self._last, self._step = 0.0, ""

    def __call__(self, step: str, done: int, total: int) -> None:
        now = time.monotonic()
        if step == self._step and now - self._last < BETWEEN:
            return
        self._last, self._step = now, step
        _end(self._hub, self._actor, self._upload_id, {"step": step, "done": done, "total": total})


def _end(hub: Hub, actor: Actor, upload_id: str, values: Mapping[str, Any]) -> Upload:
    """Write down how it goes or how it ended; that it is loaded stays true whatever a slower twin tells."""
    with hub.unit_of_work(actor, f"upload {upload_id}") as uow:
        upload_store.change(uow.connection, upload_id, {**values, "changed_at": uow.at})
        return get(uow, upload_id)


@contextmanager
def as_file(uow: UnitOfWork, upload: Upload) -> Iterator[Path]:
    """The bytes of the upload as a file, for as long as it is read."""
    with _written(uow.hub, _content(uow, upload), "file") as path:
        yield path


def _content(uow: UnitOfWork, upload: Upload) -> bytes:
    content = source_store.read_file(uow.connection, upload.file_hash)
    if content is None:
        raise UnknownUploadError("The file of this upload is not kept.", upload_id=upload.upload_id)
    return content


@contextmanager
def _written(hub: Hub, content: bytes, suffix: str) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(dir=hub.settings.scratch) as folder:
        path = Path(folder) / f"upload.{suffix}"
        path.write_bytes(content)
        yield path


def _plain_name(name: str) -> str:
    """The last part of a file name, without what no page should show."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    return "".join(char for char in last if char.isprintable())[-200:] or "file"


def _silent_since(uow: UnitOfWork) -> str:
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
        row.load_id,
        row.fault,
        row.actor,
        row.created_at,
        unmatched,
        row.state == "loading" and row.changed_at < _silent_since(uow),
    )
