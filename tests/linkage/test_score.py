from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest

from mdm.domain.cluster import Contradiction
from mdm.domain.rules import RuleSet
from mdm.linkage.calibration import Calibration
from mdm.linkage.member import FeatureValue
from mdm.linkage.model import ComparisonWeights, Model, Weights, build_model, floored, level_names
from mdm.linkage.record import FeatureRecord, Prepared
from mdm.linkage.score import Scorer
from mdm.linkage.statistics import Statistics

People = tuple[list[FeatureRecord], dict[int, str]]

SHARES = {
    "name": [(0.5, 0.01), (0.2, 0.02), (0.1, 0.03), (0.1, 0.04), (0.05, 0.1), (0.05, 0.8)],
    "ids": [(0.9, 0.001), (0.1, 0.999)],
    '地点 and "birth"': [(0.6, 0.05), (0.2, 0.15), (0.1, 0.7), (0.1, 0.1)],
}


@pytest.fixture
def model(rules: RuleSet) -> Model:
    parts = (
        ComparisonWeights(
            rule.name,
            tuple(
                floored(name, *shares)
                for name, shares in zip(level_names(rule), SHARES[rule.name], strict=True)
            ),
        )
        for rule in rules.comparisons
    )
    return build_model(rules, Weights(rules.entity, tuple(parts), 0.25), Statistics())


@pytest.fixture
def scorer(rules: RuleSet, model: Model) -> Scorer:
    return Scorer(rules, model)


def person(scorer: Scorer, number: int, name: str, **features: FeatureValue) -> Prepared:
    return scorer.prepare(FeatureRecord(number, "HR", {"name": name, "tokens": name.split(), **features}))


def test_a_weight_is_the_prior_and_the_bits_of_each_level(scorer: Scorer) -> None:
    left = person(scorer, 1, "anna lund", ids=["7"], places=["hill"])
    right = person(scorer, 2, "anna lund", ids=["7"], places=["west"])

    found = scorer.score(left, right)

    # prior 1:3; same name 50:1; same number 900:1; other place 1:7
    odds = 1 / 3 * 50 * 900 / 7
    assert (found.left, found.right, found.levels) == (1, 2, (0, 0, 2))
    assert 2**found.match_weight == pytest.approx(odds)
    assert found.match_probability == pytest.approx(odds / (1 + odds))


def test_the_order_of_the_two_records_does_not_matter(scorer: Scorer) -> None:
    left = person(scorer, 1, "anna lund x1", ids=["7"], places=["hill"], born=1970)
    right = person(scorer, 2, "lund anna", ids=["8", "7"], born=1970)

    there, back = scorer.score(left, right), scorer.score(right, left)

    assert (there.match_weight, there.levels) == (back.match_weight, back.levels)


def test_a_comparison_without_values_is_silent(scorer: Scorer) -> None:
    found = scorer.score(person(scorer, 1, "anna lund"), person(scorer, 2, "anna lund"))

    assert found.levels == (0, -1, -1)


def test_evidence_adds_up_and_names_what_was_read(scorer: Scorer) -> None:
    left = person(scorer, 1, "anna lund", ids=["7"], places=["hill"])
    right = person(scorer, 2, "anna lunt", ids=["8"], places=["hill"])

    evidence = scorer.explain(left, right)

    total = scorer.prior_bits + sum(part.weight for part in evidence)
    assert total == pytest.approx(scorer.score(left, right).match_weight)
    assert [(part.comparison, part.level, part.label_en, part.label_zh) for part in evidence] == [
        ("name", 1, "one typing error", "一处差错"),
        ("ids", 1, "differ", "不同"),
        ('地点 and "birth"', 1, "same place", "同一地点"),
    ]
    assert evidence[1].left == {"ids": ["7"]}
    assert evidence[1].right == {"ids": ["8"]}


def test_a_level_without_labels_says_what_it_tests(rules: RuleSet, model: Model) -> None:
    bare = tuple(
        replace(rule, levels=tuple(replace(level, en="", zh="") for level in rule.levels))
        for rule in rules.comparisons
    )
    scorer = Scorer(replace(rules, comparisons=bare), model)

    evidence = scorer.explain(person(scorer, 1, "anna", ids=["7"]), person(scorer, 2, "anna", ids=["7"]))

    assert [part.label_en for part in evidence] == ["exact(name)", "shared(ids,1)", "not comparable"]


def test_vetoes_say_what_contradicts_hard_ones_first(scorer: Scorer) -> None:
    left = person(scorer, 1, "anna lund", ids=["7"], born=1970)
    right = person(scorer, 2, "anna brandt", ids=["8"], born=1971)
    namesake = person(scorer, 3, "anna lund", ids=["8"], born=1971)
    unknown = person(scorer, 4, "anna")

    assert [veto.name for veto in scorer.violated_vetoes(left, right)] == ["ids", "born"]
    assert scorer.contradiction(left, right) == Contradiction("ids", hard=True)
    # the same full name overrules the number, not the year
    assert scorer.contradiction(left, namesake) == Contradiction("born", hard=False)
    assert scorer.contradiction(left, unknown) is None


def test_an_anchor_is_asked_for_only_where_rules_name_one(rules: RuleSet, model: Model) -> None:
    scorer = Scorer(rules, model)
    left, right = person(scorer, 1, "", ids=["7"]), person(scorer, 2, "", ids=["7"])

    assert scorer.anchored(left, right)
    assert not scorer.anchored(left, person(scorer, 3, "anna"))
    assert Scorer(replace(rules, anchors=()), model).anchored(left, person(scorer, 3, "anna"))


def test_the_probability_is_the_calibrated_one(rules: RuleSet, model: Model) -> None:
    calibration = Calibration(((-20.0, 0.1), (20.0, 0.6)))
    scorer = Scorer(rules, replace(model, weights=replace(model.weights, calibration=calibration)))

    found = scorer.score(person(scorer, 1, "anna"), person(scorer, 2, "anna"))

    assert found.match_probability == calibration.probability(found.match_weight)


def test_a_pair_below_the_floor_is_given_up_and_no_other(scorer: Scorer, world: People) -> None:
    people = [scorer.prepare(record) for record in world[0]]
    scored = [scorer.score(left, right) for left, right in pairwise(people)]
    floor = sorted(pair.match_weight for pair in scored)[len(scored) // 2]

    kept = [scorer.score_above(left, right, floor) for left, right in pairwise(people)]

    assert kept == [pair if pair.match_weight >= floor else None for pair in scored]
