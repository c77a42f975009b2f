"""One verdict for all tasks that were judged exactly alike: a preview with a sample, then one step."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext, ngettext
from werkzeug.wrappers import Response

from mdm.domain.errors import StaleVersionError
from mdm.domain.review import Verdict
from mdm.services import bulk, review
from mdm.services.bulk import BulkOutcome
from stewardship_ui import wording
from stewardship_ui.door import current_hub, page, reading, require, writing
from stewardship_ui.filters import read_filters
from stewardship_ui.queue import line_row
from stewardship_ui.review import reason_given

blueprint = Blueprint("bulk", __name__)


@blueprint.get("/review/<int:task_id>/alike")
@page
def preview(task_id: int) -> str:
    """How many tasks were judged as this one, and some of them."""
    return _page(task_id)


@blueprint.post("/review/<int:task_id>/alike")
@page
def decide(task_id: int) -> Response | tuple[str, int]:
    """Give one verdict on all of them, as previewed."""
    require("review.decide")
    reason, verdict = reason_given(), request.form.get("verdict", "")
    count = _number(request.form.get("count", ""))
    if verdict not in {Verdict.MATCH, Verdict.NON_MATCH} or not reason or not count:
        return _page(task_id, gettext("Choose a verdict and a reason, or write one.")), 422
    try:
        with writing(reason) as uow:
            made = bulk.decide(uow, task_id, verdict, reason, count)
    except StaleVersionError:
        return _page(task_id, gettext("The queue has changed since this preview: look again.")), 409
    flash(_told(made), "status")
    return redirect(url_for("ui.review.queue", **read_filters().query(cursor="")), 303)


def _number(text: str) -> int:
    """A whole number of at most nine digits; 0 for anything else, which no preview shows."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def _page(task_id: int, fault: str = "") -> str:
    with reading() as uow:
        found = bulk.preview(uow, task_id)
        task = review.get_task(uow, task_id)
        today = uow.now.date().isoformat()
    return render_template(
        "alike.html",
        alike=found,
        line=task.line,
        presets=[each for each in wording.presets() if each.verdict is not Verdict.UNSURE],
        vetoes=task.vetoes,
        rows=[line_row(line, today) for line in found.sample],
        filters=read_filters(),
        fault=fault,
        now=current_hub().now(),
    )


def _told(made: BulkOutcome) -> str:
    """What came of it, in one sentence per kind."""
    parts = [ngettext("%(num)s task decided.", "%(num)s tasks decided.", len(made.decided))]
    if made.proposed:
        parts.append(
            ngettext(
                "%(num)s waits for a second person.", "%(num)s wait for a second person.", len(made.proposed)
            )
        )
    if made.superseded:
        parts.append(
            ngettext(
                "%(num)s was answered by the others.",
                "%(num)s were answered by the others.",
                len(made.superseded),
            )
        )
    parts += [
        gettext("Task %(id)s is left: %(why)s.", id=task_id, why=wording.left_out(code))
        for task_id, code in list(made.left.items())[:10]
    ]
    return " ".join(parts)
