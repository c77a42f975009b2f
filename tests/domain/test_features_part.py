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


def build(kind: str, *of: str) -> list[str]:
    return listed(Feature("f", kind, of), RECORD)


def listed(feature: Feature, record: StandardRecord) -> list[str]:
    found = build_features((feature,), record)["f"]
    assert isinstance(found, list)
    return found


def test_facts_are_counted_once_whatever_column_role_or_group_names_them() -> None:
    assert build("facts", *FACTS) == ["8mm", "0.5mm", "annealed", "AB12", "316L"]


def test_a_number_that_names_one_part_is_no_fact_about_its_kind() -> None:
    assert "AB1234567" not in build("facts", *FACTS)


def test_facts_are_combined_with_the_noun_in_any_order_of_writing() -> None:
    keys = build("combined_2", "material_name.noun", "material_name.dims", "specification.dims")
    assert keys == ["tube|0.5mm|8mm"]
    assert build("combined_1", "material_name.noun", "specification.dims") == ["tube|8mm"]


def test_facts_without_a_noun_are_combined_among_themselves() -> None:
    assert build("combined_2", "material_name.dims") == ["|0.5mm|8mm"]


OWN = StandardRecord(
    raw={},
    values={},
    parts={
        "material_name": {"noun_class": "own_design", "codes": ("HT0791174B",)},
        "drawing_number": {"base": "HT0791174"},
        "part_number": {"base": "PX0044551"},
    },
)
BOUGHT = StandardRecord(
    raw={},
    values={},
    parts={
        "material_name": {"noun_class": "electronic", "codes": ("XR300",)},
        "manufacturer_part_number": {"key": "430451210A"},
        "part_number": {"base": "PX0044551"},
    },
)
NUMBERS = (
    "manufacturer_part_number.key",
    "part_number.base",
    "drawing_number.base",
    "material_name.codes",
    "material_name.noun_class",
)


def build_numbers(kind: str, record: StandardRecord) -> list[str]:
    return listed(Feature("f", kind, NUMBERS), record)


def test_the_revision_of_an_own_drawing_is_not_compared() -> None:
    assert build_numbers("own_numbers", OWN) == ["PX0044551", "HT0791174"]


def test_the_last_letter_of_a_makers_number_counts() -> None:
    assert build_numbers("own_numbers", BOUGHT) == []
    assert build_numbers("known_numbers", BOUGHT) == ["430451210A"]


def test_the_item_number_of_a_bought_part_contradicts_nothing() -> None:
    assert "PX0044551" not in build_numbers("known_numbers", BOUGHT)
    assert "PX0044551" in build_numbers("known_numbers", OWN)


def test_parts_that_a_definition_identifies_are_told_from_those_with_a_maker() -> None:
    record = StandardRecord(
        raw={},
        values={},
        parts={
            "material_name": {"noun": "capacitor_ceramic", "noun_class": "electronic"},
            "name_en": {"noun": "connector", "noun_class": "device"},
        },
    )

    def classes(kind: str) -> object:
        of = ("material_name.noun", "material_name.noun_class", "name_en.noun", "name_en.noun_class")
        return build_features((Feature("f", kind, of),), record)["f"]

    assert classes("standard_part") == ["capacitor_ceramic"]
    assert classes("device") == ["device"]


def test_a_column_of_makers_numbers_holds_short_ones_too() -> None:
    record = StandardRecord(
        raw={},
        values={},
        parts={"manufacturer_part_number": {"key": "QX685"}, "material_name": {"codes": ("XR300",)}},
    )
    assert build_numbers("part_codes", record) == ["QX685"]


def test_the_designation_of_a_bearing_is_no_makers_own_number() -> None:
    record = StandardRecord(raw={}, values={}, parts={"manufacturer_part_number": {"key": "606C3"}})
    assert build_numbers("part_codes", record) == []


MADE = StandardRecord(
    raw={},
    values={},
    parts={
        "material_name": {"noun": "connector"},
        "manufacturer_name": {"trade": "沃尔霍夫", "trade_pinyin": "woerhuofu"},
        "specification": {"dims": ("fit:7h", "8mm")},
    },
)
MAKER = ("manufacturer_name.trade", "manufacturer_name.trade_pinyin")


def test_a_foreign_maker_is_known_by_its_sound_in_either_script() -> None:
    latin = StandardRecord(raw={}, values={}, parts={"manufacturer_name": {"trade": "Wolhoff"}})
    names = [set(listed(Feature("f", "maker_short", MAKER), record)) for record in (MADE, latin)]
    assert any(name.startswith("~") for name in names[0] & names[1])


def test_a_kind_with_its_maker_is_a_key() -> None:
    assert "connector|woerhuofu" in listed(Feature("f", "made_kinds", ("material_name.noun", *MAKER)), MADE)


def test_a_fit_is_no_size() -> None:
    assert listed(Feature("f", "sizes", ("specification.dims",)), MADE) == ["8mm"]
