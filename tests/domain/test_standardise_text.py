"""Text made comparable."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mdm.domain.standardise.sound import sound_keys
from mdm.domain.standardise.text import Script, clean, comparison_key, pinyin_key, script_of, tokens

anything = st.text(alphabet=st.characters(codec="utf-8"), max_size=60) | st.text(
    alphabet="aB1 éß中國长城カ（）～×Ø5\u3000\u200b\t-·Ａ９", max_size=20
)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("ＡＢＣ－１２３（５㎜）", "ABC-123(5mm)"),
        ("  华\u3000安\u200b 工业\t", "华 安 工业"),
        ("Φ6 ⌀6 Ø6", "Φ6 Φ6 Φ6"),
        ("Ørsted", "Ørsted"),
        ("3✕4～5", "3×4~5"),
        ("Acme™", "Acme™"),
        ("“quoted” – ‘text’", "\"quoted\" - 'text'"),
    ],
)
def test_clean_text_has_one_width_one_set_of_signs_and_single_spaces(text: str, shown: str) -> None:
    assert clean(text) == shown


@given(anything)
def test_cleaning_twice_equals_cleaning_once(text: str) -> None:
    assert clean(clean(text)) == clean(text)


@given(anything)
def test_a_comparison_key_is_its_own_key(text: str) -> None:
    assert comparison_key(comparison_key(text)) == comparison_key(text)


def test_traditional_characters_and_spaces_between_them_do_not_count() -> None:
    assert comparison_key("臺灣 精機") == comparison_key("台湾精机")


@pytest.mark.parametrize(
    ("text", "script"),
    [
        ("华安", Script.HAN),
        ("Huaan 2", Script.LATIN),
        ("カメラ", Script.KANA),
        ("ABC华安", Script.MIXED),
        ("123-4", Script.NONE),
        ("Müller", Script.LATIN),
    ],
)
def test_the_script_of_a_text_is_told_by_its_letters(text: str, script: Script) -> None:
    assert script_of(text) is script


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("长城", "changcheng"),
        ("重庆", "chongqing"),
        ("长盛", "changsheng"),
        ("晟海", "shenghai"),
        ("绿源", "lvyuan"),
        ("ABC 长城", "abcchangcheng"),
        ("Müller & Söhne", "mullersohne"),
    ],
)
def test_pinyin_reads_phrases_and_leaves_letters_and_digits_only(text: str, key: str) -> None:
    assert pinyin_key(text) == key


def test_words_are_latin_words_and_han_words() -> None:
    assert tokens("不锈钢 Screw M3×10") == ("不锈钢", "screw", "m3", "10")


@pytest.mark.parametrize(
    ("chinese", "latin"),
    [("西门子", "Siemens"), ("霍尼韦尔", "Honeywell"), ("艾默生", "Emerson"), ("施耐德", "Schneider")],
)
def test_a_foreign_brand_sounds_like_its_chinese_name(chinese: str, latin: str) -> None:
    assert set(sound_keys(chinese)) & set(sound_keys(latin))


def test_short_names_have_no_sound() -> None:
    assert sound_keys("华安") == ()
    assert sound_keys("Abb") == ()
