from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mdm.domain.code_list import CodeEntry, CodeList
from mdm.domain.entity_type import Attribute
from mdm.domain.standardise.equipment import KINDS
from mdm.domain.standardise.kind import Env, Parts, SourceContext, Standard

NOUNS = CodeList(
    "equipment_nouns",
    "1",
    "equipment",
    (CodeEntry("lathe", "车床", "Lathe", ("数控车床", "CNC lathe")), CodeEntry("mixer", "搅拌机", "Mixer")),
)


def standard(kind: str, text: str) -> Standard:
    attribute = Attribute(name="a", zh="甲", en="A", meaning="m", owner="o", kind=kind)
    return KINDS[kind](text, Env({"equipment_nouns": NOUNS}, SourceContext(), attribute))


def parts(kind: str, text: str) -> Parts:
    return standard(kind, text).parts


@pytest.mark.parametrize(
    "text", ["S/N: 07-4411", "SN 07 4411", "出厂编号074411", "No.074411", "#074411", "０７４４１１", "74411"]
)
def test_a_serial_number_is_its_digits_and_letters(text: str) -> None:
    assert parts("serial_number", text)["folded"] == "74411"


def test_consecutive_serial_numbers_differ() -> None:
    assert parts("serial_number", "KT-20151")["folded"] != parts("serial_number", "KT-20152")["folded"]


def test_a_tag_in_the_serial_column_is_told() -> None:
    found = standard("serial_number", "NJ1-LTH-004")
    assert found.findings == (("serial_like_tag", "info"),)
    assert (found.parts["tag"], "folded" in found.parts) == ("NJ1LTH004", False)


@pytest.mark.parametrize("text", ["NJ1-LTH-004", "nj1 lth 004", "NJ1_LTH_OO4", "'NJ1-LTH-004 "])
def test_a_tag_is_one_tag_however_it_is_separated(text: str) -> None:
    found = parts("asset_tag", text)
    assert (found["folded"], found["site"]) == ("NJ1LTH004", "NJ1")


@pytest.mark.parametrize(
    ("text", "site", "kind", "unit"),
    [
        ("NJ1-LTH-004", "NJ1", "LTH", "4"),
        ("NJ1LTH0004", "NJ1", "LTH", "4"),
        ("NJ1-WSH-LTH-04 (新)", "NJ1", "LTH", "4"),
        ("LTH-NJ1-004", "NJ1", "LTH", "4"),
        ("HAN-LTH-OO4*", "HAN", "LTH", "4"),
        ("NJ1-LTH-004-A", "NJ1", "", ""),
        ("NJ1LTH0004/2", "NJ1", "", ""),
        ("LTHNJ1004", "", "", ""),
        ("Q2207", "", "", ""),
        ("KT-2015113", "", "", ""),
    ],
)
def test_a_tag_tells_plant_class_and_running_number(text: str, site: str, kind: str, unit: str) -> None:
    found = parts("asset_tag", text)
    assert (found["site"], found.get("class", ""), found.get("unit", "")) == (site, kind, unit)


@pytest.mark.parametrize(
    ("text", "maker"),
    [
        ("布伦瓦德数控车床", "布伦瓦德"),
        ("BRENWALD CNC LATHE", "BRENWALD"),
        ("Lathe VT-650", ""),
        ("3#车床", ""),
    ],
)
def test_a_name_before_the_noun_is_the_makers(text: str, maker: str) -> None:
    assert parts("equipment_name", text)["maker"] == maker


@pytest.mark.parametrize(
    "text",
    ["VT-650", "vt 650", "VT650 (220V)", "VT-650/380V", "VT_650 50Hz", "VT650型", "Brenwald VT-650", "布伦瓦德 VT-650",
     "VT-650-CE",
     "BrenwaldVT650", "VT650380V"],
)  # fmt: skip
def test_a_model_is_compared_without_maker_rating_and_notes(text: str) -> None:
    assert parts("model", text)["key"] == "VT650"


@pytest.mark.parametrize(
    ("text", "number"),
    [("车床2#", "2"), ("2号车床", "2"), ("Lathe #2", "2"), ("CNC lathe No.2", "2"), ("车床", "")],
)
def test_the_number_of_a_machine_is_no_part_of_its_name(text: str, number: str) -> None:
    found = parts("equipment_name", text)
    assert (found["noun"], found["number"]) == ("lathe", number)


def test_a_name_tells_noun_model_and_maker() -> None:
    found = parts("equipment_name", "BRENWALD MIXER VT-650")
    assert (found["noun"], found["codes"], found["words"]) == ("mixer", ("VT650",), ("brenwald",))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("NJ1-WSH-L07", ("nj1", "wsh", "7")),
        ("ENT/NJ1/WSH/L07", ("nj1", "wsh", "7")),
        ("NJ1-WSH-L07-03", ("nj1", "wsh", "7")),
        ("Nanjing Plant 2 / Wash Room Line 7", ("nanjing plant 2", "wash room", "7")),
        ("南京工厂清洗间07线", ("南京工厂", "清洗间", "7")),
        ("NJ1", ("nj1", "", "")),
    ],
)
def test_a_place_is_site_area_and_line(text: str, expected: tuple[str, str, str]) -> None:
    found = parts("location", text)
    assert (found["site"], found["area"], found["line"]) == expected


@given(st.text(alphabet="AB12-/#. 号线车床SN", max_size=20), st.sampled_from(sorted(KINDS)))
def test_standardising_twice_equals_once(text: str, kind: str) -> None:
    once = standard(kind, text).value
    assert once is None or standard(kind, str(once)).value == once
