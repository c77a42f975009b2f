from __future__ import annotations

from collections import Counter
from dataclasses import replace

import duckdb
import pytest

from mdm.domain.rules import RuleSet
from mdm.linkage.evaluate import reliability_of
from mdm.linkage.model import Weights, build_model
from mdm.linkage.predict import predict
from mdm.linkage.record import FeatureRecord, prepare_all
from mdm.linkage.refine import fit_patterns, refine_weights
from mdm.linkage.statistics import collect_statistics
from mdm.linkage.train import World, train_from_truth

People = tuple[list[FeatureRecord], dict[int, str]]


@pytest.fixture
def repetitive(rules: RuleSet) -> RuleSet:
    """Rules that ask for the same fact three times."""
    place = rules.comparisons[2]
    copies = tuple(replace(place, name=f"place {number}") for number in range(3))
    return replace(rules, comparisons=(*rules.comparisons[:2], *copies))


def place_bits(weights: Weights) -> list[float]:
    """Bits of the level "same place and year", per copy."""
    return [part.levels[0].bits for part in weights.comparisons if part.comparison.startswith("place")]


def error(connection: duckdb.DuckDBPyConnection, rules: RuleSet, weights: Weights, people: People) -> float:
    records, truth = people
    model = build_model(rules, weights, collect_statistics(rules, records))
    prepared = list(prepare_all(rules, model.statistics, records).values())
    pairs = predict(connection, rules, model, prepared, floor=-1000)
    found = reliability_of((pair.match_probability, truth[pair.left] == truth[pair.right]) for pair in pairs)
    assert found.brier is not None
    return found.brier


def test_one_fact_asked_three_times_counts_about_once(
    rules: RuleSet,
    repetitive: RuleSet,
    world: People,
    other_world: People,
    third_world: People,
    connection: duckdb.DuckDBPyConnection,
) -> None:
    worlds = [World(*world), World(*third_world)]
    once = train_from_truth(connection, rules, worlds, trained_on="two worlds")
    thrice = train_from_truth(connection, repetitive, worlds, trained_on="two worlds")

    fitted = refine_weights(connection, repetitive, thrice, worlds)

    alone = once.comparisons[2].levels[0].bits
    assert sum(place_bits(thrice)) == pytest.approx(3 * alone)
    assert sum(place_bits(fitted)) < 2 * alone
    counted_error = error(connection, repetitive, thrice, other_world)
    assert error(connection, repetitive, fitted, other_world) < 0.8 * counted_error
    assert fitted.trained_on == "two worlds; fitted together"


def test_fitting_again_gives_the_same_weights(
    rules: RuleSet, world: People, connection: duckdb.DuckDBPyConnection
) -> None:
    counted = train_from_truth(connection, rules, [World(*world)], trained_on="")

    assert refine_weights(connection, rules, counted, [World(*world)]) == refine_weights(
        connection, rules, counted, [World(*world)]
    )


def test_without_pairs_the_counted_weights_stay(
    rules: RuleSet, world: People, connection: duckdb.DuckDBPyConnection
) -> None:
    counted = train_from_truth(connection, rules, [World(*world)], trained_on="")

    fitted = refine_weights(connection, rules, counted, [])

    for before, after in zip(counted.comparisons, fitted.comparisons, strict=True):
        assert [level.bits for level in after.levels] == pytest.approx(
            [level.bits for level in before.levels]
        )


def test_answers_move_a_level_towards_what_they_say_and_a_stronger_hold_moves_it_less(
    rules: RuleSet, world: People, connection: duckdb.DuckDBPyConnection
) -> None:
    shipped = train_from_truth(connection, rules, [World(*world)], trained_on="one world")
    silent = [-1] * (len(rules.comparisons) - 1)
    patterns = Counter({((0, *silent), False): 100})
    moved = [fit_patterns(rules, shipped, patterns, hold).comparisons[0].levels for hold in (1.0, 16.0)]
    was = shipped.comparisons[0].levels
    assert moved[0][0].bits < moved[1][0].bits < was[0].bits
    assert [level.bits for level in moved[0][1:]] == pytest.approx([level.bits for level in was[1:]])
    assert fit_patterns(rules, shipped, Counter()).prior == pytest.approx(shipped.prior)
