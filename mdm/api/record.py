"""Source records over HTTP: one record sent, read or retired, matched before the answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Response
from marshmallow import Schema, fields, validate

from mdm.api.blueprint import ApiBlueprint
from mdm.api.idempotency import HEADER_DOC, Answer, write
from mdm.api.match import CandidateSchema
from mdm.api.schema import AttributeSet, check_attributes, check_source_id
from mdm.api.security import reading, the_hub
from mdm.services import intake, source
from mdm.services.source import RecordView
from mdm.services.unit_of_work import UnitOfWork

blueprint = ApiBlueprint("records", "Source records: sent one by one by the system that owns them")


class RecordInputSchema(Schema):
    """A source record as its system sends it."""

    attributes = AttributeSet(required=True)


class PutResultSchema(Schema):
    """What became of the record."""

    outcome = fields.String(metadata={"enum": ["new", "linked", "review", "unchanged"], "example": "linked"})
    golden_id = fields.String(metadata={"example": "SUP-0ABCDEFGH1234567X"})
    version = fields.Integer(metadata={"description": "Version of the source record"})
    task_id = fields.Integer(allow_none=True, metadata={"description": "The review task, if one was opened"})
    candidates = fields.List(fields.Nested(CandidateSchema))


class FindingSchema(Schema):
    """One quality rule that one attribute breaks."""

    attribute = fields.String()
    rule = fields.String()
    value = fields.String()
    severity = fields.String(metadata={"enum": ["info", "warning", "error"]})


class RecordVersionSchema(Schema):
    """One version as it came."""

    version = fields.Integer()
    cells = fields.Dict()
    content_hash = fields.String()
    created_at = fields.String()
    load_id = fields.String(allow_none=True)


class RecordSchema(Schema):
    """A source record with its versions, standard values and findings."""

    entity = fields.String()
    source_system = fields.String()
    source_id = fields.String()
    status = fields.String(metadata={"enum": ["active", "retired"]})
    version = fields.Integer()
    golden_id = fields.String(allow_none=True)
    raw = fields.Dict()
    values = fields.Dict()
    findings = fields.List(fields.Nested(FindingSchema))
    versions = fields.List(fields.Nested(RecordVersionSchema))


class RetireSchema(Schema):
    """Why the record ends."""

    reason = fields.String(
        load_default="retired by its source system",
        validate=[validate.Length(max=2000), validate.Regexp(r"(?s).*\S", error="Must not be empty.")],
    )


class RetiredSchema(Schema):
    """Where the key of a retired record still leads."""

    golden_id = fields.String(allow_none=True, metadata={"example": "SUP-0ABCDEFGH1234567X"})


@blueprint.route("/records/<entity>/<source_system>/<source_id:source_id>", methods=["GET"])
@blueprint.response(200, RecordSchema)
def read(entity: str, source_system: str, source_id: str) -> RecordView:
    """Read one source record of the client's own system, with its versions"""
    return source.get_record(reading(), entity, source_system, check_source_id(source_id))


@blueprint.route("/records/<entity>/<source_system>/<source_id:source_id>", methods=["PUT"])
@blueprint.arguments(RecordInputSchema)
@blueprint.response(200, PutResultSchema)
@blueprint.doc(parameters=[HEADER_DOC])
def put(body: Mapping[str, Any], entity: str, source_system: str, source_id: str) -> Response:
    """Send one source record

    It is standardised, matched and committed before the answer; the same content again changes nothing.
    """
    attributes = check_attributes(the_hub(), entity, body["attributes"])
    key = check_source_id(source_id)

    ready = intake.make_ready(reading(), entity, source_system, key, attributes)

    def act(uow: UnitOfWork) -> Answer:
        return Answer(intake.put(uow, entity, source_system, key, attributes, ready))

    return write(f"record {source_system}:{key}", PutResultSchema(), act)


@blueprint.route("/records/<entity>/<source_system>/<source_id:source_id>", methods=["DELETE"])
@blueprint.arguments(RetireSchema, location="query")
@blueprint.response(200, RetiredSchema)
@blueprint.doc(parameters=[HEADER_DOC])
def retire(query: Mapping[str, str], entity: str, source_system: str, source_id: str) -> Response:
    """Retire one source record of the client's own system

    Its versions stay; its golden record is rebuilt without it.
    """
    key = check_source_id(source_id)

    def act(uow: UnitOfWork) -> Answer:
        return Answer({"golden_id": intake.retire_record(uow, entity, source_system, key) or None})

    return write(query["reason"], RetiredSchema(), act)
