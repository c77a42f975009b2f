"""Precision and recall by what stewards said."""

from __future__ import annotations

import pytest

from mdm.domain.errors import ForbiddenError
from mdm.services import event, quality, review, sample
from tests import factories as f


@pytest.fixture
def judged(hub):
    """Thirty widgets of two records each, all drawn into the blind sample."""
    f.with_widgets(hub)
    rows = [(f"{n}", f.widget(f"C{n}", f"名称 {n}" if n % 2 else f"name {n}", "acme")) for n in range(30)]
    f.ingest(hub, "ERP", rows, "erp.csv")
    f.ingest(hub, "MES", rows, "mes.csv")
    f.run(hub, full=True)
    f.act(hub, sample.draw, f.ENTITY, 30, 0, actor=f.SYSTEM)
    return hub


def answer(hub, wrong=()):
    """Verdicts on all audit tasks; those whose place is in ``wrong`` contradict the machine."""
    for place, line in enumerate(f.read(hub, review.list_tasks, f.ENTITY, reason="audit").lines):
        said = "non-match" if place in wrong else "match"
        f.act(hub, review.decide, line.task_id, said, "looked at both")


def measure(hub):
    return f.read(hub, quality.measure, f.ENTITY)


def falls(hub):
    return [e for e in f.read(hub, event.changes, 0, 10_000).events if e.type == "quality.fell"]


def test_nothing_is_claimed_before_verdicts_are_in(judged):
    found = measure(judged)
    assert (found.state, found.calibrated, found.verdicts) == ("unknown", False, 0)
    assert found.sample.precision.value is None
    assert (found.sample.drawn, found.clean_needed) == (30, 539)


def test_thirty_clean_verdicts_state_a_bound_and_not_certainty(judged):
    answer(judged)
    precision = measure(judged).sample.precision
    assert (precision.number, precision.value) == (30, 1)
    assert 0.91 < precision.at_least < 0.93
    assert 0.90 < precision.at_least_exact < 0.91


def test_figures_are_told_per_source_pair_and_language(judged):
    answer(judged)
    found = measure(judged)
    assert [part.name for part in found.by_sources] == ["ERP + MES"]
    assert {part.name: part.sample.precision.number for part in found.by_language} == {
        "en-en": 15,
        "zh-zh": 15,
    }


def test_the_alarm_is_raised_once_when_the_interval_lies_below_the_limit(judged):
    answer(judged, wrong=range(0, 30, 3))
    found = measure(judged)
    assert found.state == "below"
    assert found.sample.precision.value == pytest.approx(2 / 3, abs=1e-6)
    assert len(falls(judged)) == 1
    assert falls(judged)[0].payload["limit"] == quality.LIMIT


def test_good_verdicts_raise_no_alarm(judged):
    answer(judged)
    assert falls(judged) == []


def test_an_undone_verdict_does_not_count(judged):
    answer(judged)
    (line,) = f.read(judged, review.list_tasks, f.ENTITY, status="decided", limit=1).lines[:1]
    made = f.read(judged, review.get_task, line.task_id).decisions[0]
    f.act(judged, review.undo, made.decision_id, "a slip")
    assert measure(judged).sample.precision.number == 29


def test_queue_and_sample_are_kept_apart(judged):
    f.put_all(judged, {"QMS:1": f.widget("", "alpha"), "ERP:x": f.widget("X", "alpha")})
    (task,) = [t for t in f.open_tasks(judged).values() if t.reason != "audit"]
    f.act(judged, review.decide, task.task_id, "match", "one thing")
    found = measure(judged)
    assert (found.queue.answered, found.sample.answered) == (1, 0)
    assert found.queue.yield_.value == 1
    assert found.reliability.pairs == 1


def test_who_may_not_read_data_may_not_read_its_quality(judged):
    with pytest.raises(ForbiddenError):
        f.read(
            judged,
            quality.measure,
            f.ENTITY,
            actor=f.Actor("root", f.ActorKind.USER, frozenset({f.Role("admin")})),
        )
