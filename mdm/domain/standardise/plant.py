"""Where in the company something stands: plant and shop as codes, whatever language or abbreviation names them.

A plant is known by the first letters of its city (Suzhou, 苏州: ``sz``) and its number; a shop by its code in the
list ``plant_areas``, also when only letters of its English name are given (``PKG``: packaging).
"""

from __future__ import annotations

import re
from functools import lru_cache

from mdm.domain.code_list import CodeList
from mdm.domain.standardise.same import Same, cache_key
from mdm.domain.standardise.term import find_terms
from mdm.domain.standardise.text import has_han, pinyin_syllables

_SITE_CODE = re.compile(r"[a-z]{2,4}\d{0,2}")
_AREA_CODE = re.compile(r"[a-z]{2,4}")
_SITE_NUMBER = re.compile(
    r"(?P<han>[一二三四五六七八九十])(?:分?厂|工厂|基地|园区|期)|(?P<digit>\d{1,2})(?:号|#)?(?:分?厂|工厂|基地|园区)"
    r"|(?:plant|site|factory|works|campus)[ .#no]*(?P<after>\d{1,2})",
    re.IGNORECASE,
)
_SITE_WORD = re.compile(r"\b(?:plant|site|factory|works|campus|cent(?:er|re))\b", re.IGNORECASE)
_HAN_NUMBERS = {char: str(number) for number, char in enumerate("一二三四五六七八九十", start=1)}
_PREFIX = 3


def plant_code(site: str, whole: str, cities: CodeList | None) -> str:
    """Code of the plant that ``site`` (else the whole text) names: ``sz2``; without a number ``sz``; or ''."""
    if _SITE_CODE.fullmatch(site):
        return site
    return _plant_code(site or whole, cache_key(cities) if cities else None)


def area_codes(area: str, areas: CodeList | None) -> tuple[str, ...]:
    """Codes of ``plant_areas`` that a text names or that a short code may abbreviate; () when none."""
    return _area_codes(area.lower(), cache_key(areas)) if area and areas else ()


@lru_cache(maxsize=8192)
def _plant_code(text: str, cities: Same | None) -> str:
    found = _SITE_NUMBER.search(text)
    number = next(group for group in found.groups() if group) if found else ""
    city = _city_letters(text, cities)
    return city + _HAN_NUMBERS.get(number, number) if city else ""


def _city_letters(text: str, cities: Same | None) -> str:
    terms = find_terms(_apart(text), cities.codes) if cities else ()
    if terms and cities:
        return _letters(cities.codes.by_code[terms[0].code].zh)
    name = re.match(r"[a-z]{4,}", text.lower())
    return name[0][:_PREFIX] if name and not has_han(text) and _SITE_WORD.search(text) else ""


def _letters(city: str) -> str:
    return "".join(syllable[0] for syllable in pinyin_syllables(city.rstrip("市省")))


def _apart(text: str) -> str:
    """A Chinese place without what follows the city: only its beginning names one."""
    return text[:8] if has_han(text) else text


@lru_cache(maxsize=8192)
def _area_codes(area: str, areas: Same) -> tuple[str, ...]:
    codes = areas.codes
    named = codes.candidates(area) or tuple(term.code for term in find_terms(area, codes))[:1]
    if named or not _AREA_CODE.fullmatch(area):
        return named
    return tuple(
        entry.code
        for entry in codes.entries
        if any(_abbreviates(area, name.lower()) for name in entry.spellings if name.isascii())
    )


def _abbreviates(short: str, name: str) -> bool:
    """The letters of ``short`` stand in ``name`` in this order, beginning with the first."""
    rest = iter(name)
    return name[:1] == short[:1] and all(letter in rest for letter in short)
