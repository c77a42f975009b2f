"""Matching: batch, what is new, one record at a time and search before create give the same answer."""

from __future__ import annotations

import random

import pytest

from mdm.domain.errors import (
    InvalidInputError,
    RuleError,
    UnknownAttributeError,
    UnknownEntityError,
    UnknownRecordError,
    UnknownSourceError,
)
from mdm.domain.review import TaskReason
from mdm.services import golden, match, review, source
from tests import factories as f

RECORDS = {
    "ERP:1": f.widget("A", "alpha", "acme"),
    "MES:1": f.widget("A", maker="acme"),
    "QMS:1": f.widget("", "alpha", "acme"),
    "ERP:2": f.widget("B", "beta", "acme"),
    "MES:2": f.widget("", "beta", "other"),
    "QMS:2": f.widget("C", "gamma", colour="red"),
    "ERP:3": f.widget("C", "gamma", colour="blue"),
    "MES:3": f.widget("D", "delta"),
}
PARTITION = "ERP:1 MES:1 QMS:1 | ERP:2 | MES:2 | QMS:2 | ERP:3 | MES:3"
DERIVED = ("source_record", "source_version", "standard_record", "candidate_key", "match_pair", "golden_record",
           "golden_version", "xref", "review_task", "fact", "event", "audit_event")  # fmt: skip


@pytest.fixture
def hub(widgets):
    return widgets


def asked(hub):
    """Pairs in the queue with their reasons."""
    return {tuple(sorted(pair)): task.reason for pair, task in f.open_tasks(hub).items()}


# -- the whole and its parts


def test_a_batch_links_what_is_sure_and_asks_what_is_not(hub):
    f.ingest_all(hub, RECORDS)
    report = f.run(hub, full=True)
    assert f.partition(hub) == f.groups(PARTITION)
    assert asked(hub) == {("ERP:2", "MES:2"): TaskReason.UNCERTAIN}
    assert (report.records, report.golden_records, report.tasks_open, report.auto_links) == (8, 6, 1, 2)


def test_one_record_at_a_time_gives_what_the_batch_gives(hub, make_hub):
    f.ingest_all(hub, RECORDS)
    f.run(hub, full=True)
    for seed in range(3):
        keys = list(RECORDS)
        random.Random(seed).shuffle(keys)
        other = f.with_widgets(make_hub())
        f.put_all(other, {key: RECORDS[key] for key in keys})
        assert f.partition(other) == f.partition(hub)
        assert asked(other) == asked(hub)


def test_what_is_new_gives_what_everything_gives(hub, make_hub):
    f.ingest_all(hub, RECORDS)
    f.run(hub, full=True)
    other = f.with_widgets(make_hub())
    f.ingest_all(other, {key: RECORDS[key] for key in list(RECORDS)[:4]})
    f.run(other, full=True)
    f.ingest_all(other, {key: RECORDS[key] for key in list(RECORDS)[4:]})
    report = f.run(other)
    assert report.records == 4
    assert f.partition(other) == f.partition(hub)
    assert asked(other) == asked(hub)


def test_many_new_records_go_through_the_batch_and_few_do_not_with_one_result(hub, make_hub):
    many = {
        f"MES:{n}": f.widget(f"N{n % 60}", f"name {n % 80}", colour=("red", "")[n % 2]) for n in range(250)
    }
    first = {f"ERP:{n}": f.widget(f"N{n}", f"name {n}") for n in range(60)}
    f.ingest_all(hub, first)
    f.run(hub, full=True)
    f.ingest_all(hub, many)
    assert f.run(hub).records > match.ONE_BY_ONE
    other = f.with_widgets(make_hub())
    f.ingest_all(other, first)
    f.run(other, full=True)
    for start in range(0, 250, 125):
        f.ingest_all(other, dict(list(many.items())[start : start + 125]))
        f.run(other)
    assert f.partition(other) == f.partition(hub)
    assert set(asked(other)) == set(asked(hub))


def test_a_run_with_nothing_new_changes_nothing(hub):
    f.ingest_all(hub, RECORDS)
    f.run(hub, full=True)
    before = f.golden_ids(hub), f.sql(hub, "select * from golden_version"), asked(hub)
    report = f.run(hub)
    assert (report.records, report.pairs_scored) == (0, 0)
    f.run(hub, full=True)
    assert (f.golden_ids(hub), f.sql(hub, "select * from golden_version"), asked(hub)) == before


def test_a_changed_record_leaves_the_golden_record_it_no_longer_fits(hub):
    f.ingest_all(hub, RECORDS)
    f.run(hub, full=True)
    kept = f.golden_ids(hub)["ERP:1"]
    f.ingest(hub, "MES", [("1", f.widget("Z", "zeta"))])
    f.run(hub)
    assert f.partition(hub) == f.groups("ERP:1 QMS:1 | MES:1 | ERP:2 | MES:2 | QMS:2 | ERP:3 | MES:3")
    assert f.golden_ids(hub)["ERP:1"] == kept


def test_an_entity_without_rules_is_refused_by_name(hub):
    with pytest.raises(RuleError, match="customer"):
        match.run(hub, f.SYSTEM, "customer")
    with pytest.raises(UnknownEntityError):
        match.run(hub, f.SYSTEM, "gadget")


# -- one record


def test_the_outcome_of_a_record_says_what_became_of_it(hub):
    new = f.put(hub, "ERP:1", f.widget("A", "alpha"))
    linked = f.put(hub, "MES:1", f.widget("A"))
    review_ = f.put(hub, "QMS:1", f.widget("", "alpha"))
    again = f.put(hub, "MES:1", f.widget("A"))
    assert [x.outcome for x in (new, linked, review_, again)] == ["new", "linked", "review", "unchanged"]
    assert linked.golden_id == new.golden_id == again.golden_id
    assert review_.golden_id != new.golden_id
    assert review_.task_id is not None
    assert linked.candidates[0].golden_id == new.golden_id
    assert linked.candidates[0].outcome == "link"


def test_a_retired_record_keeps_its_answer_and_leaves_the_golden_record(hub):
    f.put_all(hub, {"ERP:1": f.widget("A"), "MES:1": f.widget("A")})
    golden_id = f.act(hub, match.retire_record, "widget", "MES", "1", actor=f.SYSTEM)
    assert f.golden_ids(hub) == {"ERP:1": golden_id}
    assert f.act(hub, match.retire_record, "widget", "MES", "1", actor=f.SYSTEM) == golden_id
    assert f.put(hub, "MES:1", f.widget("A")).golden_id == golden_id


@pytest.mark.parametrize(
    ("key", "attributes", "error"),
    [
        ("NOWHERE:1", {"code": "A"}, UnknownSourceError),
        ("ERP:1", {"soul": "A"}, UnknownAttributeError),
        ("ERP:1", {"code": "A" * 4001}, InvalidInputError),
        ("ERP:1", {"code": "A\0"}, InvalidInputError),
        ("ERP:1", {"code": "\ud800"}, InvalidInputError),
        ("ERP:", {"code": "A"}, InvalidInputError),
    ],
)
def test_a_record_that_cannot_be_taken_is_refused(hub, key, attributes, error):
    with pytest.raises(error):
        f.put(hub, key, attributes)
    assert f.sql(hub, "select * from source_record") == []


def test_an_unknown_record_cannot_be_retired(hub):
    with pytest.raises(UnknownRecordError):
        f.act(hub, match.retire_record, "widget", "ERP", "none", actor=f.SYSTEM)


# -- search before create


def test_search_before_create_ranks_with_reasons_and_stores_nothing(hub):
    f.ingest_all(hub, RECORDS)
    f.run(hub, full=True)
    before = {table: f.sql(hub, f"select * from {table}") for table in DERIVED}
    found = f.read(hub, match.search_before_create, "widget", f.widget("B", "alpha", "acme"))
    assert [x.golden_id for x in found] == [f.golden_ids(hub)[key] for key in ("ERP:2", "ERP:1")]
    assert found[0].match_weight > found[1].match_weight
    assert {line["name"] for line in found[0].explanation} == {"code", "name", "maker"}
    assert {table: f.sql(hub, f"select * from {table}") for table in DERIVED} == before


def test_search_before_create_names_the_veto(hub):
    f.put(hub, "ERP:1", f.widget("A", colour="red"))
    (found,) = f.read(hub, match.search_before_create, "widget", f.widget("A", colour="blue"))
    assert found.outcome == "review"
    assert [veto["name"] for veto in found.vetoes] == ["colour"]


def test_search_before_create_says_what_the_record_would_become(hub):
    f.put_all(hub, RECORDS)
    for key, attributes in RECORDS.items():
        found = f.read(hub, match.search_before_create, "widget", attributes)
        assert found[0].golden_id == f.golden_ids(hub)[key]


def test_nothing_known_finds_nothing(hub):
    f.put(hub, "ERP:1", f.widget("A"))
    assert f.read(hub, match.search_before_create, "widget", {}) == ()
    assert f.read(hub, match.search_before_create, "widget", f.widget("unheard")) == ()


# -- sources that hold each thing once


@pytest.fixture
def unique_mes(hub):
    def ingest(system, rows, **more):
        path = f.write_file(hub.settings.scratch / "unique.csv", rows)
        return source.ingest_file(hub, f.SYSTEM, "widget", path, system, {**f.profile(), **more})

    ingest("MES", [("1", f.widget("A", "alpha", "acme")), ("2", f.widget("A", "alpha"))], duplicate_free=True)
    return ingest


def test_two_records_of_a_source_that_holds_each_thing_once_are_never_linked(hub, unique_mes):
    f.run(hub, full=True)
    assert f.partition(hub) == f.groups("MES:1 | MES:2")
    assert asked(hub) == {}


def test_another_source_links_the_better_one_of_them_alone(hub, unique_mes):
    unique_mes("ERP", [("1", f.widget("A", "alpha", "acme"))])
    f.run(hub, full=True)
    assert f.partition(hub) == f.groups("ERP:1 MES:1 | MES:2")
    assert f.put(hub, "MES:3", f.widget("A", "alpha", "acme")).outcome == "review"
    assert f.partition(hub) == f.groups("ERP:1 MES:1 | MES:2 | MES:3")


def test_a_source_that_may_hold_a_thing_twice_is_linked_with_itself(hub, unique_mes):
    unique_mes("ERP", [("1", f.widget("B", "beta")), ("2", f.widget("B", "beta"))])
    f.run(hub, full=True)
    assert f.groups("ERP:1 ERP:2") <= f.partition(hub)


def test_verdicts_bind_even_within_a_source_that_holds_each_thing_once(hub, unique_mes):
    f.ingest(hub, "ERP", [("1", f.widget("A", "alpha", "acme"))])
    f.run(hub, full=True)
    for expected in ("ERP:1 MES:2 | MES:1", "ERP:1 MES:1 MES:2"):
        (task,) = f.open_tasks(hub).values()
        f.act(hub, review.decide, task.task_id, "match", "the MES entered it twice")
        assert f.partition(hub) == f.groups(expected)
    assert f.open_tasks(hub) == {}


# -- what is missing


def test_a_golden_record_names_the_required_values_it_lacks(hub):
    with hub.unit_of_work(f.SYSTEM, "a source") as uow:
        source.add_source(uow, "CRM", "CRM", "CRM")
    made = match.put_record(hub, f.SYSTEM, "supplier", "CRM", "1", {"legal_name": "青岛某某阀门有限公司"})
    missing = f.read(hub, golden.get, "supplier", made.golden_id).missing
    assert missing
    assert "legal_name" not in missing
    required = [
        a.name for a in hub.dictionary.entity("supplier").attributes.values() if a.required == "always"
    ]
    assert set(missing) == set(required) - {"legal_name"}
