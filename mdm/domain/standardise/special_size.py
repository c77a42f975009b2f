"""Sizes with a notation of their own: packs, suture sizes, fractions, chip packages, tolerances, 4k7."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from typing import NamedTuple

from mdm.domain.standardise.code_token import HOUSINGS
from mdm.domain.standardise.term import blank

_START = r"(?<![A-Za-z0-9.])"
_END = r"(?![A-Za-z0-9])"
_NUMBER = r"\d+(?:\.\d+)?"
_INCH = r'(?:"|in(?:ch(?:es)?)?(?![A-Za-z])|英寸|吋)'
_TOLERANCE_LETTERS = {"B": "0.1", "C": "0.25", "D": "0.5", "F": "1", "G": "2", "J": "5"}
"""IEC 60062 letters; K and M are left out, they read as kilo and mega."""
_LETTER_SIZES = {
    "XS": 1,
    "S": 2,
    "小": 2,
    "M": 3,
    "中": 3,
    "L": 4,
    "大": 4,
    "XL": 5,
    "加大": 5,
    "XXL": 6,
    "特大": 6,
}
_METRIC_PACKAGES = {
    "0603": "0201", "1005": "0402", "1608": "0603", "2012": "0805",
    "3216": "1206", "3225": "1210", "4532": "1812", "6332": "2512",
}  # fmt: skip
"""Metric names of chip sizes (IEC 60115-8) and what the trade calls them in hundredths of an inch."""
_RESISTOR_FACTORS = {"R": 1, "K": 1_000, "M": 1_000_000}
_MM_PER_INCH = Decimal("25.4")


class Special(NamedTuple):
    """Magnitude, unit and role of one special size, in the order a dimension has them."""

    magnitude: Decimal
    unit: str
    role: str


class _Rule(NamedTuple):
    """A notation: what it looks like, how it is read, and characters without one of which it cannot occur."""

    pattern: re.Pattern[str]
    read: Callable[[re.Match[str]], Special]
    needs: frozenset[str]
    chip_only: bool = False


def find_special_sizes(text: str, *, chip: bool) -> tuple[list[Special], str]:
    """Special sizes of a text and the text with them blanked; ``chip``: the text speaks of a chip component."""
    found: list[Special] = []
    present = set(text.lower())
    for rule in _RULES:
        if (rule.chip_only and not chip) or rule.needs.isdisjoint(present):
            continue
        matches = list(rule.pattern.finditer(text))
        found += map(rule.read, matches)
        text = blank(text, (match.span() for match in matches))
    return found, text


def _pack(match: re.Match[str]) -> Special:
    return Special(Decimal(match["n"]), "pcs", "pack")


def _suture(match: re.Match[str]) -> Special:
    """Sizes with zeros count downwards: 4-0 is thinner than 2-0 and 2 is thicker than 0 (USP <861>)."""
    zeros = -int(match["n"]) if match["zero"] else int(match["n"])
    return Special(Decimal(zeros), "USP", "suture")


def _fraction(match: re.Match[str]) -> Special:
    whole = Decimal(match["whole"] or 0) + Decimal(match["top"]) / Decimal(match["bottom"])
    return Special((whole * _MM_PER_INCH).quantize(Decimal("0.001")).normalize(), "mm", "")


def _inch(match: re.Match[str]) -> Special:
    """Inches with two or more decimals are mostly rounded millimetres: 0.31 inch is 8 mm."""
    exact = Decimal(match["n"]) * _MM_PER_INCH
    decimals = len(match["n"].partition(".")[2])
    whole = exact.quantize(Decimal(1))
    slack = _MM_PER_INCH * Decimal("0.5").scaleb(-decimals)
    rounded = decimals >= 2 and abs(exact - whole) <= slack
    return Special(whole if rounded else exact.normalize(), "mm", "")


def _curve(match: re.Match[str]) -> Special:
    return Special(Decimal(match["top"]) / Decimal(match["bottom"]), "circle", "curve")


def _resistor(match: re.Match[str]) -> Special:
    value = Decimal(f"{match['n']}.{match['rest']}") * _RESISTOR_FACTORS[match["mark"].upper()]
    return Special(value.normalize(), "ohm", "")


def _bare_ohms(match: re.Match[str]) -> Special:
    return Special(Decimal(match["n"]), "ohm", "")


def _mega_ohms(match: re.Match[str]) -> Special:
    return Special(Decimal(match["n"]) * 1_000_000, "ohm", "")


def _package(match: re.Match[str]) -> Special:
    return Special(Decimal(match["n"]), "SMD", "package")


def _metric_package(match: re.Match[str]) -> Special:
    return Special(Decimal(_METRIC_PACKAGES[match["n"]]), "SMD", "package")


def _housing(match: re.Match[str]) -> Special:
    """SOT23-5 is one of the housings SOT23; the last number counts the leads."""
    family = match["family"].upper() + (f"{match['type']}-" if match["type"] else "")
    return Special(Decimal(match["leads"]), family, "package")


def _fit(match: re.Match[str]) -> Special:
    """Tolerance class of a diameter (ISO 286): h8."""
    return Special(Decimal(match["n"]), match["class"].lower(), "fit")


def _tolerance(match: re.Match[str]) -> Special:
    return Special(Decimal(_TOLERANCE_LETTERS[match["letter"].upper()]), "%", "tolerance")


def _percent(match: re.Match[str]) -> Special:
    return Special(Decimal(match["n"]), "%", "tolerance" if match["sign"] else "")


def _filler(match: re.Match[str]) -> Special:
    """B20 after a hardness: 20 % of barium sulfate, as makers of radiopaque plastics write it."""
    return Special(Decimal(match["n"]), "%", "")


def _letter_size(match: re.Match[str]) -> Special:
    name = next(group for group in match.groups() if group)
    return Special(Decimal(_LETTER_SIZES[name.upper()]), "size", "size")


_COUNTED = r"(?:支|只|个|包|片|件|根|条|套|枚|粒|张|副|双|pcs?|ea|pieces?)"
_BOXES = r"(?:盒|箱|包|袋|卷|托|bx|box|boxes|ctn|carton|bag|pk|pack|case|roll)"
_PACKAGES = "0201|0402|0603|0805|1206|1210|1812|2512"
_LETTER = r"XXL|XL|XS|S|M|L"


def _rule(
    pattern: str, read: Callable[[re.Match[str]], Special], needs: str, *, chip_only: bool = False
) -> _Rule:
    return _Rule(re.compile(pattern, re.IGNORECASE), read, frozenset(needs), chip_only)


_RULES = (
    _rule(rf"{_START}(?P<n>\d{{1,5}}) ?{_COUNTED}? ?(?:/|per|每) ?{_BOXES}(?![A-Za-z])", _pack, "/每r"),
    _rule(rf"{_START}(?P<n>\d{{1,5}}) ?(?:pcs|pieces){_END}", _pack, "p"),
    _rule(rf"{_START}USP ?(?P<n>\d{{1,2}})(?:[-/](?P<zero>0))?{_END}(?!号)", _suture, "u"),
    _rule(r"(?<![A-Za-z0-9.-])(?P<n>\d{1,2})[-/](?P<zero>0)(?![A-Za-z0-9.-])", _suture, "0"),
    _rule(r"(?<![A-Za-z0-9.-])(?P<n>[0-5])(?P<zero>(?!))?号", _suture, "号"),
    _rule(
        rf"(?<![\d./])(?:(?P<whole>\d{{1,2}})[- ])?(?P<top>\d{{1,2}})/(?P<bottom>[1-9]\d?) ?{_INCH}",
        _fraction,
        "/",
    ),
    _rule(rf"(?<![A-Za-z0-9.])(?P<n>\d+(?:\.\d+)?|\.\d+) ?{_INCH}", _inch, '"n英吋'),
    _rule(r"(?<![\dA-Za-z./])(?P<top>[135])/(?P<bottom>[248])(?![\d/.]|[HhGg](?![a-z]))", _curve, "/"),
    _rule(rf"{_START}(?P<class>[hgk])(?P<n>[5-9]|1[0-3])(?![A-Za-z0-9.×*])", _fit, "hgk"),
    _rule(rf"{_START}(?P<n>\d{{1,3}})(?P<mark>[RKM])(?P<rest>\d{{1,2}}){_END}", _resistor, "rkm"),
    _rule(
        rf"{_START}(?P<n>{_NUMBER})(?= *[,;/_ -]+ *(?:[BCDFGJ]{_END}|±?\d+(?:\.\d+)? ?%|(?:{_PACKAGES})(?!\w)))",
        _bare_ohms,
        "bcdfgj%2345",
        chip_only=True,
    ),
    _rule(r"(?P<sign>[±+-]{0,2})(?<![\d.])(?P<n>\d+(?:\.\d+)?) ?[%％]", _percent, "%％"),
    _rule(rf"(?<=[A°度][ ,;/_-])B(?P<n>[2-6]0){_END}", _filler, "b"),
    _rule(rf"(?<![\w.])(?P<n>{_PACKAGES})(?![\w.])", _package, "0125"),
    _rule(
        rf"(?<![\w.])(?P<n>{'|'.join(_METRIC_PACKAGES)})(?: ?公制| ?metric|M)(?![A-Za-z0-9])",
        _metric_package,
        "m公",
    ),
    _rule(
        rf"{_START}(?P<family>{HOUSINGS})(?:[ -]?(?P<type>\d{{2,3}})(?=-))?-?(?P<leads>\d{{1,3}}){_END}",
        _housing,
        "qsdbtc",
    ),
    _rule(rf"{_START}(?P<n>{_NUMBER}) ?M{_END}", _mega_ohms, "m", chip_only=True),
    _rule(r"(?<=[ ,;/_-])(?P<letter>[BCDFGJ])(?=[ ,;/_-]|$)", _tolerance, "bcdfgj", chip_only=True),
    _rule(
        rf"(?<![A-Za-z0-9])(?:SIZE[ :]?({_LETTER})(?![A-Za-z0-9])|({_LETTER})[ -]?[号码])",
        _letter_size,
        "号码z",
    ),
    _rule(r"(?:^|(?<=[ ,;/_-]))(XXL|XL|XS|加大|特大|大|中|小)[号码]?(?=[ ,;/_-]|$)", _letter_size, "x大中小"),
)
