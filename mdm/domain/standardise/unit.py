"""Units as texts write them, and their conversion into one base unit per quantity.

Own patterns read the text, pint converts: reading with pint is slow and takes ``12 pcs`` for 12 parsec.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from functools import lru_cache

import pint

_QUANTITIES: Mapping[str, Mapping[str, str]] = {
    "mm": {
        "mm": "mm", "毫米": "mm", "cm": "cm", "厘米": "cm", "公分": "cm", "m": "m", "米": "m", "dm": "dm",
        "inch": "inch", "inches": "inch", "in": "inch", '"': "inch", "英寸": "inch", "吋": "inch", "ft": "ft",
    },
    "um": {"um": "um", "µm": "um", "μm": "um", "微米": "um", "nm": "nm", "纳米": "nm"},
    "ml": {
        "ml": "ml", "毫升": "ml", "cc": "ml", "cm3": "ml", "cl": "cl", "dl": "dl", "ul": "ul", "µl": "ul", "μl": "ul",
        "微升": "ul", "l": "l", "升": "l", "ltr": "l", "liter": "l", "litre": "l", "gal": "gal",
    },
    "g": {
        "g": "g", "克": "g", "kg": "kg", "公斤": "kg", "千克": "kg", "mg": "mg", "毫克": "mg", "ug": "ug", "µg": "ug",
        "μg": "ug", "t": "t", "吨": "t", "lb": "lb", "oz": "oz",
    },
    "ohm": {
        "Ω": "ohm", "ohm": "ohm", "ohms": "ohm", "欧": "ohm", "欧姆": "ohm", "kΩ": "kohm", "KΩ": "kohm", "kohm": "kohm",
        "千欧": "kohm", "MΩ": "Mohm", "兆欧": "Mohm", "mΩ": "mohm", "r": "ohm", "k": "kohm",
    },
    "nF": {
        "pf": "pF", "nf": "nF", "uf": "uF", "µf": "uF", "μf": "uF",
        "p": "pF", "n": "nF", "u": "uF", "µ": "uF", "μ": "uF",
    },
    "uH": {"nh": "nH", "uh": "uH", "µh": "uH", "μh": "uH", "mh": "mH"},
    "V": {"v": "V", "vdc": "V", "vac": "V", "伏": "V", "kv": "kV", "mv": "mV"},
    "W": {"w": "W", "瓦": "W", "kw": "kW", "mw": "mW"},
    "A": {"a": "A", "安": "A", "ma": "mA", "ua": "uA"},
    "mAh": {"mah": "mA*h", "ah": "A*h", "安时": "A*h", "毫安时": "mA*h"},
    "Hz": {"hz": "Hz", "khz": "kHz", "mhz": "MHz", "ghz": "GHz", "赫兹": "Hz"},
    "kPa": {
        "pa": "Pa", "kpa": "kPa", "mpa": "MPa", "bar": "bar", "mbar": "mbar", "psi": "psi", "mmhg": "mmHg",
    },
}  # fmt: skip
_COUNTS: Mapping[str, str] = {
    "%": "%", "％": "%", "°c": "degC", "℃": "degC", "摄氏度": "degC",
    "fr": "Fr", "ch": "Fr", "f": "Fr", "gauge": "G", "ga": "G",
    "hole": "hole", "holes": "hole", "孔": "hole", "h": "hole",
    "pin": "pin", "pins": "pin", "针": "pin", "pos": "pin", "位": "pin", "芯": "pin", "p": "pin", "way": "pin",
    "ha": "HA", "sha": "HA", "shore a": "HA", "shorea": "HA", "shore": "HA", "度": "HA", "°": "HA", "邵氏": "HA",
    "hd": "HD", "shore d": "HD", "shored": "HD", "d": "HD", "目": "mesh", "mesh": "mesh", "系统": "mm", "sys": "mm",
    "system": "mm",
}  # fmt: skip

SPELLINGS: frozenset[str] = frozenset(_COUNTS) | {s for units in _QUANTITIES.values() for s in units}
"""Every unit text that is understood; case counts only between ``mΩ`` and ``MΩ``."""

_UNITS: Mapping[str, tuple[str, str]] = {
    spelling: (unit, base) for base, units in _QUANTITIES.items() for spelling, unit in units.items()
}


def in_base(magnitude: Decimal, spelling: str) -> tuple[Decimal, str]:
    """The magnitude in the base unit of its quantity, and that unit; an unknown unit stays as it is."""
    unit, base = _UNITS.get(spelling) or _UNITS.get(spelling.lower()) or ("", "")
    if not base:
        return magnitude, _COUNTS.get(spelling.lower(), spelling)
    return (magnitude if unit == base else magnitude * _factor(unit, base)), base


@lru_cache(maxsize=1)
def _registry() -> pint.UnitRegistry[float]:
    return pint.UnitRegistry()


@lru_cache(maxsize=512)
def _factor(unit: str, base: str) -> Decimal:
    factor = float(_registry().Quantity(1.0, unit).to(base).magnitude)
    return Decimal(f"{factor:.10g}")
