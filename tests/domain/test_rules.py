"""Words of rule files that stand for several declarations at once."""

from __future__ import annotations

import pytest

from mdm.domain import rules
from mdm.domain.rules import Feature, LevelKind


def test_parts_of_attributes_are_listed_part_by_part() -> None:
    assert rules.parts(("a", "b"), "noun", "dims") == ("a.noun", "b.noun", "a.dims", "b.dims")


def test_each_name_becomes_a_feature_of_its_kind() -> None:
    assert rules.each("dim_", ("od", "mass"), ("a.dims",)) == (
        Feature("od", "dim_od", ("a.dims",)),
        Feature("mass", "dim_mass", ("a.dims",)),
    )


def test_sides_contradict_in_any_of_the_columns() -> None:
    level = rules.contradict("od", "mass", en="sizes", zh="尺寸")
    assert level == rules.any_of(rules.disjoint("od"), rules.disjoint("mass"), en="sizes", zh="尺寸")


def test_a_graded_level_asks_for_less_step_by_step() -> None:
    many, few = rules.graded(
        rules.exact("facts"), "facts", ((16, "many", "较多"), (0, "few", "很少")), "all agree", "全部相同"
    )
    assert many == rules.all_of(
        rules.exact("facts"), rules.shared("facts", at_least=16), en="all agree (many)", zh="全部相同（较多）"
    )
    assert few == rules.exact("facts", "all agree (few)", "全部相同（很少）")


def test_only_a_simple_level_is_graded() -> None:
    whole = rules.all_of(rules.exact("a"), rules.exact("b"))
    assert whole.kind is LevelKind.ALL
    with pytest.raises(ValueError, match="simple"):
        rules.graded(whole, "a", ((8, "some", "一些"),), "x", "x")
