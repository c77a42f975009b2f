"""Rules and weights in Splink's words: custom comparisons with every m and u set."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from splink import SettingsCreator
from splink.comparison_library import CustomComparison
from splink.internals.comparison_level_creator import ComparisonLevelCreator

from mdm.domain.rules import Comparison, RuleSet
from mdm.linkage.level_sql import null_to_sql, to_sql
from mdm.linkage.levels import Columns
from mdm.linkage.model import level_names

Shares = Mapping[str, Sequence[float]]
"""Comparison name -> a chance per level, ``otherwise`` last."""


def output_name(place: int) -> str:
    """Splink's name of a comparison: by place, since names of rules may hold anything."""
    return f"c{place}"


def settings(
    rules: RuleSet, *, prior: float, m: Shares | None = None, u: Shares | None = None
) -> SettingsCreator:
    """Settings for all records of one entity against each other, also inside one system.

    ``m`` and ``u`` hold a share per level by comparison; what is absent is left for Splink to train.
    """
    columns = Columns.of(rules)
    return SettingsCreator(
        link_type="dedupe_only",
        unique_id_column_name="record_id",
        comparisons=[
            _comparison(place, rule, columns, (m or {}).get(rule.name), (u or {}).get(rule.name))
            for place, rule in enumerate(rules.comparisons)
        ],
        probability_two_random_records_match=prior,
        retain_matching_columns=True,  # without the values Splink does not return the levels either
    )


def _comparison(
    number: int,
    rule: Comparison,
    columns: Columns,
    m: Sequence[float] | None,
    u: Sequence[float] | None,
) -> CustomComparison:
    conditions = [*(to_sql(level, columns) for level in rule.levels), "ELSE"]
    levels: list[ComparisonLevelCreator | dict[str, Any]] = [
        {"sql_condition": null_to_sql(rule, columns), "label_for_charts": "null", "is_null_level": True}
    ]
    for place, (condition, name) in enumerate(zip(conditions, level_names(rule), strict=True)):
        level: dict[str, Any] = {"sql_condition": condition, "label_for_charts": name}
        if m is not None:
            level["m_probability"] = m[place]
        if u is not None:
            level["u_probability"] = u[place]
        levels.append(level)
    return CustomComparison(output_column_name=output_name(number), comparison_levels=levels)
