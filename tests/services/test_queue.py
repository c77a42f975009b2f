"""The queue asks no pair that verdicts answer already, and asks first what is worth most."""

from __future__ import annotations

import random

import pytest

from mdm.domain.implied import implied_by
from mdm.services import review
from tests import factories as f


def alike(hub, seed):
    """Twelve records of one name and three real things; codes link some of them."""
    drawn = random.Random(seed)
    thing = {}
    for n in range(12):
        system = ("ERP", "MES", "QMS")[n % 3]
        thing[f"{system}:{n}"] = drawn.randrange(3)
    records = {
        key: f.widget(f"C{real}" if drawn.random() < 0.5 else "", "alpha", "") for key, real in thing.items()
    }
    f.ingest_all(hub, records)
    f.run(hub, full=True)
    return {f.record_id(hub, key): real for key, real in thing.items()}


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_no_verdict_is_asked_twice_directly_or_through_others(widgets, seed):
    things = alike(widgets, seed)
    must: list[tuple[int, int]] = []
    cannot: list[tuple[int, int]] = []
    for _ in range(66):
        tasks = f.open_tasks(widgets).values()
        if not tasks:
            break
        answered = implied_by(must, cannot)
        assert all(answered.answer(task.left_id, task.right_id) is None for task in tasks)
        task = max(tasks, key=lambda each: (each.priority, -each.task_id))
        same = things[task.left_id] == things[task.right_id]
        f.act(widgets, review.decide, task.task_id, "match" if same else "non-match", "by the truth")
        (must if same else cannot).append((task.left_id, task.right_id))
    assert not f.open_tasks(widgets)
    assert len(must) + len(cannot) < 66  # fewer verdicts than pairs


def test_the_queue_comes_in_the_order_of_what_a_verdict_is_worth(widgets):
    alike(widgets, 1)
    lines = f.read(widgets, review.list_tasks, f.ENTITY).lines
    worth = [line.priority for line in lines]
    assert worth == sorted(worth, reverse=True)
    first = f.read(widgets, review.list_tasks, f.ENTITY, limit=1)
    rest = f.read(widgets, review.list_tasks, f.ENTITY, cursor=first.next_cursor)
    assert [line.task_id for line in (*first.lines, *rest.lines)] == [line.task_id for line in lines]


def test_a_task_tells_how_many_pairs_one_verdict_settles(widgets):
    f.ingest_all(
        widgets,
        {
            "ERP:1": f.widget("A", "alpha"),
            "MES:1": f.widget("A", "alpha"),
            "QMS:1": f.widget("", "alpha", "acme"),
            "ERP:2": f.widget("", "alpha", "acme"),
            "MES:2": f.widget("", "alpha", "acme"),
        },
    )
    f.run(widgets, full=True)
    (line,) = f.read(widgets, review.list_tasks, f.ENTITY).lines
    assert line.settles == 6
