"""The page of a golden record: values and where each came from, source records, history, relations, comments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from mdm.domain.errors import InvalidInputError
from mdm.domain.golden import GoldenRecord, GoldenVersion, Provenance, ValueSource
from mdm.domain.source import Json
from mdm.services import decision, golden, golden_comment, lineage, reason, related
from mdm.services.lineage import Lineage
from stewardship_ui.comment import comment_refused
from stewardship_ui.door import current_hub, entity_or_404, page, reading, with_query, writing
from stewardship_ui.label import Labels
from stewardship_ui.language import is_empty, moment
from stewardship_ui.outcome import SourceKey, source_key

blueprint = Blueprint("golden", __name__)


RECENT = 8
"""So many versions of the history are open; older ones open on demand."""


class Choice(NamedTuple):
    """A value that was there to choose from, as text, with everybody who says it, the most trusted first."""

    text: str
    sources: list[ValueSource]

    @property
    def chosen(self) -> bool:
        """Whether this one stays."""
        return self.sources[0].chosen


class Value(NamedTuple):
    """One attribute of the golden record; ``choices``: every value there was, the chosen one first."""

    name: str
    label: str
    meaning: str
    text: str
    provenance: Provenance | None
    choices: list[Choice]

    @property
    def chosen(self) -> ValueSource | None:
        """Who says the value that stays, where that is known."""
        return self.choices[0].sources[0] if self.choices and self.choices[0].chosen else None


class Step(NamedTuple):
    """One entry of the history with what changed since the one before: label, old, new; records that came and went."""

    version: GoldenVersion
    changes: list[tuple[str, str, str]]
    joined: list[SourceKey]
    left: list[SourceKey]


@blueprint.get("/golden/<entity>/<golden_id>")
@page
def show(entity: str, golden_id: str) -> str:
    """One golden record, now or as of a past time; an ID that was merged away leads to the one that holds it."""
    return _page(entity, golden_id, "golden.html")


@blueprint.get("/golden/<entity>/<golden_id>/print")
@page
def printable(entity: str, golden_id: str) -> str:
    """The same as one document with everything unfolded, to print or to file."""
    return _page(entity, golden_id, "golden_print.html")


@blueprint.post("/golden/<entity>/<golden_id>/comments")
@page
def comment(entity: str, golden_id: str) -> Response | tuple[str, int]:
    """Write a comment; ``@login`` tells a colleague. One that is refused stays in its box, with the reason."""
    try:
        with writing("comment") as uow:
            golden_comment.add(uow, entity_or_404(entity), golden_id, request.form.get("text", ""))
    except InvalidInputError as error:
        return _page(entity, golden_id, "golden.html", comment_refused(error)), 422
    place = url_for("ui.golden.show", entity=entity, golden_id=golden_id)
    return redirect(f"{place}#comments", 303)


def _page(entity: str, golden_id: str, template: str, comment_fault: str = "") -> str:
    as_of = _as_of(request.args.get("as_of", ""))
    with reading() as uow:
        record = golden.get(uow, entity_or_404(entity), golden_id, as_of)
        versions = golden.history(uow, record.golden_id)
        here = [] if as_of else [m.record_id for m in record.members if m.status == "active"]
        ties = reason.why_together(uow, record.entity, here)
        said = {} if as_of else lineage.of(uow, record)
        around = None if as_of else related.of(uow, record, referring=_wants("referring"))
        unmergeable = as_of is None and decision.can_unmerge(uow, record.golden_id)
        comments = golden_comment.of_golden(uow, record.entity, record.golden_id)
    labels = Labels(current_hub().dictionary)
    steps = history_steps(record.entity, versions, labels)
    return render_template(
        template,
        record=record,
        values=golden_values(record, said, labels),
        ties=ties,
        steps=steps[:RECENT],
        older=steps[RECENT:],
        related=around,
        comments=comments,
        comment_fault=comment_fault,
        unmergeable=unmergeable,
        as_of=as_of,
        now=current_hub().now(),
    )


@blueprint.get("/golden")
@page
def find() -> str | Response:
    """Kept for addresses without an ID: the search page."""
    return redirect(with_query(url_for("ui.search.search"), list(request.args.items(multi=True))))


def golden_values(record: GoldenRecord, said: Lineage, labels: Labels) -> list[Value]:
    """Every attribute with a value, in the order of the dictionary."""
    found = []
    for name in labels.ordered(record.entity, list(record.attributes)):
        value = record.attributes[name]
        if is_empty(value):
            continue
        choices = _choices(record.entity, name, said.get(name, ()), labels)
        found.append(
            Value(
                name,
                labels.attribute(record.entity, name),
                labels.meaning(record.entity, name),
                labels.value(record.entity, name, value),
                record.provenance.get(name),
                choices,
            )
        )
    return found


def _choices(entity: str, name: str, said: Sequence[ValueSource], labels: Labels) -> list[Choice]:
    """Those who say the same stand together; the values keep their order, the chosen one first."""
    found: dict[str, Choice] = {}
    for each in said:
        text = labels.value(entity, name, each.value)
        found.setdefault(text, Choice(text, [])).sources.append(each)
    return list(found.values())


def history_steps(entity: str, versions: Sequence[GoldenVersion], labels: Labels) -> list[Step]:
    """The versions, newest first, each with its changes."""
    ordered = sorted(versions, key=lambda each: each.version)
    steps = []
    before: Mapping[str, Json] = {}
    held: tuple[str, ...] = ()
    for version in ordered:
        changes = _changes(entity, before, version.attributes, labels) if before else []
        joined = [source_key(each) for each in version.records if each not in held]
        left = [source_key(each) for each in held if each not in version.records]
        steps.append(Step(version, changes, joined, left))
        before, held = version.attributes, version.records
    return steps[::-1]


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


def _wants(name: str) -> bool:
    return request.args.get(name) == "1"


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
