"""Code tokens of a text: part numbers, catalogue numbers and models that mix letters and digits.

A token that reads as a dimension (``M3x10``, ``45X20MM``, ``27G``) is no code.
"""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

SHORTEST = 4
_SHORT_PRODUCT = re.compile(r"[A-Z]{2}-\d", re.ASCII)
"""A product as short as ``AX-9``; without its hyphen it would be anything."""
_RUN = re.compile(r"(?<![A-Za-z0-9])[A-Za-z0-9]+(?:[-_.][A-Za-z0-9]+)*")
_PIECE = re.compile(r"[-_]")
_NUM = r"(?:\d+(?:\.\d+)?|\.\d+)"
_UNIT = (
    r"(?:mm|cm|dm|m|in|inch|um|nm|ml|cc|ul|l|g|kg|mg|ohm|k|r|pf|nf|uf|p|n|u|v|vdc|vac|kv|mv|w|kw|mw|a|ma|mah|ah|hz|khz|mhz|"
    r"ghz|psi|bar|mbar|kpa|mpa|fr|ch|f|h|hole|holes|pin|pins|pos|ha|sha|d|t|pcs|pc|bx|sys|mesh|shore|g(?=x|$))"
)
_ONE = rf"(?:od|id|dia|dc|ac|wt|cs|sh|ch|fr|[mdfwlh])?{_NUM}{_UNIT}?"
_DIMENSION = re.compile(rf"{_ONE}(?:x{_ONE})*", re.IGNORECASE)
HOUSINGS = r"[LT]?QFP|[TSMV]*SOP|TSSOP|SOIC|SOT|SOD|[PC]?DIP|[UVW]?QFN|W?DFN|[WLU]?F?BGA|WLCSP|PLCC|TO|SC"
"""Families of component housings; with their number of leads (LQFP144) they are a dimension too."""
_HOUSING = re.compile(rf"(?:{HOUSINGS})-?(?:\d{{2,3}}-)?\d{{1,3}}", re.IGNORECASE)
_SIZE_FIRST = re.compile(r"[MD]?\d{1,3}(?:\.\d+)?[xX]\d", re.ASCII)
_QUANTITY_AND_WORD = re.compile(rf"{_NUM}(?:ml|cc|um|mm|cm|fr|kg)[a-z]+\d*[a-z]*", re.IGNORECASE)
"""A quantity with the next word stuck to it: 60CCLuer."""
_NUMBER_AND_LETTER = re.compile(r"0?\d+[a-z]|[A-Z]\d{3,}", re.IGNORECASE)
_BETWEEN = re.compile(r"[^-_]+")
_MEASURED = re.compile(
    rf"{_NUM}(?:mm|cm|ml|nf|uf|pf|um|kg|mah|vdc|hz|pcs|v|k)|[dm]?{_NUM}x{_NUM}(?:mm|cm)?", re.IGNORECASE
)
_SPACED = re.compile(
    r"(?<![A-Za-z0-9-])(?!(?:RES|CAP|SIZE|TYPE|LOT|CLASS|DIA|USP|NO|REV|VER|RH|LH|NS|XS|XL)\b)[A-Z]{2,4} \d{3,6}"
    r"(?:[A-Z]\d?)?(?:-[A-Z0-9]+)*(?<!\d[VWKRMFUNPGL])"
    r"(?![A-Za-z0-9.×%°]|[x*]\d|/(?:B|C|盒|箱|包|袋)| ?[支只个包片件根孔针])"
)
"""A maker's prefix with a space before the number: ``AB 2605``, ``AB 6080A``."""
_FIELDS_OF_LIST = 2
_LONGEST_PREFIX = 4
_MANY_DIGITS = 7
_LONG_CODE = 6
_BUILD = re.compile(r"/\d(?![A-Za-z0-9./×*%]| ?[支只个包片件根孔针盒])")
"""A digit set off behind a code; a shorter one is a product, and what follows a slash there is anything."""
_DIGITS_OF_NUMBER = 6
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
    small = (
        text.isascii() and text.islower() and " " in text.strip()
    )  # a source that writes all in small letters: their case tells nothing
    spaced = [] if small else [match.span() for match in _SPACED.finditer(text)]
    text = text.upper() if small and len(text.upper()) == len(text) else text
    single = [
        (start, end)
        for match in _RUN.finditer(text)
        for start, end in _fields(match.group(), match.start())
        if _is_code(text[start:end]) and not any(first <= start < last for first, last in spaced)
    ]
    spans = ((start, _with_build(text, start, end)) for start, end in sorted((*spaced, *single)))
    return tuple(CodeToken(code_key(text[start:end]), start, end) for start, end in spans)


def _with_build(text: str, start: int, end: int) -> int:
    """The end of a code with the digit that makes it another part: ``LX1407Z/2`` succeeds ``LX1407Z``."""
    build = _BUILD.match(text, end) if len(code_key(text[start:end])) >= _LONG_CODE else None
    return build.end() if build else end


def _fields(run: str, offset: int) -> list[tuple[int, int]]:
    """The spans of a run that may be codes: the run without long words at its ends, or each field of a list."""
    pieces = [(match.start() + offset, match.end() + offset) for match in _BETWEEN.finditer(run)]
    texts = [run[start - offset : end - offset] for start, end in pieces]
    if sum(_MEASURED.fullmatch(text) is not None for text in texts) >= _FIELDS_OF_LIST:
        return pieces
    while pieces and _is_long_word(texts[0]):
        del pieces[0], texts[0]
    while pieces and _is_long_word(texts[-1]):
        del pieces[-1], texts[-1]
    return [(pieces[0][0], pieces[-1][1])] if pieces else []


def _is_long_word(text: str) -> bool:
    return text.isalpha() and (len(text) > _LONGEST_PREFIX or (len(text) > 1 and not text.isupper()))


def code_key(text: str) -> str:
    """Capital letters and digits of a code, nothing else: two ways of writing one code give one key."""
    return _NOT_ALNUM.sub("", text.upper())


def _is_code(run: str) -> bool:
    if _SHORT_PRODUCT.fullmatch(run):
        return True
    key = code_key(run)
    digits = sum(map(str.isdigit, key))
    if len(key) < SHORTEST or not digits or _SIZE_FIRST.match(run):
        return False
    if _HOUSING.fullmatch(run) or _QUANTITY_AND_WORD.fullmatch(run):
        return False
    pieces = [piece for piece in _PIECE.split(run) if piece]
    if any(not _is_plain(piece) for piece in pieces):
        return True
    if digits >= _MANY_DIGITS and "." not in run and "x" not in run.lower():
        return True
    return _is_word_and_number(pieces) or (
        len(pieces) > 1 and run.replace("-", "").isdigit() and digits >= _DIGITS_OF_NUMBER
    )


def _is_plain(piece: str) -> bool:
    """A word, a number or a dimension says nothing that only a code says."""
    if piece.isalpha() or piece.replace(".", "").isdigit():
        return True
    return not _LEADING_ZERO.match(piece) and _DIMENSION.fullmatch(piece) is not None


def _is_word_and_number(pieces: list[str]) -> bool:
    """``XR-300``, ``DEW-6080A``, ``DI-H1717``: a short capital word before a number or a number with one letter."""
    return any(
        word.isalpha()
        and word.isupper()
        and len(word) <= _LONGEST_PREFIX
        and (number.isdigit() or _NUMBER_AND_LETTER.fullmatch(number) is not None)
        for word, number in pairwise(pieces)
    )
