"""Rules and weights in Splink's words: custom comparisons with every m and u set."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from splink import SettingsCreator
from splink.comparison_library import CustomComparison
from splink.internals.blocking_rule_creator import BlockingRuleCreator
from splink.internals.comparison_level_creator import ComparisonLevelCreator

from mdm.domain.rules import Comparison, RuleSet
from mdm.linkage.levels import Columns, null_to_sql, to_sql
from mdm.linkage.model import LevelWeight, Weights, level_names, weights_of


def comparison_settings(
    rule: Comparison, columns: Columns, weights: Sequence[LevelWeight] | None
) -> CustomComparison:
    """Splink's form of a comparison; without weights its levels are left to be trained."""
    conditions = [*(to_sql(level, columns) for level in rule.levels), "ELSE"]
    levels: list[ComparisonLevelCreator | dict[str, Any]] = [
        {"sql_condition": null_to_sql(rule, columns), "label_for_charts": "null", "is_null_level": True}
    ]
    for place, (condition, name) in enumerate(zip(conditions, level_names(rule), strict=True)):
        level: dict[str, Any] = {"sql_condition": condition, "label_for_charts": name}
        if weights is not None:
            level |= {"m_probability": weights[place].m, "u_probability": weights[place].u}
        levels.append(level)
    return CustomComparison(output_column_name=rule.name, comparison_levels=levels)


def settings(
    rules: RuleSet, weights: Weights | None, *, prior: float, blocking: Sequence[BlockingRuleCreator] = ()
) -> SettingsCreator:
    """Settings for all records of one entity against each other, also inside one system."""
    columns = Columns.of(rules)
    trained = (
        [part.levels for part in weights_of(rules, weights)] if weights else [None] * len(rules.comparisons)
    )
    return SettingsCreator(
        link_type="dedupe_only",
        unique_id_column_name="record_id",
        comparisons=[
            comparison_settings(rule, columns, levels)
            for rule, levels in zip(rules.comparisons, trained, strict=True)
        ],
        blocking_rules_to_generate_predictions=list(blocking),
        probability_two_random_records_match=prior,
        retain_matching_columns=True,  # without the values Splink does not return the levels either
    )
