"""Values chosen cell by cell with a match: they belong to the verdict and go when it goes."""

from __future__ import annotations

import pytest

from mdm.domain.access import Actor, ActorKind, Role
from mdm.domain.errors import ForbiddenError, InvalidInputError, UnknownAttributeError
from mdm.services import confirmation, decision, decision_log, golden, review
from tests import factories as f
from tests.invariants.oracle import assert_holds
from tests.services.test_confirmation import SOFT, with_rules

CLIENT = Actor("client:mes", ActorKind.CLIENT, frozenset({Role.CLIENT}), "MES", frozenset({"tasks:decide"}))


@pytest.fixture
def hub(any_hub):
    """Two widgets that share a name, with different notes: one open task."""
    f.with_widgets(any_hub)
    f.put_all(
        any_hub,
        {"ERP:1": f.widget("A", "alpha", note="of ERP"), "MES:1": f.widget("", "alpha", note="of MES")},
    )
    return any_hub


def decide(hub, verdict="match", actor=f.STEWARD, **values):
    (task,) = f.open_tasks(hub).values()
    return f.act(hub, review.decide, task.task_id, verdict, "seen", values=values, actor=actor)


def side_of(hub, key):
    (pair,) = f.open_tasks(hub)
    return "left" if sorted(pair)[0] == key else "right"


def note(hub, key="ERP:1"):
    return f.read(hub, golden.get, f.ENTITY, f.golden_ids(hub)[key]).attributes.get("note")


@pytest.mark.parametrize("key", ["ERP:1", "MES:1"])
def test_a_chosen_value_survives_the_match_and_goes_with_it(hub, key):
    made = decide(hub, note=side_of(hub, key))
    assert note(hub) == f"of {key[:3]}"
    assert f.read(hub, decision_log.list_decisions)[0].subject["values"] == {"note": side_of_pair(key)}
    f.act(hub, review.undo, made.decision_id, "a slip")
    assert (note(hub, "ERP:1"), note(hub, "MES:1")) == ("of ERP", "of MES")
    assert f.sql(hub, "select count(*) from golden_override where active") == [(0,)]
    assert_holds(hub)


def side_of_pair(key):
    return "left" if key == "ERP:1" else "right"


def test_values_are_chosen_with_a_match_only_and_from_what_a_record_says(hub):
    for verdict, values, error in (
        ("non-match", {"note": "left"}, InvalidInputError),
        ("match", {"note": "both"}, InvalidInputError),
        ("match", {"maker": "left"}, InvalidInputError),
        ("match", {"nothing": "left"}, UnknownAttributeError),
    ):
        with pytest.raises(error):
            decide(hub, verdict, **values)
    assert len(f.open_tasks(hub)) == 1


def test_who_may_only_judge_sets_no_values(hub):
    with pytest.raises(ForbiddenError):
        decide(hub, actor=CLIENT, note="left")
    assert decide(hub, actor=CLIENT).decision_id


def test_the_value_set_last_holds_on_whichever_record_it_hangs(hub):
    ids = f.golden_ids(hub)
    f.act(hub, decision.override, f.ENTITY, ids["MES:1"], "note", "first", "known")
    f.act(hub, decision.override, f.ENTITY, ids["ERP:1"], "note", "second", "known better")
    decide(hub)
    assert note(hub) == "second"
    f.act(hub, decision.override, f.ENTITY, f.golden_ids(hub)["ERP:1"], "note", "third", "known best")
    assert note(hub) == "third"


def test_chosen_values_wait_with_the_match_for_the_second_person(any_hub):
    hub = with_rules(any_hub, SOFT)
    f.put_all(
        hub,
        {
            "ERP:1": f.widget("A", "alpha", colour="red", note="of ERP"),
            "MES:1": f.widget("A", "alpha", colour="blue", note="of MES"),
        },
    )
    made = decide(hub, colour=side_of(hub, "MES:1"))
    assert made.proposal_id
    assert f.sql(hub, "select count(*) from golden_override") == [(0,)]
    (waiting,) = f.read(hub, confirmation.list_open)
    assert waiting.values == {"colour": "MES:1"}
    f.act(hub, confirmation.confirm, made.proposal_id, "seen too", actor=f.OTHER_STEWARD)
    shown = f.read(hub, golden.get, f.ENTITY, f.golden_ids(hub)["ERP:1"])
    assert shown.attributes["colour"] == "blue"
