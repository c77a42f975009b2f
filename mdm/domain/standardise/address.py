"""Addresses in Chinese and English, taken apart so far that both languages give the same road and number.

Directions in road names are syllables at the end in Chinese (中山北路) and words around the name in English
(Zhongshan North Road, North Zhongshan Road); both become ``zhongshanbei``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

from mdm.domain.standardise.kind import ABSENT, Env, Kind, Parts, Standard
from mdm.domain.standardise.place import place_codes, place_key
from mdm.domain.standardise.same import Same, cache_key
from mdm.domain.standardise.text import ascii_fold, clean, comparison_key, has_han, pinyin_key

_ZH_UNITS = re.compile(
    r"^(?:中国)?(?P<province>[^省市区县路街0-9]{2,7}?(?:省|自治区))?"
    r"(?P<city>[^省市区县路街0-9]{2,7}?(?:市|自治州|地区))?"
    r"(?P<district>[^省市县路街0-9]{1,8}?(?:新区|开发区|区|县|市))?"
    r"(?P<town>[^路街道巷0-9]{1,6}?(?:镇|乡|街道))?"
)
_ZH_ROAD = re.compile(r"([^0-9路街巷弄,，\s]{1,10}(?:大道|路|街|大街|公路|道|巷|弄))")
_ZH_NUMBER = re.compile(r"(\d+)(?:-\d+)?\s*(?:号|弄|#)?")
_ZH_BUILDING = re.compile(r"(\d+|[a-z])\s*(?:号楼|栋|幢|座|#|楼|层)")
_ZH_ROAD_TYPE = re.compile(r"(?:大道|大街|公路|路|街|道|巷|弄)$")
_EN_ROAD_TYPES = frozenset(
    [
        "road",
        "rd",
        "street",
        "str",
        "st",
        "avenue",
        "ave",
        "av",
        "lane",
        "ln",
        "drive",
        "dr",
        "boulevard",
        "blvd",
        "way",
        "highway",
        "hwy",
        "lu",
        "jie",
        "dadao",
        "dao",
        "xiang",
        "alley",
        "parkway",
        "pkwy",
    ]
)
_DIRECTIONS = {
    "north": "bei", "n": "bei", "bei": "bei", "south": "nan", "s": "nan", "nan": "nan",
    "east": "dong", "e": "dong", "dong": "dong", "west": "xi", "w": "xi", "xi": "xi",
    "middle": "zhong", "mid": "zhong", "central": "zhong", "zhong": "zhong", "m": "zhong",
}  # fmt: skip
_EN_DISTRICT = re.compile(r"([a-z' ]+?)\s+(?:district|dist\.?|qu|new area|county|town)\b")
_EN_NUMBER = re.compile(r"\bno\.?\s*(\d+)|(?:^|[\s,#])(\d+)(?:-\d+)?[a-z]?(?=$|[\s,.])")
_NUMBER_WORD = re.compile(r"^(?:no\.?|#)?\d+[a-z]?(?:-\d+)?#?$")


def address(text: str, env: Env) -> Standard:
    """Clean text; parts province, city, district, road, number, building, key (road|number) and place.

    ``place`` holds the codes of every city that the address may mean.
    """
    shown = clean(text)
    if not shown:
        return ABSENT
    places = env.codes.get("cities_cn")
    codes = _cities(shown, cache_key(places)) if places else ()
    return Standard(shown, {**address_parts(shown), **({"place": codes} if codes else {})})


@lru_cache(maxsize=65536)
def _cities(text: str, places: Same) -> tuple[str, ...]:
    """Codes of the cities that an address names, prefecture and county-level city alike."""
    key = comparison_key(text)
    if has_han(key):
        units = _ZH_UNITS.match(key)
        # A district of one city may be called like another city (北京市朝阳区, 朝阳市).
        named = [units[name] for name in ("city", "district") if units and (units[name] or "").endswith("市")]
    else:
        named = [piece.strip() for piece in key.split(",")[1:]]
    found = (place_codes(name, places.codes, provinces=False) for name in named)
    return tuple(dict.fromkeys(code for codes in found for code in codes))


@lru_cache(maxsize=65536)
def address_parts(text: str) -> Parts:
    """The pieces of an address; pieces that it does not name are left out."""
    key = comparison_key(text)
    found = _chinese(key) if has_han(key) else _western(key)
    if found.get("road") and found.get("number"):
        found["key"] = f"{found['road']}|{found['number']}"
    return {name: piece for name, piece in found.items() if piece}


def _chinese(key: str) -> dict[str, str]:
    units = _ZH_UNITS.match(key)
    named = {name: place_key(piece) for name, piece in (units.groupdict() if units else {}).items() if piece}
    rest = key[units.end() :] if units else key
    road = _ZH_ROAD.search(rest)
    after = rest[road.end() :] if road else ""
    number = _ZH_NUMBER.match(after)
    building = _ZH_BUILDING.search(after[number.end() :] if number else after)
    return {
        **named,
        "road": pinyin_key(_ZH_ROAD_TYPE.sub("", road[1])) if road else "",
        "number": number[1].lstrip("0") if number else "",
        "building": building[1] if building else "",
    }


def _western(key: str) -> dict[str, str]:
    plain = ascii_fold(key).replace("#", " # ").replace(" # ", " #")
    district = _EN_DISTRICT.search(plain)
    pieces = [piece.strip() for piece in plain.split(",") if piece.strip()]
    road_at = next((i for i, piece in enumerate(pieces) if _road_words(piece)), None)
    if road_at is None:
        return {"district": place_key(district[1]) if district else ""}
    numbers = _EN_NUMBER.findall(pieces[road_at]) or _EN_NUMBER.findall(" , ".join(pieces[:road_at]))
    last = numbers[-1] if numbers else ("", "")
    return {
        "district": place_key(district[1]) if district else "",
        "road": _road_key(_road_words(pieces[road_at])),
        "number": (last[0] or last[1]).lstrip("0"),
    }


def _road_words(piece: str) -> list[str]:
    """Words of the road that a piece of an English address names, without its type; empty when none."""
    words = re.findall(r"[#a-z0-9'-]+", piece)
    at = next((i for i in range(len(words) - 1, 0, -1) if words[i] in _EN_ROAD_TYPES), None)
    if at is None:
        plain = [word for word in words if not _NUMBER_WORD.match(word) and word != "no"]
        return plain if plain and len(plain) < len(words) and len(plain) <= 3 else []
    return [word for word in words[:at] if not _NUMBER_WORD.match(word) and word not in {"no", "#"}]


def _road_key(words: list[str]) -> str:
    names = [word for word in words if word not in _DIRECTIONS]
    directions = [_DIRECTIONS[word] for word in words if word in _DIRECTIONS]
    return re.sub("[^a-z]", "", "".join(names + directions))


KINDS: Mapping[str, Kind] = {"address": address}
