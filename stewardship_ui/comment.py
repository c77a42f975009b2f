"""Comments beside a task."""

from __future__ import annotations

from flask import Blueprint, redirect, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from mdm.domain.errors import InvalidInputError
from mdm.services import comment
from stewardship_ui.door import page, writing
from stewardship_ui.filters import read_filters
from stewardship_ui.review import compare_page

blueprint = Blueprint("comment", __name__)


@blueprint.post("/review/<int:task_id>/comments")
@page
def add(task_id: int) -> Response | tuple[str, int]:
    """Write a comment; ``@login`` tells a colleague. One that is refused stays in its box, with the reason."""
    try:
        with writing("comment") as uow:
            comment.add(uow, task_id, request.form.get("text", ""))
    except InvalidInputError as error:
        return compare_page(task_id, comment_fault=comment_refused(error)), 422
    place = url_for("ui.review.compare", task_id=task_id, **read_filters().query())
    return redirect(f"{place}#comments", 303)


def comment_refused(error: InvalidInputError) -> str:
    """Why nothing was written, in the language of the page."""
    strangers = error.details.get("strangers")
    if isinstance(strangers, list) and strangers:
        return str(
            gettext("Nobody who reads tasks is called @%(name)s; nothing was written.", name=strangers[0])
        )
    return str(gettext("A comment has 1 to 2,000 characters."))
