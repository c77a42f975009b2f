"""Import for people: send a file, say what its columns are, see a preview, watch it load, mend what was not taken."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from flask import Blueprint, current_app, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from mdm.domain.errors import ProfileError, UnreadableFileError
from mdm.domain.profile import DATE_ORDERS
from mdm.domain.source import SourceKind
from mdm.services import source, template, upload, upload_check
from mdm.services.table_file import CONTENT_TYPES
from mdm.services.upload import MAX_BYTES, PreviewRow, Upload
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
from stewardship_ui.language import language

blueprint = Blueprint("imports", __name__)

RECEIVES_FILES = "ui.imports.receive"
MAX_REQUEST = MAX_BYTES + 64 * 1024
"""Bytes of a request that brings a file: the file and the fields around it."""
BACKGROUND = "mdm.background"
"""Extension that runs a load beside the request; tests put one that runs it at once."""
SAMPLES = 3


class Column(NamedTuple):
    """One column of the file: some of its cells, what it is mapped to, and why that was suggested."""

    name: str
    samples: list[str]
    attribute: str
    why: str


class FileMapping(NamedTuple):
    """The form of the mapping as it stands."""

    columns: list[Column]
    id_column: str
    profile: dict[str, object]
    seen: Any  # what the service found the file to be
    known: bool


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
    if held.state in {"loading", "loaded"}:
        return render_template("import.html", held=held, now=current_hub().now())
    require("source.load")
    return _mapping_page(held, _suggested)


@blueprint.post("/imports/<upload_id>")
@page
def proceed(upload_id: str) -> str | Response | tuple[str, int]:
    """Preview the mapping as written, (``step=load``) load by it, or (``step=again``) take up a load that stopped."""
    require("source.load")
    if request.form.get("step") == "again":
        with writing(gettext("The load stopped: start it again")) as uow:
            upload.start(uow, upload_id)
        return _load_beside(upload_id)
    with reading() as uow:
        held = upload.get(uow, upload_id)
    if request.form.get("step") != "load":
        return _mapping_page(held, _written)
    try:
        with reading() as uow:
            profile = _written(uow, held).profile
        with writing(gettext("Mapping of %(file)s", file=held.file_name)) as uow:
            upload.keep_mapping(uow, upload_id, profile)
            upload.start(uow, upload_id)
    except (ProfileError, UnreadableFileError):
        return _mapping_page(held, _written)
    return _load_beside(upload_id)


@blueprint.get("/templates/<entity>")
@page
def entity_template(entity: str) -> Response:
    """The Excel template of an entity in the language of the page."""
    with reading() as uow:
        content = template.entity_template(uow, entity_or_404(entity), language())
        label = uow.hub.dictionary.entity(entity).label(language())
    return file_answer(f"{label}.xlsx", content, CONTENT_TYPES["xlsx"])


def _load_beside(upload_id: str) -> Response:
    """Load a claimed upload beside the request, and show how it goes."""
    hub, actor = current_hub(), current_actor()
    _beside(lambda: upload.carry_out(hub, actor, upload_id))
    return redirect(url_for("ui.imports.show", upload_id=upload_id), 303)


def _beside(work: Callable[[], object]) -> None:
    """Run the load beside the request; a load that dies with the process can be started again."""
    run = current_app.extensions.get(BACKGROUND)
    if run is not None:
        run(work)
    else:
        threading.Thread(target=work, daemon=True).start()


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


def _mapping_page(held: Upload, mapping_of: Callable[[Any, Upload], FileMapping]) -> str | tuple[str, int]:
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
        checked=checked,
        faults=faults,
        date_orders=sorted(DATE_ORDERS),
        now=current_hub().now(),
    )
    return (told, 422) if faults and request.method == "POST" else told


def _faults(error: ProfileError) -> list[str]:
    found = error.details.get("faults")
    return [str(each) for each in found] if isinstance(found, list) else [error.message]


def _suggested(uow: Any, held: Upload) -> FileMapping:  # a unit of work, handed through
    """The mapping that the hub suggests, or the one kept with the upload."""
    seen = upload.look_into(uow, held)
    found = upload.suggest_mapping(uow, held, seen)
    chosen = {name: each.attribute for name, each in found.columns.items()}
    why = {name: each.why.value for name, each in found.columns.items()}
    known = (
        bool(found.id_column)
        and len(chosen) + 1 >= len(seen.columns)
        and set(why.values()) <= {"profile", "label"}
    )
    return _mapping(seen, chosen, why, found.id_column, {}, known=known)


def _written(uow: Any, held: Upload) -> FileMapping:  # a unit of work, handed through
    """The mapping as the form says it."""
    form = request.form
    seen = upload.look_into(uow, held, _number("header_row"))
    chosen = {
        name: attribute
        for place, name in enumerate(seen.columns)
        if (attribute := form.get(f"column-{place}", ""))
    }
    place = _number("id_column")
    id_column = seen.columns[place - 1] if place and place <= len(seen.columns) else ""
    more: dict[str, object] = {
        "date_order": form.get("date_order", ""),
        "country": form.get("country", "").strip().upper(),
        "nulls": form.get("nulls", "").split(),
    }
    return _mapping(seen, chosen, {}, id_column, more, known=False)


def _number(field: str) -> int | None:
    """A whole number above zero; None for anything else."""
    text = request.form.get(field, "")
    return int(text) or None if text.isascii() and text.isdigit() and len(text) < 5 else None


def _mapping(
    seen: Any,
    chosen: Mapping[str, str],
    why: Mapping[str, str],
    id_column: str,
    more: Mapping[str, object],
    *,
    known: bool,
) -> FileMapping:
    columns = [
        Column(name, _samples(seen.rows, place), chosen.get(name, ""), why.get(name, ""))
        for place, name in enumerate(seen.columns)
    ]
    profile: dict[str, object] = {
        "format": seen.format,
        "encoding": seen.encoding,
        "delimiter": seen.delimiter,
        "header_row": seen.header_row,
        "sheet": seen.sheet or None,
        "id_column": id_column,
        "columns": _with_parts(chosen),
        "unmapped": [name for name in seen.columns if name not in chosen and name != id_column],
        **{name: value for name, value in more.items() if value},
    }
    return FileMapping(columns, id_column, profile, seen, known)


def _with_parts(chosen: Mapping[str, str]) -> dict[str, object]:
    """Columns of one attribute become its parts, in the order of the file."""
    counts = Counter(chosen.values())
    parts: Counter[str] = Counter()
    found: dict[str, object] = {}
    for name, attribute in chosen.items():
        parts[attribute] += 1
        alone = counts[attribute] == 1
        found[name] = attribute if alone else {"attribute": attribute, "part": parts[attribute]}
    return found


def _samples(rows: tuple[tuple[str, ...], ...], place: int) -> list[str]:
    """The first different cells of a column."""
    return list(dict.fromkeys(row[place] for row in rows if row[place].strip()))[:SAMPLES]
