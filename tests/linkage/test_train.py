from __future__ import annotations

import duckdb

from mdm.domain.rules import RuleSet
from mdm.linkage.model import Weights, build_model
from mdm.linkage.record import FeatureRecord
from mdm.linkage.statistics import collect_statistics
from mdm.linkage.train_unlabelled import train_unlabelled

Truth = dict[int, str]


def bits(weights: Weights, comparison: str) -> list[float]:
    return next(
        [level.bits for level in part.levels] for part in weights.comparisons if part.comparison == comparison
    )


def test_unlabelled_training_gives_every_level_a_weight(
    rules: RuleSet, world: tuple[list[FeatureRecord], Truth], connection: duckdb.DuckDBPyConnection
) -> None:
    weights = train_unlabelled(connection, rules, world[0])

    build_model(rules, weights, collect_statistics(rules, world[0]))
    assert bits(weights, "ids")[0] > 3 > 0 > bits(weights, "ids")[1]
    assert bits(weights, "name")[0] > bits(weights, "name")[-1]
    assert 0 < weights.prior <= rules.prior
    assert connection.execute("SELECT count(*) FROM duckdb_tables()").fetchall() == [(0,)]
    print(weights)
