"""Every engine finds the same pairs, levels and weights, on shipped rules and on values made to trip them."""

from __future__ import annotations

from random import Random
from typing import NamedTuple

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mdm.demo.world import generate
from mdm.demo.worlds import read_world
from mdm.domain.rules import (
    Action,
    BlockingRule,
    Comparison,
    Feature,
    RuleSet,
    all_of,
    any_of,
    disjoint,
    edits,
    exact,
    jaccard,
    jaro_winkler,
    missing,
    overlap,
    shared,
    subset,
    within,
)
from mdm.linkage import duckdb_batch, splink_batch
from mdm.linkage.model import ComparisonWeights, Model, Weights, build_model, floored, level_names
from mdm.linkage.predict import Engine, predict, predict_table
from mdm.linkage.record import FeatureRecord, Prepared, prepare_all
from mdm.linkage.score import Scorer
from mdm.linkage.statistics import Statistics, collect_statistics
from mdm.linkage.table import candidate_table, comparison_table, key_table
from mdm.linkage.term import Term, select_terms
from mdm.services.dictionary import load_dictionary
from mdm.services.rule import load_rule_set, shipped_weights

EVERY_KIND = RuleSet(
    entity="part",
    version="1",
    features=(
        Feature("all", "values", ("a",)),
        Feature("text", "text", ("a",), array=False),
        Feature("set", "tokens", ("a",)),
        Feature("rare", "tokens", ("a",), weighted=True),
        Feature("number", "number", ("b",), number=True),
    ),
    comparisons=(
        Comparison("text", "", "", (exact("text"), edits("text", 2), jaro_winkler("text", 0.8))),
        Comparison(
            "set",
            "",
            "",
            (
                all_of(exact("set"), shared("rare", at_least=9)),
                any_of(subset("set"), overlap("set", 0.6)),
                jaccard("rare", 0.2),
                disjoint("set"),
            ),
            null=missing("set"),
        ),
        Comparison("rare", "", "", (overlap("rare", 0.7), shared("set"), disjoint("rare"))),
        Comparison("number", "", "", (exact("number"), within("number", 1), disjoint("number"))),
        Comparison(
            "several",
            "",
            "",
            (
                all_of(disjoint("set"), any_of(within("number", 0.1), jaro_winkler("text", 0.7))),
                all_of(missing("number"), shared("rare", at_least=8)),
            ),
            null=all_of(missing("text"), disjoint("set")),
        ),
    ),
    blocking=(BlockingRule("all", 1000),),
    thresholds=(),
)
TEXTS = (
    None,
    "",
    "bearing",
    "baering",
    "b",
    "深圳轴承",
    "深州轴承",
    "轴",
    "ＡＢＣ",
    "Müller",
    "a" * 200,
    "轴" * 200,
    "x\0y",
)
SETS = (
    None,
    [],
    ["m3"],
    ["m3", "shaft"],
    ["轴"],
    ["轴", "承"],
    ["轴", "m3", "abc"],
    ["a" * 200],
    [f"t{i}" for i in range(60)],
)
NUMBERS = (None, 0.0, 0.1, 1.0, 1.1, -1.0, float("nan"), 1e9)


class Case(NamedTuple):
    """Records made ready, with the model they were made ready for."""

    rules: RuleSet
    model: Model
    records: list[Prepared]
    floor: float


def odd_weights(seed: int) -> Weights:
    """Weights of no sense: agreement may speak against a match, so that nothing holds by habit."""
    chance = Random(seed)
    return Weights(
        "part",
        tuple(
            ComparisonWeights(
                rule.name,
                tuple(floored(name, chance.random(), chance.random()) for name in level_names(rule)),
            )
            for rule in EVERY_KIND.comparisons
        ),
        chance.uniform(0.02, 0.5),
    )


def odd_case(seed: int) -> Case:
    chance = Random(seed)
    records = [
        FeatureRecord(
            number,
            "X",
            {
                "all": ["everything"],
                "text": chance.choice(TEXTS),
                "set": (members := chance.choice(SETS)),
                "rare": members,
                "number": chance.choice(NUMBERS),
            },
        )
        for number in range(60)
    ]
    statistics = Statistics(1000, {"rare": {"shaft": 400, "轴": 90, "m3": 9}})
    prepared = list(prepare_all(EVERY_KIND, statistics, records).values())
    return Case(EVERY_KIND, build_model(EVERY_KIND, odd_weights(seed), statistics), prepared, -1000)


@pytest.fixture(scope="module", params=["supplier", "material", "equipment"])
def shipped(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Case:
    """A generated world under the rules and weights that ship for its entity."""
    dictionary = load_dictionary()
    rules = load_rule_set(dictionary, request.param)
    folder = tmp_path_factory.mktemp(request.param)
    generate(request.param, folder, records=400, seed=77)
    records = read_world(folder, rules, dictionary).records
    weights = shipped_weights(rules)
    assert weights is not None
    model = build_model(rules, weights, collect_statistics(rules, records))
    prepared = list(prepare_all(rules, model.statistics, records).values())
    floor = next(t.min_weight for t in rules.thresholds if t.action is Action.REVIEW)
    return Case(rules, model, prepared, floor)


def by_splink(connection: duckdb.DuckDBPyConnection, case: Case, floor: float) -> pa.Table:
    """Pairs, levels and weights as Splink itself gives them."""
    table, keys = comparison_table(case.rules, case.records), key_table(case.rules, case.records)
    pairs = candidate_table(connection, keys)
    found = splink_batch.score_pairs(connection, case.rules, case.model, table, pairs, floor=floor - 1e-6)
    kept = found.filter(pc.greater_equal(pc.round(found.column("match_weight"), 9), floor))
    return kept.sort_by([("left", "ascending"), ("right", "ascending")])


def assert_same(mine: pa.Table, theirs: pa.Table) -> None:
    """The same pairs and levels, weights within 1e-9."""
    for name in ("left", "right", *(n for n in theirs.column_names if n.startswith("level_"))):
        assert mine.column(name).to_pylist() == theirs.column(name).to_pylist(), name
    weights = zip(
        mine.column("match_weight").to_pylist(), theirs.column("match_weight").to_pylist(), strict=True
    )
    assert max((abs(one - other) for one, other in weights), default=0.0) <= 1e-9


@pytest.mark.parametrize("every_pair", [True, False])
def test_shipped_rules_score_as_splink_scores(
    shipped: Case, connection: duckdb.DuckDBPyConnection, *, every_pair: bool
) -> None:
    floor = -1000 if every_pair else shipped.floor

    mine = predict_table(connection, shipped.rules, shipped.model, shipped.records, floor=floor)

    assert mine.num_rows > 100
    assert_same(mine, by_splink(connection, shipped, floor))


def test_shipped_rules_give_the_very_numbers_of_the_plain_scorer(
    shipped: Case, connection: duckdb.DuckDBPyConnection
) -> None:
    scorer = Scorer(shipped.rules, shipped.model)
    by_id = {record.record_id: record for record in shipped.records}

    for engine in (Engine.DUCKDB, Engine.SPLINK):
        found = predict(
            connection, shipped.rules, shipped.model, shipped.records, floor=shipped.floor, engine=engine
        )
        assert found == [scorer.score(by_id[pair.left], by_id[pair.right]) for pair in found]


@given(st.integers(0, 10_000))
@settings(max_examples=12, deadline=None)
def test_no_bound_drops_a_pair_that_splink_keeps(connection: duckdb.DuckDBPyConnection, seed: int) -> None:
    case = odd_case(seed)
    every = by_splink(connection, case, -1000)
    weights = sorted(pc.round(every.column("match_weight"), 9).to_pylist())

    for floor in (-1000.0, weights[len(weights) // 2], weights[-20] - 1e-7):
        kept = every.filter(pc.greater_equal(pc.round(every.column("match_weight"), 9), floor))
        assert_same(predict_table(connection, case.rules, case.model, case.records, floor=floor), kept)


def test_chunks_give_what_one_piece_gives(
    connection: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = odd_case(5)
    whole = predict_table(connection, case.rules, case.model, case.records, floor=0)

    monkeypatch.setattr(duckdb_batch, "CHUNK", 100)

    assert predict_table(connection, case.rules, case.model, case.records, floor=0) == whole


def test_a_part_that_stands_twice_is_computed_once(connection: duckdb.DuckDBPyConnection) -> None:
    dear = Term("(a + 1)", cost=5)
    twice = Term("({} * {})", (dear, dear))
    once = Term("(b + 1)", cost=5)

    query = select_terms({"x": twice, "y": Term("({} - {})", (twice, once))}, "SELECT 2 AS a, 3 AS b", ["a"])

    assert query.count("(a + 1)") == 1
    assert query.count("(b + 1)") == 1
    assert connection.sql(query).fetchall() == [(2, 9, 5)]
    assert Term("{} - {}", (twice, once)).flat() == "((a + 1) * (a + 1)) - (b + 1)"
