"""Bars of match quality: what counts as reached, and what is pooled."""

from __future__ import annotations

import pytest

from mdm.demo.bars import Bar, Result, bars_of, measure
from mdm.linkage.evaluate import Negative, QueuedPair, Script, evaluate

TRUTH = {1: "A", 2: "A", 3: "B", 4: "B"}
SCRIPTS = {1: Script.ZH, 2: Script.EN, 3: Script.ZH, 4: Script.EN}


def judged(clusters: dict[int, int], queue: tuple[QueuedPair, ...] = ()):
    negatives = [Negative("A", "B", "homophone")]
    return evaluate(clusters, TRUTH, negatives=negatives, queue=queue, scripts=SCRIPTS)


@pytest.mark.parametrize(
    ("value", "told"), [(0.96, "missed"), (0.97, "bar"), (0.984, "bar"), (0.985, "stretch")]
)
def test_a_figure_misses_its_bar_or_reaches_it_or_the_stretch(value: float, told: str) -> None:
    assert Result(Bar("precision", 0.97, 0.985), value).verdict == told


def test_less_of_a_bad_thing_is_better() -> None:
    assert Result(Bar("queue", 150, 120, at_least=False), 119).verdict == "stretch"
    assert Result(Bar("queue", 150, 120, at_least=False), 151).verdict == "missed"


def test_figures_are_means_and_kinds_are_pooled_over_worlds() -> None:
    right, merged = judged({1: 1, 2: 1, 3: 2, 4: 2}), judged({1: 1, 2: 1, 3: 1, 4: 1})
    found = {each.bar.figure: each.value for each in measure("supplier", [right, merged])}

    assert found["precision"] == pytest.approx((1 + 2 / 6) / 2)
    assert found["kind merged most: homophone"] == 0.5
    assert len(found) == len(bars_of("supplier")) + 2


def test_calibration_is_pooled_before_it_is_judged() -> None:
    """Each world alone is off by .5; together what was said is what happened."""
    apart = {1: 1, 2: 2, 3: 3, 4: 4}
    match, other = QueuedPair(1, 2, 0.5), QueuedPair(1, 3, 0.5)
    found = measure("supplier", [judged(apart, (match,)), judged(apart, (other,))])

    assert next(each.value for each in found if each.bar.figure == "queue ECE, pooled") == pytest.approx(0.0)
