"""Reading rule files: declarations only, checked against the dictionary before anything is matched.

A rule file comes from outside: it looks like Python, but is evaluated by ``mdm.domain.declaration``, which knows the
words of ``mdm.domain.rules`` and nothing else.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import is_dataclass
from functools import cache
from typing import Any, get_args, get_origin, get_type_hints

from mdm.domain import rules as vocabulary
from mdm.domain.declaration import Word, read_declarations
from mdm.domain.entity_type import EntityType
from mdm.domain.errors import RuleError
from mdm.domain.features import FEATURES, GROUPED_FEATURES, SOURCE, SOURCE_ID
from mdm.domain.json_form import from_json
from mdm.domain.rules import Level, RuleSet

_MODULE = "mdm.domain.rules"
_VOCABULARY: Mapping[str, Word] = {
    name: word
    for name, word in vars(vocabulary).items()
    if getattr(word, "__module__", "") == _MODULE and not name.startswith("_")
}
_NAME = re.compile(r"[a-z][a-z0-9_]{0,59}")
"""Names of features become columns of the matching engine."""


def read_rule_set(text: str, file_name: str) -> RuleSet:
    """The ``RULES`` a file declares; raises RuleError naming the line that does more than declare."""
    rules = read_declarations(text, file_name, _VOCABULARY, _MODULE).get("RULES")
    if not isinstance(rules, RuleSet):
        raise RuleError(f"{file_name}: declares no RULES = RuleSet(...)", file=file_name)
    faults = list(_type_faults(rules, "RULES"))
    if faults:
        raise RuleError(f"{file_name}: " + "; ".join(faults[:20]), file=file_name, faults=faults)
    return rules


def check_rule_set(rules: RuleSet, entity: EntityType) -> None:
    """Hold a rule set against the dictionary; raises RuleError naming every fault."""
    faults = [
        *_feature_faults(rules, entity),
        *_column_faults(rules),
        *_survivorship_faults(rules, entity),
        *_risk_faults(rules, entity),
    ]
    faults += [
        f"veto {v.name} is regulated but names no clause"
        for v in rules.vetoes
        if v.regulated and not v.clause
    ]
    if rules.partners is not None and rules.partners.margin <= 0:
        faults.append("partners need a margin above 0")
    if not {"link", "review"} <= {threshold.action.value for threshold in rules.thresholds}:
        faults.append("thresholds for link and review are missing")
    if faults:
        raise RuleError(f"rules of {rules.entity}: " + "; ".join(faults), entity=rules.entity, faults=faults)


def rule_set_from_json(text: str) -> RuleSet:
    """The rule set that was stored as the JSON of its declarations; the same fingerprint comes back."""
    return from_json(text, RuleSet)


def _type_faults(value: object, place: str) -> Iterator[str]:
    """Every field of a declaration, and of those within it, that holds another kind of value than it is for."""
    if isinstance(value, tuple):
        for number, item in enumerate(value):
            yield from _type_faults(item, f"{place}[{number}]")
    if is_dataclass(value) and not isinstance(value, type):
        for name, hint in _hints(type(value)).items():
            held, within = getattr(value, name), f"{place}.{name}"
            if _fits(held, hint):
                yield from _type_faults(held, within)
            else:
                yield f"{within} cannot be {repr(held)[:60]}"


@cache
def _hints(kind: type) -> Mapping[str, Any]:
    """``Any``: types and their unions have no common type."""
    return get_type_hints(kind)


def _fits(value: object, hint: Any) -> bool:
    """Whether the value is what the annotation says; ``Any``: as ``_hints``."""
    if get_origin(hint) is tuple:
        return isinstance(value, tuple) and all(_fits(item, get_args(hint)[0]) for item in value)
    if get_args(hint):
        return any(_fits(value, one) for one in get_args(hint))
    if hint is float:
        return isinstance(value, int | float) and not isinstance(value, bool)
    if hint is int:
        return isinstance(value, int) and not isinstance(value, bool)
    return isinstance(value, hint)


def _feature_faults(rules: RuleSet, entity: EntityType) -> Iterator[str]:
    names = [feature.name for feature in rules.features] + [part.name for part in rules.comparisons]
    yield from (f"{name[:60]!r} is no name" for name in names if not _NAME.fullmatch(name))
    for kind in (rules.features, rules.comparisons, rules.vetoes):
        repeated = Counter(part.name for part in kind)
        yield from (f"{name!r} is declared {times} times" for name, times in repeated.items() if times > 1)
    for feature in rules.features:
        if feature.kind not in FEATURES and feature.kind not in GROUPED_FEATURES:
            yield f"feature {feature.name} has unknown kind {feature.kind!r}"
        for reference in feature.of:
            attribute = reference.partition(".")[0]
            if reference not in (SOURCE_ID, SOURCE) and attribute not in entity.attributes:
                yield f"feature {feature.name} uses unknown attribute {attribute!r}"


def _column_faults(rules: RuleSet) -> Iterator[str]:
    known = {feature.name for feature in rules.features}
    for column in sorted(set(_columns(rules)) - known):
        yield f"{column!r} is no declared feature"


def _columns(rules: RuleSet) -> Iterator[str]:
    levels: list[Level] = [*rules.anchors, *([rules.partners.when] if rules.partners else [])]
    for comparison in rules.comparisons:
        levels += [*comparison.levels, *filter(None, [comparison.null])]
    for veto in rules.vetoes:
        levels += [veto.when, *filter(None, [veto.unless])]
    yield from _leaf_columns(levels)
    yield from (rule.on for rule in rules.blocking)
    yield from (rule.refine_by for rule in rules.blocking if rule.refine_by)
    yield from rules.training


def _leaf_columns(levels: Iterable[Level]) -> Iterator[str]:
    for level in levels:
        if level.parts:
            yield from _leaf_columns(level.parts)
        else:
            yield level.column


def _survivorship_faults(rules: RuleSet, entity: EntityType) -> Iterator[str]:
    for rule in rules.survivorship:
        if rule.attribute != "*" and rule.attribute not in entity.attributes:
            yield f"survivorship of unknown attribute {rule.attribute!r}"
    if not any(rule.attribute == "*" for rule in rules.survivorship):
        yield "survivorship for '*' is missing"


def _risk_faults(rules: RuleSet, entity: EntityType) -> Iterator[str]:
    for risk in rules.risks:
        if risk.attribute not in entity.attributes:
            yield f"risk of unknown attribute {risk.attribute!r}"
        if not 0 <= risk.weight <= 1:
            yield f"risk of {risk.attribute} weighs {risk.weight}, not 0 to 1"
