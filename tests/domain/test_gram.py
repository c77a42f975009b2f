"""Which short runs a text is found by."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from mdm.domain.gram import fold, grams
from mdm.domain.language import language_pair


def test_two_chinese_characters_and_three_others_are_grams():
    assert grams(fold("苏州恒瑞 M3X10")) == {"苏州", "州恒", "恒瑞", "m3x", "3x1", "x10"}


def test_width_case_and_spaces_do_not_count():
    assert fold(" ＡＢＣ　恒瑞\n") == "abc 恒瑞"


@given(st.text(max_size=40), st.text(max_size=10), st.text(max_size=40))
def test_whatever_a_text_holds_is_among_its_grams(before, part, after):
    assert grams(part) <= grams(before + part + after)


def test_a_pair_is_named_by_the_languages_of_its_names():
    assert language_pair("Suzhou Hengrui", "苏州恒瑞") == "zh-en"
    assert language_pair("苏州", "恒瑞") == "zh-zh"
    assert language_pair("", "恒瑞") == ""
