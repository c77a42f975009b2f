"""Cross-references over HTTP: which golden ID stands for a key of a source system, now or then."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask import Response, jsonify
from marshmallow import Schema, ValidationError, fields, validate

from mdm.api.blueprint import ApiBlueprint
from mdm.api.schema import MAX_KEY, AsOfSchema, check_source_id
from mdm.api.security import reading
from mdm.domain.xref import XrefAnswer
from mdm.services import xref

blueprint = ApiBlueprint("xref", "Cross-references: from a key of a source system to its golden ID")

MAX_KEYS = 10_000


class XrefSchema(Schema):
    """What a source system is told about one of its keys."""

    entity = fields.String()
    source_system = fields.String(metadata={"example": "SAP_ECC"})
    source_id = fields.String(metadata={"example": "0000100234"})
    golden_id = fields.String(required=True, metadata={"example": "SUP-0ABCDEFGH1234567X"})
    status = fields.String(
        required=True, metadata={"enum": ["active", "merged", "split", "retired"], "example": "active"}
    )
    resolved_ids = fields.List(
        fields.String(),
        required=True,
        metadata={"description": "Live golden IDs it leads to, the asking source's own first"},
    )
    version = fields.Integer(required=True)


class KeySchema(Schema):
    """One key to look up."""

    source_system = fields.String(required=True, validate=validate.Length(1, 60))
    source_id = fields.String(required=True, validate=validate.Length(1, MAX_KEY))


class KeyList(fields.List[Any]):
    """Keys to look up; counted before each is looked at, so that a million of them cost nothing."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> list[Any]:
        """``Any``: as marshmallow has it."""
        if isinstance(value, list) and len(value) > MAX_KEYS:
            raise ValidationError(f"At most {MAX_KEYS:,} keys.")
        return super()._deserialize(value, attr, data, **kwargs)


class LookUpSchema(Schema):
    """Many keys at once."""

    keys = KeyList(fields.Nested(KeySchema), required=True, metadata={"maxItems": MAX_KEYS})


class LookUpAnswerSchema(Schema):
    """The answers, in the order of the keys; null where nothing is known."""

    results = fields.List(fields.Nested(XrefSchema, allow_none=True), required=True)


@blueprint.route("/xref/<entity>/<source>/<source_id:source_id>", methods=["GET"])
@blueprint.arguments(AsOfSchema, location="query")
@blueprint.response(200, XrefSchema)
def look_up(query: Mapping[str, datetime | None], entity: str, source: str, source_id: str) -> Response:
    """Look up one key

    The golden ID that stands for this key, also when it was merged, split or retired since.
    """
    return jsonify(_told(xref.look_up(reading(), entity, source, check_source_id(source_id), query["as_of"])))


@blueprint.route("/xref/<entity>/lookup", methods=["POST"])
@blueprint.arguments(LookUpSchema)
@blueprint.response(200, LookUpAnswerSchema)
def look_up_many(body: Mapping[str, list[Mapping[str, str]]], entity: str) -> Response:
    """Look up to 10,000 keys

    Answers come in the order of the keys, null for a key that is not known.
    """
    keys = [(key["source_system"], key["source_id"]) for key in body["keys"]]
    answers = xref.look_up_many(reading(), entity, keys)
    return jsonify({"results": [answer and _told(answer) for answer in answers]})


def _told(answer: XrefAnswer) -> dict[str, object]:
    """As ``XrefSchema`` describes it; the schema itself takes longer to write an answer than the hub to find it."""
    return {
        "entity": answer.entity,
        "source_system": answer.source_system,
        "source_id": answer.source_id,
        "golden_id": answer.golden_id,
        "status": answer.status,
        "resolved_ids": answer.resolved_ids,
        "version": answer.version,
    }
