"""Identifiers issued by authorities and registers, in one spelling, with their check digits tried.

A wrong check digit never loses the value: it stays, with a finding and ``valid`` = "0" among its parts.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import lru_cache

from stdnum import casrn, ean, get_cc_module
from stdnum import lei as lei_number
from stdnum.cn import uscc as uscc_number
from stdnum.eu import vat as eu_vat

from mdm.domain.standardise.kind import ABSENT, Env, Kind, Parts, Standard, kept, rejected
from mdm.domain.standardise.text import clean

_NOT_ALNUM = re.compile(r"[^0-9A-Z]+")
_NOTE = re.compile(r"\([^()]*\)?")
_USCC_ALPHABET = frozenset("0123456789ABCDEFGHJKLMNPQRTUWXY")
# Letters that GB 32100-2015 leaves out because they are mistaken for these digits.
_MISREAD = str.maketrans("OIZS", "0125")
_VAT_ELSEWHERE = {"GB": "vat", "CH": "vat", "NO": "mva", "IS": "vsk", "JP": "cn", "KR": "brn", "IN": "gstin"}
_EU = frozenset(code.upper() for code in eu_vat.MEMBER_STATES) | {"EL"}


def compact(text: str) -> str:
    """Upper-case letters and digits of a text; what separates them, and notes in brackets, do not count."""
    return _NOT_ALNUM.sub("", _NOTE.sub(" ", clean(text)).upper()) or _NOT_ALNUM.sub("", clean(text).upper())


def identifier(text: str, env: Env) -> Standard:
    """Any identifier: clean text; parts key (letters and digits) and unpadded (without leading zeros)."""
    key = compact(text)
    if not key:
        return ABSENT if not clean(text) else Standard(clean(text), {"key": clean(text)})
    return Standard(clean(text).upper(), {"key": key, "unpadded": key.lstrip("0") or "0"})


def uscc(text: str, env: Env) -> Standard:
    """Unified social credit code (GB 32100-2015), or an older number; parts org, tax15 and valid."""
    return _chinese_number(compact(text)) or _unread(text, "identifier_format")


def tax_id(text: str, env: Env) -> Standard:
    """Tax number: a USCC, a 15-character one from before 2016, an organisation code, or a foreign one."""
    key = compact(text)
    return _chinese_number(key) or _foreign_tax_number(key) or _unread(text, None)


@lru_cache(maxsize=65536)
def _chinese_number(key: str) -> Standard | None:
    if len(key) == 18:
        return _full_uscc(key)
    if len(key) == 15 and key[:6].isdigit():
        return Standard(key, {"key": key, "org": key[6:], "tax15": key})
    if len(key) == 9 and key[:8].isalnum() and not key[:2].isalpha():
        return Standard(key, {"key": key, "org": key})
    if len(key) == 9 and key[:2].startswith("MA"):
        return Standard(key, {"key": key, "org": key})
    return None


def _full_uscc(key: str) -> Standard:
    read = key if _USCC_ALPHABET.issuperset(key) else key.translate(_MISREAD)
    valid = bool(uscc_number.is_valid(read))
    if not valid and key.isdigit() and key.endswith("000"):
        # A spreadsheet keeps 15 digits of a number and writes zeros for the rest.
        return rejected("spreadsheet_destroyed")
    chosen = read if valid else key
    parts = _uscc_parts(chosen, valid)
    return Standard(chosen, parts) if valid else kept(chosen, "check_digit", parts)


def _uscc_parts(key: str, valid: bool) -> Parts:
    return {"key": key, "org": key[8:17], "tax15": key[2:17], "valid": "1" if valid else "0"}


def _foreign_tax_number(key: str) -> Standard | None:
    if len(key) > 4 and key[:2].isalpha() and any(char.isdigit() for char in key):
        return _vat(key)
    return None


def _unread(text: str, rule: str | None) -> Standard:
    key = compact(text)
    if not key:
        return ABSENT
    return kept(key, rule, {"key": key}) if rule else Standard(key, {"key": key})


def vat(text: str, env: Env) -> Standard:
    """VAT number or its like abroad: parts key and country; checked where its country's rule is known."""
    key = compact(text)
    if not key:
        return ABSENT
    if key[:2].isalpha():
        return _vat(key)
    return _full_uscc(key) if env.context.country == "CN" and len(key) == 18 else Standard(key, {"key": key})


@lru_cache(maxsize=65536)
def _vat(key: str) -> Standard:
    country = key[:2]
    valid = _vat_check(country, key)
    if valid is None:
        return Standard(key, {"key": key, "country": country})
    parts = {"key": key, "country": country, "valid": "1" if valid else "0"}
    return Standard(key, parts) if valid else kept(key, "check_digit", parts)


def _vat_check(country: str, key: str) -> bool | None:
    """Whether the number is valid, None when no rule is known for its country."""
    if country in _EU:
        return bool(eu_vat.is_valid(key))
    if country in _VAT_ELSEWHERE:
        module = get_cc_module(country, _VAT_ELSEWHERE[country])
        return None if module is None else bool(module.is_valid(key[2:]))
    return None


def duns(text: str, env: Env) -> Standard:
    """D-U-N-S number: nine digits; it has no public check digit."""
    digits = re.sub(r"\D", "", compact(text))
    if not digits:
        return ABSENT
    if len(digits) != 9:
        return kept(digits, "identifier_format", {"key": digits})
    return Standard(digits, {"key": digits})


def _checked(text: str, env: Env, *, is_valid: Callable[[str], bool]) -> Standard:
    key = compact(text)
    if not key:
        return ABSENT
    valid = bool(is_valid(key))
    parts = {"key": key, "valid": "1" if valid else "0"}
    return Standard(key, parts) if valid else kept(key, "check_digit", parts)


def lei(text: str, env: Env) -> Standard:
    """Legal entity identifier (ISO 17442), 20 characters checked mod 97-10."""
    return _checked(text, env, is_valid=lei_number.is_valid)


def gtin(text: str, env: Env) -> Standard:
    """GTIN-8, -12, -13 or -14 written with 14 digits."""
    digits = re.sub(r"\D", "", compact(text))
    if not digits:
        return ABSENT
    padded = digits.zfill(14)
    valid = len(digits) in {8, 12, 13, 14} and bool(ean.is_valid(padded))
    parts = {"key": padded, "valid": "1" if valid else "0"}
    return Standard(padded, parts) if valid else kept(padded, "check_digit", parts)


def gln(text: str, env: Env) -> Standard:
    """Global location number: 13 digits, check digit as GTIN."""
    return _checked(text, env, is_valid=lambda key: len(key) == 13 and bool(ean.is_valid(key)))


def cas_no(text: str, env: Env) -> Standard:
    """CAS registry number as 7732-18-5."""
    digits = re.sub(r"\D", "", clean(text))
    if not 5 <= len(digits) <= 10:
        return kept(clean(text), "identifier_format", {"key": compact(text)}) if clean(text) else ABSENT
    number = f"{int(digits[:-3])}-{digits[-3:-1]}-{digits[-1]}"
    valid = bool(casrn.is_valid(number))
    parts = {"key": number, "valid": "1" if valid else "0"}
    return Standard(number, parts) if valid else kept(number, "check_digit", parts)


def bank_account(text: str, env: Env) -> Standard:
    """Account number or IBAN: letters and digits only."""
    key = compact(text)
    return Standard(key, {"key": key}) if key else ABSENT


def registration_no(text: str, env: Env) -> Standard:
    """Registration or certificate number: no spaces, upper case, Han kept; ``key`` leaves all signs out."""
    value = clean(text).upper().replace(" ", "")
    key = re.sub(r"[^\w]|_", "", value)
    return Standard(value, {"key": key}) if key else ABSENT


KINDS: Mapping[str, Kind] = {
    "identifier": identifier,
    "uscc": uscc,
    "tax_id": tax_id,
    "vat": vat,
    "duns": duns,
    "lei": lei,
    "gtin": gtin,
    "gln": gln,
    "cas_no": cas_no,
    "bank_account": bank_account,
    "registration_no": registration_no,
}
