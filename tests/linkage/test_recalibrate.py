"""Calibration that learns from verdicts."""

from __future__ import annotations

from random import Random

import pytest

from mdm.linkage.bend import Bend, bend_from_dict
from mdm.linkage.calibration import Calibration
from mdm.linkage.recalibrate import SHAPE_FROM, Answered, _rising, bend_curve, learn_bend

TRUTH = Bend(-0.8, 0.8, -0.4, (("cluster", -1.5),))
"""What is true of probabilities that the shipped curve states."""


def answers(number: int, truth: Bend = TRUTH, seed: int = 1) -> list[Answered]:
    """Verdicts on questions of random stated probability and reason, drawn from the truth."""
    random = Random(seed)
    found = []
    for _ in range(number):
        stated, reason = random.uniform(0.05, 0.97), random.choice(("uncertain", "cluster"))
        pairs = random.choice((1, 1, 2, 6))
        chance = truth.probability(stated, reason, pairs)
        found.append(Answered(stated, reason, random.random() < chance, pairs))
    return found


def error(bend: Bend, asked: list[Answered]) -> float:
    """Mean distance of stated from found probability in ten bins."""
    bins: dict[int, list[tuple[float, bool]]] = {}
    for answer in asked:
        p = bend.probability(answer.stated, answer.reason, answer.pairs)
        bins.setdefault(min(int(p * 10), 9), []).append((p, answer.is_match))
    gaps = sum(abs(sum(p for p, _ in held) - sum(m for _, m in held)) for held in bins.values())
    return gaps / len(asked)


def test_no_verdict_changes_nothing():
    assert learn_bend([]) == Bend()
    assert Bend().probability(0.73, "uncertain", 9) == pytest.approx(0.73)


@pytest.mark.parametrize(("number", "least"), [(50, 0.10), (200, 0.06), (1000, 0.03)])
def test_verdicts_bring_the_curve_to_the_truth_the_closer_the_more_there_are(number, least):
    asked = answers(5000, seed=99)
    assert error(Bend(), asked) > 0.14
    assert error(learn_bend(answers(number)), asked) < least


def test_a_curve_that_is_right_stays_nearly_where_it_is():
    learned = learn_bend(answers(200, Bend()))
    for stated in (0.1, 0.3, 0.6, 0.9):
        assert abs(learned.probability(stated, "uncertain") - stated) < 0.08


@pytest.mark.parametrize("verdict", [True, False])
def test_ten_equal_verdicts_make_nobody_certain(verdict):
    learned = learn_bend([Answered(0.5, "uncertain", verdict)] * 10)
    assert 0.03 < learned.probability(0.5, "uncertain") < 0.97


def test_more_weight_never_means_less_likely():
    random = Random(3)
    upside_down = [
        Answered(p, "", random.random() > p) for p in [random.uniform(0.05, 0.95) for _ in range(900)]
    ]
    for number in (50, 300, 900):
        learned = learn_bend(upside_down[:number])
        course = [learned.probability(step / 40) for step in range(1, 40)]
        assert course == sorted(course)


def test_the_shape_changes_only_with_many_verdicts():
    assert learn_bend(answers(SHAPE_FROM - 1)).shape.points == ()
    assert len(learn_bend(answers(SHAPE_FROM)).shape.points) > 2


def test_verdicts_that_contradict_at_one_weight_leave_it_at_their_share():
    answers = [Answered(0.5, "uncertain", at % 2 == 0) for at in range(400)]
    for given in (answers, answers[::-1], sorted(answers, key=lambda answer: answer.is_match)):
        assert learn_bend(given).probability(0.5, "uncertain") == pytest.approx(0.5, abs=0.01)


def test_one_rarely_drawn_pair_does_not_bend_the_curve_alone():
    usual = answers(60)
    odd = learn_bend([*usual, Answered(0.05, "near", True, importance=5000.0)])
    assert abs(odd.probability(0.7, "uncertain") - learn_bend(usual).probability(0.7, "uncertain")) < 0.08


def test_the_curve_of_all_pairs_learns_from_a_sample_and_keeps_its_weights():
    curve = Calibration(((-2.0, 0.1), (0.0, 0.4), (2.0, 0.8), (6.0, 0.97)))
    learned = bend_curve(curve, [Answered(curve.probability(1.0), "", False)] * 40)
    assert [weight for weight, _ in learned.points] == [-2.0, 0.0, 2.0, 6.0]
    assert learned.probability(1.0) < 0.3
    assert bend_curve(curve, []) == curve


def test_a_bend_survives_being_stored():
    learned = learn_bend(answers(SHAPE_FROM))
    assert bend_from_dict(learned.as_dict()) == learned


def test_steps_that_fall_are_pooled_by_how_many_verdicts_each_holds():
    ((bits, share),) = _rising([(0.0, 0.9, 30.0), (4.0, 0.1, 10.0)])
    assert (bits, share) == (pytest.approx(1.0), pytest.approx(0.7))


def test_a_small_step_does_not_pull_a_large_one_down_with_its_own_weight():
    found = _rising([(0.0, 0.2, 100.0), (1.0, 0.8, 1000.0), (2.0, 0.7, 10.0)])
    assert found[1] == (pytest.approx(1.0099, abs=1e-3), pytest.approx(0.799, abs=1e-3))
