"""Calibration of questions: what a reason that is seldom asked is told."""

from __future__ import annotations

from mdm.demo.train import QUESTIONS, fit_questions


def test_rare_reasons_share_one_curve_and_leave_the_common_ones_alone() -> None:
    common = [(float(place % 8), place % 8 >= 4) for place in range(8 * QUESTIONS)]
    rare = [(3.0 + place % 4, place % 5 == 0) for place in range(15)]
    curves = fit_questions({"uncertain": common, "no_anchor": rare, "contradiction": rare})
    assert curves["no_anchor"] == curves["contradiction"]
    assert curves["uncertain"].probability(7.0) > 0.9
    assert 0.1 < curves["no_anchor"].probability(5.0) < 0.35


def test_a_chance_that_does_not_rise_with_weight_is_one_for_all() -> None:
    falling = [(float(place % 4), place % 4 == 0) for place in range(4 * QUESTIONS)]
    curve = fit_questions({"cluster": falling})["cluster"]
    assert abs(curve.probability(0.5) - 0.25) < 0.02
    assert abs(curve.probability(2.5) - 0.25) < 0.02


def test_a_handful_of_questions_teaches_nothing() -> None:
    assert fit_questions({"no_anchor": [(1.0, True), (2.0, False)]}) == {}
