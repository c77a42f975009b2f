"""Golden records over HTTP: reading them with their lineage, searching, and a steward's merges and splits."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from flask import Response
from marshmallow import Schema, fields, validate

from mdm.api.blueprint import ApiBlueprint
from mdm.api.idempotency import HEADER_DOC, Answer, write
from mdm.api.schema import (
    MAX_KEY,
    AsOfSchema,
    AttributeValue,
    EffectSchema,
    PreviewSchema,
    ReasonSchema,
)
from mdm.api.security import reading
from mdm.api.version import ETAG_DOC, IF_MATCH_DOC, expected_version, versioned
from mdm.domain.golden import Effect
from mdm.services import decision, golden, rehome, retirement
from mdm.services.unit_of_work import UnitOfWork

blueprint = ApiBlueprint("golden", "Golden records: the best known version of each real thing")


class ProvenanceSchema(Schema):
    """Where one golden value came from."""

    source_system = fields.String()
    source_id = fields.String()
    source_version = fields.Integer()
    rule = fields.String()
    rule_version = fields.String()
    at = fields.String(metadata={"format": "date-time"})


class MemberSchema(Schema):
    """One source record of a golden record."""

    source_system = fields.String()
    source_id = fields.String()
    source_version = fields.Integer()
    status = fields.String()
    since = fields.String(metadata={"format": "date-time"})


class GoldenSchema(Schema):
    """The best known version of one real thing, with the lineage of each value."""

    golden_id = fields.String()
    requested_id = fields.String(metadata={"description": "The ID asked for; it may have merged since"})
    entity = fields.String()
    status = fields.String(metadata={"enum": ["active", "merged", "split", "retired"]})
    version = fields.Integer()
    title = fields.String()
    attributes = fields.Dict()
    provenance = fields.Dict(keys=fields.String(), values=fields.Nested(ProvenanceSchema))
    members = fields.List(fields.Nested(MemberSchema))
    missing = fields.List(fields.String(), metadata={"description": "Required attributes without a value"})
    resolved_ids = fields.List(fields.String())
    valid_from = fields.String(metadata={"format": "date-time"})
    created_at = fields.String(metadata={"format": "date-time"})


class GoldenSummarySchema(Schema):
    """One line of a list."""

    golden_id = fields.String()
    entity = fields.String()
    status = fields.String()
    title = fields.String()
    summary = fields.Dict()
    sources = fields.Integer(metadata={"description": "How many source records it is built from"})


class GoldenPageSchema(Schema):
    """A page of golden records; pass ``next_cursor`` to read on, empty at the end."""

    results = fields.List(fields.Nested(GoldenSummarySchema))
    next_cursor = fields.String()


class GoldenVersionSchema(Schema):
    """One entry of the history."""

    version = fields.Integer()
    status = fields.String()
    title = fields.String()
    valid_from = fields.String(metadata={"format": "date-time"})
    fact = fields.String()
    actor = fields.String()
    reason = fields.String()
    attributes = fields.Dict()
    records = fields.List(fields.String(), metadata={"description": "Its source records as system:id"})


class HistorySchema(Schema):
    """Every version of a golden record, the newest first."""

    versions = fields.List(fields.Nested(GoldenVersionSchema))


class GoldenQuerySchema(Schema):
    """Which golden records to list."""

    q = fields.String(
        load_default="",
        validate=validate.Length(max=200),
        metadata={"description": "Parts of values or source keys, in any script"},
    )
    limit = fields.Integer(load_default=50, validate=validate.Range(1, 200))
    cursor = fields.String(load_default="", validate=validate.Length(max=100))


class MergeSchema(ReasonSchema):
    """Which golden record joins this one, and why."""

    other_id = fields.String(required=True, validate=validate.Length(1, 60))


class RecordKeySchema(Schema):
    """The key of one source record."""

    source_system = fields.String(required=True, validate=validate.Length(1, 60))
    source_id = fields.String(required=True, validate=validate.Length(1, MAX_KEY))


class SplitSchema(ReasonSchema):
    """Which source records leave this golden record, and why."""

    records = fields.List(fields.Nested(RecordKeySchema), required=True, validate=validate.Length(1, 1000))


class RehomeSchema(ReasonSchema, RecordKeySchema):
    """Which source record moves to this golden record, and why."""


class OverrideSchema(ReasonSchema):
    """The value that a steward knows to be right, and why."""

    attribute = fields.String(required=True, validate=validate.Length(1, 60))
    value = AttributeValue(required=True, allow_none=True)


@blueprint.route("/golden/<entity>", methods=["GET"])
@blueprint.arguments(GoldenQuerySchema, location="query")
@blueprint.response(200, GoldenPageSchema)
def search(query: Mapping[str, Any], entity: str) -> dict[str, object]:
    """Search and list golden records, paged"""
    found = golden.search(reading(), entity, query["q"], query["limit"], query["cursor"])
    more = len(found) == query["limit"]
    return {"results": found, "next_cursor": found[-1].golden_id if more else ""}


@blueprint.route("/golden/<entity>/<golden_id>", methods=["GET"])
@blueprint.arguments(AsOfSchema, location="query")
@blueprint.response(200, GoldenSchema, headers=ETAG_DOC)
def read(query: Mapping[str, datetime | None], entity: str, golden_id: str) -> Response:
    """Read a golden record with the lineage of each value

    A merged ID answers with the golden record it merged into.
    """
    found = golden.get(reading(), entity, golden_id, query["as_of"])
    return versioned(GoldenSchema(), found, found.version)


@blueprint.route("/golden/<entity>/<golden_id>/history", methods=["GET"])
@blueprint.response(200, HistorySchema)
def history(entity: str, golden_id: str) -> dict[str, object]:
    """Read every version of a golden record, the newest first"""
    uow = reading()
    requested = golden.get(uow, entity, golden_id).requested_id
    return {"versions": golden.history(uow, requested)}


@blueprint.route("/golden/<entity>/<golden_id>/merge", methods=["POST"])
@blueprint.arguments(MergeSchema)
@blueprint.arguments(PreviewSchema, location="query")
@blueprint.response(200, EffectSchema)
@blueprint.alt_response(202, schema=EffectSchema, description="Waits for a second person")
@blueprint.doc(parameters=[HEADER_DOC, IF_MATCH_DOC])
def merge(body: Mapping[str, str], query: Mapping[str, bool], entity: str, golden_id: str) -> Response:
    """Merge another golden record into this one

    Across a regulated veto it is answered with 202 and binds once a second person confirms it on the pages.
    """
    expected = expected_version()

    def act(uow: UnitOfWork) -> Effect:
        return decision.merge(
            uow,
            entity,
            golden_id,
            body["other_id"],
            body["reason"],
            preview=query["preview"],
            expected_version=expected,
        )

    return _change(body["reason"], query["preview"], act)


@blueprint.route("/golden/<entity>/<golden_id>/unmerge", methods=["POST"])
@blueprint.arguments(ReasonSchema)
@blueprint.arguments(PreviewSchema, location="query")
@blueprint.response(200, EffectSchema)
@blueprint.doc(parameters=[HEADER_DOC, IF_MATCH_DOC])
def unmerge(body: Mapping[str, str], query: Mapping[str, bool], entity: str, golden_id: str) -> Response:
    """Take the latest merge of this golden record apart, for good"""
    expected = expected_version()

    def act(uow: UnitOfWork) -> Effect:
        return decision.unmerge(
            uow, entity, golden_id, body["reason"], preview=query["preview"], expected_version=expected
        )

    return _change(body["reason"], query["preview"], act)


@blueprint.route("/golden/<entity>/<golden_id>/split", methods=["POST"])
@blueprint.arguments(SplitSchema)
@blueprint.arguments(PreviewSchema, location="query")
@blueprint.response(200, EffectSchema)
@blueprint.doc(parameters=[HEADER_DOC, IF_MATCH_DOC])
def split(body: Mapping[str, Any], query: Mapping[str, bool], entity: str, golden_id: str) -> Response:
    """Move source records out of this golden record into another"""
    keys = [(key["source_system"], key["source_id"]) for key in body["records"]]
    expected = expected_version()

    def act(uow: UnitOfWork) -> Effect:
        return decision.split(
            uow, entity, golden_id, keys, body["reason"], preview=query["preview"], expected_version=expected
        )

    return _change(body["reason"], query["preview"], act)


@blueprint.route("/golden/<entity>/<golden_id>/rehome", methods=["POST"])
@blueprint.arguments(RehomeSchema)
@blueprint.arguments(PreviewSchema, location="query")
@blueprint.response(200, EffectSchema)
@blueprint.alt_response(202, schema=EffectSchema, description="Waits for a second person")
@blueprint.doc(parameters=[HEADER_DOC, IF_MATCH_DOC])
def move(body: Mapping[str, str], query: Mapping[str, bool], entity: str, golden_id: str) -> Response:
    """Move one source record from the golden record that holds it to this one

    A record that stands alone takes its golden ID with it: that is a merge.
    """
    expected = expected_version()
    key = (body["source_system"], body["source_id"])

    def act(uow: UnitOfWork) -> Effect:
        return rehome.rehome(
            uow, entity, key, golden_id, body["reason"], preview=query["preview"], expected_version=expected
        )

    return _change(body["reason"], query["preview"], act)


@blueprint.route("/golden/<entity>/<golden_id>/retire", methods=["POST"])
@blueprint.arguments(ReasonSchema)
@blueprint.arguments(PreviewSchema, location="query")
@blueprint.response(200, EffectSchema)
@blueprint.doc(parameters=[HEADER_DOC, IF_MATCH_DOC])
def retire(body: Mapping[str, str], query: Mapping[str, bool], entity: str, golden_id: str) -> Response:
    """Take this golden record out of use with all its source records

    The ID still answers; undoing the decision brings everything back.
    """
    expected = expected_version()

    def act(uow: UnitOfWork) -> Effect:
        return retirement.retire(
            uow, entity, golden_id, body["reason"], preview=query["preview"], expected_version=expected
        )

    return _change(body["reason"], query["preview"], act)


@blueprint.route("/golden/<entity>/<golden_id>/override", methods=["POST"])
@blueprint.arguments(OverrideSchema)
@blueprint.arguments(PreviewSchema, location="query")
@blueprint.response(200, EffectSchema)
@blueprint.doc(parameters=[HEADER_DOC, IF_MATCH_DOC])
def override(body: Mapping[str, Any], query: Mapping[str, bool], entity: str, golden_id: str) -> Response:
    """Set a value by hand; it beats every rule until it is undone"""
    expected = expected_version()

    def act(uow: UnitOfWork) -> Effect:
        return decision.override(
            uow,
            entity,
            golden_id,
            body["attribute"],
            body["value"],
            body["reason"],
            preview=query["preview"],
            expected_version=expected,
        )

    return _change(body["reason"], query["preview"], act)


def _change(reason: str, preview: bool, act: Callable[[UnitOfWork], Effect]) -> Response:
    """Do or preview ``act`` and answer its effect."""

    def answer(uow: UnitOfWork) -> Answer:
        effect = act(uow)
        return Answer({**asdict(effect), "preview": preview}, 202 if effect.proposal_id else 200)

    return write(reason, EffectSchema(), answer)
