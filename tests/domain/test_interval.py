"""Intervals of shares; reference values from R (binom.test, Hmisc::binconf)."""

from __future__ import annotations

import pytest

from mdm.domain.interval import (
    Layer,
    clean_needed,
    exact_interval,
    exact_low,
    layers_of,
    recall_of,
    share_of,
    wilson,
)


@pytest.mark.parametrize(
    ("hits", "number", "low", "high"),
    [(10, 10, 0.6915, 1.0), (0, 20, 0.0, 0.1684), (48, 50, 0.8629, 0.9951), (7, 10, 0.3475, 0.9333)],
)
def test_exact_intervals_are_those_of_clopper_and_pearson(hits, number, low, high):
    assert exact_interval(hits, number) == pytest.approx((low, high), abs=1e-4)


@pytest.mark.parametrize(
    ("hits", "number", "low", "high"), [(8, 10, 0.4902, 0.9433), (1, 50, 0.0035, 0.1050)]
)
def test_score_intervals_are_those_of_wilson(hits, number, low, high):
    assert wilson(hits / number, number) == pytest.approx((low, high), abs=1e-4)


def test_stating_995_takes_539_clean_verdicts_by_wilson_and_598_exactly():
    assert clean_needed(0.995) == 539
    assert share_of([(True, 1.0)] * 539).at_least >= 0.995 > share_of([(True, 1.0)] * 538).at_least
    assert exact_low(598, 598, 0.05) >= 0.995 > exact_low(597, 597, 0.05)


def test_nothing_judged_is_nothing_known():
    assert share_of([]).value is None
    assert recall_of([], []).value is None


def test_unequal_importance_widens_the_interval_and_moves_the_point():
    plain = share_of([(True, 1.0)] * 30 + [(False, 1.0)] * 10)
    weighted = share_of([(True, 1.0)] * 30 + [(False, 6.0)] * 10)
    assert plain.value == 0.75
    assert weighted.value == pytest.approx(1 / 3, abs=1e-6)
    assert weighted.high - weighted.low > plain.high - plain.low


def test_recall_counts_what_the_far_pairs_may_hide():
    links = [Layer(1000, 50, 50)]
    clean = recall_of(links, [Layer(100, 20, 0), Layer(10_000, 10, 0)])
    assert clean.value == 1
    assert clean.low < 0.8
    missed = recall_of(links, [Layer(100, 20, 10)])
    assert missed.value == pytest.approx(1000 / 1050, abs=1e-6)
    assert missed.low < missed.value < missed.high
    assert missed == recall_of(links, [Layer(100, 20, 10)])


def test_layers_are_told_apart_by_draw_and_stratum():
    found = layers_of([("a far", 45, True), ("a far", 45, False), ("b far", 35, False), ("b far", 35, None)])
    assert found == [Layer(90, 2, 1), Layer(70, 1, 0)]
