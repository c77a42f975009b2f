"""One source record made comparable: every value by its kind, in the attribute where it belongs.

Invariants: the raw texts are kept untouched; no text is lost, only moved or read; standardising a standard
record again changes nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import lru_cache, partial

from mdm.domain.code_list import CodeList
from mdm.domain.entity_type import Attribute, EntityType
from mdm.domain.source import Finding, Json, StandardRecord
from mdm.domain.standardise.kind import Env, Parts, SourceContext, Standard, rejected
from mdm.domain.standardise.registry import KINDS
from mdm.domain.standardise.same import Same
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


def standardise_record(
    entity: EntityType, raw: Mapping[str, str], *, codes: Mapping[str, CodeList], context: SourceContext
) -> StandardRecord:
    """The standard form of one record; ``raw`` maps attributes to texts, unknown attributes are skipped."""
    findings: list[Finding] = []
    is_null = partial(
        _is_null,
        words=_null_keys(Same(codes["null_words"])) if "null_words" in codes else frozenset(),
        declared=context.nulls,
    )
    texts = dict(_present(entity, raw, is_null))
    words = codes.get("status_words")
    if _sink_status(entity, texts, words, findings):
        texts = dict(_present(entity, texts, is_null))
    route_scripts(entity, texts, findings)
    # A name parted by script may now end in a status word that stood in its middle before.
    if _sink_status(entity, texts, words, findings):
        texts = dict(_present(entity, texts, is_null))
    values: dict[str, Json] = {}
    parts: dict[str, Parts] = {}
    context = _at_home(context, country_of(entity, texts))
    for name, text in texts.items():
        standard = _standard(Env(codes, context, entity.attributes[name]), text)
        findings.extend(Finding(name, rule, text, severity) for rule, severity in standard.findings)
        if standard.value == text or not is_null(standard.value, entity.attributes[name]):
            values[name] = standard.value
            parts[name] = standard.parts
        elif standard.parts:  # no value can be told, but what it may be can be compared
            parts[name] = standard.parts
        if standard.status:
            _fill_status(entity, values, standard.status, codes, context)
    return StandardRecord(raw, values, parts, tuple(findings))


def _standard(env: Env, text: str) -> Standard:
    if env.attribute.kind in IDENTIFIER_KINDS and _SCIENTIFIC.fullmatch(text):
        return rejected("spreadsheet_destroyed")
    return KINDS[env.attribute.kind](text, env)


def _present(
    entity: EntityType, raw: Mapping[str, str], is_null: Callable[[str, Attribute], bool]
) -> Iterator[tuple[str, str]]:
    """Attributes that hold a value, with its clean text; what only stands for "none" is left out."""
    for name, text in raw.items():
        attribute = entity.attributes.get(name)
        if attribute is None or not text:
            continue
        cleaned = _APOSTROPHE.sub("", clean(text))
        if not is_null(cleaned, attribute):
            yield name, cleaned


def _is_null(value: Json, attribute: Attribute, *, words: frozenset[str], declared: frozenset[str]) -> bool:
    if not isinstance(value, str):
        return value is None
    text = value
    if not text or text in declared:
        return True
    if attribute.kind == "flag" or (attribute.kind in NUMBER_KINDS and any(char.isdigit() for char in text)):
        return False
    return comparison_key(text) in words or not text.strip("0-_./\\*?#~'\" ,;:()")


@lru_cache(maxsize=16)
def _null_keys(same: Same) -> frozenset[str]:
    return frozenset(
        comparison_key(text) for entry in same.codes.entries for text in (entry.code, *entry.spellings)
    )


def _at_home(context: SourceContext, own: str | None) -> SourceContext:
    """The context with the record's own country, which says more about its numbers than the source's."""
    return replace(context, country=own) if own and own != context.country else context


def _sink_status(
    entity: EntityType, texts: dict[str, str], words: CodeList | None, findings: list[Finding]
) -> bool:
    """Cut status words out of names; they fill the status attribute when it is empty. Tells whether any was cut."""
    before = len(findings)
    for name in tuple(texts):
        if words is None or entity.attributes[name].kind not in NAME_KINDS:
            continue
        rest, status = cut_status(texts[name], words)
        if status:
            findings.append(Finding(name, "status_in_name", texts[name]))
            texts[name] = rest
            target = _status_attribute(entity)
            if target and target not in texts:
                texts[target] = status
    return len(findings) > before


def _status_attribute(entity: EntityType) -> str | None:
    of_kind = [name for name, attribute in entity.attributes.items() if attribute.kind == "status"]
    if "status" in entity.attributes:
        return "status"
    return of_kind[0] if of_kind else None


def _fill_status(
    entity: EntityType,
    values: dict[str, Json],
    status: str,
    codes: Mapping[str, CodeList],
    context: SourceContext,
) -> None:
    target = _status_attribute(entity)
    if target and values.get(target) is None:
        values[target] = KINDS[entity.attributes[target].kind](
            status, Env(codes, context, entity.attributes[target])
        ).value
