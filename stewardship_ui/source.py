"""Source systems and their loads: what came in, what of it was not taken and why."""

from __future__ import annotations

from flask import Blueprint, abort, render_template, request

from mdm.services import source
from stewardship_ui.door import current_hub, page, reading

blueprint = Blueprint("source", __name__)


@blueprint.get("/sources")
@page
def sources() -> str:
    """Every source system, and the loads with their counts, newest first."""
    entity = request.args.get("entity", "")
    entity = entity if entity in current_hub().dictionary.entities else ""
    with reading() as uow:
        systems = source.list_sources(uow)
        loads = source.list_loads(uow, entity or None)
    return render_template(
        "sources.html", systems=systems, loads=loads, entity=entity, now=current_hub().now()
    )


@blueprint.get("/loads/<load_id>")
@page
def load(load_id: str) -> str:
    """One load: its counts and every row that was not taken."""
    with reading() as uow:
        found = next((each for each in source.list_loads(uow) if each.load_id == load_id), None)
        rejects = source.list_rejects(uow, load_id)
    if found is None:
        abort(404)
    return render_template("load.html", load=found, rejects=rejects, now=current_hub().now())
