"""Refined keys: a hot key finds nothing alone; with another feature it does, one by one as in bulk."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from itertools import combinations

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mdm.domain.rules import BlockingRule, Feature, RuleSet
from mdm.linkage.key import all_keys, keys_in_use
from mdm.linkage.packed import compile_packing
from mdm.linkage.packed_table import packed_tables
from mdm.linkage.record import FeatureRecord, prepare_all
from mdm.linkage.statistics import Statistics, collect_statistics
from mdm.linkage.table import candidate_table, key_table

BY_WORD = BlockingRule("word", 2, refine_by="city")
RULES = RuleSet(
    "firm",
    "1",
    tuple(Feature(name, "values", (name,)) for name in ("word", "city", "code")),
    (),
    (BY_WORD, BlockingRule("code", 2)),
    (),
)
MEMBERS = st.lists(st.sampled_from(["a", "b", "c"]), max_size=2)
FEATURES = st.fixed_dictionaries({"word": MEMBERS, "city": MEMBERS, "code": MEMBERS})


def records_of(*features: Mapping[str, list[str]]) -> list[FeatureRecord]:
    return [FeatureRecord(number, "X", each) for number, each in enumerate(features, 1)]


def pairs(statistics: Statistics, records: list[FeatureRecord]) -> list[tuple[int, int]]:
    """Candidates of the batch, by prepared and by packed records alike."""
    pack = compile_packing(RULES)
    prepared = key_table(RULES, prepare_all(RULES, statistics, records).values())
    packed = packed_tables(RULES, statistics, ((r.record_id, pack(r.features)) for r in records)).keys
    with duckdb.connect() as engine:
        found, same = (candidate_table(engine, keys) for keys in (prepared, packed))
    assert found == same
    return list(zip(*(found.column(side).to_pylist() for side in ("join_key_l", "join_key_r")), strict=True))


def test_a_hot_key_counts_only_together_with_what_refines_it() -> None:
    records = records_of(
        {"word": ["steel"], "city": ["SZ"]},
        {"word": ["steel"], "city": ["SZ", "SH"]},
        {"word": ["steel"], "city": ["BJ"]},
        {"word": ["steel"], "city": []},
        {"word": ["rare"], "city": ["XA"]},
        {"word": ["rare"], "city": ["BJ"]},
    )
    statistics = collect_statistics(RULES, records)

    assert statistics.hot == {"word": {"steel": 4}, "code": {}, "word+city": {}}
    assert pairs(statistics, records) == [(1, 2), (5, 6)]


def test_a_refined_key_that_too_many_hold_is_hot_as_well() -> None:
    records = records_of(*[{"word": ["steel"], "city": ["SZ", f"c{n // 2}"]} for n in range(4)])
    statistics = collect_statistics(RULES, records)

    assert statistics.hot["word+city"] == {"steel\x1fSZ": 4}
    assert pairs(statistics, records) == [(1, 2), (3, 4)]


def test_without_a_refining_feature_a_hot_key_is_left_out() -> None:
    plain = replace(RULES, blocking=(BlockingRule("word", 2), BlockingRule("code", 2)))
    records = records_of(*[{"word": ["steel"], "city": ["SZ"]}] * 3)

    assert collect_statistics(plain, records).hot == {"word": {"steel": 3}, "code": {}}
    assert list(keys_in_use(plain.blocking[0], records[0].features, {"word": {"steel": 3}})) == []


def test_records_that_can_be_read_once_only_are_refused() -> None:
    records = records_of(*[{"word": ["steel"], "city": ["SZ"]}] * 3)
    with pytest.raises(ValueError, match="once"):
        collect_statistics(RULES, iter(records))


@settings(max_examples=60, deadline=None)
@given(st.lists(FEATURES, min_size=2, max_size=9))
def test_one_record_finds_what_the_batch_finds(features: list[Mapping[str, list[str]]]) -> None:
    records = records_of(*features)
    statistics = collect_statistics(RULES, records)
    stored = {
        r.record_id: {k for rule in RULES.blocking for k in all_keys(rule, r.features)} for r in records
    }
    asked = {
        r.record_id: {k for rule in RULES.blocking for k in keys_in_use(rule, r.features, statistics.hot)}
        for r in records
    }
    alone = [
        (one, other)
        for one, other in combinations(sorted(stored), 2)
        if asked[one] & stored[other] or asked[other] & stored[one]
    ]
    assert alone == pairs(statistics, records)
    assert all(bool(asked[a] & stored[b]) == bool(asked[b] & stored[a]) for a, b in combinations(stored, 2))
