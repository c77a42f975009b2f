"""What a change differs in from what governs: rules, weights and code lists, line by line."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from mdm.domain.entity_type import EntityType
from mdm.domain.rule_change import code_changes, rule_changes
from mdm.domain.rules import RuleSet, attributes_of
from mdm.domain.whatif import ChangeLine
from mdm.linkage.model import Weights, level_names
from mdm.services import rule
from mdm.services.hub import Hub

TOLD_BITS = 0.005
"""Weights that move less are not listed: they would print the same."""

_ACTIONS = {"link": ("链接", "link"), "review": ("复核", "review"), "non_link": ("不链接", "no link")}


def differences(now: Hub, then: Hub, entity: str) -> list[ChangeLine]:
    """Every difference between what governs and what is proposed, in words."""
    old, new = now.rules[entity], then.rules[entity]
    lines = [*rule_changes(old, new)]
    lines += _weight_lines(rule.weights_in_force(now, old), rule.weights_in_force(then, new))
    words = _words(then.dictionary.entity(entity), old) | _words(then.dictionary.entity(entity), new)
    return [_worded(line, words) for line in lines] + code_differences(now, then)


def code_differences(now: Hub, then: Hub) -> list[ChangeLine]:
    """Every difference of the code lists, in words."""
    lines: list[ChangeLine] = []
    for name, codes in then.dictionary.code_lists.items():
        held = now.dictionary.code_lists.get(name)
        if held is not None and held.content_hash != codes.content_hash:
            lines += code_changes(held, codes)
    return lines


def _weight_lines(old: Weights | None, new: Weights | None) -> Iterable[ChangeLine]:
    if old == new:
        return
    yield ChangeLine("trained_on", "", old.trained_on if old else "", new.trained_on if new else "")
    before, after = _bits(old), _bits(new)
    moved = [
        (abs(before.get(name, 0.0) - after.get(name, 0.0)), name)
        for name in before.keys() | after.keys()
        if abs(before.get(name, 0.0) - after.get(name, 0.0)) >= TOLD_BITS
    ]
    for _, name in sorted(moved, key=lambda each: (-each[0], each[1])):
        part = "prior" if not name else "weight"
        yield ChangeLine(part, name, _bit(before.get(name)), _bit(after.get(name)))
    if old and new and old.calibration != new.calibration:
        yield ChangeLine(
            "calibration", "", str(len(old.calibration.points)), str(len(new.calibration.points))
        )


def _bits(weights: Weights | None) -> dict[str, float]:
    """Evidence in bits of each ``comparison: level``; the prior under an empty name."""
    if weights is None:
        return {}
    found = {
        f"{part.comparison}: {level.level}": level.bits
        for part in weights.comparisons
        for level in part.levels
    }
    return found | {"": weights.prior_bits}


def _bit(value: float | None) -> str:
    return "" if value is None else f"{value:+.2f}"


def _worded(line: ChangeLine, words: Mapping[tuple[str, str], tuple[str, str]]) -> ChangeLine:
    zh, en = words.get((line.part, line.name), (line.zh, line.en))
    return replace(line, zh=line.zh or zh, en=line.en or en)


def _words(entity: EntityType, rules: RuleSet) -> dict[tuple[str, str], tuple[str, str]]:
    """(part, name) of a line -> what people call it, in Chinese and English."""
    words = {("threshold", name): told for name, told in _ACTIONS.items()}
    for feature in rules.features:
        named = _named(entity, attributes_of(feature))
        words |= {("feature", feature.name): named, ("blocking", feature.name): named}
    for veto in rules.vetoes:
        words["veto", veto.name] = (veto.zh, veto.en)
    for attribute in entity.attributes:
        words["survivorship", attribute] = _named(entity, (attribute,))
    words["survivorship", "*"] = ("其余属性", "all other attributes")
    for part in rules.comparisons:
        words["comparison", part.name] = words["level", part.name] = (part.zh, part.en)
        names = level_names(part)
        told = [(each.zh, each.en) for each in part.levels] + [(part.otherwise_zh, part.otherwise_en)]
        for name, (zh, en) in zip(names, told, strict=False):
            words["weight", f"{part.name}: {name}"] = (f"{part.zh}：{zh}", f"{part.en}: {en}")
    return words


def _named(entity: EntityType, names: Sequence[str]) -> tuple[str, str]:
    """The labels of attributes as one text, in Chinese and English."""
    known = [entity.attributes[name] for name in names if name in entity.attributes]
    return "、".join(each.zh for each in known), ", ".join(each.en for each in known)
