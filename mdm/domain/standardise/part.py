"""Part numbers, maker's part numbers, revisions, units and quantities of materials."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal

from mdm.domain.standardise.bearing import bearing_number
from mdm.domain.standardise.dimension import format_number
from mdm.domain.standardise.kind import ABSENT, Env, Kind, Parts, Standard, kept
from mdm.domain.standardise.text import clean
from mdm.domain.standardise.unit import in_base

_NOT_ALNUM = re.compile(r"[^0-9A-Z]+")
_NOTE = re.compile(r"\((?![^()]*版)[^()]*\)?")
_LABEL = re.compile(
    r"^(?:CAT(?:ALOG(?:UE)?)?|REF|ART|ITEM|P/?N|MPN|货号|型号|图号|件号)[.:# _-]{1,2}(?:NO[.:# ]{1,2})?(?=.{5})"
)
_MAKER_FIRST = re.compile(
    r"^(?:[A-Za-z]{5,}[ -]+(?=[^ ]*\d|[A-Z]{2,4}[ -]+\d)|(?P<prefix>[A-Z]{2,4}) +(?=(?P=prefix)[^ ]*\d))"
)
"""The maker's name before its number, or its prefix said twice; a short prefix alone belongs to the number."""
_QUOTES = "'\"`*#=;,. "
_WORDED = r"(?:REVISION|REV|VERSION|VER|版本|版次)[.:_ -]{0,2}(?P<worded>[A-Z]{1,2}|[A-Z]?\d{1,3})"
_REVISION = re.compile(
    rf"^(?P<base>.*[A-Z0-9])(?:[-_/ ,;]*(?:{_WORDED}"
    r"|\((?:REV[. ]*)?(?P<noted>[A-Z]|\d{1,2}) ?版?\)|(?P<edition>[A-Z]|\d{1,2})版)"
    r"|[_/ -]V(?P<version>\d{1,2}(?:\.\d)?)|[_/](?P<slashed>[A-Z]|\d{1,2})|-(?P<dashed>[A-Z]))$"
)
_SEQUENCE = re.compile(r";.*$")
_ONLY_REVISION = re.compile(
    r"^(?:REVISION|REV|VERSION|VER|版本|版次|V(?=\d))?[.: _-]{0,2}(?P<mark>[A-Z0-9.]{1,6}?) ?版?$"
)
_AMOUNT = re.compile(r"^(?P<number>[+-]?(?:\d+(?:[.,]\d+)?|\.\d+)) ?(?P<unit>\D.*)?$")
_SHORTEST_BASE = 4
_RUNNING = re.compile(r"[A-Z]{0,4}\d{6,8}")
"""A number without any structure: systems count their records so."""
_EDITION = re.compile(r"((?:\D*\d){6,}.*)[-_/]\d$")


def part_key(text: str) -> str:
    """Capital letters and digits of a number; spreadsheet quotes, marks and notes in brackets do not count."""
    if text.isascii() and text.isalnum():
        return text.upper()
    upper = _LABEL.sub("", clean(text).upper())
    return _NOT_ALNUM.sub("", _NOTE.sub(" ", upper)) or _NOT_ALNUM.sub("", upper)


def fold_twins(key: str) -> str:
    """The key with O read as 0 and I as 1, which readers and printers mix up."""
    return key.replace("O", "0").replace("I", "1")


def split_revision(text: str) -> tuple[str, str]:
    """Base and revision of a part number: ``PN/REV;1-name``, ``PN-A``, ``PN Rev.B``, ``PN_V2``; else ''."""
    upper = _SEQUENCE.sub("", clean(text).upper()).strip(_QUOTES)
    match = _REVISION.match(upper)
    if (
        match is None
        or len(_NOT_ALNUM.sub("", match["base"])) < _SHORTEST_BASE
        or not _has_digit(match["base"])
    ):
        return upper, ""
    mark = next(group for group in match.groups()[1:] if group)
    return match["base"].strip(" -_/(,"), _revision_mark(mark)


def mpn(text: str, env: Env) -> Standard:
    """Maker's part number: part ``key`` for equality, ``folded`` with O/0 and I/1 made one.

    The designation of a bearing is no maker's own: it goes to part ``dims``.
    """
    key = part_key(_MAKER_FIRST.sub("", clean(text)))
    if not key:
        return ABSENT
    bearing = bearing_number(clean(text).strip(_QUOTES))
    if bearing:
        return Standard(_shown(text), {"key": "", "folded": "", "dims": (bearing,)})
    return Standard(_shown(text), {"key": key, "folded": fold_twins(key)})


def part_number(text: str, env: Env) -> Standard:
    """Own part or drawing number: parts ``key`` (whole), ``base``, ``folded`` (of the base), ``revision`` and more."""
    key = part_key(text)
    return Standard(_shown(text), _numbered(text, key)) if key else ABSENT


def catalog_number(text: str, env: Env) -> Standard:
    """Catalogue number of a device, compared like a maker's part number."""
    return mpn(text, env)


def revision(text: str, env: Env) -> Standard:
    """Revision mark without its word and leading zeros: ``Rev. 002`` is ``2``."""
    match = _ONLY_REVISION.match(clean(text).upper().strip(_QUOTES))
    mark = _revision_mark(match["mark"]) if match else clean(text).upper()
    return Standard(mark) if mark else ABSENT


def uom(text: str, env: Env) -> Standard:
    """Code of the list ``units`` (UN/ECE Rec 20); an unknown unit stays with finding ``unknown_code``."""
    shown = clean(text)
    units = env.codes.get("units")
    code = (units.resolve(shown) or units.resolve(shown.rstrip("."))) if units else None
    return Standard(code) if code else kept(shown, "unknown_code")


def quantity(text: str, env: Env) -> Standard:
    """A number with its unit: parts ``number``, ``unit`` (code of ``units``) and ``base`` (in the base unit)."""
    match = _AMOUNT.match(clean(text))
    if match is None:
        return kept(clean(text), "number_format")
    number = Decimal(match["number"].replace(",", "."))
    spelling = (match["unit"] or env.attribute.unit or "").strip()
    units = env.codes.get("units")
    unit = (units.resolve(spelling) if units else None) or spelling
    magnitude, base = in_base(number, spelling) if spelling else (number, "")
    parts = {"number": format_number(number), "unit": unit, "base": f"{format_number(magnitude)}{base}"}
    return Standard(f"{parts['number']} {spelling}".strip(), parts)


def _numbered(text: str, key: str) -> Parts:
    """Beside the key: ``running`` where it is a mere running number, ``bases`` without a last digit set off."""
    base, mark = split_revision(text)
    base_key = part_key(base) or key
    edition = _EDITION.match(base)
    return {
        "key": key,
        "base": base_key,
        "folded": fold_twins(base_key),
        "revision": mark,
        "running": base_key if _RUNNING.fullmatch(base) else "",
        "bases": (part_key(edition[1]),) if edition else (),
    }


def _shown(text: str) -> str:
    return clean(text).upper().strip("'\"`*= ") or clean(text)


def _revision_mark(mark: str) -> str:
    return mark.lstrip("0") or "0"


def _has_digit(text: str) -> bool:
    return any(char.isdigit() for char in text)


KINDS: Mapping[str, Kind] = {
    "mpn": mpn,
    "part_number": part_number,
    "drawing_number": part_number,
    "catalog_number": catalog_number,
    "revision": revision,
    "uom": uom,
    "quantity": quantity,
}
