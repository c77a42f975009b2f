"""Change requests: a proposed change of how records are matched, examined, approved by somebody else, then in force.

Invariants: every move goes through ``STEPS``; nobody decides their own proposal; nothing is approved without a report
made for exactly this content on the present state, nor put in force on another basis than the report's.
"""

from __future__ import annotations

import hashlib
import json
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from mdm.domain.errors import ChangeStateError, FourEyesError, StaleReportError
from mdm.domain.source import Json


class ChangeKind(StrEnum):
    """What a change request is about."""

    MODEL = "model"
    """Other weights for the same rules."""
    RULES = "rules"
    """Another rule set, with or without weights of its own."""
    THRESHOLD = "threshold"
    """Other limits between link, review and non-link."""
    CODE_LIST = "code_list"
    """New codes or spellings of a code list."""


class ChangeState(StrEnum):
    """Where a change request stands."""

    PROPOSED = "proposed"
    EXAMINED = "examined"
    APPROVED = "approved"
    REJECTED = "rejected"
    ACTIVATED = "activated"
    WITHDRAWN = "withdrawn"


class Step(StrEnum):
    """What can be done with a change request."""

    EXAMINE = "examine"
    APPROVE = "approve"
    REJECT = "reject"
    WITHDRAW = "withdraw"
    ACTIVATE = "activate"


_OPEN = frozenset({ChangeState.PROPOSED, ChangeState.EXAMINED, ChangeState.APPROVED})

STEPS: Mapping[Step, tuple[frozenset[ChangeState], ChangeState]] = {
    Step.EXAMINE: (_OPEN, ChangeState.EXAMINED),
    Step.APPROVE: (frozenset({ChangeState.EXAMINED}), ChangeState.APPROVED),
    Step.REJECT: (_OPEN, ChangeState.REJECTED),
    Step.WITHDRAW: (_OPEN, ChangeState.WITHDRAWN),
    Step.ACTIVATE: (frozenset({ChangeState.APPROVED}), ChangeState.ACTIVATED),
}
"""Step -> (states it may be taken from, state it leads to); examining again takes an approval back."""


@dataclass(frozen=True, slots=True)
class Change:
    """A change request; ``entity`` is empty for a code list, which may serve several.

    ``report_hash`` names the report it was examined by last, ``basis`` the rules, weights and code lists that were in
    force then, ``examined_state`` these and the records and verdicts too.
    """

    change_id: str
    entity: str
    kind: ChangeKind
    state: ChangeState
    content: Mapping[str, Json]
    fingerprint: str
    reason: str
    author: str
    created_at: str
    version: int
    report_hash: str | None = None
    basis: str | None = None
    examined_state: str | None = None
    decided_by: str | None = None
    decided_reason: str | None = None
    decided_at: str | None = None
    activated_by: str | None = None
    activated_at: str | None = None

    @property
    def is_open(self) -> bool:
        """Whether something can still be done with it."""
        return self.state in _OPEN


def canonical(content: Mapping[str, Json]) -> str:
    """The content as stored: the same text for the same content."""
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def fingerprint_of(text: str) -> str:
    """sha256 of a stored text."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def take(change: Change, step: Step) -> ChangeState:
    """The state a step leads to; raises ChangeStateError when the change stands elsewhere."""
    allowed, then = STEPS[step]
    if change.state not in allowed:
        raise ChangeStateError(
            _refusal(change.state, step),
            change_id=change.change_id,
            state=change.state.value,
        )
    return then


def _refusal(state: ChangeState, step: Step) -> str:
    if step is Step.APPROVE and state is ChangeState.PROPOSED:
        return "Nobody has examined this change yet: examine it first, then approve it on its report."
    return f"A change that is {state} cannot be: {step}."


def standing(change: Change) -> dict[str, Json]:
    """Where a change stands, for whoever came second."""
    return {
        "change_id": change.change_id,
        "state": change.state.value,
        "version": change.version,
        "decided_by": change.decided_by,
        "activated_by": change.activated_by,
        "activated_at": change.activated_at,
    }


def check_decider(change: Change, person: str, author: str) -> None:
    """Raise FourEyesError when the person who decides is the one behind the author."""
    if person == author:
        raise FourEyesError("Nobody decides a change of their own.", author=change.author)


def check_report(change: Change, state: str) -> None:
    """Raise StaleReportError unless the change was examined on this state of rules, records and verdicts."""
    if change.report_hash is None or change.examined_state != state:
        raise StaleReportError(
            "Records, verdicts or rules have changed since the report was made: examine the change again.",
            change_id=change.change_id,
        )


def check_basis(change: Change, basis: str) -> None:
    """Raise StaleReportError when other rules, weights or code lists came into force since the report."""
    if change.basis != basis:
        raise StaleReportError(
            "Another change came into force since the report was made: examine this one again.",
            change_id=change.change_id,
            state=standing(change),
        )


def person_of(actor: str) -> str:
    """Whose name stands behind an actor: ``cli:wang.li``, ``wang.li`` and its full-width twin are one person."""
    return unicodedata.normalize("NFKC", actor).casefold().removeprefix("cli:")
