"""Plain values: flags, numbers, codes, currencies, and texts that only need cleaning."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from functools import lru_cache

import pycountry

from mdm.domain.standardise.kind import ABSENT, Env, Kind, Standard, kept, rejected
from mdm.domain.standardise.text import clean, comparison_key, pinyin_key, script_of

_TRUE = frozenset(["x", "y", "yes", "true", "t", "1", "是", "有", "真", "√", "on", "ja", "oui", "si"])
_FALSE = frozenset(["n", "no", "false", "f", "0", "否", "无", "假", "×", "off", "nein", "non"])
_CURRENCY_NAMES = {
    "rmb": "CNY", "人民币": "CNY", "cnh": "CNY", "元": "CNY", "¥": "CNY", "￥": "CNY",
    "美元": "USD", "us$": "USD", "$": "USD", "欧元": "EUR", "€": "EUR", "日元": "JPY",
    "日圆": "JPY", "港币": "HKD", "港元": "HKD", "英镑": "GBP", "£": "GBP", "瑞士法郎": "CHF",
    "新台币": "TWD", "台币": "TWD", "韩元": "KRW", "新加坡元": "SGD", "加元": "CAD",
    "澳元": "AUD", "卢布": "RUB", "瑞典克朗": "SEK",
}  # fmt: skip
_GROUPED = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?")
_DECIMAL_COMMA = re.compile(r"[+-]?\d+,\d+")


def text(value: str, env: Env) -> Standard:
    """Clean text; parts key (for comparing) and script."""
    shown = clean(value)
    return (
        Standard(shown, {"key": comparison_key(shown), "script": script_of(shown).value}) if shown else ABSENT
    )


def name(value: str, env: Env) -> Standard:
    """A name of anything: as text, with its pinyin key."""
    shown = clean(value)
    if not shown:
        return ABSENT
    return Standard(
        shown,
        {
            "key": comparison_key(shown),
            "pinyin": pinyin_key(shown),
            "script": script_of(shown).value,
        },
    )


def person_name(value: str, env: Env) -> Standard:
    """A person: parts key, pinyin and ``sorted`` (name words in one order, so that Li Wei equals Wei Li)."""
    shown = clean(value)
    if not shown:
        return ABSENT
    key = comparison_key(shown)
    words = sorted(re.findall(r"\w+", key))
    return Standard(shown, {"key": key, "pinyin": pinyin_key(shown), "sorted": " ".join(words)})


def reference(value: str, env: Env) -> Standard:
    """The key of another record in its own system: kept as written, without surrounding spaces."""
    shown = clean(value)
    return Standard(shown, {"key": shown.upper()}) if shown else ABSENT


def flag(value: str, env: Env) -> Standard:
    """True or false; finding ``flag_format`` for anything else."""
    key = comparison_key(value)
    if not key:
        return ABSENT
    if key in _TRUE:
        return Standard(True)
    return Standard(False) if key in _FALSE else rejected("flag_format")


def integer(value: str, env: Env) -> Standard:
    """A whole number; finding ``number_format``."""
    number = read_decimal(clean(value))
    if number is None:
        return ABSENT if not clean(value) else rejected("number_format")
    return Standard(int(number)) if number == number.to_integral_value() else rejected("number_format")


def decimal(value: str, env: Env) -> Standard:
    """A decimal number, as text without needless zeros, so no digit is lost; finding ``number_format``."""
    number = read_decimal(clean(value))
    if number is None:
        return ABSENT if not clean(value) else rejected("number_format")
    return Standard(format_decimal(number))


def read_decimal(text: str) -> Decimal | None:
    """The number written with a point or a comma, with or without groups of thousands; else None."""
    plain = text.replace(" ", "")
    if _GROUPED.fullmatch(plain):
        plain = plain.replace(",", "")
    elif _DECIMAL_COMMA.fullmatch(plain):
        plain = plain.replace(",", ".")
    try:
        number = Decimal(plain)
    except InvalidOperation:
        return None
    # 1E+400 is a legal Decimal but no quantity; writing it out would fill pages.
    return number if number.is_finite() and abs(number.adjusted()) <= 60 else None


def format_decimal(number: Decimal) -> str:
    """Plain digits, no exponent, no trailing zeros."""
    plain = f"{number:f}"
    plain = plain.rstrip("0").rstrip(".") if "." in plain else plain
    return "0" if plain in {"-0", ""} else plain


def code(value: str, env: Env) -> Standard:
    """A code of the attribute's list; an unknown one stays as clean text with finding ``unknown_code``."""
    shown = clean(value)
    if not shown:
        return ABSENT
    code_list = env.codes.get(env.attribute.code_list)
    if code_list is None:
        return Standard(shown, {"key": comparison_key(shown)})
    found = code_list.resolve(shown) or code_list.resolve(comparison_key(shown))
    return (
        Standard(found, {"key": found})
        if found
        else kept(shown, "unknown_code", {"key": comparison_key(shown)})
    )


def currency(value: str, env: Env) -> Standard:
    """ISO 4217 code; an unknown one stays with finding ``unknown_code``."""
    shown = clean(value)
    if not shown:
        return ABSENT
    found = _currency(comparison_key(shown))
    return Standard(found) if found else kept(shown, "unknown_code")


@lru_cache(maxsize=4096)
def _currency(key: str) -> str | None:
    if key in _CURRENCY_NAMES:
        return _CURRENCY_NAMES[key]
    known = pycountry.currencies.get(alpha_3=key.upper()) if len(key) == 3 else None
    return str(known.alpha_3) if known else None


KINDS: Mapping[str, Kind] = {
    "text": text,
    "name": name,
    "person_name": person_name,
    "reference": reference,
    "flag": flag,
    "integer": integer,
    "decimal": decimal,
    "code": code,
    "currency": currency,
}
