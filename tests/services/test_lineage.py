"""Where each value comes from, what stands around a golden record, and what people say beside it."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from mdm.domain.access import Actor, ActorKind, Role
from mdm.domain.errors import ForbiddenError, InvalidInputError
from mdm.services import access, day, decision, golden, golden_comment, lineage, related, sample
from tests import factories as f

READER = Actor("client:erp", ActorKind.CLIENT, frozenset({Role.CLIENT}), "ERP", frozenset({"golden:read"}))


@pytest.fixture
def hub(any_hub):
    """One golden record of two records, and one that shares its name: an open task."""
    f.with_widgets(any_hub)
    f.put_all(
        any_hub,
        {
            "ERP:1": f.widget("A", "alpha", maker="x"),
            "MES:1": f.widget("A", "alpha", maker="y"),
            "QMS:1": f.widget("", "alpha"),
        },
    )
    return any_hub


def shown(hub, key="ERP:1"):
    return f.read(hub, golden.get, f.ENTITY, f.golden_ids(hub)[key])


def test_the_trust_of_each_value_is_what_survivorship_weighs(hub):
    said = f.read(hub, lineage.of, shown(hub))
    assert [(each.value, each.source_system, each.trust, each.chosen) for each in said["maker"]] == [
        ("x", "ERP", 1.0, True),
        ("y", "MES", 0.5, False),
    ]
    assert {each.chosen for each in said["maker"][:1]} == {True}


def test_trust_falls_with_age_up_to_the_newest_record(hub):
    clock = hub._clock
    hub._clock = lambda: clock() + timedelta(days=1825)
    f.put(hub, "MES:1", f.widget("A", "alpha", maker="z"))
    said = f.read(hub, lineage.of, shown(hub))
    assert {each.source_system: each.trust for each in said["maker"]} == {"ERP": 0.5, "MES": 0.5}


def test_a_value_set_by_hand_names_who_why_and_by_which_decision(hub):
    ids = f.golden_ids(hub)
    made = f.act(hub, decision.override, f.ENTITY, ids["ERP:1"], "maker", "w", "seen on the box")
    first, *others = f.read(hub, lineage.of, shown(hub))["maker"]
    assert (first.value, first.set_by, first.reason, first.decision_id, first.trust) == (
        "w",
        "anna",
        "seen on the box",
        made.decision_id,
        None,
    )
    assert [(each.value, each.chosen) for each in others] == [("x", False), ("y", False)]


def test_open_tasks_stand_beside_it_but_for_blind_ones_and_only_for_who_reads_the_queue(hub):
    (task,) = f.open_tasks(hub).values()
    (found,) = f.read(hub, related.of, shown(hub)).tasks
    assert (found.task_id, found.golden_id) == (task.task_id, f.golden_ids(hub)["QMS:1"])
    assert f.read(hub, related.of, shown(hub), actor=READER).tasks == ()
    f.act(hub, sample.draw, f.ENTITY, 5, 0, actor=f.GOVERNANCE)
    assert [each.task_id for each in f.read(hub, related.of, shown(hub)).tasks] == [task.task_id]


def test_merges_and_splits_are_kin_in_both_directions(hub):
    ids = f.golden_ids(hub)
    kept = f.act(hub, decision.merge, f.ENTITY, ids["ERP:1"], ids["QMS:1"], "same").golden_ids[0]
    (kin,) = f.read(hub, related.of, shown(hub)).kin
    assert (kin.kind, kin.title, kin.until) == ("merged_in", "alpha", None)
    then = golden.get
    before = f.read(hub, then, f.ENTITY, kin.golden_id, datetime.fromisoformat(kin.seen_last))
    assert [each.source_system for each in before.members] == ["QMS"]
    f.act(hub, decision.split, f.ENTITY, kept, [("MES", "1")], "two")
    away = f.golden_ids(hub)["MES:1"]
    assert [each.kind for each in f.read(hub, related.of, shown(hub, "MES:1")).kin] == ["split_from"]
    assert away in [each.golden_id for each in f.read(hub, related.of, shown(hub)).kin]


def test_the_history_names_the_records_of_each_version(hub):
    ids = f.golden_ids(hub)
    f.act(hub, decision.merge, f.ENTITY, ids["ERP:1"], ids["QMS:1"], "same")
    newest, *_ = f.read(hub, golden.history, f.golden_ids(hub)["ERP:1"])
    assert set(newest.records) == {"ERP:1", "MES:1", "QMS:1"}


def test_a_mention_beside_a_golden_record_waits_until_it_is_answered(hub):
    with f.any_unit(hub) as uow:
        for login in ("anna", "bert"):
            access.add_user(uow, login, ["steward"])
    ids = f.golden_ids(hub)
    f.act(hub, golden_comment.add, f.ENTITY, ids["QMS:1"], "@bert, which plant?")
    waiting = ((f.ENTITY, ids["QMS:1"]),)
    assert f.read(hub, day.my_day, actor=f.OTHER_STEWARD).golden_mentions == waiting
    f.act(hub, decision.merge, f.ENTITY, ids["ERP:1"], ids["QMS:1"], "same")
    f.act(hub, golden_comment.add, f.ENTITY, ids["QMS:1"], "the old one", actor=f.OTHER_STEWARD)
    assert f.read(hub, day.my_day, actor=f.OTHER_STEWARD).golden_mentions == ()
    said = f.read(hub, golden_comment.of_golden, f.ENTITY, ids["ERP:1"])
    assert [each.author for each in said] == ["anna", "bert"]


@pytest.mark.parametrize("text", ["", "  ", "x" * 2001, "@nobody.here look"])
def test_a_comment_says_something_and_names_who_is_there(hub, text):
    with pytest.raises(InvalidInputError):
        f.act(hub, golden_comment.add, f.ENTITY, f.golden_ids(hub)["ERP:1"], text)


def test_who_only_reads_writes_no_comment(hub):
    with pytest.raises(ForbiddenError):
        f.act(hub, golden_comment.add, f.ENTITY, f.golden_ids(hub)["ERP:1"], "x", actor=READER)
