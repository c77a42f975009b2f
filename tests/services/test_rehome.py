"""Moving a source record to another golden record, and what happens to the questions around it."""

from __future__ import annotations

import pytest

from mdm.domain.errors import ContradictingVerdictError, InvalidInputError, StaleVersionError
from mdm.services import decision, golden, rehome, review
from tests import factories as f
from tests.invariants.oracle import assert_holds


@pytest.fixture
def hub(hub):
    """Two golden records of two records each; the second has a twin in name that is asked about."""
    f.with_widgets(hub)
    f.put_all(
        hub,
        {
            "ERP:1": f.widget("A", "alpha"),
            "MES:1": f.widget("A", "alpha"),
            "ERP:2": f.widget("B", "beta"),
            "MES:2": f.widget("B", "beta"),
            "QMS:2": f.widget("", "beta"),
        },
    )
    assert f.partition(hub) == f.groups("ERP:1 MES:1 | ERP:2 MES:2 | QMS:2")
    return hub


def move(hub, key=("MES", "1"), to="ERP:2", **more):
    return f.act(hub, rehome.rehome, f.ENTITY, key, f.golden_ids(hub)[to], "wrong home", **more)


def test_a_moved_record_keeps_both_ids_and_outlives_a_full_run(hub):
    before = f.golden_ids(hub)
    effect = move(hub)
    assert f.partition(hub) == f.groups("ERP:1 | ERP:2 MES:1 MES:2 | QMS:2")
    after = f.golden_ids(hub)
    assert (after["ERP:1"], after["MES:1"]) == (before["ERP:1"], before["ERP:2"])
    assert effect.created == effect.ended == ()
    f.run(hub, full=True)
    assert f.golden_ids(hub) == after
    assert_holds(hub)


def test_undoing_a_move_brings_the_record_home(hub):
    before, asked = f.golden_ids(hub), set(f.open_tasks(hub))
    effect = move(hub)
    f.act(hub, decision.undo, effect.decision_id, "it was right")
    assert f.golden_ids(hub) == before
    assert set(f.open_tasks(hub)) == asked


def test_the_preview_is_what_then_happens(hub):
    foreseen = move(hub, preview=True)
    assert f.partition(hub) == f.groups("ERP:1 MES:1 | ERP:2 MES:2 | QMS:2")
    done = move(hub)
    assert (foreseen.memberships, foreseen.ended) == (done.memberships, done.ended)
    assert set(foreseen.tasks_closed) == set(done.tasks_closed)


def test_a_record_that_stands_alone_takes_its_id_along(hub):
    alone = f.golden_ids(hub)["QMS:2"]
    effect = move(hub, key=("QMS", "2"))
    assert alone in effect.ended
    assert f.read(hub, golden.get, f.ENTITY, alone).golden_id == f.golden_ids(hub)["ERP:2"]


def test_moving_the_subject_of_a_task_takes_the_question_along(hub):
    """QMS:2 is asked about beta; with ERP:2 and MES:2 gone to alpha's record the question is about that one."""
    (pair,) = f.open_tasks(hub)
    assert "QMS:2" in pair
    subject = next(key for key in pair if key != "QMS:2")
    system, key = subject.split(":")
    move(hub, key=(system, key), to="ERP:1")
    groups = {key: keys for keys in f.partition(hub) for key in keys}
    assert subject in groups["ERP:1"]
    asked = f.questions(hub)
    assert all(len(question) == 2 for question in asked), "a task asks about one golden record"
    assert any(frozenset({"QMS:2"}) in question for question in asked)


def test_deciding_one_of_several_candidates_answers_or_moves_the_others(hub):
    f.put(hub, "QMS:3", f.widget("", "beta"))
    tasks = f.open_tasks(hub)
    assert len(tasks) >= 2
    first = next(task for pair, task in tasks.items() if "QMS:3" in pair)
    outcome = f.act(hub, review.decide, first.task_id, "match", "same")
    open_now = f.open_tasks(hub)
    homes = f.golden_ids(hub)
    for pair in open_now:
        one, other = pair
        assert homes[one] != homes[other], "a question whose answer is known is still asked"
    assert outcome.decision_id
    assert_holds(hub)


def test_a_verdict_that_keeps_them_apart_stands_in_the_way(hub):
    pair, task = next(iter(f.open_tasks(hub).items()))
    f.act(hub, review.decide, task.task_id, "non-match", "two")
    other = next(key for key in pair if key != "QMS:2")
    f.put(hub, "QMS:9", f.widget("Z", "zeta"))
    with pytest.raises(ContradictingVerdictError):
        move(hub, key=tuple(other.split(":")), to="QMS:2")


def test_a_stale_form_moves_nothing(hub):
    with pytest.raises(StaleVersionError):
        move(hub, leaving_version=99)
    with pytest.raises(StaleVersionError):
        move(hub, expected_version=99)
    with pytest.raises(InvalidInputError):
        move(hub, to="ERP:1")
