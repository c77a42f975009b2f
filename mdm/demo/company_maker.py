"""Makes single companies: Chinese, Taiwanese and foreign ones, with numbers, mail and bank that fit.

Trade names are remembered, so that two companies share one only on purpose.
"""

from __future__ import annotations

from dataclasses import replace
from random import Random
from typing import Any

from mdm.demo.company import (
    Company,
    find_city,
    foreign_place,
    founded,
    new_bank,
    new_lei,
    new_mail,
    new_mobile,
    new_person,
    new_phone,
    new_place,
    new_uscc,
    new_vat,
    taiwan_place,
)
from mdm.demo.dirt import weighted
from mdm.demo.recipe import digits
from mdm.demo.supplier_names import registered_name
from mdm.demo.trade_name import TradeNames, coin_brand
from mdm.demo.vocabulary import words


class CompanyMaker:
    """Makes companies that are nobody's relatives."""

    def __init__(self, rng: Random) -> None:
        self.rng = rng
        self.names = TradeNames(rng)

    def chinese(self) -> Company:
        """A mainland company, sometimes with a second seat or a former name."""
        chars, sounds = self.names.new_trade()
        brand = "".join(sounds).capitalize() if self.rng.random() < 0.82 else coin_brand(self.rng)[0]
        layout = weighted(self.rng, [("city", 62.0), ("bracket", 25.0), ("province", 13.0)])
        base = Company(
            kind="cn",
            place=new_place(self.rng),
            trade_zh=chars,
            trade_py=sounds,
            brand=brand,
            industry=self.rng.choice(words("companies")["industry"]),
            form=self.any_form(),
            layout=layout,
        )
        base = self.with_contacts(base)
        if self.rng.random() < 0.09:
            base = replace(base, other_place=new_place(self.rng, find_city(base.place.zh)))
        return replace(base, former=self._former(base)) if self.rng.random() < 0.08 else base

    def taiwanese(self) -> Company:
        """A company on Taiwan."""
        base = self.chinese()
        form = next(form for form in words("companies")["form"] if form["zh"] == "股份有限公司")
        base = replace(
            base,
            kind="tw",
            place=taiwan_place(self.rng),
            form=form,
            layout="city",
            former="",
            other_place=None,
        )
        return replace(self.with_contacts(base), uscc="", vat=new_vat(self.rng, "TW"))

    def foreign(self) -> Company:
        """A company abroad, with the legal form of its country."""
        countries = words("companies")["foreign_form"]
        country = self.rng.choice(("DE", "DE", "US", "US", "JP", "JP", *countries))
        en, zh = self.names.new_brand()
        industry_en, industry_zh = self.rng.choice(words("companies")["foreign_industry"]["words"])
        form = {"zh": "公司", "en": self.rng.choice(countries[country])}
        base = Company(
            kind="foreign",
            place=foreign_place(self.rng, country),
            trade_zh=zh,
            trade_py=(),
            brand=en,
            industry={"zh": industry_zh, "en": [industry_en], "near": industry_zh},
            form=form,
            layout="city",
        )
        return self.with_contacts(self._japanese(base) if country == "JP" else base)

    def _japanese(self, base: Company) -> Company:
        latin, kanji, trade = self.names.new_japanese()
        industry = {"zh": trade[1], "en": [trade[0], trade[0], trade[2]], "near": trade[1]}
        return replace(
            base, brand=latin, trade_zh=kanji, industry=industry, japanese=(latin, kanji + trade[1])
        )

    def with_contacts(self, company: Company) -> Company:
        """Numbers, mail and bank of its own, fitting the place."""
        rng, place = self.rng, company.place
        domain = company.domain or self._domain(company)
        person = new_person(rng, company.kind)
        return replace(
            company,
            uscc=new_uscc(rng, place.code, _authority(company)) if company.kind == "cn" else "",
            vat=new_vat(rng, place.country) if company.kind == "foreign" else "",
            duns=digits(rng, 9),
            lei=new_lei(rng),
            phone=new_phone(rng, place),
            mobile=new_mobile(rng) if company.kind == "cn" else "",
            domain=domain,
            person=person,
            mail=new_mail(
                rng, domain, company.brand, person, free=company.kind == "cn" and rng.random() < 0.22
            ),
            bank=new_bank(rng),
            cert=rng.choice(("MD ", "Q6 ", "CN", "SX-", "DM")) + digits(rng, 7),
            since=founded(rng),
        )

    def _domain(self, company: Company) -> str:
        mail = words("companies")["mail"]
        stem = company.brand.lower().replace(" ", "")
        if company.kind == "foreign":
            tail = {"JP": "co.jp", "GB": "co.uk", "US": "com"}.get(
                company.place.country, company.place.country.lower()
            )
            middle = self.rng.choice(("", "-" + company.industry["en"][0].split()[0].lower()))
            return f"{stem}{middle}.{self.rng.choice((tail, 'com'))}"
        if self.rng.random() < 0.2:
            stem = "".join(part[0] for part in (*company.trade_py, *company.industry["py"].split()[:2]))
        return f"{stem}{self.rng.choice(mail['suffix'])}.{self.rng.choice(mail['domains'])}"

    def another_industry(self, base: Company) -> dict[str, Any]:
        """An industry other than the company's."""
        industries = [item for item in words("companies")["industry"] if item["zh"] != base.industry["zh"]]
        chosen: dict[str, Any] = self.rng.choice(industries)
        return chosen

    def any_form(self) -> dict[str, Any]:
        """A legal form, as often as it occurs."""
        forms = words("companies")["form"]
        return weighted(self.rng, [(form, float(form["share"])) for form in forms])

    def _former(self, base: Company) -> str:
        """The name before a renaming: another trade name or another line of business."""
        if self.rng.random() < 0.5:
            return registered_name(replace(base, trade_zh=self.names.new_trade()[0]))
        return registered_name(replace(base, industry=self.another_industry(base)))


def _authority(company: Company) -> str:
    return "92" if company.form["zh"] in {"经营部", "商行"} else "91"
