"""Runs: golden IDs and verdicts outlive every re-run, rule change and decision."""

from __future__ import annotations

import random

import pytest

from mdm.domain.errors import MdmError
from mdm.linkage.predict import Engine
from mdm.services import candidate, decision, golden, match, review, rule
from tests import factories as f
from tests.invariants.oracle import assert_holds


def world(seed, size=24):
    """Records of three systems that write the same widgets differently."""
    chance = random.Random(seed)
    found = {}
    for number in range(size):
        real = chance.randrange(size // 3)
        attributes = f.widget(f"C{real}", f"name {real}", f"maker {real % 3}", "red" if real % 2 else "")
        for name in list(attributes):
            if chance.random() < 0.35:
                del attributes[name]
        found[f"{('ERP', 'MES', 'QMS')[number % 3]}:{number}"] = attributes
    return found


@pytest.mark.invariant("I3", "I4", "I6")
def test_ids_and_negatives_outlive_20_runs_rule_changes_and_decisions(hub):
    """Every golden ID ever issued still resolves; no run undoes a negative, directly or through a third record."""
    chance = random.Random(7)
    f.with_widgets(hub)
    f.ingest_all(hub, world(1))
    f.run(hub, full=True)
    issued, negatives = set(), set()
    for number in range(20):
        for _ in range(3):
            _decide_something(hub, chance, negatives)
        for key, attributes in chance.sample(sorted(world(number).items()), 3):
            f.put(hub, key, attributes)
        if number % 5 == 4:
            chances = {
                "code": (0.9, 0.0005),
                "name": (0.8, chance.choice([0.0005, 0.05])),
                "maker": (0.8, 0.05),
            }
            f.write_rules(hub.settings.home, f.RULES.replace('version="1"', f'version="{number}"'), chances)
            f.load_rules(hub)
        f.run(hub, full=number % 2 == 1)
        issued |= {r.golden_id for r in f.sql(hub, "select golden_id from golden_record")}
        home = f.golden_ids(hub)
        for one, other in negatives:
            assert one not in home or other not in home or home[one] != home[other]
    live = set(f.golden_ids(hub).values())
    resolved = {g: f.read(hub, golden.get, f.ENTITY, g).resolved_ids for g in issued}
    assert len(issued) > 8
    assert all(resolved.values())
    assert {end for ends in resolved.values() for end in ends} >= live
    assert_holds(hub)


def _decide_something(hub, chance, negatives):
    tasks = f.open_tasks(hub)
    if not tasks:
        return
    pair, task = chance.choice(sorted(tasks.items(), key=lambda item: item[1].task_id))
    verdict = chance.choice(["match", "non-match", "non-match"])
    try:
        f.act(hub, review.decide, task.task_id, verdict, "looked at it")
    except MdmError:
        return
    left, right = sorted(pair)
    if verdict == "non-match":
        negatives.add((left, right))
    else:
        negatives.discard((left, right))


def test_a_changed_rule_retrains_and_regroups_but_keeps_golden_ids(hub):
    f.with_widgets(hub)
    f.put_all(hub, {"ERP:1": f.widget("A", "alpha"), "MES:1": f.widget("", "alpha")})
    ids = f.golden_ids(hub)
    f.run(hub, full=True)
    f.write_rules(hub.settings.home, same={**f.SAME, "name": (0.9, 0.0005)})
    f.load_rules(hub)
    f.run(hub)
    assert f.partition(hub) == f.groups("ERP:1 MES:1")
    assert set(f.golden_ids(hub).values()) == {min(ids.values())}
    assert_holds(hub)


@pytest.mark.invariant("I8")
def test_rules_that_came_with_a_restart_are_kept_with_the_first_value_they_chose(hub):
    f.with_widgets(hub)
    f.write_rules(hub.settings.home, f.RULES.replace('version="1"', 'version="2"'))
    f.load_rules(hub)
    f.put(hub, "ERP:1", f.widget("A"))
    assert "2" in {r.version for r in f.sql(hub, "select version from rule_set where entity = 'widget'")}
    assert_holds(hub)


@pytest.mark.invariant("I9")
@pytest.mark.parametrize("full", [True, False])
def test_a_record_that_comes_in_while_a_run_is_under_way_keeps_its_links(hub, monkeypatch, full):
    f.with_widgets(hub)
    f.run(hub, full=True)
    f.ingest(hub, "ERP", [("1", f.widget("A", "alpha")), ("2", f.widget("B", "beta"))])
    f.ingest(hub, "MES", [("1", f.widget("A", "alpha"))])
    score = match._score

    def meanwhile(*args, **more):
        pairs = score(*args, **more)
        f.put(hub, "MES:1", f.widget("B", "beta"))
        f.put(hub, "QMS:1", f.widget("A", "alpha"))
        return pairs

    monkeypatch.setattr(match, "_score", meanwhile)
    f.run(hub, full=full)
    assert f.partition(hub) == f.groups("ERP:1 QMS:1 | ERP:2 MES:1")
    assert_holds(hub)


def test_every_engine_gives_the_same_golden_records(hub):
    f.with_widgets(hub)
    for key, attributes in world(3).items():
        f.put(hub, key, attributes)
    seen = []
    for engine in (Engine.DUCKDB, Engine.SPLINK):
        found = match.run(hub, f.SYSTEM, "widget", full=True, engine=engine)
        seen.append((f.partition(hub), found.pairs_scored, found.tasks_open))
    assert seen[0] == seen[1]
    assert seen[0][1] > 10
    assert_holds(hub)


@pytest.mark.invariant("I6")
def test_a_verdict_given_while_a_run_is_under_way_binds_it(hub, monkeypatch):
    f.with_widgets(hub)
    f.put_all(hub, {"ERP:1": f.widget("A", "alpha"), "MES:1": f.widget("", "alpha")})
    (task,) = f.open_tasks(hub).values()
    f.ingest(hub, "MES", [("1", f.widget("A", "alpha"))])
    score = match._score

    def meanwhile(*args, **more):
        pairs = score(*args, **more)
        f.act(hub, review.decide, task.task_id, "non-match", "two things")
        return pairs

    monkeypatch.setattr(match, "_score", meanwhile)
    f.run(hub)
    assert f.partition(hub) == f.groups("ERP:1 | MES:1")
    assert_holds(hub)


def test_search_before_create_finds_what_put_would_link_and_stores_nothing(hub):
    f.with_widgets(hub)
    f.put(hub, "ERP:1", f.widget("A", "alpha"))
    facts = f.sql(hub, "select count(*) from fact")
    found = f.read(hub, candidate.search_before_create, f.ENTITY, f.widget("A", "alpha"))
    assert [(c.golden_id, c.outcome) for c in found] == [(f.golden_ids(hub)["ERP:1"], "link")]
    vetoed = f.read(hub, candidate.search_before_create, f.ENTITY, f.widget("A", "alpha", colour="red"))
    assert vetoed[0].outcome == "link"
    assert f.sql(hub, "select count(*) from fact") == facts


@pytest.mark.parametrize("damage", ["delete from packed_record", "update packed_record set content = ''"])
def test_records_not_packed_under_the_present_rules_are_still_found(hub, damage):
    """As after a change of features, before the next run has standardised the records again."""
    f.with_widgets(hub)
    f.ingest_all(hub, world(1))
    f.run(hub, full=True)
    asked = list(world(1).values())[:8]
    before = [f.read(hub, candidate.search_before_create, f.ENTITY, attributes) for attributes in asked]
    with hub.unit_of_work(f.SYSTEM, "damage") as uow:
        uow.connection.exec_driver_sql(damage)
    after = [f.read(hub, candidate.search_before_create, f.ENTITY, attributes) for attributes in asked]
    assert any(before)
    assert after == before


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_records_one_by_one_in_any_order_end_as_the_whole_run_has_them(hub, seed):
    """Under one frozen model; a full run over the same records, which keeps that model's weights, moves nothing."""
    f.with_widgets(hub)
    records = list(world(seed, 30).items())
    f.ingest_all(hub, dict(records[:9]))
    f.run(hub, full=True)
    rest = records[9:]
    random.Random(seed).shuffle(rest)
    f.put_all(hub, dict(rest))
    before = f.partition(hub), f.sql(hub, "select left_id, right_id from review_task where status = 'open'")
    assert len({len(group) for group in before[0]}) > 1
    f.run(hub, full=True)
    after = f.partition(hub), f.sql(hub, "select left_id, right_id from review_task where status = 'open'")
    assert after[0] == before[0]
    assert sorted(map(tuple, after[1])) == sorted(map(tuple, before[1]))
    assert_holds(hub)


def test_the_model_in_force_is_the_one_the_full_run_left(hub):
    f.with_widgets(hub)
    f.put(hub, "ERP:1", f.widget("A"))
    report = f.run(hub, full=True)
    with hub.reading(f.SYSTEM) as uow:
        assert rule.matcher(uow, f.ENTITY).model_fingerprint == report.model
        assert rule.has_current_model(uow, f.ENTITY)


def test_an_id_that_was_merged_into_several_generations_answers(hub):
    f.with_widgets(hub)
    f.put_all(hub, {f"ERP:{n}": f.widget(f"C{n}") for n in range(6)})
    ids = f.golden_ids(hub)
    for n in range(1, 6):
        f.act(hub, decision.merge, f.ENTITY, f.golden_ids(hub)["ERP:0"], ids[f"ERP:{n}"], "same")
    for issued in ids.values():
        assert f.read(hub, golden.get, f.ENTITY, issued).resolved_ids == (f.golden_ids(hub)["ERP:0"],)
    assert_holds(hub)


@pytest.mark.parametrize("last", ["ERP:x", "MES:b2"])
def test_one_record_never_unites_two_golden_records(hub, last):
    """It joins the one that fits best; whether the two are one thing is asked, whoever came last."""
    f.with_widgets(hub)
    records = {
        "ERP:a1": f.widget(code="C1", maker="M"),
        "MES:a2": f.widget(code="C1", maker="M"),
        "ERP:b1": f.widget(name="N2", maker="M"),
        "MES:b2": f.widget(name="N2", maker="M"),
        "ERP:x": f.widget(code="C1", name="N2", maker="M"),
    }
    f.ingest_all(hub, {key: told for key, told in records.items() if key != last})
    f.run(hub, full=True)
    f.put(hub, last, records[last])

    assert f.partition(hub) == f.groups("ERP:a1 MES:a2 ERP:x | ERP:b1 MES:b2")
    (task,) = f.open_tasks(hub).values()
    f.run(hub, full=True)
    assert f.partition(hub) == f.groups("ERP:a1 MES:a2 ERP:x | ERP:b1 MES:b2")
    f.act(hub, review.decide, task.task_id, "match", "the same part under two numbers")
    assert f.partition(hub) == f.groups("ERP:a1 MES:a2 ERP:x ERP:b1 MES:b2")
