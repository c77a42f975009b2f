"""One source record made comparable: every value by its kind, in the attribute where it belongs.

Invariants: the raw texts are kept untouched; no text is lost, only moved or read; standardising a standard
record again changes nothing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from typing import NamedTuple

from mdm.domain.code_list import CodeList
from mdm.domain.entity_type import Attribute, EntityType
from mdm.domain.source import Finding, Json, StandardRecord
from mdm.domain.standardise.kind import Env, Fixed, Parts, SourceContext, Standard, rejected
from mdm.domain.standardise.registry import KINDS
from mdm.domain.standardise.same import Same, cache_key
from mdm.domain.standardise.script_route import country_of, route_scripts
from mdm.domain.standardise.status_word import cut_status
from mdm.domain.standardise.text import clean, comparison_key

STANDARDISER_VERSION = "4"
"""Raised whenever a kind gives another value than before, so that stored records can be told apart."""

NAME_KINDS = frozenset({"company_name", "name", "equipment_name", "material_text"})
"""Kinds of text into which people write the status of a record."""

NUMBER_KINDS = frozenset(
    {"integer", "decimal", "quantity", "flag", "code", "status", "revision", "dimension_text"}
)
"""Kinds for which a lone 0 is a value."""

IDENTIFIER_KINDS = frozenset(
    [
        "identifier",
        "uscc",
        "tax_id",
        "vat",
        "duns",
        "lei",
        "gtin",
        "gln",
        "cas_no",
        "bank_account",
        "registration_no",
        "part_number",
        "mpn",
        "serial_number",
        "asset_tag",
        "drawing_number",
        "catalog_number",
        "phone",
        "postal_code",
        "reference",
    ]
)
"""Kinds whose digits all count, so that a rounded number is worth nothing."""

_SCIENTIFIC = re.compile(r"\d(?:\.\d+)?E\+\d{1,2}", re.IGNORECASE)
_APOSTROPHE = re.compile(r"^'+(?=[^\s'])(?![st]-)")


KEPT = 512
"""Texts of one attribute that are remembered with their reading: columns of codes, dates and places hold few."""

_MOST_PLANS = 64


def standardise_record(
    entity: EntityType, raw: Mapping[str, str], *, codes: Mapping[str, CodeList], context: SourceContext
) -> StandardRecord:
    """The standard form of one record; ``raw`` maps attributes to texts, unknown attributes are skipped."""
    key = (id(entity), id(codes), context)
    plan = _plans.get(key)
    if plan is None:
        if len(_plans) >= _MOST_PLANS:
            _plans.clear()
        plan = _plans[key] = _Plan(entity, codes, context)
    return plan.standardise(raw)


class _Plan:
    """How the records of one entity type are standardised, made ready for record after record."""

    def __init__(self, entity: EntityType, codes: Mapping[str, CodeList], context: SourceContext) -> None:
        self._entity, self._codes, self._context = entity, codes, context
        nulls = _null_keys(cache_key(codes["null_words"])) if "null_words" in codes else frozenset()
        self._columns = {
            name: _Column(attribute, codes, context, nulls) for name, attribute in entity.attributes.items()
        }
        self._words = codes.get("status_words")
        self._names = frozenset(n for n, each in entity.attributes.items() if each.kind in NAME_KINDS)
        self._status = _status_attribute(entity)

    def standardise(self, raw: Mapping[str, str]) -> StandardRecord:
        """The standard form of one record."""
        findings: list[Finding] = []
        texts = self._present(raw)
        self._sink_status(texts, findings)
        route_scripts(self._entity, texts, findings)
        if findings:
            # A name parted by script may now end in a status word that stood in its middle before.
            self._sink_status(texts, findings)
        country = country_of(self._entity, texts) or self._context.country
        values: dict[str, Json] = {}
        parts: dict[str, Parts] = {}
        for name, text in texts.items():
            standard, is_value, found = self._columns[name].read(text, country)
            if found:
                findings.extend(found)
            if is_value:
                values[name] = standard.value
                parts[name] = standard.parts
            elif standard.parts:  # no value can be told, but what it may be can be compared
                parts[name] = standard.parts
            if standard.status and self._status and values.get(self._status) is None:
                values[self._status] = (
                    self._columns[self._status].read(standard.status, country).standard.value
                )
        return StandardRecord(raw, values, parts, tuple(findings))

    def _present(self, raw: Mapping[str, str]) -> dict[str, str]:
        """Attributes that hold a value, with its clean text; what only stands for "none" is left out."""
        columns, found = self._columns, {}
        for name, text in raw.items():
            if text and name in columns and (shown := columns[name].present(text)):
                found[name] = shown
        return found

    def _sink_status(self, texts: dict[str, str], findings: list[Finding]) -> None:
        """Cut status words out of names; they fill the status attribute when it is empty."""
        before = len(findings)
        for name in [name for name in texts if name in self._names]:
            rest, status = cut_status(texts[name], self._words) if self._words else ("", None)
            if status:
                findings.append(Finding(name, "status_in_name", texts[name]))
                texts[name] = rest
                if self._status and self._status not in texts:
                    texts[self._status] = status
        if len(findings) > before:
            left = self._present(texts)
            texts.clear()
            texts.update(left)


class _Read(NamedTuple):
    """A text as its attribute reads it; ``is_value`` is False where nothing but a null is left."""

    standard: Standard
    is_value: bool
    findings: tuple[Finding, ...]


class _Column:
    """One attribute of a plan: ``present`` and ``read``, which remember the texts they saw last."""

    def __init__(
        self,
        attribute: Attribute,
        codes: Mapping[str, CodeList],
        context: SourceContext,
        nulls: frozenset[str],
    ) -> None:
        self._attribute, self._codes, self._context = attribute, codes, context
        self._env_of = lru_cache(KEPT)(self._env)
        self._nulls = nulls
        self._longest_null = max(map(len, nulls), default=0)
        self._says_zero = attribute.kind in NUMBER_KINDS
        self.present = lru_cache(KEPT)(self._present)
        self.read = lru_cache(KEPT)(self._read)

    def _present(self, text: str) -> str:
        """The clean text, or nothing where it only stands for "none"."""
        cleaned = clean(text)
        if cleaned.startswith("'"):
            cleaned = _APOSTROPHE.sub("", cleaned)
        return "" if self._is_null(cleaned) else cleaned

    def _read(self, text: str, country: str | None) -> _Read:
        """What the attribute's kind makes of a clean text in a record of this country."""
        standard = _standard(self._env_of(country), text)
        is_value = standard.value == text or not self._is_null(standard.value)
        findings = tuple(
            [Finding(self._attribute.name, rule, text, severity) for rule, severity in standard.findings]
        )
        value = tuple(standard.value) if isinstance(standard.value, list) else standard.value
        fixed = Standard(value, Fixed(standard.parts), standard.findings, standard.status)
        return _Read(fixed, is_value, findings)

    def _env(self, country: str | None) -> Env:
        """The record's own country says more about its numbers than the source's."""
        return Env(self._codes, replace(self._context, country=country), self._attribute)

    def _is_null(self, value: Json) -> bool:
        if not isinstance(value, str):
            return value is None
        if not value or value in self._context.nulls:
            return True
        if self._attribute.kind == "flag" or (self._says_zero and any(map(str.isdigit, value))):
            return False
        return self._is_null_word(value) or not value.strip("0-_./\\*?#~'\" ,;:()")

    def _is_null_word(self, text: str) -> bool:
        # Folding makes no ASCII text shorter, so most names are told by their length.
        return (len(text) <= self._longest_null or not text.isascii()) and comparison_key(text) in self._nulls


_plans: dict[tuple[int, int, SourceContext], _Plan] = {}
"""Plans by the identity of entity type and code lists, which each plan keeps alive: neither changes in place."""


def _standard(env: Env, text: str) -> Standard:
    if env.attribute.kind in IDENTIFIER_KINDS and _SCIENTIFIC.fullmatch(text):
        return rejected("spreadsheet_destroyed")
    return KINDS[env.attribute.kind](text, env)


@lru_cache(maxsize=16)
def _null_keys(same: Same) -> frozenset[str]:
    return frozenset(
        comparison_key(text) for entry in same.codes.entries for text in (entry.code, *entry.spellings)
    )


def _status_attribute(entity: EntityType) -> str | None:
    of_kind = [name for name, attribute in entity.attributes.items() if attribute.kind == "status"]
    if "status" in entity.attributes:
        return "status"
    return of_kind[0] if of_kind else None
