"""Suggestions for columns: by profile, by label, by content, by likeness, and never two for one attribute."""

from __future__ import annotations

import pytest
from stdnum.cn import uscc

from mdm.domain.mapping import Why, suggest
from mdm.services.setup import load_dictionary


@pytest.fixture(scope="module")
def dictionary():
    return load_dictionary()


def codes(count):
    """Valid credit codes."""
    made = []
    for number in range(count):
        body = f"9111000060003{number:04d}"
        made.append(
            next(body + end for end in "0123456789ABCDEFGHJKLMNPQRTUWXY" if uscc.is_valid(body + end))
        )
    return made


def asked(dictionary, columns, rows, profiles=()):
    found = suggest(dictionary.entity("supplier"), dictionary.code_lists, columns, rows, profiles)
    return {name: (each.attribute, each.why) for name, each in found.columns.items()}, found.id_column


def test_labels_of_either_language_count_in_any_width_and_case(dictionary):
    found, key = asked(
        dictionary, ["编号", "登记名称*", "ｅｎｇｌｉｓｈ Name", "UNIFIED social credit code"], []
    )
    assert found == {
        "登记名称*": ("legal_name", Why.LABEL),
        "ｅｎｇｌｉｓｈ Name": ("name_en", Why.LABEL),
        "UNIFIED social credit code": ("uscc", Why.LABEL),
    }
    assert key == "编号"


def test_content_tells_what_a_strange_name_hides(dictionary):
    rows = [
        [str(number), code, f"a{number}@example.com", f"sale{number % 2}"]
        for number, code in enumerate(codes(6))
    ]
    found, key = asked(dictionary, ["F1", "F2", "F3", "F4"], rows)
    assert found["F2"] == ("uscc", Why.CONTENT)
    assert found["F3"] == ("email", Why.CONTENT)
    assert "F4" not in found
    assert key == "F1"


def test_a_known_profile_comes_first_and_an_attribute_is_given_once(dictionary):
    profile = {
        "id_column": "LIFNR",
        "columns": {"NAME1": {"attribute": "legal_name", "part": 1}, "X": "nothing"},
    }
    found, key = asked(dictionary, ["NAME1", "LIFNR", "登记名称", "X"], [], [profile])
    assert found == {"NAME1": ("legal_name", Why.PROFILE)}
    assert key == "LIFNR"


def test_a_misspelt_label_is_found_and_an_unlike_one_is_not(dictionary):
    found, _ = asked(dictionary, ["Unified social credt code", "Colour of the sky"], [])
    assert found == {"Unified social credt code": ("uscc", Why.ALIKE)}


def test_a_part_of_one_label_and_names_of_companies_are_known(dictionary):
    rows = [
        [f"第{number}轴承有限公司", f"Bearings {number} Co., Ltd.", "", str(number)] for number in range(4)
    ]
    found, key = asked(dictionary, ["单位", "Firm", "信用代码", "编号"], rows)
    assert found["单位"] == ("legal_name", Why.CONTENT)
    assert found["Firm"] == ("name_en", Why.CONTENT)
    assert found["信用代码"] == ("uscc", Why.ALIKE)
    assert key == "编号"


def test_a_row_without_a_key_does_not_make_another_column_the_key(dictionary):
    rows = [[str(number) if number else "", f"n{number}"] for number in range(6)]
    assert asked(dictionary, ["编号", "x"], rows)[1] == "编号"


def test_a_column_of_one_code_says_nothing(dictionary):
    rows = [[f"k{number}", "合格"] for number in range(5)]
    found, _ = asked(dictionary, ["a", "b"], rows)
    assert found == {}


def test_a_column_named_for_the_entity_is_the_key_although_a_row_repeats_it(dictionary):
    rows = [["V1", "n1"], ["V2", "n2"], ["V1", "n3"], ["", "n4"]]
    for name in ("供应商编码", "Supplier code"):
        assert asked(dictionary, [name, "x"], rows)[1] == name
    assert asked(dictionary, ["供应商名称", "x"], rows)[1] == "x"
