"""Feature kinds of materials and equipment: what the parts of several columns say together.

A dimension arrives as the text that standardisation gave it (``thread:M3``, ``length:10mm``, ``10mm``). Roles differ
between writers (Φ2.5x40 and 2.5x40 are one size), so features compare measures by unit, and sizes by rank.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import NamedTuple, TypeAlias

from mdm.domain.standardise.part import fold_twins, part_key

FeatureFunction: TypeAlias = Callable[[tuple[str, ...]], list[str]]

_SHORTEST_CODE = 4
_MEASURE = re.compile(r"^(?:(?P<role>[a-z]+):)?(?P<first>[A-Z]+)?(?P<number>-?\d+(?:\.\d+)?)(?P<unit>.*)$")
_UNITS = {
    "dim_thread": "M", "dim_gauge": "G", "dim_french": "Fr", "dim_suture": "USP", "dim_package": "SMD",
    "dim_pins": "pin", "dim_holes": "hole", "dim_hardness": "HA", "dim_hardness_d": "HD", "dim_volume": "ml",
    "dim_mass": "g", "dim_pack": "pcs", "dim_size": "size", "dim_pore": "um", "dim_percent": "%", "dim_mesh": "mesh",
    "dim_resistance": "ohm", "dim_capacitance": "nF", "dim_inductance": "uH", "dim_voltage": "V", "dim_power": "W",
    "dim_current": "A", "dim_charge": "mAh", "dim_frequency": "Hz", "dim_pressure": "kPa", "dim_curve": "circle",
}  # fmt: skip


class _Measure(NamedTuple):
    """A dimension text taken apart again."""

    role: str
    number: str
    unit: str
    text: str


def dims(texts: tuple[str, ...]) -> list[str]:
    """Every measure without its role; compare by subset, since one column may tell more than another."""
    return _distinct(measure.text for measure in _measures(texts))


def numbers(texts: tuple[str, ...]) -> list[str]:
    """The magnitudes alone."""
    return _distinct(measure.number for measure in _measures(texts))


def dims_of_unit(unit: str, texts: tuple[str, ...]) -> list[str]:
    """Measures in one unit; two records that both have some and share none contradict each other."""
    return _distinct(measure.text for measure in _measures(texts) if measure.unit == unit)


def size_rank(rank: int, texts: tuple[str, ...]) -> list[str]:
    """The largest (0), middle (1) or smallest (2) length in mm where the pooled texts give a whole size.

    A whole size is a thread with one length, or two or three lengths; a single length may be any of them.
    """
    measures = _measures(texts)
    found = {
        measure.text: float(measure.number)
        for measure in measures
        if measure.unit == "mm" and measure.role != "wall"
    }
    lengths = sorted(found, key=lambda text: -found[text])
    if len(lengths) == 1 and any(measure.unit == "M" for measure in measures):
        return lengths if rank == 0 else []
    if len(lengths) not in (2, 3):
        return []
    return [lengths[{0: 0, 1: 1, 2: -1}[rank]]] if rank != 1 or len(lengths) == 3 else []


def code_tokens(texts: tuple[str, ...]) -> list[str]:
    """Codes as keys, O read as 0 and I as 1; words without a digit and keys under four characters are left out."""
    keys = (fold_twins(part_key(text)) for text in texts)
    return _distinct(
        key for key in keys if len(key) >= _SHORTEST_CODE and any(char.isdigit() for char in key)
    )


def attr_set(texts: tuple[str, ...]) -> list[str]:
    """Every pooled code (grade, finish, colour, side, sterility) once."""
    return _distinct(texts)


def noun(texts: tuple[str, ...]) -> list[str]:
    """The noun named most often, the first of equals."""
    return [max(dict.fromkeys(texts), key=texts.count)] if texts else []


def _measures(texts: tuple[str, ...]) -> list[_Measure]:
    matches = (_MEASURE.match(text) for text in texts)
    return [_read(match) for match in matches if match]


def _read(match: re.Match[str]) -> _Measure:
    first, number, unit = match["first"] or "", match["number"], match["unit"]
    return _Measure(match["role"] or "", number, first or unit, f"{first}{number}{unit}")


def _distinct(members: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(member for member in members if member))


FEATURES: Mapping[str, FeatureFunction] = {
    "dims": dims,
    "numbers": numbers,
    **{name: partial(dims_of_unit, unit) for name, unit in _UNITS.items()},
    "size_largest": partial(size_rank, 0),
    "size_middle": partial(size_rank, 1),
    "size_smallest": partial(size_rank, 2),
    "code_tokens": code_tokens,
    "attr_set": attr_set,
    "noun": noun,
}
