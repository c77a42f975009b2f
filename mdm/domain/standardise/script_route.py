"""Texts that stand in the attribute of the other language, and two names in one field.

A source column labelled one language often holds the other, so the script of the text decides, not the header.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from mdm.domain.entity_type import Attribute, EntityType
from mdm.domain.source import Finding
from mdm.domain.standardise.place import country_code
from mdm.domain.standardise.text import Script, script_of

_LATIN_TAIL = re.compile(
    r"^(?P<han>.*[\u3040-\u30ff\u4e00-\u9fff)\]])[\s/|;,-]*(?P<latin>[A-Za-z\u00c0-\u024f].*)$"
)
_LATIN_HEAD = re.compile(
    r"^(?P<latin>[A-Za-z\u00c0-\u024f][^\u3040-\u9fff]*?)[\s/|;,(-]+(?P<han>[\u3040-\u9fff].*)$"
)
_CHINESE_SPEAKING = frozenset({"CN", "TW", "HK", "MO", "SG"})
_ENOUGH_LATIN = 8


def route_scripts(entity: EntityType, texts: dict[str, str], findings: list[Finding]) -> None:
    """Move a text to the attribute of its script when that one is empty; headers are not to be trusted."""
    for name in tuple(texts):
        attribute = entity.attributes[name]
        if not (attribute.latin_to or attribute.han_to):
            continue
        script = script_of(texts[name])
        target = _target(attribute, script)
        if target and target not in texts and not _is_official(entity, texts, attribute):
            findings.append(Finding(name, "script_routed", texts[name], "info"))
            texts[target] = texts.pop(name)
        elif script is Script.MIXED:
            _split_scripts(attribute, texts, findings)


def _target(attribute: Attribute, script: Script) -> str:
    if script is Script.LATIN:
        return attribute.latin_to
    return attribute.han_to if script in {Script.HAN, Script.KANA} else ""


def _is_official(entity: EntityType, texts: Mapping[str, str], attribute: Attribute) -> bool:
    """Abroad the registered name is written in Latin letters, so it stays where registered names belong."""
    country = country_of(entity, texts)
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


def country_of(entity: EntityType, texts: Mapping[str, str]) -> str | None:
    """The country that a record names, as ISO 3166-1 alpha-2 code."""
    return next(
        (
            code
            for name, text in texts.items()
            if entity.attributes[name].kind == "country" and (code := country_code(text))
        ),
        None,
    )
