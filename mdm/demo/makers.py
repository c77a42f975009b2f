"""Invented makers of parts and machines: brand, Chinese and legal names, first letters of their numbers."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from mdm.demo.dirt import mistype_latin, weighted
from mdm.demo.vocabulary import words


@dataclass(frozen=True, slots=True)
class Maker:
    """One maker; ``prefix`` opens its part numbers and models."""

    brand: str
    zh: str
    legal_en: str
    legal_zh: str
    prefix: str
    dealer_zh: str
    dealer_en: str


def new_makers(rng: Random, count: int) -> list[Maker]:
    """So many makers with different brands: half of them foreign."""
    made: dict[str, Maker] = {}
    while len(made) < count:
        maker = _foreign(rng) if rng.random() < 0.5 else _chinese(rng)
        made.setdefault(maker.brand, maker)
    return list(made.values())


def _foreign(rng: Random) -> Maker:
    companies = words("companies")
    head, head_zh = rng.choice(companies["brand"]["head"])
    tail, tail_zh = rng.choice(companies["brand"]["tail"])
    brand, zh = head + tail, head_zh + tail_zh
    forms = rng.choice(list(companies["foreign_form"].values()))
    industry = rng.choice(companies["foreign_industry"]["words"])[0]
    legal = f"{brand} {rng.choice((industry + ' ', ''))}{rng.choice(forms)[0]}"
    return Maker(brand, zh, legal, f"{zh}（中国）有限公司", brand[:2].upper(), *_dealer(rng))


def _chinese(rng: Random) -> Maker:
    companies = words("companies")
    sounds = rng.sample(list(companies["sounds"]), 2)
    zh = "".join(rng.choice(companies["sounds"][sound]) for sound in sounds)
    brand = "".join(sounds).capitalize()
    city = rng.choice(words("places")["cities"])
    line_zh, line_en = rng.choice(
        (
            ("科技", "Technology"),
            ("智能装备", "Intelligent Equipment"),
            ("仪器", "Instruments"),
            ("电子", "Electronics"),
        )
    )
    legal_en = f"{city[1]} {brand} {line_en} Co., Ltd."
    initials = "".join(sound[0] for sound in sounds).upper()
    return Maker(brand, zh, legal_en, f"{city[0]}{zh}{line_zh}有限公司", initials, *_dealer(rng))


def _dealer(rng: Random) -> tuple[str, str]:
    companies = words("companies")
    sounds = rng.sample(list(companies["sounds"]), 2)
    zh = "".join(rng.choice(companies["sounds"][sound]) for sound in sounds)
    city = rng.choice(words("places")["cities"])
    line_zh, line_en = rng.choice((("贸易", "Trading"), ("机电设备", "Electromechanical"), ("商贸", "Trade")))
    return f"{city[0]}{zh}{line_zh}有限公司", f"{city[1]} {''.join(sounds).capitalize()} {line_en} Co., Ltd."


def write_maker(maker: Maker, rng: Random, *, chinese: float, dealer: float = 0.0) -> str:
    """The maker as one record names it: brand, Chinese, legal name, both, initials, or the dealer instead."""
    if rng.random() < dealer:
        return maker.dealer_zh if rng.random() < chinese else maker.dealer_en
    if rng.random() < chinese:
        return weighted(
            rng,
            [
                (maker.zh, 45.0),
                (maker.legal_zh, 33.0),
                (f"{maker.zh}/{maker.brand}", 12.0),
                (f"{maker.zh}公司", 10.0),
            ],
        )
    return weighted(
        rng,
        [
            (maker.brand, 48.0),
            (maker.brand.upper(), 18.0),
            (maker.legal_en, 24.0),
            (maker.prefix, 6.0),
            (mistype_latin(rng, maker.brand), 4.0),
        ],
    )
