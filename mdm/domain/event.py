"""Facts and the events they send out: what happened, who did it and why.

Every state change belongs to exactly one fact; the fact, its audit rows and its events commit together (I11).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from mdm.domain.source import Json


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened to ``subject``, named noun.past-verb (``golden.merged``)."""

    type: str
    entity: str
    subject: str
    payload: Mapping[str, Json]


@dataclass(frozen=True, slots=True)
class ChangeLine:
    """One event as the change feed delivers it; ``seq`` has no gap."""

    seq: int
    type: str
    entity: str
    subject: str
    payload: Mapping[str, Json]
    at: str
    actor: str
    reason: str


@dataclass(frozen=True, slots=True)
class ChangePage:
    """A stretch of the change feed; pass ``next_cursor`` to read on."""

    events: tuple[ChangeLine, ...]
    next_cursor: int


EVENT_TYPES: Mapping[str, str] = {
    "source.registered": "a source system was added or renamed",
    "source.profiled": "the mapping of an extract was added or changed",
    "load.accepted": "an extract was taken in",
    "load.undone": "a wrong file was taken back",
    "record.changed": "a source record is new or has a new version",
    "record.retired": "a source record is no longer current",
    "record.restandardised": "records were standardised anew under a newer standardiser, dictionary or mapping",
    "match.completed": "a match run was published",
    "golden.created": "a golden ID was issued",
    "golden.changed": "values or members of a golden record changed",
    "golden.merged": "a golden ID now redirects to another",
    "golden.restored": "a merged golden ID stands for itself again",
    "golden.split": "records left a golden record for another",
    "golden.retired": "the last current record of a golden record is gone",
    "golden.commented": "somebody wrote a comment on a golden record",
    "xref.linked": "a source record points to a golden ID (also after a move: ``previous`` names the old one)",
    "task.opened": "a pair waits for a steward",
    "task.superseded": "a task ended without a verdict because its question did",
    "task.claimed": "somebody works on a task, so that nobody else does",
    "task.released": "a task is free again",
    "task.handed_over": "a task was given to a colleague",
    "task.commented": "somebody wrote a comment on a task",
    "sample.drawn": "automatic links and non-links were drawn at random for a blind check",
    "quality.fell": "the measured precision of automatic links fell below its limit",
    "review.decided": "a steward gave a verdict",
    "decision.made": "a person merged, unmerged, split or overrode",
    "audit.reviewed": "somebody looked through a stretch of the audit trail",
    "proposal.opened": "a match across a regulated veto waits for a second person",
    "proposal.confirmed": "a second person confirmed the match: it binds",
    "proposal.rejected": "a second person rejected the match",
    "proposal.withdrawn": "who proposed the match took it back",
    "proposal.superseded": "the question or its evidence changed before a second person decided",
    "decision.undone": "a decision was undone by a compensating one",
    "access.changed": "a user or client was added, changed or deactivated",
    "access.denied": "a client tried what it has no right to",
    "access.locked": "a log-in was locked after repeated failures",
    "change.proposed": "somebody proposed a change of matching or of a code list",
    "change.examined": "a report says what the change would do to the live records",
    "change.approved": "somebody else approved the change",
    "change.rejected": "somebody else rejected the change",
    "change.withdrawn": "the change was taken back before it came into force",
    "change.activated": "the change is in force from the next run on",
    "hub.initialised": "the database was created or migrated, dictionary and rules imported",
}
"""Every event type with its meaning; recording another one fails."""
