"""Rules and models in force: which weights a matcher has, and when a full run is due."""

from __future__ import annotations

import pytest

from mdm.domain.errors import RuleError, UnknownEntityError
from mdm.services import rule
from tests import factories as f


@pytest.fixture
def hub(widgets):
    return widgets


def current(hub):
    return f.read(hub, rule.has_current_model, "widget")


def test_before_the_first_run_the_shipped_weights_answer(hub):
    found = f.read(hub, rule.matcher, "widget")
    assert (found.link_weight, found.review_weight) == (6.0, 0.0)
    assert not current(hub)


def test_a_full_run_leaves_a_model_in_force(hub):
    f.put(hub, "ERP:1", f.widget("A"))
    report = f.run(hub, full=True)
    assert current(hub)
    assert f.read(hub, rule.matcher, "widget").model_fingerprint == report.model


def test_a_model_made_under_other_rules_does_not_count(hub):
    f.put(hub, "ERP:1", f.widget("A"))
    before = f.run(hub, full=True)
    f.write_rules(hub.settings.home, f.RULES.replace("LINK, 6.0", "LINK, 7.0"))
    f.load_rules(hub)
    assert not current(hub)
    after = f.run(hub)
    assert after.rule_set != before.rule_set
    assert current(hub)


def test_rules_without_weights_need_a_full_run(hub):
    (hub.settings.home / "matching_rules" / "widget.weights.json").unlink()
    with pytest.raises(RuleError, match="--full"):
        f.read(hub, rule.matcher, "widget")


def test_an_entity_without_rules_is_told_by_name(hub):
    with pytest.raises(RuleError, match="customer"):
        rule.rules_of(hub, "customer")
    with pytest.raises(UnknownEntityError):
        rule.rules_of(hub, "gadget")


def test_every_shipped_rule_file_has_weights_for_its_comparisons(hub):
    for entity in ("supplier", "material", "equipment"):
        rules = rule.load_rule_set(hub.dictionary, entity)
        weights = rule.shipped_weights(rules)
        assert weights is not None
        assert [part.comparison for part in weights.comparisons] == [part.name for part in rules.comparisons]


def test_a_changed_mapping_changes_the_name_of_the_standardiser(hub):
    names = {rule.standardiser_id(hub, "widget", profile) for profile in (None, {"a": 1}, {"a": 2})}
    assert len(names) == 3
    assert rule.standardiser_id(hub, "widget", None) in names
