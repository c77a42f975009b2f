"""Source systems and their loads: what came in, what of it was not taken and why."""

from __future__ import annotations

from typing import NamedTuple

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from mdm.domain.source import Finding
from mdm.services import load as load_service
from mdm.services import load_preview, source, upload
from mdm.services import rejected as rejects
from mdm.services.source import RecordView
from stewardship_ui import wording
from stewardship_ui.door import current_hub, entity_or_404, page, reading, writing
from stewardship_ui.download import table_answer
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
        found = source.get_load(uow, load_id)
        refused = source.list_rejects(uow, load_id)
    return render_template("load.html", load=found, rejects=refused, now=current_hub().now())


@blueprint.get("/loads/<load_id>/rejects")
@page
def rejected(load_id: str) -> Response:
    """The rows that were not taken as a file to mend: the columns of the extract, then row, field and why."""
    with reading() as uow:
        found = upload.rejected_rows(uow, load_id)
    table = rejects.as_table(found, (gettext("Row"), gettext("Field"), gettext("Error")), wording.flaw)
    form = "csv" if request.args.get("format") == "csv" else "xlsx"
    return table_answer(f"rejects-{load_id}", table.columns, table.rows, form)


@blueprint.get("/loads/<load_id>/undo")
@page
def undo_form(load_id: str) -> str:
    """What taking the load back would do, exactly."""
    return _undo_page(load_id)


@blueprint.post("/loads/<load_id>/undo")
@page
def undo(load_id: str) -> str | Response | tuple[str, int]:
    """Take a wrong file back."""
    reason = request.form.get("reason", "").strip()
    if not reason:
        return _undo_page(load_id, gettext("A decision needs a reason.")), 422
    with writing(reason) as uow:
        load_service.undo_load(uow, load_id)
    flash(gettext("The load was taken back. Matching follows with the next run."), "status")
    return redirect(url_for("ui.source.load", load_id=load_id), 303)


def _undo_page(load_id: str, fault: str = "") -> str:
    with writing(gettext("What taking the load back would do")) as uow:
        foreseen = load_preview.preview_undo(uow, load_id)
        found = source.get_load(uow, load_id)
    return render_template("load_undo.html", load=found, foreseen=foreseen, fault=fault)


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
