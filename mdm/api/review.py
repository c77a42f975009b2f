"""Review tasks and decisions over HTTP: the queue, the evidence, the verdict and its undoing."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from flask import Response
from marshmallow import Schema, fields, validate

from mdm.api.blueprint import ApiBlueprint
from mdm.api.idempotency import HEADER_DOC, Answer, write
from mdm.api.schema import EffectSchema, PreviewSchema, ReasonSchema
from mdm.api.security import reading
from mdm.api.version import ETAG_DOC, IF_MATCH_DOC, expected_version, versioned
from mdm.domain.review import ProposalState, TaskReason, TaskStatus, Verdict
from mdm.services import confirmation, decision, decision_log, kept_value, review
from mdm.services.unit_of_work import UnitOfWork

_CURSOR = re.compile(r"(-?\d{1,9}(\.\d{1,30})?(e-?\d{1,2})?:\d{1,18})?\Z")

blueprint = ApiBlueprint("tasks", "Review tasks: pairs that wait for a steward, and decisions")


class TaskLineSchema(Schema):
    """One line of the queue."""

    task_id = fields.Integer()
    entity = fields.String()
    status = fields.String(metadata={"enum": [status.value for status in TaskStatus]})
    version = fields.Integer()
    match_weight = fields.Float(
        allow_none=True, metadata={"description": "Bits (log2); null while an audit task is open"}
    )
    match_probability = fields.Float(
        allow_none=True, metadata={"description": "0 to 1; null while an audit task is open"}
    )
    reason = fields.String(metadata={"enum": [reason.value for reason in TaskReason]})
    opened_at = fields.String(metadata={"format": "date-time"})
    left_system = fields.String()
    left_id = fields.String()
    left_title = fields.String()
    right_system = fields.String()
    right_id = fields.String()
    right_title = fields.String()
    sentence_en = fields.String(
        attribute="telling.sentence_en", metadata={"description": "The evidence in one sentence"}
    )
    sentence_zh = fields.String(attribute="telling.sentence_zh")
    counterfactual_en = fields.String(
        attribute="telling.counterfactual_en", metadata={"description": "What would turn the answer"}
    )
    counterfactual_zh = fields.String(attribute="telling.counterfactual_zh")
    priority = fields.Float(metadata={"description": "What a verdict is worth; the order of the queue"})
    settles = fields.Integer(metadata={"description": "Pairs of records that one verdict answers"})


class TaskPageSchema(Schema):
    """A page of the queue; pass ``next_cursor`` to read on, empty at the end."""

    lines = fields.List(fields.Nested(TaskLineSchema), data_key="tasks")
    total = fields.Integer()
    next_cursor = fields.String()


class TaskFilterSchema(Schema):
    """Which tasks to list."""

    entity = fields.String(load_default=None)
    status = fields.String(
        load_default=TaskStatus.OPEN.value, validate=validate.OneOf([status.value for status in TaskStatus])
    )
    reason = fields.String(
        load_default=None, validate=validate.OneOf([reason.value for reason in TaskReason])
    )
    q = fields.String(load_default="", validate=validate.Length(max=200))
    limit = fields.Integer(load_default=50, validate=validate.Range(1, 200))
    cursor = fields.String(
        load_default="",
        validate=validate.Regexp(_CURSOR, error="This cursor is not one that was given out."),
        metadata={"description": "next_cursor of the page before"},
    )


class EvidenceSchema(Schema):
    """How one comparison was judged; positive bits speak for a match."""

    comparison = fields.String()
    label_en = fields.String()
    label_zh = fields.String()
    level_en = fields.String()
    level_zh = fields.String()
    weight = fields.Float()
    left = fields.Raw(allow_none=True)
    right = fields.Raw(allow_none=True)


class VetoSchema(Schema):
    """What forbids an automatic link."""

    name = fields.String()
    en = fields.String()
    zh = fields.String()
    clause = fields.String()
    hard = fields.Boolean()
    regulated = fields.Boolean(metadata={"description": "Overruled by two people only"})


class SideSchema(Schema):
    """One of the two records."""

    source_system = fields.String()
    source_id = fields.String()
    version = fields.Integer()
    changed_at = fields.String()
    golden_id = fields.String()
    raw = fields.Dict()
    values = fields.Dict()
    golden_members = fields.Integer()


class NamedRecordSchema(Schema):
    """A source record and what it is called."""

    source_system = fields.String()
    source_id = fields.String()
    title = fields.String()


class DecisionSchema(Schema):
    """One thing a person decided."""

    decision_id = fields.String()
    entity = fields.String()
    kind = fields.String()
    verdict = fields.String(allow_none=True)
    task_id = fields.Integer(allow_none=True)
    actor = fields.String()
    reason = fields.String()
    at = fields.String(metadata={"format": "date-time"})
    undone_by = fields.String(allow_none=True)
    subject = fields.Dict()
    records = fields.List(fields.Nested(NamedRecordSchema))
    sentence_en = fields.String(attribute="telling.sentence_en")
    sentence_zh = fields.String(attribute="telling.sentence_zh")


class DecisionListSchema(Schema):
    """Decisions, the newest first."""

    decisions = fields.List(fields.Nested(DecisionSchema))


class DecisionQuerySchema(Schema):
    """How many decisions to list."""

    limit = fields.Integer(load_default=50, validate=validate.Range(1, 500))


class ProposalSchema(Schema):
    """A match across a regulated veto that waits for a second person."""

    proposal_id = fields.String()
    entity = fields.String()
    kind = fields.String(metadata={"enum": ["review", "merge"]})
    task_id = fields.Integer(allow_none=True)
    golden_ids = fields.List(fields.String())
    records = fields.List(fields.String(), metadata={"description": "system:id"})
    vetoes = fields.List(fields.Nested(VetoSchema))
    proposed_by = fields.String()
    reason = fields.String()
    proposed_at = fields.String(metadata={"format": "date-time"})
    state = fields.String(metadata={"enum": [state.value for state in ProposalState]})
    closed_by = fields.String(allow_none=True)
    closed_reason = fields.String(allow_none=True)
    values = fields.Dict(
        keys=fields.String(),
        values=fields.String(),
        metadata={"description": "Attribute -> record (system:id) whose value the match would set"},
    )


class ProposalListSchema(Schema):
    """Matches that wait for a second person, the oldest first."""

    proposals = fields.List(fields.Nested(ProposalSchema))


class ProposalQuerySchema(Schema):
    """Which proposals to list."""

    entity = fields.String(load_default=None)


class TaskSchema(Schema):
    """A task with everything a steward needs to decide it."""

    line = fields.Nested(TaskLineSchema, data_key="task")
    left = fields.Nested(SideSchema)
    right = fields.Nested(SideSchema)
    evidence = fields.List(fields.Nested(EvidenceSchema))
    vetoes = fields.List(fields.Nested(VetoSchema))
    previous = fields.Dict(allow_none=True)
    decisions = fields.List(fields.Nested(DecisionSchema))
    regulated = fields.List(
        fields.Nested(VetoSchema),
        metadata={
            "description": "Regulated vetoes that a match would cross: it then waits for a second person"
        },
    )
    proposal = fields.Nested(ProposalSchema, allow_none=True)
    followed_by = fields.Integer(
        allow_none=True,
        metadata={"description": "The open task that asks the same, once this one is closed (also in a 409)"},
    )
    closed_reason = fields.String(
        metadata={"description": "Words of a person, or a code of the machine with its values (docs/api.md)"}
    )


class VerdictSchema(ReasonSchema):
    """What a steward says of the pair, and why."""

    verdict = fields.String(required=True, validate=validate.OneOf([verdict.value for verdict in Verdict]))
    values = fields.Dict(
        keys=fields.String(validate=validate.Length(1, 60)),
        values=fields.String(validate=validate.OneOf(kept_value.SIDES)),
        load_default=dict,
        metadata={"description": "With a match: whose value stays, by attribute; undone with the verdict"},
    )


class OutcomeSchema(Schema):
    """What came of a decision."""

    decision_id = fields.String()
    task_id = fields.Integer(allow_none=True)
    status = fields.String()
    golden_ids = fields.List(fields.String())
    next_task_id = fields.Integer(allow_none=True)
    proposal_id = fields.String(
        allow_none=True, metadata={"description": "Set with 202: the match waits for a second person"}
    )


@blueprint.route("/tasks", methods=["GET"])
@blueprint.arguments(TaskFilterSchema, location="query")
@blueprint.response(200, TaskPageSchema)
def list_tasks(query: Mapping[str, Any]) -> object:
    """List review tasks, filtered and paged"""
    return review.list_tasks(reading(), **query)


@blueprint.route("/tasks/<int:task_id>", methods=["GET"])
@blueprint.response(200, TaskSchema, headers=ETAG_DOC)
def read_task(task_id: int) -> Response:
    """Read one task with the evidence of each comparison"""
    uow = reading()
    task = review.get_task(uow, task_id)
    return versioned(TaskSchema(), task, task.line.version)


@blueprint.route("/tasks/<int:task_id>/decision", methods=["POST"])
@blueprint.arguments(VerdictSchema)
@blueprint.response(200, OutcomeSchema)
@blueprint.alt_response(202, schema=OutcomeSchema, description="Waits for a second person")
@blueprint.doc(parameters=[HEADER_DOC, IF_MATCH_DOC])
def decide(body: Mapping[str, Any], task_id: int) -> Response:
    """Give a verdict on a task

    Send the ETag of the task as If-Match; 409 with the present state when someone was first. A match across a
    regulated veto is answered with 202 and status `proposed`: it binds once a second person confirms it on the pages.
    """
    verdict = Verdict(body["verdict"])
    expected = expected_version()

    def act(uow: UnitOfWork) -> Answer:
        made = review.decide(uow, task_id, verdict, body["reason"], expected, values=body["values"])
        return Answer(made, 202 if made.proposal_id else 200)

    return write(body["reason"], OutcomeSchema(), act)


@blueprint.route("/proposals", methods=["GET"])
@blueprint.arguments(ProposalQuerySchema, location="query")
@blueprint.response(200, ProposalListSchema)
def list_proposals(query: Mapping[str, str | None]) -> dict[str, object]:
    """List matches that wait for a second person, the oldest first"""
    return {"proposals": confirmation.list_open(reading(), query["entity"])}


@blueprint.route("/proposals/<proposal_id>/reject", methods=["POST"])
@blueprint.arguments(ReasonSchema)
@blueprint.response(200, ProposalSchema)
@blueprint.doc(parameters=[HEADER_DOC])
def withdraw(body: Mapping[str, str], proposal_id: str) -> Response:
    """Take back a match that this client proposed

    Confirming, and rejecting what somebody else proposed, is for people: 403.
    """
    return write(
        body["reason"],
        ProposalSchema(),
        lambda uow: Answer(confirmation.reject(uow, proposal_id, body["reason"])),
    )


@blueprint.route("/decisions", methods=["GET"])
@blueprint.arguments(DecisionQuerySchema, location="query")
@blueprint.response(200, DecisionListSchema)
def list_decisions(query: Mapping[str, int]) -> dict[str, object]:
    """List decisions, the newest first"""
    return {"decisions": decision_log.list_decisions(reading(), query["limit"])}


@blueprint.route("/decisions/<decision_id>/undo", methods=["POST"])
@blueprint.arguments(ReasonSchema)
@blueprint.arguments(PreviewSchema, location="query")
@blueprint.response(200, EffectSchema)
@blueprint.doc(parameters=[HEADER_DOC])
def undo(body: Mapping[str, str], query: Mapping[str, bool], decision_id: str) -> Response:
    """Undo a decision by a compensating one

    A verdict, a merge, an unmerge, a split or an override; its question comes back when it is still open.
    """

    def act(uow: UnitOfWork) -> Answer:
        effect = decision.undo(uow, decision_id, body["reason"], preview=query["preview"])
        return Answer({**asdict(effect), "preview": query["preview"]})

    return write(body["reason"], EffectSchema(), act)
