"""Decisions of people: each can be taken back, binds later runs, and contradictions are told."""

from __future__ import annotations

import threading

import pytest

from mdm.domain.errors import (
    ContradictingVerdictError,
    DecisionNotUndoableError,
    InvalidInputError,
    MdmError,
    StaleVersionError,
    TaskNotOpenError,
)
from mdm.services import decision, golden, intake, review
from tests import factories as f
from tests.invariants.oracle import assert_holds


@pytest.fixture
def hub(hub):
    """Two golden records of two records each, a third that shares a name with the first: one open task."""
    f.with_widgets(hub)
    f.put_all(
        hub,
        {
            "ERP:1": f.widget("A", "alpha", note="x"),
            "MES:1": f.widget("A", "alpha"),
            "ERP:2": f.widget("B", "beta", note="y"),
            "MES:2": f.widget("B", "beta"),
            "QMS:1": f.widget("", "alpha"),
        },
    )
    assert f.partition(hub) == f.groups("ERP:1 MES:1 | ERP:2 MES:2 | QMS:1")
    assert len(f.open_tasks(hub)) == 1
    return hub


def state(hub):
    """What people see: golden ID of each record, values of each golden record, open questions."""
    values = f.sql(
        hub,
        "select v.golden_id, v.attributes from golden_version v join golden_record g on g.golden_id = v.golden_id "
        "and g.version = v.version where g.status = 'active' order by v.golden_id",
    )
    return f.golden_ids(hub), [tuple(v) for v in values], set(f.open_tasks(hub))


def task(hub):
    return next(iter(f.open_tasks(hub).values()))


def merge(hub):
    ids = f.golden_ids(hub)
    return f.act(hub, decision.merge, f.ENTITY, ids["ERP:1"], ids["ERP:2"], "same").decision_id


def split(hub):
    ids = f.golden_ids(hub)
    return f.act(hub, decision.split, f.ENTITY, ids["ERP:1"], [("MES", "1")], "two").decision_id


def override(hub):
    ids = f.golden_ids(hub)
    return f.act(hub, decision.override, f.ENTITY, ids["ERP:1"], "note", "z", "known").decision_id


def match_verdict(hub):
    return f.act(hub, review.decide, task(hub).task_id, "match", "same").decision_id


def negative_verdict(hub):
    return f.act(hub, review.decide, task(hub).task_id, "non-match", "two").decision_id


@pytest.mark.invariant("I5")
@pytest.mark.parametrize("decide", [merge, split, override, match_verdict, negative_verdict])
def test_undoing_a_decision_restores_what_was_there(hub, decide):
    before = state(hub)
    made = decide(hub)
    assert state(hub) != before
    f.act(hub, decision.undo, made, "a mistake")
    ids, values, asked = state(hub)
    assert (ids, asked) == (before[0], before[2])
    assert values == before[1]
    assert_holds(hub)
    with pytest.raises(DecisionNotUndoableError):
        f.act(hub, decision.undo, made, "again")


def test_only_a_merge_can_be_taken_apart(hub):
    ids = f.golden_ids(hub)
    can = {key: f.read(hub, decision.can_unmerge, ids[key]) for key in ids}
    assert not any(can.values())
    merged = merge(hub)
    assert all(f.read(hub, decision.can_unmerge, ids[key]) for key in ("ERP:1", "ERP:2"))
    assert not f.read(hub, decision.can_unmerge, ids["QMS:1"])
    f.act(hub, decision.undo, merged, "a slip")
    assert not any(f.read(hub, decision.can_unmerge, ids[key]) for key in ids)


def test_undoing_an_unmerge_brings_the_merge_back(hub):
    ids = f.golden_ids(hub)
    f.act(hub, decision.merge, f.ENTITY, ids["ERP:1"], ids["ERP:2"], "same")
    merged = state(hub)
    made = f.act(hub, decision.unmerge, f.ENTITY, ids["ERP:2"], "two")
    f.act(hub, decision.undo, made.decision_id, "they were the same")
    assert state(hub) == merged
    assert_holds(hub)


def test_undoing_a_verdict_opens_a_new_task_and_keeps_the_old_one_decided(hub):
    asked = task(hub).task_id
    made = negative_verdict(hub)
    undone = f.act(hub, review.undo, made, "a mistake")
    assert undone.task_id not in {None, asked}
    assert f.sql(hub, f"select status from review_task where task_id = {asked}")[0].status == "decided"


@pytest.mark.invariant("I5")
def test_undoing_a_merge_restores_both_sides_when_records_arrived_in_between(hub):
    ids = f.golden_ids(hub)
    made = merge(hub)
    f.put(hub, "QMS:2", f.widget("B", "beta"))
    f.act(hub, decision.undo, made, "a mistake")
    now = f.golden_ids(hub)
    assert {key: now[key] for key in ids} == ids
    assert now["QMS:2"] == ids["ERP:2"]
    assert_holds(hub)


@pytest.mark.invariant("I6")
def test_a_merge_against_a_verdict_is_refused_and_names_the_verdict(hub):
    made = negative_verdict(hub)
    ids = f.golden_ids(hub)
    with pytest.raises(ContradictingVerdictError) as refused:
        f.act(hub, decision.merge, f.ENTITY, ids["ERP:1"], ids["QMS:1"], "same")
    assert refused.value.details["decisions"] == [made]
    assert_holds(hub)


@pytest.mark.invariant("I6")
def test_a_match_through_a_third_record_against_a_verdict_is_refused(hub):
    negative_verdict(hub)
    ids = f.golden_ids(hub)
    f.act(hub, decision.merge, f.ENTITY, ids["ERP:2"], ids["QMS:1"], "same")
    now = f.golden_ids(hub)
    with pytest.raises(ContradictingVerdictError):
        f.act(hub, decision.merge, f.ENTITY, now["ERP:1"], now["ERP:2"], "same")
    assert_holds(hub)


def test_a_preview_tells_the_effect_and_leaves_nothing(hub):
    before, ids = state(hub), f.golden_ids(hub)
    told = f.act(hub, decision.merge, f.ENTITY, ids["ERP:1"], ids["ERP:2"], "same", preview=True)
    assert told.decision_id is None
    assert len({told.memberships[key] for key in ("ERP:1", "MES:1", "ERP:2", "MES:2")}) == 1
    assert state(hub) == before
    assert f.sql(hub, "select count(*) from decision")[0][0] == 0


def test_who_saw_an_older_version_is_told(hub):
    ids = f.golden_ids(hub)
    override(hub)
    with pytest.raises(StaleVersionError):
        f.act(hub, decision.split, f.ENTITY, ids["ERP:1"], [("MES", "1")], "two", expected_version=1)


@pytest.mark.parametrize("keys", [[], [("ERP", "1"), ("MES", "1")], [("ERP", "2")]])
def test_a_split_takes_some_but_not_all_and_no_stranger(hub, keys):
    with pytest.raises(InvalidInputError):
        f.act(hub, decision.split, f.ENTITY, f.golden_ids(hub)["ERP:1"], keys, "two")


@pytest.mark.invariant("I6")
def test_a_split_binds_every_later_run(hub):
    split(hub)
    for full in (False, True):
        f.run(hub, full=full)
        assert f.partition(hub) == f.groups("ERP:1 | MES:1 | ERP:2 MES:2 | QMS:1")
    assert_holds(hub)


def test_an_override_survives_reloads_and_follows_its_record_through_a_merge(hub):
    override(hub)
    f.put(hub, "ERP:1", f.widget("A", "alpha", note="newer"))
    merge(hub)
    f.run(hub, full=True)
    shown = f.read(hub, golden.get, f.ENTITY, f.golden_ids(hub)["ERP:1"])
    assert shown.attributes["note"] == "z"
    assert shown.provenance["note"].source_system == "STEWARD"
    assert_holds(hub)


def test_a_preview_tells_the_values_that_change_and_changes_none(hub):
    ids = f.golden_ids(hub)
    shown = f.act(hub, decision.override, f.ENTITY, ids["ERP:1"], "note", "z", "known", preview=True)
    assert shown.values == {ids["ERP:1"]: {"note": ("x", "z")}}
    assert shown.decision_id is None
    assert f.read(hub, golden.get, f.ENTITY, ids["ERP:1"]).attributes["note"] == "x"
    merged = f.act(hub, decision.merge, f.ENTITY, ids["ERP:1"], ids["ERP:2"], "same", preview=True)
    done = merge_effect(hub)
    assert merged.values == done.values != {}


def merge_effect(hub):
    ids = f.golden_ids(hub)
    return f.act(hub, decision.merge, f.ENTITY, ids["ERP:1"], ids["ERP:2"], "same")


@pytest.mark.invariant("I2", "I4")
def test_retiring_all_records_of_a_merged_record_keeps_both_ids_answering(hub):
    ids = f.golden_ids(hub)
    merge(hub)
    for key in ("ERP:1", "MES:1", "ERP:2", "MES:2"):
        system, _, source_id = key.partition(":")
        f.act(hub, intake.retire_record, f.ENTITY, system, source_id, actor=f.SYSTEM)
    for issued in (ids["ERP:1"], ids["ERP:2"]):
        assert f.read(hub, golden.get, f.ENTITY, issued).status == "retired"
    assert_holds(hub)


@pytest.mark.invariant("I10")
def test_of_two_stewards_at_once_one_wins_and_the_other_is_told(any_hub):
    f.with_widgets(any_hub)
    f.put_all(any_hub, {"ERP:1": f.widget("A", "alpha"), "MES:1": f.widget("", "alpha")})
    asked = task(any_hub).task_id
    together, outcomes = threading.Barrier(2, timeout=20), []

    def decide(actor, verdict):
        together.wait()
        try:
            f.act(any_hub, review.decide, asked, verdict, "at once", actor=actor)
            outcomes.append("won")
        except MdmError as error:
            outcomes.append(type(error))

    stewards = ((f.STEWARD, "match"), (f.OTHER_STEWARD, "non-match"))
    threads = [threading.Thread(target=decide, args=each) for each in stewards]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(outcomes, key=str) == [TaskNotOpenError, "won"]
    assert_holds(any_hub)
