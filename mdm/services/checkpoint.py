"""Checkpoints: what the audit trail holds, vouched for by signed copies of its hashes outside the database.

An owner of the database can recompute every hash in it, but not what lies in folders they cannot write to. Nothing is
added to a place that vouches for another history than the database now holds.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from mdm.connectors.checkpoint_folder import CheckpointFolder
from mdm.connectors.signing_key import signing_key
from mdm.domain.access import Actor, Permission
from mdm.domain.errors import AuditForkedError, MdmError
from mdm.services import access, audit
from mdm.services.hub import Hub
from mdm.services.unit_of_work import UnitOfWork
from mdm.storage import audit as audit_store
from mdm.verifier import Checkpoint

BATCH = 50_000


@dataclass(frozen=True, slots=True)
class PlaceState:
    """How far one place vouches: entries covered, since when, and why it does not take more (empty: it does)."""

    place: str
    covered: int
    at: str
    fault: str


def keep(hub: Hub, actor: Actor) -> tuple[PlaceState, ...]:
    """Seal what is new and write a checkpoint to every place that lacks some of it; a place with a fault is told."""
    audit.seal(hub, actor)
    return tuple(_kept(hub, actor, place) for place in places(hub))


def states(uow: UnitOfWork) -> tuple[PlaceState, ...]:
    """How far every place vouches, without writing."""
    access.require(uow.actor, Permission.AUDIT_READ)
    return tuple(_state(uow, place) for place in places(uow.hub))


def places(hub: Hub) -> tuple[CheckpointFolder, ...]:
    """The folders of the settings, with the key that signs."""
    key = signing_key(hub.settings.checkpoint_key)
    return tuple(CheckpointFolder(folder, key) for folder in hub.settings.checkpoint_folders)


def _kept(hub: Hub, actor: Actor, place: CheckpointFolder) -> PlaceState:
    try:
        with place.held(), hub.reading(actor) as uow:
            last = place.last()
            _refuse_other_history(uow, place, last)
            size = last.size if last else 0
            if audit_store.last_seq(uow.connection) > size:
                last = place.append(last, _leaves(uow, size), uow.at)
            return _told(place, last)
    except MdmError as error:
        return PlaceState(str(place.path), 0, "", error.message)


def _state(uow: UnitOfWork, place: CheckpointFolder) -> PlaceState:
    try:
        last = place.last()
        _refuse_other_history(uow, place, last)
        return _told(place, last)
    except MdmError as error:
        return PlaceState(str(place.path), 0, "", error.message)


def _told(place: CheckpointFolder, last: Checkpoint | None) -> PlaceState:
    return PlaceState(str(place.path), last.size if last else 0, last.at if last else "", "")


def _refuse_other_history(uow: UnitOfWork, place: CheckpointFolder, last: Checkpoint | None) -> None:
    """The last entry a place covers must be the same here; verification compares the others."""
    if last is None or last.size == 0:
        return
    here = audit_store.leaf(uow.connection, last.size)
    if here == place.leaf(last.size):
        return
    what = "ends before it" if here is None else "holds another entry there"
    raise AuditForkedError(
        f"{place.path} vouches for {last.size} entries, but the database {what}: run mdm audit verify.",
        place=str(place.path),
    )


def _leaves(uow: UnitOfWork, after: int) -> Iterator[bytes]:
    while found := audit_store.leaves(uow.connection, after, BATCH):
        yield from (bytes.fromhex(each.leaf_hash) for each in found)
        after = found[-1].seq
