"""Source systems and their loads: what came in, what of it was not taken and why."""

from __future__ import annotations

from typing import NamedTuple

from flask import Blueprint, abort, render_template, request

from mdm.domain.source import Finding
from mdm.services import source
from mdm.services.source import RecordView
from stewardship_ui.door import current_hub, entity_or_404, page, reading
from stewardship_ui.label import Labels

blueprint = Blueprint("source", __name__)


class Value(NamedTuple):
    """One attribute of a source record: as the source wrote it, as it is compared, and what is wrong with it."""

    label: str
    raw: str
    text: str
    findings: tuple[Finding, ...]


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


@blueprint.get("/record")
@page
def record() -> str:
    """One source record as its system knows it; the key stands in the query, for it may hold any character."""
    entity = entity_or_404(request.args.get("entity", ""))
    with reading() as uow:
        found = source.get_record(uow, entity, request.args.get("system", ""), request.args.get("key", ""))
    labels = Labels(current_hub().dictionary)
    return render_template(
        "record.html", record=found, values=record_values(found, labels), now=current_hub().now()
    )


def record_values(found: RecordView, labels: Labels) -> list[Value]:
    """Every attribute that the source filled or a finding names, in the order of the dictionary."""
    named = {finding.attribute for finding in found.findings}
    return [
        Value(
            labels.attribute(found.entity, name),
            found.raw.get(name, ""),
            labels.value(found.entity, name, found.values.get(name)),
            tuple(finding for finding in found.findings if finding.attribute == name),
        )
        for name in labels.ordered(found.entity, list({*found.raw, *found.values, *named}))
    ]
