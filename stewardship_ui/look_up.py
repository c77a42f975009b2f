"""Looking up many codes: paste them, see what each stands for, take the answer home as a file."""

from __future__ import annotations

from collections import Counter

from flask import Blueprint, render_template, request
from flask_babel import gettext
from werkzeug.wrappers import Response

from mdm.domain.errors import InvalidInputError
from mdm.services import look_up, source
from mdm.services.look_up import Answered
from mdm.services.xref import MAX_KEYS
from stewardship_ui.door import current_hub, entity_or_404, page, reading, require
from stewardship_ui.download import table_answer

blueprint = Blueprint("look_up", __name__)

SHOWN = 500
"""So many lines stand on the page; the file holds them all."""

STATUSES = ("active", "merged", "split", "retired", look_up.UNKNOWN)


@blueprint.get("/look-up/many")
@page
def many() -> str:
    """The form; codes may be pasted as they stand in a spreadsheet."""
    require("xref.read")
    return _page(_entity(), "", "", None)


@blueprint.post("/look-up/many")
@page
def answer() -> str | Response | tuple[str, int]:
    """What each code stands for, on the page or (``format``) as a file."""
    entity, text = _entity(), request.form.get("codes", "")
    system, form = request.form.get("system", "")[:60], request.form.get("format", "")
    try:
        with reading() as uow:
            found = look_up.look_up_text(uow, entity, text, system)
    except InvalidInputError:
        fault = gettext("At most %(most)s codes at once.", most=f"{MAX_KEYS:,}")
        return _page(entity, text, system, None, fault), 422
    if form in {"csv", "xlsx"}:
        return table_answer(f"look-up-{entity}", look_up.COLUMNS, [each.row() for each in found], form)
    return _page(entity, text, system, found)


def _entity() -> str:
    entities = current_hub().dictionary.matched
    return entity_or_404(request.values.get("entity") or entities[0].name)


def _page(entity: str, text: str, system: str, found: tuple[Answered, ...] | None, fault: str = "") -> str:
    with reading() as uow:
        systems = source.list_sources(uow)
    counts = Counter(each.status for each in found or ())
    return render_template(
        "look_up_many.html",
        entity=entity,
        codes=text,
        system=system,
        systems=systems,
        found=found,
        shown=(found or ())[:SHOWN],
        counts=[(status, counts[status]) for status in STATUSES if counts[status]],
        fault=fault,
        most=MAX_KEYS,
    )
