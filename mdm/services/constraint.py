"""What verdicts bind: must-links and cannot-links between records, and whether a new one would contradict them."""

from __future__ import annotations

from collections.abc import Iterable

from mdm.domain.errors import ContradictingVerdictError
from mdm.services import queue
from mdm.services.unit_of_work import UnitOfWork
from mdm.storage import match as match_store
from mdm.storage import review as review_store
from mdm.storage.review import Constraint


def bind(
    uow: UnitOfWork,
    entity: str,
    decision_id: str,
    must: Iterable[tuple[int, int]],
    cannot: Iterable[tuple[int, int]],
) -> None:
    """Put must-links and cannot-links of a decision in force, with the hash of the values they rest on."""
    pairs = [(pair, True) for pair in must] + [(pair, False) for pair in cannot]
    features = match_store.features(uow.connection, {record for pair, _ in pairs for record in pair})
    rested = {record: queue.values_hash(text) for record, text in features.items()}
    review_store.add_constraints(
        uow.connection,
        entity,
        [
            Constraint(
                min(a, b), max(a, b), link, decision_id, rested.get(min(a, b), ""), rested.get(max(a, b), "")
            )
            for (a, b), link in pairs
        ],
    )


def require_no_contradiction(uow: UnitOfWork, left: int, right: int, *, must_link: bool) -> None:
    """Raise ContradictingVerdictError when verdicts in force say otherwise through other records.

    A verdict on this very pair does not count: the new one replaces it.
    """
    one = _bound_together(uow, left, (left, right))
    if must_link:
        other = _bound_together(uow, right, (left, right))
        refuse_apart(uow, one, other, (left, right))
    elif right in one:
        raise ContradictingVerdictError(
            "Verdicts in force hold these two records together through others; undo one of them first.",
            records=sorted(one)[:50],
        )


def refuse_apart(
    uow: UnitOfWork, one: set[int], other: set[int], except_pair: tuple[int, int] | None = None
) -> None:
    """Raise ContradictingVerdictError when a verdict in force parts two sets of records, but for one pair."""
    exempt = None if except_pair is None else (min(except_pair), max(except_pair))
    apart = [
        c
        for c in review_store.constraints_touching(uow.connection, one)
        if not c.must_link
        and (c.left, c.right) != exempt
        and ((c.left in one and c.right in other) or (c.left in other and c.right in one))
    ]
    if apart:
        raise ContradictingVerdictError(
            "A verdict in force keeps records of these two apart; undo it first.",
            decisions=sorted({c.decision_id for c in apart})[:20],
        )


def _bound_together(uow: UnitOfWork, record_id: int, except_pair: tuple[int, int]) -> set[int]:
    """Records that must-links tie to this one, not counting the verdict on ``except_pair``."""
    exempt = (min(except_pair), max(except_pair))
    reached: set[int] = set()
    frontier = {record_id}
    while frontier:
        reached |= frontier
        frontier = {
            side
            for c in review_store.constraints_touching(uow.connection, frontier)
            if c.must_link and (c.left, c.right) != exempt
            for side in (c.left, c.right)
        } - reached
    return reached
