"""Saved views of the queue, and whether single keys work: what a person keeps for themselves."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from mdm.domain.errors import InvalidInputError
from mdm.services import access, view
from stewardship_ui.door import page, safe_path, writing
from stewardship_ui.filters import read_filters

blueprint = Blueprint("view", __name__)


@blueprint.post("/review/views")
@page
def save() -> Response:
    """Keep the present filters under a name."""
    query = read_filters().query(cursor="")
    try:
        with writing("view saved") as uow:
            view.save(uow, request.form.get("name", ""), query)
    except InvalidInputError:
        flash(
            gettext("A view needs a name of at most 60 characters, and nobody keeps more than 30."), "status"
        )
    return redirect(url_for("ui.review.queue", **query), 303)


@blueprint.post("/review/views/<view_id>/remove")
@page
def remove(view_id: str) -> Response:
    """Forget a view."""
    with writing("view removed") as uow:
        view.remove(uow, view_id)
    return redirect(url_for("ui.review.queue", **read_filters().query()), 303)


@blueprint.post("/shortcuts")
@page
def shortcuts() -> Response:
    """Switch single keys on or off; kept with the account (WCAG 2.1.4)."""
    with writing("keys switched") as uow:
        access.set_shortcuts(uow, on=request.form.get("on") == "1")
    return redirect(safe_path(request.form.get("next")) or "/", 303)
