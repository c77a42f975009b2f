"""Building one golden record: the value of each attribute that survives, with where it came from.

Invariant: recomputing from the same source records, rules and overrides gives the same bytes (I8).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from mdm.domain.entity_type import EntityType
from mdm.domain.golden import ONLY_VALUE, Candidate, GoldenStatus, survive
from mdm.domain.rules import RuleSet, Survivorship
from mdm.domain.source import Json
from mdm.services.unit_of_work import UnitOfWork
from mdm.storage.source import StoredRecord

OVERRIDE = "override"
"""Rule name of a value that a steward set."""

Contents = Mapping[int, Mapping[str, Any]]
"""Record id -> raw, values and parts; ``Any``: stored JSON."""

_to_store = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode
_to_hash = json.JSONEncoder(ensure_ascii=False, sort_keys=True).encode


@dataclass(frozen=True, slots=True)
class Built:
    """A golden record about to be written; ``provenance``: attribute -> [record id, record version, rule]."""

    golden_id: str
    status: str
    members: tuple[int, ...]
    attributes: Mapping[str, Json]
    provenance: Mapping[str, Sequence[Json]]
    title: str
    content_hash: str

    def version_row(self, version: int, rule_fingerprint: str, uow: UnitOfWork) -> dict[str, object]:
        """This state as a row of the history."""
        return {
            "golden_id": self.golden_id,
            "version": version,
            "status": self.status,
            "title": self.title,
            "attributes": _to_store(self.attributes),
            "provenance": _to_store(self.provenance),
            "members": _to_store(list(self.members)),
            "rule_fingerprint": rule_fingerprint,
            "content_hash": self.content_hash,
            "valid_from": uow.at,
            "fact_id": uow.fact_id,
        }


class Builder:
    """Builds the golden records of an entity out of its current source records."""

    def __init__(
        self,
        entity: EntityType,
        rules: RuleSet,
        records: Mapping[int, StoredRecord],
        kinds: Mapping[str, str],
        overrides: Iterable[Any],  # table rows
    ) -> None:
        """``kinds``: source system -> kind; ``overrides``: those in force, oldest first."""
        self._entity, self._records, self._kinds = entity, records, kinds
        self._rules = {name: survivorship_of(rules, name) for name in entity.attributes}
        self._overrides: dict[int, list[tuple[str, str, Json]]] = {}
        for row in overrides:
            self._overrides.setdefault(row.record_id, []).append(
                (row.override_id, row.attribute, json.loads(row.value))
            )

    def build(self, golden_id: str, members: Sequence[int], contents: Contents) -> Built:
        """The golden record of a cluster."""
        attributes, provenance = (
            self._only_values(members[0], contents)
            if len(members) == 1
            else self._surviving(members, contents)
        )
        set_by_hand = ((each, r) for r in members for each in self._overrides.get(r, ()))
        # The latest one holds, on whichever record it hangs: override IDs sort by time.
        for (override_id, name, value), r in sorted(set_by_hand, key=lambda item: item[0][0]):
            attributes[name] = value
            provenance[name] = [r, override_id, OVERRIDE]
        title = (self._entity.title_of(attributes) or self._records[members[0]].key.key)[:400]
        status = GoldenStatus.ACTIVE.value
        digest = _digest(status, title, attributes, provenance, members)
        return Built(golden_id, status, tuple(members), attributes, provenance, title, digest)

    def _only_values(
        self, record_id: int, contents: Contents
    ) -> tuple[dict[str, Json], dict[str, Sequence[Json]]]:
        """What survives of a record alone: all it says, as ``survive`` would find too."""
        values, version = contents[record_id]["values"], self._records[record_id].version
        held = {name: values[name] for name in self._entity.attributes if values.get(name) is not None}
        return held, {name: [record_id, version, ONLY_VALUE] for name in held}

    def _surviving(
        self, members: Sequence[int], contents: Contents
    ) -> tuple[dict[str, Json], dict[str, Sequence[Json]]]:
        times = {r: datetime.fromisoformat(self._records[r].changed_at) for r in members}
        newest = max(times.values())
        attributes: dict[str, Json] = {}
        provenance: dict[str, Sequence[Json]] = {}
        for name, rule in self._rules.items():
            speaking = [r for r in members if contents[r]["values"].get(name) is not None]
            candidates = [self._candidate(r, name, contents[r], times[r]) for r in speaking]
            chosen = survive(rule, candidates, newest)
            if chosen is not None:
                attributes[name] = chosen.candidate.value
                provenance[name] = [chosen.candidate.record_id, chosen.candidate.version, chosen.rule]
        return attributes, provenance

    def _candidate(self, record_id: int, name: str, content: Mapping[str, Any], at: datetime) -> Candidate:
        record = self._records[record_id]
        kind = self._kinds.get(record.key.system, "OTHER")
        verified = is_verified(self._entity, name, content)
        return Candidate(record_id, record.key, kind, record.version, content["values"][name], at, verified)


def survivorship_of(rules: RuleSet, attribute: str) -> Survivorship:
    """The rule that chooses the value of an attribute."""
    declared = {rule.attribute: rule for rule in rules.survivorship}
    return declared.get(attribute) or declared["*"]


def ended_as(golden_id: str, status: GoldenStatus) -> Built:
    """The last state of an ID that holds nothing any more."""
    return Built(golden_id, status.value, (), {}, {}, "", _digest(status.value, "", {}, {}, ()))


def is_verified(entity: EntityType, name: str, content: Mapping[str, Any]) -> bool:
    """Whether the value passed the check that its attribute has."""
    attribute = entity.attributes[name]
    return bool(attribute.check) and content["parts"].get(name, {}).get("valid", "1") == "1"


def _digest(
    status: str,
    title: str,
    attributes: Mapping[str, Json],
    provenance: Mapping[str, Sequence[Json]],
    members: Sequence[int],
) -> str:
    content = _to_hash([status, title, attributes, provenance, list(members)])
    return hashlib.sha256(content.encode("utf-8", "surrogatepass")).hexdigest()
