from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mdm.domain.code_list import CodeEntry, CodeList
from mdm.domain.standardise.grade import find_grades, grade_codes

GRADES = CodeList(
    "grades",
    "1",
    "engineering",
    (
        CodeEntry("304", "304 不锈钢", "Stainless 304", ("SUS304", "06Cr19Ni10", "1.4301", "不锈钢304")),
        CodeEntry("316L", "316L 不锈钢", "Stainless 316L", ("SUS316L", "1.4404", "022Cr17Ni12Mo2")),
        CodeEntry("TC4", "TC4 钛合金", "Ti6Al4V", ("Ti-6Al-4V", "Grade 5", "Gr5")),
        CodeEntry("TC4 ELI", "", "Ti6Al4V ELI", ("Ti-6Al-4V ELI", "Grade 23", "Gr23")),
        CodeEntry("A2-70", "A2-70", "A2-70"),
        CodeEntry("12.9", "12.9级", "Class 12.9"),
        CodeEntry("4.8", "4.8级", "Class 4.8"),
        CodeEntry("CP", "化学纯", "Chemically pure"),
        CodeEntry("TA2", "", "Titanium grade 2", ("CP2", "D2")),
        CodeEntry("HA", "羟基磷灰石", "Hydroxyapatite"),
        CodeEntry("H62", "H62 黄铜", "Brass H62"),
        CodeEntry("BP", "药用级", "Pharmaceutical grade", ("USP",)),
    ),
)


def grades(text: str, *, whole: bool = False) -> tuple[str, ...]:
    return grade_codes(find_grades(text, GRADES, whole=whole))


@pytest.mark.parametrize(
    "text", ["SUS304", "tube 06Cr19Ni10 Φ4", "板 1.4301", "Φ4x60/304", "不锈钢304", "ＳＵＳ３０４"]
)
def test_one_steel_has_several_designations(text: str) -> None:
    assert grades(text) == ("304",)


@pytest.mark.parametrize("text", ["TC4 ELI", "Ti6Al4V ELI", "Ti-6Al-4V-ELI", "GR23", "Grade 23"])
def test_the_longest_designation_wins(text: str) -> None:
    assert grades(text) == ("TC4 ELI",)


@pytest.mark.parametrize("text", ["304x500", "Φ304", "304mm", "4304", "304-77", "304支/箱", "0.304"])
def test_a_number_in_another_role_is_no_grade(text: str) -> None:
    assert grades(text) == ()


@pytest.mark.parametrize("text", ["12.9级", "GR12.9", "class 12.9", "合金钢12.9", "M5x20 12.9"])
def test_a_strength_class_is_found_beside_its_word_or_a_thread(text: str) -> None:
    assert grades(text) == ("12.9",)


def test_a_bare_decimal_is_a_strength_class_only_as_a_grade() -> None:
    assert grades("Φ6 12.9") == ()
    assert grades("12.9", whole=True) == ("12.9",)


def test_a_class_the_list_does_not_know_is_named_by_its_number() -> None:
    assert grades("10.9级") == ("class 10.9",)


def test_fastener_steel_tells_the_steel_it_is_made_of() -> None:
    assert grades("M5x20 A2-70") == ("A2-70", "304")


def test_a_purity_before_a_volume_does_not_run_into_it() -> None:
    assert grades("CP 2.5L") == ("CP",)


@pytest.mark.parametrize("text", ["USP 4-0", "D2 x 14", "70 HA"])
def test_sizes_that_look_like_grades_are_left_alone(text: str) -> None:
    assert grades(text) == ()


@given(st.sampled_from([entry.code for entry in GRADES.entries]))
def test_the_code_of_a_grade_reads_as_itself(code: str) -> None:
    assert grades(code, whole=True)[0] == code


def test_brass_is_told_from_a_fit() -> None:
    assert grades("铆钉 D4*30 H62 镀镍") == ("H62",)
    assert grades("圆棒 12 H7") == ()
