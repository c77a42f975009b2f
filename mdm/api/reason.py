"""Why, and why not, over HTTP: the answer for any two records, and the evidence of a past decision again."""

from __future__ import annotations

from collections.abc import Mapping

from marshmallow import Schema, fields, validate

from mdm.api.blueprint import ApiBlueprint
from mdm.api.review import EvidenceSchema, NamedRecordSchema, VetoSchema
from mdm.api.security import reading
from mdm.domain.explanation import Answer, DecisionEvidence, Explanation
from mdm.services import reason

blueprint = ApiBlueprint("reasons", "Why two records are one thing, or why not")

MAX_NAME = 400
"""Characters of ``SYSTEM:ID``."""


class ExplainQuerySchema(Schema):
    """Which two records: each as ``SYSTEM:ID`` or by golden ID."""

    left = fields.String(
        required=True,
        validate=validate.Length(1, MAX_NAME),
        metadata={"description": "SYSTEM:ID or golden ID", "example": "ERP1:100"},
    )
    right = fields.String(
        required=True, validate=validate.Length(1, MAX_NAME), metadata={"example": "MES1:7"}
    )


class TellingSchema(Schema):
    """The evidence in one sentence, and what would turn the answer."""

    sentence_en = fields.String()
    sentence_zh = fields.String()
    counterfactual_en = fields.String()
    counterfactual_zh = fields.String()


class SaidSchema(Schema):
    """One verdict: who, when, why."""

    decision_id = fields.String()
    kind = fields.String()
    actor = fields.String()
    at = fields.String(metadata={"format": "date-time"})
    reason = fields.String()


class TieSchema(Schema):
    """What ties two records: a link with its evidence, or a verdict or blind check (then without a weight)."""

    left = fields.Nested(NamedRecordSchema)
    right = fields.Nested(NamedRecordSchema)
    weight = fields.Float(allow_none=True)
    telling = fields.Nested(TellingSchema)
    said = fields.Nested(SaidSchema, allow_none=True)


class KeysSchema(Schema):
    """Keys of one blocking rule; hot ones are held by too many records and are not compared on."""

    name = fields.String()
    attributes = fields.List(fields.String(), metadata={"description": "What the keys are made of"})
    shared = fields.List(fields.String())
    hot = fields.List(fields.String())
    left = fields.List(fields.String())
    right = fields.List(fields.String())


class AgainstSchema(Schema):
    """Two other records (system:id) that contradict each other."""

    name = fields.String()
    en = fields.String()
    zh = fields.String()
    left = fields.String()
    right = fields.String()
    clause = fields.String()
    regulated = fields.Boolean()


class ExplanationSchema(Schema):
    """Why two records are one thing, or why not; of golden records that of their most alike pair."""

    entity = fields.String()
    answer = fields.String(metadata={"enum": [answer.value for answer in Answer]})
    together = fields.Boolean()
    answer_en = fields.String()
    answer_zh = fields.String()
    left = fields.Nested(NamedRecordSchema)
    right = fields.Nested(NamedRecordSchema)
    left_golden_id = fields.String()
    right_golden_id = fields.String()
    match_weight = fields.Float(metadata={"description": "Bits (log2)"})
    match_probability = fields.Float(
        metadata={"description": "0 to 1: share of matches among all pairs of this weight"}
    )
    question_probability = fields.Float(
        allow_none=True,
        metadata={"description": "0 to 1, where a task asks: share of matches among questions like it"},
    )
    link_weight = fields.Float()
    review_weight = fields.Float()
    telling = fields.Nested(TellingSchema)
    evidence = fields.List(fields.Nested(EvidenceSchema))
    vetoes = fields.List(fields.Nested(VetoSchema))
    keys = fields.List(fields.Nested(KeysSchema))
    chain = fields.List(fields.Nested(TieSchema))
    verdicts = fields.List(fields.Nested(SaidSchema))
    against = fields.Nested(AgainstSchema, allow_none=True)
    task_id = fields.Integer(allow_none=True)


class DecisionEvidenceSchema(Schema):
    """What was on screen, and what the rules, model and features of then give now."""

    decision_id = fields.String()
    kind = fields.String()
    actor = fields.String()
    at = fields.String(metadata={"format": "date-time"})
    evidence_hash = fields.String()
    intact = fields.Boolean(allow_none=True)
    stored = fields.Dict()
    derived = fields.Dict()
    equal = fields.Boolean(allow_none=True)
    differences = fields.List(fields.String())


@blueprint.route("/explain/<entity>", methods=["GET"])
@blueprint.arguments(ExplainQuerySchema, location="query")
@blueprint.response(200, ExplanationSchema)
def explain(query: Mapping[str, str], entity: str) -> Explanation:
    """Say why two records are one thing, or why not

    Also when they were never compared, when a verdict keeps them apart, or when others forbid the link.
    """
    return reason.explain(reading(), entity, query["left"], query["right"])


@blueprint.route("/decisions/<decision_id>/evidence", methods=["GET"])
@blueprint.response(200, DecisionEvidenceSchema)
def evidence(decision_id: str) -> DecisionEvidence:
    """Read the evidence a decision rested on, and derive it again"""
    return reason.explain_decision(reading(), decision_id)
