"""Notations: the many ways in which people write one diameter, resistance, volume or pack.

Every function takes the value, the random source and the language (``zh`` or ``en``) and returns one writing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from random import Random

from mdm.demo.dirt import weighted

_MARKS = (("x", 30.0), ("×", 26.0), ("*", 24.0), ("X", 14.0), ("-", 4.0), (" x ", 4.0))


def number(value: float, rng: Random) -> str:
    """3, now and then 3.0; 0.5, now and then .5."""
    if value == int(value):
        return f"{int(value)}.0" if rng.random() < 0.09 else str(int(value))
    text = f"{value:g}"
    return text[1:] if text.startswith("0") and rng.random() < 0.05 else text


def _joined(values: Sequence[float], rng: Random) -> str:
    mark = weighted(rng, _MARKS)
    return mark.join(number(value, rng) for value in values)


def _millimetres(text: str, rng: Random) -> str:
    roll = rng.random()
    return text + ("mm" if roll < 0.16 else "MM" if roll < 0.20 else "")


def _round(rng: Random) -> str:
    return weighted(
        rng,
        [
            ("Φ", 28.0),
            ("φ", 18.0),
            ("Ø", 16.0),
            ("D", 14.0),
            ("DIA ", 6.0),
            ("∅", 6.0),
            ("直径", 4.0),
            ("", 8.0),
        ],
    )


def _thread(value: tuple[float, ...], rng: Random, language: str) -> str:
    return "M" + _millimetres(_joined(value, rng), rng)


def _nominal(value: tuple[float, ...], rng: Random, language: str) -> str:
    return "M" + number(value[0], rng)


def _plain(value: tuple[float, ...], rng: Random, language: str) -> str:
    return _millimetres(_joined(value, rng), rng)


def _rounded(value: tuple[float, ...], rng: Random, language: str) -> str:
    return _round(rng) + _millimetres(_joined(value, rng), rng)


def _implant(value: tuple[float, ...], rng: Random, language: str) -> str:
    if rng.random() < 0.1:
        return f"{_round(rng)}{value[0]:.1f} L{number(value[1], rng)}"
    return f"{_round(rng)}{value[0]:.1f}{weighted(rng, _MARKS)}{_millimetres(number(value[1], rng), rng)}"


def _ring(value: tuple[float, ...], rng: Random, language: str) -> str:
    inner, section = value
    styles = (
        (_plain(value, rng, language), 50.0),
        (f"ID{number(inner, rng)}*CS{number(section, rng)}", 14.0),
        (f"内径{number(inner, rng)}线径{number(section, rng)}", 12.0 if language == "zh" else 2.0),
        (f"OD{inner + 2 * section:g}x{number(section, rng)}", 8.0),
        (f"{_round(rng)}{_joined(value, rng)}", 16.0),
    )
    return weighted(rng, styles)


def _tube(value: tuple[float, ...], rng: Random, language: str) -> str:
    outer, wall = value
    styles = (
        (_rounded(value, rng, language), 46.0),
        (f"OD{number(outer, rng)} WT{number(wall, rng)}", 20.0),
        (f"外径{number(outer, rng)}壁厚{number(wall, rng)}", 14.0 if language == "zh" else 2.0),
        (f"{number(outer, rng)}/{outer - 2 * wall:g}", 12.0),
        (f"OD{number(outer, rng)}*ID{outer - 2 * wall:g}", 8.0),
    )
    return weighted(rng, styles)


def _bore(value: tuple[float, ...], rng: Random, language: str) -> str:
    inner, outer = value
    styles = (
        (_plain(value, rng, language), 46.0),
        (f"ID{number(inner, rng)}*OD{number(outer, rng)}", 20.0),
        (f"ID{number(inner, rng)} OD{number(outer, rng)}", 10.0),
        (f"内径{number(inner, rng)}外径{number(outer, rng)}", 14.0 if language == "zh" else 2.0),
        (f"{number(inner, rng)}*{(outer - inner) / 2:g}WT", 8.0),
    )
    return weighted(rng, styles)


def _hardness(value: tuple[float, ...], rng: Random, language: str) -> str:
    degree = int(value[0])
    chinese = (f"{degree}度", f"硬度{degree}", f"{degree}°", f"邵氏{degree}A")
    english = (f"{degree}A", f"Shore {degree}A", f"{degree} Shore A", f"SH{degree}", f"{degree}ShA")
    return rng.choice(chinese + english[:2] if language == "zh" else english)


def _area(value: tuple[float, ...], rng: Random, language: str) -> str:
    if rng.random() < 0.15:
        return _joined([side / 10 for side in value], rng) + rng.choice(("cm", "CM"))
    return _plain(value, rng, language)


def _holes(value: tuple[float, ...], rng: Random, language: str) -> str:
    count = int(value[0])
    return rng.choice(
        (f"{count}孔", f"{count}孔", f"{count}H")
        if language == "zh"
        else (f"{count}H", f"{count} holes", f"{count} hole")
    )


def _gauge_with(value: tuple[float, ...], rng: Random, language: str) -> str:
    gauge = int(value[0])
    if not gauge:
        return rng.choice(("不带针", "无针") if language == "zh" else ("w/o needle", "no needle"))
    return rng.choice(
        (f"带针{gauge}G", f"{gauge}G针")
        if language == "zh"
        else (f"w/needle {gauge}G", f"with {gauge}G needle")
    )


def _gauge_length(value: tuple[float, ...], rng: Random, language: str) -> str:
    gauge, length = int(value[0]), value[1]
    if rng.random() < 0.25:
        return f'{gauge}G{weighted(rng, _MARKS)}{length / 25.4:.2g}"'
    return f"{gauge}G{weighted(rng, _MARKS)}{_millimetres(number(length, rng), rng)}"


def _french(value: tuple[float, ...], rng: Random, language: str) -> str:
    size = int(value[0])
    return rng.choice((f"{size}Fr", f"{size}F", f"{size} Fr", f"F{size}", f"{size}CH", f"{size}FR"))


def _ohm(value: tuple[float, ...], rng: Random, language: str) -> str:
    ohms = value[0]
    for limit, unit in ((1e6, "M"), (1e3, "K")):
        if ohms >= limit:
            short = f"{ohms / limit:g}"
            infix = short.replace(".", unit) if "." in short else short + unit
            spelled = f"{ohms:.0f}ohm" if ohms < 1e5 else short + unit
            forms = (short + unit, short + unit.lower(), short + unit + "Ω", infix, spelled)
            return rng.choice(forms if unit == "K" else (short + unit, short + "MΩ", infix))
    return rng.choice((f"{ohms:g}R", f"{ohms:g}Ω", f"{ohms:g}ohm", f"{ohms:g}", f"{ohms:g}OHM"))


def _farad(value: tuple[float, ...], rng: Random, language: str) -> str:
    """Picofarads as pF, nF, µF or the three-digit code."""
    pico = value[0]
    forms = [f"{pico:g}pF"] if pico < 10000 else []
    if 1000 <= pico <= 1e6:
        forms += [f"{pico / 1000:g}nF", f"{pico / 1000:g}n"]
    if pico >= 10000:
        forms += [f"{pico / 1e6:g}uF", f"{pico / 1e6:g}μF"]
    text = f"{pico:.0f}"
    forms.append(f"{text[:2]}{len(text) - 2}")
    return rng.choice(forms)


def _volume(value: str, rng: Random, language: str) -> str:
    amount = int(value)
    forms = [
        f"{amount}ml",
        f"{amount}mL",
        f"{amount} ML",
        f"{amount}毫升" if language == "zh" else f"{amount} mL",
    ]
    forms += [f"{amount / 1000:g}L", f"{amount / 1000:g} L"] if amount >= 500 else [f"{amount}cc"]
    return rng.choice(forms)


def _mass(value: str, rng: Random, language: str) -> str:
    amount = int(value)
    forms = [f"{amount}g", f"{amount} g", f"{amount}克" if language == "zh" else f"{amount}G"]
    return rng.choice([*forms, f"{amount / 1000:g}kg", f"{amount / 1000:g}KG"] if amount >= 500 else forms)


def _centimetre(value: str, rng: Random, language: str) -> str:
    return rng.choice((f"{value}cm", f"{value}cm", f"{int(value) * 10}mm", f"{value}CM", f"L{value}cm"))


def _pack(value: str, rng: Random, language: str) -> str:
    chinese = (f"{value}支/盒", f"{value}只/盒", f"{value}个/盒")
    english = (f"{value}/BX", f"{value}pcs/box", f"box of {value}", f"{value}/box")
    return rng.choice(chinese if language == "zh" else english)


def _volt(value: str, rng: Random, language: str) -> str:
    return rng.choice((f"{value}V", f"{value}V", f"{value}VDC", f"DC{value}V"))


def _kilopascal(value: str, rng: Random, language: str) -> str:
    forms = [f"{value}kPa", f"{value} kPa", f"0-{value}kPa", f"{value}KPA"]
    return rng.choice([*forms, f"{int(value) / 100:g}bar", f"{int(value) / 1000:g}MPa"])


def _poles(value: str, rng: Random, language: str) -> str:
    return rng.choice(
        (f"{value}P", f"{value}针", f"{value}PIN")
        if language == "zh"
        else (f"{value}P", f"{value} POS", f"1x{value}", f"{value}-pin")
    )


def _micron(value: str, rng: Random, language: str) -> str:
    return rng.choice(
        (f"{value}um", f"{value}μm", f"{value}微米" if language == "zh" else f"{value} micron", f"{value}UM")
    )


def _system(value: str, rng: Random, language: str) -> str:
    return rng.choice(
        (f"{value}系统", f"{value}mm")
        if language == "zh"
        else (f"{value} system", f"{value}mm", f"{value} sys")
    )


SIZES: Mapping[str, Callable[[tuple[float, ...], Random, str], str]] = {
    "thread": _thread,
    "nominal": _nominal,
    "pin": _rounded,
    "coil": _rounded,
    "diameter": _rounded,
    "diameter_small": _rounded,
    "ring": _ring,
    "washer_size": _plain,
    "sheet": _plain,
    "tube": _tube,
    "fine": _rounded,
    "bore": _bore,
    "hardness": _hardness,
    "area": _area,
    "box": _area,
    "implant": _implant,
    "holes": _holes,
    "gauge_with": _gauge_with,
    "gauge_length": _gauge_length,
    "french": _french,
    "ohm": _ohm,
    "farad": _farad,
}
"""Measures in numbers, by kind."""
AMOUNTS: Mapping[str, Callable[[str, Random, str], str]] = {
    "millilitre": _volume,
    "gram": _mass,
    "centimetre": _centimetre,
    "pack": _pack,
    "volt": _volt,
    "watt": lambda value, rng, _: rng.choice((f"{value}W", f"{value} W")),
    "kpa": _kilopascal,
    "poles": _poles,
    "micron": _micron,
    "disc": lambda value, rng, _: rng.choice((f"Φ{value}", f"D{value}", f"{value}mm", f"直径{value}mm")),
    "system": _system,
    "usp": lambda value, rng, _: rng.choice((value, value, f"USP {value}", f"{value}#")),
    "model": lambda value, rng, _: rng.choice((value, value, value, f"for {value}", value.replace("-", ""))),
}
"""Amounts kept as text, by kind."""
