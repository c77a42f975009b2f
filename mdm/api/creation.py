"""Records that no source system owns, over HTTP: created after search before create (``POST /match``)."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from flask import Response
from marshmallow import Schema, fields, validate

from mdm.api.blueprint import ApiBlueprint
from mdm.api.idempotency import HEADER_DOC, Answer, write
from mdm.api.match import CandidateSchema
from mdm.api.schema import AttributeSet, ReasonSchema, check_attributes
from mdm.api.security import the_hub
from mdm.services import creation
from mdm.services.unit_of_work import UnitOfWork

blueprint = ApiBlueprint("creation", "Records without a source system, after search before create")


class CreationSchema(ReasonSchema):
    """What to create, why, and what the search found."""

    attributes = AttributeSet(required=True)
    seen = fields.List(
        fields.String(validate=validate.Length(1, 60)),
        required=True,
        validate=validate.Length(max=creation.FOUND),
        metadata={
            "description": "Golden IDs that `POST /match` with `limit` 10 has found and that it is none of; 409 when "
            "it finds others by now"
        },
    )


class CreatedSchema(Schema):
    """The record that was created, and the decision that takes it back."""

    source_system = fields.String()
    source_id = fields.String()
    decision_id = fields.String()
    outcome = fields.String(metadata={"enum": ["new", "linked", "review"]})
    golden_id = fields.String()
    task_id = fields.Integer(allow_none=True)
    candidates = fields.List(fields.Nested(CandidateSchema))


@blueprint.route("/golden/<entity>/create", methods=["POST"])
@blueprint.arguments(CreationSchema)
@blueprint.response(201, CreatedSchema)
@blueprint.doc(parameters=[HEADER_DOC])
def create(body: Mapping[str, Any], entity: str) -> Response:
    """Create a record that no source system owns

    It becomes an in-house record, is matched like any other, and is taken back by undoing the decision.
    """
    attributes = check_attributes(the_hub(), entity, body["attributes"])

    def act(uow: UnitOfWork) -> Answer:
        made = creation.create(uow, entity, attributes, body["reason"], seen=body["seen"])
        return Answer(
            {
                "source_system": creation.IN_HOUSE,
                "source_id": made.source_id,
                "decision_id": made.decision_id,
                "outcome": made.result.outcome,
                "golden_id": made.result.golden_id,
                "task_id": made.result.task_id,
                "candidates": made.result.candidates,
            },
            HTTPStatus.CREATED,
        )

    return write(body["reason"], CreatedSchema(), act)
