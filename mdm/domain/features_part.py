"""Feature kinds of materials and equipment: what the parts of several columns say together.

A dimension arrives as the text that standardisation gave it (``thread:M3``, ``length:10mm``, ``10mm``). Roles differ
between writers (Φ2.5x40 and 2.5x40 are one size), so features compare measures by unit, and sizes by rank.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from itertools import combinations
from typing import NamedTuple, TypeAlias

from mdm.domain.standardise.grade import IMPLIED
from mdm.domain.standardise.part import fold_twins, part_key
from mdm.domain.standardise.sound import sound_keys

FeatureFunction: TypeAlias = Callable[[tuple[str, ...]], list[str]]
GroupedFunction: TypeAlias = Callable[[Mapping[str, tuple[str, ...]]], list[str]]

_SHORTEST_CODE = 4
_PART_CODE = 7
_MADE_CODE = re.compile(r"[A-Z]{2,}\d{3,}[A-Z]*")
"""In a column of makers' numbers a shorter one names a part too; 606C3 is a bearing of any maker."""
_MADE_NUMBERS = ("manufacturer_part_number.key", "catalog_number.key")
_MOST_FACTS = 10
"""Facts beyond these, in order of their text, are not combined: the number of keys would explode."""
_SHORT_PRODUCT = re.compile(r"[A-Z]{2}\d")
_DRAWING = re.compile(r"(?:DWG|DRG|DRW)\d")
"""Numbers that call themselves drawings count apart from the part numbers of what is drawn."""
_OWN_CLASSES = frozenset({"own_design", "labelling"})
_NUMBERED_CLASSES = _OWN_CLASSES | {"device"}
_REVISION_MARK = re.compile(r"(?:REV)?[A-Z]$")
_BY_DEFINITION = frozenset({"fastener", "seal", "spring", "stock", "packaging", "chemical"})
_PASSIVE_NOUNS = frozenset({"capacitor", "resistor", "inductor"})
_NOUN_PARTS = (".noun", ".noun_class", ".stuff")
_KINDS_TELL = frozenset({"fastener", "spring"})
_GENERIC = frozenset({"screw", "bolt", "nut", "spring"})
"""Nouns that a writer uses for any of their kinds."""
_FILLER = "filler:"
_GTIN_DIGITS = 14
_REGISTERED = re.compile(r"20\d{2}(?P<risk>[123])\d{6}(?!\d)")
_ABBREVIATION = 3
_KEYS = (".key", ".base")
_CODE_PARTS = (*_KEYS, ".codes")
_GRADE_CODES = "material_grade."
_NO_SIZES = frozenset({"fit"})
_PLACE_OF_RANK = (0, 1, -1)
_MEASURE = re.compile(r"^(?:(?P<role>[a-z]+):)?(?P<first>[A-Z]+)?(?P<number>-?\d+(?:\.\d+)?)(?P<unit>.*)$")
_UNITS = {
    "dim_thread": "M", "dim_gauge": "G", "dim_french": "Fr", "dim_suture": "USP", "dim_pins": "pin",
    "dim_holes": "hole", "dim_hardness": "HA", "dim_hardness_d": "HD", "dim_volume": "ml",
    "dim_mass": "g", "dim_pack": "pcs", "dim_size": "size", "dim_pore": "um", "dim_percent": "%", "dim_mesh": "mesh",
    "dim_resistance": "ohm", "dim_capacitance": "nF", "dim_inductance": "uH", "dim_voltage": "V", "dim_power": "W",
    "dim_current": "A", "dim_charge": "mAh", "dim_frequency": "Hz", "dim_pressure": "kPa", "dim_curve": "circle",
    "dim_fit": "fit", "dim_package": "package", "dim_dia": "dia", "dim_od": "od", "dim_id": "id", "dim_wall": "wall",
    "dim_section": "section", "dim_bearing": "bearing", "dim_thickness": "thickness", "dim_width": "width",
}  # fmt: skip


_GROUPS = (
    "orientation", "luer", "language", "cure", "plasticiser", "dielectric", "temper", "length", "wall",
    "bone_thread", "locking", "coating", "wetting", "flute", "sheet_form",
    "function", "signal", "needle", "bearing_seal",
    "cleanliness", "anatomy", "tip", "version", "type", "trim", "filler",
)  # fmt: skip
"""Groups of the code list ``variants``."""


class _Measure(NamedTuple):
    """A dimension text taken apart again."""

    role: str
    number: str
    unit: str
    text: str


def dims(texts: tuple[str, ...]) -> list[str]:
    """Every measure without its role; compare by subset, since one column may tell more than another."""
    return _distinct(measure.text for measure in _measures(texts))


def sizes(texts: tuple[str, ...]) -> list[str]:
    """Every measure but a fit, which says how a size is held and not which."""
    return _distinct(measure.text for measure in _measures(texts) if measure.role not in _NO_SIZES)


def numbers(texts: tuple[str, ...]) -> list[str]:
    """The magnitudes alone."""
    return _distinct(measure.number for measure in _measures(texts))


@dataclass(frozen=True, slots=True)
class Sorted:
    """A kind that takes one lot of what ``sort`` makes of the texts: many kinds share one sorting."""

    sort: Callable[[tuple[str, ...]], Mapping[str, Iterable[str]]]
    lot: str

    def __call__(self, texts: tuple[str, ...]) -> list[str]:
        """The members of the lot."""
        return list(self.sort(texts).get(self.lot, ()))


@lru_cache(maxsize=1024)
def by_unit(texts: tuple[str, ...]) -> Mapping[str, Iterable[str]]:
    """Measures by unit and by role; two records that both have some of one and share none contradict each other."""
    found: dict[str, dict[str, None]] = {}
    for measure in _measures(texts):
        for name in (measure.unit, measure.role):
            if measure.text:
                found.setdefault(name, {})[measure.text] = None
    return found


def size_rank(rank: int, texts: tuple[str, ...]) -> list[str]:
    """The largest (0), middle (1) or smallest (2) length in mm where the pooled texts give a whole size.

    A whole size is a thread with one length, or two or three lengths; a single length may be any of them.
    """
    measures = _measures(texts)
    lengths = _lengths(measures)
    if len(lengths) == 1 and any(measure.unit == "M" for measure in measures):
        return lengths if rank == 0 else []
    if len(lengths) not in (2, 3) or (rank == 1 and len(lengths) == 2):
        return []
    return [lengths[_PLACE_OF_RANK[rank]]]


def _lengths(measures: Sequence[_Measure]) -> list[str]:
    """Lengths in falling order; of outer diameter, inner diameter and wall the third is left out, it follows."""
    found = {each.text: float(each.number) for each in measures if each.unit == "mm"}
    if len(found) > 2:
        roles = {each.role for each in measures}
        third = "id" if "wall" in roles else "od" if "id" in roles else ""
        implied = {each.text for each in measures if third and each.role == third}
        found = {text: number for text, number in found.items() if text not in implied}
    return sorted(found, key=lambda text: -found[text])


def code_tokens(texts: tuple[str, ...]) -> list[str]:
    """Codes as keys, O read as 0 and I as 1; words without a digit and keys under four characters are left out."""
    return _distinct(map(_code, texts))


@lru_cache(maxsize=65536)
def _code(text: str) -> str:
    """One code as a key, or nothing."""
    key = part_key(text)
    tells = (len(key) >= _SHORTEST_CODE and any(map(str.isdigit, key))) or _SHORT_PRODUCT.fullmatch(key)
    return fold_twins(key) if tells else ""


def part_codes(by_reference: Mapping[str, tuple[str, ...]]) -> list[str]:
    """Codes long enough to name one part; a short one such as XR300 names a product that many parts belong to.

    Of two numbers of which one begins with the other only the longer one counts: EX-6080A-B40 is no EX-6080A.
    """
    return list(_part_codes(tuple(item for item in by_reference.items() if item[0].endswith(_CODE_PARTS))))


@lru_cache(maxsize=64)
def _part_codes(items: tuple[tuple[str, tuple[str, ...]], ...]) -> tuple[str, ...]:
    """Kept for a moment: four features ask for the codes of one and the same record."""
    keys = _distinct(
        key
        for name, texts in items
        for key in map(_code, texts)
        if len(key) >= _PART_CODE or (name in _MADE_NUMBERS and _MADE_CODE.fullmatch(key))
    )
    if len(keys) < 2:
        return tuple(keys)
    written = {_code(text) for name, texts in items if name.endswith(_KEYS) for text in texts}
    return tuple(key for key in keys if key in written or not _is_beginning(key, keys))


def _is_beginning(key: str, keys: Iterable[str]) -> bool:
    """Whether another key is this one and more than a revision."""
    return any(
        other != key and other.startswith(key) and not _REVISION_MARK.fullmatch(other[len(key) :])
        for other in keys
    )


def _pooled(by_reference: Mapping[str, tuple[str, ...]], endings: tuple[str, ...]) -> tuple[str, ...]:
    return tuple([text for name, texts in by_reference.items() if name.endswith(endings) for text in texts])


def attr_set(texts: tuple[str, ...]) -> list[str]:
    """Every pooled code (grade, finish, colour, side, sterility) once."""
    return _distinct(texts)


@lru_cache(maxsize=1024)
def by_group(texts: tuple[str, ...]) -> Mapping[str, Iterable[str]]:
    """Options by group (language, orientation, cure …) out of ``group:code`` texts."""
    found: dict[str, dict[str, None]] = {}
    for text in texts:
        group, mark, option = text.partition(":")
        if mark and option:
            found.setdefault(group, {})[option] = None
    return found


def facts(by_reference: Mapping[str, tuple[str, ...]]) -> list[str]:
    """Everything that defines a part, once each whatever column it stands in.

    Measures without their role, options without their group, and codes short enough to name a product that
    many parts belong to; nouns are left out.
    """
    return list(_facts(tuple(each for each in by_reference.items() if not each[0].endswith(_NOUN_PARTS))))


@lru_cache(maxsize=64)
def _facts(items: tuple[tuple[str, tuple[str, ...]], ...]) -> tuple[str, ...]:
    """Kept for a moment: four features ask for the facts of one and the same record."""
    return tuple(
        _distinct(
            fact for reference, texts in items for fact in (_facts_of(reference, texts) if texts else ())
        )
    )


def combined(size: int, by_reference: Mapping[str, tuple[str, ...]]) -> list[str]:
    """Every noun with every set of so many facts: keys that only parts of one kind and size share."""
    nouns = _distinct(each for noun in nouns_named(by_reference) for each in (noun, _family(noun)))
    told = sorted(facts(by_reference))[:_MOST_FACTS]
    return ["|".join((name, *some)) for name in nouns or [""] for some in combinations(told, size)]


def product_codes(texts: tuple[str, ...]) -> list[str]:
    """Codes too short for a part: the product or series that it belongs to."""
    return [key for key in code_tokens(texts) if len(key) < _PART_CODE]


def known_numbers(by_reference: Mapping[str, tuple[str, ...]]) -> list[str]:
    """Codes that contradict each other when they differ; drawings are left out.

    The part number of a bought part is only the number of its record in one system and says nothing here, nor does a
    running number on a device.
    """
    classes = _classes(by_reference)
    numbered = bool(classes & _NUMBERED_CLASSES) and not _pooled(by_reference, (".running",))
    own = bool(classes & _OWN_CLASSES) or numbered
    told = {name: texts for name, texts in by_reference.items() if own or not name.startswith("part_number.")}
    return [key for key in part_codes(told) if not _DRAWING.match(key)]


def drawings(by_reference: Mapping[str, tuple[str, ...]]) -> list[str]:
    """Numbers that call themselves drawings."""
    return [key for key in part_codes(by_reference) if _DRAWING.match(key)]


def own_numbers(by_reference: Mapping[str, tuple[str, ...]]) -> list[str]:
    """Numbers of a part of one's own design without the revision at their end; none for bought parts.

    On a maker's number the same last letter tells a successor.
    """
    if not _classes(by_reference) & _OWN_CLASSES:
        return []
    keys = [_REVISION_MARK.sub("", key) for key in part_codes(by_reference)]
    bases = code_tokens(_pooled(by_reference, (".bases",)))
    return _distinct(key for key in (*keys, *bases) if len(key) >= _PART_CODE - 1)


def _classes(by_reference: Mapping[str, tuple[str, ...]]) -> set[str]:
    return set(_pooled(by_reference, (".noun_class",)) or _pooled(by_reference, (".stuff",)))


def standard_part(texts: tuple[str, ...]) -> list[str]:
    """Classes of parts that noun, size and grade define, whoever makes them; nothing for others."""
    return _distinct(
        text for text in texts if text in _BY_DEFINITION or text.partition("_")[0] in _PASSIVE_NOUNS
    )


def device(texts: tuple[str, ...]) -> list[str]:
    """``device`` where a noun names a finished device, nothing else."""
    return [text for text in _distinct(texts) if text == "device"]


def unit_identifiers(texts: tuple[str, ...]) -> list[str]:
    """GTINs of the item itself: the first of 14 digits is 0, of packages 1 to 8 (GS1 General Specifications)."""
    return [text for text in _distinct(texts) if len(text) == _GTIN_DIGITS and text[0] == "0"]


def risk_class(texts: tuple[str, ...]) -> list[str]:
    """Risk class of a device, the digit after the year in its Chinese registration number (NMPA Order 47)."""
    return _distinct(match["risk"] for text in texts if (match := _REGISTERED.search(text)))


def own_class(texts: tuple[str, ...]) -> list[str]:
    """Classes of parts of one's own design, nothing for bought ones."""
    return [text for text in _distinct(texts) if text in _OWN_CLASSES]


def bought_maker(by_reference: Mapping[str, tuple[str, ...]]) -> list[str]:
    """The maker of a part that is what its maker makes of it; nothing for standard, own and finished parts."""
    named = _pooled(by_reference, (".noun", ".noun_class"))
    if not named or standard_part(named) or _classes(by_reference) & _NUMBERED_CLASSES:
        return []
    return maker_short(
        tuple(
            text for name, texts in by_reference.items() if not name.endswith(_NOUN_PARTS) for text in texts
        )
    )


@lru_cache(maxsize=4096)
def _facts_of(reference: str, texts: tuple[str, ...]) -> list[str]:
    if reference.endswith(".codes") and not reference.startswith(_GRADE_CODES):
        return product_codes(texts)
    texts = tuple(text for text in texts if text not in IMPLIED and not text.startswith(_FILLER))
    measured = ((text, _MEASURE.match(text)) for text in texts)
    return [_read(match).text if match else text.rpartition(":")[2] for text, match in measured]


def noun(by_reference: Mapping[str, tuple[str, ...]]) -> list[str]:
    """The noun named most often, the first of equals."""
    named = _pooled(by_reference, (".noun",)) or _pooled(by_reference, (".stuff",))
    return [max(dict.fromkeys(named), key=named.count)] if named else []


def nouns_named(by_reference: Mapping[str, tuple[str, ...]]) -> list[str]:
    """Every noun named, or what a bare plastic stands for."""
    return _distinct(_pooled(by_reference, (".noun",)) or _pooled(by_reference, (".stuff",)))


def made_kinds(by_reference: Mapping[str, tuple[str, ...]]) -> list[str]:
    """Every noun named with every name of the maker: keys of records that tell neither number nor size."""
    told = (texts for name, texts in by_reference.items() if not name.endswith(_NOUN_PARTS))
    makers = maker_short(tuple(text for texts in told for text in texts))
    return [f"{each}|{maker}" for each in nouns_named(by_reference) for maker in makers]


def noun_classes(by_reference: Mapping[str, tuple[str, ...]]) -> list[str]:
    """Classes of the nouns named."""
    return _distinct(_pooled(by_reference, (".noun_class",)) or _pooled(by_reference, (".stuff",)))


def noun_kind(by_reference: Mapping[str, tuple[str, ...]]) -> list[str]:
    """Nouns of standard parts that say exactly which kind: a hexagon bolt is no socket screw, a screw may be either."""
    if not _classes(by_reference) & _KINDS_TELL:
        return []
    return [name for name in nouns_named(by_reference) if name not in _GENERIC]


def noun_family(texts: tuple[str, ...]) -> list[str]:
    """Families of all nouns named: a pan head screw and a screw are both of the family screw."""
    return _distinct(map(_family, texts))


def _family(noun: str) -> str:
    return noun.partition("_")[0]


def maker_short(texts: tuple[str, ...]) -> list[str]:
    """Names of a maker, the three letters that they are shortened to, and how foreign ones sound in any script."""
    short = (f"{text[:_ABBREVIATION].lower()}-" for text in texts if text.isascii())
    return _distinct((*texts, *short, *(f"~{key}" for text in texts for key in sound_keys(text))))


@lru_cache(maxsize=1024)
def _measures(texts: tuple[str, ...]) -> tuple[_Measure, ...]:
    """Kept for a moment: some forty features ask for the measures of one and the same record."""
    matches = (_MEASURE.match(text) for text in texts)
    return tuple(_read(match) for match in matches if match)


def _read(match: re.Match[str]) -> _Measure:
    first, number, unit = match["first"] or "", match["number"], match["unit"]
    return _Measure(match["role"] or "", number, first or unit, f"{first}{number}{unit}")


def _distinct(members: Iterable[str]) -> list[str]:
    found = dict.fromkeys(members)
    found.pop("", None)
    return list(found)


FEATURES: Mapping[str, FeatureFunction] = {
    "dims": dims,
    "sizes": sizes,
    "numbers": numbers,
    **{name: Sorted(by_unit, unit) for name, unit in _UNITS.items()},
    "size_largest": partial(size_rank, 0),
    "size_middle": partial(size_rank, 1),
    "size_smallest": partial(size_rank, 2),
    "code_tokens": code_tokens,
    "product_codes": product_codes,
    **{f"variant_{group}": Sorted(by_group, group) for group in _GROUPS},
    "attr_set": attr_set,
    "noun_family": noun_family,
    "maker_short": maker_short,
    "standard_part": standard_part,
    "device": device,
    "own_class": own_class,
    "unit_identifiers": unit_identifiers,
    "risk_class": risk_class,
}

GROUPED_FEATURES: Mapping[str, GroupedFunction] = {
    "facts": facts,
    "part_codes": part_codes,
    "drawings": drawings,
    "noun": noun,
    "noun_classes": noun_classes,
    "noun_kind": noun_kind,
    "bought_maker": bought_maker,
    "nouns_named": nouns_named,
    "made_kinds": made_kinds,
    "known_numbers": known_numbers,
    "own_numbers": own_numbers,
    **{f"combined_{size}": partial(combined, size) for size in (1, 2, 3)},
}
