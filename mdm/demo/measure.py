"""Measures of parts: which values a kind may take, which values are its neighbours, one writing of a value."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random

from mdm.demo import notation
from mdm.demo.vocabulary import words

Value = str | tuple[float, ...]
"""A term or literal by its canonical text, or the numbers of a measure in mm."""

_LENGTHS = (4, 5, 6, 8, 10, 12, 14, 16, 20, 25, 30, 35, 40, 45, 50, 60)
_THREADS = (2, 2.5, 3, 4, 5, 6, 8, 10, 12)
_CHOICES: Mapping[str, tuple[Sequence[float], ...]] = {
    "thread": (_THREADS, _LENGTHS),
    "nominal": ((2, 2.5, 3, 4, 5, 6, 8, 10, 12, 14, 16, 20),),
    "pin": ((1, 1.5, 2, 2.5, 3, 4, 5, 6, 8), (4, 6, 8, 10, 12, 16, 20, 24, 30, 38)),
    "coil": (
        (0.3, 0.4, 0.5, 0.6, 0.8, 1, 1.2, 1.5),
        (3, 4, 5, 6, 8, 10, 12),
        (8, 10, 12, 15, 18, 20, 25, 30, 40),
    ),
    "diameter": ((3, 4, 5, 6, 8, 10, 12, 14, 16, 18, 20, 25, 30, 40),),
    "diameter_small": ((16, 22, 24, 28, 30, 36, 42),),
    "ring": ((3, 4, 5, 6, 8, 9, 10, 12, 14, 16, 18, 20, 25, 30, 40), (1, 1.5, 1.8, 2, 2.4, 2.65, 3, 3.55)),
    "washer_size": ((4, 5, 6, 8, 10, 12, 16, 20), (22, 25, 28, 30, 35, 40, 52), (0.5, 1, 1.5, 2, 3, 5, 7)),
    "sheet": ((0.3, 0.5, 0.8, 1, 1.2, 1.5, 2, 3, 5), (400, 500, 1000, 1219), (600, 1000, 2000, 2438)),
    "tube": ((0.5, 0.8, 1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10), (0.08, 0.1, 0.12, 0.15, 0.2)),
    "fine": ((0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.5, 0.6, 0.8, 1, 1.2),),
    "bore": ((0.8, 1, 1.5, 2, 2.5, 3, 4, 4.8, 6, 8), (10, 11, 12, 14, 16)),
    "hardness": ((40, 50, 60, 65, 70, 75, 80, 85, 90),),
    "area": ((30, 40, 50, 60, 70, 80, 100, 150, 200), (20, 25, 30, 40, 50, 70, 90, 120, 300)),
    "box": ((200, 300, 400, 500, 600), (150, 200, 250, 300, 350, 400), (100, 120, 150, 200, 250, 300)),
    "implant": (
        (1.5, 2, 2.4, 2.7, 3.5, 4, 4.5, 5, 6.5),
        (6, 8, 10, 12, 14, 16, 18, 20, 24, 28, 32, 36, 40, 50, 60),
    ),
    "holes": ((3, 4, 5, 6, 7, 8, 9, 10, 12, 14),),
    "gauge_with": ((0, 21, 22, 23, 25, 26, 27),),
    "gauge_length": ((18, 19, 20, 21, 22, 23, 25, 26, 27, 30), (8, 13, 16, 25, 32, 38)),
    "french": ((4, 5, 6, 7, 8, 10, 12, 14),),
    "ohm": (
        (
            10,
            22,
            47,
            100,
            220,
            330,
            470,
            1000,
            2200,
            3300,
            4700,
            10000,
            22000,
            47000,
            100000,
            220000,
            470000,
            1e6,
        ),
    ),
    "farad": (
        (
            10,
            22,
            47,
            100,
            220,
            470,
            1000,
            2200,
            4700,
            10000,
            22000,
            47000,
            100000,
            220000,
            470000,
            1e6,
            2.2e6,
            1e7,
        ),
    ),
}


def new_value(kind: str, options: Sequence[str], rng: Random) -> Value:
    """A value of the kind; terms and literals come from the class's own options."""
    if kind == "model":
        return str(rng.choice(words("parts")["models"]["names"]))
    if kind in _CHOICES:
        return _draw(kind, rng)
    return rng.choice(options)


def _draw(kind: str, rng: Random) -> tuple[float, ...]:
    if kind == "bore":  # the outer diameter follows the inner one
        inner = rng.choice(_CHOICES["bore"][0])
        return inner, inner + rng.choice((0.8, 1, 1.5, 2, 3, 4))
    if kind == "washer_size":
        inner = rng.choice(_CHOICES["washer_size"][0])
        return inner, inner + rng.choice((4, 6, 8, 10, 12, 14)), rng.choice(_CHOICES["washer_size"][2])
    return tuple(float(rng.choice(values)) for values in _CHOICES[kind])


def neighbour(kind: str, options: Sequence[str], value: Value, rng: Random) -> Value:
    """Another value of the kind, one number or term away; the same value when there is no other."""
    if isinstance(value, str):
        others = [item for item in options if item != value]
        return rng.choice(others) if others else value
    spot = rng.randrange(len(value))
    for _ in range(8):
        drawn = _draw(kind, rng)
        changed = (*value[:spot], drawn[spot], *value[spot + 1 :])
        if changed != value and (kind != "bore" or changed[0] < changed[1]):
            return changed
    return value


def write(kind: str, value: Value, rng: Random, language: str) -> str:
    """One writing of the value in Chinese (``zh``) or English (``en``)."""
    if isinstance(value, tuple):
        return notation.SIZES[kind](value, rng, language)
    terms = words("terms")
    if kind == "phrase":
        return str(rng.choice(words("parts")["phrases"][value][language]))
    if kind in terms:
        forms = terms[kind][value][language]
        return str(forms[0] if rng.random() < 0.4 else rng.choice(forms))
    return notation.AMOUNTS[kind](value, rng, language) if kind in notation.AMOUNTS else value
