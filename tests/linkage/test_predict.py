from __future__ import annotations

import duckdb
import pytest

from mdm.domain.rules import RuleSet
from mdm.linkage.model import Model, build_model
from mdm.linkage.predict import predict
from mdm.linkage.record import FeatureRecord, prepare_all
from mdm.linkage.score import Scorer
from mdm.linkage.statistics import collect_statistics
from mdm.linkage.table import candidate_pairs
from mdm.linkage.train import World, train_from_truth

Truth = dict[int, str]


@pytest.fixture
def model(
    rules: RuleSet, world: tuple[list[FeatureRecord], Truth], connection: duckdb.DuckDBPyConnection
) -> Model:
    weights = train_from_truth(connection, rules, [World(*world)], trained_on="an invented world")
    return build_model(rules, weights, collect_statistics(rules, world[0]))


def test_batch_and_plain_scorer_agree_on_every_pair(
    rules: RuleSet,
    world: tuple[list[FeatureRecord], Truth],
    model: Model,
    connection: duckdb.DuckDBPyConnection,
) -> None:
    prepared = prepare_all(rules, model.statistics, world[0])
    scorer = Scorer(rules, model)

    batch = predict(connection, rules, model, list(prepared.values()), floor=-1000)

    pairs = candidate_pairs(connection, rules, prepared.values())
    assert len(pairs) > 500
    plain = [scorer.score(prepared[left], prepared[right]) for left, right in pairs]
    assert [(pair.left, pair.right, pair.levels) for pair in batch] == [
        (pair.left, pair.right, pair.levels) for pair in plain
    ]
    assert [pair.match_weight for pair in batch] == pytest.approx(
        [pair.match_weight for pair in plain], abs=1e-9
    )
