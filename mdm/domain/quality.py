"""Checks of values, compiled from the dictionary: length, code list, form of the type, check digits, required.

Invariant: a check is data (rule and arguments), so that a set of rows and a single value get the same verdict.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from functools import partial

from stdnum import casrn, ean, lei
from stdnum.cn import uscc
from stdnum.eu import vat as eu_vat

from mdm.domain.code_list import CodeList
from mdm.domain.entity_type import Attribute, EntityType, Required, ValueType
from mdm.domain.source import Finding, Json

_VAT_COUNTRIES = frozenset(country.upper() for country in eu_vat.MEMBER_STATES) | {"EL", "XI"}
_DUNS = re.compile(r"\d{9}")


class Rule(StrEnum):
    """What a check looks at; the text is part of the finding's rule name."""

    MAX_LENGTH = "max_length"
    CODE_LIST = "code_list"
    TYPE = "type"
    CHECK_DIGIT = "check_digit"
    REQUIRED = "required"


@dataclass(frozen=True, slots=True)
class Check:
    """One rule for one attribute; of the arguments only the one the rule needs is set."""

    attribute: str
    rule: Rule
    severity: str = "warning"
    limit: int = 0
    codes: frozenset[str] = frozenset()
    type: ValueType = ValueType.TEXT
    identifier: str = ""

    @property
    def name(self) -> str:
        """Stable name for findings: ``max_length``, ``check_digit.uscc``, ``type.date`` ..."""
        detail = {Rule.CHECK_DIGIT: self.identifier, Rule.TYPE: self.type.value}.get(self.rule, "")
        return f"{self.rule.value}.{detail}" if detail else self.rule.value


def compile_checks(entity: EntityType, codes: Mapping[str, CodeList]) -> tuple[Check, ...]:
    """Every check that the dictionary asks for, in the order of the attributes."""
    return tuple(check for attribute in entity.attributes.values() for check in _checks_of(attribute, codes))


def run_checks(checks: Iterable[Check], values: Mapping[str, Json]) -> tuple[Finding, ...]:
    """What is wrong with standard ``values``; absent values break no rule here (see ``missing_required``)."""
    return tuple(
        Finding(check.attribute, check.name, text, check.severity)
        for check in checks
        if check.attribute in values  # most attributes of a record are empty
        for text in _texts(values[check.attribute])
        if not passes(check, text)
    )


def compile_text_checks(checks: Iterable[Check]) -> Callable[[str], tuple[Finding, ...]]:
    """What ``run_checks`` finds in one text of one attribute, made ready for text after text."""
    judged = [(check, check.name, partial(_JUDGES[check.rule], check)) for check in checks]

    def find(text: str) -> tuple[Finding, ...]:
        return tuple(
            [
                Finding(check.attribute, name, text, check.severity)
                for check, name, passed in judged
                if not passed(text)
            ]
        )

    return find


def missing_required(entity: EntityType, golden_values: Mapping[str, Json]) -> tuple[Finding, ...]:
    """Required attributes without a value on a golden record: always due ones, and conditional ones when due."""
    return tuple(
        Finding(attribute.name, Rule.REQUIRED.value, "", "error")
        for attribute in entity.attributes.values()
        if _is_due(attribute, golden_values) and not any(_texts(golden_values.get(attribute.name)))
    )


def passes(check: Check, text: str) -> bool:
    """Whether one present value, as text, obeys one check."""
    return _JUDGES[check.rule](check, text)


def is_valid_identifier(kind: str, text: str) -> bool:
    """Whether ``text`` is well formed as ``kind`` (uscc, gtin, gln, lei, vat, cas, duns, udi)."""
    return IDENTIFIER_CHECKS[kind](text)


def _checks_of(attribute: Attribute, codes: Mapping[str, CodeList]) -> Iterator[Check]:
    if attribute.max_length:
        yield Check(attribute.name, Rule.MAX_LENGTH, limit=attribute.max_length)
    if attribute.code_list and attribute.code_list in codes:
        yield Check(attribute.name, Rule.CODE_LIST, codes=frozenset(codes[attribute.code_list].by_code))
    if attribute.type in _FORMS:
        yield Check(attribute.name, Rule.TYPE, type=attribute.type)
    if attribute.check:
        yield Check(attribute.name, Rule.CHECK_DIGIT, "error", identifier=attribute.check)


def _is_due(attribute: Attribute, values: Mapping[str, Json]) -> bool:
    if attribute.required is Required.ALWAYS:
        return True
    conditions = attribute.required_when.items()
    return bool(conditions) and all(
        any(text in allowed for text in _texts(values.get(name))) for name, allowed in conditions
    )


def _texts(value: Json) -> Iterator[str]:
    """The present values as text: a list gives each of its members, empty text and None give none."""
    if value is None or value == "":
        return
    if isinstance(value, bool):
        yield "true" if value else "false"
    elif isinstance(value, str | int | float):
        yield str(value)
    elif isinstance(value, Mapping):
        yield from _texts(value.get("value"))
    else:
        for item in value:
            yield from _texts(item)


def _is_iso_date(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return len(text) == 10


def _is_decimal(text: str) -> bool:
    try:
        return Decimal(text).is_finite()
    except InvalidOperation:
        return False


def _is_vat(text: str) -> bool:
    """Only EU numbers have check digits we know; others are judged by nothing."""
    prefix = text[:2].upper()
    return bool(eu_vat.is_valid(text)) if prefix in _VAT_COUNTRIES else True


def _is_udi(text: str) -> bool:
    """GS1 device identifiers are all digits; HIBCC, ICCBA and national ones have their own form."""
    return bool(ean.is_valid(text)) if text.isdigit() else True


_FORMS: Mapping[ValueType, Callable[[str], bool]] = {
    ValueType.DATE: _is_iso_date,
    ValueType.INTEGER: lambda text: re.fullmatch(r"-?\d+", text) is not None,
    ValueType.DECIMAL: _is_decimal,
    ValueType.FLAG: lambda text: text in {"true", "false"},
}

IDENTIFIER_CHECKS: Mapping[str, Callable[[str], bool]] = {
    "uscc": lambda text: bool(uscc.is_valid(text)),
    "gtin": lambda text: bool(ean.is_valid(text)),
    "gln": lambda text: len(text) == 13 and bool(ean.is_valid(text)),
    "lei": lambda text: bool(lei.is_valid(text)),
    "vat": _is_vat,
    "cas": lambda text: bool(casrn.is_valid(text)),
    "duns": lambda text: _DUNS.fullmatch(text) is not None,
    "udi": _is_udi,
}
"""One function per name in ``entity_type.CHECKS``."""

_JUDGES: Mapping[Rule, Callable[[Check, str], bool]] = {
    Rule.MAX_LENGTH: lambda check, text: len(text) <= check.limit,
    Rule.CODE_LIST: lambda check, text: text in check.codes,
    Rule.TYPE: lambda check, text: _FORMS[check.type](text),
    Rule.CHECK_DIGIT: lambda check, text: IDENTIFIER_CHECKS[check.identifier](text),
}
