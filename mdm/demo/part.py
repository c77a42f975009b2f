"""One part of a demo world, before any system writes it down."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from string import ascii_uppercase
from typing import Any

from mdm.demo.dirt import Date
from mdm.demo.makers import Maker
from mdm.demo.measure import Value


@dataclass(frozen=True, slots=True)
class Part:
    """A material: its class as it stands in the vocabulary, its parameters and the numbers it goes by."""

    kind: dict[str, Any]
    values: tuple[Value, ...]
    maker: Maker
    number: str = ""  # the maker's part number
    drawing: str = ""
    catalog: str = ""
    gtin: str = ""
    registration: str = ""
    item: str = ""  # number in the PLM system when it has no own drawing
    old: str = ""
    weight: str = "0.000"
    since: Date = (2015, 1, 1)
    replaces: str = ""
    fits: str = ""  # the model that this is an accessory of

    @property
    def params(self) -> Sequence[tuple[str, Sequence[str]]]:
        """Kind of writing and options of each parameter."""
        return [(row[0], row[1:]) for row in self.kind["params"]]

    @property
    def stem(self) -> str:
        """The maker's number without letters at its end, which tell colour or region."""
        return self.number.rstrip(ascii_uppercase)

    @property
    def key(self) -> str:
        """The number that names the part in texts, empty for standard parts."""
        return self.number or self.drawing or self.catalog
