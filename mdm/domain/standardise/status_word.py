"""Status words that people write into names: 停用, 作废, do not use, obsolete.

A word counts in brackets, set off by a sign at the start or end, or bare at an edge if it can mean nothing
else there; 停用 inside a trade name, "Testing" as an industry and 新 as the first character of a name stay.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from mdm.domain.code_list import CodeList
from mdm.domain.standardise.same import Same, cache_key
from mdm.domain.standardise.text import clean, comparison_key, has_han

_GONE = frozenset({"inactive", "retired"})
_SET_OFF = _GONE | {"blocked"}
_SIGN = r"[:\-_/,.;*#!~|]"
_FOLDED_BY_PATTERN = re.compile("[ı̇]")
"""A pattern that ignores case takes a dotless i, or one with a second dot, for an i."""
_EDGE = r"[\s:\-_/,.;*#!~|]"


def cut_status(text: str, words: CodeList) -> tuple[str, str | None]:
    """The text without its status words, and the code of the first one found (None: nothing was cut)."""
    return _cut(clean(text), cache_key(words))


@lru_cache(maxsize=65536)
def _cut(text: str, same: Same) -> tuple[str, str | None]:
    status: str | None = None
    while _may_hold(text, same) and (found := _pattern(same).search(text)):
        word = next(piece for piece in found.groups() if piece)
        status = status or _codes(same)[comparison_key(word)]
        text = " ".join(f"{text[: found.start()]} {text[found.end() :]}".split()).strip(" -_/,;*#!~|")
    return text, status


def _may_hold(text: str, same: Same) -> bool:
    """Whether a word occurs anywhere: nearly no name holds one, and asking so costs a tenth of the pattern."""
    lower = text.lower()
    latin, other = _roots(same)
    for word in latin if lower.isascii() else (*other, *latin):
        if word in lower:
            return True
    return _FOLDED_BY_PATTERN.search(lower) is not None


@lru_cache(maxsize=16)
def _roots(same: Same) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """ASCII words and others without those that hold another one."""
    words = _codes(same)
    roots = [word for word in words if not any(other != word and other in word for other in words)]
    return tuple(w for w in roots if w.isascii()), tuple(w for w in roots if not w.isascii())


@lru_cache(maxsize=16)
def _codes(same: Same) -> dict[str, str]:
    found: dict[str, str] = {}
    for entry in same.codes.entries:
        for text in entry.spellings:
            word = comparison_key(text).strip("()#")
            if word:
                found.setdefault(word, entry.code)
    return found


@lru_cache(maxsize=16)
def _pattern(same: Same) -> re.Pattern[str]:
    codes = _codes(same)
    bracketed = _any_of(codes)
    set_off = _any_of(word for word, code in codes.items() if code in _SET_OFF)
    bare = _any_of(word for word, code in codes.items() if code in _GONE and _means_nothing_else(word))
    return re.compile(
        rf"[(\[<{{*#]+\s*({bracketed})(?![a-z])[^()\[\]<>]{{0,20}}[)\]>}}*#]+"
        rf"|^{_EDGE}*({set_off})\s*{_SIGN}+\s*(?=.)"
        rf"|(?<=.)\s*{_SIGN}+\s*({set_off})[!.*#]*$"
        rf"|^{_EDGE}*({bare})(?:(?![a-z])|(?=[^\x00-\x7f])){_EDGE}*(?=.)"
        rf"|(?<=.)(?<![a-z]){_EDGE}*({bare}){_EDGE}*$",
        re.IGNORECASE,
    )


def _any_of(words: Iterable[str]) -> str:
    """One alternation, longest word first; matches nothing when there is no word."""
    return "|".join(map(re.escape, sorted(words, key=len, reverse=True))) or "(?!)"


def _means_nothing_else(word: str) -> bool:
    return len(word) >= 2 if has_han(word) else len(word) >= 7
