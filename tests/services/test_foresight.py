"""What a page promises of a match is what the verdict then does."""

from __future__ import annotations

import pytest

from mdm.demo.world import generate
from mdm.services import confirmation, match, review, source
from mdm.storage import source as source_store
from mdm.storage import xref as xref_store
from tests import factories as f


@pytest.fixture
def demo(hub, system, tmp_path):
    world = generate("supplier", tmp_path, records=500, seed=11)
    for code, described in world.mapping["sources"].items():
        source.ingest_file(hub, system, "supplier", tmp_path / described["file"], code, world.mapping)
    match.run(hub, system, "supplier", full=True)
    return hub


def golden_of(uow, names):
    """Golden ID of each ``system:id``."""
    found = {}
    for name in names:
        system, _, key = name.partition(":")
        record = source_store.records_by_key(uow.connection, "supplier", system, [key])[key]
        found[name] = xref_store.golden_ids_of(uow.connection, [record.record_id])[record.record_id]
    return found


def test_a_match_leaves_exactly_the_golden_records_that_were_foreseen(demo, system):
    with demo.reading(system) as uow:
        lines = review.list_tasks(uow, "supplier", limit=200).lines
    by_reason = {}
    for line in lines:
        by_reason.setdefault(line.reason, []).append(line.task_id)
    asked = [task_id for ids in by_reason.values() for task_id in ids[:6]]
    assert "cluster" in by_reason
    decided = 0
    for task_id in asked:
        with demo.reading(system) as uow:
            task = review.get_task(uow, task_id)
        if task.line.status != "open":
            continue
        with demo.unit_of_work(system, "same") as uow:
            outcome = review.decide(uow, task_id, "match", "same")
        assert bool(outcome.proposal_id) == bool(task.regulated)
        if outcome.proposal_id:
            f.act(demo, confirmation.confirm, outcome.proposal_id, "seen too", actor=f.OTHER_STEWARD)
        with demo.reading(system) as uow:
            for expected in task.if_match:
                held = set(golden_of(uow, expected.records).values())
                assert len(held) == 1
                assert expected.golden_id in {"?", *held}
        decided += 1
    assert decided >= 8


def test_a_task_of_contradicting_groups_names_the_records_that_contradict(demo, system):
    with demo.reading(system) as uow:
        lines = review.list_tasks(uow, "supplier", reason="cluster", limit=20).lines
        named = [review.get_task(uow, line.task_id).against for line in lines]
        assert any(named)
        for against in filter(None, named):
            assert against.en
            assert against.zh
            assert set(golden_of(uow, [against.left, against.right]).values())
