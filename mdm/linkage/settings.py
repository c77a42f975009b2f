"""Rules and weights in Splink's words: custom comparisons with every m and u set."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from splink import SettingsCreator
from splink.comparison_library import CustomComparison
from splink.internals.comparison_level_creator import ComparisonLevelCreator

from mdm.domain.counterfactual import SILENT
from mdm.domain.rules import Comparison, RuleSet
from mdm.linkage.level_sql import DUCKDB, Dialect, null_to_sql, to_sql
from mdm.linkage.levels import Columns
from mdm.linkage.model import Model, level_names

Shares = Mapping[str, Sequence[float]]
"""Comparison name -> a chance per level, ``otherwise`` last."""


def output_name(place: int) -> str:
    """Splink's name of a comparison: by place, since names of rules may hold anything."""
    return f"c{place}"


def trained_settings(rules: RuleSet, model: Model, dialect: Dialect = DUCKDB) -> SettingsCreator:
    """Settings with every m and u of a model: nothing is left to train."""
    parts = model.weights.comparisons
    return settings(
        rules,
        prior=model.weights.prior,
        m={part.comparison: [level.m for level in part.levels] for part in parts},
        u={part.comparison: [level.u for level in part.levels] for part in parts},
        dialect=dialect,
    )


def wanted_columns(rules: RuleSet) -> str:
    """What is asked of the pairs that Splink scored."""
    gammas = [_gamma(place) for place in range(len(rules.comparisons))]
    return ", ".join(["record_id_l", "record_id_r", "match_weight", *gammas])


def levels_of(rules: RuleSet, found: pa.Table) -> pa.Table:
    """``left``, ``right``, ``match_weight`` and ``level_<n>`` from the wanted columns.

    Splink counts levels from the last one upwards and has -1 for silence, as we do.
    """
    columns = {
        "left": found.column("record_id_l"),
        "right": found.column("record_id_r"),
        "match_weight": found.column("match_weight").cast(pa.float64()),
    }
    for place, rule in enumerate(rules.comparisons):
        gamma = found.column(_gamma(place)).cast(pa.int64())
        level = pc.subtract(len(rule.levels), gamma)
        columns[f"level_{place}"] = pc.if_else(pc.less(gamma, 0), SILENT, level)
    return pa.table(columns)


def _gamma(place: int) -> str:
    return f"gamma_{output_name(place)}"


def settings(
    rules: RuleSet,
    *,
    prior: float,
    m: Shares | None = None,
    u: Shares | None = None,
    dialect: Dialect = DUCKDB,
) -> SettingsCreator:
    """Settings for all records of one entity against each other, also inside one system.

    ``m`` and ``u`` hold a share per level by comparison; what is absent is left for Splink to train.
    """
    columns = Columns.of(rules)
    return SettingsCreator(
        link_type="dedupe_only",
        unique_id_column_name="record_id",
        comparisons=[
            _comparison(place, rule, columns, dialect, (m or {}).get(rule.name), (u or {}).get(rule.name))
            for place, rule in enumerate(rules.comparisons)
        ],
        probability_two_random_records_match=prior,
        retain_matching_columns=True,  # without the values Splink does not return the levels either
    )


def _comparison(
    number: int,
    rule: Comparison,
    columns: Columns,
    dialect: Dialect,
    m: Sequence[float] | None,
    u: Sequence[float] | None,
) -> CustomComparison:
    conditions = [*(to_sql(level, columns, dialect) for level in rule.levels), "ELSE"]
    levels: list[ComparisonLevelCreator | dict[str, Any]] = [
        {
            "sql_condition": null_to_sql(rule, columns, dialect),
            "label_for_charts": "null",
            "is_null_level": True,
        }
    ]
    for place, (condition, name) in enumerate(zip(conditions, level_names(rule), strict=True)):
        level: dict[str, Any] = {"sql_condition": condition, "label_for_charts": name}
        if m is not None:
            level["m_probability"] = m[place]
        if u is not None:
            level["u_probability"] = u[place]
        levels.append(level)
    return CustomComparison(output_column_name=output_name(number), comparison_levels=levels)
