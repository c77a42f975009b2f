"""The batch: block, find the level of every comparison for every candidate pair, keep what reaches the floor.

Three engines find the same levels: the hub's own SQL on DuckDB, Splink on DuckDB as the reference, and Splink on Spark.
Weights are summed here, once per pattern of levels and as the plain scorer sums them.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from enum import StrEnum

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from mdm.domain.counterfactual import SILENT
from mdm.domain.errors import EngineError
from mdm.domain.rules import RuleSet
from mdm.linkage import duckdb_batch, spark_batch, splink_batch
from mdm.linkage.model import Model, check_trained, weights_of
from mdm.linkage.packed_table import Tables
from mdm.linkage.record import Prepared
from mdm.linkage.score import WEIGHT_DIGITS, ScoredPair
from mdm.linkage.spark_batch import Cluster
from mdm.linkage.table import candidate_table, comparison_table, key_table

SLACK = 1e-6
"""Engines keep pairs so many bits below the floor: the exact cut is made on rounded weights."""


class Engine(StrEnum):
    """What finds the levels of a batch."""

    DUCKDB = "duckdb"
    SPLINK = "splink"
    SPARK = "spark"


def predict(
    connection: duckdb.DuckDBPyConnection,
    rules: RuleSet,
    model: Model,
    records: Sequence[Prepared],
    *,
    floor: float,
    only: Collection[int] | None = None,
    engine: Engine = Engine.DUCKDB,
    cluster: Cluster | None = None,
) -> list[ScoredPair]:
    """Scored pairs of at least ``floor`` bits, left id below right id, in ascending order of the ids.

    ``records`` are prepared under the model's statistics; ``only``: pairs that touch at least one of these
    records; ``cluster``: where Spark runs. Raises UntrainedLevelError, EngineError.
    """
    return scored_pairs(
        predict_table(
            connection, rules, model, records, floor=floor, only=only, engine=engine, cluster=cluster
        )
    )


def predict_table(
    connection: duckdb.DuckDBPyConnection,
    rules: RuleSet,
    model: Model,
    records: Sequence[Prepared],
    *,
    floor: float,
    only: Collection[int] | None = None,
    engine: Engine = Engine.DUCKDB,
    cluster: Cluster | None = None,
) -> pa.Table:
    """``left``, ``right`` (record ids), ``match_weight`` (bits), ``match_probability`` (calibrated),
    ``level_<n>``.

    One ``level_<n>`` per comparison, numbered from 0 in the order of the rules, as in ``ScoredPair.levels``.
    """
    tables = Tables(comparison_table(rules, records), key_table(rules, records))
    return predict_tables(
        connection, rules, model, tables, floor=floor, only=only, engine=engine, cluster=cluster
    )


def predict_tables(
    connection: duckdb.DuckDBPyConnection,
    rules: RuleSet,
    model: Model,
    tables: Tables,
    *,
    floor: float,
    only: Collection[int] | None = None,
    engine: Engine = Engine.DUCKDB,
    cluster: Cluster | None = None,
) -> pa.Table:
    """``predict_table`` of records that are tables already."""
    check_trained(rules, model)
    (table, keys), least = tables, floor - SLACK
    if engine is Engine.SPARK:
        if cluster is None:
            raise EngineError("Spark runs nowhere: no master is set.", engine=engine)
        found = spark_batch.score_pairs(cluster, rules, model, table, keys, only=only, floor=least)
    else:
        pairs = candidate_table(connection, keys, only)
        found = _ON_DUCKDB[engine](connection, rules, model, table, pairs, floor=least)
    return weigh(rules, model, found, floor=floor)


def weigh(rules: RuleSet, model: Model, found: pa.Table, *, floor: float) -> pa.Table:
    """The pairs with their weights, cut at the floor and in ascending order; the same pattern weighs the same."""
    names = [f"level_{place}" for place in range(len(rules.comparisons))]
    patterns = (
        pc.binary_join_element_wise(*(found.column(name).cast(pa.string()) for name in names), ",")
        .combine_chunks()
        .dictionary_encode()
    )
    distinct = [tuple(map(int, text.split(","))) for text in patterns.dictionary.to_pylist()]
    bits = [[level.bits for level in part.levels] for part in weights_of(rules, model.weights)]
    weights = [_weight(model.weights.prior_bits, bits, levels) for levels in distinct]
    probabilities = [model.calibration.probability(weight) for weight in weights]
    table = pa.table(
        {
            "left": found.column("left"),
            "right": found.column("right"),
            "match_weight": pa.array(weights, pa.float64()).take(patterns.indices),
            "match_probability": pa.array(probabilities, pa.float64()).take(patterns.indices),
        }
        | {name: found.column(name) for name in names}
    )
    kept = table.filter(pc.greater_equal(table.column("match_weight"), floor))
    return kept.sort_by([("left", "ascending"), ("right", "ascending")])


def scored_pairs(table: pa.Table) -> list[ScoredPair]:
    """The rows of a table that ``weigh`` made."""
    left, right, weight, probability, *levels = (column.to_pylist() for column in table.columns)
    return [
        ScoredPair(*row)
        for row in zip(left, right, weight, probability, zip(*levels, strict=True), strict=True)
    ]


def _weight(prior_bits: float, bits: Sequence[Sequence[float]], levels: Sequence[int]) -> float:
    """Summed and rounded in the order of the plain scorer, so that both give the very same number."""
    weight = prior_bits
    for of_comparison, level in zip(bits, levels, strict=True):
        if level != SILENT:
            weight += of_comparison[level]
    return round(weight, WEIGHT_DIGITS)


_Finder = Callable[..., pa.Table]
_ON_DUCKDB: Mapping[Engine, _Finder] = {
    Engine.DUCKDB: duckdb_batch.score_pairs,
    Engine.SPLINK: splink_batch.score_pairs,
}
