"""One source record made comparable: every value by its kind, in the attribute where it belongs.

Invariants: the raw texts are kept untouched; no text is lost, only moved or read; standardising a standard
record again changes nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import lru_cache

from mdm.domain.code_list import CodeList
from mdm.domain.entity_type import Attribute, EntityType
from mdm.domain.source import Finding, Json, StandardRecord
from mdm.domain.standardise.kind import Env, Parts, SourceContext, Standard, rejected
from mdm.domain.standardise.place import country_code
from mdm.domain.standardise.registry import KINDS
from mdm.domain.standardise.same import Same
from mdm.domain.standardise.status_word import cut_status
from mdm.domain.standardise.text import Script, clean, comparison_key, script_of

STANDARDISER_VERSION = "1"
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
_LATIN_TAIL = re.compile(
    r"^(?P<han>.*[\u3040-\u30ff\u4e00-\u9fff)\]])[\s/|;,-]*(?P<latin>[A-Za-z\u00c0-\u024f].*)$"
)
_LATIN_HEAD = re.compile(
    r"^(?P<latin>[A-Za-z\u00c0-\u024f][^\u3040-\u9fff]*?)[\s/|;,(-]+(?P<han>[\u3040-\u9fff].*)$"
)
_CHINESE_SPEAKING = frozenset({"CN", "TW", "HK", "MO", "SG"})
_ENOUGH_LATIN = 8


def standardise_record(
    entity: EntityType, raw: Mapping[str, str], *, codes: Mapping[str, CodeList], context: SourceContext
) -> StandardRecord:
    """The standard form of one record; ``raw`` maps attributes to texts, unknown attributes are skipped."""
    findings: list[Finding] = []
    texts = dict(_present(entity, raw, codes, context))
    _sink_status(entity, texts, codes, findings)
    _route_scripts(entity, texts, findings)
    values: dict[str, Json] = {}
    parts: dict[str, Parts] = {}
    context = _at_home(context, _country(entity, texts))
    for name, text in texts.items():
        standard = _standard(Env(codes, context, entity.attributes[name]), text)
        findings.extend(Finding(name, rule, text, severity) for rule, severity in standard.findings)
        if standard.value is not None:
            values[name] = standard.value
            parts[name] = standard.parts
        if standard.status:
            _fill_status(entity, values, standard.status, codes, context)
    return StandardRecord(raw, values, parts, tuple(findings))


def _standard(env: Env, text: str) -> Standard:
    if env.attribute.kind in IDENTIFIER_KINDS and _SCIENTIFIC.fullmatch(text):
        return rejected("spreadsheet_destroyed")
    return KINDS[env.attribute.kind](text, env)


def _present(
    entity: EntityType, raw: Mapping[str, str], codes: Mapping[str, CodeList], context: SourceContext
) -> Iterator[tuple[str, str]]:
    """Attributes that hold a value, with its clean text; what only stands for "none" is left out."""
    words = _null_keys(Same(codes["null_words"])) if "null_words" in codes else frozenset()
    for name, text in raw.items():
        attribute = entity.attributes.get(name)
        if attribute is None or not text:
            continue
        cleaned = _APOSTROPHE.sub("", clean(text))
        if not _is_null(cleaned, attribute, words, context.nulls):
            yield name, cleaned


def _is_null(text: str, attribute: Attribute, words: frozenset[str], declared: frozenset[str]) -> bool:
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


def _country(entity: EntityType, texts: Mapping[str, str]) -> str | None:
    return next(
        (
            code
            for name, text in texts.items()
            if entity.attributes[name].kind == "country" and (code := country_code(text))
        ),
        None,
    )


def _route_scripts(entity: EntityType, texts: dict[str, str], findings: list[Finding]) -> None:
    """Move a text to the attribute of its script when that one is empty; headers are not to be trusted."""
    for name in tuple(texts):
        attribute = entity.attributes[name]
        target = _target(attribute, script_of(texts[name]))
        if target and target not in texts and not _is_official(entity, texts, attribute):
            findings.append(Finding(name, "script_routed", texts[name], "info"))
            texts[target] = texts.pop(name)
        elif script_of(texts[name]) is Script.MIXED:
            _split_scripts(attribute, texts, findings)


def _target(attribute: Attribute, script: Script) -> str:
    if script is Script.LATIN:
        return attribute.latin_to
    return attribute.han_to if script in {Script.HAN, Script.KANA} else ""


def _is_official(entity: EntityType, texts: Mapping[str, str], attribute: Attribute) -> bool:
    """Abroad the registered name is written in Latin letters, so it stays where registered names belong."""
    country = _country(entity, texts)
    return bool(attribute.latin_to and country and country not in _CHINESE_SPEAKING)


def _split_scripts(attribute: Attribute, texts: dict[str, str], findings: list[Finding]) -> None:
    """Two names in one field (a Chinese one and its English one) go to an attribute each."""
    text = texts[attribute.name]
    target = attribute.latin_to or attribute.han_to
    found = _LATIN_TAIL.match(text) or _LATIN_HEAD.match(text)
    if not target or target in texts or found is None or not _are_two_names(found["han"], found["latin"]):
        return
    findings.append(Finding(attribute.name, "script_routed", text, "info"))
    stays, goes = ("han", "latin") if attribute.latin_to else ("latin", "han")
    texts[attribute.name] = found[stays].strip(" /|;,-")
    texts[target] = found[goes].strip(" /|;,-")


def _are_two_names(han: str, latin: str) -> bool:
    letters = sum(char.isalpha() for char in latin)
    alone = script_of(han) in {Script.HAN, Script.KANA} and script_of(latin) is Script.LATIN
    balanced = han.count("(") == han.count(")") and latin.count("(") == latin.count(")")
    return alone and balanced and letters >= _ENOUGH_LATIN and " " in latin.strip()


def _sink_status(
    entity: EntityType, texts: dict[str, str], codes: Mapping[str, CodeList], findings: list[Finding]
) -> None:
    """Cut status words out of names; they fill the status attribute when it is empty."""
    if "status_words" not in codes:
        return
    for name in tuple(texts):
        if entity.attributes[name].kind not in NAME_KINDS:
            continue
        rest, status = cut_status(texts[name], codes["status_words"])
        if status and any(char.isalnum() for char in rest):
            findings.append(Finding(name, "status_in_name", texts[name]))
            texts[name] = _APOSTROPHE.sub("", rest)
            target = _status_attribute(entity)
            if target and target not in texts:
                texts[target] = status


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
