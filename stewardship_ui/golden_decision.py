"""Deciding on one golden record: merge, unmerge, split, move a record, set a value, retire; each previewed first.

Invariant: nothing is done but what a preview showed: the form that does it carries the version the preview was made on.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from flask import Blueprint, abort, flash, redirect, render_template, request, session, url_for
from flask_babel import gettext, lazy_gettext
from werkzeug.wrappers import Response

from mdm.domain.errors import (
    ContradictingVerdictError,
    InvalidInputError,
    ProposalOpenError,
    StaleVersionError,
    UnknownAttributeError,
    UnknownGoldenIdError,
    UnknownRecordError,
)
from mdm.domain.golden import Effect, GoldenRecord, GoldenSummary
from mdm.domain.source import Json
from mdm.services import decision, golden, rehome, retirement
from mdm.services.unit_of_work import UnitOfWork
from stewardship_ui import wording
from stewardship_ui.door import current_hub, entity_or_404, page, reading, require, writing
from stewardship_ui.label import Labels
from stewardship_ui.outcome import UNISSUED, SourceKey, source_key
from stewardship_ui.review import OFFER_KEY

blueprint = Blueprint("golden_decision", __name__)

FOUND = 10
"""So many golden records are offered as the other side."""

_HINTS = {
    "merge": lazy_gettext(
        "Both become one golden record. The ID with more source records stays; the other leads to it for ever."
    ),
    "unmerge": lazy_gettext(
        "The latest merge is taken apart, for good. Both IDs stand for themselves again."
    ),
    "split": lazy_gettext(
        "The records you tick leave this golden record together. They get their earlier ID back, or a new one."
    ),
    "rehome": lazy_gettext("One source record leaves this golden record and joins another one."),
    "override": lazy_gettext(
        "The value you set beats every rule and survives reloads, until it is taken back."
    ),
    "retire": lazy_gettext(
        "The golden record and all its source records go out of use. Its ID still answers, as retired."
    ),
}

REFUSALS = (
    InvalidInputError,
    ContradictingVerdictError,
    ProposalOpenError,
    StaleVersionError,
    UnknownGoldenIdError,
    UnknownAttributeError,
    UnknownRecordError,
)
"""What is told beside the form instead of on a page of its own: the person can mend it there."""


class Destination(NamedTuple):
    """One golden record after the action: its ID ('' when yet to be issued), the records it holds, values that change.

    ``changes``: label, value before, value after.
    """

    golden_id: str
    keys: list[SourceKey]
    arriving: list[SourceKey]
    changes: list[tuple[str, str, str]]


@blueprint.get("/golden/<entity>/<golden_id>/decide/<action>")
@page
def form(entity: str, golden_id: str, action: str) -> str:
    """The form of one action; ``q`` searches the other golden record."""
    return _page(entity_or_404(entity), golden_id, _action(action))


@blueprint.post("/golden/<entity>/<golden_id>/decide/<action>")
@page
def act(entity: str, golden_id: str, action: str) -> str | Response | tuple[str, int]:
    """Preview the action, or (``step=do``) carry out what the preview showed."""
    entity_or_404(entity)
    do = _DOERS[_action(action)]
    reason = request.form.get("reason", "").strip()
    preview = request.form.get("step") != "do"
    if not reason:
        return _page(entity, golden_id, action, fault=gettext("A decision needs a reason.")), 422
    try:
        with writing(reason) as uow:
            effect = do(uow, entity, golden_id, reason, preview)
    except REFUSALS as error:
        status = 409 if isinstance(error, StaleVersionError) else 422
        return _page(entity, golden_id, action, fault=wording.refusal(error.message)), status
    if preview:
        return _page(entity, golden_id, action, effect=effect)
    return _done(entity, golden_id, action, effect)


def _action(name: str) -> str:
    if name not in _HINTS:
        abort(404)
    return name


def _version() -> int | None:
    """The version the preview was made on; a preview itself takes any."""
    text = request.form.get("version", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def _merge(uow: UnitOfWork, entity: str, golden_id: str, reason: str, preview: bool) -> Effect:
    other = request.form.get("other_id", "").strip()
    return decision.merge(uow, entity, golden_id, other, reason, preview=preview, expected_version=_version())


def _unmerge(uow: UnitOfWork, entity: str, golden_id: str, reason: str, preview: bool) -> Effect:
    return decision.unmerge(uow, entity, golden_id, reason, preview=preview, expected_version=_version())


def _split(uow: UnitOfWork, entity: str, golden_id: str, reason: str, preview: bool) -> Effect:
    keys = [(key.system, key.key) for key in map(source_key, request.form.getlist("record"))]
    return decision.split(uow, entity, golden_id, keys, reason, preview=preview, expected_version=_version())


def _rehome(uow: UnitOfWork, entity: str, golden_id: str, reason: str, preview: bool) -> Effect:
    """The version is that of the golden record the form was opened on, which the record leaves."""
    key = source_key(request.form.get("record", ""))
    other = request.form.get("other_id", "").strip()
    return rehome.rehome(
        uow, entity, (key.system, key.key), other, reason, preview=preview, leaving_version=_version()
    )


def _override(uow: UnitOfWork, entity: str, golden_id: str, reason: str, preview: bool) -> Effect:
    attribute, value = request.form.get("attribute", ""), request.form.get("value", "").strip()
    return decision.override(
        uow, entity, golden_id, attribute, value, reason, preview=preview, expected_version=_version()
    )


def _retire(uow: UnitOfWork, entity: str, golden_id: str, reason: str, preview: bool) -> Effect:
    return retirement.retire(uow, entity, golden_id, reason, preview=preview, expected_version=_version())


_Do = Callable[[UnitOfWork, str, str, str, bool], Effect]
_DOERS: Mapping[str, _Do] = {
    "merge": _merge,
    "unmerge": _unmerge,
    "split": _split,
    "rehome": _rehome,
    "override": _override,
    "retire": _retire,
}


def _done(entity: str, golden_id: str, action: str, effect: Effect) -> Response:
    """Back to the golden record, with the way back offered at once."""
    if effect.proposal_id:
        flash(gettext("Proposed: a second person has to confirm it."), "status")
        return redirect(url_for("ui.review.decisions"), 303)
    session[OFFER_KEY] = {
        "text": gettext("%(action)s: done.", action=wording.kind(action)),
        "decision_id": effect.decision_id or "",
        "task_id": "",
    }
    return redirect(url_for("ui.golden.show", entity=entity, golden_id=golden_id), 303)


def _page(entity: str, golden_id: str, action: str, *, fault: str = "", effect: Effect | None = None) -> str:
    # The form is the way to a decision: who may not decide does not get it.
    require("golden.decide")
    with reading() as uow:
        record = golden.get(uow, entity, golden_id)
        others = _others(uow, record) if action in {"merge", "rehome"} and effect is None else []
    return render_template(
        "golden_decision.html",
        record=record,
        action=action,
        hint=_HINTS[action],
        others=others,
        sent=_sent(),
        q=request.values.get("q", "").strip()[:200],
        fault=fault,
        effect=effect,
        destinations=_destinations(record, effect) if effect else [],
        now=current_hub().now(),
    )


def _sent() -> dict[str, Any]:  # form fields as templates read them
    sent: dict[str, Any] = {
        name: request.values.get(name, "") for name in ("reason", "other_id", "attribute", "value")
    }
    return sent | {"records": request.values.getlist("record")}


def _others(uow: UnitOfWork, record: GoldenRecord) -> list[GoldenSummary]:
    """What the person may mean by the other side: what they searched, else what shares the first word of the name."""
    q = request.values.get("q", "").strip()[:200]
    if not q:
        return []
    found = golden.search(uow, record.entity, q=q, limit=FOUND + 1)
    return [each for each in found if each.golden_id != record.golden_id][:FOUND]


def _destinations(record: GoldenRecord, effect: Effect) -> list[Destination]:
    """Where source records go; what was in this golden record and is not any more, arrives elsewhere."""
    here = {f"{member.source_system}:{member.source_id}" for member in record.members}
    found = []
    for golden_id in dict.fromkeys(effect.memberships.values()):
        held = [key for key, to in effect.memberships.items() if to == golden_id]
        arriving = [key for key in held if (key in here) != (golden_id == record.golden_id)]
        concerned = golden_id == record.golden_id or golden_id in effect.created
        if not (concerned or arriving or effect.values.get(golden_id)):
            continue  # it was looked at, and stays as it is
        found.append(
            Destination(
                "" if golden_id == UNISSUED else golden_id,
                [*map(source_key, held)],
                [*map(source_key, arriving)],
                _changes(record.entity, effect.values.get(golden_id, {})),
            )
        )
    return found


def _changes(entity: str, values: Mapping[str, tuple[Json, Json]]) -> list[tuple[str, str, str]]:
    """The values that change as people read them, in the order of the dictionary."""
    labels = Labels(current_hub().dictionary)
    return [
        (
            labels.attribute(entity, name),
            labels.value(entity, name, values[name][0]),
            labels.value(entity, name, values[name][1]),
        )
        for name in labels.ordered(entity, list(values))
    ]
