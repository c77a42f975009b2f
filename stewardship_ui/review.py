"""The queue, the page on which a steward compares two records and decides, and the list of decisions."""

from __future__ import annotations

from contextlib import suppress
from typing import Any, NamedTuple

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask_babel import gettext, ngettext
from werkzeug.wrappers import Response

from mdm.domain.change import person_of
from mdm.domain.errors import (
    ProposalOpenError,
    StaleVersionError,
    TaskHeldError,
    TaskNotOpenError,
    WriteConflictError,
)
from mdm.domain.golden import choose_keeper
from mdm.domain.review import Holding, MatchProposal, Task, Verdict
from mdm.services import claim, comment, confirmation, decision_log, narrow, neighbours, review
from mdm.services.narrow import ORDERS
from stewardship_ui import aid, wording
from stewardship_ui.comparison import beside_rows, compare_records
from stewardship_ui.door import allowed, current_actor, current_hub, page, reading, writing
from stewardship_ui.filters import read_filters
from stewardship_ui.graph import draw_graph
from stewardship_ui.label import Labels
from stewardship_ui.outcome import SourceKey, leaves, source_key
from stewardship_ui.person import show_person
from stewardship_ui.queue import queue_values
from stewardship_ui.waterfall import draw

blueprint = Blueprint("review", __name__)

OFFER_KEY = "offer"
"""Where the session keeps what was decided last, until the next page has offered to take it back."""


class Waiting(NamedTuple):
    """A match that waits for a second person; ``own``: the person who looks proposed it."""

    proposal: MatchProposal
    records: list[SourceKey]
    own: bool


class Place(NamedTuple):
    """The tasks before and behind one in the queue it was opened from."""

    previous_id: int | None
    next_id: int | None


class Holder(NamedTuple):
    """Who works on a task: ``mine``, the person's name, until when; ``lease_until`` None: handed over, with a note."""

    mine: bool
    name: str
    lease_until: str | None
    given_by: str
    note: str


@blueprint.get("/review")
@page
def queue() -> str:
    """The open tasks, and what they can be narrowed to."""
    return render_template("queue.html", orders=ORDERS, **queue_values(read_filters()))


@blueprint.get("/review/<int:task_id>")
@page
def compare(task_id: int) -> str:
    """Two records side by side, why the machine doubts, and what each verdict would do."""
    return compare_page(task_id)


@blueprint.post("/review/<int:task_id>")
@page
def decide(task_id: int) -> Response | tuple[str, int]:
    """Record the verdict and go on to the next task of the same queue."""
    reason = reason_given()
    verdict = request.form.get("verdict", "")
    if verdict not in set(Verdict):
        return compare_page(task_id, fault=gettext("Choose a verdict.")), 422
    if not reason:
        return compare_page(task_id, fault=gettext("A decision needs a reason: choose one or write it.")), 422
    filters = read_filters()
    try:
        with writing(reason) as uow:
            place = claim.place_of(uow, task_id, filters.narrow.order)
            kept = _chosen_values() if verdict == Verdict.MATCH else {}
            outcome = review.decide(uow, task_id, Verdict(verdict), reason, _number("version"), values=kept)
            wanted = narrow.wanted_of(uow, filters.narrow)
            following = claim.next_task(uow, wanted, filters.narrow.order, after=place)
    except (TaskNotOpenError, StaleVersionError, ProposalOpenError, TaskHeldError):
        told = gettext("Someone else was first: this task has changed. Nothing of yours was recorded.")
        return compare_page(task_id, fault=told), 409
    if outcome.proposal_id:
        flash(gettext("Task %(id)s: proposed; a second person has to confirm it.", id=task_id), "status")
    else:
        session[OFFER_KEY] = {
            "text": " ".join(filter(None, (wording.decided(verdict, task_id), _told_values(len(kept))))),
            "decision_id": outcome.decision_id,
            "task_id": task_id,
        }
    if following is None:
        return redirect(url_for("ui.review.queue", **filters.query(cursor="")), 303)
    return redirect(url_for("ui.review.compare", task_id=following, **filters.query(cursor="")), 303)


@blueprint.get("/decisions")
@page
def decisions() -> str:
    """What people decided lately, each with its way back."""
    with reading() as uow:
        found = decision_log.list_decisions(uow, limit=100)
        waiting = confirmation.list_open(uow)
    return render_template(
        "decisions.html",
        decisions=found,
        proposals=[shown_proposal(each) for each in waiting],
        now=current_hub().now(),
    )


@blueprint.get("/decisions/<decision_id>")
@page
def decision(decision_id: str) -> str:
    """One decision, with the form that takes it back open."""
    with reading() as uow:
        found = decision_log.get(uow, decision_id)
    return render_template(
        "decisions.html", decisions=[found], proposals=[], alone=True, now=current_hub().now()
    )


@blueprint.post("/proposals/<proposal_id>")
@page
def second(proposal_id: str) -> Response:
    """Confirm or reject what somebody else proposed, or take one's own proposal back."""
    reason = request.form.get("reason", "").strip()
    confirmed = request.form.get("answer") == "confirm"
    with writing(reason or gettext("without a reason")) as uow:
        if confirmed:
            made = confirmation.confirm(uow, proposal_id, reason)
            task_id = made.task_id
        else:
            task_id = confirmation.reject(uow, proposal_id, reason).task_id
    flash(gettext("The match is confirmed.") if confirmed else gettext("The proposal is closed."), "status")
    if task_id is None:
        return redirect(url_for("ui.review.decisions"), 303)
    return redirect(url_for("ui.review.compare", task_id=task_id), 303)


@blueprint.post("/decisions/<decision_id>/undo")
@page
def undo(decision_id: str) -> Response:
    """Take a decision back and show the task it leaves open."""
    reason = request.form.get("reason", "").strip() or gettext("Taken back at once: a slip.")
    with writing(reason) as uow:
        outcome = review.undo(uow, decision_id, reason)
    flash(gettext("The decision was taken back."), "status")
    task_id = outcome.task_id or _number("task")
    if task_id is None:
        return redirect(url_for("ui.review.decisions"), 303)
    return redirect(url_for("ui.review.compare", task_id=task_id, **read_filters().query()), 303)


def compare_page(task_id: int, fault: str = "", comment_fault: str = "") -> str:
    """The page of a task; ``fault`` stands beside the verdict, ``comment_fault`` beside the comment that was sent."""
    filters = read_filters()
    with reading() as uow:
        task = review.get_task(uow, task_id)
        held = claim.holding(uow, task_id)
        around = neighbours.around(uow, task)
        further = review.beside(uow, task)
        colleagues = claim.colleagues(uow) if allowed("review.decide") else []
        values: dict[str, Any] = {  # values of templates have no common type
            "queue_place": Place(
                *claim.neighbours(uow, narrow.wanted_of(uow, filters.narrow), filters.narrow.order, task_id)
            ),
            "comments": comment.of_task(uow, task_id),
            "colleagues": colleagues,
            "alike": review.count_alike(uow, task_id),
        }
        renew = allowed("review.decide") and claim.is_due_for_renewal(held, claim.person(uow), uow.now)
    if renew:
        # Whoever was first in the meantime: the page shows the task as it was read, and its buttons ask again.
        with suppress(TaskNotOpenError, TaskHeldError, WriteConflictError), writing("task used") as uow:
            claim.claim(uow, task_id)
    labels = Labels(current_hub().dictionary)
    wide = request.args.get("wide") == "1" and bool(further.sides)
    return render_template(
        "compare.html",
        rows=compare_records(task, labels),
        beside=beside_rows(task, further.sides, labels) if wide else [],
        sides=[task.left, task.right, *further.sides] if wide else [task.left, task.right],
        further=further,
        wide=wide,
        parts=aid.part_rows(task, labels),
        graph=draw_graph(around) if around else None,
        holder=_holder(held),
        filters=filters,
        fault=fault,
        comment_fault=comment_fault,
        now=current_hub().now(),
        **values,
        **page_words(task),
    )


def _holder(held: Holding | None) -> Holder | None:
    if held is None:
        return None
    mine = held.holder == person_of(current_actor().name)
    return Holder(mine, show_person(held.holder), held.lease_until, held.given_by, held.note)


def page_words(task: Task) -> dict[str, Any]:  # values of templates have no common type
    """What the page of a pair tells beyond the two records: evidence, reasons, and what each verdict would do."""
    against = task.against
    return {
        "task": task,
        "waterfall": None if task.line.match_weight is None else draw(task.evidence, task.line.match_weight),
        "presets": wording.presets(),
        "keeper": _keeper(task),
        "if_match": leaves(task.if_match),
        "against": against,
        "would_be": _would_be(task),
        "proposal": shown_proposal(task.proposal) if task.proposal else None,
        "against_keys": [source_key(each) for each in (against.left, against.right)] if against else [],
    }


def shown_proposal(proposal: MatchProposal) -> Waiting:
    """A proposal with its records taken apart, and whether the person who looks made it."""
    own = person_of(current_actor().name) == person_of(proposal.proposed_by)
    return Waiting(proposal, [source_key(name) for name in proposal.records], own)


def _would_be(task: Task) -> list[tuple[str, str]]:
    """The golden record that a match would leave, as labels and values."""
    labels, entity = Labels(current_hub().dictionary), task.line.entity
    return [
        (labels.attribute(entity, name), labels.value(entity, name, task.would_be[name]))
        for name in labels.ordered(entity, list(task.would_be))
        if labels.value(entity, name, task.would_be[name])
    ]


def _keeper(task: Task) -> str:
    """The golden ID that would stay after a match; empty while an audit task is open."""
    holders = {side.golden_id: side.golden_members for side in (task.left, task.right) if side.golden_id}
    return choose_keeper(holders) if holders else ""


def reason_given() -> str:
    """The reason that was chosen, and what was written beside it."""
    parts = [request.form.get(field, "").strip() for field in ("preset", "reason")]
    return ": ".join(part for part in parts if part)


def _number(field: str) -> int | None:
    """The whole number in a field of the form; None for anything else."""
    text = request.form.get(field, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else None


def _chosen_values() -> dict[str, str]:
    """Whose value stays, where that was chosen cell by cell."""
    sides = {"A": "left", "B": "right"}
    return {
        name.removeprefix("value."): sides[letter]
        for name, letter in request.form.items()
        if name.startswith("value.") and letter in sides
    }


def _told_values(count: int) -> str:
    if not count:
        return ""
    told: str = ngettext(
        "%(num)s value was set with it; undoing takes it back too.",
        "%(num)s values were set with it; undoing takes them back too.",
        count,
    )
    return told
