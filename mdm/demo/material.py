"""Materials of a demo world: standard parts, makers' parts, own drawings and devices, and near misses."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from random import Random
from typing import Any

from mdm.demo import goods, material_rows, measure
from mdm.demo.dirt import Pen, random_date, weighted
from mdm.demo.makers import Maker, new_makers
from mdm.demo.measure import Value
from mdm.demo.part import Part
from mdm.demo.recipe import Family, Known, digits, letters, pair_up
from mdm.demo.vocabulary import words

_HELD = {"SAP_ECC": 3.3, "KINGDEE_K3C": 1.9, "YONYOU_U8": 1.25, "PLM_TC": 1.8, "MES": 1.0}
_TESTED = {"RESI", "CHEM", "FG", "META", "ELEC", "PART", "FAST", "CONS", "SEAL"}
_SHIELDS = {"zz": "ZZ", "rs": "-2RS", "open": ""}
_UPPER = "ABCDEFGHJKLMNPQRSTUVWXYZ"
# What may go wrong with a part of each identity, and how often.
_NEAR: Mapping[str, tuple[tuple[str, float], ...]] = {
    "standard": (("one_dimension_or_parameter", 76.0), ("grade", 27.0), ("sterile_vs_nonsterile", 3.0)),
    "mpn": (
        ("superseded_part_number", 30.0),
        ("other_maker_same_spec", 26.0),
        ("one_parameter", 16.0),
        ("grade", 10.0),
        ("one_dimension_or_parameter", 10.0),
    ),
    "goods": (
        ("one_parameter", 40.0),
        ("other_colour", 12.0),
        ("superseded_part_number", 6.0),
        ("other_maker_same_spec", 24.0),
        ("accessory", 14.0),
    ),
    "drawing": (
        ("one_dimension_or_parameter", 55.0),
        ("same_name_other_drawing", 25.0),
        ("left_right", 32.0),
    ),
    "catalog": (
        ("one_dimension_or_parameter", 60.0),
        ("grade", 9.0),
        ("left_right", 22.0),
        ("sterile_vs_nonsterile", 22.0),
        ("other_product_line", 13.0),
    ),
}
_FAMILY_SHARE = 0.44
_FAMILY_SIZES = ((1, 17.0), (2, 19.0), (3, 20.0), (4, 18.0), (5, 15.0), (6, 11.0))


def recipe(rng: Random) -> Materials:
    """A generator of materials."""
    return Materials(rng)


class Materials:
    """Makes parts; remembers what exists, so that no two parts are the same thing by accident."""

    prefix = "MAT"

    def __init__(self, rng: Random) -> None:
        self.rng = rng
        kinds = words("parts")["part"]
        self._kinds = [(kind, float(kind["share"])) for kind in kinds]
        self._open = [(kind, share) for kind, share in self._kinds if kind["identity"] != "standard"]
        makers = new_makers(rng, 70)
        self._makers = {kind["code"]: rng.sample(makers, 6) for kind in kinds}
        self._taken: set[object] = set()

    def family(self) -> Family:
        """A part, in four of ten cases with near misses."""
        base = self._fresh()
        if self.rng.random() > _FAMILY_SHARE:
            return [base], []
        things, kinds = [base], []
        for _ in range(weighted(self.rng, _FAMILY_SIZES)):
            kind = weighted(self.rng, _NEAR[base.kind["identity"]])
            near = self._near(base, kind)
            if near is not None:
                things.append(near)
                kinds.append(kind)
        return things, pair_up(kinds)

    def holders(self, thing: Part) -> Mapping[str, float]:
        """Laboratory and device register only hold what they deal with."""
        held = dict(_HELD)
        if thing.kind["group"][0] in _TESTED:
            held["LIMS"] = 0.72
        if thing.catalog:
            held["UDI_NMPA"] = 1.8
        return held

    def new_id(self, source: str, thing: Part) -> str:
        """A material number in the style of the system."""
        rng = self.rng
        styles: Mapping[str, Callable[[], str]] = {
            "SAP_ECC": lambda: f"{rng.choice('1245')}{digits(rng, 7)}".zfill(18),
            "KINGDEE_K3C": lambda: f"0{rng.randint(1, 9)}.{rng.randint(1, 19):02}.{digits(rng, 5)}",
            "YONYOU_U8": lambda: f"{rng.randint(1, 6)}{digits(rng, 7)}",
            "PLM_TC": lambda: letters(rng, 14),
            "MES": lambda: f"MD{digits(rng, 8)}",
            "LIMS": lambda: f"LP-{digits(rng, 7)}",
            "UDI_NMPA": lambda: f"{digits(rng, 18)}{rng.randint(2020, 2025)}",
        }
        return styles[source]()

    def row(self, source: str, key: str, thing: Part, pen: Pen, known: Known) -> dict[str, str]:
        """The part as the system writes it down."""
        return material_rows.WRITERS[source](key, thing, pen, known)

    def _fresh(self) -> Part:
        """A part unlike all others; once the standard parts run out, another one with a number of its own."""
        for attempt in range(60):
            kind = weighted(self.rng, self._kinds if attempt < 40 else self._open)
            values = tuple(measure.new_value(row[0], row[1:], self.rng) for row in kind["params"])
            part = self._numbered(kind, values)
            if self._claim(part):
                return part
        raise AssertionError("parts with a number of their own never run out")

    def _claim(self, part: Part) -> bool:
        """True when no other part is the same thing."""
        identity: object = part.key or (part.kind["code"], part.values)
        if part.number:
            identity = (part.maker.brand, part.number)
        if identity in self._taken:
            return False
        self._taken.add(identity)
        return True

    def _numbered(self, kind: dict[str, Any], values: tuple[Value, ...], line: str = "") -> Part:
        rng = self.rng
        maker = rng.choice(self._makers[kind["code"]])
        identity = kind["identity"]
        part = Part(
            kind=kind,
            values=values,
            maker=maker,
            item=f"TC{digits(rng, 7)}",
            old=rng.choice(("", "W", "B", "H-", "N")) + digits(rng, 6),
            weight=f"{rng.uniform(0.05, 5):.3f}",
            since=random_date(rng, 2008, 2023),
        )
        if identity == "goods":
            return replace(part, number=goods.numbered(_maker_number(part, maker, rng), values))
        if identity == "mpn":
            return replace(part, number=_maker_number(part, maker, rng))
        if identity == "drawing":
            style = rng.random()
            drawing = (
                f"{rng.randint(1, 4)}{digits(rng, 5)}-{digits(rng, 2)}"
                if style < 0.6
                else f"{rng.choice('PDT')}-{digits(rng, 6)}"
            )
            return replace(part, drawing=drawing)
        if identity == "catalog":
            line = line or rng.choice(("KB", "GS", "ML", "RT", "WE", "HX")) + digits(rng, 3)
            return replace(
                part,
                catalog=_catalog_number(line, kind, values),
                gtin=new_gtin(rng),
                registration=_registration(rng),
            )
        return part

    def _near(self, base: Part, kind: str) -> Part | None:
        makers: Mapping[str, Callable[[Part], Part | None]] = {
            "one_dimension_or_parameter": self._other_measure,
            "one_parameter": self._other_measure,
            "grade": self._other_grade,
            "left_right": lambda part: self._flipped(part, "side"),
            "sterile_vs_nonsterile": lambda part: self._flipped(part, "sterile"),
            "other_maker_same_spec": self._other_maker,
            "superseded_part_number": self._superseded,
            "same_name_other_drawing": lambda part: self._renumbered(part, part.values),
            "other_colour": lambda part: goods.in_other_colour(part, self.rng),
            "accessory": self._accessory,
            "other_product_line": lambda part: self._renumbered(part, part.values),
        }
        for _ in range(4):
            made = makers[kind](base)
            if made is not None and self._claim(made):
                return made
        return None

    def _renumbered(self, base: Part, values: tuple[Value, ...]) -> Part:
        """A part of the same class with these values and numbers of its own."""
        line = _line(base.catalog, other=values == base.values)
        made = replace(self._numbered(base.kind, values, line), maker=base.maker, fits=base.fits)
        near = self.rng.random() < 0.65  # numbers of one series differ in a digit
        if base.number:
            near = near and bool(base.kind["number"])
            fresh = _maker_number(made, base.maker, self.rng)
            return replace(made, number=_next_number(base.number, self.rng) if near else fresh)
        return replace(made, drawing=_next_number(base.drawing, self.rng)) if base.drawing and near else made

    def _changed(self, base: Part, spot: int) -> Part | None:
        row = base.kind["params"][spot]
        value = measure.neighbour(row[0], row[1:], base.values[spot], self.rng)
        if value == base.values[spot]:
            return None
        return self._renumbered(base, (*base.values[:spot], value, *base.values[spot + 1 :]))

    def _other_measure(self, base: Part) -> Part | None:
        free = [
            i
            for i, row in enumerate(base.kind["params"])
            if row[0] not in {"grade", "side", "sterile", "model"}
        ]
        return self._changed(base, self.rng.choice(free)) if free else None

    def _other_grade(self, base: Part) -> Part | None:
        graded = ("grade", "rubber", "purity", "cure", "plasticiser", "hardness", "filter", "temper")
        spots = [i for i, row in enumerate(base.kind["params"]) if row[0] in graded]
        if spots:
            return self._changed(base, self.rng.choice(spots))
        # A maker's grades differ by their number alone.
        return self._renumbered(base, base.values) if base.number else None

    def _flipped(self, base: Part, kind: str) -> Part | None:
        spots = [i for i, row in enumerate(base.kind["params"]) if row[0] == kind]
        return self._changed(base, spots[0]) if spots else None

    def _other_maker(self, base: Part) -> Part:
        others = [maker for maker in self._makers[base.kind["code"]] if maker != base.maker]
        maker = self.rng.choice(others)
        made = self._renumbered(base, base.values)
        return replace(made, maker=maker, number=_maker_number(made, maker, self.rng))

    def _accessory(self, base: Part) -> Part:
        """What is made for the base and so described with its words."""
        made = self._numbered(goods.accessory_kind(base.kind, self.rng), base.values)
        return replace(made, maker=base.maker, fits=base.stem)

    def _superseded(self, base: Part) -> Part | None:
        """The successor of a number: one letter, a slash and a digit, or the last digit raised."""
        number = base.number
        if not base.kind["number"]:
            return None
        changed = [number + self.rng.choice(("A", "B", "N", "X", "/2", "-1", "-R2", "G"))]
        if number[-1].isdigit():
            changed.append(number[:-1] + str((int(number[-1]) + 1) % 10))
        made = self._renumbered(base, base.values)
        return replace(made, number=self.rng.choice(changed), replaces=number)


def _maker_number(part: Part, maker: Maker, rng: Random) -> str:
    """A number of the maker's for the part: by his pattern, or the designation that the whole trade uses."""
    pattern = str(part.kind["number"])
    if not pattern:
        basic, shield, clearance = part.values
        suffix = "" if clearance == "CN" else f"-{clearance}"
        return f"{basic}{_SHIELDS[str(shield)]}{suffix}"
    values = {f"d{count}": digits(rng, count) for count in (2, 3, 4, 5)}
    text = pattern.format(P=maker.prefix, d=digits(rng, 1), L="{L}", **values)
    while "{L}" in text:
        text = text.replace("{L}", rng.choice(_UPPER), 1)
    return text


def _line(catalog: str, *, other: bool) -> str:
    """The product line of a catalogue number, or the line next to it."""
    line = catalog.split("-", maxsplit=1)[0]
    return f"{line[:2]}{(int(line[2:]) + 1) % 1000:03}" if line and other else line


def _next_number(number: str, rng: Random) -> str:
    """The number with one of its last digits changed."""
    spot = rng.choice([place for place, char in enumerate(number) if char.isdigit()][-3:])
    digit = rng.choice([digit for digit in "0123456789" if digit != number[spot]])
    return number[:spot] + digit + number[spot + 1 :]


def _catalog_number(line: str, kind: dict[str, Any], values: tuple[Value, ...]) -> str:
    """Line, numbers, then one letter per term: neighbours differ in one place."""
    numbers, marks = [], []
    for row, value in zip(kind["params"], values, strict=True):
        if isinstance(value, tuple):
            numbers += [f"{item:g}".replace(".", "D") for item in value]
        elif value.replace(".", "").replace("-", "").isdigit():
            numbers.append(value.replace(".", "D").replace("-", ""))
        else:
            marks.append(_UPPER[row[1:].index(value)])
    return f"{line}-{'X'.join(numbers)}{''.join(marks)}"


def new_gtin(rng: Random) -> str:
    """A valid 14-digit code under a Chinese prefix."""
    body = "0" + rng.choice(("690", "691", "692", "693", "695")) + digits(rng, 9)
    total = sum(int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(body))
    return body + str(-total % 10)


def _registration(rng: Random) -> str:
    region = rng.choice(("国械注准", "国械注进", "苏械注准", "浙械注准", "鲁械注准"))
    return f"{region}20{rng.randint(15, 24)}{rng.choice('23')}{rng.randint(1, 22):02}{digits(rng, 4)}"
