"""Re-training: verdicts propose other evidence, people put it in force."""

from __future__ import annotations

import pytest

from mdm.domain.errors import ForbiddenError, InvalidInputError
from mdm.services import change, retraining, review, rule
from tests import factories as f


@pytest.fixture
def asked(hub, monkeypatch):
    """Names shared by two records: 40 with the maker told alike, 40 with another maker; 60 verdicts are enough here."""
    monkeypatch.setattr(retraining, "LEAST", 60)
    monkeypatch.setattr(retraining, "LEAST_OF_EACH", 6)
    f.with_widgets(hub)
    rules = f.RULES.replace("Action.LINK, 6.0", "Action.LINK, 9.0").replace(
        "Action.REVIEW, 0.0", "Action.REVIEW, -5.0"
    )
    f.write_rules(hub.settings.home, rules)
    f.load_rules(hub)
    f.ingest(hub, "ERP", [(f"{n}", f.widget("", f"name {n}", "acme")) for n in range(80)], "erp.csv")
    makers = ["acme"] * 40 + ["zenith"] * 40
    rows = [(f"{n}", f.widget("", f"name {n}", maker)) for n, maker in enumerate(makers)]
    f.ingest(hub, "MES", rows, "mes.csv")
    f.run(hub, full=True)
    return hub


def answer(hub, number, said_of):
    """Verdicts on so many questions, by the number in the name."""
    tasks = f.open_tasks(hub).values()
    for task in list(tasks)[:number]:
        f.act(hub, review.decide, task.task_id, said_of(int(task.lk)), "looked at both")


def propose(hub, actor=f.SYSTEM):
    return f.act(hub, retraining.propose, f.ENTITY, actor=actor)


def bits(weights, comparison, place):
    (part,) = [part for part in weights.comparisons if part.comparison == comparison]
    return part.levels[place].bits


def test_what_people_say_of_a_level_moves_its_evidence_and_nothing_in_force(asked):
    """Here another maker says nothing against a match: every pair of one name is one thing, but for a few."""
    answer(asked, 80, lambda n: "non-match" if n % 10 == 0 else "match")
    before = f.read(asked, rule.matcher, f.ENTITY).model_fingerprint
    shipped = f.read(asked, lambda uow: rule.weights_in_force(uow.hub, uow.hub.rules[f.ENTITY]))
    made = propose(asked)
    assert (made.verdicts, made.matches) == (80, 72)
    assert made.after < made.before
    assert made.moved[0].comparison == "maker"
    assert "m and u moved by 80 verdicts" in made.trained_on
    assert f.read(asked, rule.matcher, f.ENTITY).model_fingerprint == before
    waiting = f.read(asked, change.get, made.change_id)
    assert (waiting.state, waiting.kind) == ("proposed", "model")
    weights = waiting.content["weights"]
    assert weights["verdicts"] == 80
    moved = {(each.comparison, each.level): each for each in made.moved}
    other_maker = next(each for (name, level), each in moved.items() if name == "maker" and each.was < 0)
    assert other_maker.becomes > other_maker.was
    assert bits(shipped, "maker", 1) == pytest.approx(other_maker.was, abs=0.01)


def test_verdicts_that_say_what_the_weights_say_propose_nothing(asked):
    answer(asked, 80, lambda n: "match" if n < 40 else "non-match")
    made = propose(asked)
    f.examined(asked, made.change_id)
    f.act(asked, change.approve, made.change_id, "fine", actor=f.GOVERNANCE)
    f.act(asked, change.activate, made.change_id, actor=f.GOVERNANCE)
    f.run(asked)
    with pytest.raises(InvalidInputError, match="teach nothing"):
        propose(asked)


@pytest.mark.parametrize(
    ("number", "said"), [(59, lambda n: "match" if n % 2 else "non-match"), (80, lambda n: "match")]
)
def test_too_few_verdicts_or_of_one_kind_only_propose_nothing(asked, number, said):
    answer(asked, number, said)
    with pytest.raises(InvalidInputError, match="60 are needed, and 6 of each"):
        propose(asked)
    assert f.sql(asked, "select * from change_request") == []


def test_questions_asked_for_another_reason_than_the_pair_teach_no_level(asked):
    answer(asked, 75, lambda n: "match" if n % 2 else "non-match")
    with f.any_unit(asked) as uow:
        uow.connection.exec_driver_sql(
            "update review_task set reason = 'cluster' where task_id in "
            "(select task_id from review_task where status = 'decided' order by task_id limit 15)"
        )
    made = propose(asked)
    assert (made.verdicts, made.left_out) == (60, 15)


def test_a_steward_may_propose_and_an_auditor_not(asked):
    with pytest.raises(ForbiddenError):
        propose(asked, f.Actor("eve", f.ActorKind.USER, frozenset({f.Role("auditor")})))
