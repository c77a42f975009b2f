"""Countries, regions, cities and postal codes as codes that Chinese and English texts share."""

from __future__ import annotations

import gettext
import re
from collections.abc import Mapping
from functools import lru_cache

import pycountry

from mdm.domain.code_list import CodeList
from mdm.domain.standardise.kind import ABSENT, Env, Kind, Standard, kept
from mdm.domain.standardise.same import Same, cache_key
from mdm.domain.standardise.text import ascii_fold, clean, comparison_key, has_han, pinyin_key

_CITY_LIST = "cities_cn"
# Taiwan, Hong Kong and Macao keep their own ISO 3166-1 codes: customs, tax numbers and dialling codes differ.
_COUNTRY_NAMES = {
    "prc": "CN", "p.r.c": "CN", "p.r.china": "CN", "p.r. china": "CN", "pr china": "CN",
    "p. r. china": "CN", "people's republic of china": "CN", "mainland china": "CN",
    "china mainland": "CN", "china (mainland)": "CN", "中国": "CN", "中国大陆": "CN",
    "中华人民共和国": "CN", "chn": "CN", "中国台湾": "TW", "台湾": "TW", "台湾省": "TW",
    "taiwan": "TW", "taiwan, china": "TW", "taiwan, province of china": "TW",
    "chinese taipei": "TW", "r.o.c.": "TW", "中国香港": "HK", "香港": "HK",
    "hong kong sar": "HK", "hong kong, china": "HK", "hongkong": "HK", "澳门": "MO",
    "中国澳门": "MO", "macau": "MO", "macao sar": "MO", "uk": "GB", "u.k.": "GB",
    "england": "GB", "great britain": "GB", "英国": "GB", "usa": "US", "u.s.a.": "US",
    "u.s.": "US", "united states of america": "US", "美国": "US", "韩国": "KR", "南韩": "KR",
    "korea": "KR", "south korea": "KR", "republic of korea": "KR", "russia": "RU",
    "俄罗斯": "RU", "holland": "NL", "the netherlands": "NL", "荷兰": "NL",
    "czech republic": "CZ", "czech": "CZ", "捷克": "CZ", "vietnam": "VN", "越南": "VN",
    "turkey": "TR", "阿联酋": "AE", "uae": "AE", "deutschland": "DE", "schweiz": "CH",
    "suisse": "CH", "österreich": "AT", "italia": "IT", "españa": "ES", "nippon": "JP",
    "eire": "IE",
}  # fmt: skip
_ADMIN_LATIN = re.compile(r"\b(?:city|shi|municipality|prefecture|province|sheng|county|district|qu|xian)\b")
_ADMIN_HAN = re.compile(r"(?:特别行政区|维吾尔自治区|壮族自治区|回族自治区|自治区|自治州|地区|省|市|县|区)$")
_NOT_LETTER = re.compile(r"[^a-z]+")


def country(text: str, env: Env) -> Standard:
    """ISO 3166-1 alpha-2 code; an unknown name stays with finding ``unknown_code``."""
    shown = clean(text)
    if not shown:
        return ABSENT
    found = country_code(shown)
    return Standard(found) if found else kept(shown, "unknown_code")


@lru_cache(maxsize=8192)
def country_code(text: str) -> str | None:
    """The country that a name or code in Chinese or English means."""
    key = comparison_key(text)
    if key in _COUNTRY_NAMES:
        return _COUNTRY_NAMES[key]
    return _country_names().get(key)


@lru_cache(maxsize=1)
def _country_names() -> Mapping[str, str]:
    chinese = gettext.translation("iso3166-1", pycountry.LOCALES_DIR, languages=["zh_CN"])
    names: dict[str, str] = {}
    for entry in pycountry.countries:
        names |= {entry.alpha_2.lower(): entry.alpha_2, entry.alpha_3.lower(): entry.alpha_2}
        for attribute in ("name", "official_name", "common_name"):
            english = getattr(entry, attribute, None)
            if english:
                names.setdefault(comparison_key(english), entry.alpha_2)
                names.setdefault(comparison_key(chinese.gettext(english)), entry.alpha_2)
    return names


def city(text: str, env: Env) -> Standard:
    """City code when the name means one city, else clean text; parts code (all it may mean) and key."""
    shown = clean(text)
    if not shown:
        return ABSENT
    return _place(shown, place_codes(shown, env.codes.get(_CITY_LIST), provinces=False))


def region(text: str, env: Env) -> Standard:
    """Province or state: ISO 3166-2 code where known, else clean text; parts code and key."""
    shown = clean(text)
    if not shown:
        return ABSENT
    return _place(shown, place_codes(shown, env.codes.get(_CITY_LIST), provinces=True))


def _place(shown: str, codes: tuple[str, ...]) -> Standard:
    value = codes[0] if len(codes) == 1 else shown
    return Standard(value, {"code": codes, "key": codes[0] if codes else place_key(shown)})


def place_codes(text: str, places: CodeList | None, *, provinces: bool) -> tuple[str, ...]:
    """Codes of every place that a Chinese, English or pinyin name may mean.

    Beijing and Jilin name a city and a province; ``provinces`` says which of them is meant then.
    """
    if places is None:
        return ()
    forms = (clean(text), _bare(text), place_key(text))
    codes = next((found for form in forms if (found := places.candidates(form))), ())
    known = _provinces(cache_key(places))
    return tuple(code for code in codes if (code in known) is provinces) or codes


@lru_cache(maxsize=16)
def _provinces(same: Same) -> frozenset[str]:
    return frozenset(entry.parent for entry in same.codes.entries)


@lru_cache(maxsize=65536)
def place_key(text: str) -> str:
    """Joined lower-case letters of a place name without words such as City, Shi, 省 and 市."""
    bare = _bare(text)
    return _NOT_LETTER.sub("", ascii_fold(pinyin_key(bare) if has_han(bare) else bare))


@lru_cache(maxsize=65536)
def _bare(text: str) -> str:
    key = comparison_key(text)
    if has_han(key):
        return _ADMIN_HAN.sub("", key) or key
    return " ".join(_ADMIN_LATIN.sub(" ", key).split()) or key


def postal_code(text: str, env: Env) -> Standard:
    """Postal code without spaces, upper case; ``postal_code_format`` for a Chinese one without six digits."""
    key = re.sub(r"[^0-9A-Z-]", "", clean(text).upper()).strip("-")
    if not key:
        return ABSENT
    if env.context.country == "CN" and key.isdigit() and len(key) != 6:
        return kept(key, "postal_code_format", severity="info")
    return Standard(key)


KINDS: Mapping[str, Kind] = {"country": country, "region": region, "city": city, "postal_code": postal_code}
