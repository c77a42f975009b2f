from __future__ import annotations

import json
from dataclasses import replace

import pytest

from mdm.domain.rules import Feature, RuleSet
from mdm.linkage.member import FeatureValue, member_hash
from mdm.linkage.record import FeatureRecord, compile_preparation
from mdm.linkage.statistics import (
    MAX_BITS,
    Statistics,
    collect_statistics,
    idf_bits,
    statistics_from_dict,
)


def records(*tokens: list[str]) -> list[FeatureRecord]:
    return [FeatureRecord(place, "X", {"tokens": some}) for place, some in enumerate(tokens)]


@pytest.mark.parametrize(
    ("stock", "seen", "bits"),
    [
        (1000, 1, 8),
        (1000, 3, 8),
        (1000, 4, 7),
        (1000, 500, 1),
        (1000, 1000, 1),
        (1_000_000, 1000, 8),
        (0, 0, 8),
    ],
)
def test_bits_are_the_whole_part_of_the_idf(stock: int, seen: int, bits: int) -> None:
    assert idf_bits(stock, seen) == bits


def test_in_a_small_stock_a_rare_member_weighs_the_maximum_too() -> None:
    assert idf_bits(12, 1) == MAX_BITS
    assert idf_bits(12, 12) == 4


def test_a_member_never_seen_weighs_the_maximum() -> None:
    assert Statistics(1000, {"tokens": {"shaft": 400}}).bits("tokens", "unseen") == MAX_BITS
    assert Statistics().bits("tokens", "anything") == MAX_BITS


def test_members_count_once_per_record_and_only_common_ones_are_kept(rules: RuleSet) -> None:
    found = collect_statistics(rules, records(*[["shaft", "shaft"]] * 25, *[["cap"]], [""]))

    assert found.records == 27
    assert found.frequency == {"tokens": {"shaft": 25}}
    assert found.hot == {"ids": {}, "tokens": {}}


def test_a_key_held_by_too_many_records_is_hot_and_left_out(rules: RuleSet) -> None:
    some = records(*[["shaft", f"t{place}"] for place in range(31)])

    found = collect_statistics(rules, some)

    assert found.hot["tokens"] == {"shaft": 31}
    prepared = compile_preparation(rules, found)(some[0])
    assert prepared.keys == (frozenset({member_hash("t0")}), frozenset())


def test_statistics_survive_json(rules: RuleSet) -> None:
    found = collect_statistics(rules, records(*[["shaft", "轴"]] * 40))

    assert statistics_from_dict(json.loads(json.dumps(found.as_dict()))) == found


def test_a_member_counts_the_things_it_fits_and_records_that_share_an_identifier_are_one(
    rules: RuleSet,
) -> None:
    counting = replace(
        rules,
        features=(*rules.features, Feature("niche", "values", ("a",), counted=True)),
        identifiers=("ids",),
    )
    held = [
        (["7"], ["lathe"]),
        (["7", "8"], ["lathe"]),
        (["8"], ["lathe"]),
        ([], ["lathe"]),
        ([], ["lathe", "x"]),
    ]
    some = [FeatureRecord(n, "X", {"ids": ids, "niche": niche}) for n, (ids, niche) in enumerate(held)]

    assert collect_statistics(counting, some).things == {"niche": {"lathe": 3}}
    assert collect_statistics(counting, reversed(some)).things == {"niche": {"lathe": 3}}
    assert collect_statistics(replace(counting, identifiers=()), some).things == {"niche": {"lathe": 5}}


def test_things_are_counted_that_a_feature_tells_apart_and_a_record_without_it_is_no_further_one(
    rules: RuleSet,
) -> None:
    counting = replace(
        rules,
        features=(*rules.features, Feature("niche", "values", ("a",), counted=True)),
        identifiers=("serial", "card"),
        apart=("serial", "tag"),
    )
    held = [
        {"serial": ["7"], "card": ["c1"], "niche": ["press"]},
        {"card": ["c2"], "niche": ["lathe"]},
        {"serial": ["8"], "card": ["c2"], "niche": ["press"]},
        {"serial": ["9"], "niche": ["lathe"]},
        {"niche": ["lathe", "press", "saw"]},
        {"niche": ["saw"]},
        {"tag": ["T1"], "niche": ["mill"]},
        {"tag": ["T2"], "niche": ["mill"]},
        {"tag": ["T2"], "serial": ["9"], "niche": ["mill"]},
    ]
    some = [FeatureRecord(n, "X", features) for n, features in enumerate(held)]

    assert collect_statistics(counting, some).things == {"niche": {"lathe": 2, "press": 2, "mill": 2}}
    assert collect_statistics(counting, reversed(some)).things == {
        "niche": {"lathe": 2, "press": 2, "mill": 2}
    }


def test_an_identifier_of_very_many_records_is_a_placeholder_and_names_no_thing(rules: RuleSet) -> None:
    counting = replace(
        rules,
        features=(*rules.features, Feature("niche", "values", ("a",), counted=True)),
        identifiers=("ids",),
    )
    some = [FeatureRecord(n, "X", {"ids": ["0000"], "niche": ["lathe"]}) for n in range(21)]

    assert collect_statistics(counting, some).things == {"niche": {"lathe": 21}}
    assert collect_statistics(counting, some[:20]).things == {"niche": {}}


@pytest.mark.parametrize(
    ("given", "number", "text"),
    [
        (3, 3.0, None),
        ("3.5", 3.5, "3.5"),
        (["2"], 2.0, "2"),
        (["2", "3"], None, None),
        ("x", None, "x"),
        ([], None, None),
        (None, None, None),
        ("inf", None, "inf"),
    ],
)
def test_one_member_of_a_set_serves_as_number_or_text(
    rules: RuleSet, given: FeatureValue, number: float | None, text: str | None
) -> None:
    record = FeatureRecord(1, "X", {"born": given, "name": given})

    values = compile_preparation(rules, Statistics())(record).values

    assert (values[4], values[0]) == (number, text)


def test_the_number_of_a_text_never_changes() -> None:
    # stored models and keys rely on it: blake2b, 8 bytes, big-endian, without the lowest bit
    assert member_hash("轴承") == int.from_bytes(bytes.fromhex(BLAKE2B_OF_BEARING), "big") >> 1
    assert 0 <= member_hash("") < 2**63


BLAKE2B_OF_BEARING = "95be08b767af1b67"
