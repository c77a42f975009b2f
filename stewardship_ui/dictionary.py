"""Code lists: what codes and spellings there are, whose they are, and the form that proposes more."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from mdm.domain.errors import DictionaryError, InvalidInputError
from mdm.services import change, dictionary, draft
from stewardship_ui.door import current_hub, page, reading, writing

blueprint = Blueprint("dictionary", __name__)

MOST_SHOWN = 500
"""Codes of one page; a search narrows them."""


@blueprint.get("/dictionary/codes")
@page
def code_lists() -> str:
    """Every code list with its owner and version."""
    with reading() as uow:
        found = dictionary.list_code_lists(uow)
    return render_template("code_lists.html", lists=found)


@blueprint.get("/dictionary/codes/<name>")
@page
def codes(name: str) -> str:
    """One code list: search, versions, owner, and the form."""
    return _page(name)


@blueprint.post("/dictionary/codes/<name>")
@page
def propose(name: str) -> Response | tuple[str, int]:
    """Propose a code or spelling; it counts when somebody else has approved it."""
    form = request.form
    reason = form.get("reason", "").strip()
    if not reason:
        return _page(name, fault=gettext("A proposal needs a reason.")), 422
    try:
        edit = draft.code_edit(
            form.get("code", ""),
            form.get("zh"),
            form.get("en"),
            form.get("parent"),
            form.get("add", "").splitlines(),
            form.get("remove", "").splitlines(),
        )
        with writing(reason) as uow:
            change_id = change.propose_code_list(uow, name, [edit], reason)
    except (DictionaryError, InvalidInputError) as error:
        return _page(name, fault=error.message), 422
    return redirect(url_for("ui.change.show", change_id=change_id), 303)


def _page(name: str, fault: str = "") -> str:
    q = request.args.get("q", "").strip()[:200]
    with reading() as uow:
        found = dictionary.get_code_list(uow, name, q)
    return render_template(
        "code_list.html",
        codes=found,
        shown=found.entries[:MOST_SHOWN],
        q=q,
        fault=fault,
        form=request.form,
        now=current_hub().now(),
    )
