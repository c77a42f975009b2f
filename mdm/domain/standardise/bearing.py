"""Designations of rolling bearings (ISO 15, GB/T 272): 688-2Z C3, 688ZZ/C3 and 688ZZC3 are one bearing by any maker.

Such a designation is a size that every maker uses, not the number of one maker.
"""

from __future__ import annotations

import re
from typing import NamedTuple

_SEALS = {
    "ZZ": "2Z", "2Z": "2Z", "2ZR": "2Z",
    "2RS": "2RS", "2RS1": "2RS", "2RSR": "2RS", "2RSH": "2RS", "DDU": "2RS", "DD": "2RS", "LLU": "2RS",
    "2RZ": "2RZ", "LLB": "2RZ", "VV": "2RZ",
}  # fmt: skip
_SEAL = "|".join(sorted(_SEALS, key=len, reverse=True))
_CLEARANCE = r"(?:[ /-]?(?P<clearance>C[2-5]))?"
_SEALED = rf"(?P<base>(?:MR)?\d{{2,5}}?)[ _-]?(?P<seal>{_SEAL}){_CLEARANCE}"
_IN_TEXT = re.compile(rf"(?<![A-Za-z0-9.]){_SEALED}(?![A-Za-z0-9])", re.IGNORECASE)
_ALONE = re.compile(_SEALED, re.IGNORECASE)
_OPEN = re.compile(
    rf"(?<![A-Za-z0-9.×*/-])(?P<base>[67]\d{{2,4}})(?P<seal>){_CLEARANCE}(?![A-Za-z0-9.×*-]| ?[x×*]|/\d)",
    re.IGNORECASE,
)
_NAMED = re.compile(r"轴承|\bbearings?\b|\bBRG\b", re.IGNORECASE)


class Bearing(NamedTuple):
    """One designation, as a dimension text, and its place."""

    text: str
    start: int
    end: int


def find_bearings(text: str) -> tuple[Bearing, ...]:
    """Every designation of a text; one without seals (6204) counts only beside the word bearing."""
    if not any(map(str.isdigit, text)):
        return ()
    sealed = tuple(_bearing(match) for match in _IN_TEXT.finditer(text))
    if sealed or not _NAMED.search(text):
        return sealed
    return tuple(_bearing(match) for match in _OPEN.finditer(text))


def bearing_number(text: str) -> str:
    """The dimension text of a number that is a sealed bearing's designation and nothing else; otherwise ''."""
    match = _ALONE.fullmatch(text)
    return _bearing(match).text if match else ""


def _bearing(match: re.Match[str]) -> Bearing:
    parts = (match["base"].upper(), _SEALS.get(match["seal"].upper(), ""), (match["clearance"] or "").upper())
    return Bearing(f"bearing:{'-'.join(part for part in parts if part)}", *match.span())
