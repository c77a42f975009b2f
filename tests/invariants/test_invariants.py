"""Each invariant on its own, on both databases, by the shortest history that would break it."""

from __future__ import annotations

import itertools
import json
import random
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.exc import DBAPIError

from mdm.domain.errors import MdmError, TaskNotOpenError
from mdm.services import decision, golden, intake, load, review, source, xref
from tests import factories as f
from tests.invariants.oracle import assert_holds

ALPHA = f.widget("A", "alpha", "acme")


@pytest.fixture
def hub(hub):
    """Widgets on SQLite; where a database makes the difference a test asks for ``each`` instead."""
    return f.with_widgets(hub)


@pytest.fixture
def each(any_hub):
    """Widgets on each database, with one pair that agrees by name alone: an open task."""
    ask(f.with_widgets(any_hub))
    return any_hub


@pytest.fixture
def asked(hub):
    """Two records whose names alone agree: one open task."""
    return ask(hub)


def ask(hub):
    f.put(hub, "ERP:1", f.widget("A", "alpha"))
    f.put(hub, "MES:1", f.widget("", "alpha"))
    (task,) = f.open_tasks(hub).values()
    return task


@pytest.fixture
def pair(hub):
    """Two golden records that nothing ties together, by the records ERP:1 and MES:1."""
    f.put(hub, "ERP:1", f.widget("A", "alpha", "acme", note="x"))
    f.put(hub, "MES:1", f.widget("B", "beta", "bolt", note="y"))
    ids = f.golden_ids(hub)
    return ids["ERP:1"], ids["MES:1"]


def shape(hub):
    """Everything people see: partition with golden IDs, and the values of each live golden record."""
    rows = f.sql(
        hub,
        "select v.golden_id, v.attributes, v.status from golden_version v join golden_record g "
        "on g.golden_id = v.golden_id and g.version = v.version order by v.golden_id",
    )
    return f.golden_ids(hub), [tuple(row) for row in rows if row.status == "active"]


# -- I1, I19: what comes in -----------------------------------------------------------------------------------


@pytest.mark.invariant("I1")
def test_the_same_content_again_changes_nothing(hub):
    rows = [("1", ALPHA), ("2", f.widget("B", "beta"))]
    first = f.ingest(hub, "ERP", rows)
    f.run(hub)
    before = shape(hub), f.sql(hub, "select count(*) from source_version")
    again = f.ingest(hub, "ERP", rows)
    put = f.put(hub, "ERP:1", ALPHA)
    f.run(hub)
    assert (first.accepted, again.accepted, again.unchanged, again.rejected) == (2, 0, 2, 0)
    assert put.version <= 2
    f.put(hub, "ERP:1", ALPHA)
    assert f.put(hub, "ERP:1", ALPHA).outcome == "unchanged"
    assert (before[0][0], before[1]) == (f.golden_ids(hub), before[1])
    assert_holds(hub)


@pytest.mark.invariant("I1")
def test_the_bytes_of_a_file_are_kept(hub):
    f.ingest(hub, "ERP", [("1", ALPHA)])
    assert len(f.sql(hub, "select 1 from landing_file")) == 1
    assert_holds(hub)


@pytest.mark.invariant("I19")
def test_every_row_of_a_file_is_accepted_unchanged_or_rejected_with_its_place(hub):
    f.ingest(hub, "ERP", [("1", ALPHA)])
    rows = [("1", ALPHA), ("2", ALPHA), ("2", f.widget("B")), ("", ALPHA), ("3", ALPHA), ("3", ALPHA)]
    receipt = f.ingest(hub, "ERP", rows)
    assert (receipt.received, receipt.accepted, receipt.unchanged, receipt.rejected) == (6, 2, 2, 2)
    kept = f.read(hub, source.list_rejects, receipt.load_id)
    assert [(r.row, r.field, r.reason) for r in kept] == [(3, "id", "repeated_id"), (4, "id", "missing_id")]
    assert all(r.raw for r in kept)
    assert_holds(hub)


# -- I2 to I5: golden records ---------------------------------------------------------------------------------


@pytest.mark.invariant("I2")
def test_each_current_record_has_exactly_one_live_golden_record(hub):
    f.put(hub, "ERP:1", ALPHA)
    f.ingest(hub, "MES", [("1", ALPHA), ("2", f.widget("B", "beta"))])
    f.run(hub)
    f.put(hub, "ERP:1", f.widget("B", "beta"))
    f.act(hub, intake.retire_record, f.ENTITY, "MES", "1", actor=f.SYSTEM)
    assert f.partition(hub) == f.groups("ERP:1 MES:2")
    assert_holds(hub)


@pytest.mark.invariant("I3")
def test_golden_ids_are_new_even_after_an_older_backup_is_restored(make_hub):
    one, other = f.with_widgets(make_hub(), seed=1), f.with_widgets(make_hub(), seed=2)
    for hub in (one, other):  # the same day lived twice, as after a restore
        f.put_all(hub, {f"ERP:{n}": f.widget(f"C{n}") for n in range(20)})
    assert not set(f.golden_ids(one).values()) & set(f.golden_ids(other).values())
    assert_holds(one)


@pytest.mark.invariant("I3", "I4")
def test_a_retired_golden_id_stays_and_answers(hub):
    f.put(hub, "ERP:1", ALPHA)
    (issued,) = f.golden_ids(hub).values()
    f.act(hub, intake.retire_record, f.ENTITY, "ERP", "1", actor=f.SYSTEM)
    assert f.read(hub, golden.get, f.ENTITY, issued).status == "retired"
    f.put(hub, "ERP:1", f.widget("A", "alpha", "acme", note="back"))
    assert f.golden_ids(hub) == {"ERP:1": issued}
    assert_holds(hub)


@pytest.mark.invariant("I4")
def test_every_id_ever_issued_leads_to_a_live_one_through_merges_and_splits(hub):
    f.put_all(hub, {f"ERP:{n}": f.widget(f"C{n}") for n in range(4)})
    ids = list(f.golden_ids(hub).values())
    f.act(hub, decision.merge, f.ENTITY, ids[0], ids[1], "same")
    f.act(hub, decision.merge, f.ENTITY, ids[2], ids[3], "same")
    live = sorted(set(f.golden_ids(hub).values()))
    f.act(hub, decision.merge, f.ENTITY, live[0], live[1], "same")
    f.act(hub, decision.split, f.ENTITY, ids[0], [("ERP", "3")], "not the same")
    for issued in ids:
        assert set(f.read(hub, golden.get, f.ENTITY, issued).resolved_ids) <= set(f.golden_ids(hub).values())
    assert_holds(hub)


@pytest.mark.invariant("I5")
def test_unmerge_restores_ids_members_and_values(hub, pair):
    before = shape(hub)
    f.act(hub, decision.merge, f.ENTITY, *pair, "same")
    assert len(set(f.golden_ids(hub).values())) == 1
    f.act(hub, decision.unmerge, f.ENTITY, pair[1], "not the same")
    assert shape(hub) == before
    assert_holds(hub)


@pytest.mark.invariant("I5")
def test_unmerge_restores_both_sides_when_records_arrived_in_between(hub, pair):
    f.act(hub, decision.merge, f.ENTITY, *pair, "same")
    f.put(hub, "QMS:1", f.widget("A", "alpha", "acme"))
    f.put(hub, "QMS:2", f.widget("B", "beta", "bolt"))
    assert len(set(f.golden_ids(hub).values())) == 1
    f.act(hub, decision.unmerge, f.ENTITY, pair[1], "not the same")
    assert f.partition(hub) == f.groups("ERP:1 QMS:1 | MES:1 QMS:2")
    ids = f.golden_ids(hub)
    assert (ids["ERP:1"], ids["MES:1"]) == pair
    assert f.read(hub, golden.get, f.ENTITY, pair[0]).attributes["name"] == "alpha"
    assert f.read(hub, golden.get, f.ENTITY, pair[1]).attributes["name"] == "beta"
    assert_holds(hub)


@pytest.mark.invariant("I5", "I6")
def test_what_was_unmerged_by_hand_stays_apart_in_every_later_run(hub):
    f.put_all(hub, {"ERP:1": ALPHA, "MES:1": f.widget("B", "beta")})
    ids = f.golden_ids(hub)
    f.act(hub, decision.merge, f.ENTITY, ids["ERP:1"], ids["MES:1"], "same")
    f.act(hub, decision.unmerge, f.ENTITY, ids["ERP:1"], "not the same")
    f.put(hub, "MES:1", ALPHA)
    f.run(hub, full=True)
    assert f.partition(hub) == f.groups("ERP:1 | MES:1")
    assert_holds(hub)


# -- I6, I7: what people decided ------------------------------------------------------------------------------


@pytest.mark.invariant("I6")
def test_a_negative_verdict_is_not_undone_by_runs(hub, asked):
    f.act(hub, review.decide, asked.task_id, "non-match", "two things")
    f.put(hub, "MES:1", f.widget("A", "alpha"))
    for full in (False, True):
        f.run(hub, full=full)
        assert f.partition(hub) == f.groups("ERP:1 | MES:1")
    assert_holds(hub)


@pytest.mark.invariant("I6")
def test_a_negative_verdict_is_not_undone_through_a_third_record(hub, asked):
    f.act(hub, review.decide, asked.task_id, "non-match", "two things")
    f.put(hub, "QMS:1", f.widget("A", "alpha", "acme"))
    f.put(hub, "MES:1", f.widget("", "alpha", "acme"))
    f.run(hub, full=True)
    ids = f.golden_ids(hub)
    assert ids["ERP:1"] != ids["MES:1"]
    assert_holds(hub)


@pytest.mark.invariant("I6")
def test_a_negative_is_asked_again_when_values_change_and_binds_meanwhile(hub, asked):
    said = f.act(hub, review.decide, asked.task_id, "non-match", "two things")
    assert f.open_tasks(hub) == {}
    f.put(hub, "MES:1", f.widget("A", "alpha"))
    (task,) = f.open_tasks(hub).values()
    assert (task.reason, task.previous_decision) == ("changed", said.decision_id)
    assert f.read(hub, review.get_task, task.task_id).previous["verdict"] == "non-match"
    assert f.partition(hub) == f.groups("ERP:1 | MES:1")
    f.act(hub, review.decide, task.task_id, "match", "the new values show it")
    assert f.partition(hub) == f.groups("ERP:1 MES:1")
    assert_holds(hub)


@pytest.mark.invariant("I7")
def test_a_positive_verdict_is_not_split_by_runs(hub, asked):
    f.act(hub, review.decide, asked.task_id, "match", "same thing")
    f.put(hub, "MES:1", f.widget("Z", "omega", "other", "red"))
    f.put(hub, "ERP:1", f.widget("A", "alpha", "acme", "blue"))
    for full in (False, True):
        f.run(hub, full=full)
        assert f.partition(hub) == f.groups("ERP:1 MES:1")
    assert_holds(hub)


# -- I8, I9: values and partitions ----------------------------------------------------------------------------


@pytest.mark.invariant("I8")
def test_each_value_names_record_version_and_rule_and_recomputing_gives_it_again(hub):
    f.put(hub, "MES:1", f.widget("A", "alpha", "acme", note="from mes"))
    f.put(hub, "ERP:1", f.widget("A", "alpha", "acme"))
    f.put(hub, "ERP:1", f.widget("A", "alpha", "acme", "red"))
    (golden_id,) = set(f.golden_ids(hub).values())
    shown = f.read(hub, golden.get, f.ENTITY, golden_id)
    origin = {name: (p.source_system, p.source_id, p.source_version) for name, p in shown.provenance.items()}
    assert origin["colour"] == ("ERP", "1", 2)
    assert origin["note"] == ("MES", "1", 1)
    assert all(p.rule and p.rule_version for p in shown.provenance.values())
    versions = f.sql(hub, "select count(*) from golden_version")
    f.run(hub, full=True)
    assert f.sql(hub, "select count(*) from golden_version") == versions
    assert_holds(hub)


@pytest.mark.invariant("I8")
def test_the_most_trusted_source_wins_whatever_came_last(hub):
    f.put(hub, "ERP:1", f.widget("A", "alpha", "acme"))
    f.put(hub, "MES:1", f.widget("A", "alpha", "acme works of the north"))
    ids = set(f.golden_ids(hub).values())
    assert len(ids) == 1
    assert f.read(hub, golden.get, f.ENTITY, ids.pop()).attributes["maker"] == "acme"


WORLD = {
    "ERP:1": f.widget("A", "alpha", "acme"),
    "MES:1": f.widget("A", "alpha"),
    "QMS:1": f.widget("", "alpha", "acme"),
    "ERP:2": f.widget("B", "beta", "acme", "red"),
    "MES:2": f.widget("B", "beta", "acme", "blue"),
    "QMS:2": f.widget("B", "beta", "acme"),
    "ERP:3": f.widget("", "alpha"),
}


@pytest.mark.invariant("I9")
@pytest.mark.parametrize("seed", range(2))
def test_records_in_another_order_give_the_same_partition(make_hub, seed):
    found = []
    for shuffled in (False, True):
        hub = f.with_widgets(make_hub())
        keys = sorted(WORLD)
        if shuffled:
            random.Random(seed).shuffle(keys)
        f.ingest_all(hub, {key: WORLD[key] for key in keys})
        f.run(hub, full=True)
        found.append((f.partition(hub), f.questions(hub)))
    assert found[0] == found[1]


@pytest.mark.invariant("I9")
@pytest.mark.parametrize("order", list(itertools.permutations(["ERP:2", "MES:2", "QMS:2", "QMS:1"]))[::9])
def test_one_record_at_a_time_gives_what_the_batch_gives(make_hub, order):
    rest = {key: WORLD[key] for key in WORLD if key not in order}
    batch, single = f.with_widgets(make_hub()), f.with_widgets(make_hub())
    for hub in (batch, single):
        f.ingest_all(hub, rest)
        f.run(hub, full=True)  # freezes the statistics
    f.ingest_all(batch, {key: WORLD[key] for key in order})
    f.run(batch)
    f.put_all(single, {key: WORLD[key] for key in order})
    assert f.partition(single) == f.partition(batch)
    assert f.questions(single) == f.questions(batch)
    for hub in (batch, single):
        assert_holds(hub)


# -- I10, I18: the queue --------------------------------------------------------------------------------------


@pytest.mark.invariant("I10")
def test_a_task_is_decided_once_and_the_second_steward_is_told(hub, asked):
    f.act(hub, review.decide, asked.task_id, "match", "same thing")
    with pytest.raises(TaskNotOpenError) as refused:
        f.act(hub, review.decide, asked.task_id, "non-match", "no", actor=f.OTHER_STEWARD)
    assert refused.value.details["state"]["status"] == "decided"
    assert f.partition(hub) == f.groups("ERP:1 MES:1")
    assert_holds(hub)


@pytest.mark.invariant("I10")
def test_unsure_leaves_the_task_open_for_another_steward(hub, asked):
    f.act(hub, review.decide, asked.task_id, "unsure", "cannot tell")
    said = f.act(hub, review.decide, asked.task_id, "match", "can tell", actor=f.OTHER_STEWARD)
    kept = json.loads(
        f.sql(hub, f"select subject from decision where decision_id = '{said.decision_id}'")[0][0]
    )
    assert kept["versions"] == [1, 1]
    assert_holds(hub)


@pytest.mark.invariant("I18")
def test_a_question_that_answers_itself_ends_with_a_reason(hub, asked):
    f.put(hub, "MES:1", f.widget("A", "alpha"))
    (task,) = f.sql(hub, f"select status, closed_reason from review_task where task_id = {asked.task_id}")
    assert task.status == "superseded"
    assert task.closed_reason
    with pytest.raises(TaskNotOpenError):
        f.act(hub, review.decide, asked.task_id, "non-match", "late")
    assert_holds(hub)


@pytest.mark.invariant("I18")
def test_a_task_follows_its_records_through_merges(hub, asked):
    f.put(hub, "QMS:9", f.widget("Z", "omega"))
    ids = f.golden_ids(hub)
    f.act(hub, decision.merge, f.ENTITY, ids["ERP:1"], ids["QMS:9"], "same")
    (task,) = f.open_tasks(hub).values()
    shown = f.read(hub, review.get_task, task.task_id)
    assert {shown.left.golden_id, shown.right.golden_id} == set(f.golden_ids(hub).values())
    f.act(hub, decision.merge, f.ENTITY, *set(f.golden_ids(hub).values()), "same")
    assert f.open_tasks(hub) == {}
    assert_holds(hub)


# -- I11, I17: facts and time ---------------------------------------------------------------------------------


@pytest.mark.invariant("I11")
def test_every_change_has_one_fact_with_its_audit_rows_and_events(hub, asked):
    facts = len(f.sql(hub, "select 1 from fact"))
    said = f.act(hub, review.decide, asked.task_id, "match", "same thing")
    (fact,) = f.sql(hub, f"select * from fact where commit_seq > {facts}")
    assert (fact.actor, fact.reason) == (f.STEWARD.name, "decide in a test")
    events = f.sql(hub, f"select type from event where fact_id = '{fact.fact_id}'")
    assert {"review.decided", "golden.merged", "xref.linked"} <= {e.type for e in events}
    audited = f.sql(hub, f"select table_name from audit_event where fact_id = '{fact.fact_id}'")
    assert {"decision", "review_task", "pair_constraint", "golden_record", "xref"} <= {a[0] for a in audited}
    assert said.status == "decided"
    assert_holds(hub)


@pytest.mark.invariant("I11")
def test_a_unit_of_work_without_a_change_leaves_no_fact(hub, pair):
    before = f.sql(hub, "select count(*) from fact")
    with f.any_unit(hub):
        pass
    f.act(hub, decision.merge, f.ENTITY, *pair, "same", preview=True)
    assert f.sql(hub, "select count(*) from fact") == before
    assert_holds(hub)


@pytest.mark.invariant("I17")
def test_identity_and_values_as_of_a_past_time_never_change(hub):
    f.put(hub, "ERP:1", f.widget("A", "alpha", note="old"))
    f.put(hub, "MES:1", f.widget("B", "beta"))
    then, ids = hub.now(), f.golden_ids(hub)
    f.put(hub, "ERP:1", f.widget("A", "alpha", note="new"))
    f.act(hub, decision.merge, f.ENTITY, ids["ERP:1"], ids["MES:1"], "same")
    for key in ("ERP:1", "MES:1"):
        system, _, source_id = key.partition(":")
        answer = f.read(hub, xref.look_up, f.ENTITY, system, source_id, as_of=then)
        assert answer.golden_id == ids[key]
        assert set(answer.resolved_ids) == set(f.golden_ids(hub).values())
    assert f.read(hub, golden.get, f.ENTITY, ids["ERP:1"], as_of=then).attributes["note"] == "old"
    merged = f.read(hub, golden.get, f.ENTITY, ids["MES:1"], as_of=then)
    assert (merged.status, merged.attributes["name"]) == ("active", "beta")


@pytest.mark.invariant("I17")
def test_a_clock_set_back_does_not_rewrite_the_past(hub):
    f.put(hub, "ERP:1", f.widget("A", "alpha", note="old"))
    (written,) = f.sql(hub, "select max(at) as at from fact")
    then = datetime.fromisoformat(written.at)
    known = f.read(hub, xref.look_up, f.ENTITY, "ERP", "1", as_of=then)
    hub._clock = lambda: datetime(2025, 1, 1, tzinfo=UTC)
    f.put(hub, "MES:1", f.widget("A", "alpha", "acme"))
    f.put(hub, "ERP:1", f.widget("Z", "omega", note="new"))
    assert f.read(hub, xref.look_up, f.ENTITY, "ERP", "1", as_of=then).golden_id == known.golden_id
    assert f.read(hub, golden.get, f.ENTITY, known.golden_id, as_of=then).attributes["note"] == "old"
    spans = f.sql(hub, "select valid_from, valid_to from xref where valid_to is not null")
    assert all(span.valid_from < span.valid_to for span in spans)
    facts = f.sql(hub, "select at from fact order by commit_seq")
    assert [x.at for x in facts] == sorted({x.at for x in facts})


@pytest.mark.invariant("I17")
def test_before_it_was_issued_an_id_is_unknown(hub):
    f.put(hub, "ERP:1", ALPHA)
    (issued,) = f.golden_ids(hub).values()
    early = datetime(2026, 1, 1, tzinfo=UTC) - timedelta(days=1)
    with pytest.raises(MdmError):
        f.read(hub, golden.get, f.ENTITY, issued, as_of=early)
    with pytest.raises(MdmError):
        f.read(hub, xref.look_up, f.ENTITY, "ERP", "1", as_of=early)


def test_taking_a_load_back_keeps_every_invariant(hub):
    f.put(hub, "ERP:1", ALPHA)
    f.ingest(hub, "MES", [("1", ALPHA), ("2", f.widget("B"))])
    f.run(hub)
    wrong = f.ingest(hub, "MES", [("1", f.widget("Z")), ("3", ALPHA)])
    f.run(hub)
    counts = f.act(hub, load.undo_load, wrong.load_id, actor=f.SYSTEM)
    f.run(hub)
    assert (counts["retired"], counts["restored"]) == (1, 1)
    assert f.partition(hub) == f.groups("ERP:1 MES:1 | MES:2")
    assert_holds(hub)


REFUSED = {
    "I1: a second record under one key": """
        insert into source_record (entity, source, source_key, version, content_hash, status, changed_at)
        select entity, source, source_key, version, content_hash, status, changed_at from source_record""",
    "I2: a second present cross-reference": """
        insert into xref (record_id, golden_id, valid_from) select record_id, golden_id, valid_from from xref""",
    "I3: a golden ID issued again": "insert into golden_record select * from golden_record",
    "I4: an ID that leads to itself": """
        insert into golden_redirect (from_id, to_id, kind, valid_from)
        select golden_id, golden_id, 'merged', created_at from golden_record""",
    "I6: two verdicts in force on one pair": """
        insert into pair_constraint
        (entity, left_id, right_id, must_link, decision_id, left_values, right_values, active)
        select entity, left_id, right_id, true, decision_id, '', '', true from pair_constraint""",
    "I10: a second final verdict on a task": """
        insert into decision (decision_id, entity, kind, verdict, task_id, subject, evidence, actor, reason, at)
        select 'X', entity, kind, 'match', task_id, subject, evidence, actor, reason, at from decision""",
    "I11: a commit number given twice": """
        insert into fact select 'X', commit_seq, kind, actor, reason, at from fact""",
    "I17: another past": "update golden_version set attributes = '{}'",
    "I18: a task that ends without a reason": """
        update review_task set status = 'expired', closed_reason = null""",
    "I19: a load that does not balance": "update load set received = received + 1",
}


@pytest.mark.invariant("I1", "I2", "I3", "I4", "I6", "I10", "I11", "I17", "I18", "I19")
def test_the_database_itself_refuses_what_breaks_an_invariant(each):
    f.ingest(each, "QMS", [("1", ALPHA)])
    (task,) = f.open_tasks(each).values()
    f.act(each, review.decide, task.task_id, "non-match", "two things")
    for told, statement in REFUSED.items():
        with pytest.raises((DBAPIError, MdmError), match=r"."), f.any_unit(each, told) as uow:
            uow.connection.exec_driver_sql(statement)
    assert_holds(each)


@pytest.mark.invariant("I2", "I4", "I5", "I6", "I8", "I10", "I11", "I17", "I18", "I19")
def test_a_busy_day_holds_on_each_database(each):
    """One of everything; the long random histories run on SQLite alone."""
    f.ingest(each, "QMS", [("1", ALPHA), ("2", f.widget("B", "beta")), ("", ALPHA)])
    f.run(each, full=True)
    then, ids = each.now(), f.golden_ids(each)
    f.act(each, decision.merge, f.ENTITY, ids["QMS:1"], ids["QMS:2"], "same")
    f.act(each, decision.override, f.ENTITY, ids["QMS:1"], "note", "checked", "seen it")
    assert_holds(each)
    f.act(each, decision.unmerge, f.ENTITY, ids["QMS:2"], "not the same")
    assert f.golden_ids(each) == ids
    for task in f.open_tasks(each).values():
        f.act(each, review.decide, task.task_id, "non-match", "two things")
    f.put(each, "MES:1", f.widget("A", "alpha"))
    assert_holds(each)
    f.act(each, intake.retire_record, f.ENTITY, "QMS", "1", actor=f.SYSTEM)
    (made,) = f.sql(each, "select decision_id from decision where kind = 'override'")
    f.act(each, decision.undo, made.decision_id, "a mistake")
    f.run(each)
    assert f.read(each, xref.look_up, f.ENTITY, "QMS", "1", as_of=then).golden_id == ids["QMS:1"]
    assert_holds(each)
