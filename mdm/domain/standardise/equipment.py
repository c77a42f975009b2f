"""Tags, serial numbers, models, places and names of equipment taken apart for comparison."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

from mdm.domain.code_list import CodeList
from mdm.domain.standardise.code_token import find_codes
from mdm.domain.standardise.kind import ABSENT, Env, Kind, Parts, Standard
from mdm.domain.standardise.part import fold_twins, part_key
from mdm.domain.standardise.plant import area_codes, plant_code
from mdm.domain.standardise.same import Same, cache_key
from mdm.domain.standardise.term import blank, find_terms
from mdm.domain.standardise.text import clean, comparison_key, has_han, simplified, tokens

_SERIAL_WORD = re.compile(
    r"^(?:S ?[/.]? ?N(?![A-Z])|SER(?:IAL)?(?: ?(?:NO|NUMBER|NR))?|NO|NR|出厂编号|出厂号|序列号|机身号|机号|编号|#)"
    r"[.:#=_ -]*(?=[A-Z0-9])"
)
_TAG_WORD = re.compile(r"^(?:TAG|ASSET(?: NO)?|设备编号|资产编号|位号|编号)[.:# ]+")
_TAG = re.compile(
    r"(?:(?P<site>[A-Z]{2}[0-9OI]{1,2}|[A-Z]{2}(?=[-_ ./])|[A-Z]{3,4})[-_ ./]?(?:[A-Z]{3}[-_ ./]?)??(?P<class>[A-Z]{3})"
    r"|(?P<second>[A-Z]{3})[-_ ./](?P<plant>[A-Z]{2}[0-9]))[-_ ./]?(?P<number>[0-9OI]{2,4})(?P<rest>.*)"
)
"""A tag names plant, perhaps shop, class and number, or class, plant and number; what hangs on a machine has more
behind. Other numbers on a label (old ones, serial numbers) name no plant."""
_TAG_NOISE = re.compile(r"[-_ ./*#'\"]*(?:\(.*)?")
_LIKE_TAG = re.compile(r"^[A-Z]{2,3}\d?(?:[-_ ][A-Z]{3}){1,2}[-_ ]\d{2,4}(?:[-_ ][A-Z]?\d{0,2})?$")
_LAST_DIGITS = re.compile(r"(\d+)(?:[A-Z]{0,2}\d?)?$")
_MAINS = r"(?:100|110|115|120|200|208|220|230|240|380|400|415|440|480)"
_RATING = re.compile(
    rf"(?:[ /,;(]+(?:AC|DC)?(?:{_MAINS}(?:[-/]\d{{3}})? ?V(?:AC|DC)?"
    r"|[56]0(?:/60)? ?HZ|\d+(?:\.\d+)? ?KW|[13]PH)(?![A-Z0-9])"
    rf"|(?<=\d){_MAINS}V$|[-_ ]CE$)\)?",
    re.IGNORECASE,
)
_GLUED_MAKER = re.compile(r"^[A-Z][a-z]{2,}(?=[A-Z]+[-_ ]?\d)")
_BRACKETS = re.compile(r"\([^()]*\)?")
_MODEL_WORD = re.compile(r"^(?:型号|规格|MODEL|TYPE|MOD)[.: ]+|[ ]?型$", re.IGNORECASE)
_HAN_RUN = re.compile(r"[\u3400-\u9fff]+")
_MAKER_LENGTH = 4
_SHORTEST_SERIAL = 4
_MAKER_FIRST = re.compile(r"([\u3400-\u9fff]{2,5}|[A-Z][A-Za-z]{3,})[ ]*")
_UNIT_NUMBER = re.compile(
    r"(?:(?<![A-Za-z0-9-])(?:#|No\.? ?|Nr\.? ?|Unit ?)(?P<after>\d{1,3})(?![\d.])"
    r"|(?<![A-Za-z0-9.-])(?P<before>\d{1,3}) ?(?:#|号(?:机|线|炉|柜)?)(?![A-Za-z0-9]))",
    re.IGNORECASE,
)
_HIERARCHY = re.compile(r"^[A-Z][A-Z0-9]{1,4}(?:[-/_. ][A-Z0-9]{1,5}){1,5}$")
_LINE = re.compile(
    r"(?:LINE|产线|线)[ .:]?(?P<after>\d{1,3})|(?<!\d)(?P<before>\d{1,3})[ ]?(?:号?线|LINE)|^L0*(?P<code>\d{1,3})$",
    re.I,
)
_SITE_END = re.compile(
    r"^(?P<site>.{1,12}?(?:工厂|[一二三四五六七八九十]厂|分厂|基地|园区|中心|总部))(?P<area>.*)$"
)
_SITE_WORD = re.compile(
    r"(?:^|.* )(?:PLANT|SITE|FACTORY|CENTER|CENTRE|CAMPUS|WORKS)(?: \d{1,2})?$", re.IGNORECASE
)
_SHOP_LETTERS = re.compile(r"[a-z]{3,4}")
"""Letters alone in a column for places: a shop, if they abbreviate the name of one."""
_ENTERPRISE = frozenset({"ENT", "ENTERPRISE", "CORP", "GROUP", "HQ"})


def asset_tag(text: str, env: Env) -> Standard:
    """Tag without separators: parts ``key``, ``folded`` (O/0, I/1) and ``number``; of a tag that is built like one
    also ``site`` (the plant) and, unless it is that of an attached unit, ``class`` and ``unit`` (its number)."""
    shown = _TAG_WORD.sub("", clean(text).upper().strip("'\"*# "))
    key = part_key(shown)
    if not key:
        return ABSENT
    number = _LAST_DIGITS.search(key)
    parts = {"number": number[1].lstrip("0") if number else ""}
    return Standard(shown, {"key": key, "folded": fold_twins(key), "site": "", **parts, **_tag_parts(shown)})


def _tag_parts(tag: str) -> dict[str, str]:
    found = _TAG.fullmatch(tag)
    if not found:
        return {}
    site = {"site": found["site"] or found["plant"]}
    if not _TAG_NOISE.fullmatch(found["rest"]):
        return site
    return {
        **site,
        "class": found["class"] or found["second"],
        "unit": fold_twins(found["number"]).lstrip("0"),
    }


def serial_number(text: str, env: Env) -> Standard:
    """Serial number without ``S/N`` or 出厂编号: parts ``key``, ``digits``, and ``folded`` (O/0, I/1,
    without leading zeros). What reads like an asset tag has ``tag`` instead of ``folded``."""
    shown = clean(text).upper().strip("'\"* ")
    while (bare := _SERIAL_WORD.sub("", shown)) != shown:
        shown = bare
    key = part_key(shown)
    if not key:
        return ABSENT
    if _LIKE_TAG.match(shown):
        return Standard(shown, {"key": key, "tag": fold_twins(key)}, (("serial_like_tag", "info"),))
    return Standard(
        shown, {"key": key, "folded": _unpadded(fold_twins(key)), "digits": re.sub(r"\D", "", key)}
    )


def model(text: str, env: Env) -> Standard:
    """Model without rating, notes and maker's name: parts ``key``, ``folded`` and ``words`` (what was left out)."""
    shown = clean(text).strip("'\"* ")
    if not part_key(shown) and not has_han(shown):
        return ABSENT
    key, words = _model_key(shown)
    return Standard(shown, {"key": key, "folded": fold_twins(key), "words": words})


def location(text: str, env: Env) -> Standard:
    """Place inside the company: parts ``site``, ``area`` and ``line`` as far as the text tells them, and what
    they mean whoever writes them: ``plant`` (``sz2``) and ``area_code`` (codes of plant_areas)."""
    shown = clean(text)
    if not shown:
        return ABSENT
    parts = _location(shown)
    site, area = str(parts["site"]), str(parts["area"])
    shops = env.codes.get("plant_areas")
    if (
        env.attribute.name != "site"
        and not area
        and _SHOP_LETTERS.fullmatch(site)
        and area_codes(site, shops)
    ):
        parts, site, area = {**parts, "site": "", "area": site}, "", site
    plant = plant_code(site, area, env.codes.get("cities_cn"))
    areas = area_codes(area or ("" if plant else site), shops)
    return Standard(shown, {**parts, "plant": plant, "area_code": areas})


def equipment_name(text: str, env: Env) -> Standard:
    """Name of a machine: parts ``noun`` (code of equipment_nouns), ``number`` (1#, No.2), ``codes``, ``words`` and
    ``maker`` (the name before the noun)."""
    shown = clean(text)
    nouns = env.codes.get("equipment_nouns")
    return (
        Standard(shown, _named(simplified(shown), cache_key(nouns) if nouns else None)) if shown else ABSENT
    )


def _unpadded(key: str) -> str:
    """The key without leading zeros, which spreadsheets drop, as long as enough of it is left."""
    bare = key.lstrip("0")
    return bare if len(bare) >= _SHORTEST_SERIAL else key


@lru_cache(maxsize=32768)
def _model_key(text: str) -> tuple[str, tuple[str, ...]]:
    bare = _MODEL_WORD.sub("", _RATING.sub(" ", _BRACKETS.sub(" ", text).strip()).strip())
    words = [word.lower() for word in (*_HAN_RUN.findall(bare), *_GLUED_MAKER.findall(bare))]
    pieces = _HAN_RUN.sub(" ", _GLUED_MAKER.sub("", bare)).split()
    if any(map(_has_digit, pieces)):
        makers = [piece for piece in pieces if piece.isalpha() and len(piece) >= _MAKER_LENGTH]
        words += [piece.lower() for piece in makers]
        pieces = [piece for piece in pieces if piece not in makers]
    key = part_key(" ".join(pieces)) or part_key(text) or comparison_key(text)
    return key, tuple(words)


@lru_cache(maxsize=32768)
def _location(text: str) -> Parts:
    upper = text.upper()
    if _HIERARCHY.match(upper) and any(char in upper for char in "-/_.") and " / " not in upper:
        return _coded_location([piece for piece in re.split(r"[-/_. ]", upper) if piece])
    line = _LINE.search(text)
    number = next(group for group in line.groups() if group).lstrip("0") if line else ""
    rest = (text[: line.start()] + text[line.end() :]) if line else text
    pieces = [piece.strip() for piece in re.split(r" ?/ ?| - |, ", rest) if piece.strip()]
    site, areas = _site_of(pieces)
    return {"site": comparison_key(site), "area": comparison_key(" ".join(areas)), "line": number}


def _coded_location(pieces: list[str]) -> Parts:
    pieces = [piece for piece in pieces if piece not in _ENTERPRISE]
    lines = [match["code"] for piece in pieces if (match := _LINE.match(piece)) and match["code"]]
    others = [piece for piece in pieces if not (_LINE.match(piece) or piece.isdigit())]
    site, area = [*others, "", ""][:2]
    return {"site": site.lower(), "area": area.lower(), "line": lines[0] if lines else ""}


def _site_of(pieces: list[str]) -> tuple[str, list[str]]:
    if not pieces:
        return "", []
    match = _SITE_END.match(pieces[0])
    if match:
        return match["site"], [match["area"], *pieces[1:]] if match["area"] else pieces[1:]
    if _SITE_WORD.match(pieces[0]):
        return pieces[0], pieces[1:]
    if len(pieces) == 1 and re.fullmatch(r"[A-Z]{2,3}\d?", pieces[0]):
        return pieces[0], []
    return "", pieces


@lru_cache(maxsize=32768)
def _named(text: str, nouns: Same | None) -> Parts:
    codes: CodeList | None = nouns.codes if nouns else None
    number = _UNIT_NUMBER.search(text)
    rest = blank(text, [number.span()]) if number else text
    terms = find_terms(rest, codes)
    rest = blank(rest, ((term.start, term.end) for term in terms))
    found = find_codes(rest)
    words = tokens(blank(rest, ((each.start, each.end) for each in found)))
    return {
        "noun": max(terms, key=lambda term: term.end - term.start).code if terms else "",
        "maker": _maker_before(text[: terms[0].start]) if terms else "",
        "number": next(group for group in number.groups() if group).lstrip("0") if number else "",
        "codes": tuple(dict.fromkeys(each.key for each in found)),
        "words": tuple(dict.fromkeys(word for word in words if len(word) > 1)),
    }


def _maker_before(text: str) -> str:
    """One name alone before the noun; machines are often called by their maker."""
    found = _MAKER_FIRST.fullmatch(text)
    return found[1] if found else ""


def _has_digit(text: str) -> bool:
    return any(char.isdigit() for char in text)


KINDS: Mapping[str, Kind] = {
    "asset_tag": asset_tag,
    "serial_number": serial_number,
    "model": model,
    "location": location,
    "equipment_name": equipment_name,
}
