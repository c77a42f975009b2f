"""Dates as ISO 8601 days, read only when they can be read in one way.

The order of day and month is declared per source and never guessed from a row. A date that can be read in two ways
has no value, but its part ``readings`` holds both days: enough to compare, since the year is sure.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping
from functools import lru_cache

from mdm.domain.standardise.kind import ABSENT, Env, Kind, Standard, rejected
from mdm.domain.standardise.text import clean

_ISO = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[T ]\s*\d.*)?")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})(?:[T ]?\d{4,6})?")
_NAMED = re.compile(r"(\d{1,2})[- ./]([A-Za-z]{3,9})\.?,?[- ./](\d{4})(?:[ T].*)?")
_NAMED_FIRST = re.compile(r"([A-Za-z]{3,9})\.? (\d{1,2}),? (\d{4})(?:[ T].*)?")
_NUMERIC = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})(?:[ T].*)?")
_AMBIGUOUS = (("ambiguous_date", "warning"),)
_MONTHS = {
    name: number
    for number, name in enumerate(
        ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"], start=1
    )
}
# Days that systems write where they have none.
_NO_DAY = {
    datetime.date(1900, 1, 1),
    datetime.date(1899, 12, 30),
    datetime.date(9999, 12, 31),
    datetime.date(1, 1, 1),
    datetime.date(2999, 12, 31),
}


def date(text: str, env: Env) -> Standard:
    """The day as YYYY-MM-DD; findings ``ambiguous_date`` (order not declared) and ``date_format``."""
    return read_date(clean(text), env.context.date_order)


@lru_cache(maxsize=65536)
def read_date(text: str, order: str | None) -> Standard:
    """The day that ``text`` names when days and months stand in ``order`` (YMD, DMY, MDY or None)."""
    if not text or not text.strip("0-/.: "):
        return ABSENT
    if found := _ISO.fullmatch(text) or _COMPACT.fullmatch(text):
        return _day(int(found[1]), int(found[2]), int(found[3]))
    if found := _NAMED.fullmatch(text):
        return _day(int(found[3]), _MONTHS.get(found[2][:3].lower(), 0), int(found[1]))
    if found := _NAMED_FIRST.fullmatch(text):
        return _day(int(found[3]), _MONTHS.get(found[1][:3].lower(), 0), int(found[2]))
    if found := _NUMERIC.fullmatch(text):
        return _numeric(int(found[1]), int(found[2]), int(found[3]), order)
    return rejected("date_format")


def _numeric(first: int, second: int, year: int, order: str | None) -> Standard:
    if order == "DMY":
        return _day(year, second, first)
    if order == "MDY":
        return _day(year, first, second)
    if first > 12 or first == second:
        return _day(year, second, first)
    if second > 12:
        return _day(year, first, second)
    return Standard(
        None, {"readings": (f"{year}-{first:02}-{second:02}", f"{year}-{second:02}-{first:02}")}, _AMBIGUOUS
    )


def _day(year: int, month: int, day: int) -> Standard:
    try:
        read = datetime.date(year, month, day)
    except ValueError:
        return rejected("date_format")
    return ABSENT if read in _NO_DAY else Standard(read.isoformat())


KINDS: Mapping[str, Kind] = {"date": date}
