"""The packed form of a record against what preparation makes of its features."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mdm.domain.rules import Comparison, Feature, RuleSet, missing
from mdm.linkage.member import FeatureValue
from mdm.linkage.packed import MOST_MEMBERS, compile_packing, compile_unpacking
from mdm.linkage.record import FeatureRecord, WeightedSet, compile_preparation, weight_of
from mdm.linkage.statistics import Statistics

RULES = RuleSet(
    "part",
    "1",
    (
        Feature("text", "text", ("a",), array=False),
        Feature("set", "tokens", ("a",)),
        Feature("rare", "tokens", ("a",), weighted=True),
        Feature("niche", "tokens", ("a",), counted=True),
        Feature("number", "number", ("b",), number=True),
        Feature("other", "text", ("c",), array=False),
    ),
    (Comparison("text", "", "", (missing("text"),)),),
    (),
    (),
)
STATISTICS = Statistics(1000, {"rare": {"shaft": 400, "轴": 90, "m3": 9}}, things={"niche": {"轴": 7}})

texts = st.sampled_from(
    ["", "shaft", "轴", "m3", "深圳abc轴承", "ＢＥＡＲＩＮＧ", "轴" * 200, "x\0y"]
) | st.text(max_size=9)
sets = st.lists(texts, max_size=6)
numbers = st.floats() | st.integers(-5, 5)
values: st.SearchStrategy[FeatureValue] = st.none() | texts | sets | numbers


@given(st.dictionaries(st.sampled_from([feature.name for feature in RULES.features]), values))
def test_a_packed_record_is_compared_as_a_prepared_one(features: dict[str, FeatureValue]) -> None:
    prepared = compile_preparation(RULES, STATISTICS)(FeatureRecord(1, "X", features)).values

    read = compile_unpacking(RULES, STATISTICS)(compile_packing(RULES)(features))

    assert read is not None
    assert repr(read) == repr(prepared) or read == prepared
    assert [getattr(value, "total", None) for value in read] == [
        getattr(value, "total", None) for value in prepared
    ]


def test_features_read_back_from_storage_pack_alike() -> None:
    features = {"text": "轴承", "set": ["b", "a"], "rare": ("轴", "轴"), "niche": ["轴", "承"], "number": 3}
    pack = compile_packing(RULES)

    assert pack(json.loads(json.dumps(features))) == pack(features)


def test_one_packed_form_serves_every_model() -> None:
    content = compile_packing(RULES)({"rare": ["轴"]})

    before = compile_unpacking(RULES, Statistics())(content)
    after = compile_unpacking(RULES, STATISTICS)(content)

    assert before is not None
    assert after is not None
    assert isinstance(before[2], WeightedSet)
    assert isinstance(after[2], WeightedSet)
    assert (weight_of(before[2]), weight_of(after[2])) == (8, 3)


@pytest.mark.parametrize("content", [None, b"", b"\0" * 40])
def test_what_is_no_form_of_these_columns_is_not_read(content: bytes | None) -> None:
    assert compile_unpacking(RULES, STATISTICS)(content) is None


def test_a_form_made_for_other_columns_is_not_read() -> None:
    other = replace(RULES, features=(*RULES.features[:-1], Feature("late", "text", ("c",), array=False)))

    assert compile_unpacking(RULES, STATISTICS)(compile_packing(other)({"text": "a"})) is None


def test_a_set_beyond_all_measure_keeps_what_can_be_counted() -> None:
    read = compile_unpacking(RULES, STATISTICS)(
        compile_packing(RULES)({"set": [str(number) for number in range(MOST_MEMBERS + 9)]})
    )

    assert read is not None
    assert isinstance(read[1], frozenset)
    assert len(read[1]) == MOST_MEMBERS


def test_a_cut_form_counts_as_missing() -> None:
    rules = replace(RULES, features=RULES.features[1:3], comparisons=())
    content = compile_packing(rules)({"set": ["a", "b"], "rare": ["m3"]})
    read = compile_unpacking(rules, STATISTICS)

    assert read(content) is not None
    assert [read(content[:length]) for length in range(len(content))] == [None] * len(content)
    assert read(content + b"x") is None


@pytest.mark.parametrize("tail", [b'["shaft"', b'["shaft", "x"]', b"[]", b"{}", b"[1]", b"\xff", b""])
def test_damaged_texts_count_as_missing(tail: bytes) -> None:
    content = compile_packing(RULES)({"text": "shaft"})
    assert content.endswith(b'["shaft"]')
    assert compile_unpacking(RULES, STATISTICS)(content.removesuffix(b'["shaft"]') + tail) is None
