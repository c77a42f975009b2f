from __future__ import annotations

from dataclasses import replace

import duckdb
import pytest

from mdm.domain.cluster import Edge, Node, partition
from mdm.domain.errors import RuleError
from mdm.domain.rules import RuleSet
from mdm.linkage.evaluate import evaluate, reliability_of
from mdm.linkage.model import M_FLOOR, Weights, build_model
from mdm.linkage.predict import predict
from mdm.linkage.record import FeatureRecord, prepare_all
from mdm.linkage.score import Scorer
from mdm.linkage.statistics import collect_statistics
from mdm.linkage.train import World, calibrate, train_from_truth
from mdm.linkage.train_unlabelled import train_unlabelled

People = tuple[list[FeatureRecord], dict[int, str]]


def shares(weights: Weights, comparison: str) -> list[tuple[float, float]]:
    found = next(part for part in weights.comparisons if part.comparison == comparison)
    return [(level.m, level.u) for level in found.levels]


def bits(weights: Weights, comparison: str) -> list[float]:
    found = next(part for part in weights.comparisons if part.comparison == comparison)
    return [level.bits for level in found.levels]


def test_shares_are_counted_over_candidates_with_one_added_to_each_level(
    rules: RuleSet, connection: duckdb.DuckDBPyConnection
) -> None:
    numbers = [["7"], ["7"], ["8"], None, ["9"]]
    records = [
        FeatureRecord(place, "X", {"tokens": ["anna", f"t{place}"], "ids": number})
        for place, number in enumerate(numbers)
    ]
    records.append(FeatureRecord(9, "X", {"tokens": ["other"]}))  # shares no key: no candidate of anything
    truth = {0: "A", 1: "A", 2: "A", 3: "B", 9: "A"}  # 4 has no truth: not counted

    weights = train_from_truth(connection, rules, [World(records, truth)], trained_on="five records")

    # matches: 0-1 shared, 0-2 and 1-2 not; others: 0-3, 1-3, 2-3, all silent
    assert shares(weights, "ids") == [(pytest.approx(2 / 5), 1 / 2), (pytest.approx(3 / 5), 1 / 2)]
    assert weights.prior == pytest.approx(4 / 8)
    assert weights.trained_on == "five records"


def test_counts_of_several_worlds_add_up(
    rules: RuleSet, world: People, connection: duckdb.DuckDBPyConnection
) -> None:
    once = train_from_truth(connection, rules, [World(*world)], trained_on="")
    twice = train_from_truth(connection, rules, [World(*world)] * 2, trained_on="")

    assert twice.prior == pytest.approx(once.prior, rel=0.02)
    assert bits(twice, "name")[0] > bits(once, "name")[0]  # the smoothing weighs less


def test_unlabelled_training_gives_every_level_the_same_sensible_weight_again(
    rules: RuleSet, world: People, connection: duckdb.DuckDBPyConnection
) -> None:
    weights = train_unlabelled(connection, rules, world[0])

    build_model(rules, weights, collect_statistics(rules, world[0]))
    assert bits(weights, "ids")[0] > 3 > 0 > bits(weights, "ids")[1]
    assert bits(weights, "name")[0] > 3 > 0 > bits(weights, "name")[-1]
    assert 0 < weights.prior <= rules.prior
    assert min(m for rule in rules.comparisons for m, _ in shares(weights, rule.name)) >= M_FLOOR
    again = train_unlabelled(connection, rules, world[0])
    for rule in rules.comparisons:
        assert bits(again, rule.name) == pytest.approx(bits(weights, rule.name), abs=1e-9)


def test_what_every_pass_blocks_on_is_learned_from_candidates_and_named(
    rules: RuleSet, world: People, connection: duckdb.DuckDBPyConnection
) -> None:
    weights = train_unlabelled(connection, replace(rules, training=("tokens",)), world[0][:80])

    assert "too clean: name" in weights.trained_on
    assert bits(weights, "name")[0] > 0 > bits(weights, "name")[-1]
    assert max(m for m, _ in shares(weights, "name")) <= 0.92


def test_a_training_feature_without_blocking_rule_is_refused(
    rules: RuleSet, world: People, connection: duckdb.DuckDBPyConnection
) -> None:
    with pytest.raises(RuleError):
        train_unlabelled(connection, replace(rules, training=("places",)), world[0][:40])


def test_probabilities_learned_on_one_world_hold_on_another(
    rules: RuleSet,
    world: People,
    other_world: People,
    third_world: People,
    connection: duckdb.DuckDBPyConnection,
) -> None:
    raw = train_from_truth(connection, rules, [World(*third_world)], trained_on="a third world")

    weights = calibrate(connection, rules, raw, [World(*world)])

    records, truth = other_world
    model = build_model(rules, weights, collect_statistics(rules, records))
    prepared = list(prepare_all(rules, model.statistics, records).values())
    scored = predict(connection, rules, model, prepared, floor=-1000)
    error = reliability_of((pair.match_probability, truth[pair.left] == truth[pair.right]) for pair in scored)
    assert len(weights.calibration.points) > 2
    assert error.ece is not None
    assert error.ece < 0.05


@pytest.mark.parametrize(("labelled", "recall"), [(True, 0.65), (False, 0.45)])
def test_a_world_unseen_in_training_is_put_together_again(
    rules: RuleSet,
    world: People,
    other_world: People,
    connection: duckdb.DuckDBPyConnection,
    labelled: bool,
    recall: float,
) -> None:
    """From records to golden records with every part in place: expected precision and recall."""
    records, truth = other_world
    weights = (
        train_from_truth(connection, rules, [World(*world)], trained_on="another world")
        if labelled
        else train_unlabelled(connection, rules, records)
    )
    model = build_model(rules, weights, collect_statistics(rules, records))
    prepared, scorer = prepare_all(rules, model.statistics, records), Scorer(rules, model)
    pairs = predict(connection, rules, model, list(prepared.values()), floor=0)

    found = partition(
        [Node(record.record_id, f"{record.source}:{record.record_id:05d}") for record in records],
        [Edge(pair.left, pair.right, pair.match_weight) for pair in pairs],
        link_weight=4,
        contradiction=lambda left, right: scorer.contradiction(prepared[left], prepared[right]),
        anchored=lambda left, right: scorer.anchored(prepared[left], prepared[right]),
    )

    homes = {record: number for number, cluster in enumerate(found.clusters) for record in cluster}
    score = evaluate(homes, truth).pairwise
    assert score.precision is not None
    assert score.recall is not None
    assert score.precision >= 0.95
    assert score.recall >= recall


@pytest.mark.parametrize("number", [0, 3])
def test_next_to_nothing_to_learn_from_still_gives_a_model(
    rules: RuleSet, connection: duckdb.DuckDBPyConnection, number: int
) -> None:
    records = [FeatureRecord(place, "X", {"name": f"p{place}"}) for place in range(number)]

    weights = train_unlabelled(connection, rules, records)

    assert max(bits(weights, "ids")) <= 0  # nothing seen speaks for nothing

    build_model(rules, weights, collect_statistics(rules, records))
