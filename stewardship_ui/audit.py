"""The audit trail: who changed what, when and why; how far it is vouched for; and the reviews people recorded of it."""

from __future__ import annotations

from dataclasses import asdict

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext, ngettext
from werkzeug.wrappers import Response

from mdm.domain.audit import OPERATIONS, AuditEntry, AuditFilter
from mdm.domain.errors import InvalidInputError
from mdm.domain.source import Json
from mdm.services import audit, audit_review, checkpoint, dossier
from stewardship_ui.door import current_actor, current_hub, entity_or_404, page, reading, with_query, writing
from stewardship_ui.download import file_answer, table_answer

blueprint = Blueprint("audit", __name__)

PAGE_SIZE = 100
DOWNLOADED = 1000
COLUMNS = ("id", "at", "actor", "reason", "table", "operation", "row", "content")


@blueprint.get("/audit")
@page
def show() -> str:
    """Entries under a filter, newest first, how far the trail is vouched for, and its reviews."""
    return _page()


@blueprint.get("/audit/download")
@page
def download() -> Response:
    """The newest entries under the filter as CSV or XLSX."""
    with reading() as uow:
        found = audit.entries(uow, _narrow(), _before(), DOWNLOADED)
    rows: list[list[Json]] = [
        [e.entry_id, e.at, e.actor, e.reason, e.table, e.operation, e.row_key, e.content] for e in found
    ]
    return table_answer("audit", COLUMNS, rows, request.args.get("format", "csv"))


@blueprint.get("/golden/<entity>/<golden_id>/dossier")
@page
def golden_dossier(entity: str, golden_id: str) -> Response:
    """The signed dossier of a golden record, to file and to verify offline."""
    content = dossier.make(current_hub(), current_actor(), entity_or_404(entity), golden_id)
    return file_answer(f"{golden_id}.dossier", content, "application/octet-stream")


@blueprint.post("/audit/reviews")
@page
def review() -> Response | tuple[str, int]:
    """Record that the entries that were shown have been looked through."""
    finding, objection = request.form.get("finding", ""), request.form.get("objection") == "1"
    first, last = (_number(request.form.get(name, "")) for name in ("first_entry", "last_entry"))
    if first is None or last is None:
        return _page(gettext("Say which entries you looked through.")), 422
    try:
        with writing("review of the audit trail") as uow:
            made = audit_review.record(uow, _narrow(), first, last, finding, objection=objection)
    except InvalidInputError as error:
        return _page(error.message), 422
    flash(
        ngettext(
            "%(num)s entry is recorded as reviewed.",
            "%(num)s entries are recorded as reviewed.",
            made.entries,
        ),
        "status",
    )
    return redirect(with_query(url_for("ui.audit.show"), list(_asked().items())), 303)


def _page(fault: str = "") -> str:
    narrow = _narrow()
    found: tuple[AuditEntry, ...] = ()
    with reading() as uow:
        tables = audit.tables(uow)
        try:
            found = audit.entries(uow, narrow, _before(), PAGE_SIZE + 1)
        except InvalidInputError as error:
            fault = fault or error.message
        states, last = checkpoint.states(uow), audit.last_verification(uow)
        invariants = audit.last_verification(uow, "check_invariants")
        reviews, total = audit_review.list_reviews(uow, 20), audit.count(uow)
    return render_template(
        "audit.html",
        entries=found[:PAGE_SIZE],
        more=found[PAGE_SIZE - 1].entry_id if len(found) > PAGE_SIZE else None,
        narrow=narrow,
        asked=_asked(),
        tables=tables,
        operations=OPERATIONS,
        states=states,
        exposed=total - max((state.covered for state in states), default=0),
        total=total,
        verified=last,
        invariants=invariants,
        reviews=reviews,
        fault=fault,
        now=current_hub().now(),
    )


def _narrow() -> AuditFilter:
    names = AuditFilter.__dataclass_fields__
    return AuditFilter(**{name: request.values.get(name, "").strip()[:300] for name in names})


def _asked() -> dict[str, str]:
    """The filter as the arguments of an address."""
    return {name: value for name, value in asdict(_narrow()).items() if value}


def _before() -> int | None:
    return _number(request.args.get("before", ""))


def _number(told: str) -> int | None:
    """The id of an entry; None for what is none."""
    return int(told) if told.isascii() and told.isdecimal() and len(told) < 19 else None
