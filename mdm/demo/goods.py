"""Branded goods of a demo world: model numbers that end in a colour, other colours, accessories."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from random import Random
from typing import Any

from mdm.demo.measure import Value
from mdm.demo.part import Part
from mdm.demo.vocabulary import words

_MARKS: Mapping[str, str] = {
    "white": "W", "black": "BK", "grey": "GY", "blue": "BL", "red": "R", "green": "GN", "yellow": "Y", "clear": "CL",
}  # fmt: skip
_COLOUR = -1
"""The last parameter of goods is their colour, the first the line of products."""


def numbered(number: str, values: Sequence[Value]) -> str:
    """The model with the letters of its colour behind the last digit."""
    return number.rstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ") + _MARKS[str(values[_COLOUR])]


def in_other_colour(base: Part, rng: Random) -> Part:
    """The same model in another colour."""
    options = [name for name in base.kind["params"][_COLOUR][1:] if name != base.values[_COLOUR]]
    values = (*base.values[:_COLOUR], rng.choice(options))
    return replace(base, values=values, number=numbered(base.number, values))


def accessory_kind(kind: dict[str, Any], rng: Random) -> dict[str, Any]:
    """A class of things that fit another: its code and words are the accessory's, the rest is the base's."""
    made = rng.choice(words("parts")["accessory"])
    return {**kind, "zh": made["zh"], "en": made["en"]}
