"""The page of one golden record: its values and where each came from, its source records, its history."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from mdm.domain.errors import InvalidInputError
from mdm.domain.golden import GoldenRecord, GoldenVersion, Provenance
from mdm.domain.source import Json
from mdm.services import golden, reason
from stewardship_ui.door import current_hub, entity_or_404, page, reading, with_query
from stewardship_ui.label import Labels
from stewardship_ui.language import is_empty, moment

blueprint = Blueprint("golden", __name__)


class Value(NamedTuple):
    """One attribute of the golden record; ``others`` are values of its source records that did not survive."""

    name: str
    label: str
    meaning: str
    text: str
    provenance: Provenance | None
    others: list[tuple[str, str]]


class Step(NamedTuple):
    """One entry of the history with what changed since the one before: label, old, new."""

    version: GoldenVersion
    changes: list[tuple[str, str, str]]


@blueprint.get("/golden/<entity>/<golden_id>")
@page
def show(entity: str, golden_id: str) -> str | Response:
    """One golden record, now or as of a past time; an ID that was merged away leads to the one that holds it."""
    as_of = _as_of(request.args.get("as_of", ""))
    with reading() as uow:
        record = golden.get(uow, entity_or_404(entity), golden_id, as_of)
        versions = golden.history(uow, record.golden_id)
        here = [] if as_of else [m.record_id for m in record.members if m.status == "active"]
        ties = reason.why_together(uow, record.entity, here)
    labels = Labels(current_hub().dictionary)
    return render_template(
        "golden.html",
        record=record,
        values=golden_values(record, labels),
        ties=ties,
        steps=history_steps(record.entity, versions, labels),
        as_of=as_of,
        now=current_hub().now(),
    )


@blueprint.get("/golden")
@page
def find() -> str | Response:
    """Kept for addresses without an ID: the search page."""
    return redirect(with_query(url_for("ui.search.search"), list(request.args.items(multi=True))))


def golden_values(record: GoldenRecord, labels: Labels) -> list[Value]:
    """Every attribute with a value, in the order of the dictionary."""
    found = []
    for name in labels.ordered(record.entity, list(record.attributes)):
        value = record.attributes[name]
        if is_empty(value):
            continue
        found.append(
            Value(
                name,
                labels.attribute(record.entity, name),
                labels.meaning(record.entity, name),
                labels.value(record.entity, name, value),
                record.provenance.get(name),
                _others(record, name, value, labels),
            )
        )
    return found


def history_steps(entity: str, versions: Sequence[GoldenVersion], labels: Labels) -> list[Step]:
    """The versions, newest first, each with its changes."""
    ordered = sorted(versions, key=lambda each: each.version)
    steps = []
    before: Mapping[str, Json] = {}
    for version in ordered:
        changes = _changes(entity, before, version.attributes, labels) if before else []
        steps.append(Step(version, changes))
        before = version.attributes
    return steps[::-1]


def _others(record: GoldenRecord, name: str, value: Json, labels: Labels) -> list[tuple[str, str]]:
    """Text and source of each value that lost."""
    return [
        (labels.value(record.entity, name, other), f"{member.source_system}:{member.source_id}")
        for member in record.members
        if not is_empty(other := member.values.get(name)) and other != value
    ]


def _changes(
    entity: str, before: Mapping[str, Json], after: Mapping[str, Json], labels: Labels
) -> list[tuple[str, str, str]]:
    names = [name for name in {**before, **after} if before.get(name) != after.get(name)]
    return [
        (
            labels.attribute(entity, name),
            labels.value(entity, name, before.get(name)),
            labels.value(entity, name, after.get(name)),
        )
        for name in labels.ordered(entity, names)
    ]


def _as_of(text: str) -> datetime | None:
    """The time in the address, UTC; raises InvalidInputError for one that is none."""
    if not text:
        return None
    at = moment(text)
    try:
        if at is not None:
            return at.astimezone(UTC)
    except OverflowError:  # the first or last day of all years, moved by its zone
        pass
    raise InvalidInputError(gettext("This is not a time."), field="as_of")
