"""Feature kinds of companies: where they are, in which script their name stands, what their legal form can tell.

Translators write "Co., Ltd.", "Ltd." or "Inc." for any Chinese company with limited liability, and any firm may
call itself "technology" or "industrial"; such words say nothing of which company it is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import TypeAlias

from mdm.domain.standardise import text as texts_of

FeatureFunction: TypeAlias = Callable[[tuple[str, ...]], list[str]]
GroupedFunction: TypeAlias = Callable[[Mapping[str, tuple[str, ...]]], list[str]]

_PROVINCE = re.compile(r"CN-[A-Z]{2}")
_CITY_PROVINCES = frozenset(["CN-BJ", "CN-TJ", "CN-SH", "CN-CQ"])
_GROUP = "CN_GROUP"
_LIMITED = frozenset(["CN_LLC", "CN_JSC", "UK_LTD", "US_LLC", "US_INC", "US_CORP", "JP_KK", "TW_LTD"])
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


def _is_province(place: str) -> bool:
    return bool(_PROVINCE.fullmatch(place)) and place not in _CITY_PROVINCES


def provinces(texts: tuple[str, ...]) -> list[str]:
    """Codes of Chinese provinces and municipalities."""
    return _distinct(text for text in texts if _PROVINCE.fullmatch(text))


def latin_only(texts: tuple[str, ...]) -> list[str]:
    """Joined letters of the texts written in Latin letters, without the others."""
    return _distinct(
        texts_of.pinyin_key(text)
        for text in texts
        if not texts_of.has_han(text) and re.search("[A-Za-z]", text)
    )


def telling_forms(texts: tuple[str, ...]) -> list[str]:
    """Legal forms, among them ``CN_GROUP`` where a trade word says group.

    Forms that translations do not tell apart are one, ``limited``, which counts only where no other is named.
    """
    forms = {_GROUP if text == "group" else text for text in texts if text == "group" or text.isupper()}
    return sorted(forms - _LIMITED) or ["limited"] * bool(forms)


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


def _distinct(members: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(member for member in members if member))


FEATURES: Mapping[str, FeatureFunction] = {
    "provinces": provinces,
    "latin_only": latin_only,
    "telling_forms": telling_forms,
    "telling_trades": telling_trades,
}
GROUPED_FEATURES: Mapping[str, GroupedFunction] = {"cities": cities, "trades_by_city": trades_by_city}
