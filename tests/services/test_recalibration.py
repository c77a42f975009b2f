"""Recalibration: verdicts propose a model, people put it in force."""

from __future__ import annotations

import pytest

from mdm.domain.errors import ForbiddenError, InvalidInputError
from mdm.services import change, job, recalibration, review, rule
from tests import factories as f


@pytest.fixture
def asked(hub):
    """Seventy names shared by two records of different codes: each a question."""
    f.with_widgets(hub)
    f.ingest(hub, "ERP", [(f"{n}", f.widget(f"C{n}", f"name {n}", "acme")) for n in range(70)], "erp.csv")
    f.ingest(hub, "MES", [(f"{n}", f.widget(f"D{n}", f"name {n}", "acme")) for n in range(70)], "mes.csv")
    f.run(hub, full=True)
    return hub


def answer(hub, number, said):
    for line in f.read(hub, review.list_tasks, f.ENTITY, limit=number).lines:
        f.act(hub, review.decide, line.task_id, said, "looked at both")


def propose(hub, actor=f.SYSTEM):
    return f.act(hub, recalibration.propose, f.ENTITY, actor=actor)


def test_verdicts_propose_a_model_and_change_none(asked):
    answer(asked, 60, "non-match")
    before = f.read(asked, rule.matcher, f.ENTITY).model_fingerprint
    made = propose(asked)
    assert (made.verdicts, made.from_queue, made.from_sample) == (60, 60, 0)
    assert made.after.ece < made.before.ece
    assert "calibrated on 60 verdicts (60 of the queue, 0 of the blind sample)" in made.trained_on
    assert f.read(asked, rule.matcher, f.ENTITY).model_fingerprint == before
    waiting = f.read(asked, change.get, made.change_id)
    assert waiting.state == "proposed"
    assert waiting.content["weights"]["verdicts"] == 60


def test_too_few_verdicts_teach_nothing(asked):
    answer(asked, 49, "match")
    with pytest.raises(InvalidInputError, match="49 of 50"):
        propose(asked)


def test_an_auditor_does_not_propose_models(asked):
    with pytest.raises(ForbiddenError):
        propose(asked, f.Actor("eve", f.ActorKind.USER, frozenset({f.Role("auditor")})))


def test_the_timetable_proposes_once_when_enough_verdicts_are_new(asked, monkeypatch):
    answer(asked, 60, "non-match")
    assert job.recalibrate(asked, f.SYSTEM) == "too few new verdicts"
    monkeypatch.setattr(job, "NEW_VERDICTS", 60)
    assert job.recalibrate(asked, f.SYSTEM).startswith("widget ")
    assert job.recalibrate(asked, f.SYSTEM) == "too few new verdicts"
