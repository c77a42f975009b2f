"""The neighbourhood of a task: the records of both golden records, what was compared among them and what binds them.

Invariant: what the machine thinks of a pair under a blind check is not told.
"""

from __future__ import annotations

from dataclasses import dataclass

from mdm.domain.access import Permission
from mdm.domain.review import Task
from mdm.services import access
from mdm.services.unit_of_work import UnitOfWork
from mdm.storage import match as match_store
from mdm.storage import quality as quality_store
from mdm.storage import review as review_store
from mdm.storage import source as source_store
from mdm.storage import xref as xref_store

MOST = 10
"""Records shown of each golden record: more would be a ball of wool."""


@dataclass(frozen=True, slots=True)
class Node:
    """A source record; ``side``: 0 with the left record of the task, 1 with the right one."""

    record_id: int
    source_system: str
    source_id: str
    side: int


@dataclass(frozen=True, slots=True)
class Edge:
    """Two records by id; ``weight`` in bits, None when they were never compared.

    ``kind``: ``asked`` (the task), ``match`` or ``non-match`` (a verdict in force), ``compared``.
    """

    left: int
    right: int
    weight: float | None
    kind: str


@dataclass(frozen=True, slots=True)
class Neighbourhood:
    """Nodes by side and key, edges the strongest first; ``hidden``: records that are not shown."""

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    hidden: int


def around(uow: UnitOfWork, task: Task) -> Neighbourhood | None:
    """What surrounds the pair of a task; None where its golden records are not told."""
    access.require(uow.actor, Permission.REVIEW_READ)
    if not task.left.golden_id or not task.right.golden_id:
        return None
    members = xref_store.members_of(uow.connection, {task.left.golden_id, task.right.golden_id})
    side_of: dict[int, int] = {}
    hidden = 0
    for number, side in enumerate((task.left, task.right)):
        held = sorted(members.get(side.golden_id, ()), key=lambda record: (record != side.record_id, record))
        shown = [record for record in held[:MOST] if record not in side_of]
        hidden += len(held) - len(held[:MOST])
        side_of |= dict.fromkeys(shown, number)
    records = source_store.records_by_id(uow.connection, side_of)
    nodes = [
        Node(record, records[record].key.system, records[record].key.key, number)
        for record, number in side_of.items()
    ]
    return Neighbourhood(tuple(nodes), tuple(_edges(uow, task, side_of)), hidden)


def _edges(uow: UnitOfWork, task: Task, shown: dict[int, int]) -> list[Edge]:
    asked = frozenset((task.left.record_id, task.right.record_id))
    said = {
        frozenset((c.left, c.right)): "match" if c.must_link else "non-match"
        for c in review_store.constraints_touching(uow.connection, shown)
        if c.left in shown and c.right in shown
    }
    blind = quality_store.open_audit_pairs(uow.connection)
    weights = {
        frozenset((pair.left, pair.right)): pair.weight
        for pair in match_store.pairs_touching(uow.connection, shown)
        if pair.left in shown and pair.right in shown and (pair.left, pair.right) not in blind
    }
    found = [
        Edge(
            min(pair),
            max(pair),
            task.line.match_weight if pair == asked else weights.get(pair),
            "asked" if pair == asked else said.get(pair, "compared"),
        )
        for pair in {asked, *said, *weights}
        if len(pair) == 2
    ]
    return sorted(
        found, key=lambda edge: (edge.kind != "asked", -(edge.weight or 0.0), edge.left, edge.right)
    )
