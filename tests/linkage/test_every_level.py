"""At every level of every shipped comparison the plain scorer, the batch and Splink agree."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from random import Random

import duckdb
import pyarrow as pa
import pytest

from mdm.linkage import splink_batch
from mdm.linkage.model import build_model
from mdm.linkage.packed import compile_packing
from mdm.linkage.record import FeatureRecord
from mdm.linkage.score import Scorer
from mdm.linkage.statistics import Statistics
from mdm.linkage.table import comparison_table
from mdm.services.dictionary import load_dictionary
from mdm.services.rule import load_rule_set, shipped_weights
from tests.linkage.every_level import MEMBERS, pairs_at

PER_LEVEL = 30


# A comparison of materials with 14 levels on 71 columns takes half a minute to find its pairs.
@pytest.mark.parametrize(
    "entity", ["supplier", "equipment", pytest.param("material", marks=pytest.mark.acceptance)]
)
def test_every_level_of_the_shipped_rules_scores_as_splink_scores(
    entity: str, connection: duckdb.DuckDBPyConnection
) -> None:
    """30 pairs a level, with Han, mixed scripts, full width, nothing at all and 200 characters among them."""
    rules = load_rule_set(load_dictionary(), entity)
    weights = shipped_weights(rules)
    assert weights is not None
    common = {member: 100 * place for place, member in enumerate(MEMBERS[:8], start=1)}
    weighted = [feature.name for feature in rules.features if feature.weighted]
    counted = [feature.name for feature in rules.features if feature.counted]
    things = {member: 1 + place for place, member in enumerate(MEMBERS)}
    statistics = Statistics(1000, dict.fromkeys(weighted, common), things=dict.fromkeys(counted, things))
    model = build_model(rules, weights, statistics)
    scorer, chance = Scorer(rules, model), Random(7)
    made = []
    reached: Counter[tuple[str, int]] = Counter()
    for rule in rules.comparisons:
        for level, pair in pairs_at(rules, rule, statistics, chance, PER_LEVEL):
            reached[rule.name, level] += 1
            made.append((pair.left, pair.right))
    # Levels may leave nothing for ``otherwise``: two sets that are there either share something or do not.
    short = {
        (rule.name, level): reached[rule.name, level]
        for rule in rules.comparisons
        for level in range(-1, len(rule.levels) + 1)
        if reached[rule.name, level] < PER_LEVEL * (level < len(rule.levels))
    }
    assert short == {}

    records = [
        scorer.prepare(FeatureRecord(2 * place + side, "", features))
        for place, pair in enumerate(made)
        for side, features in enumerate(pair)
    ]
    pairs = [(2 * place, 2 * place + 1) for place in range(len(made))]
    blocked = pa.table({"join_key_l": [left for left, _ in pairs], "join_key_r": [r for _, r in pairs]})
    table = comparison_table(rules, records)
    found = splink_batch.score_pairs(connection, rules, model, table, blocked, floor=-1000)
    pack = compile_packing(rules)
    packed = [replace(record, values=scorer.unpack(pack(record.record.features)) or ()) for record in records]
    by_splink = {row["left"]: row for row in found.to_pylist()}
    assert len(by_splink) == len(pairs)
    for left, right in pairs:
        mine, theirs = scorer.score(packed[left], packed[right]), by_splink[left]
        assert mine.levels == tuple(theirs[f"level_{n}"] for n in range(len(rules.comparisons)))
        assert mine.match_weight == pytest.approx(theirs["match_weight"], abs=1e-9)
