"""The page that answers why two records are one thing, or why not."""

from __future__ import annotations

from flask import Blueprint, abort, render_template, request
from flask_babel import gettext

from mdm.domain.errors import InvalidInputError, UnknownGoldenIdError, UnknownRecordError
from mdm.services import reason
from stewardship_ui.door import allowed, current_hub, entity_or_404, page, reading
from stewardship_ui.outcome import source_key
from stewardship_ui.waterfall import draw

blueprint = Blueprint("reason", __name__)

MAX_NAME = 400
"""Characters of ``SYSTEM:ID``."""


@blueprint.get("/explain")
@page
def explain() -> str | tuple[str, int]:
    """Why, or why not: for two records named SYSTEM:ID, or two golden records by their IDs."""
    if not allowed("review.read") and not allowed("golden.read"):
        abort(403)
    entity = entity_or_404(request.args.get("entity") or current_hub().dictionary.matched[0].name)
    left, right = (request.args.get(side, "").strip()[:MAX_NAME] for side in ("left", "right"))
    found, fault, status = None, "", 200
    if left and right:
        with reading() as uow:
            try:
                found = reason.explain(uow, entity, left, right)
            except (UnknownRecordError, UnknownGoldenIdError, InvalidInputError):
                fault, status = (
                    gettext(
                        "One of the two is not known here. Write SYSTEM:ID, as in SAP_ECC:100234, or a golden ID."
                    ),
                    404,
                )
    against = found.against if found else None
    shown = render_template(
        "explain.html",
        entity=entity,
        left=left,
        right=right,
        found=found,
        fault=fault,
        task=found,  # what the waterfall calls the thing that holds the evidence
        waterfall=draw(found.evidence, found.match_weight) if found else None,
        against_keys=[source_key(each) for each in (against.left, against.right)] if against else [],
        now=current_hub().now(),
    )
    return shown, status
