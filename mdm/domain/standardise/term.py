"""Terms of a code list found in running text: grades, finishes, nouns, colours, sides.

A term counts only as a whole word; hyphens and spaces inside it do not count, except between two digits
(``A2-70`` is also ``A2 70``, never ``A270``). The longest term wins, then the leftmost.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import NamedTuple, TypeAlias

from mdm.domain.code_list import CodeList
from mdm.domain.standardise.same import Same, cache_key

_Index: TypeAlias = Mapping[str, tuple[tuple[str, int, str], ...]]

_HEAD = 3
_JOINTS = frozenset(" -_.·'’")
_PIECE = re.compile(r"[A-Za-z0-9]+|(?s:.)")
"""A word or number, or a single other character."""
_CHAIN_SIGNS = frozenset("x×*X")
_NUMBER_SIGNS = _CHAIN_SIGNS | frozenset("ΦΦφ±#")
_MEASURED = re.compile(r" ?(?:[%°Ω\"支只个包盒孔针度目页]|(?:mm|cm|ml|cc|um|kg|pcs|ohm|[mlgvwakr])(?![a-z]))")


class Term(NamedTuple):
    """One code of a list and the place in the text where it was named."""

    code: str
    start: int
    end: int


class Squeezed(NamedTuple):
    """A text without joints: ``places[i]`` is where character ``i`` stood in ``source``, words begin at ``starts``."""

    text: str
    places: tuple[int, ...]
    source: str
    starts: tuple[int, ...]


@lru_cache(maxsize=32768)
def squeeze(text: str) -> Squeezed:
    """The lower-case text with joints dropped; one between two digits stays, as ``.`` or ``-``."""
    lower = text.lower()
    lower = lower if len(lower) == len(text) else text
    pieces: list[str] = []
    places: list[int] = []
    starts: list[int] = []
    for match in _PIECE.finditer(lower):
        start, end = match.span()
        piece = match.group()
        if piece not in _JOINTS:
            starts.append(len(places))
        elif lower[start - 1 : start].isdigit() and lower[end : end + 1].isdigit():
            piece = "." if piece == "." else "-"
        else:
            continue
        pieces.append(piece)
        places += range(start, end)
    return Squeezed("".join(pieces), tuple(places), lower, tuple(starts))


def find_terms(text: str, codes: CodeList | None) -> tuple[Term, ...]:
    """Every term of ``codes`` that the text names, in order, none inside another."""
    return find_terms_of_lists(text, (cache_key(codes),))[0] if codes and text else ()


def find_terms_of_lists(text: str, lists: tuple[Same | None, ...]) -> tuple[tuple[Term, ...], ...]:
    """Terms of several lists in one go: for each list its own; what two lists claim goes to the longer term,
    and to both if the terms are equal.
    """
    found: tuple[list[Term], ...] = tuple([] for _ in lists)
    for rank, term in _found(squeeze(text), _index(lists)):
        found[rank].append(term)
    return tuple(map(tuple, found))


def blank(text: str, spans: Iterable[tuple[int, int]]) -> str:
    """The text with each span overwritten by spaces, so that places stay valid."""
    for start, end in spans:
        text = text[:start] + " " * (end - start) + text[end:]
    return text


@lru_cache(maxsize=64)
def _index(lists: tuple[Same | None, ...]) -> _Index:
    """First three characters -> (squeezed spelling, rank of the list, code), longest first, then by rank."""
    found: dict[str, list[tuple[str, int, str]]] = {}
    seen: set[tuple[str, int]] = set()
    for rank, entry in (
        (rank, entry) for rank, same in enumerate(lists) if same for entry in same.codes.entries
    ):
        for key in (squeeze(spelling).text for spelling in (entry.code, *entry.spellings)):
            if _is_telling(key) and (key, rank) not in seen:
                seen.add((key, rank))
                found.setdefault(key[:_HEAD], []).append((key, rank, entry.code))
    return {
        head: tuple(sorted(terms, key=lambda each: (-len(each[0]), each[1]))) for head, terms in found.items()
    }


def _is_telling(key: str) -> bool:
    """One Latin letter or one or two digits mean too many things in running text."""
    return len(key) > 1 + key.isdigit() or not key.isascii()


def _found(squeezed: Squeezed, index: _Index) -> Iterator[tuple[int, Term]]:
    text, places, source, starts = squeezed
    end = 0
    for start in starts:
        if places[start] < end:
            continue
        claimed = 0
        head = text[start : start + _HEAD]
        for length in range(len(head), 0, -1):
            for key, rank, code in index.get(head[:length], ()):
                if claimed and len(key) != claimed:
                    break
                if not text.startswith(key, start):
                    continue
                last = places[start + len(key) - 1] + 1
                if _is_whole(source, places[start], last, key):
                    yield rank, Term(code, places[start], last)
                    end, claimed = last, len(key)
            if claimed:
                break  # what begins with less of the head is shorter


def _is_whole(source: str, start: int, end: int, key: str) -> bool:
    before = source[start - 1] if start else " "
    after = source[end] if end < len(source) else " "
    if (_is_word(source[start]) and _is_word(before)) or (_is_word(source[end - 1]) and _is_word(after)):
        return False
    if _inside_number(source, start, end) or (key[-1].isdigit() and after in _CHAIN_SIGNS):
        return False
    if len(key) == 1 and any(_is_han(char) or _is_word(char) for char in (before, after)):
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
    return not (len(after) == 2 and after[0] in "-./" and after[1].isdigit()) and not before.endswith(
        (".", "±")
    )


def _is_number(key: str) -> bool:
    return key.replace(".", "").replace("-", "").isdigit()


def _is_word(char: str) -> bool:
    return char.isascii() and char.isalnum()
