"""Terms of a code list found in running text: grades, finishes, nouns, colours, sides.

A term counts only as a whole word; hyphens and spaces inside it do not count, except between two digits
(``A2-70`` is also ``A2 70``, never ``A270``). The longest term wins, then the leftmost.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import NamedTuple

from mdm.domain.code_list import CodeEntry, CodeList
from mdm.domain.standardise.same import Same

_JOINTS = frozenset(" -_.·'’")
_CHAIN_SIGNS = frozenset("x×*X")
_NUMBER_SIGNS = _CHAIN_SIGNS | frozenset("ΦΦφ±#")
_MEASURED = re.compile(r" ?(?:[%°Ω\"支只个包盒孔针度目页]|(?:mm|cm|ml|cc|um|kg|pcs|ohm|[mlgvwakr])(?![a-z]))")


class Term(NamedTuple):
    """One code of a list and the place in the text where it was named."""

    code: str
    start: int
    end: int


class Squeezed(NamedTuple):
    """A text without joints; ``places[i]`` is where character ``i`` stood, ``source`` the text before."""

    text: str
    places: tuple[int, ...]
    source: str


@lru_cache(maxsize=32768)
def squeeze(text: str) -> Squeezed:
    """The lower-case text with joints dropped; one between two digits stays, as ``.`` or ``-``."""
    lower = text.lower() if len(text.lower()) == len(text) else text
    chars: list[str] = []
    places: list[int] = []
    for place, char in enumerate(lower):
        if char not in _JOINTS:
            chars.append(char)
            places.append(place)
        elif _between_digits(lower, place):
            chars.append("." if char == "." else "-")
            places.append(place)
    return Squeezed("".join(chars), tuple(places), lower)


def find_terms(text: str, codes: CodeList | None) -> tuple[Term, ...]:
    """Every term of ``codes`` that the text names, in order, none inside another."""
    if codes is None or not text:
        return ()
    return _found(squeeze(text), _index(Same(codes)))


def blank(text: str, spans: Iterable[tuple[int, int]]) -> str:
    """The text with each span overwritten by spaces, so that places stay valid."""
    for start, end in spans:
        text = text[:start] + " " * (end - start) + text[end:]
    return text


@lru_cache(maxsize=64)
def _index(same: Same) -> Mapping[str, tuple[tuple[str, str], ...]]:
    """First two characters -> (squeezed spelling, code), longest first."""
    found: dict[str, dict[str, str]] = {}
    for entry in same.codes.entries:
        for spelling in _spellings(entry):
            key = squeeze(spelling).text
            if _is_telling(key):
                found.setdefault(key[:2], {}).setdefault(key, entry.code)
    return {
        head: tuple(sorted(terms.items(), key=lambda each: -len(each[0]))) for head, terms in found.items()
    }


def _is_telling(key: str) -> bool:
    """One Latin letter or one or two digits mean too many things in running text."""
    return len(key) > 1 + key.isdigit() or not key.isascii()


def _spellings(entry: CodeEntry) -> Iterable[str]:
    return (entry.code, *entry.spellings)


def _found(squeezed: Squeezed, index: Mapping[str, tuple[tuple[str, str], ...]]) -> tuple[Term, ...]:
    text, places, source = squeezed
    found: list[Term] = []
    start = 0
    while start < len(text):
        term = _term_at(start, text, places, source, index)
        if term is None:
            start += 1
        else:
            found.append(term)
            while start < len(text) and places[start] < term.end:
                start += 1
    return tuple(found)


def _term_at(
    start: int,
    text: str,
    places: tuple[int, ...],
    source: str,
    index: Mapping[str, tuple[tuple[str, str], ...]],
) -> Term | None:
    candidates = index.get(text[start : start + 2], ())
    single = index.get(text[start], ()) if candidates or text[start] in index else ()
    for key, code in (*candidates, *single):
        end = start + len(key)
        if text.startswith(key, start) and _is_whole(source, places[start], places[end - 1] + 1, key):
            return Term(code, places[start], places[end - 1] + 1)
    return None


def _is_whole(source: str, start: int, end: int, key: str) -> bool:
    before = source[start - 1] if start else " "
    after = source[end] if end < len(source) else " "
    if (_is_word(source[start]) and _is_word(before)) or (_is_word(source[end - 1]) and _is_word(after)):
        return False
    if _inside_number(source, start, end) or (key[-1].isdigit() and after in _CHAIN_SIGNS):
        return False
    if len(key) == 1 and (_is_han(before) or _is_han(after)):
        return False
    return not _is_number(key) or _stands_alone(source, start, end)


def _inside_number(source: str, start: int, end: int) -> bool:
    """The last digit belongs to a longer decimal (CP 2 in CP 2.5L), or the first one does."""
    tail = source[end : end + 2]
    if source[end - 1].isdigit() and tail[:1] == "." and tail[1:].isdigit():
        return True
    return source[start].isdigit() and source[max(start - 2, 0) : start].rstrip(".")[-1:].isdigit()


def _is_han(char: str) -> bool:
    return "\u3400" <= char <= "\u9fff"


def _stands_alone(source: str, start: int, end: int) -> bool:
    """A bare number such as 304 is no grade inside a chain of dimensions, a decimal or a part number."""
    before, after = source[max(start - 2, 0) : start], source[end : end + 2]
    if before[-1:] in _NUMBER_SIGNS or after[:1] in _CHAIN_SIGNS or _MEASURED.match(source, end):
        return False
    return not (len(after) == 2 and after[0] in "-./" and after[1].isdigit()) and before[-1:] not in ".±"


def _is_number(key: str) -> bool:
    return key.replace(".", "").replace("-", "").isdigit()


def _is_word(char: str) -> bool:
    return char.isascii() and char.isalnum()


def _between_digits(text: str, place: int) -> bool:
    return 0 < place < len(text) - 1 and text[place - 1].isdigit() and text[place + 1].isdigit()
