"""Features built from standard records."""

from __future__ import annotations

import pytest

from mdm.domain.errors import RuleError
from mdm.domain.features import FEATURE_KINDS, build_features
from mdm.domain.rules import Feature
from mdm.domain.source import StandardRecord

RECORD = StandardRecord(
    raw={},
    values={
        "name": "华安不锈钢 Steel",
        "phone": "+8675526711234",
        "active": True,
        "weight": "2.5",
        "tags": ["a", "b"],
    },
    parts={"name": {"trade": "huaan", "industry": ("steel", "metal")}, "tax": {"org": "708461136"}},
)


def build(kind: str, *of: str, array: bool = True, number: bool = False) -> object:
    return build_features((Feature("f", kind, of, array=array, number=number),), RECORD)["f"]


@pytest.mark.parametrize(
    ("kind", "of", "members"),
    [
        ("values", ("name.industry", "name.trade"), ["steel", "metal", "huaan"]),
        ("values", ("tags", "active", "missing", "name.missing"), ["a", "b", "true"]),
        ("first", ("missing", "name.industry"), ["steel"]),
        ("tokens", ("name",), ["华", "安", "不锈钢", "steel"]),
        ("words_rare", ("name",), ["不锈钢", "steel"]),
        ("bigrams", ("name.trade",), ["hu", "ua", "aa", "an"]),
        ("digits_last7", ("phone", "weight"), ["6711234"]),
        ("pinyin", ("name",), ["huaanbuxiugangsteel"]),
        ("initials", ("name",), ["habxg"]),
        ("prefix4", ("name.trade", "tags"), ["huaa"]),
        ("keys", ("tax.org", "name.trade"), ["tax.org:708461136", "name.trade:huaan"]),
        ("joined", ("name.trade", "tax.org"), ["huaan|708461136"]),
        ("joined", ("name.trade", "missing"), []),
    ],
)
def test_a_feature_is_a_set_of_texts(kind: str, of: tuple[str, ...], members: list[str]) -> None:
    assert build(kind, *of) == members


def test_a_scalar_feature_is_one_text_or_none() -> None:
    assert build("joined", "name.trade", "tax.org", array=False) == "huaan|708461136"
    assert build("first", "missing", array=False) is None


def test_a_number_feature_is_a_number_or_none() -> None:
    assert build("first", "weight", array=False, number=True) == 2.5
    assert build("first", "name", array=False, number=True) is None


def test_an_unknown_kind_is_refused() -> None:
    with pytest.raises(RuleError):
        build("guess", "name")


@pytest.mark.parametrize("kind", sorted(FEATURE_KINDS))
def test_every_kind_answers_distinct_texts_for_any_record(kind: str) -> None:
    members = build(kind, "name", "name.trade", "phone", "missing")
    assert isinstance(members, list | tuple)
    assert len(members) == len(set(members))
