"""The signed dossier of a golden record over HTTP."""

from __future__ import annotations

from flask import Response, current_app

from mdm.api.blueprint import ApiBlueprint
from mdm.api.security import the_actor, the_hub
from mdm.services import dossier

blueprint = ApiBlueprint("dossier", "Dossier: everything about a golden record in one signed file")

BINARY = "application/octet-stream"


@blueprint.route("/golden/<entity>/<golden_id>/dossier", methods=["GET"])
@blueprint.response(200, content_type=BINARY, schema={"type": "string", "format": "binary"})
def read(entity: str, golden_id: str) -> Response:
    """Fetch the signed dossier of a golden record, which `mdm-verify dossier` checks offline"""
    return current_app.response_class(
        dossier.make(the_hub(), the_actor(), entity, golden_id), mimetype=BINARY
    )
