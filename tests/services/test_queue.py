"""The queue asks no pair that verdicts answer already, and asks first what is worth most."""

from __future__ import annotations

import json
import random
from dataclasses import replace

import pytest

from mdm.domain.implied import implied_by
from mdm.services import change, decision_log, reason, review, rule
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


def evidence_of_the_open_task(hub):
    (task,) = f.open_tasks(hub).values()
    return task, json.loads(task.evidence)


def test_an_open_task_is_told_anew_under_another_model_and_a_decision_keeps_what_it_saw(widgets):
    f.ingest_all(widgets, {"ERP:1": f.widget("", "alpha"), "MES:1": f.widget("", "alpha")})
    f.run(widgets, full=True)
    task, old = evidence_of_the_open_task(widgets)
    f.act(widgets, review.decide, task.task_id, "unsure", "cannot tell")
    (made,) = f.read(widgets, decision_log.list_decisions)
    f.change_in_force(widgets, link=12.0)
    f.run(widgets)
    again, new = evidence_of_the_open_task(widgets)
    assert again.task_id == task.task_id
    assert again.match_weight == task.match_weight  # only the limits moved
    assert (new["thresholds"]["link"], old["thresholds"]["link"]) == (12.0, 6.0)
    assert new["rules"] != old["rules"]
    assert new["counterfactual_en"] != old["counterfactual_en"]
    assert again.version > task.version
    kept = f.read(widgets, reason.explain_decision, made.decision_id)
    assert kept.stored["counterfactual_en"] == old["counterfactual_en"]
    assert (kept.equal, kept.intact) == (True, True)


def test_a_model_that_moves_weights_moves_sentence_and_weight_of_open_tasks(widgets):
    f.ingest_all(widgets, {"ERP:1": f.widget("", "alpha"), "MES:1": f.widget("", "alpha")})
    f.run(widgets, full=True)
    task, old = evidence_of_the_open_task(widgets)
    held = f.read(widgets, lambda uow: rule.weights_in_force(uow.hub, uow.hub.rules[f.ENTITY]))
    change_id = f.act(
        widgets, change.propose_model, f.ENTITY, replace(held, prior=0.2, trained_on="verdicts"), "more data"
    )
    f.examined(widgets, change_id)
    f.act(widgets, change.approve, change_id, "fine", actor=f.GOVERNANCE)
    f.act(widgets, change.activate, change_id, actor=f.GOVERNANCE)
    f.run(widgets)
    again, new = evidence_of_the_open_task(widgets)
    assert new["model"] != old["model"]
    assert new["weight"] == again.match_weight != task.match_weight


def test_a_run_that_changes_nothing_that_is_shown_leaves_the_version_of_a_task(widgets):
    f.ingest_all(widgets, {"ERP:1": f.widget("", "alpha"), "MES:1": f.widget("", "alpha")})
    f.run(widgets, full=True)
    task, old = evidence_of_the_open_task(widgets)
    f.ingest(widgets, "QMS", [("9", f.widget("Z", "omega", "zed"))])
    f.run(widgets, full=True)  # new statistics: another model by name
    again, new = evidence_of_the_open_task(widgets)
    assert new["model"] != old["model"]
    assert again.version == task.version
