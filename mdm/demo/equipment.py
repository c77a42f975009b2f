"""Machines of a demo world: twins bought together, replacements under an old tag, attached units."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from random import Random
from typing import Any

from mdm.demo import equipment_rows
from mdm.demo.dirt import Pen, later, random_date, weighted
from mdm.demo.machine import Machine
from mdm.demo.makers import Maker, new_makers
from mdm.demo.recipe import Family, Known, digits, pair_up
from mdm.demo.vocabulary import words

_RELATIVES = (
    ("same_model_next_serial", 347.0),
    ("same_model_other_site", 79.0),
    ("replacement_same_tag", 66.0),
    ("sister_model_same_area", 61.0),
    ("sub_unit_same_line", 55.0),
    ("same_serial_other_maker", 37.0),
)
_FAMILY_SHARE = 0.41
_TAG_AGAIN = 0.4
_FAMILY_SIZES = tuple((size, 1.0) for size in range(1, 9))


def recipe(rng: Random) -> Equipment:
    """A generator of machines."""
    return Equipment(rng)


class Equipment:
    """Makes machines; keeps serial numbers, tags and asset numbers apart unless a look-alike is wanted."""

    prefix = "EQP"

    def __init__(self, rng: Random) -> None:
        self.rng = rng
        kinds = words("machines")["machine"]
        makers = new_makers(rng, 64)
        self._makers = {kind["code"]: rng.sample(makers, 6) for kind in kinds}
        self._serial_styles = {maker.brand: rng.randrange(6) for maker in makers}
        self._own_letters = {maker.brand for maker in makers if rng.random() < 0.5}
        self._taken: set[tuple[str, str]] = set()
        self._orders: dict[tuple[str, str, str], int] = {}

    def family(self) -> Family:
        """A machine, in four of ten cases with twins and look-alikes."""
        base = self._fresh()
        if self.rng.random() > _FAMILY_SHARE:
            return [base], []
        things, kinds = [base], []
        count = weighted(self.rng, _FAMILY_SIZES)
        wanted = sorted(weighted(self.rng, _RELATIVES) for _ in range(count))
        latest = base
        for kind in wanted:
            made = self._relative(latest if kind == "same_model_next_serial" else base, base, kind)
            latest = made if kind == "same_model_next_serial" else latest
            things.append(made)
            kinds.append(kind)
        return things, pair_up(kinds)

    def holders(self, thing: Machine) -> Mapping[str, float]:
        """The gauge ledger and the laboratory only hold what they measure with."""
        held = {"SAP_PM": 2.8, "CMMS": 1.9}
        if not thing.kind.get("gauge") or thing.order % 3 == 0:
            held["MES"] = 1.0
        if thing.kind.get("gauge") or thing.kind.get("lab") or thing.order % 3 == 1:
            held["GAUGE_LEDGER"] = 2.0
        held["FA_U8"] = 1.15
        if thing.kind.get("lab"):
            held["LIMS"] = 1.7
        return held

    def new_id(self, source: str, thing: Machine) -> str:
        """An equipment number in the style of the system."""
        styles: Mapping[str, Callable[[], str]] = {
            "SAP_PM": lambda: f"1{digits(self.rng, 7)}".zfill(18),
            "CMMS": lambda: f"A{digits(self.rng, 6)}",
            "MES": lambda: f"WC{digits(self.rng, 6)}",
            "GAUGE_LEDGER": lambda: f"JL-{digits(self.rng, 6)}",
            "FA_U8": lambda: digits(self.rng, 7),
            "LIMS": lambda: f"INS{digits(self.rng, 6)}",
        }
        return styles[source]()

    def row(self, source: str, key: str, thing: Machine, pen: Pen, known: Known) -> dict[str, str]:
        """The machine as the system writes it down."""
        shown = thing.moved_from if thing.moved_from and pen.chance(0.35) else thing
        return equipment_rows.WRITERS[source](key, shown, pen, known)

    def _fresh(self) -> Machine:
        kind = self.rng.choice(words("machines")["machine"])
        maker = self.rng.choice(self._makers[kind["code"]])
        made = self._place(kind, maker, self._model(kind, maker), _area(kind, self.rng))
        return self._moved(made) if self.rng.random() < 0.06 else made

    def _moved(self, machine: Machine) -> Machine:
        """The machine with an earlier place: another room, at times another site, and then perhaps another tag."""
        before = replace(machine, area=_area(machine.kind, self.rng), line=self.rng.randint(1, 12))
        if self.rng.random() < 0.2:
            site = self.rng.choice(words("machines")["site"])
            before = replace(before, site=site, cost_center=f"{site['plant']}0230")
            if self.rng.random() < 0.4:
                tag, order = self._tag(machine.kind, site, before.area[0])
                before = replace(before, tag=tag, order=order)
        return replace(machine, moved_from=before)

    def _place(self, kind: dict[str, Any], maker: Maker, model: str, area: tuple[str, str, str]) -> Machine:
        rng = self.rng
        site = rng.choice(words("machines")["site"])
        since = random_date(rng, 2005, 2024)
        tag, order = self._tag(kind, site, area[0])
        year = since[0] - (rng.random() < 0.3)
        return Machine(
            kind=kind,
            maker=maker,
            model=model,
            serial=self._serial(maker, kind, year),
            site=site,
            area=area,
            line=rng.randint(1, 12),
            tag=tag,
            order=order,
            asset=f"{year}{digits(rng, 5)}",
            since=since,
            year=year,
            value=f"{rng.randint(20000, 3000000)}.00",
            cost_center=f"{site['plant']}02{rng.randint(11, 49)}",
            due=later(rng, (2024, 1, 1), 2),
            certificate=rng.choice(("CAL-", "JDZ", "XZ")) + digits(rng, 8),
            former_tag=f"{rng.choice(('Q', 'E', 'OLD-', 'B'))}{digits(rng, 4)}"
            if rng.random() < 0.08
            else "",
            retired=rng.random() < 0.06,
        )

    def _model(self, kind: dict[str, Any], maker: Maker, other_than: str = "") -> str:
        """A model of the maker's: under his own letters, or under letters that half the trade uses."""
        sizes = [size for size in kind["sizes"] if size != other_than]
        suffix = self.rng.choice(("", "", "", "A", "S", "Plus"))
        letters = maker.prefix if maker.brand in self._own_letters else kind["code"][:2]
        return str(kind["model"]).format(P=letters, n=self.rng.choice(sizes) + suffix)

    def _tag(self, kind: dict[str, Any], site: dict[str, Any], area: str) -> tuple[str, int]:
        """The next tag of this type at this site; every department counts for itself, so tags do come twice."""
        key = (site["code"], kind["code"], area if "{area}" in site["tag"] else "")
        order = self._orders.get(key, 0) + 1
        if order > 1 and self.rng.random() < _TAG_AGAIN:
            order = self.rng.randint(1, min(order, 4))
        self._orders[key] = max(order, self._orders.get(key, 0))
        return _tag_text(site, kind, area, order), order

    def _serial(self, maker: Maker, kind: dict[str, Any], year: int) -> str:
        rng = self.rng
        style = self._serial_styles[maker.brand]
        while True:
            serial = (
                f"{maker.prefix}{digits(rng, 6)}",
                f"{year}{digits(rng, 5)}",
                f"{year}-{digits(rng, 4)}",
                digits(rng, 6),
                f"{kind['code']}-{digits(rng, 3)}-{digits(rng, 4)}",
                f"{rng.choice('BCDHJKM')}{digits(rng, 9)}",
            )[style]
            if self._claim(maker, serial):
                return serial

    def _claim(self, maker: Maker, serial: str) -> bool:
        fresh = (maker.brand, serial) not in self._taken
        self._taken.add((maker.brand, serial))
        return fresh

    def _next_serial(self, machine: Machine) -> str:
        """The serial of a twin delivered with the machine: a few numbers on."""
        found = re.search(r"\d+$", machine.serial)
        if not found:
            return self._serial(machine.maker, machine.kind, machine.year)
        number, step = int(found[0]), self.rng.choice((1, 1, 1, 2, 3))
        while True:
            number += step
            serial = machine.serial[: found.start()] + f"{number:0{len(found[0])}}"
            if self._claim(machine.maker, serial):
                return serial

    def _relative(self, latest: Machine, base: Machine, kind: str) -> Machine:
        if kind == "same_model_next_serial":
            return self._twin(latest)
        makers: Mapping[str, Callable[[Machine], Machine]] = {
            "same_model_other_site": self._elsewhere,
            "replacement_same_tag": self._replacement,
            "sister_model_same_area": self._sister,
            "sub_unit_same_line": self._sub_unit,
            "same_serial_other_maker": self._same_serial,
        }
        return makers[kind](base)

    def _twin(self, machine: Machine) -> Machine:
        order = machine.order + 1
        tag = _tag_text(machine.site, machine.kind, machine.area[0], order)
        day = machine.since if self.rng.random() < 0.75 else (*machine.since[:2], self.rng.randint(1, 28))
        value = machine.value if self.rng.random() < 0.03 else f"{self.rng.randint(20000, 3000000)}.00"
        line = machine.line if self.rng.random() < 0.97 else self.rng.randint(1, 12)
        twin = replace(
            machine,
            serial=self._next_serial(machine),
            line=line,
            tag=tag,
            order=order,
            since=day,
            value=value,
        )
        return replace(
            twin,
            asset=str(int(machine.asset) + 1),
            former_tag="",
            parent="",
            moved_from=None,
            **self._papers(),
        )

    def _papers(self) -> dict[str, Any]:
        """Calibration papers of its own."""
        return {
            "due": later(self.rng, (2024, 1, 1), 2),
            "certificate": f"CAL-{digits(self.rng, 8)}",
            "retired": False,
        }

    def _elsewhere(self, base: Machine) -> Machine:
        while True:
            made = self._place(base.kind, base.maker, base.model, base.area)
            if made.site["code"] != base.site["code"]:
                return replace(made, line=base.line) if self.rng.random() < 0.85 else made

    def _replacement(self, base: Machine) -> Machine:
        """The successor under the same tag: the same type, mostly of another maker, some years later."""
        others = [maker for maker in self._makers[base.kind["code"]] if maker.brand != base.maker.brand]
        maker = base.maker if self.rng.random() < 0.1 else self.rng.choice(others)
        model = base.model if self.rng.random() < 0.9 else self._model(base.kind, maker)
        made = self._place(base.kind, maker, model, base.area)
        since = (min(base.since[0] + self.rng.randint(3, 9), 2025), *made.since[1:])
        made = replace(made, site=base.site, line=base.line, tag=base.tag, order=base.order, since=since)
        return replace(
            made, year=since[0], asset=f"{since[0]}{digits(self.rng, 5)}", cost_center=base.cost_center
        )

    def _sister(self, base: Machine) -> Machine:
        size = next((size for size in base.kind["sizes"] if size in base.model), "")
        model = self._model(base.kind, base.maker, size)
        made = self._place(base.kind, base.maker, model, base.area)
        order = base.order + self.rng.randint(9, 30)
        tag = _tag_text(base.site, base.kind, base.area[0], order)
        return replace(
            made, site=base.site, line=base.line, tag=tag, order=order, cost_center=base.cost_center
        )

    def _sub_unit(self, base: Machine) -> Machine:
        """A robot, dryer or printer on the host machine's line, tagged after its host."""
        kinds = {kind["code"]: kind for kind in words("machines")["machine"]}
        kind = kinds[self.rng.choice(base.kind.get("sub", ["ROB", "CHI", "PRT", "VIS"]))]
        maker = self.rng.choice((base.maker, *self._makers[kind["code"]]))
        made = self._place(kind, maker, self._model(kind, maker), base.area)
        tag = base.tag + self.rng.choice(("-A", "-1", "-01", "/1", f"-{kind['code']}"))
        near = replace(
            made, site=base.site, line=base.line, tag=tag, parent=base.tag, cost_center=base.cost_center
        )
        return replace(near, since=base.since, year=base.year) if self.rng.random() < 0.15 else near

    def _same_serial(self, base: Machine) -> Machine:
        """Another maker's machine that happens to carry the same serial number."""
        others = [kind for kind in words("machines")["machine"] if kind["code"] != base.kind["code"]]
        kind = base.kind if self.rng.random() < 0.1 else self.rng.choice(others)
        maker = self.rng.choice(
            [maker for maker in self._makers[kind["code"]] if maker.brand != base.maker.brand]
        )
        made = self._place(kind, maker, self._model(kind, maker), base.area)
        self._claim(maker, base.serial)
        return replace(made, serial=base.serial, site=base.site, line=base.line)


def _tag_text(site: dict[str, Any], kind: dict[str, Any], area: str, order: int) -> str:
    return str(site["tag"]).format(site=site["code"], type=kind["code"], area=area, n=order)


def _area(kind: dict[str, Any], rng: Random) -> tuple[str, str, str]:
    areas = words("machines")["areas"]["list"]
    laboratory = [area for area in areas if area[1].endswith("Lab")]
    code, en, zh = rng.choice(laboratory if kind.get("lab") and rng.random() < 0.6 else areas)
    return code, en, zh
