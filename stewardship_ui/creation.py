"""Search before create: what the hub already has that looks like it, and a record without a source when it has not.

Invariant: a record is created only from the very values that were searched with, and beside a find only with a tick.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from flask import Blueprint, abort, redirect, render_template, request, session, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from mdm.domain.entity_type import Attribute, EntityType, Required
from mdm.domain.errors import InvalidInputError, StaleVersionError
from mdm.services import candidate, creation
from mdm.services.candidate import MatchCandidate
from stewardship_ui import wording
from stewardship_ui.door import current_hub, entity_or_404, page, reading, require, writing
from stewardship_ui.review import OFFER_KEY

blueprint = Blueprint("creation", __name__)


class Fields(NamedTuple):
    """The attributes of the form: those that tell a thing apart first, the others behind a click."""

    first: list[Attribute]
    more: list[Attribute]


@blueprint.get("/create/<entity>")
@page
def form(entity: str) -> str:
    """The empty form."""
    require("match.search")
    return _page(_entity(entity), {})


@blueprint.post("/create/<entity>")
@page
def act(entity: str) -> str | Response | tuple[str, int]:
    """Search with these values, or (``step=create``) make the record that was searched for."""
    require("match.search")
    entity_type = _entity(entity)
    given = _given(entity_type)
    creating = request.form.get("step") == "create"
    try:
        with reading() as uow:
            found = candidate.search_before_create(uow, entity, given, limit=creation.FOUND) if given else ()
        if creating and (fault := _objection(given, found)):
            return _page(entity_type, given, found, fault=fault), 422
        return _create(entity, given) if creating else _page(entity_type, given, found)
    except StaleVersionError:
        return _page(entity_type, given, found, fault=_changed()), 409
    except InvalidInputError as error:
        return _page(entity_type, given, (), fault=wording.refusal(error.message)), 422


def _create(entity: str, given: Mapping[str, str]) -> Response:
    reason = request.form.get("reason", "").strip()
    seen, form_id = request.form.get("seen", "").split(), request.form.get("form_id", "")
    with writing(reason) as uow:
        made = creation.create(uow, entity, given, reason, seen=seen, form_id=form_id)
    session[OFFER_KEY] = {
        "text": gettext("The record was created."),
        "decision_id": made.decision_id,
        "task_id": "",
    }
    return redirect(url_for("ui.golden.show", entity=entity, golden_id=made.result.golden_id), 303)


def _objection(given: Mapping[str, str], found: Sequence[MatchCandidate]) -> str:
    """Why it may not be created yet; '' when it may."""
    told = ""
    if request.form.get("searched") != searched_with(given):
        told = gettext("The values have changed since the search. Look at the answer first.")
    elif set(request.form.get("seen", "").split()) != {each.golden_id for each in found}:
        told = _changed()
    elif not request.form.get("reason", "").strip():
        told = gettext("A decision needs a reason.")
    elif found and not request.form.get("none_of_these"):
        told = gettext("Tick that it is none of the records found.")
    return str(told)


def _changed() -> str:
    return str(
        gettext("The form was sent before, or the hub finds other records by now. Look at the answer first.")
    )


def searched_with(given: Mapping[str, str]) -> str:
    """Names the values of a search."""
    return hashlib.sha256(json.dumps(given, sort_keys=True).encode()).hexdigest()[:16]


def _entity(name: str) -> EntityType:
    entity = current_hub().dictionary.entity(entity_or_404(name))
    if not entity.matched:
        abort(404)
    return entity


def _given(entity: EntityType) -> dict[str, str]:
    return {name: text for name in entity.attributes if (text := request.form.get(name, "").strip()[:4000])}


def _page(
    entity: EntityType,
    given: Mapping[str, str],
    found: Sequence[MatchCandidate] | None = None,
    fault: str = "",
) -> str:
    lists = current_hub().dictionary.code_lists
    return render_template(
        "creation.html",
        entity=entity,
        given=given,
        fields=form_fields(entity),
        lists=lists,
        found=found,
        searched=searched_with(given),
        form_id=current_hub().new_id(),
        sent={name: request.form.get(name, "") for name in ("reason", "none_of_these")},
        fault=fault,
    )


def form_fields(entity: EntityType) -> Fields:
    """Names, identifiers with a check, summary and required attributes come first."""
    first = [
        attribute
        for attribute in entity.attributes.values()
        if attribute.name in {*entity.title, *entity.summary}
        or attribute.check
        or attribute.required is Required.ALWAYS
    ]
    return Fields(first, [each for each in entity.attributes.values() if each not in first])
