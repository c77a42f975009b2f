"""What a change request asks for: the dictionary, rules and weights as they would govern if it were in force.

Nothing is written here; a content that does not fit is refused with the errors that a file would be refused with.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, cast

from mdm.domain.change import Change, ChangeKind
from mdm.domain.code_list import CodeEdit, CodeList, edit_code_list
from mdm.domain.errors import InvalidInputError, RuleError, UnknownCodeListError
from mdm.domain.rule_file import check_rule_set, rule_set_from_json
from mdm.domain.rules import Action, RuleSet
from mdm.linkage.model import Weights, build_model, check_weights, fingerprint_rules, weights_from_dict
from mdm.linkage.statistics import Statistics
from mdm.services import rule
from mdm.services.governed import Governed
from mdm.services.hub import Hub


def would_govern(hub: Hub, change: Change) -> Governed:
    """What would govern with this change in force; raises RuleError, UntrainedLevelError or InvalidInputError."""
    return as_proposed(hub, change.kind, change.entity, change.content)


def as_proposed(hub: Hub, kind: ChangeKind, entity: str, content: Mapping[str, Any]) -> Governed:
    """What would govern if content of this kind were in force; ``Any``: JSON of the shape of the kind."""
    if kind is ChangeKind.CODE_LIST:
        name = content["list"]
        if name not in hub.dictionary.code_lists:
            raise UnknownCodeListError(f"There is no code list {name}.", code_list=name)
        return with_code_list(hub, edit_code_list(hub.dictionary.code_lists[name], _edits(content)))
    rules = rule.rules_of(hub, entity)
    weights = rule.weights_in_force(hub, rules)
    if kind is ChangeKind.MODEL:
        return matched_by(hub, rules, _weights(content["weights"]))
    if kind is ChangeKind.THRESHOLD:
        return matched_by(hub, with_thresholds(rules, content), weights)
    changed = rule_set_from_json(json.dumps(content["rules"]))
    check_rule_set(changed, hub.dictionary.entity(entity))
    return matched_by(hub, changed, _weights(content["weights"]) if content.get("weights") else weights)


def with_thresholds(rules: RuleSet, limits: Mapping[str, float]) -> RuleSet:
    """The rule set with other thresholds (``link``, ``review``; bits); raises InvalidInputError."""
    known = {threshold.action.value for threshold in rules.thresholds}
    for name in sorted(set(limits) - known):
        raise InvalidInputError(f"There is no threshold {name!r}: {', '.join(sorted(known))}.", field=name)
    moved = tuple(
        replace(each, min_weight=float(limits.get(each.action.value, each.min_weight)))
        for each in rules.thresholds
    )
    weight = {each.action: each.min_weight for each in moved}
    if not all(-1000 < each < 1000 for each in weight.values()):
        raise InvalidInputError("A threshold lies between -1000 and 1000 bits.", field="link")
    if weight[Action.REVIEW] > weight[Action.LINK]:
        raise InvalidInputError("The threshold of review lies at most at that of link.", field="review")
    return replace(rules, thresholds=moved)


def with_code_list(hub: Hub, codes: CodeList) -> Governed:
    """What would govern with this list in the place of the one of its name."""
    lists = {**hub.dictionary.code_lists, codes.name: codes}
    dictionary = replace(hub.dictionary, code_lists=lists)
    return Governed(hub.governed_number, dictionary, dict(hub.rules), hub.weights)


def matched_by(hub: Hub, rules: RuleSet, weights: Weights | None) -> Governed:
    """What would govern with these rules and weights; raises RuleError or UntrainedLevelError."""
    if weights is not None:
        if weights.entity != rules.entity:
            raise RuleError(f"These weights are for {weights.entity}.", entity=weights.entity)
        build_model(rules, weights, Statistics())
    return Governed(
        hub.governed_number,
        hub.dictionary,
        {**hub.rules, rules.entity: rules},
        {**hub.weights, rules.entity: weights},
    )


def basis_of(hub: Hub, entity: str) -> str:
    """Names the rules, weights and code lists that govern an entity (empty: all of them)."""
    names = [entity] if entity else sorted(hub.rules)
    parts = [
        [
            name,
            rule.standardiser_id(hub, name, None),
            fingerprint_rules(hub.rules[name]),
            weights_fingerprint(rule.weights_in_force(hub, hub.rules[name])),
        ]
        for name in names
    ]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def weights_text(weights: Weights | None) -> str:
    """Weights as stored; empty for none."""
    return "" if weights is None else json.dumps(weights.as_dict(), ensure_ascii=False, sort_keys=True)


def weights_fingerprint(weights: Weights | None) -> str:
    """sha256 of the weights as stored."""
    return hashlib.sha256(weights_text(weights).encode()).hexdigest()


def _edits(content: Mapping[str, Any]) -> list[CodeEdit]:
    """The edits of a code list as stored; ``Any``: JSON of that shape."""
    return [
        CodeEdit(**each | {name: tuple(each[name]) for name in ("add", "remove")})
        for each in content["edits"]
    ]


def _weights(content: object) -> Weights:
    try:
        return check_weights(weights_from_dict(cast("Mapping[str, object]", content)))
    except (ValueError, TypeError, KeyError) as error:
        raise RuleError(f"These are no weights: {error!r}") from error
