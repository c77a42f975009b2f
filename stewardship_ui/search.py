"""Finding golden records: by a part of any value, or by the key that a source system uses."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from mdm.domain.errors import UnknownRecordError
from mdm.services import golden, source, xref
from stewardship_ui.door import current_hub, entity_or_404, page, reading

blueprint = Blueprint("search", __name__)

PAGE_SIZE = 50


@blueprint.get("/search")
@page
def search() -> str:
    """Golden records whose values or source keys hold the text; two Chinese characters are enough."""
    entity, q = _entity(), request.args.get("q", "").strip()[:200]
    with reading() as uow:
        found = golden.search(uow, entity, q=q, limit=PAGE_SIZE + 1, cursor=request.args.get("cursor", ""))
        systems = source.list_sources(uow)
    return render_template(
        "search.html",
        entity=entity,
        q=q,
        records=found[:PAGE_SIZE],
        more=len(found) > PAGE_SIZE,
        systems=systems,
        now=current_hub().now(),
    )


@blueprint.get("/look-up")
@page
def look_up() -> str | Response | tuple[str, int]:
    """From a source key to the golden record that holds it; several after a split are listed."""
    entity, system, key = _entity(), request.args.get("system", ""), request.args.get("key", "").strip()
    with reading() as uow:
        try:
            answer = xref.look_up(uow, entity, system, key)
        except UnknownRecordError:
            answer = None
        systems = source.list_sources(uow) if answer is None or len(answer.resolved_ids) != 1 else ()
    if answer is not None and len(answer.resolved_ids) == 1:
        return redirect(url_for("ui.golden.show", entity=entity, golden_id=answer.golden_id))
    found = render_template(
        "look_up.html", entity=entity, system=system, key=key, answer=answer, systems=systems
    )
    return found, 200 if answer else 404


def _entity() -> str:
    entities = current_hub().dictionary.matched
    return entity_or_404(request.args.get("entity") or entities[0].name)
