"""Every engine finds the same pairs, levels and weights, on shipped rules and on values made to trip them."""

from __future__ import annotations

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mdm.linkage import duckdb_batch, splink_batch
from mdm.linkage.predict import Engine, predict, predict_table
from mdm.linkage.score import Scorer
from mdm.linkage.table import candidate_table, comparison_table, key_table
from mdm.linkage.term import Term, select_terms
from tests.linkage.cases import Case, odd_case, shipped_case


@pytest.fixture(scope="module", params=["supplier", "material", "equipment"])
def shipped(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Case:
    return shipped_case(request.param, tmp_path_factory.mktemp(request.param), 400)


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
