"""Bulk decisions: exactly what was previewed, each with a decision of its own."""

from __future__ import annotations

import pytest

from mdm.domain.errors import InvalidInputError, StaleVersionError
from mdm.services import bulk, claim, decision, sample
from tests import factories as f
from tests.invariants.oracle import assert_holds


@pytest.fixture
def queue(any_hub):
    """Three tasks that were judged alike, and one with a maker on both sides that was not."""
    hub = f.with_widgets(any_hub)
    for n in range(3):
        f.put(hub, f"ERP:{n}", f.widget(f"C{n}", f"part {n}"))
        f.put(hub, f"MES:{n}", f.widget("", f"part {n}"))
    f.put(hub, "ERP:9", f.widget("C9", "part 9", "x"))
    f.put(hub, "MES:9", f.widget("", "part 9", "y", colour="red"))
    return hub


def alike(hub):
    by_pair = f.open_tasks(hub)
    return [task.task_id for pair, task in sorted(by_pair.items(), key=str) if "ERP:9" not in pair]


def test_a_preview_counts_only_what_was_judged_the_same_way(queue):
    tasks = sorted(alike(queue))
    found = f.read(queue, bulk.preview, tasks[0])
    assert (found.count, found.at_once) == (3, 3)
    assert sorted(line.task_id for line in found.sample) == tasks


def test_one_verdict_decides_them_all_and_each_can_be_undone_alone(queue):
    task, *_ = alike(queue)
    made = f.act(queue, bulk.decide, task, "match", "one list of the maker", 3)
    assert (len(made.decided), made.superseded, made.left) == (3, (), {})
    assert f.partition(queue) >= f.groups("ERP:0 MES:0 | ERP:1 MES:1 | ERP:2 MES:2")
    f.act(queue, decision.undo, made.decided[1], "not this one")
    assert len(alike(queue)) == 1
    assert_holds(queue)


def test_a_queue_that_changed_since_the_preview_is_not_decided(queue):
    task, *_ = alike(queue)
    with pytest.raises(StaleVersionError) as told:
        f.act(queue, bulk.decide, task, "match", "same", 2)
    assert told.value.details["state"]["count"] == 3
    assert len(alike(queue)) == 3


def test_what_a_colleague_works_on_is_left(queue):
    task, other, *_ = alike(queue)
    f.act(queue, claim.claim, other, actor=f.OTHER_STEWARD)
    made = f.act(queue, bulk.decide, task, "non-match", "two makers", 3)
    assert (len(made.decided), made.left) == (2, {other: "task.held"})


def test_only_match_and_non_match_are_said_in_bulk(queue):
    task, *_ = alike(queue)
    for verdict, reason in (("unsure", "x"), ("match", " "), ("yes", "x")):
        with pytest.raises(InvalidInputError):
            f.act(queue, bulk.decide, task, verdict, reason, 3)


def test_a_blind_task_is_decided_alone(queue):
    f.put(queue, "QMS:5", f.widget("C5", "blind"))
    f.put(queue, "ERP:5", f.widget("C5", "blind"))
    f.act(queue, sample.draw, f.ENTITY, 1, 0, actor=f.SYSTEM)
    blind = next(task for task in f.open_tasks(queue).values() if task.reason == "audit")
    with pytest.raises(InvalidInputError):
        f.read(queue, bulk.preview, blind.task_id)
