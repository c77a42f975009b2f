"""Aliases: shown by a match of names that nothing else ties together, evidence for later records once confirmed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mdm.domain.alias import TRADE_NAMES, alias_edit
from mdm.domain.code_list import CodeEdit, edit_code_list
from mdm.domain.standardise.company import company_name
from mdm.domain.standardise.kind import Env, SourceContext
from mdm.services.dictionary import load_dictionary

DICTIONARY = load_dictionary()
CODES = DICTIONARY.code_lists
NAME = DICTIONARY.entity("supplier").attributes["legal_name"]


def parts(text, codes=CODES):
    return company_name(text, Env(codes=codes, context=SourceContext(), attribute=NAME)).parts


def shown(left, right, known=CODES[TRADE_NAMES]):
    return alias_edit([parts(left)], [parts(right)], known)


def test_names_without_common_sound_or_letters_show_an_alias():
    edit = shown("苏州蓝鲸精密机械有限公司", "Bluewhale Precision Machinery Co., Ltd.")
    assert (edit.code, edit.zh, edit.add) == ("蓝鲸", "蓝鲸", ("bluewhale",))


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("苏州蓝鲸精密机械有限公司", "Suzhou Lanjing Precision Machinery Co., Ltd."),
        ("苏州蓝鲸精密机械有限公司", "蓝鲸机械"),
        ("Bluewhale Machinery Ltd.", "Bluewhale Ltd"),
    ],
)
def test_names_that_sound_or_look_alike_need_none(left, right):
    assert shown(left, right) is None


def test_a_confirmed_alias_is_found_from_both_sides_and_not_shown_again():
    edit = shown("苏州蓝鲸精密机械有限公司", "Bluewhale Precision Machinery Co., Ltd.")
    known = edit_code_list(CODES[TRADE_NAMES], [edit])
    codes = {**CODES, TRADE_NAMES: known}
    assert "bluewhale" in parts("宁波蓝鲸贸易有限公司", codes)["alias"]
    assert "lanjing" in parts("Bluewhale Trading Ltd.", codes)["alias"]
    assert parts("宁波海川贸易有限公司", codes) == parts("宁波海川贸易有限公司")
    assert shown("苏州蓝鲸精密机械有限公司", "Bluewhale Machinery Ltd.", known) is None


def test_a_third_name_joins_the_entry_that_knows_one_of_them():
    known = edit_code_list(CODES[TRADE_NAMES], [CodeEdit("蓝鲸", zh="蓝鲸", add=("bluewhale",))])
    edit = shown("苏州蓝鲸精密机械有限公司", "Cetacea Ltd.", known)
    assert (edit.code, edit.zh, edit.add) == ("蓝鲸", None, ("cetacea",))
    assert replace(edit, add=()) == CodeEdit("蓝鲸")
