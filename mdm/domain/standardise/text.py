"""Text made comparable: width, signs and spaces unified, script recognised, pinyin and words taken out.

``clean`` keeps what a person reads; ``comparison_key`` and ``pinyin_key`` are for machines only. All of them
give the same result when applied twice.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from enum import StrEnum
from functools import lru_cache

import opencc
import pypinyin
from pypinyin.constants import PHRASES_DICT

_SIGNS = str.maketrans(
    {
        **dict.fromkeys("✕✖╳⨯⨉", "×"),
        **dict.fromkeys("⌀∅ϕφ", "Φ"),
        **dict.fromkeys("〜∼∽˜", "~"),
        **dict.fromkeys("‐‑‒–—―−﹣➖", "-"),
        **dict.fromkeys("‘’‛′`´", "'"),
        **dict.fromkeys("“”„‟″", '"'),
        **dict.fromkeys("・•‧∙⋅", "·"),
        **dict.fromkeys("【〔〖﹝", "("),
        **dict.fromkeys("】〕〗﹞", ")"),
    }
)
_SIGN = re.compile(f"[{re.escape(''.join(map(chr, _SIGNS)))}]")
_KEPT_BY_WIDTH_FOLD = {"™": "\ue000", "®": "\ue001", "…": "\ue002"}
_GIVEN_BACK = {private: sign for sign, private in _KEPT_BY_WIDTH_FOLD.items()}
_HIDE = str.maketrans(_KEPT_BY_WIDTH_FOLD)
_SHOW = str.maketrans(_GIVEN_BACK)
_DIAMETER = re.compile(r"[Øø](?=\s?\d)")
_HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff々〇"
_KANA = "\u3040-\u30ff"
_HAN_RUN = re.compile(f"[{_HAN}]+")
_HAN_CHAR = re.compile(f"[{_HAN}]")
_KANA_CHAR = re.compile(f"[{_KANA}]")
_HAN_OR_KANA_CHAR = re.compile(f"[{_HAN}{_KANA}]")
_LATIN_CHAR = re.compile("[A-Za-z\u00c0-\u024f]")
_WORD = re.compile(f"[{_HAN}]+|[{_KANA}]+|[^\\W_{_HAN}{_KANA}]+")
_NOT_ALNUM = re.compile("[^a-z0-9]+")
_BETWEEN_HAN = re.compile(f"(?<=[{_HAN}{_KANA}]) (?=[{_HAN}{_KANA}])")
_TO_SIMPLIFIED = opencc.OpenCC("t2s")
_LONGEST_WORD = 6
# How names read these characters outside known phrases; the usual reading is another.
_READ_IN_NAMES = {"长": "chang", "晟": "sheng", "曾": "zeng", "朝": "chao"}


class Script(StrEnum):
    """What a text is written in; ``MIXED`` is Han or Kana together with Latin letters."""

    HAN = "Han"
    LATIN = "Latin"
    KANA = "Kana"
    MIXED = "mixed"
    NONE = "none"


@lru_cache(maxsize=131072)
def clean(text: str) -> str:
    """The text as a person reads it, in one width, one set of signs, single spaces and nothing invisible."""
    if text.isascii() and text.isprintable():
        return " ".join(text.replace("`", "'").split())
    if not unicodedata.is_normalized("NFKC", text):
        text = unicodedata.normalize("NFKC", text.translate(_HIDE)).translate(_SHOW)
    folded = text.translate(_SIGNS) if _SIGN.search(text) else text
    visible = folded if folded.isprintable() else _without_invisible(folded)
    return " ".join(_DIAMETER.sub("Φ", visible).split())


def _without_invisible(text: str) -> str:
    """Control, format, private and unassigned code points carry no meaning; line breaks count as spaces."""
    return "".join(
        " " if char.isspace() else char
        for char in text
        if char.isspace() or unicodedata.category(char)[0] != "C"
    )


@lru_cache(maxsize=131072)
def comparison_key(text: str) -> str:
    """Clean, simplified and case-folded text without spaces between Han characters; never shown."""
    cleaned = clean(text)
    if cleaned.isascii():
        return cleaned.casefold()
    return _BETWEEN_HAN.sub("", simplified(cleaned)).casefold()


def simplified(text: str) -> str:
    """Traditional Han characters as simplified ones (OpenCC t2s)."""
    return str(_TO_SIMPLIFIED.convert(text)) if _HAN_CHAR.search(text) else text


@lru_cache(maxsize=131072)
def script_of(text: str) -> Script:
    """Which script the letters of the text belong to."""
    if text.isascii():
        return Script.LATIN if _LATIN_CHAR.search(text) else Script.NONE
    latin = bool(_LATIN_CHAR.search(text))
    if _KANA_CHAR.search(text):
        return Script.MIXED if latin else Script.KANA
    if _HAN_CHAR.search(text):
        return Script.MIXED if latin else Script.HAN
    return Script.LATIN if latin else Script.NONE


def has_han(text: str) -> bool:
    """Whether at least one Han or Kana character occurs."""
    return not text.isascii() and _HAN_OR_KANA_CHAR.search(text) is not None


@lru_cache(maxsize=131072)
def pinyin_key(text: str) -> str:
    """Lower-case ASCII letters and digits, Han read as pinyin by phrase, everything joined."""
    key = comparison_key(text)
    if not key.isascii():
        key = _HAN_RUN.sub(lambda run: pinyin_of_phrase(run.group()), key)
    return _NOT_ALNUM.sub("", ascii_fold(key))


@lru_cache(maxsize=131072)
def pinyin_of_phrase(phrase: str) -> str:
    """Joined pinyin of a run of Han characters; 长城 is changcheng, 长大 zhangda: phrases decide."""
    return "".join(_syllables(phrase))


def pinyin_syllables(text: str) -> tuple[str, ...]:
    """Pinyin syllables of the Han characters of a text, in order."""
    runs = _HAN_RUN.findall(comparison_key(text))
    return (
        _syllables(runs[0]) if len(runs) == 1 else tuple([each for run in runs for each in _syllables(run)])
    )


@lru_cache(maxsize=65536)
def _syllables(run: str) -> tuple[str, ...]:
    """Syllables by longest known phrase; phrases and characters are cached, because names are not repeated."""
    found: list[str] = []
    longest = _longest_by_beginning()
    at, end = 0, len(run)
    while at < end:
        length = longest.get(run[at : at + 2], 1)
        while length > 1 and (at + length > end or run[at : at + length] not in PHRASES_DICT):
            length -= 1
        found += _reading(run[at : at + length])
        at += length
    return tuple(found)


@lru_cache(maxsize=1)
def _longest_by_beginning() -> Mapping[str, int]:
    """Length of the longest word, up to ``_LONGEST_WORD``, that begins with these two characters."""
    longest: dict[str, int] = {}
    for word in PHRASES_DICT:
        if 1 < len(word) <= _LONGEST_WORD:
            longest[word[:2]] = max(len(word), longest.get(word[:2], 0))
    return longest


@lru_cache(maxsize=1)
def _longest_by_end() -> Mapping[str, int]:
    """Length of the longest word, up to ``_LONGEST_WORD``, that ends with these two characters."""
    longest: dict[str, int] = {}
    for word in PHRASES_DICT:
        if 1 < len(word) <= _LONGEST_WORD:
            longest[word[-2:]] = max(len(word), longest.get(word[-2:], 0))
    return longest


@lru_cache(maxsize=32768)
def _reading(phrase: str) -> tuple[str, ...]:
    if phrase in _READ_IN_NAMES:
        return (_READ_IN_NAMES[phrase],)
    return tuple(pypinyin.lazy_pinyin(phrase, errors="ignore"))


@lru_cache(maxsize=65536)
def ascii_fold(text: str) -> str:
    """Letters without their accents (ß as ss, ø as o); what has no Latin base stays."""
    if text.isascii():
        return text
    plain = text.translate(_NO_DECOMPOSITION)
    return "".join(char for char in unicodedata.normalize("NFKD", plain) if not unicodedata.combining(char))


_NO_DECOMPOSITION = str.maketrans(
    {
        "ß": "ss",
        "ø": "o",
        "Ø": "O",
        "æ": "ae",
        "Æ": "AE",
        "œ": "oe",
        "Œ": "OE",
        "ł": "l",
        "Ł": "L",
        "đ": "d",
        "ı": "i",
    }
)


@lru_cache(maxsize=65536)
def tokens(text: str) -> tuple[str, ...]:
    """Words of a text in order: Latin words and numbers as they stand, Han cut into words of a word list."""
    found: list[str] = []
    for word in _WORD.findall(comparison_key(text)):
        found.extend(han_words(word) if _HAN_CHAR.match(word) else (ascii_fold(word),))
    return tuple(found)


@lru_cache(maxsize=65536)
def han_words(run: str) -> tuple[str, ...]:
    """A run of Han characters cut by longest match from its end, where head nouns stand in Chinese."""
    words: list[str] = []
    longest = _longest_by_end()
    end = len(run)
    while end:
        length = longest.get(run[end - 2 : end], 1) if end > 1 else 1
        while length > 1 and (length > end or run[end - length : end] not in PHRASES_DICT):
            length -= 1
        words.append(run[end - length : end])
        end -= length
    return tuple(reversed(words))
