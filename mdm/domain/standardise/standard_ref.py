"""References to published standards (GB/T 70.1, ISO 4762, ASTM F136) found in running text."""

from __future__ import annotations

import re
from typing import NamedTuple

_BODIES = (
    r"GB[ /]?T|GB|YY[ /]?T|YY|HG[ /]?T|JB[ /]?T|QB[ /]?T|YS[ /]?T|SJ[ /]?T|DIN[ ]EN[ ]ISO|DIN[ ]ISO|DIN[ ]EN|EN[ ]ISO|"
    r"ISO[ /]?TS|ISO|DIN|EN|ASTM|ASME|ANSI|AISI|JIS|IEC|BS[ ]EN|BS|NF|IPC|MIL|AS|SAE|UL|UN|AMS"
)
_REFERENCE = re.compile(
    rf"(?<![A-Za-z0-9])(?P<body>{_BODIES})[ -]?(?P<number>(?:[A-Z][ -]?(?=\d)|A-)?\d{{1,6}}(?:\.\d{{1,3}})?"
    r"(?:-\d{1,2}(?!\d))?)(?:[-:](?:19|20)\d\d)?(?![A-Za-z0-9]|[.]\d)",
    re.IGNORECASE,
)
_SHORT_BODIES = frozenset({"AS", "EN", "UN", "UL", "BS", "NF", "MIL"})
_CLASS = re.compile(r"(?<![A-Za-z])USP ?CLASS ?(?P<level>VI|IV|V|III|II|I)(?![A-Za-z])", re.IGNORECASE)
_NOT_ALNUM = re.compile(r"[^A-Z0-9.]+")


class StandardRef(NamedTuple):
    """One reference in canonical form (``GB/T 70.1``, without year) and its place in the text."""

    text: str
    start: int
    end: int


def find_standards(text: str) -> tuple[StandardRef, ...]:
    """All references in a text, in order."""
    found = [
        StandardRef(_canonical(match["body"], match["number"]), match.start(), match.end())
        for match in _REFERENCE.finditer(text)
        if _is_reference(match)
    ]
    found += [
        StandardRef(f"USP CLASS {match['level'].upper()}", match.start(), match.end())
        for match in _CLASS.finditer(text)
    ]
    return tuple(sorted(found, key=lambda each: each.start))


def _is_reference(match: re.Match[str]) -> bool:
    """A short body name needs a number of three digits or a decimal (AS568, UN38.3), or it is a word or code."""
    digits = match["number"].replace("-", "").replace(".", "")
    return match["body"].upper() not in _SHORT_BODIES or len(digits) >= 3


def _canonical(body: str, number: str) -> str:
    letters = _NOT_ALNUM.sub(" ", body.upper()).replace(" T", "/T").strip()
    if letters in {"GBT", "YYT", "HGT", "JBT", "QBT", "YST", "SJT"}:
        letters = f"{letters[:2]}/T"
    return f"{letters} {number.upper().replace(' ', '')}"
