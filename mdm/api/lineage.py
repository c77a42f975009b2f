"""What stands behind and beside a golden record over HTTP: every value there was, related records, comments."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Response
from marshmallow import Schema, fields, validate

from mdm.api.blueprint import ApiBlueprint
from mdm.api.idempotency import HEADER_DOC, Answer, write
from mdm.api.security import reading
from mdm.services import golden, golden_comment, lineage, related
from mdm.services.unit_of_work import UnitOfWork

blueprint = ApiBlueprint("lineage", "Behind and beside a golden record: lineage, related records, comments")


class ValueSourceSchema(Schema):
    """One value that was there to choose from."""

    source_system = fields.String()
    source_id = fields.String()
    source_version = fields.Integer()
    value = fields.Raw()
    raw = fields.String(metadata={"description": "As the source wrote it"})
    changed_at = fields.String(metadata={"format": "date-time"})
    trust = fields.Float(
        allow_none=True, metadata={"description": "0 to 1, as survivorship weighs it; null: set by hand"}
    )
    verified = fields.Boolean(metadata={"description": "It passed the check of its attribute"})
    chosen = fields.Boolean()
    set_by = fields.String()
    reason = fields.String()
    decision_id = fields.String()


class LineageSchema(Schema):
    """Attribute -> its values, the chosen one first, then the most trusted."""

    golden_id = fields.String()
    version = fields.Integer()
    attributes = fields.Dict(keys=fields.String(), values=fields.List(fields.Nested(ValueSourceSchema)))


class OpenQuestionSchema(Schema):
    """An open review task, and what stands on its other side."""

    task_id = fields.Integer()
    reason = fields.String()
    match_probability = fields.Float()
    golden_id = fields.String()
    title = fields.String()


class KinSchema(Schema):
    """A golden record that this one came from or became."""

    kind = fields.String(metadata={"enum": ["merged_in", "merged_into", "split_from", "split_off"]})
    golden_id = fields.String()
    title = fields.String()
    since = fields.String(metadata={"format": "date-time"})
    until = fields.String(allow_none=True)


class ReferenceSchema(Schema):
    """A reference of the dictionary between two golden records."""

    entity = fields.String()
    attribute = fields.String()
    golden_id = fields.String()
    title = fields.String()


class ReferringSchema(Schema):
    """Whether to look for who refers to it."""

    referring = fields.Boolean(
        load_default=False, metadata={"description": "1: also who refers to it; takes longer"}
    )


class RelatedSchema(Schema):
    """What stands around a golden record; ``tasks`` only for who may read them."""

    tasks = fields.List(fields.Nested(OpenQuestionSchema))
    kin = fields.List(fields.Nested(KinSchema))
    refers_to = fields.List(fields.Nested(ReferenceSchema))
    referred_by = fields.List(fields.Nested(ReferenceSchema))


class GoldenCommentSchema(Schema):
    """What somebody wrote beside a golden record."""

    comment_id = fields.String()
    golden_id = fields.String()
    author = fields.String()
    at = fields.String(metadata={"format": "date-time"})
    text = fields.String()


class GoldenCommentListSchema(Schema):
    """Comments, the oldest first."""

    comments = fields.List(fields.Nested(GoldenCommentSchema))


class GoldenCommentInputSchema(Schema):
    """What to write; ``@login`` names a colleague."""

    text = fields.String(required=True, validate=validate.Length(1, 2000))


@blueprint.route("/golden/<entity>/<golden_id>/lineage", methods=["GET"])
@blueprint.response(200, LineageSchema)
def read_lineage(entity: str, golden_id: str) -> dict[str, object]:
    """Read every value there was to choose from, with source, time and trust"""
    uow = reading()
    found = golden.get(uow, entity, golden_id)
    return {
        "golden_id": found.golden_id,
        "version": found.version,
        "attributes": lineage.of(uow, found),
    }


@blueprint.route("/golden/<entity>/<golden_id>/related", methods=["GET"])
@blueprint.arguments(ReferringSchema, location="query")
@blueprint.response(200, RelatedSchema)
def read_related(query: Mapping[str, bool], entity: str, golden_id: str) -> related.Related:
    """Read open tasks, predecessors and successors, and references from and to a golden record"""
    uow = reading()
    return related.of(uow, golden.get(uow, entity, golden_id), referring=query["referring"])


@blueprint.route("/golden/<entity>/<golden_id>/comments", methods=["GET"])
@blueprint.response(200, GoldenCommentListSchema)
def read_comments(entity: str, golden_id: str) -> dict[str, object]:
    """Read the comments beside a golden record and those merged into it, the oldest first"""
    return {"comments": golden_comment.of_golden(reading(), entity, golden_id)}


@blueprint.route("/golden/<entity>/<golden_id>/comments", methods=["POST"])
@blueprint.arguments(GoldenCommentInputSchema)
@blueprint.response(200, GoldenCommentSchema)
@blueprint.doc(parameters=[HEADER_DOC])
def write_comment(body: Mapping[str, str], entity: str, golden_id: str) -> Response:
    """Write a comment beside a golden record"""

    def act(uow: UnitOfWork) -> Answer:
        return Answer(golden_comment.add(uow, entity, golden_id, body["text"]))

    return write("comment", GoldenCommentSchema(), act)
