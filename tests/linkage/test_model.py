from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from mdm.domain.errors import UntrainedLevelError
from mdm.domain.rules import Comparison, RuleSet, exact
from mdm.linkage.calibration import Calibration
from mdm.linkage.model import (
    M_FLOOR,
    U_FLOOR,
    ComparisonWeights,
    Model,
    Weights,
    build_model,
    check_trained,
    fingerprint_rules,
    floored,
    level_names,
    load_weights,
    model_from_json,
    save_weights,
)
from mdm.linkage.statistics import Statistics


def even_weights(rules: RuleSet) -> Weights:
    parts = (
        ComparisonWeights(rule.name, tuple(floored(name, 0.3, 0.1) for name in level_names(rule)))
        for rule in rules.comparisons
    )
    curve = Calibration(((-1.0, 0.2), (4.0, 0.9)))
    return Weights(rules.entity, tuple(parts), 0.1, "made up", curve, {"cluster": Calibration(((4.0, 0.5),))})


@pytest.fixture
def model(rules: RuleSet) -> Model:
    return build_model(
        rules, even_weights(rules), Statistics(500, {"tokens": {"轴": 70}}, {"ids": {"0": 51}})
    )


def test_a_model_survives_json_with_its_fingerprint(model: Model) -> None:
    again = model_from_json(model.to_json())

    assert again == model
    assert again.fingerprint() == model.fingerprint()
    assert len(model.fingerprint()) == 64


def test_a_question_has_its_own_probability_where_its_reason_was_calibrated(model: Model) -> None:
    assert model.question_probability("cluster", 4.0, 0.9) == pytest.approx(0.5)
    assert model.question_probability("no_anchor", 4.0, 0.9) == 0.9


def test_noise_of_rounding_does_not_change_the_fingerprint_but_statistics_do(model: Model) -> None:
    noisy = replace(model, weights=replace(model.weights, prior=model.weights.prior + 5e-16))
    later = replace(model, statistics=replace(model.statistics, records=501))

    assert noisy.fingerprint() == model.fingerprint()
    assert later.fingerprint() != model.fingerprint()


def test_rules_have_another_fingerprint_when_any_declaration_changes(rules: RuleSet) -> None:
    assert fingerprint_rules(rules) == fingerprint_rules(replace(rules))
    assert fingerprint_rules(rules) != fingerprint_rules(replace(rules, contradiction_share=0.3))


def test_shipped_weights_are_read_as_they_were_written(rules: RuleSet, tmp_path: Path) -> None:
    path = tmp_path / "person.weights.json"
    save_weights(path, even_weights(rules))

    assert load_weights(path) == even_weights(rules)
    assert load_weights(tmp_path / "other.weights.json") is None


def test_weights_stay_inside_the_floors() -> None:
    low, high = floored("x", 0.0, 0.0), floored("x", 1.0, 1.0)

    assert (low.m, low.u) == (M_FLOOR, U_FLOOR)
    assert (high.m, high.u) == (1 - M_FLOOR, 1 - U_FLOOR)
    assert floored("x", 1.0, 0.0).bits < 11 > -floored("x", 0.0, 1.0).bits


@pytest.mark.parametrize(
    "changed",
    [
        Comparison("ids", "", "", (exact("ids"),)),
        Comparison("ids", "", "", ()),
        Comparison("colour", "", "", (exact("name"),)),
    ],
    ids=["another level", "a level gone", "a new comparison"],
)
def test_a_level_without_weight_is_named(rules: RuleSet, model: Model, changed: Comparison) -> None:
    others = tuple(rule for rule in rules.comparisons if rule.name != changed.name)

    with pytest.raises(UntrainedLevelError) as caught:
        check_trained(replace(rules, comparisons=(*others, changed)), model)

    assert caught.value.details["comparison"] == changed.name
    assert str(caught.value.details["level"]) in caught.value.message


def test_labels_may_change_without_new_training(rules: RuleSet, model: Model) -> None:
    relabelled = [
        replace(rule, levels=tuple(replace(level, en="x") for level in rule.levels))
        for rule in rules.comparisons
    ]

    check_trained(replace(rules, comparisons=tuple(relabelled)), model)
