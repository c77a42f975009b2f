"""What a company is called: its registered name, and the ways in which people write it in two languages."""

from __future__ import annotations

from dataclasses import replace
from random import Random
from typing import Any

from mdm.demo.company import Company, Place
from mdm.demo.dirt import Pen, brackets, mistype_latin, spoil_name, traditional, weighted
from mdm.demo.vocabulary import words


def registered_name(company: Company) -> str:
    """The Chinese name on the licence; foreign companies have none but a transliteration."""
    if company.kind == "foreign":
        return f"{company.trade_zh}{company.industry['zh']}"
    head = _assemble(company, company.layout, company.industry["zh"], company.form["zh"])
    return head + (f"{company.branch.zh}分公司" if company.branch else "")


def _assemble(company: Company, layout: str, industry: str, form: str) -> str:
    place, trade = company.place, company.trade_zh
    if company.kind == "tw":
        return traditional(f"{trade}{industry}{form}")
    if layout == "bracket":
        return f"{trade}（{place.zh}）{industry}{form}"
    region = place.province if layout == "province" else place.zh
    return f"{region}{trade}{industry}{form}"


def chinese_name(company: Company, pen: Pen) -> str:
    """The Chinese name as one record writes it, dirt included."""
    rng = pen.rng
    if company.kind == "foreign":
        return spoil_name(rng, _transliterated(company, rng))
    style = weighted(rng, _SPARSE_STYLES if pen.sparse else _CHINESE_STYLES)
    name = brackets(rng, _chinese_style(_as_typed(company, rng), style, rng))
    if company.kind == "tw" and rng.random() < 0.55:
        return spoil_name(rng, traditional(name))
    return spoil_name(rng, name, 1.5)


_CHINESE_STYLES = (
    ("registered", 64),
    ("layout", 8),
    ("form", 8),
    ("no_form", 5),
    ("no_city", 4),
    ("province", 4),
    ("short", 2),
    ("near", 2),
    ("former", 3),
)
_SPARSE_STYLES = (("registered", 30), ("short", 30), ("trade", 15), ("no_form", 15), ("trade_industry", 10))


def _as_typed(company: Company, rng: Random) -> Company:
    """The company as a clerk hears it: now and then another character of the same sound, or the commonest form."""
    if rng.random() < 0.012 and len(company.trade_py) == len(company.trade_zh):
        spot = rng.randrange(len(company.trade_zh))
        alike = words("companies")["sounds"][company.trade_py[spot]]
        heard = company.trade_zh[:spot] + rng.choice(alike) + company.trade_zh[spot + 1 :]
        company = replace(company, trade_zh=heard)
    return _of_common_form(company, rng, 0.02)


def _of_common_form(company: Company, rng: Random, share: float) -> Company:
    """The company with the legal form that most have, as those write who do not look it up."""
    if company.kind != "cn" or rng.random() > share:
        return company
    return replace(company, form=words("companies")["form"][0])


def _chinese_style(company: Company, style: str, rng: Random) -> str:
    if style == "former" and company.former:
        return company.former
    if style in {"registered", "former"}:
        return registered_name(company)
    industry, form, place = company.industry["zh"], company.form["zh"], company.place
    other = rng.choice([name for name in ("city", "bracket", "province") if name != company.layout])
    short_form = rng.choice(company.form["zh_other"])
    made = {
        "layout": _assemble(company, other, industry, form),
        "form": _assemble(company, company.layout, industry, short_form),
        "no_form": _assemble(company, company.layout, industry, ""),
        "no_city": f"{company.trade_zh}{industry}{form}",
        "province": _with_province(company, rng.choice(("省", "省", ""))),
        "near": _assemble(company, company.layout, company.industry["near"], form),
        "short": f"{place.zh}{company.trade_zh}",
        "trade": company.trade_zh,
        "trade_industry": company.trade_zh + industry,
    }
    return str(made[style]) + (f"{company.branch.zh}分公司" if company.branch else "")


def _with_province(company: Company, suffix: str) -> str:
    plain = _assemble(company, company.layout, company.industry["zh"], company.form["zh"])
    return plain if plain.startswith(company.place.province) else company.place.province + suffix + plain


def _transliterated(company: Company, rng: Random) -> str:
    if company.japanese[1] and rng.random() < 0.6:
        body = company.japanese[1]
        return f"株式会社{body}" if rng.random() < 0.5 else f"{body}株式会社"
    if company.japanese[0]:
        return english_name(company, Pen(rng))
    tail = rng.choice(("", "公司", "有限公司", "股份公司", "集团"))
    plain = f"{company.trade_zh}{company.industry['zh']}{tail}"
    return weighted(rng, [(plain, 60), (company.trade_zh, 12), (english_name(company, Pen(rng)), 28)])


def english_name(company: Company, pen: Pen, *, upper: float = 0.12) -> str:
    """The Latin name as one record writes it: translated, in pinyin, or by brand."""
    rng = pen.rng
    name = _foreign(company, pen) if company.kind == "foreign" else _from_chinese(company, pen)
    if rng.random() < 0.02:
        name = mistype_latin(rng, name)
    if rng.random() < upper:
        name = name.upper()
    return spoil_name(rng, name)


def _foreign(company: Company, pen: Pen) -> str:
    rng = pen.rng
    spelling = str(company.form["en"][0]) if rng.random() < 0.6 else str(rng.choice(company.form["en"]))
    industry = company.industry["en"][0] if rng.random() < 0.8 else rng.choice(company.industry["en"])
    if pen.sparse or rng.random() < 0.05:
        return company.brand
    if rng.random() < 0.08:
        return f"{company.brand} {industry}"
    return f"{company.brand} {industry} {spelling}".replace(" ,", ",")


def _from_chinese(company: Company, pen: Pen) -> str:
    rng, place = pen.rng, company.place
    trade = _latin_trade(company, rng)
    industry, pinyin = _latin_industry(company.industry, rng)
    form = _latin_form(_of_common_form(company, rng, 0.5 if pinyin else 0.03).form, rng, pinyin=pinyin)
    if company.kind == "cn" and rng.random() < 0.1:
        region = _PROVINCES.get(place.province, place.en)
    else:
        region = place.en if company.layout != "province" else _PROVINCES.get(place.province, place.en)
    tail = f" {company.branch.en} Branch" if company.branch else ""
    if pen.sparse:
        return weighted(rng, [(trade, 50), (f"{trade} {industry}", 30), (f"{region} {trade}", 20)]) + tail
    style = weighted(rng, [("plain", 62), ("bracket", 18), ("no_city", 10), ("no_form", 6), ("brief", 4)])
    full = f"{industry} {form}".strip()
    made = {
        "plain": f"{region} {trade} {full}",
        "bracket": f"{trade} ({region}) {full}",
        "no_city": f"{trade} {full}",
        "no_form": f"{region} {trade} {industry}",
        "brief": f"{trade} {industry if pinyin or rng.random() < 0.5 else industry.split()[0]}",
    }
    return made[style] + tail


def _latin_trade(company: Company, rng: Random) -> str:
    if company.brand.lower() != "".join(company.trade_py) and rng.random() < 0.8:
        return company.brand
    joined = "".join(company.trade_py).capitalize()
    apart = [part.capitalize() for part in company.trade_py]
    return weighted(rng, [(joined, 84), (" ".join(apart), 11), ("-".join(apart), 5)])


def _latin_industry(industry: dict[str, Any], rng: Random) -> tuple[str, bool]:
    """The industry in English, or in pinyin (then the flag is set)."""
    syllables = industry["py"].split()
    style = weighted(rng, [("first", 58), ("other", 24), ("joined", 10), ("apart", 5), ("pairs", 3)])
    if style == "first":
        return str(industry["en"][0]), False
    if style == "other":
        return str(rng.choice(industry["en"])), False
    if style == "joined":
        return "".join(syllables).capitalize(), True
    if style == "apart":
        return " ".join(part.capitalize() for part in syllables), True
    pairs = ["".join(syllables[i : i + 2]).capitalize() for i in range(0, len(syllables), 2)]
    return " ".join(pairs), True


def _latin_form(form: dict[str, Any], rng: Random, *, pinyin: bool) -> str:
    if pinyin and rng.random() < 0.55:
        return str(form["py"])
    return str(form["en"][0] if rng.random() < 0.6 else rng.choice(form["en"]))


_PROVINCES = {
    "江苏": "Jiangsu",
    "浙江": "Zhejiang",
    "安徽": "Anhui",
    "福建": "Fujian",
    "江西": "Jiangxi",
    "山东": "Shandong",
    "河南": "Henan",
    "湖北": "Hubei",
    "湖南": "Hunan",
    "广东": "Guangdong",
    "四川": "Sichuan",
    "陕西": "Shaanxi",
    "山西": "Shanxi",
    "辽宁": "Liaoning",
    "吉林": "Jilin",
    "黑龙江": "Heilongjiang",
    "河北": "Hebei",
    "云南": "Yunnan",
    "贵州": "Guizhou",
    "广西": "Guangxi",
}


def latin_province(place: Place) -> str:
    """The province in Latin letters, empty for cities that are provinces themselves."""
    return _PROVINCES.get(place.province, "")
