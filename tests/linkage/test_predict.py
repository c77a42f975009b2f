from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

import duckdb
import pytest

from mdm.domain.rules import RuleSet
from mdm.linkage.calibration import Calibration
from mdm.linkage.model import Model, build_model
from mdm.linkage.predict import predict, predict_table
from mdm.linkage.record import FeatureRecord, Prepared, prepare_all
from mdm.linkage.score import ScoredPair, Scorer
from mdm.linkage.statistics import Statistics, collect_statistics
from mdm.linkage.table import candidate_pairs
from mdm.linkage.train import World, train_from_truth

Truth = dict[int, str]
People = tuple[list[FeatureRecord], Truth]


@pytest.fixture
def model(rules: RuleSet, world: People, connection: duckdb.DuckDBPyConnection) -> Model:
    weights = train_from_truth(connection, rules, [World(*world)], trained_on="an invented world")
    calibrated = replace(weights, calibration=Calibration(((-10.0, 0.01), (3.0, 0.4), (12.0, 0.97))))
    return build_model(rules, calibrated, collect_statistics(rules, world[0]))


@pytest.fixture
def people(rules: RuleSet, world: People, model: Model) -> list[Prepared]:
    return list(prepare_all(rules, model.statistics, world[0]).values())


def score_all(
    rules: RuleSet, model: Model, people: list[Prepared], pairs: Collection[tuple[int, int]]
) -> list[ScoredPair]:
    scorer, by_id = Scorer(rules, model), {person.record_id: person for person in people}
    return [scorer.score(by_id[left], by_id[right]) for left, right in pairs]


def assert_same(batch: list[ScoredPair], plain: list[ScoredPair]) -> None:
    assert [(pair.left, pair.right, pair.levels) for pair in batch] == [
        (pair.left, pair.right, pair.levels) for pair in plain
    ]
    for what in ("match_weight", "match_probability"):
        assert [getattr(pair, what) for pair in batch] == pytest.approx(
            [getattr(pair, what) for pair in plain], abs=1e-9
        )


def test_batch_and_plain_scorer_agree_on_every_pair(
    rules: RuleSet, model: Model, people: list[Prepared], connection: duckdb.DuckDBPyConnection
) -> None:
    pairs = candidate_pairs(connection, rules, people)

    batch = predict(connection, rules, model, people, floor=-1000)

    assert len(pairs) > 500
    assert len({pair.levels for pair in batch}) > 30
    assert_same(batch, score_all(rules, model, people, pairs))


def test_the_floor_keeps_what_reaches_it(
    rules: RuleSet, model: Model, people: list[Prepared], connection: duckdb.DuckDBPyConnection
) -> None:
    every = predict(connection, rules, model, people, floor=-1000)
    floor = sorted(pair.match_weight for pair in every)[len(every) // 2]

    kept = predict(connection, rules, model, people, floor=floor)

    assert kept == [pair for pair in every if pair.match_weight >= floor]


def test_asked_for_some_records_only_their_pairs_are_scored(
    rules: RuleSet, model: Model, people: list[Prepared], connection: duckdb.DuckDBPyConnection
) -> None:
    every = predict(connection, rules, model, people, floor=-1000)

    some = predict(connection, rules, model, people, floor=-1000, only={3, 50})

    assert some == [pair for pair in every if {pair.left, pair.right} & {3, 50}]
    assert predict(connection, rules, model, people, floor=-1000, only=set()) == []


def test_nothing_to_compare_gives_an_empty_table(
    rules: RuleSet, model: Model, connection: duckdb.DuckDBPyConnection
) -> None:
    found = predict_table(connection, rules, model, [], floor=0)

    assert found.num_rows == 0
    assert found.column_names == [
        "left",
        "right",
        "match_weight",
        "match_probability",
        "level_0",
        "level_1",
        "level_2",
    ]


def test_a_batch_leaves_nothing_in_the_database(
    rules: RuleSet, model: Model, people: list[Prepared], connection: duckdb.DuckDBPyConnection
) -> None:
    connection.execute("CREATE OR REPLACE TABLE kept AS SELECT 1 AS one")
    catalogue = (
        "SELECT table_name FROM duckdb_tables() UNION ALL"
        " SELECT view_name FROM duckdb_views() WHERE NOT internal ORDER BY 1"
    )
    before = connection.execute(catalogue).fetchall()

    predict(connection, rules, model, people, floor=0)

    assert ("kept",) in before
    assert connection.execute(catalogue).fetchall() == before


def test_candidates_are_the_pairs_that_share_a_key_that_is_not_hot(
    rules: RuleSet, connection: duckdb.DuckDBPyConnection
) -> None:
    words = {1: ["a", "b"], 2: ["a"], 3: ["b", "c"], 4: ["hot", "d"], 5: ["hot"], 6: ["d", "a"], 7: []}
    ids = {5: ["n"], 7: ["n", "a"]}  # the same text under another rule is another key
    records = [
        FeatureRecord(number, "X", {"tokens": words[number], "ids": ids.get(number)}) for number in words
    ]
    prepared = prepare_all(rules, Statistics(hot={"tokens": {"hot": 99}}), records)

    assert candidate_pairs(connection, rules, prepared.values()) == [
        (1, 2),
        (1, 3),
        (1, 6),
        (2, 6),
        (4, 6),
        (5, 7),
    ]
