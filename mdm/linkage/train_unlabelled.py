"""Learning weights from a user's own records without labels, where no reviewed weights are shipped.

u comes from random pairs, m from expectation maximisation among pairs that share a key of a training
feature, the prior from a deterministic rule; all three refer to *all* pairs of records, not to candidates.
Fresh estimates are not stable from load to load: they start a new entity, reviewed weights replace them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import duckdb
import pyarrow as pa
from splink import Linker, block_on

from mdm.domain.errors import RuleError
from mdm.domain.rules import Comparison, RuleSet
from mdm.linkage.levels import columns_read
from mdm.linkage.model import M_FLOOR, U_FLOOR, ComparisonWeights, Weights, floored, held, level_names
from mdm.linkage.record import FeatureRecord, Prepared, features_by_name, prepare_all
from mdm.linkage.settings import Shares, settings
from mdm.linkage.splink_batch import open_linker
from mdm.linkage.statistics import collect_statistics
from mdm.linkage.table import candidate_table, comparison_table, key_table

SEED = 20260101
MAX_PAIRS = 300_000
"""Random pairs for u: enough for floors of 0.0005, and a second of work."""

RECALL = 0.6
"""Assumed share of all matches that share a key of the first training feature."""

BLOCKED_PRIOR = 0.3
"""Where EM starts: among pairs that share such a key matches are common."""

SOFTENING = 0.1
"""Share of m that is spread evenly where EM had to learn from pairs chosen by the same attribute."""

EM_PAIRS = 100_000
"""At most this many pairs enter one EM pass."""

Seen = dict[str, list[float | None]]
"""Comparison name -> estimate per level; None where no pair showed the level."""


def train_unlabelled(
    connection: duckdb.DuckDBPyConnection, rules: RuleSet, records: Sequence[FeatureRecord]
) -> Weights:
    """Weights estimated by Splink on these records; the same records give the same weights.

    EM learns nothing about what it blocks on. A comparison that every training feature is made of is estimated
    on all candidates instead, where m looks too clean; it is softened, and ``trained_on`` names it.
    Raises RuleError for a training feature without a blocking rule.
    """
    _require_blocked(rules)
    prepared = list(prepare_all(rules, collect_statistics(rules, records), records).values())
    prior = _prior(connection, rules, prepared)
    by_chance = _estimate_u(connection, rules, comparison_table(rules, prepared), prior)
    passes = [_estimate_free(connection, rules, feature, prepared, by_chance) for feature in rules.training]
    m = {name: _mean([one[name] for one in passes if name in one]) for one in passes for name in one}
    tied = [rule.name for rule in rules.comparisons if rule.name not in m]
    if tied:
        keys = key_table(rules, prepared)
        everything = _estimate_m(connection, rules, prepared, keys, by_chance)
        m |= {name: _softened(_mean([everything[name]])) for name in tied}
    note = f"; too clean: {', '.join(tied)}" if tied else ""
    return Weights(
        rules.entity,
        tuple(_weights(rule, m[rule.name], by_chance[rule.name], prior) for rule in rules.comparisons),
        prior,
        f"{len(records)} records without labels{note}",
    )


def _require_blocked(rules: RuleSet) -> None:
    blocked = {rule.on for rule in rules.blocking}
    for feature in rules.training:
        if feature not in blocked:
            raise RuleError(
                f"{rules.entity}: training feature {feature!r} has no blocking rule", feature=feature
            )


def _prior(connection: duckdb.DuckDBPyConnection, rules: RuleSet, records: Sequence[Prepared]) -> float:
    """Share of pairs with a common key of the first training feature, over the recall assumed of it."""
    sure = candidate_table(connection, key_table(rules, records, rules.training[:1])).num_rows
    everything = max(1, len(records) * (len(records) - 1) // 2)
    share = (sure + 1) / RECALL / everything
    return float(f"{min(share, rules.prior):.12g}")


def _estimate_u(
    connection: duckdb.DuckDBPyConnection, rules: RuleSet, table: pa.Table, prior: float
) -> Shares:
    if table.num_rows < 2:
        return {rule.name: [U_FLOOR] * (len(rule.levels) + 1) for rule in rules.comparisons}
    given = settings(rules, prior=prior)
    with open_linker(connection, given, table) as (_, linker):
        linker.training.estimate_u_using_random_sampling(max_pairs=MAX_PAIRS, seed=SEED, num_chunks=1)
        return {
            name: [held(share or 0.0, U_FLOOR) for share in shares]
            for name, shares in _read(linker, rules, "u_probability").items()
        }


def _estimate_free(
    connection: duckdb.DuckDBPyConnection,
    rules: RuleSet,
    feature: str,
    records: Sequence[Prepared],
    by_chance: Shares,
) -> Seen:
    """One EM pass over the comparisons that say nothing about the feature that the pass blocks on."""
    free = tuple(rule for rule in rules.comparisons if not _tied(rules, rule, feature))
    if not free:
        return {}
    keys = key_table(rules, records, [feature])
    return _estimate_m(connection, replace(rules, comparisons=free), records, keys, by_chance)


def _estimate_m(
    connection: duckdb.DuckDBPyConnection,
    rules: RuleSet,
    records: Sequence[Prepared],
    keys: pa.Table,
    by_chance: Shares,
) -> Seen:
    """One EM pass over the pairs that share a key; nothing is seen where no pair does."""
    pairs = candidate_table(connection, keys)
    if not pairs.num_rows:
        return {rule.name: [None] * (len(rule.levels) + 1) for rule in rules.comparisons}
    table = _side_by_side(comparison_table(rules, records), pairs)
    given = settings(rules, prior=BLOCKED_PRIOR, u=by_chance)
    with open_linker(connection, given, table) as (_, linker):
        linker.training.estimate_parameters_using_expectation_maximisation(block_on("pair"))
        return _read(linker, rules, "m_probability")


def _tied(rules: RuleSet, rule: Comparison, feature: str) -> bool:
    """Whether a comparison reads an attribute that the training feature is made of."""
    features = features_by_name(rules)
    blocked = set(features[feature].of)
    return any(blocked & set(features[name].of) for name in columns_read(rule.levels))


def _side_by_side(table: pa.Table, pairs: pa.Table) -> pa.Table:
    """Both records of each pair as rows of their own, tied by ``pair``.

    Splink's EM cannot block on the members of a set; blocked on ``pair`` it sees exactly these pairs, each
    once.
    """
    kept = pairs if pairs.num_rows <= EM_PAIRS else pairs.take(_spread(pairs.num_rows))
    place = {record: row for row, record in enumerate(table.column("record_id").to_pylist())}
    sides = [kept.column(name).to_pylist() for name in ("join_key_l", "join_key_r")]
    rows = [place[record] for side in sides for record in side]
    copies = table.take(pa.array(rows, pa.int64())).drop_columns(["record_id"])
    numbers = list(range(kept.num_rows))
    copies = copies.append_column("record_id", pa.array(range(len(rows)), pa.int64()))
    return copies.append_column("pair", pa.array(numbers + numbers, pa.int64()))


def _spread(pairs: int) -> pa.Array:
    """Places of EM_PAIRS pairs, evenly spread over all: the same ones in every run."""
    return pa.array([place * pairs // EM_PAIRS for place in range(EM_PAIRS)], pa.int64())


def _read(linker: Linker, rules: RuleSet, what: str) -> Seen:
    model: dict[str, Any] = linker.misc.save_model_to_json()
    return {
        rule.name: [
            level.get(what) for level in comparison["comparison_levels"] if not level.get("is_null_level")
        ]
        for rule, comparison in zip(rules.comparisons, model["comparisons"], strict=True)
    }


def _mean(passes: Sequence[Sequence[float | None]]) -> list[float]:
    """Mean of the passes per level; 0 for a level that no pair showed (the floor lifts it)."""
    levels = zip(*passes, strict=True)
    seen = [[share for share in level if share is not None] for level in levels]
    return [sum(shares) / len(shares) if shares else 0.0 for shares in seen]


def _softened(shares: Sequence[float]) -> list[float]:
    """A tenth of the chance spread evenly over all levels."""
    return [(1 - SOFTENING) * share + SOFTENING / len(shares) for share in shares]


def _weights(
    rule: Comparison, m: Sequence[float], by_chance: Sequence[float], prior: float
) -> ComparisonWeights:
    """Random pairs contain matches: their share is taken out of u, or an agreement of matches weighs nothing.

    A level that no match showed never speaks for a match, however rare it is by chance.
    """
    levels = zip(level_names(rule), m, by_chance, strict=True)
    return ComparisonWeights(
        rule.name,
        tuple(
            floored(name, m, max((u - prior * m) / (1 - prior), 0.0 if m else M_FLOOR))
            for name, m, u in levels
        ),
    )
