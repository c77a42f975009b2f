"""Dimensions written in free text, read as (magnitude, unit, role): M3x10, Φ2.5*40mm, 100nF, 27G, 100支/盒.

Two texts mean the same dimension when magnitude and unit are equal; the role is '' where the text does not tell it.
Numbers of standards, grades and part numbers are never dimensions.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Context, Decimal
from functools import lru_cache
from typing import NamedTuple

from mdm.domain.standardise.code_token import find_codes
from mdm.domain.standardise.special_size import find_special_sizes
from mdm.domain.standardise.standard_ref import find_standards
from mdm.domain.standardise.term import blank
from mdm.domain.standardise.text import clean
from mdm.domain.standardise.unit import SPELLINGS, in_base

NUMBER = r"(?:\d+(?:\.\d+)?|\.\d+)"
_ROLES = {
    "M": "thread",
    "OD": "od", "外径": "od", "ID": "id", "内径": "id", "DIA": "dia", "D": "dia", "Φ": "dia", "直径": "dia",
    "WT": "wall", "壁厚": "wall", "CS": "section", "线径": "section", "W": "width", "宽": "width", "宽度": "width",
    "L": "length", "长": "length", "长度": "length", "H": "height", "高": "height", "高度": "height",
    "厚": "thickness", "厚度": "thickness",
}  # fmt: skip
_UNIT_LABELS = {
    "FR": "fr", "F": "fr", "CH": "fr", "SH": "ha", "SHORE": "ha", "SHORE A": "ha", "SHA": "ha", "硬度": "ha",
    "邵氏": "ha", "邵氏A": "ha", "SHORE D": "hd", "DC": "v", "AC": "v",
}  # fmt: skip
_BY_SIDE = frozenset({"OD", "ID", "WT", "CS", "外径", "内径", "壁厚", "线径"})
_CHAIN_ONLY = frozenset({"W", "L", "H"})
_SHORT = Context(prec=6)
_UNIT_FIRST = frozenset({"M", "USP"})
_HARDNESS_UNITS = frozenset({"a", "p", "°", "度"})


def _any_of(texts: Iterable[str]) -> str:
    return "|".join(sorted(map(re.escape, texts), key=len, reverse=True))


_LATIN, _HAN = (
    [label for label in (*_ROLES, *_UNIT_LABELS) if label.isascii() is ascii_only]
    for ascii_only in (True, False)
)
_ELEMENT = re.compile(
    rf"(?:(?P<label>(?<![A-Za-z0-9.])(?:{_any_of(_LATIN)})|{_any_of(_HAN)})(?:\.(?= ))?[ :=]{{0,2}}|(?<![A-Za-z0-9.]))"
    rf"(?P<number>{NUMBER})(?![\d])"
    rf"(?: ?(?P<unit>{_any_of(SPELLINGS)})(?:(?![A-Za-z0-9])|(?<=(?-i:mm|cm|ml))(?=(?-i:[A-Z]))))?",
    re.IGNORECASE,
)
_CHAIN = re.compile(
    r'(\d ?(?:mm|cm|m|in|inch|"|g|fr|ch|t)?) ?[x×*] ?'
    r"(?=[.\d]|(?:OD|ID|CS|WT|DIA|[WLHDΦ]) ?[.\d]|外径|内径|线径|壁厚|长|宽|高|厚)",
    re.IGNORECASE,
)
_CHAIN_SIGNS = frozenset("xX×*")
_FIT = re.compile(r"((?:Φ|(?<![A-Z0-9])(?:D|DIA)) ?\d+(?:\.\d+)?)(?=[hgHG]\d{1,2}(?![A-Za-z0-9]))")
_GLUED_HARDNESS = re.compile(
    r"(\d+(?:\.\d+?)?)([2-9][05])(?= ?(?:°(?!C)|度|HA(?![A-Z])|SHORE ?A))", re.IGNORECASE
)
_CLASS_NUMBERS = r"(?:3\.6|4\.6|4\.8|5\.6|5\.8|6\.8|8\.8|9\.8|10\.9|12\.9)"
_FINISH_WORDS = (
    r"(?:ANNEAL|PASS|ZINC|ZN|NICKEL|BLACK|BLK|DACRO|STERIL|HYDRO|PLATED|ANODI|HARD|SOFT|NATUR|CLEAR|WHITE|BLUE|LEFT|"
    r"RIGHT|PLAIN)"
)
_GLUED_WORD = re.compile(
    r"(?<=\d)(?=(?:SUS|SS)\d{3}|R/A(?![A-Za-z])|[A-Z][a-z]{3}|GR ?\d|"
    rf"{_FINISH_WORDS}(?![A-Za-z]*\d))|(?<=\d[mM][mM])(?=[A-WYZ][A-Za-z]|A[245](?![0-9.])|\d{1, 2}\.\d ?级)"
    r"|(?<=[A-Za-z]{3})(?=(?:ASTM|ISO|DIN|GB/?T|YY/?T) ?[A-Z]?\d)"
)
_GLUED_GRADE = re.compile(
    rf"(\d\.0)(?={_CLASS_NUMBERS}(?![\d.]))|(?<=[x×*])(\d{{1,3}}?)(?={_CLASS_NUMBERS} ?级)"
    r"|(?<=[x×*])(\d{1,3}(?:\.0)?)(?=A[245](?:-[578]0)?(?![A-Za-z0-9.]))"
    r"|(?<=[x×*])([3-9]|\d{2})(?=(?:303|304|316|420|430)L?(?![A-Za-z0-9.]))",
    re.IGNORECASE,
)
_GLUED_MARK = re.compile(
    r"((?<![A-Za-z0-9])[A-Z]{2,4}-\d{1,3})(?=V\d(?![A-Za-z0-9])|(?:EN|ZH|CN|DE|FR|ES|IT|JA|JP|KO|RU|PT)(?![a-z0-9-]))"
    r"|(\b\d{2}A)[-_/](?=B\d0\b)"
)
"""A product and the version or language of what belongs to it: XR-300V2, XR-300FR; a hardness and a filler: 80A-B20."""
_HYPHENED = re.compile(
    r"((?<![A-Za-z0-9.-])\d{1,3})-(?=(?:pins?|ways?|pos|positions?|holes?)(?![A-Za-z]))", re.IGNORECASE
)
_SHANK = re.compile(
    r"((?:Φ|(?<![A-Za-z0-9])(?:D|DIA)) ?\d+(?:\.\d+)?(?:mm)?)[ ,;/]{1,2}(?=L ?\d)", re.IGNORECASE
)
"""A diameter and the length named after it: Φ5.0 L24."""
_CHIP = re.compile(r"(?<![\w.])(?:0201|0402|0603|0805|1206|1210)(?![\w.])|Ω|±|\d%")


class Dimension(NamedTuple):
    """One property with its value; ``role`` says of what (length, thread, od), '' if the text does not."""

    magnitude: Decimal
    unit: str
    role: str

    @property
    def measure(self) -> str:
        """Magnitude and unit alone (``10mm``, ``M3``): what two texts are compared by."""
        value = format_number(self.magnitude)
        if self.unit == "SMD":
            return f"SMD{value:0>4}"
        return (
            f"{self.unit}{value}"
            if self.unit in _UNIT_FIRST or self.role == "package"
            else f"{value}{self.unit}"
        )

    @property
    def text(self) -> str:
        """Canonical text: ``length:10mm``, or ``10mm`` without role."""
        return f"{self.role}:{self.measure}" if self.role else self.measure


class SizedText(NamedTuple):
    """Dimensions of a text and the text with them blanked out."""

    dimensions: tuple[Dimension, ...]
    rest: str


@dataclass(frozen=True, slots=True)
class _Element:
    """One number as written, with what stands around it."""

    number: str
    label: str
    unit: str
    spaced: bool
    start: int
    end: int


@lru_cache(maxsize=65536)
def parse_dimensions(text: str) -> tuple[Dimension, ...]:
    """Every dimension of a text, in order, each once; standards and code tokens are skipped."""
    cleaned = loosen(clean(text))
    hidden = [(each.start, each.end) for each in find_standards(cleaned)]
    without_standards = blank(cleaned, hidden)
    hidden = [(each.start, each.end) for each in find_codes(without_standards)]
    return read_dimensions(blank(without_standards, hidden)).dimensions


@lru_cache(maxsize=65536)
def read_dimensions(text: str) -> SizedText:
    """Dimensions of clean text in which standards, grades and codes are blanked out already."""
    chip = _CHIP.search(text) is not None
    special, rest = find_special_sizes(text, chip=chip)
    chained = rest if _CHAIN_SIGNS.isdisjoint(rest) else _CHAIN.sub(r"\1×", _CHAIN.sub(r"\1×", rest))
    found: list[Dimension] = [Dimension(*each) for each in special]
    used: list[tuple[int, int]] = []
    for chain in _chains(chained):
        read = _read_chain(chain, chip=chip)
        found += read
        if read:
            used.append((chain[0].start, chain[-1].end))
    return SizedText(tuple(dict.fromkeys(found)), blank(chained, used))


def loosen(text: str) -> str:
    """The text with a space where facts run together: Φ18h9 as Φ18 h9, 5x870° as 5x8 70°, M3x8SUS304."""
    # What each pattern cannot do without is looked for first: most texts have little of it.
    small = text.lower()
    if "h" in small or "g" in small:
        text = _FIT.sub(r"\1 ", text)
    if "°" in small or "度" in small or "ha" in small or "shore" in small:
        text = _GLUED_HARDNESS.sub(r"\1 \2", text)
    if "-" in small:
        text = _HYPHENED.sub(r"\1 ", text)
    if "l" in small:
        text = _SHANK.sub(r"\1×", text)
    if "x" in small or "×" in small or "*" in small or ".0" in small:
        text = _GLUED_GRADE.sub(_set_apart, text)
    if "-" in small or "/" in small or "_" in small:
        text = _GLUED_MARK.sub(_set_apart, text)
    return _GLUED_WORD.sub(" ", text)


def _set_apart(match: re.Match[str]) -> str:
    return f"{match[match.lastindex or 0]} "


def format_number(value: Decimal) -> str:
    """Plain decimal text, without trailing zeros or exponent: ``10.0`` and ``10`` are both ``10``."""
    text = f"{value:f}"
    return (text.rstrip("0").rstrip(".") if "." in text else text) or "0"


def _elements(text: str) -> list[_Element]:
    found = []
    for match in _ELEMENT.finditer(text):
        unit = match["unit"] or ""
        after = text[match.end() : match.end() + 1]
        if after.isascii() and after.isalpha() and not unit:
            continue
        label = (match["label"] or "").upper()
        spaced = bool(unit) and match.end("number") < match.start("unit")
        found.append(_Element(match["number"], label, unit, spaced, match.start(), match.end()))
    return found


def _chains(text: str) -> list[list[_Element]]:
    """Neighbouring numbers joined by ×, after a thread also by one hyphen, and OD/ID by a slash."""
    chains: list[list[_Element]] = []
    for element in _elements(text):
        gap = text[chains[-1][-1].end : element.start] if chains else ""
        if chains and _joins(chains[-1], gap, element):
            chains[-1].append(replace(element, label="ID") if gap.strip() == "/" else element)
        else:
            chains.append([element])
    return chains


def _joins(chain: list[_Element], gap: str, element: _Element) -> bool:
    joint = gap.strip()
    if joint == "×":
        return True
    if joint == "":
        return element.label in _BY_SIDE and chain[-1].label in _BY_SIDE
    if joint == "-" and len(gap) == 1:
        return (
            len(chain) == 1
            and chain[0].label == "M"
            and not element.label
            and element.unit in ("", "mm", "MM")
        )
    return joint == "/" and _is_tube(chain, element)


def _is_tube(chain: list[_Element], element: _Element) -> bool:
    """Outer over inner diameter as in 3.5/3.14: a decimal, falling, the inner at least 0.3 of the outer."""
    if len(chain) > 1 or chain[0].label not in ("", "Φ", "D", "OD") or element.label not in ("", "ID"):
        return False
    outer, inner = Decimal(chain[0].number), Decimal(element.number)
    plain = chain[0].unit in ("", "mm") and element.unit.lower() in ("", "mm")
    return plain and "." in chain[0].number + element.number and outer * Decimal("0.3") <= inner < outer


def _read_chain(chain: list[_Element], *, chip: bool) -> list[Dimension]:
    if len(chain) == 1:
        single = _read_single(chain[0], chip=chip)
        return [single] if single else []
    if _is_pin_grid(chain):
        return [Dimension(Decimal(chain[1].number), "pin", "pins")]
    unit = _shared_unit(chain)
    found = [_read_member(each, unit) for each in chain]
    return _without_pitch(found) + _derived(chain, found)


def _is_pin_grid(chain: list[_Element]) -> bool:
    """``1x12`` without any unit or decimal is one row of 12 contacts."""
    bare = all(not each.label and not each.unit and each.number.isdigit() for each in chain)
    return bare and len(chain) == 2 and chain[0].number == "1" and 2 <= int(chain[1].number) <= 64


def _shared_unit(chain: list[_Element]) -> str:
    """The unit written after the last number of a chain holds for all that have none."""
    unit = chain[-1].unit
    return unit if unit and in_base(Decimal(1), unit)[1] == "mm" else "mm"


def _read_member(element: _Element, shared: str) -> Dimension:
    if element.label == "M":
        return Dimension(Decimal(element.number).normalize(), "M", "thread")
    if element.unit in ("G", "g"):
        return Dimension(Decimal(element.number).normalize(), "G", "gauge")
    if element.unit.lower() == "t":
        return Dimension(Decimal(element.number).normalize(), "mm", "thickness")
    if element.label in _UNIT_LABELS:
        return _measured(element.number, element.unit or _UNIT_LABELS[element.label], "")
    if element.unit and in_base(Decimal(1), element.unit)[1] != "mm":
        meant = _meant_unit(element.number, element.unit, chip=False)
        return _measured(element.number, meant or shared, "" if meant else _ROLES.get(element.label, ""))
    return _measured(element.number, element.unit or shared, _ROLES.get(element.label, ""))


def _without_pitch(found: list[Dimension]) -> list[Dimension]:
    """A thread's pitch (M8x1.25x30) is the coarse one unless stated; it is left out."""
    if len(found) == 3 and found[0].role == "thread" and found[1].magnitude * 2 < found[0].magnitude:
        return [found[0], found[2]]
    return found


def _derived(chain: list[_Element], found: list[Dimension]) -> list[Dimension]:
    """What another text may give instead: the wall of OD/ID, the inner diameter of OD x section."""
    if len(found) != 2 or {each.unit for each in found} != {"mm"}:
        return []
    first, second = found[0].magnitude, found[1].magnitude
    if chain[1].label == "ID" and second < first:
        return [Dimension((first - second) / 2, "mm", "wall")]
    if found[0].role == "od" and found[1].role in ("", "section") and second * 2 < first:
        return [Dimension(first - 2 * second, "mm", "id")]
    return []


def _read_single(element: _Element, *, chip: bool) -> Dimension | None:
    if element.label == "M":
        return Dimension(Decimal(element.number).normalize(), "M", "thread") if not element.unit else None
    if element.unit:
        return _read_united(element, chip=chip)
    if element.label in _UNIT_LABELS:
        return _measured(element.number, _UNIT_LABELS[element.label], "")
    if element.label in _ROLES and element.label not in _CHAIN_ONLY:
        return _measured(element.number, "mm", _ROLES[element.label])
    return None


def _read_united(element: _Element, *, chip: bool) -> Dimension | None:
    """One number with its unit; single letters are judged by the number beside them."""
    unit = _meant_unit(element.number, element.unit, chip=chip)
    if unit is None or (element.spaced and unit in _GLUED):
        return _measured(element.number, "mm", _ROLES[element.label]) if element.label in _BY_SIDE else None
    role = "" if element.label in _UNIT_LABELS else _ROLES.get(element.label, "")
    return _measured(element.number, unit, role)


def _meant_unit(number: str, unit: str, *, chip: bool) -> str | None:
    value = Decimal(number)
    whole = value == value.to_integral_value() and "." not in number
    if number[0] == "0" and number not in ("0",) and whole and unit.isalpha():
        return None
    letter = _SINGLE_LETTERS.get(unit.lower())
    return letter(value, unit, whole) if letter else unit


def _measured(number: str, unit: str, role: str) -> Dimension:
    magnitude, base = in_base(Decimal(number), unit)
    return Dimension(_SHORT.create_decimal(magnitude).normalize(), base, role or _ROLE_OF_UNIT.get(base, ""))


def _hardness_or(other: str | None, value: Decimal, whole: bool) -> str | None:
    """Shore hardness is a whole multiple of five between 20 and 95; nothing else is written so."""
    return "ha" if whole and 20 <= value <= 95 and value % 5 == 0 else other


_GLUED = frozenset({"k", "r", "n", "u", "p"})
_ROLE_OF_UNIT = {
    "HA": "hardness",
    "HD": "hardness",
    "G": "gauge",
    "Fr": "french",
    "pin": "pins",
    "hole": "holes",
}
_SINGLE_LETTERS: Mapping[str, Callable[[Decimal, str, bool], str | None]] = {
    "a": lambda value, unit, whole: _hardness_or("a", value, whole),
    "p": lambda value, unit, whole: (
        "ha" if whole and value >= 50 and value % 5 == 0 else "pin" if whole else "p"
    ),
    "°": lambda value, unit, whole: _hardness_or(None, value, whole),
    "度": lambda value, unit, whole: _hardness_or(None, value, whole),
    "d": lambda value, unit, whole: "hd" if whole and 20 <= value <= 95 and value % 5 == 0 else None,
    "g": lambda value, unit, whole: "gauge" if unit == "G" and whole and 10 <= value <= 36 else "g",
    "f": lambda value, unit, whole: "fr" if whole and value <= 40 else None,
    "h": lambda value, unit, whole: "hole" if whole and value <= 40 else None,
    "t": lambda value, unit, whole: "mm" if unit == "t" and value <= 100 else None,
    "k": lambda value, unit, whole: "k",
    "r": lambda value, unit, whole: "r",
    "n": lambda value, unit, whole: "n" if unit == "n" else None,
    "u": lambda value, unit, whole: "u",
    "shore": lambda value, unit, whole: _hardness_or(None, value, whole),
    "位": lambda value, unit, whole: "pin" if whole else None,
}
