"""Model codes of goods told in words: ``KX-200/W``, and a bare number at the end of a name."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from mdm.domain.standardise.code_token import CodeToken, code_key

_SUFFIX = re.compile(r"(?: ?/ ?|-)([A-Za-z]{1,4})(?![A-Za-z0-9])")
"""A colour or region set off behind a model."""
_RATING = re.compile(
    r"\d+[XKPW]|\d{3,4}[PI]|\d+\.?\d*(?:GB|MB|TB|MBPS|GHZ|MHZ|KBPS|DPI|RPM|FT|IN|OZ|LB|QT|CU)"
)
"""Speed, size and storage look like codes."""
_MADE_FOR = re.compile(
    r"(?:\b(?:for|fits|with) (?:the |use with )?|适用于|适用|用于|配) ?(?:[A-Za-z]+ )?$", re.IGNORECASE
)
"""Before the model of another product, which this one belongs to."""
_SPELLED = re.compile(
    r"(?<![A-Za-z0-9])([A-Za-z]{3,})[ -]([A-Za-z]{0,2}\d{1,5})(?![0-9.,:%\"']|/\d)(?! ?(?:x|mm|cm|ml|v|w|in|ft)\b)"
)
"""A product name with its number apart from it: ``Kestrel 50``, which another writes ``KESTREL50W``."""
_SET_APART = re.compile(
    r"(?<![A-Za-z0-9.,/-])[A-Za-z]{1,4}-"
    r"(?:\d+[A-Za-z]+\d+[A-Za-z]*|\d{3,}(?!(?:MM|CM|ML|UM|NM|KG)\b)[A-Za-z]{2,4})(?![A-Za-z0-9.])",
    re.IGNORECASE,
)
"""Letters before what would else be read as a size or an amount: KV-38QR70T, RB-5200LT."""
_LAST = re.compile(
    r"(?<![A-Za-z0-9.,/-])(?!(?:OD|ID|DIA|WT|DN|PN|[MDLWHRG])\d+(?:MM|CM)?\s*$)"
    r"(?:[A-Za-z]{1,12}-?\d[A-Za-z0-9]*|\d{5,}[A-Za-z]{1,3}|\d{3,}-[A-Za-z]{4,})\s*$",
    re.IGNORECASE,
)
"""What a catalogue line ends with is its model, although it would be a size elsewhere: FK60W, 73051F, 3820-KVTMQS."""
_NUMBER = re.compile(r"(?<![A-Za-z0-9.,/:-])(?:\d{5,}|\d{4}(?=\s*$))(?![A-Za-z0-9.,/:-])")


_FIGURE = re.compile(r"(?<![A-Za-z0-9.,/-])(?:\d{1,3}\.\d{1,2}|\d{2,4}(?!\.\d))(?![0-9])")
"""A number of a quality or of a name that no unit tells of: 24.7 cu ft, Kestrel 50."""
_LETTERS = re.compile(r"[A-Za-z]+")


def find_figures(text: str, codes: Sequence[CodeToken]) -> tuple[str, ...]:
    """Numbers of qualities and names, without zeros behind the point; those of codes that are ratings too."""
    rated = (_LETTERS.sub("", code.key) for code in codes if _RATING.fullmatch(code.key))
    found = (match[0] for match in _FIGURE.finditer(text))
    return tuple(dict.fromkeys(map(_short, (*found, *rated))))


def _short(number: str) -> str:
    return number.rstrip("0").rstrip(".") if "." in number else number


def find_models(text: str, codes: Sequence[CodeToken]) -> tuple[str, ...]:
    """Keys of the codes of a text with the letters set off behind them, then of bare numbers long enough."""
    return tuple(dict.fromkeys(_models(text, codes)))


def _models(text: str, codes: Sequence[CodeToken]) -> Iterator[str]:
    for code in codes:
        if _RATING.fullmatch(code.key) or _MADE_FOR.search(text, max(0, code.start - 24), code.start):
            continue
        suffix = _SUFFIX.match(text, code.end)
        yield code.key + (code_key(suffix[1]) if suffix else "")
    for apart in (*_SET_APART.finditer(text), *_LAST.finditer(text)):
        if not _MADE_FOR.search(text, max(0, apart.start() - 24), apart.start()):
            yield code_key(apart[0])
    for number in _NUMBER.finditer(text):
        yield number[0]


def find_spelled(text: str) -> tuple[str, ...]:
    """Keys of names with the number behind them, as a code would spell them."""
    return tuple(dict.fromkeys(code_key(found[1] + found[2]) for found in _SPELLED.finditer(text)))
