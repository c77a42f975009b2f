"""Code tokens of a text: part numbers, catalogue numbers and models that mix letters and digits.

A token that reads as a dimension (``M3x10``, ``45X20MM``, ``27G``) is no code.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

SHORTEST = 4
_RUN = re.compile(r"(?<![A-Za-z0-9])[A-Za-z0-9]+(?:[-_.][A-Za-z0-9]+)*")
_PIECE = re.compile(r"[-_]")
_NUM = r"(?:\d+(?:\.\d+)?|\.\d+)"
_UNIT = (
    r"(?:mm|cm|dm|m|in|inch|um|nm|ml|cc|ul|l|g|kg|mg|ohm|k|r|pf|nf|uf|p|n|u|v|vdc|vac|kv|mv|w|kw|mw|a|ma|mah|ah|hz|khz|mhz|"
    r"ghz|psi|bar|mbar|kpa|mpa|fr|ch|f|h|hole|holes|pin|pins|pos|ha|sha|d|t|pcs|pc|bx|sys|mesh|shore|g(?=x|$))"
)
_ONE = rf"(?:od|id|dia|dc|ac|wt|cs|sh|ch|fr|[mdfwlh])?{_NUM}{_UNIT}?"
_DIMENSION = re.compile(rf"{_ONE}(?:x{_ONE})*", re.IGNORECASE)
_SINGLE_LETTER_UNIT = re.compile(rf"0?\d+[a-z]", re.IGNORECASE)
_LEADING_ZERO = re.compile(r"0\d")
_NOT_ALNUM = re.compile(r"[^A-Z0-9]+")


class CodeToken(NamedTuple):
    """One code as a key (capitals and digits only) and its place in the text."""

    key: str
    start: int
    end: int


@lru_cache(maxsize=32768)
def find_codes(text: str) -> tuple[CodeToken, ...]:
    """Every code token of a text, in order."""
    return tuple(
        CodeToken(code_key(match.group()), match.start(), match.end())
        for match in _RUN.finditer(text)
        if _is_code(match.group())
    )


def code_key(text: str) -> str:
    """Capital letters and digits of a code, nothing else: two ways of writing one code give one key."""
    return _NOT_ALNUM.sub("", text.upper())


def _is_code(run: str) -> bool:
    key = code_key(run)
    if len(key) < SHORTEST or key.isalpha() or (key.isdigit() and not _is_number_code(run)):
        return False
    pieces = [piece for piece in _PIECE.split(run) if piece]
    mixed = [piece for piece in pieces if not _is_plain(piece)]
    if mixed:
        return True
    return len(pieces) > 1 and _is_word_and_number(pieces)


def _is_plain(piece: str) -> bool:
    """A word, a number or a dimension says nothing that only a code says."""
    if piece.isalpha() or piece.replace(".", "").isdigit():
        return True
    return not _LEADING_ZERO.match(piece) and _DIMENSION.fullmatch(piece) is not None


def _is_number_code(run: str) -> bool:
    """Digits alone are a code when they are long and a hyphen or leading zero says so."""
    digits = run.replace("-", "").replace("_", "")
    return digits.isdigit() and len(digits) >= 6


def _is_word_and_number(pieces: list[str]) -> bool:
    """``XR-300``, ``DEW-6080A``: a short capital word before a number or a number with one letter."""
    for word, number in zip(pieces, pieces[1:], strict=False):
        if (
            word.isalpha()
            and word.isupper()
            and len(word) <= 4
            and (number.isdigit() or _SINGLE_LETTER_UNIT.fullmatch(number))
        ):
            return True
    return all(piece.isdigit() for piece in pieces) and sum(map(len, pieces)) >= 6
