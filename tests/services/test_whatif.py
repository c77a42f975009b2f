"""The what-if gate: what a change would do, foreseen exactly and written nowhere."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mdm.domain.change import ChangeKind
from mdm.domain.errors import ForbiddenError, InvalidInputError
from mdm.domain.rules import Criterion
from mdm.domain.whatif import ExampleKind, Outcome
from mdm.services import change, proposal, review, rule, whatif
from tests import factories as f

RECORDS = {
    "ERP:1": f.widget("A1", "alpha", "acme"),
    "MES:1": f.widget("A1", "alpha", "acme"),
    "ERP:2": f.widget("B2", "beta"),
    "MES:2": f.widget("B2", "beta", "bolt"),
    "ERP:3": f.widget("", "gamma"),
    "MES:3": f.widget("", "gamma"),
    "ERP:4": f.widget("D4", "delta"),
}


@pytest.fixture
def hub(widgets):
    f.ingest_all(widgets, RECORDS)
    f.run(widgets, full=True)
    return widgets


def foresee(hub, **limits):
    def do(uow):
        governed = proposal.as_proposed(uow.hub, ChangeKind.THRESHOLD, f.ENTITY, limits)
        return whatif.foresee(uow, f.ENTITY, governed)

    return f.read(hub, do)


def tables(hub):
    names = f.sql(hub, "select name from sqlite_master where type = 'table' and name <> 'commit_counter'")
    return {name: f.sql(hub, f'select * from "{name}"') for (name,) in names}


def test_what_is_foreseen_is_what_the_next_run_does(hub):
    before, tasks = f.golden_ids(hub), set(f.open_tasks(hub))
    report = foresee(hub, link=2.0)
    f.change_in_force(hub, link=2.0)
    f.run(hub)
    after, then = f.golden_ids(hub), set(f.open_tasks(hub))
    assert before != after
    assert report.golden.was == len(set(before.values()))
    assert report.golden.becomes == len(set(after.values()))
    assert set(report.moved.retired) == set(before.values()) - set(after.values())
    assert report.moved.issued == len(set(after.values()) - set(before.values()))
    assert report.moved.records == sum(before[key] != after[key] for key in before)
    assert (report.tasks.was, report.tasks.becomes) == (len(tasks), len(then))
    assert (report.tasks.gained, report.tasks.lost) == (len(then - tasks), len(tasks - then))


@pytest.mark.parametrize("link", [2.0, 9.0, 14.0, 30.0])
def test_splits_and_merges_are_foreseen_at_every_threshold(hub, link):
    before = f.golden_ids(hub)
    report = foresee(hub, link=link)
    f.change_in_force(hub, link=link)
    f.run(hub)
    after = f.golden_ids(hub)
    assert report.golden.becomes == len(set(after.values()))
    assert report.moved.issued == len(set(after.values()) - set(before.values()))
    parted = {g for g in before.values() if len({after[k] for k in before if before[k] == g}) > 1}
    assert set(report.moved.split) == parted


@pytest.mark.parametrize(
    ("link", "words"),
    [(1000.0, "between"), (-1000.0, "between"), (float("nan"), "between"), (-20.0, "at most")],
)
def test_a_threshold_that_cannot_be_is_told_why(hub, link, words):
    with pytest.raises(InvalidInputError, match=words):
        foresee(hub, link=link)


def test_nothing_is_written(hub):
    before = tables(hub)
    foresee(hub, link=2.0)
    foresee(hub, link=30.0)
    assert tables(hub) == before


def test_the_same_change_gives_the_same_report(hub):
    assert foresee(hub, link=2.0) == foresee(hub, link=2.0)


def test_a_change_that_moves_nothing_costs_no_scoring(hub, monkeypatch):
    def governed(uow):
        held = rule.weights_in_force(uow.hub, uow.hub.rules[f.ENTITY])
        changed = replace(held, trained_on="the same again")
        content = {"weights": changed.as_dict()}
        return whatif.foresee(
            uow, f.ENTITY, proposal.as_proposed(uow.hub, ChangeKind.MODEL, f.ENTITY, content)
        )

    monkeypatch.setattr(whatif.match, "rehearse", None)
    report = f.read(hub, governed)
    assert report.is_harmless
    assert [line.part for line in report.changes] == ["trained_on"]
    assert report.golden.was == report.golden.becomes


def test_a_verdict_that_the_machine_would_go_against_is_named_although_it_binds(hub):
    (task,) = f.open_tasks(hub).values()
    f.act(hub, review.decide, task.task_id, "non-match", "two things")
    report = foresee(hub, link=2.0)
    (told,) = report.contradicted
    assert (told.verdict, told.was, told.becomes) == ("non-match", Outcome.REVIEW, Outcome.LINK)
    assert told.is_new
    assert report.examples[0].kind is ExampleKind.VERDICT
    assert report.golden.was == report.golden.becomes
    assert (report.quality_becomes.precision.hits, report.quality_becomes.precision.n) == (0, 1)


def test_a_match_that_the_machine_would_split_is_named(hub):
    (task,) = f.open_tasks(hub).values()
    f.act(hub, review.decide, task.task_id, "match", "one thing")
    report = foresee(hub, link=30.0, review=29.0)
    told = [each for each in report.contradicted if each.verdict == "match"]
    assert [(each.was, each.becomes) for each in told] == [(Outcome.REVIEW, Outcome.NON_LINK)]
    assert report.quality_becomes.reach.hits == 0
    assert report.quality_was.reach.hits == 1


def test_examples_show_both_records_side_by_side(hub):
    report = foresee(hub, link=2.0)
    example = next(each for each in report.examples if each.kind is ExampleKind.MERGE)
    assert {example.left, example.right} == {"ERP:3", "MES:3"}
    assert ("name", "gamma", "gamma") in [(c.attribute, c.left, c.right) for c in example.cells]
    assert example.left_golden != example.right_golden
    assert example.weight_becomes >= 2.0


def test_pairs_are_counted_per_two_sources(hub):
    report = foresee(hub, link=30.0)
    (pair,) = report.source_pairs
    assert (pair.left, pair.right, pair.becomes) == ("ERP", "MES", 0)
    assert pair.lost == pair.was == 2


def test_other_survivorship_shows_as_changed_values(hub):
    f.ingest(hub, "MES", [("5", f.widget("E5", "epsilon", note="mes"))], "more.csv")
    f.ingest(hub, "ERP", [("5", f.widget("E5", "epsilon", note="erp"))], "more.csv")
    f.run(hub)
    rules = hub.rules[f.ENTITY]
    notes = replace(rules.survivorship[0], criteria=(Criterion.TRUST,), trust=("MES", "ERP"))
    changed = replace(rules, survivorship=(notes, *rules.survivorship[1:]))
    change_id = f.act(hub, change.propose_rules, f.ENTITY, changed, None, "the line knows best")
    f.examined(hub, change_id)
    (part,) = f.read(hub, change.report, change_id).parts
    assert [(line.part, line.name) for line in part.changes] == [("survivorship", "note")]
    assert (part.values_changed, part.moved.records, part.tasks.gained) == (1, 0, 0)


def test_who_may_not_propose_may_not_ask(hub):
    auditor = replace(f.STEWARD, roles=frozenset())
    with pytest.raises(ForbiddenError), hub.reading(auditor) as uow:
        whatif.foresee(uow, f.ENTITY, hub.seed)


def test_the_report_is_stored_with_the_change_under_its_hash(hub):
    change_id = f.act(hub, change.propose_thresholds, f.ENTITY, {"link": 2.0}, "fewer questions")
    found = whatif.examine(hub, f.STEWARD, change_id)
    (row,) = f.sql(hub, "select report_hash, content from change_report")
    assert row.report_hash == found.report_hash
    again = whatif.examine(hub, f.STEWARD, change_id)
    assert again.report_hash == found.report_hash
