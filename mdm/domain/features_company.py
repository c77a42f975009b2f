"""Feature kinds of companies: where they are, in which script their name stands, what their legal form can tell.

Translators write "Co., Ltd.", "Ltd." or "Inc." for any Chinese company with limited liability, and any firm may
call itself "technology" or "industrial"; such words say nothing of which company it is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import TypeAlias

from phonenumbers import COUNTRY_CODE_TO_REGION_CODE

from mdm.domain.standardise import text as texts_of

FeatureFunction: TypeAlias = Callable[[tuple[str, ...]], list[str]]
GroupedFunction: TypeAlias = Callable[[Mapping[str, tuple[str, ...]]], list[str]]

_PROVINCE = re.compile(r"CN-[A-Z]{2}")
_CITY_PROVINCES = frozenset(["CN-BJ", "CN-TJ", "CN-SH", "CN-CQ"])
_GROUP = "CN_GROUP"
_UNLIKE_A_COMPANY = frozenset(["CN_WORKS", "CN_SHOP", "CN_SOLE", "CN_PARTNERSHIP", "CN_INSTITUTE", "CN_COOP"])
_TELLING_FORMS = _UNLIKE_A_COMPANY | {_GROUP}
_DOMAIN_WORDS = re.compile(
    r"(?<=[a-z]{3})(?:tech|technology|group|grp|ind|industry|industrial|med|medical|china|chn|cn|intl|global|corp|inc"
    r"|ltd|gmbh|co|company|online|mfg|sz|sh|bj|gz|eu|usa|de|jp)$"
)
_DIALLING = {
    f"+{region}": countries[0]
    for region, countries in sorted(COUNTRY_CODE_TO_REGION_CODE.items(), key=lambda item: -item[0])
}
_FORMS_OF = {
    "DE_GMBH": ("DE", "AT", "CH"), "DE_GMBH_KG": ("DE", "AT"), "DE_AG": ("DE", "AT", "CH"), "DE_KG": ("DE", "AT"),
    "FR_SAS": ("FR",), "FR_SARL": ("FR", "CH"), "IT_SPA": ("IT",), "IT_SRL": ("IT",), "NL_BV": ("NL", "BE"),
    "NL_NV": ("NL", "BE"), "SE_AB": ("SE", "FI"), "DK_APS": ("DK",), "DK_AS": ("DK", "NO"), "FI_OY": ("FI",),
    "JP_KK": ("JP",), "JP_YK": ("JP",), "JP_GK": ("JP",), "PL_SPZOO": ("PL",), "CZ_SRO": ("CZ", "SK"),
    "ES_SL": ("ES",), "HU_KFT": ("HU",),
}  # fmt: skip
_ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
_LETTER = re.compile("[A-Za-z]")
_NO_CALL = re.compile("[^a-z0-9]")
_WORDS = re.compile("[a-z]+")
_SHORTEST_CALL = 4
_LONGEST_ACRONYM = 6
_SURNAMES = {
    "曾": "zeng", "单": "shan", "解": "xie", "仇": "qiu", "查": "zha", "区": "ou", "朴": "piao", "任": "ren",
    "盖": "ge", "尉": "wei", "宁": "ning", "乐": "yue", "缪": "miao", "翟": "zhai", "冼": "xian", "覃": "qin",
}  # fmt: skip
_DOUBLE_SURNAMES = frozenset(
    ["欧阳", "司马", "上官", "诸葛", "司徒", "东方", "夏侯", "皇甫", "尉迟", "慕容", "令狐"]
)
_TITLES = re.compile(r"先生|女士|小姐|经理|主任|总监|\b(?:mr|mrs|ms|miss|dr|herr|frau)\b\.?")
_OF_ANY_TRADE = frozenset(
    ["technology", "science", "manufacturing", "international", "group", "holding", "investment",
     "development", "service", "engineering", "brothers", "china", "asia", "europe", "america", "germany", "japan",
     "korea"]
)  # fmt: skip


def cities(by_reference: Mapping[str, tuple[str, ...]]) -> list[str]:
    """Codes of cities, a municipality among them; a place that may be a province (吉林) names no city."""
    found: list[str] = []
    for places in by_reference.values():
        provinces = [place for place in places if _is_province(place)]
        found.extend([] if provinces else places)
    return _distinct(found)


@lru_cache(maxsize=8192)
def _is_province(place: str) -> bool:
    return _names_province(place) and place not in _CITY_PROVINCES


def provinces(texts: tuple[str, ...]) -> list[str]:
    """Codes of Chinese provinces and municipalities."""
    return _distinct([text for text in texts if _names_province(text)])


@lru_cache(maxsize=8192)
def _names_province(place: str) -> bool:
    return _PROVINCE.fullmatch(place) is not None


def latin_only(texts: tuple[str, ...]) -> list[str]:
    """Joined letters of the texts written in Latin letters, without the others."""
    return _distinct(
        texts_of.pinyin_key(text) for text in texts if not texts_of.has_han(text) and _LETTER.search(text)
    )


def telling_forms(texts: tuple[str, ...]) -> list[str]:
    """Legal forms that translations tell apart, among them ``CN_GROUP`` where a trade word says group.

    All others are one, ``limited``, which counts only where no other is named: a Chinese text calls any foreign form
    a company with limited liability.
    """
    return list(_forms_told(texts))


@lru_cache(maxsize=8192)
def _forms_told(texts: tuple[str, ...]) -> tuple[str, ...]:
    """Kept, because three features ask the same of one record, and few forms and trades make up most names."""
    forms = {_GROUP if text == "group" else text for text in texts if text == "group" or text.isupper()}
    return tuple(sorted(forms & _TELLING_FORMS)) or ("limited",) * bool(forms)


def group_or_not(texts: tuple[str, ...]) -> list[str]:
    """Whether the legal forms of a name make it a group; nothing where it names no form."""
    forms = _forms_told(texts)
    return ["group" if _GROUP in forms else "member"] * bool(forms)


def group_or_other(texts: tuple[str, ...]) -> list[str]:
    """Whether a name says that it is a group's; one without any legal form says that it is not."""
    return ["group" if _GROUP in _forms_told(texts) else "other"]


def telling_trades(texts: tuple[str, ...]) -> list[str]:
    """Trades of a company without words that firms of any trade use."""
    return _distinct(text for text in texts if text not in _OF_ANY_TRADE)


def trades_by_city(by_reference: Mapping[str, tuple[str, ...]]) -> list[str]:
    """Every city with every telling trade (references ending in ``.industry``): one firm under two names."""
    places = {name: texts for name, texts in by_reference.items() if not name.endswith(".industry")}
    trades = telling_trades(
        tuple(text for name, texts in by_reference.items() if name.endswith(".industry") for text in texts)
    )
    return [f"{place}|{trade}" for place in cities(places) for trade in trades]


def homes(by_reference: Mapping[str, tuple[str, ...]]) -> list[str]:
    """Countries that a firm may be at home in: those of the first reference that names any.

    A telephone number (``.located``) names the country it is dialled in, a legal form (``.legal_form``) those that
    know it.
    """
    for reference, texts in by_reference.items():
        if reference.endswith(".located"):
            found = [_dialled(text) for text in texts]
        elif reference.endswith(".legal_form"):
            found = [country for text in texts for country in _FORMS_OF.get(text, ())]
        else:
            found = list(texts)
        if any(found):
            return _distinct(found)
    return []


@lru_cache(maxsize=65536)
def _dialled(number: str) -> str:
    found = next((code for code in _DIALLING if number.startswith(code)), "")
    return _DIALLING.get(found, "")


def calls(by_reference: Mapping[str, tuple[str, ...]]) -> list[str]:
    """Letters by which a firm is called in its name and in its web address.

    References ending in ``.stem`` are names inside domains: also without words like tech and group. Those ending in
    ``.core`` are names without place and legal form: a Chinese one gives the first letters of its syllables (four to
    six), which many domains are made of. All others are taken as they stand.
    """
    found: list[str] = []
    for reference, texts in by_reference.items():
        if reference.endswith(".stem"):
            found += [call for text in texts for call in _stem_calls(text)]
        elif reference.endswith(".core"):
            found += [call for text in texts for call in _acronyms(text)]
        else:
            found += map(texts_of.pinyin_key, texts)
    return _distinct([call for call in found if len(call) >= _SHORTEST_CALL])


@lru_cache(maxsize=65536)
def _stem_calls(stem: str) -> tuple[str, ...]:
    head = stem.split("-", maxsplit=1)[0]
    return _NO_CALL.sub("", stem), head, _DOMAIN_WORDS.sub("", head)


@lru_cache(maxsize=65536)
def _acronyms(core: str) -> tuple[str, ...]:
    if not texts_of.has_han(core):
        return ()
    letters = "".join(syllable[0] for syllable in texts_of.pinyin_syllables(core))
    return tuple(
        letters[:length] for length in range(_SHORTEST_CALL, min(len(letters), _LONGEST_ACRONYM) + 1)
    )


def checked_orgs(texts: tuple[str, ...]) -> list[str]:
    """Organisation codes whose check character is right (GB 11714): a mistyped one tells no firms apart."""
    return _distinct(text for text in texts if _is_organisation(text))


@lru_cache(maxsize=65536)
def _is_organisation(code: str) -> bool:
    if len(code) != len(_ORGANISATION_WEIGHTS) + 1 or not (code.isascii() and code.isalnum()):
        return False
    total = sum(int(char, 36) * weight for char, weight in zip(code, _ORGANISATION_WEIGHTS, strict=False))
    return code[-1] == "0123456789X"[-total % 11]


def people(texts: tuple[str, ...]) -> list[str]:
    """Names of persons as sorted words, so that 王小明, Xiaoming Wang and WANG Xiao Ming meet."""
    return _distinct(form for text in texts for form in _person(text))


@lru_cache(maxsize=65536)
def _person(text: str) -> tuple[str, ...]:
    name = _TITLES.sub(" ", texts_of.comparison_key(text))
    if not texts_of.has_han(name):
        words = _WORDS.findall(texts_of.ascii_fold(name))
        return (" ".join(sorted(words)),) if len(words) > 1 else ()
    plain = "".join(name.split())
    length = 2 if plain[:2] in _DOUBLE_SURNAMES and len(plain) > 2 else 1
    family = _SURNAMES.get(plain[:length]) or texts_of.pinyin_key(plain[:length])
    given = texts_of.pinyin_syllables(plain[length:])
    if not family or not given:
        return ()
    return " ".join(sorted((family, "".join(given)))), " ".join(sorted((family, *given)))


def _distinct(members: Iterable[str]) -> list[str]:
    found = dict.fromkeys(members)
    found.pop("", None)
    return list(found)


FEATURES: Mapping[str, FeatureFunction] = {
    "provinces": provinces,
    "latin_only": latin_only,
    "telling_forms": telling_forms,
    "group_or_not": group_or_not,
    "group_or_other": group_or_other,
    "people": people,
    "checked_orgs": checked_orgs,
    "telling_trades": telling_trades,
}
GROUPED_FEATURES: Mapping[str, GroupedFunction] = {
    "cities": cities,
    "trades_by_city": trades_by_city,
    "calls": calls,
    "homes": homes,
}
