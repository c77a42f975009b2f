"""The queue, the page on which a steward compares two records and decides, and the list of decisions."""

from __future__ import annotations

from typing import Any, NamedTuple

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from mdm.domain.change import person_of
from mdm.domain.errors import ProposalOpenError, StaleVersionError, TaskNotOpenError
from mdm.domain.golden import choose_keeper
from mdm.domain.review import MatchProposal, Task, TaskLine, TaskReason, TaskStatus, Verdict
from mdm.services import confirmation, decision_log, review
from mdm.services.review import TaskPage
from mdm.services.unit_of_work import UnitOfWork
from stewardship_ui import wording
from stewardship_ui.comparison import compare_records
from stewardship_ui.difference import Run, Runs, mark_differences
from stewardship_ui.door import current_actor, current_hub, page, reading, writing
from stewardship_ui.label import Labels
from stewardship_ui.outcome import SourceKey, leaves, source_key
from stewardship_ui.waterfall import draw

blueprint = Blueprint("review", __name__)

PAGE_SIZE = 50
OFFER_KEY = "offer"
"""Where the session keeps what was decided last, until the next page has offered to take it back."""


class Filters(NamedTuple):
    """What the queue is narrowed to; carried through every link, so that the next task is of the same kind."""

    entity: str
    reason: str
    q: str
    cursor: str

    def query(self) -> dict[str, Any]:  # as url_for takes it
        """The part of an address that says the same, without what is not set."""
        named = {"entity": self.entity, "why": self.reason, "q": self.q, "cursor": self.cursor}
        return {name: value for name, value in named.items() if value}


class QueueRow(NamedTuple):
    """One line of the queue, ready to show."""

    line: TaskLine
    left: Runs
    right: Runs


class Waiting(NamedTuple):
    """A match that waits for a second person; ``own``: the person who looks proposed it."""

    proposal: MatchProposal
    records: list[SourceKey]
    own: bool


class Place(NamedTuple):
    """Where a task stands in the queue it was opened from."""

    number: int | None
    total: int
    previous_id: int | None
    next_id: int | None


@blueprint.get("/review")
@page
def queue() -> str:
    """The open tasks, the most valuable verdict first."""
    filters = _filters()
    with reading() as uow:
        tasks = _list(uow, filters)
    return render_template(
        "queue.html",
        rows=[_queue_row(line) for line in tasks.lines],
        total=tasks.total,
        next_cursor=tasks.next_cursor,
        filters=filters,
        reasons=list(TaskReason),
        now=current_hub().now(),
    )


@blueprint.get("/review/<int:task_id>")
@page
def compare(task_id: int) -> str:
    """Two records side by side, why the machine doubts, and what each verdict would do."""
    return _compare_page(task_id)


@blueprint.post("/review/<int:task_id>")
@page
def decide(task_id: int) -> Response | tuple[str, int]:
    """Record the verdict and go on to the next task of the same queue."""
    reason = _reason_given()
    verdict = request.form.get("verdict", "")
    if verdict not in set(Verdict):
        return _compare_page(task_id, fault=gettext("Choose a verdict.")), 422
    if not reason:
        return _compare_page(
            task_id, fault=gettext("A decision needs a reason: choose one or write it.")
        ), 422
    try:
        with writing(reason) as uow:
            outcome = review.decide(uow, task_id, Verdict(verdict), reason, _number("version"))
    except (TaskNotOpenError, StaleVersionError, ProposalOpenError):
        told = gettext("Someone else was first: this task has changed. Nothing of yours was recorded.")
        return _compare_page(task_id, fault=told), 409
    if outcome.proposal_id:
        flash(gettext("Task %(id)s: proposed; a second person has to confirm it.", id=task_id), "status")
        return redirect(url_for("ui.review.compare", task_id=task_id, **_filters().query()), 303)
    session[OFFER_KEY] = {
        "text": wording.decided(verdict, task_id),
        "decision_id": outcome.decision_id,
        "task_id": task_id,
    }
    return _go_on(outcome.next_task_id)


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
    return redirect(url_for("ui.review.compare", task_id=task_id, **_filters().query()), 303)


def _filters() -> Filters:
    values = request.values
    reason = values.get("why", "")
    entity = values.get("entity", "")
    return Filters(
        entity=entity if entity in current_hub().dictionary.entities else "",
        reason=reason if reason in set(TaskReason) else "",
        q=values.get("q", "").strip()[:200],
        cursor=values.get("cursor", "")[:200],
    )


def _list(uow: UnitOfWork, filters: Filters) -> TaskPage:
    return review.list_tasks(
        uow,
        entity=filters.entity or None,
        status=TaskStatus.OPEN,
        reason=filters.reason or None,
        q=filters.q,
        limit=PAGE_SIZE,
        cursor=filters.cursor,
    )


def _queue_row(line: TaskLine) -> QueueRow:
    left, right = mark_differences(line.left_title, line.right_title)
    if not any(run.same for run in left):  # two languages: marking everything would show nothing
        left, right = (Run(line.left_title, True),), (Run(line.right_title, True),)
    return QueueRow(line, left, right)


def _compare_page(task_id: int, fault: str = "") -> str:
    filters = _filters()
    with reading() as uow:
        task = review.get_task(uow, task_id)
        place = _place(_list(uow, filters), task_id)
    return render_template(
        "compare.html",
        rows=compare_records(task, Labels(current_hub().dictionary)),
        filters=filters,
        queue_place=place,
        fault=fault,
        now=current_hub().now(),
        **page_words(task),
    )


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
        "proposal": shown_proposal(task.proposal) if task.proposal else None,
        "against_keys": [source_key(each) for each in (against.left, against.right)] if against else [],
    }


def shown_proposal(proposal: MatchProposal) -> Waiting:
    """A proposal with its records taken apart, and whether the person who looks made it."""
    own = person_of(current_actor().name) == person_of(proposal.proposed_by)
    return Waiting(proposal, [source_key(name) for name in proposal.records], own)


def _place(tasks: TaskPage, task_id: int) -> Place:
    ids = [line.task_id for line in tasks.lines]
    if task_id not in ids:
        return Place(None, tasks.total, None, ids[0] if ids else None)
    at = ids.index(task_id)
    return Place(
        at + 1,
        tasks.total,
        ids[at - 1] if at else None,
        ids[at + 1] if at + 1 < len(ids) else None,
    )


def _keeper(task: Task) -> str:
    """The golden ID that would stay after a match; empty while an audit task is open."""
    holders = {side.golden_id: side.golden_members for side in (task.left, task.right) if side.golden_id}
    return choose_keeper(holders) if holders else ""


def _reason_given() -> str:
    """The reason that was chosen, and what was written beside it."""
    parts = [request.form.get(field, "").strip() for field in ("preset", "reason")]
    return ": ".join(part for part in parts if part)


def _number(field: str) -> int | None:
    """The whole number in a field of the form; None for anything else."""
    text = request.form.get(field, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else None


def _go_on(next_of_queue: int | None) -> Response:
    """To the task that followed on the page, else the one the service names, else the queue."""
    task_id = _number("next") or next_of_queue
    query = _filters().query()
    if task_id is None:
        return redirect(url_for("ui.review.queue", **query), 303)
    return redirect(url_for("ui.review.compare", task_id=task_id, **query), 303)
