from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mdm.domain.standardise.dimension import Dimension, format_number, parse_dimensions
from mdm.domain.standardise.unit import in_base


def texts(text: str) -> set[str]:
    return {dimension.text for dimension in parse_dimensions(text)}


def measures(text: str) -> set[str]:
    return {dimension.measure for dimension in parse_dimensions(text)}


@pytest.mark.parametrize(
    "text", ["M7x11", "M7×11.0", "M7*11MM", "M7.0 X 11 mm", "M7-11.0", "Ｍ７＊１１ｍｍ", "M7x1x11"]
)
def test_a_screw_size_is_one_size_however_it_is_written(text: str) -> None:
    assert measures(text) == {"M7", "11mm"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Φ2.7*44mm", {"2.7mm", "44mm"}),
        ("DIA 2.7 x 44", {"2.7mm", "44mm"}),
        ("OD9 WT0.35", {"9mm", "0.35mm"}),
        ("外径9壁厚0.35", {"9mm", "0.35mm"}),
        ("37x22x14cm", {"370mm", "220mm", "140mm"}),
        ("W210*L330", {"210mm", "330mm"}),
        ("1.5t*600*900", {"1.5mm", "600mm", "900mm"}),
        ("19G x 27mm", {"19G", "27mm"}),
        ('19G*0.63"', {"19G", "16mm"}),
        ('3/4"', {"19.05mm"}),
        ("7Fr/95cm", {"7Fr", "950mm"}),
        ("7CH", {"7Fr"}),
        ("0.65 µm", {"0.65um"}),
        ("3500ul", {"3.5ml"}),
        ("3 cc", {"3ml"}),
        ("USP 3-0", {"USP-3"}),
        ("60目", {"60mesh"}),
        ("14PIN", {"14pin"}),
        ("14针", {"14pin"}),
        ("1x14", {"14pin"}),
        ("7 holes", {"7hole"}),
        ("7孔", {"7hole"}),
        ("SHORE A 55", {"55HA"}),
        ("55度", {"55HA"}),
        ("SH55", {"55HA"}),
        ("60支/盒", {"60pcs"}),
        ("60/BX", {"60pcs"}),
        ("750mL/瓶", {"750ml"}),
        ("0.75kg", {"750g"}),
        ("Φ13 h7", {"13mm", "7h"}),
        ("Φ13h7", {"13mm", "7h"}),
        ("24VDC 15W", {"24V", "15W"}),
        ("1.5Ah", {"1500mAh"}),
    ],
)
def test_dimensions_are_read_with_their_unit(text: str, expected: set[str]) -> None:
    assert measures(text) == expected


@pytest.mark.parametrize("text", ["3K3 5% 0603", "3.3K ±5% 0603", "3300Ω 5% 0603", "3300 J 0603"])
def test_a_resistor_value_is_one_value_however_it_is_written(text: str) -> None:
    assert measures(text) == {"3300ohm", "5%", "SMD0603"}


@pytest.mark.parametrize("text", ["0.22uF 50V", "220nF 50V", "220n/50V"])
def test_a_capacitor_value_is_one_value_however_it_is_written(text: str) -> None:
    assert measures(text) == {"220nF", "50V"}


@pytest.mark.parametrize(
    "text",
    [
        "GB/T 70.1",
        "ISO 4762",
        "DIN912",
        "ASTM F136",
        "YY 0018",
        "QX35-18K24ABC",
        "ZW-4410B",
        "UVX-300",
        "607-18-44",
    ],
)
def test_numbers_of_standards_and_codes_are_no_dimensions(text: str) -> None:
    assert parse_dimensions(text) == ()


def test_outer_over_inner_diameter_also_tells_the_wall() -> None:
    assert texts("4.5/3.9") == {"4.5mm", "id:3.9mm", "wall:0.3mm"}


def test_the_outer_diameter_of_a_ring_also_tells_the_inner_one() -> None:
    assert "id:16mm" in texts("OD20*2")


def test_hardness_glued_to_a_size_is_cut_off() -> None:
    assert measures("ID3 OD7.545°") == {"3mm", "7.5mm", "45HA"}


def test_one_number_apart_is_another_size() -> None:
    assert measures("M7x11") != measures("M7x13")


def test_the_unit_after_the_last_number_holds_for_the_chain() -> None:
    assert parse_dimensions("2x3cm")[0] == Dimension(Decimal(20), "mm", "")


def test_an_unknown_unit_is_kept_as_it_is() -> None:
    assert in_base(Decimal(3), "furlongs") == (Decimal(3), "furlongs")


@given(st.decimals(min_value=Decimal("0.01"), max_value=9999, places=2))
def test_numbers_lose_trailing_zeros_only(number: Decimal) -> None:
    assert Decimal(format_number(number)) == number
    assert format_number(number) == format_number(Decimal(f"{number:f}0"))


@given(
    st.decimals(min_value=Decimal("0.5"), max_value=900, places=1),
    st.decimals(min_value=Decimal("0.5"), max_value=900, places=1),
    st.sampled_from(["x", "X", "×", "*", " x ", " × "]),
)
def test_reading_the_measures_again_gives_the_same_measures(
    first: Decimal, second: Decimal, sign: str
) -> None:
    once = measures(f"Φ{first}{sign}{second}mm")
    assert measures(" ".join(sorted(once))) == once


@given(st.text(max_size=60))
def test_any_text_can_be_read(text: str) -> None:
    assert isinstance(parse_dimensions(text), tuple)
