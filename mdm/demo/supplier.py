"""Suppliers of a demo world: companies, alone or with the relatives and look-alikes they are mistaken for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from random import Random

from mdm.demo import supplier_rows
from mdm.demo.company import Company, Place, find_city, foreign_place, new_place
from mdm.demo.company_maker import CompanyMaker
from mdm.demo.dirt import Pen, weighted
from mdm.demo.recipe import Family, Known, digits, letters, pair_up
from mdm.demo.vocabulary import words

_HELD = {
    "SAP_ECC": 2.6,
    "KINGDEE_K3C": 1.9,
    "YONYOU_U8": 1.0,
    "QMS_ASL": 1.4,
    "CRM_ACCOUNT": 1.0,
    "PLM_AML": 1.1,
}
_RELATIVES = (
    ("sister_plant", 92),
    ("other_industry_same_owner", 58),
    ("parent_subsidiary", 60),
    ("branch", 55),
    ("same_trade_unrelated", 48),
    ("homophone", 44),
    ("same_address", 22),
)
_FAMILY_SHARE = 0.27
_FAMILY_SIZES = ((1, 30.0), (2, 30.0), (3, 24.0), (4, 16.0))


def recipe(rng: Random) -> Suppliers:
    """A generator of suppliers."""
    return Suppliers(rng)


class Suppliers:
    """Makes companies, alone or in families."""

    prefix = "SUP"

    def __init__(self, rng: Random) -> None:
        self.rng = rng
        self._maker = CompanyMaker(rng)

    def family(self) -> Family:
        """A company, in three of ten cases with relatives and look-alikes."""
        roll = self.rng.random()
        if roll < 0.14:
            return self._foreign_family()
        base = self._maker.taiwanese() if roll < 0.19 else self._maker.chinese()
        if base.kind != "cn" or self.rng.random() > _FAMILY_SHARE * 1.25:
            return [base], []
        kinds = [weighted(self.rng, _RELATIVES) for _ in range(weighted(self.rng, _FAMILY_SIZES))]
        return [base, *(self._relative(base, kind) for kind in kinds)], pair_up(kinds)

    def holders(self, thing: Company) -> Mapping[str, float]:
        """Every system may hold every supplier."""
        return _HELD

    def new_id(self, source: str, thing: Company) -> str:
        """A vendor number in the style of the system."""
        rng = self.rng
        styles = {
            "SAP_ECC": f"0000{rng.choice('123349')}{digits(rng, 5)}",
            "KINGDEE_K3C": f"VEN{digits(rng, 5)}",
            "YONYOU_U8": rng.choice(
                (f"0{rng.randint(1, 3)}{digits(rng, 4)}",) * 3 + (f"{rng.choice('WG')}{digits(rng, 4)}",)
            ),
            "QMS_ASL": f"ASL-{rng.randint(1000, 99999)}",
            "CRM_ACCOUNT": f"001{letters(rng, 12)}",
            "PLM_AML": f"M{digits(rng, 6)}",
        }
        return self._longer(source, styles[source])

    def _longer(self, source: str, key: str) -> str:
        """Short number ranges get one more digit once they fill up."""
        full = self._maker.names.count > 15000 and source not in {"CRM_ACCOUNT", "PLM_AML"}
        return key + digits(self.rng, 2) if full else key

    def row(self, source: str, key: str, thing: Company, pen: Pen, known: Known) -> dict[str, str]:
        """The company as the system writes it down."""
        elsewhere = thing.other_place if pen.chance(0.4) else None
        shown = replace(thing, place=elsewhere) if elsewhere else thing
        return supplier_rows.WRITERS[source](key, shown, pen, known)

    def _foreign_family(self) -> Family:
        base = self._maker.foreign()
        if self.rng.random() > 0.45:
            return [base], []
        kinds = [
            self.rng.choice(("foreign_sister", "foreign_parent_vs_china_sub"))
            for _ in range(self.rng.choice((1, 1, 1, 2)))
        ]
        return [base, *(self._relative(base, kind) for kind in kinds)], pair_up(kinds)

    def _relative(self, base: Company, kind: str) -> Company:
        makers = {
            "sister_plant": self._sister_plant,
            "other_industry_same_owner": self._other_industry,
            "parent_subsidiary": self._parent,
            "branch": self._branch,
            "same_trade_unrelated": self._same_trade,
            "homophone": self._homophone,
            "same_address": self._same_address,
            "foreign_sister": self._foreign_sister,
            "foreign_parent_vs_china_sub": self._china_subsidiary,
        }
        made = makers[kind](replace(base, former="", branch=None, other_place=None))
        wrong = (
            base.uscc
            if self.rng.random() < 0.02 and kind not in {"homophone", "same_trade_unrelated"}
            else ""
        )
        return replace(made, foreign_code=wrong)

    def _sister_plant(self, base: Company) -> Company:
        layout = "bracket" if self.rng.random() < 0.35 else "city"
        return self._maker.with_contacts(replace(base, place=self._elsewhere(base), layout=layout))

    def _other_industry(self, base: Company) -> Company:
        own = self._maker.with_contacts(
            replace(base, industry=self._maker.another_industry(base), form=self._maker.any_form())
        )
        phone = base.phone if self.rng.random() < 0.5 else own.phone
        return replace(own, phone=phone, person=base.person if self.rng.random() < 0.5 else own.person)

    def _parent(self, base: Company) -> Company:
        group = next(form for form in words("companies")["form"] if form["zh"] == "集团有限公司")
        near = self._maker.with_contacts(replace(base, form=group))
        if self.rng.random() < 0.5:
            return replace(near, phone=base.phone if self.rng.random() < 0.4 else near.phone)
        return self._maker.with_contacts(
            replace(base, form=group, place=new_place(self.rng, find_city(base.place.zh)))
        )

    def _branch(self, base: Company) -> Company:
        place = self._elsewhere(base)
        own = self._maker.with_contacts(replace(base, place=place))
        return replace(own, place=base.place, branch=place)

    def _same_trade(self, base: Company) -> Company:
        place = (
            self._elsewhere(base)
            if self.rng.random() < 0.75
            else new_place(self.rng, find_city(base.place.zh))
        )
        same = self.rng.random() < 0.22 and place.zh != base.place.zh
        industry = base.industry if same else self._maker.another_industry(base)
        brand = "".join(base.trade_py).capitalize()
        return self._maker.with_contacts(
            replace(base, place=place, industry=industry, form=self._maker.any_form(), brand=brand, domain="")
        )

    def _homophone(self, base: Company) -> Company:
        sounds = words("companies")["sounds"]
        spots = [i for i, sound in enumerate(base.trade_py) if len(sounds[sound]) > 1]
        if not spots:
            return self._same_trade(base)
        chars = list(base.trade_zh)
        for spot in spots[: self.rng.randint(1, len(spots))]:
            chars[spot] = self.rng.choice(
                [char for char in sounds[base.trade_py[spot]] if char != chars[spot]]
            )
        industry = base.industry if self.rng.random() < 0.55 else self._maker.another_industry(base)
        place = new_place(self.rng, find_city(base.place.zh))
        brand = "".join(base.trade_py).capitalize()
        made = replace(base, trade_zh="".join(chars), place=place, industry=industry, brand=brand, domain="")
        return self._maker.with_contacts(made)

    def _same_address(self, base: Company) -> Company:
        other = replace(self._maker.chinese(), place=base.place, former="", other_place=None)
        own = self._maker.with_contacts(other)
        return replace(own, phone=base.phone if self.rng.random() < 0.12 else own.phone)

    def _foreign_sister(self, base: Company) -> Company:
        forms = words("companies")["foreign_form"]
        country = self.rng.choice([name for name in forms if name not in {base.place.country, "JP"}])
        form = {"zh": "公司", "en": self.rng.choice(forms[country])}
        return self._maker.with_contacts(
            replace(base, place=foreign_place(self.rng, country), form=form, japanese=("", ""))
        )

    def _china_subsidiary(self, base: Company) -> Company:
        industry = self.rng.choice(words("companies")["industry"])
        made = replace(
            base,
            kind="cn",
            place=new_place(self.rng),
            trade_zh=base.trade_zh,
            trade_py=(base.brand.lower(),),
            industry=industry,
            form=words("companies")["form"][0],
            layout="bracket",
            domain="",
            japanese=("", ""),
        )
        return self._maker.with_contacts(made)

    def _elsewhere(self, base: Company) -> Place:
        while (place := new_place(self.rng)).zh == base.place.zh:
            pass
        return place
