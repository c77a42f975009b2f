"""Drafts of a change: rule, weight and code list files as somebody has them, before they are proposed."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from mdm.domain.code_list import (
    CodeEdit,
    CodeList,
    code_list_faults,
    edits_between,
    merge_code_lists,
    parse_code_list,
)
from mdm.domain.errors import DictionaryError, InvalidInputError, RuleError, UnreadableFileError
from mdm.domain.rule_file import check_rule_set, read_rule_set
from mdm.domain.rules import RuleSet
from mdm.domain.whatif import WhatIf
from mdm.linkage.model import Weights, load_weights
from mdm.services import change, proposal, rule, whatif
from mdm.services.governed import Governed
from mdm.services.hub import Hub
from mdm.services.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class Draft:
    """What somebody wants to change; limits are match weights in bits by threshold."""

    rules: RuleSet | None = None
    weights: Weights | None = None
    limits: dict[str, float] = field(default_factory=dict)
    codes: CodeList | None = None


def read_draft(
    hub: Hub,
    entity: str,
    rules: Path | None = None,
    weights: Path | None = None,
    thresholds: Sequence[str] = (),
    code_list: Path | None = None,
) -> Draft:
    """The draft in these files; ``thresholds`` read ``link=2.5``. Raises the error that names what does not fit."""
    if not (rules or weights or thresholds or code_list):
        raise InvalidInputError("Name at least one of rules, weights, threshold and code list.")
    made = _rules(hub, entity, rules) if rules else None
    return Draft(
        made,
        _weights(weights) if weights else None,
        dict(_limit(text) for text in thresholds),
        _codes(hub, code_list) if code_list else None,
    )


def foresee(uow: UnitOfWork, entity: str, draft: Draft) -> WhatIf:
    """What the draft would do to an entity; nothing is stored."""
    return whatif.foresee(uow, entity, as_drafted(uow.hub, entity, draft))


def propose(uow: UnitOfWork, entity: str, draft: Draft, reason: str) -> str:
    """Propose the draft as one change request; returns its id. A code list is a change of its own."""
    if draft.codes is not None:
        if draft.rules or draft.weights or draft.limits:
            raise InvalidInputError("A code list is proposed by itself: it may serve several entities.")
        held = uow.hub.dictionary.code_list(draft.codes.name)
        return change.propose_code_list(uow, held.name, edits_between(held, draft.codes), reason)
    if draft.rules is None and draft.weights is None:
        return change.propose_thresholds(uow, entity, draft.limits, reason)
    if draft.weights is not None and draft.rules is None and not draft.limits:
        return change.propose_model(uow, entity, draft.weights, reason)
    governed = as_drafted(uow.hub, entity, draft)
    return change.propose_rules(uow, entity, governed.rules[entity], governed.weights[entity], reason)


def as_drafted(hub: Hub, entity: str, draft: Draft) -> Governed:
    """What would govern with the draft in force."""
    governed = hub.as_governed
    if draft.codes is not None:
        governed = proposal.with_code_list(hub, draft.codes)
    rules = draft.rules or rule.rules_of(hub, entity)
    weights = draft.weights or rule.weights_in_force(hub, rules)
    return proposal.matched_by(hub.as_if(governed), proposal.with_thresholds(rules, draft.limits), weights)


def code_edit(
    code: str,
    zh: str | None = None,
    en: str | None = None,
    parent: str | None = None,
    add: Sequence[str] = (),
    remove: Sequence[str] = (),
) -> CodeEdit:
    """What is to become of one code, texts trimmed and empty ones left out."""

    def kept(texts: Sequence[str]) -> tuple[str, ...]:
        return tuple(dict.fromkeys(text.strip() for text in texts if text.strip()))

    def named(text: str | None) -> str | None:
        return text.strip() if text and text.strip() else None

    if not code.strip():
        raise InvalidInputError("A code is needed.", field="code")
    if any(len(text) > 200 for text in (code, zh or "", en or "", parent or "", *add, *remove)):
        raise InvalidInputError("A code or spelling has at most 200 characters.", field="code")
    return CodeEdit(code.strip(), named(zh), named(en), named(parent), kept(add), kept(remove))


def _rules(hub: Hub, entity: str, file: Path) -> RuleSet:
    rules = read_rule_set(_text(file), file.name)
    if rules.entity != entity:
        raise RuleError(f"{file.name} declares rules of {rules.entity}.", entity=rules.entity)
    check_rule_set(rules, hub.dictionary.entity(entity))
    return rules


def _weights(file: Path) -> Weights:
    found = load_weights(file)
    if found is None:
        raise UnreadableFileError(f"{file.name}: there is no such file.")
    return found


def _limit(text: str) -> tuple[str, float]:
    name, _, value = text.partition("=")
    try:
        limit = float(value)
    except ValueError:
        limit = math.nan
    if not math.isfinite(limit):
        raise InvalidInputError(f"{text!r} is no threshold: write link=2.5.", field="threshold")
    return name.strip(), limit


def _codes(hub: Hub, file: Path) -> CodeList:
    """The list of the file's name with what the file adds, as files of an installation extend the package's."""
    faults: list[str] = []
    given = parse_code_list(file.stem, _text(file), faults)
    if not faults:
        merged = merge_code_lists([hub.dictionary.code_list(file.stem), given])
        faults = code_list_faults(merged)
    if faults:
        raise DictionaryError("\n".join(faults[:20]), faults=faults)
    return merged


def _text(file: Path) -> str:
    try:
        return file.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise UnreadableFileError(f"{file.name} cannot be read as UTF-8 text: {error}") from error
