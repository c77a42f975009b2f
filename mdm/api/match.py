"""Search before create over HTTP: what the hub already has that looks like a record about to be made."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marshmallow import Schema, fields, validate

from mdm.api.blueprint import ApiBlueprint
from mdm.api.schema import AttributeSet, check_attributes
from mdm.api.security import reading
from mdm.services import candidate

blueprint = ApiBlueprint("match", "Search before create: nothing is stored")


class CandidateSchema(Schema):
    """A golden record that may be the same thing."""

    golden_id = fields.String(metadata={"example": "SUP-0ABCDEFGH1234567X"})
    match_probability = fields.Float(metadata={"description": "0 to 1", "example": 0.97})
    match_weight = fields.Float(metadata={"description": "Bits (log2)", "example": 8.4})
    outcome = fields.String(metadata={"description": "What the hub would make of the pair"})
    title = fields.String()
    explanation = fields.List(fields.Dict(), metadata={"description": "How each comparison was judged"})
    vetoes = fields.List(fields.Dict(), metadata={"description": "What forbids a link"})
    sentence_en = fields.String(metadata={"description": "The evidence in one sentence"})
    sentence_zh = fields.String()
    counterfactual_en = fields.String(metadata={"description": "What would turn the answer"})
    counterfactual_zh = fields.String()


class MatchInputSchema(Schema):
    """A record that is about to be made."""

    attributes = AttributeSet(required=True)
    limit = fields.Integer(load_default=10, strict=True, validate=validate.Range(1, 50))


class MatchAnswerSchema(Schema):
    """Candidates, the likeliest first."""

    candidates = fields.List(fields.Nested(CandidateSchema))


@blueprint.route("/match/<entity>", methods=["POST"])
@blueprint.arguments(MatchInputSchema)
@blueprint.response(200, MatchAnswerSchema)
def search(body: Mapping[str, Any], entity: str) -> dict[str, object]:
    """Search before create

    Golden records that may be the same thing, the likeliest first; nothing is stored.
    """
    uow = reading()
    attributes = check_attributes(uow.hub, entity, body["attributes"])
    return {"candidates": candidate.search_before_create(uow, entity, attributes, body["limit"])}
