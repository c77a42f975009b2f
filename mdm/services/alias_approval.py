"""Aliases that wait: seen together, and put in force together by a second person.

Invariant: each alias goes the way of any change, examined, approved by somebody else, in force; one whose report goes
newly against a verdict, or whose proof was taken back, is left for a look of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from mdm.domain.access import Actor, Permission
from mdm.domain.alias import TRADE_NAMES
from mdm.domain.change import Change
from mdm.domain.errors import (
    ChangeStateError,
    FourEyesError,
    InvalidInputError,
    StaleReportError,
    StaleVersionError,
    WriteConflictError,
)
from mdm.services import access, change, whatif
from mdm.services.hub import Hub
from mdm.services.unit_of_work import UnitOfWork

MOST = 50
"""Aliases in one batch: each gets a report of its own, which takes seconds on a large stock."""


@dataclass(frozen=True, slots=True)
class ProposedAlias:
    """An alias that waits: names of one company, the decision that shows it, who took that decision.

    ``own``: proposed by who looks at it, who cannot approve it; ``in_doubt``: the decision does not hold any more.
    """

    change_id: str
    names: tuple[str, ...]
    proof: str
    author: str
    created_at: str
    state: str
    own: bool
    in_doubt: bool


class AliasOutcome(StrEnum):
    """What became of an alias in a batch."""

    IN_FORCE = "in_force"
    OWN = "own"
    """Its author does not approve it."""
    IN_DOUBT = "in_doubt"
    """The decision that shows it was taken back."""
    AGAINST_VERDICTS = "against_verdicts"
    """Its report goes newly against verdicts: somebody has to look at it alone."""
    MOVED_ON = "moved_on"
    """Somebody else was first, records changed in the meantime, or what governs by now no longer takes it."""


@dataclass(frozen=True, slots=True)
class AliasAnswer:
    """One alias of a batch and what became of it."""

    change_id: str
    names: tuple[str, ...]
    outcome: AliasOutcome


def list_proposed(uow: UnitOfWork) -> tuple[ProposedAlias, ...]:
    """Aliases that wait for approval, the oldest first."""
    waiting = change.list_changes(uow, "", open_only=True, limit=1000)
    me = access.person_behind(uow, uow.actor.name)
    return tuple(
        ProposedAlias(
            each.change_id,
            _names(each),
            str(each.content["proof"]),
            each.author,
            each.created_at,
            each.state.value,
            access.person_behind(uow, each.author) == me,
            change.is_in_doubt(uow, each),
        )
        for each in reversed(waiting)
        if _is_alias(each)
    )


def approve_many(hub: Hub, actor: Actor, change_ids: Sequence[str], reason: str) -> tuple[AliasAnswer, ...]:
    """Examine, approve and put in force these aliases one after the other; tells what became of each.

    Raises InvalidInputError for an id that is no alias or a reason that is none, before anything is done, and
    ForbiddenError.
    """
    change.check_reason(reason)
    wanted = list(dict.fromkeys(change_ids))
    if not 1 <= len(wanted) <= MOST:
        raise InvalidInputError(f"A batch has 1 to {MOST} aliases.", field="change_id")
    with hub.reading(actor) as uow:
        access.require(actor, Permission.CHANGE_APPROVE)
        found = [change.get(uow, change_id) for change_id in wanted]
    for each in found:
        if not _is_alias(each):
            raise InvalidInputError(f"{each.change_id} is no alias.", field="change_id")
    return tuple(
        AliasAnswer(each.change_id, _names(each), _approve(hub, actor, each, reason)) for each in found
    )


def _approve(hub: Hub, actor: Actor, found: Change, reason: str) -> AliasOutcome:
    with hub.reading(actor) as uow:
        if access.person_behind(uow, found.author) == access.person_behind(uow, actor.name):
            return AliasOutcome.OWN
        if change.is_in_doubt(uow, found):
            return AliasOutcome.IN_DOUBT
    try:
        whatif.examine(hub, actor, found.change_id)
        with hub.unit_of_work(actor, reason) as uow:
            report = change.report(uow, found.change_id)
            if report is None or any(part.newly_contradicted for part in report.parts):
                return AliasOutcome.AGAINST_VERDICTS
            change.approve(uow, found.change_id, reason)
            change.activate(uow, found.change_id)
    except (ChangeStateError, StaleReportError, StaleVersionError, WriteConflictError, InvalidInputError):
        # One that cannot be put in force must not hide what became of the others, which is done by now.
        return AliasOutcome.MOVED_ON
    except FourEyesError:
        return AliasOutcome.OWN
    return AliasOutcome.IN_FORCE


def _is_alias(found: Change) -> bool:
    return found.content.get("list") == TRADE_NAMES and "proof" in found.content


def _names(found: Change) -> tuple[str, ...]:
    """The names that an alias makes one, each once."""
    edits = found.content["edits"]
    names: list[str] = []
    for edit in edits if isinstance(edits, list) else []:
        if isinstance(edit, dict):
            add = edit.get("add")
            names += [str(edit["code"]), *(str(text) for text in (add if isinstance(add, list) else []))]
    return tuple(dict.fromkeys(names))
