"""What the maker of demo worlds asks of each entity: families of things, and how a system writes one down."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random
from typing import Any, Protocol

from mdm.demo.dirt import Pen

Pair = tuple[int, int, str]
"""Positions of two things of a family that must not be merged, and why they tempt."""
Family = tuple[Sequence[Any], Sequence[Pair]]
"""Related things, the first one the base. Any: each recipe has its own class of things."""
Known = Mapping[str, Sequence[str]]
"""Ids already given to this thing, by source, for references between systems."""


class Recipe(Protocol):
    """One entity's generator; holds what was used already, so that no two things become alike by accident."""

    prefix: str

    def family(self) -> Family:
        """The next thing, alone or with its look-alikes."""

    def holders(self, thing: Any) -> Mapping[str, float]:
        """Systems that may hold the thing, with weights, in the order in which they come to know it."""

    def new_id(self, source: str, thing: Any) -> str:
        """A key in the style of the system; the caller repeats until it is new."""

    def row(self, source: str, key: str, thing: Any, pen: Pen, known: Known) -> dict[str, str]:
        """The thing as the system writes it down, dirt included."""


def pair_up(kinds: Sequence[str]) -> list[Pair]:
    """Pairs of a family: members 1, 2, … relate to the base by ``kinds``, among each other as same_family."""
    count = len(kinds)
    direct = [(0, index + 1, kind) for index, kind in enumerate(kinds)]
    others = [(a, b, "same_family") for a in range(1, count + 1) for b in range(a + 1, count + 1)]
    return direct + others


def digits(rng: Random, count: int) -> str:
    """So many random digits."""
    return f"{rng.randrange(10**count):0{count}}"


def letters(
    rng: Random, count: int, alphabet: str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
) -> str:
    """So many random characters of an alphabet."""
    return "".join(rng.choices(alphabet, k=count))
