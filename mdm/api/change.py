"""Change requests over HTTP: list, read, propose and examine; deciding is for people."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from flask import Response
from marshmallow import Schema, fields, validate

from mdm.api.blueprint import ApiBlueprint
from mdm.api.idempotency import HEADER_DOC, Answer, write
from mdm.api.schema import ReasonSchema
from mdm.api.security import reading
from mdm.domain.change import Change, ChangeKind, ChangeState
from mdm.services import change, whatif
from mdm.services.unit_of_work import UnitOfWork

blueprint = ApiBlueprint("change_requests", "Change requests: how records are matched, and code lists")


class ChangeRequestSchema(Schema):
    """A change request."""

    change_id = fields.String()
    entity = fields.String(metadata={"description": "Empty for a code list"})
    kind = fields.String(metadata={"enum": [kind.value for kind in ChangeKind]})
    state = fields.String(metadata={"enum": [state.value for state in ChangeState]})
    content = fields.Dict()
    fingerprint = fields.String()
    reason = fields.String()
    author = fields.String()
    created_at = fields.String(metadata={"format": "date-time"})
    version = fields.Integer()
    report_hash = fields.String(allow_none=True)
    decided_by = fields.String(allow_none=True)
    decided_reason = fields.String(allow_none=True)
    decided_at = fields.String(allow_none=True)
    activated_by = fields.String(allow_none=True)
    activated_at = fields.String(allow_none=True)


class ChangeRequestListSchema(Schema):
    """Change requests, the newest first."""

    changes = fields.List(fields.Nested(ChangeRequestSchema))


class ChangeRequestFilterSchema(Schema):
    """Which change requests to list."""

    entity = fields.String(load_default=None)
    open = fields.Boolean(load_default=False, metadata={"description": "1: only those that have not ended"})
    limit = fields.Integer(load_default=100, validate=validate.Range(1, 500))


class LimitsSchema(Schema):
    """Thresholds in bits; one that is not named stays."""

    link = fields.Float(allow_nan=False)
    review = fields.Float(allow_nan=False)


class ChangeProposalSchema(ReasonSchema):
    """Other thresholds of an entity."""

    entity = fields.String(required=True)
    thresholds = fields.Nested(LimitsSchema, required=True)


class ChangeReportSchema(Schema):
    """What a change would do, a part per entity; null before it was examined."""

    report_hash = fields.String(allow_none=True)
    parts = fields.List(fields.Dict())


@blueprint.route("/change-requests", methods=["GET"])
@blueprint.arguments(ChangeRequestFilterSchema, location="query")
@blueprint.response(200, ChangeRequestListSchema)
def list_changes(query: Mapping[str, Any]) -> dict[str, object]:
    """List change requests, the newest first"""
    found = change.list_changes(reading(), query["entity"], open_only=query["open"], limit=query["limit"])
    return {"changes": found}


@blueprint.route("/change-requests", methods=["POST"])
@blueprint.arguments(ChangeProposalSchema)
@blueprint.response(201, ChangeRequestSchema)
@blueprint.doc(parameters=[HEADER_DOC])
def propose(body: Mapping[str, Any]) -> Response:
    """Propose other thresholds

    Rules and weights come as files: `mdm change propose`.
    """

    def act(uow: UnitOfWork) -> Answer:
        change_id = change.propose_thresholds(uow, body["entity"], body["thresholds"], body["reason"])
        return Answer(change.get(uow, change_id), 201)

    return write(body["reason"], ChangeRequestSchema(), act)


@blueprint.route("/change-requests/<change_id>", methods=["GET"])
@blueprint.response(200, ChangeRequestSchema)
def read(change_id: str) -> Change:
    """Read one change request"""
    return change.get(reading(), change_id)


@blueprint.route("/change-requests/<change_id>/report", methods=["GET"])
@blueprint.response(200, ChangeReportSchema)
def read_report(change_id: str) -> dict[str, object]:
    """Read what a change would do to the live records"""
    uow = reading()
    found, held = change.get(uow, change_id), change.report(uow, change_id)
    return {"report_hash": found.report_hash, "parts": [asdict(part) for part in held.parts] if held else []}


@blueprint.route("/change-requests/<change_id>/examine", methods=["POST"])
@blueprint.response(200, ChangeRequestSchema)
@blueprint.doc(parameters=[HEADER_DOC])
def examine(change_id: str) -> Response:
    """Compute the report of a change on the present state

    Nothing but the report is stored; asking again gives the report of then.
    """
    made = whatif.compute(reading(), change_id)
    return write(
        f"examine change {change_id}"[:2000],
        ChangeRequestSchema(),
        lambda uow: Answer(whatif.keep(uow, change_id, made)),
    )


@blueprint.route("/change-requests/<change_id>/withdraw", methods=["POST"])
@blueprint.arguments(ReasonSchema)
@blueprint.response(200, ChangeRequestSchema)
@blueprint.doc(parameters=[HEADER_DOC])
def withdraw(body: Mapping[str, str], change_id: str) -> Response:
    """Take back a change of one's own that is not in force"""
    return write(
        body["reason"],
        ChangeRequestSchema(),
        lambda uow: Answer(change.withdraw(uow, change_id, body["reason"])),
    )
