from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mdm.linkage.calibration import Calibration, fit_calibration
from mdm.linkage.evaluate import reliability_of


def test_without_points_the_weight_is_log_odds() -> None:
    assert Calibration().probability(0) == 0.5
    assert Calibration().probability(3) == pytest.approx(8 / 9)
    assert Calibration().probability(-5000) == 0.0
    assert Calibration().probability(5000) == 1.0


def test_an_overconfident_model_is_brought_down_to_what_was_seen() -> None:
    chance = random.Random(7)
    weights = [chance.uniform(-10, 10) for _ in range(4000)]
    # the truth goes up with half the slope that the weights claim
    pairs = [(weight, chance.random() < Calibration().probability(weight / 2)) for weight in weights]
    learned = fit_calibration(pairs[:3000])

    before = reliability_of((Calibration().probability(weight), hit) for weight, hit in pairs[3000:])
    after = reliability_of((learned.probability(weight), hit) for weight, hit in pairs[3000:])

    assert before.ece is not None
    assert after.ece is not None
    assert after.ece < 0.05 < before.ece


def test_too_little_to_learn_from_leaves_the_curve_empty() -> None:
    assert fit_calibration([]) == Calibration()
    assert fit_calibration([(1.0, True)] * 100) == Calibration()
    assert fit_calibration([(float(place), place > 5) for place in range(12)]) == Calibration()


@given(st.lists(st.tuples(st.floats(-30, 30), st.booleans()), max_size=200), st.lists(st.floats(-50, 50)))
def test_more_weight_never_means_less_probability(
    pairs: list[tuple[float, bool]], asked: list[float]
) -> None:
    learned = fit_calibration(pairs, least_pairs=5)
    found = [learned.probability(weight) for weight in sorted(asked)]

    assert found == sorted(found)
    assert all(0 <= probability <= 1 for probability in found)


def test_the_weight_of_a_probability_is_the_way_back() -> None:
    learned = Calibration(((-4.0, 0.02), (0.0, 0.3), (5.0, 0.9)))

    for probability in (0.01, 0.1, 0.3, 0.5, 0.95):
        assert learned.probability(learned.weight(probability)) == pytest.approx(probability, abs=1e-6)
