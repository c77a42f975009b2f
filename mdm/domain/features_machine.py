"""Feature kinds of machines: plants, classes, years and asset numbers as several systems write them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import TypeAlias

from mdm.domain.standardise.part import fold_twins
from mdm.domain.standardise.sound import sound_frames, sound_keys
from mdm.domain.standardise.text import has_han, pinyin_key

FeatureFunction: TypeAlias = Callable[[tuple[str, ...]], list[str]]
GroupedFunction: TypeAlias = Callable[[Mapping[str, tuple[str, ...]]], list[str]]

_ASSET_DIGITS = 9
_SHORTEST_ASSET = 6
_TAG = re.compile(
    r"^(?:[A-Z]{2,3}[0-9]?|[A-Z]{2}[OI])(?:[A-Z]{3})?(?P<type>[A-Z]{3})[0-9OI]{2,4}(?P<sub>[A-Z]{0,3}\d{0,2})$"
)
_CLASS = re.compile(r"^(?P<type>[A-Z]{3})\d{0,2}$")
_SITE = re.compile(r"^(?P<letters>[a-z]{2,4}?)(?P<number>\d{1,2}|(?<=..)[oi])?$")
_YEAR = re.compile(r"^(?:[A-Z]{0,3}0*1?)(?P<year>19[89]\d|20[0-4]\d)(?:$|[-/]|\d{4,5}$)")
_NOT_ALNUM = re.compile(r"[^A-Z0-9]")
_NO_DIGIT = re.compile(r"\D")
_DAY = re.compile(r"^(\d{4})-(\d{2})-(\d{2})$")
_TWINS = {"o": "0", "i": "1"}
_DEALER = re.compile(
    r"贸易|商贸|经贸|经销|代理|商行|机电设备|\b(?:trad(?:e|ing)|dealer|distribut\w+|electromech\w*)\b", re.I
)
"""Words of firms that sell what others make."""
_SHORTEST_MAKER = 3
_SHORTEST_TYPED = 5
_SLIP_LENGTH = 6


def asset_digits(texts: tuple[str, ...]) -> list[str]:
    """The last nine digits of asset numbers, whatever prefix a system puts before them; at least six."""
    digits = (_NO_DIGIT.sub("", text).lstrip("0") for text in texts)
    return _distinct(found[-_ASSET_DIGITS:] for found in digits if len(found) >= _SHORTEST_ASSET)


def class_codes(texts: tuple[str, ...]) -> list[str]:
    """Three-letter class codes, given alone (``LTH``, ``LTH01``) or inside a tag (``NJ1-LTH-004``)."""
    found = (_CLASS.match(key) or _whole_tag(key) for key in map(_key, texts))
    return _distinct(each["type"] for each in found if each)


def maker_keys(texts: tuple[str, ...]) -> list[str]:
    """Letters of every name and how it sounds, so that a foreign maker meets its Chinese transliteration."""
    texts = tuple(half.removesuffix("牌") for text in texts for half in _halves(text))
    sounds = [sound.lower() for text in texts for sound in sound_keys(text)]
    return _distinct([*map(pinyin_key, texts), *sounds])


def maker_forms(by_reference: Mapping[str, tuple[str, ...]]) -> list[str]:
    """Letters of a maker's name, also with any one of them lost; nothing for dealers and initials.

    Two names in one script that share none of these are two makers; sharing one does not make them one.
    """
    names = _distinct(map(pinyin_key, _makers_told(by_reference)))
    long = [name for name in names if len(name) >= _SHORTEST_TYPED]
    return _distinct(
        [
            *(name for name in names if len(name) >= _SHORTEST_MAKER),
            *(name[:place] + name[place + 1 :] for name in long for place in range(len(name))),
        ]
    )


def maker_scripts(by_reference: Mapping[str, tuple[str, ...]]) -> list[str]:
    """Scripts in which the maker is told: names in one script can be compared letter by letter."""
    return _distinct("han" if has_han(text) else "latin" for text in _makers_told(by_reference))


def _makers_told(by_reference: Mapping[str, tuple[str, ...]]) -> list[str]:
    """Names of the maker; none from an attribute that names a dealer."""
    attributes: dict[str, list[str]] = {}
    for reference, texts in by_reference.items():
        attributes.setdefault(reference.partition(".")[0], []).extend(texts)
    told = [texts for texts in attributes.values() if not any(map(_is_dealer, texts))]
    return [half.removesuffix("牌") for texts in told for text in texts for half in _halves(text)]


def _halves(text: str) -> list[str]:
    """A name told in both scripts (``格律/Gelutec``) as two names."""
    halves = [half.strip() for half in text.split("/")]
    return halves if len(set(map(has_han, halves))) > 1 else [text]


@lru_cache(maxsize=32768)
def _is_dealer(text: str) -> bool:
    return _DEALER.search(text) is not None


def maker_frames(by_reference: Mapping[str, tuple[str, ...]]) -> list[str]:
    """What a foreign name keeps in any script: two that share no frame are two makers."""
    return _distinct(f"~{frame}" for text in _makers_told(by_reference) for frame in sound_frames(text))


def position_tags(texts: tuple[str, ...]) -> list[str]:
    """Texts built like the tag of a position (plant, class, number), O read as 0 and I as 1."""
    return _distinct(fold_twins(key) for key in map(_key, texts) if _TAG.match(key))


def serials(texts: tuple[str, ...]) -> list[str]:
    """Serial numbers, without those that are built like a tag: they were typed in the wrong column."""
    return _distinct(key for key in texts if not _TAG.match(key))


def serial_slips(texts: tuple[str, ...]) -> list[str]:
    """Serial numbers, also with one character left out wherever it stands but in the last place: what a slip of the
    pen leaves alike. Numbers that differ in their last place are neighbours, not slips."""
    keys = [key for key in serials(texts) if len(key) >= _SLIP_LENGTH]
    return _distinct(
        [*keys, *(key[:place] + key[place + 1 :] for key in keys for place in range(len(key) - 1))]
    )


def _key(text: str) -> str:
    return _NOT_ALNUM.sub("", text.upper())


def _whole_tag(key: str) -> re.Match[str] | None:
    """A tag of a machine itself: what hangs on it has its tag with something behind."""
    found = _TAG.match(key)
    return None if found and found["sub"] else found


def plants(texts: tuple[str, ...]) -> list[str]:
    """Plant codes; one without a number agrees with every number of its city."""
    return _distinct(code for text in texts for code in _plants(text.lower()))


@lru_cache(maxsize=8192)
def _plants(text: str) -> list[str]:
    found = _SITE.match(text)
    if not found:
        return []
    if found["number"]:
        return [found["letters"] + _TWINS.get(found["number"], found["number"])]
    return [found["letters"], *(f"{found['letters']}{number}" for number in range(10))]


def years(texts: tuple[str, ...]) -> list[str]:
    """The year that a date, a year or an asset number (``FA201207362``) begins with."""
    found = (_YEAR.match(text.strip().upper()) for text in texts)
    return _distinct(year["year"] for year in found if year)


def months(texts: tuple[str, ...]) -> list[str]:
    """The month of a date and the next one, so that days around a month's end meet."""
    return _distinct(month for text in texts for month in _months(text))


@lru_cache(maxsize=8192)
def _months(text: str) -> list[str]:
    found = _DAY.match(text)
    if not found:
        return []
    at = int(found[1]) * 12 + int(found[2])
    return [str(at), str(at + 1)]


def days(texts: tuple[str, ...]) -> list[str]:
    """A date as a number of days, every month counted as 31: near enough to compare."""
    found = (_DAY.match(text) for text in texts)
    return [str((int(day[1]) * 12 + int(day[2])) * 31 + int(day[3])) for day in found if day]


def where_keys(by_reference: Mapping[str, tuple[str, ...]]) -> list[str]:
    """Kind of machine with plant, with plant and shop, with shop and line, with plant and running number."""
    nouns, areas, lines = (_ending(by_reference, end) for end in (".noun", ".area_code", ".line"))
    units = _ending(by_reference, ".number", ".unit")
    sites = [site for site in plants(tuple(_ending(by_reference, ".plant", ".site"))) if site[-1:].isdigit()]
    return _distinct(
        [
            *(f"{noun}|{site}" for noun in nouns for site in sites[:1]),
            *(f"{noun}|{site}|{area}" for noun in nouns for site in sites for area in areas),
            *(f"{noun}|{area}|L{line}" for noun in nouns for area in areas for line in lines),
            *(f"{noun}|{site}|#{unit}" for noun in nouns for site in sites for unit in units),
        ]
    )


def kin_keys(by_reference: Mapping[str, tuple[str, ...]]) -> list[str]:
    """Kind of machine with its maker, and with the shop, for records that tell no more."""
    nouns, makers, areas = (_ending(by_reference, end) for end in (".noun", ".trade", ".area_code"))
    makers = maker_keys(tuple(makers))
    return _distinct(f"{noun}|{other}" for noun in nouns for other in (*makers, *areas))


def niche_keys(by_reference: Mapping[str, tuple[str, ...]]) -> list[str]:
    """Kind, kind with maker, and model of a machine, each with place and time as closely as the record tells them.

    A combination that few machines fit says much, however little its parts say.
    """
    nouns, models = _ending(by_reference, ".noun"), _models(by_reference)
    makers = maker_keys(tuple(_ending(by_reference, ".trade", ".trade_heads", ".maker")))
    whats = [
        *nouns,
        *(f"{noun}|{maker}" for noun in nouns for maker in makers),
        *(f"*{code}" for code in models),
    ]
    niches = _niches(by_reference) if whats else []
    return _distinct(
        [
            *[f"{what}|{niche}" for what in whats for niche in niches],
            *[what for what in whats if what not in nouns],
        ]
    )


def _models(by_reference: Mapping[str, tuple[str, ...]]) -> list[str]:
    """Models as keys; a code in a name that is a part of the model told beside it is no other one."""
    told = _ending(by_reference, "model.folded")
    named = map(fold_twins, _ending(by_reference, ".codes"))
    return _distinct([*told, *(code for code in named if not any(code in model for model in told))])


def _niches(by_reference: Mapping[str, tuple[str, ...]]) -> list[str]:
    """Places and times of a machine, alone and together."""
    sites = [site.lower() for site in _ending(by_reference, ".plant", ".site")]
    areas, lines = _ending(by_reference, ".area_code"), _ending(by_reference, ".line")
    units = _ending(by_reference, ".number", ".unit")
    days = _ending(by_reference, "_date", "_date.readings")
    shops = [*(f"{site}/{area}" for site in sites for area in areas), *(f"/{area}" for area in areas)]
    years = _distinct(day[:4] for day in days)
    return [
        *sites,
        *shops,
        *(f"{shop}/{line}" for shop in shops for line in lines),
        *(f"{place}#{unit}" for place in (*sites, *shops) for unit in units),
        *days,
        *years,
        *(f"{place}@{year}" for place in (*sites, *shops) for year in years),
    ]


def when_keys(by_reference: Mapping[str, tuple[str, ...]]) -> list[str]:
    """Kind of machine with the months around the day it was put into use."""
    nouns = _ending(by_reference, ".noun")
    dates = _ending(by_reference, "_date", "_date.readings")
    return _distinct(f"{noun}|{month}" for noun in nouns for month in months(tuple(dates)))


def _ending(by_reference: Mapping[str, tuple[str, ...]], *ends: str) -> list[str]:
    chosen = _chosen(tuple(by_reference), ends)
    return _distinct([text for reference in chosen for text in by_reference[reference]]) if chosen else []


@lru_cache(maxsize=4096)
def _chosen(references: tuple[str, ...], ends: tuple[str, ...]) -> tuple[str, ...]:
    """Records tell few different sets of references, so that which of them end so is known after a while."""
    return tuple(reference for reference in references if reference.endswith(ends))


def _distinct(members: Iterable[str]) -> list[str]:
    found = dict.fromkeys(members)
    found.pop("", None)
    return list(found)


FEATURES: Mapping[str, FeatureFunction] = {
    "asset_digits": asset_digits,
    "class_codes": class_codes,
    "maker_keys": maker_keys,
    "position_tags": position_tags,
    "serials": serials,
    "serial_slips": serial_slips,
    "plants": plants,
    "years": years,
    "months": months,
    "days": days,
}
"""Kinds that see all texts of a record's references as one pool."""


GROUPED_FEATURES: Mapping[str, GroupedFunction] = {
    "maker_forms": maker_forms,
    "maker_frames": maker_frames,
    "maker_scripts": maker_scripts,
    "kin_keys": kin_keys,
    "niche_keys": niche_keys,
    "where_keys": where_keys,
    "when_keys": when_keys,
}
"""Kinds that see which reference each text came from."""
