"""Loading an upload beside whatever else goes on: started by a person, taken up again when its process died.

Invariant: an upload is loaded once. Whoever loads it holds an attempt and tells that it lives; a load commits only
together with the word that its attempt loaded it, so that of two that both think they hold it one undoes itself.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any

from mdm.domain.access import Actor, Permission
from mdm.domain.errors import MdmError, UploadStateError, WriteConflictError
from mdm.services import access, source, upload
from mdm.services.hub import Hub
from mdm.services.unit_of_work import UnitOfWork
from mdm.services.upload import Upload
from mdm.storage import upload as upload_store

BETWEEN = 0.5
"""Seconds between two notes on the progress."""
BEAT = 15.0
"""Seconds between two signs of life: eight of them may be lost before the load counts as dead."""
ATTEMPTS = 3
"""A load that died so often is not taken up by itself any more: its file may be what kills the process."""


def start(uow: UnitOfWork, upload_id: str) -> Upload:
    """Claim the upload for ``carry_out``, one that stopped half-way too; raises UploadStateError else."""
    access.require(uow.actor, Permission.SOURCE_LOAD)
    held = upload.get(uow, upload_id)
    if not upload_store.claim(uow.connection, upload_id, upload.silent_since(uow), uow.at):
        raise UploadStateError("This file is loaded, or being loaded.", state=held.state)
    return upload.get(uow, upload_id)


def carry_out(hub: Hub, actor: Actor, started: Upload) -> Upload:
    """Load an upload as it was started; how it ended stands in the upload, also when it failed."""
    told: dict[str, Any] = {"state": "failed", "fault": "internal"}  # Any: column values
    try:
        with hub.reading(actor) as uow:
            content = upload.content_of(uow, started)
        with _alive(hub, actor, started), upload.written(hub, content, "file") as path:
            source.ingest_file(
                hub,
                actor,
                started.entity,
                path,
                started.source,
                started.profile,
                guarded=True,
                file_name=started.file_name,
                progress=_Notes(hub, actor, started),
                settle=lambda uow, load_id: _settle(uow, started, load_id),
            )
        told = {}
    except MdmError as error:
        told = {"state": "failed", "fault": error.message[:2000]}
    finally:
        if told:
            _report(hub, actor, started, told)
    with hub.reading(actor) as uow:
        return upload.get(uow, started.upload_id)


def take_up(hub: Hub, actor: Actor) -> list[Upload]:
    """Load again whatever stopped half-way, as when the process or the machine was restarted."""
    access.require(actor, Permission.SOURCE_LOAD)
    with hub.reading(actor) as uow:
        waiting = upload_store.silent(uow.connection, upload.silent_since(uow), ATTEMPTS - 1)
    found = []
    for upload_id in waiting:
        with suppress(UploadStateError, WriteConflictError):  # somebody was first
            with hub.unit_of_work(actor, f"upload {upload_id} stopped half-way") as uow:
                started = start(uow, upload_id)
            found.append(carry_out(hub, actor, started))
    return found


def _settle(uow: UnitOfWork, started: Upload, load_id: str) -> None:
    """Say in the transaction of the load that it is loaded; raises UploadStateError when another attempt has begun."""
    values = {"state": "loaded", "load_id": load_id, "fault": "", "changed_at": uow.at}
    if not upload_store.report(uow.connection, started.upload_id, started.attempt, values):
        raise UploadStateError("Another attempt loads this file.", state=started.state)


def _report(hub: Hub, actor: Actor, started: Upload, values: Mapping[str, Any]) -> None:
    """Write down how it goes; nothing once the attempt is over. ``Any``: column values."""
    with hub.unit_of_work(actor, f"upload {started.upload_id}") as uow:
        upload_store.report(
            uow.connection, started.upload_id, started.attempt, {**values, "changed_at": uow.at}
        )


class _Notes:
    """Writes down how far a load is, at most every half second."""

    def __init__(self, hub: Hub, actor: Actor, started: Upload) -> None:
        self._hub, self._actor, self._started = hub, actor, started
        self._last, self._step = 0.0, ""

    def __call__(self, step: str, done: int, total: int) -> None:
        now = time.monotonic()
        if step == self._step and now - self._last < BETWEEN:
            return
        self._last, self._step = now, step
        _report(self._hub, self._actor, self._started, {"step": step, "done": done, "total": total})


@contextmanager
def _alive(hub: Hub, actor: Actor, started: Upload) -> Iterator[None]:
    """Tell every ``BEAT`` seconds that the load lives, also while it has no progress to tell."""
    done = threading.Event()

    def beat() -> None:
        while not done.wait(BEAT):
            # On SQLite nobody else can write while the load is stored, and nobody else can take it up either
            with suppress(WriteConflictError):
                _report(hub, actor, started, {})

    heart = threading.Thread(target=beat, daemon=True)
    heart.start()
    try:
        yield
    finally:
        done.set()
        heart.join()
