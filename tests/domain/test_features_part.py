"""Features of materials built from the parts of several columns."""

from __future__ import annotations

from mdm.domain.features import build_features
from mdm.domain.rules import Feature
from mdm.domain.source import StandardRecord

RECORD = StandardRecord(
    raw={},
    values={},
    parts={
        "material_name": {"noun": "tube", "dims": ("od:8mm", "0.5mm"), "codes": ("AB12", "AB1234567")},
        "specification": {"dims": ("8mm",), "variant": ("temper:annealed",), "finish": ("annealed",)},
        "material_grade": {"codes": ("316L",)},
    },
)
FACTS = (
    "material_name.dims",
    "specification.dims",
    "specification.variant",
    "specification.finish",
    "material_name.codes",
    "material_grade.codes",
)


def build(kind: str, *of: str) -> object:
    return build_features((Feature("f", kind, of),), RECORD)["f"]


def test_facts_are_counted_once_whatever_column_role_or_group_names_them() -> None:
    assert build("facts", *FACTS) == ["8mm", "0.5mm", "annealed", "AB12", "316L"]


def test_a_number_that_names_one_part_is_no_fact_about_its_kind() -> None:
    assert "AB1234567" not in build("facts", *FACTS)  # type: ignore[operator]  # features are lists here


def test_facts_are_combined_with_the_noun_in_any_order_of_writing() -> None:
    keys = build("combined_2", "material_name.noun", "material_name.dims", "specification.dims")
    assert keys == ["tube|0.5mm|8mm"]
    assert build("combined_1", "material_name.noun", "specification.dims") == ["tube|8mm"]


def test_facts_without_a_noun_are_combined_among_themselves() -> None:
    assert build("combined_2", "material_name.dims") == ["|0.5mm|8mm"]
