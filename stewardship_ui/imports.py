"""Import for people: send a file, say what its columns are, see a preview, watch it load, mend what was not taken."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from flask import Blueprint, current_app, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from mdm import jobs
from mdm.domain.errors import ProfileError, UnreadableFileError
from mdm.domain.profile import DATE_ORDERS
from mdm.domain.source import SourceKind
from mdm.services import source, template, upload, upload_check, upload_mapping, upload_run
from mdm.services.table_file import CONTENT_TYPES
from mdm.services.unit_of_work import UnitOfWork
from mdm.services.upload import MAX_BYTES, PreviewRow, Upload
from mdm.services.upload_mapping import FileMapping, Written
from stewardship_ui.door import (
    current_actor,
    current_hub,
    entity_or_404,
    page,
    reading,
    require,
    writing,
)
from stewardship_ui.download import file_answer
from stewardship_ui.label import Labels
from stewardship_ui.language import language

blueprint = Blueprint("imports", __name__)

RECEIVES_FILES = "ui.imports.receive"
MAX_REQUEST = MAX_BYTES + 64 * 1024
"""Bytes of a request that brings a file: the file and the fields around it."""


@blueprint.get("/imports")
@page
def imports() -> str:
    """The form that takes a file, templates to fill, and what was imported lately."""
    require("source.load")
    return _start_page()


@blueprint.post("/imports")
@page
def receive() -> str | Response | tuple[str, int]:
    """Keep the file as it came and go on to its mapping."""
    require("source.load")
    entity = entity_or_404(request.form.get("entity", ""))
    file, code = request.files.get("file"), request.form.get("source", "").strip()
    new = request.form.get("new_source", "").strip()
    if file is None or not file.filename:
        return _start_page(gettext("Choose a file.")), 422
    content = file.stream.read(MAX_BYTES + 1)
    file.close()
    if not 0 < len(content) <= MAX_BYTES:
        return _start_page(gettext("The file is empty or larger than 64 MB.")), 422
    if not (new or code):
        return _start_page(gettext("Choose a source system, or name a new one.")), 422
    with writing(gettext("Import of %(file)s", file=file.filename[:200])) as uow:
        if new and new in {each.code for each in source.list_sources(uow)}:
            return _start_page(
                gettext("There is a source system %(code)s already: choose it.", code=new)
            ), 422
        if new:
            code = source.add_source(uow, new, request.form.get("kind", "OTHER"), new).code
        made = upload.receive(uow, entity, code, file.filename, content)
    return redirect(url_for("ui.imports.show", upload_id=made.upload_id), 303)


@blueprint.get("/imports/<upload_id>")
@page
def show(upload_id: str) -> str | tuple[str, int]:
    """Where the import stands: its mapping, its progress or how it ended."""
    with reading() as uow:
        held = upload.get(uow, upload_id)
        load = source.get_load(uow, held.load_id) if held.load_id else None
    if held.state in {"loading", "loaded"}:
        return render_template("import.html", held=held, load=load, now=current_hub().now())
    require("source.load")
    return _mapping_page(held, upload_mapping.suggested)


@blueprint.post("/imports/<upload_id>")
@page
def proceed(upload_id: str) -> str | Response | tuple[str, int]:
    """Preview the mapping as written, (``step=load``) load by it, or (``step=again``) take up a load that stopped."""
    require("source.load")
    if request.form.get("step") == "again":
        with writing(gettext("The load stopped: start it again")) as uow:
            started = upload_run.start(uow, upload_id)
        return _load_beside(started)
    with reading() as uow:
        held = upload.get(uow, upload_id)
    if request.form.get("step") != "load":
        return _mapping_page(held, _written)
    try:
        with reading() as uow:
            profile = _written(uow, held).profile
        with writing(gettext("Mapping of %(file)s", file=held.file_name)) as uow:
            upload.keep_mapping(uow, upload_id, profile)
            started = upload_run.start(uow, upload_id)
    except (ProfileError, UnreadableFileError):
        return _mapping_page(held, _written)
    return _load_beside(started)


@blueprint.get("/templates/<entity>")
@page
def entity_template(entity: str) -> Response:
    """The Excel template of an entity in the language of the page."""
    with reading() as uow:
        content = template.entity_template(uow, entity_or_404(entity), language())
        label = uow.hub.dictionary.entity(entity).label(language())
    return file_answer(f"{label}.xlsx", content, CONTENT_TYPES["xlsx"])


def _load_beside(started: Upload) -> Response:
    """Load a claimed upload beside the request, and show how it goes."""
    hub, actor = current_hub(), current_actor()
    jobs.run_beside(current_app.extensions, lambda: upload_run.carry_out(hub, actor, started))
    return redirect(url_for("ui.imports.show", upload_id=started.upload_id), 303)


def _start_page(fault: str = "") -> str:
    with reading() as uow:
        systems, latest = source.list_sources(uow), upload.list_uploads(uow)
    sent = {name: request.values.get(name, "") for name in ("entity", "source", "new_source", "kind")}
    return render_template(
        "imports.html",
        systems=systems,
        latest=latest,
        kinds=list(SourceKind),
        sent=sent,
        fault=fault,
        now=current_hub().now(),
    )


def _mapping_page(
    held: Upload, mapping_of: Callable[[UnitOfWork, Upload], FileMapping]
) -> str | tuple[str, int]:
    """The mapping with its preview; faults are told beside it."""
    faults: list[str] = []
    shown: tuple[PreviewRow, ...] = ()
    mapping = checked = None
    with reading() as uow:
        try:
            mapping = mapping_of(uow, held)
            if mapping.id_column:
                shown = upload.preview(uow, held, mapping.seen, mapping.profile)
                checked = upload_check.check(uow, held, mapping.profile)
            else:
                faults = [gettext("The mapping is not complete: choose the column that names each record.")]
        except ProfileError as error:
            faults = [
                gettext("The mapping is not complete: %(fault)s", fault=each) for each in _faults(error)
            ]
        except UnreadableFileError as error:
            faults = [gettext("The file cannot be read: %(fault)s", fault=error.message)]
    told = render_template(
        "import.html",
        held=held,
        mapping=mapping,
        rows=shown,
        shown=_filled(held.entity, shown),
        checked=checked,
        faults=faults,
        date_orders=sorted(DATE_ORDERS),
        now=current_hub().now(),
    )
    return (told, 422) if faults and request.method == "POST" else told


def _filled(entity: str, rows: Sequence[PreviewRow]) -> list[str]:
    """The attributes that any of these rows says something about, in the order of the dictionary."""
    said = {cell.attribute for row in rows for cell in row.cells if cell.raw or cell.findings}
    return Labels(current_hub().dictionary).ordered(entity, list(said))


def _faults(error: ProfileError) -> list[str]:
    found = error.details.get("faults")
    return [str(each) for each in found] if isinstance(found, list) else [error.message]


def _written(uow: UnitOfWork, held: Upload) -> FileMapping:
    """The mapping as the form says it."""
    form = request.form
    places = (name.removeprefix("column-") for name in form if name.startswith("column-"))
    said = Written(
        _number("header_row"),
        {int(place): form[f"column-{place}"] for place in places if place.isascii() and place.isdigit()},
        _number("id_column"),
        {
            "date_order": form.get("date_order", ""),
            "country": form.get("country", "").strip().upper(),
            "nulls": form.get("nulls", "").split(),
        },
    )
    return upload_mapping.written(uow, held, said)


def _number(field: str) -> int | None:
    """A whole number above zero; None for anything else."""
    text = request.form.get(field, "")
    return int(text) or None if text.isascii() and text.isdigit() and len(text) < 5 else None
