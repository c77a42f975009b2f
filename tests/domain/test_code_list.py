"""Code lists: edits as stewards propose them, and what differs between two versions."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mdm.domain.code_list import (
    CodeEdit,
    CodeEntry,
    CodeList,
    check_edit,
    check_groups,
    code_list_from_json,
    edit_code_list,
    edits_between,
)
from mdm.domain.errors import DictionaryError, InvalidInputError
from mdm.domain.rule_change import code_changes

FORMS = CodeList(
    "forms",
    "1",
    "purchasing",
    (CodeEntry("LTD", "有限公司", "Limited", ("Ltd",)), CodeEntry("AG", "", "Aktiengesellschaft", ("AG",))),
)


def test_a_new_spelling_is_understood_and_the_old_list_stays_as_it_was():
    made = edit_code_list(FORMS, [CodeEdit("LTD", add=("有限责任公司",))])
    assert made.resolve("有限责任公司") == "LTD"
    assert FORMS.resolve("有限责任公司") is None


def test_a_new_code_needs_a_name():
    made = edit_code_list(FORMS, [CodeEdit("KFT", en="Korlátolt")])
    assert made.by_code["KFT"].en == "Korlátolt"
    with pytest.raises(DictionaryError, match="no name"):
        edit_code_list(FORMS, [CodeEdit("KFT")])
    with pytest.raises(DictionaryError, match="'KFT' has no name"):
        edit_code_list(FORMS, [CodeEdit("KFT", add=("K.f.t.",))])


def test_a_spelling_that_another_code_has_is_refused():
    with pytest.raises(DictionaryError, match="both"):
        edit_code_list(FORMS, [CodeEdit("AG", add=("LIMITED",))])


@pytest.mark.parametrize("shared", [False, True])
@pytest.mark.parametrize("twin", ["ltd", "ＬＴＤ", " LTD "])
def test_a_twin_of_a_code_in_other_width_or_case_is_refused(twin, shared):
    held = replace(FORMS, shared_synonyms=shared)
    with pytest.raises(DictionaryError, match="appears twice"):
        edit_code_list(held, [CodeEdit(twin, en="Twin")])
    assert held.resolve("LTD") == "LTD"


def test_edits_lead_from_one_list_to_the_other():
    edits = [
        CodeEdit("LTD", zh="有限责任公司", add=("有限公司",), remove=("Ltd",)),
        CodeEdit("AG", drop=True),
        CodeEdit("KFT", en="Kft", parent="HU"),
    ]
    made = edit_code_list(FORMS, edits)
    assert edit_code_list(FORMS, edits_between(FORMS, made)).content == made.content
    assert edits_between(FORMS, FORMS) == ()


def test_two_proposals_for_one_code_do_not_undo_each_other():
    first = edit_code_list(FORMS, [CodeEdit("LTD", add=("Lmtd",))])
    both = edit_code_list(first, [CodeEdit("LTD", add=("Limitd",))])
    assert both.by_code["LTD"].synonyms == ("Ltd", "Lmtd", "Limitd")


def test_a_stored_list_comes_back_equal():
    again = code_list_from_json("forms", "1", FORMS.content)
    assert again == FORMS
    assert again.content_hash == FORMS.content_hash


def test_every_difference_is_told_in_a_line():
    made = edit_code_list(
        FORMS, [CodeEdit("LTD", zh="公司", add=("x",), remove=("Ltd",)), CodeEdit("AG", drop=True)]
    )
    told = [(line.part, line.name, line.was, line.becomes) for line in code_changes(FORMS, made)]
    assert told == [
        ("code_zh", "LTD", "有限公司", "公司"),
        ("synonym", "LTD", "", "x"),
        ("synonym", "LTD", "Ltd", ""),
        ("code", "AG", "Aktiengesellschaft / AG", ""),
    ]


@pytest.mark.parametrize("field", ["code", "zh", "en", "parent", "add"])
@pytest.mark.parametrize(
    "hidden", ["\u200b", "\u200d", "\ufeff", "\u00ad", "\u202e", "\x07", "\u00a0", "\ue000"]
)
def test_an_invisible_character_is_refused_by_field(field, hidden):
    text = f"Li{hidden}mited"
    edit = replace(CodeEdit("LTD"), **{field: (text,) if field == "add" else text})
    with pytest.raises(InvalidInputError, match=f"{field}: .*U\\+{ord(hidden):04X}") as caught:
        check_edit(edit)
    assert caught.value.details["field"] == field


def test_visible_texts_of_every_script_pass_and_old_faults_may_be_taken_out():
    check_edit(CodeEdit("LTD", "有限公司　（中国）", "Limited é", None, ("Ltd.",), ("L\u200btd",)))


def test_a_parent_is_a_code_or_a_group_of_the_list():
    grouped = replace(FORMS, entries=(*FORMS.entries, CodeEntry("GMBH", "", "GmbH", ("GmbH",), "DE")))
    check_groups(grouped, [CodeEdit("AG", parent="DE")], ())
    check_groups(grouped, [CodeEdit("AG", parent="LTD")], ())
    check_groups(grouped, [CodeEdit("DACH", en="DACH"), CodeEdit("AG", parent="DACH")], ())
    with pytest.raises(InvalidInputError, match="parent: forms knows no group 'XX'") as caught:
        check_groups(grouped, [CodeEdit("AG", parent="XX")], [FORMS])
    assert caught.value.details["field"] == "parent"


def test_codes_of_the_list_that_holds_every_group_are_groups():
    grouped = replace(FORMS, entries=(CodeEntry("GMBH", "", "GmbH", ("GmbH",), "DE"),))
    countries = CodeList(
        "countries", "1", "x", (CodeEntry("DE", "", "Germany"), CodeEntry("AT", "", "Austria"))
    )
    check_groups(grouped, [CodeEdit("GMBH", parent="AT")], [countries])
    with pytest.raises(InvalidInputError):
        check_groups(grouped, [CodeEdit("GMBH", parent="FR")], [countries])
