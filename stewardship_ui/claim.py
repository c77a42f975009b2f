"""Who works on a task: taking the next one, claiming, letting go, handing over."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from mdm.domain.errors import TaskHeldError, UnknownUserError
from mdm.services import claim, narrow
from mdm.services.unit_of_work import UnitOfWork
from stewardship_ui.door import page, writing
from stewardship_ui.filters import read_filters

blueprint = Blueprint("claim", __name__)


@blueprint.post("/review/next")
@page
def take_next() -> Response:
    """Claim the next task that nobody else works on; ``after`` is let go and not given out again at once."""
    filters = read_filters()
    left = request.form.get("after", "")
    with writing("next task") as uow:
        order = filters.narrow.order
        after = None
        if left.isascii() and left.isdigit() and len(left) < 16:
            after = claim.place_of(uow, int(left), order)
        if after is not None:
            _let_go(uow, after[1])
        task_id = claim.next_task(uow, narrow.wanted_of(uow, filters.narrow), order, after=after)
    if task_id is None:
        flash(gettext("No further task is free under these filters."), "status")
        return redirect(url_for("ui.review.queue", **filters.query(cursor="")), 303)
    return redirect(url_for("ui.review.compare", task_id=task_id, **filters.query(cursor="")), 303)


@blueprint.post("/review/<int:task_id>/claim")
@page
def take(task_id: int) -> Response:
    """Work on this task."""
    try:
        with writing("work on it") as uow:
            claim.claim(uow, task_id)
        flash(gettext("The task is yours for a quarter of an hour after each use."), "status")
    except TaskHeldError:
        flash(gettext("Someone else was first: they work on this task already."), "status")
    return _back(task_id)


@blueprint.post("/review/<int:task_id>/release")
@page
def release(task_id: int) -> Response:
    """Let this task go."""
    with writing("let it go") as uow:
        claim.release(uow, task_id)
    flash(gettext("The task is free again."), "status")
    return _back(task_id)


@blueprint.post("/review/<int:task_id>/hand-over")
@page
def hand_over(task_id: int) -> Response:
    """Give this task to a colleague."""
    login, note = request.form.get("login", ""), request.form.get("note", "")
    try:
        with writing(note.strip() or "hand over") as uow:
            claim.hand_over(uow, task_id, login, note)
        flash(gettext("Handed over to %(person)s.", person=login), "status")
    except UnknownUserError:
        flash(gettext("There is no such colleague."), "status")
    return _back(task_id)


def _let_go(uow: UnitOfWork, task_id: int) -> None:
    """Free a skipped task that was claimed; one that was handed over stays with the person."""
    held = claim.holding(uow, task_id)
    if held is not None and held.lease_until is not None and held.holder == claim.person(uow):
        claim.release(uow, task_id)


def _back(task_id: int) -> Response:
    return redirect(url_for("ui.review.compare", task_id=task_id, **read_filters().query()), 303)
