"""What governs right now: dictionary, rules and weights of the files, as approved changes in the database amend them.

Invariant: an approved change in the database wins over the files; a process notices a new one at its next unit of work.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from mdm.domain.code_list import code_list_from_json
from mdm.domain.dictionary import Dictionary
from mdm.domain.rule_file import rule_set_from_json
from mdm.domain.rules import RuleSet
from mdm.linkage.model import Weights, weights_from_dict
from mdm.storage import change as change_store
from mdm.storage.database import Connection


@dataclass(frozen=True, slots=True)
class Governed:
    """A consistent set; ``number`` moves with every approved change that comes into force (0: files only).

    ``weights``: entities whose weights an approved change set; None: the next full run trains without labels.
    ``cache`` holds what was compiled from this set and nothing else.
    """

    number: int
    dictionary: Dictionary
    rules: dict[str, RuleSet]
    weights: Mapping[str, Weights | None] = field(default_factory=dict)
    cache: dict[tuple[str, ...], object] = field(default_factory=dict)


def amend(connection: Connection, number: int, seed: Governed) -> Governed:
    """The files' set with everything that the database holds in its place."""
    rules, weights = dict(seed.rules), {}
    for row in change_store.matching_in_force(connection):
        if row.entity in seed.dictionary.entities:
            rules[row.entity] = rule_set_from_json(row.rules)
            weights[row.entity] = weights_from_dict(json.loads(row.weights)) if row.weights else None
    return Governed(number, _amended(connection, seed.dictionary), rules, weights)


def _amended(connection: Connection, dictionary: Dictionary) -> Dictionary:
    """Lists that equal the files' are taken from there: parsing them again would take longer than a page."""
    lists = dict(dictionary.code_lists)
    for row in change_store.code_lists_in_force(connection):
        if row.name not in lists or lists[row.name].content_hash != row.content_hash:
            lists[row.name] = code_list_from_json(row.name, str(row.version), row.content)
    return replace(dictionary, code_lists=lists)
