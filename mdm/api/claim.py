"""Working on tasks over HTTP: claims, comments, facets of the queue, one verdict for all that was judged alike."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from flask import Response
from marshmallow import Schema, fields, validate

from mdm.api.blueprint import ApiBlueprint
from mdm.api.idempotency import HEADER_DOC, Answer, write
from mdm.api.review import TaskLineSchema
from mdm.api.schema import ReasonSchema
from mdm.api.security import reading
from mdm.domain.review import Band, RiskClass, TaskReason, Verdict
from mdm.services import bulk, claim, comment, narrow
from mdm.services.narrow import AGES, DUE, ORDERS, Narrow
from mdm.services.unit_of_work import UnitOfWork

blueprint = ApiBlueprint("claims", "Working on review tasks: claims, comments, facets, bulk decisions")


class NarrowSchema(Schema):
    """What the queue is narrowed to; the count of a facet leaves out that facet's own choice."""

    entity = fields.String(load_default="")
    sources = fields.String(load_default="", validate=validate.Length(max=200))
    band = fields.String(load_default="", validate=validate.OneOf(["", *(band.value for band in Band)]))
    reason = fields.String(load_default="", validate=validate.OneOf(["", *(why.value for why in TaskReason)]))
    languages = fields.String(load_default="", validate=validate.Length(max=5))
    risk = fields.String(load_default="", validate=validate.OneOf(["", *(risk.value for risk in RiskClass)]))
    age = fields.String(load_default="", validate=validate.OneOf(["", *AGES]))
    due = fields.String(load_default="", validate=validate.OneOf(["", *DUE]))
    holder = fields.String(
        load_default="",
        validate=validate.Length(max=200),
        metadata={"description": "`me`, `nobody` or a login"},
    )
    q = fields.String(
        load_default="",
        validate=validate.Length(max=200),
        metadata={"description": "Part of a name or key"},
    )


class FacetsSchema(Schema):
    """Facet -> value -> open tasks."""

    counts = fields.Dict(
        keys=fields.String(), values=fields.Dict(keys=fields.String(), values=fields.Integer())
    )
    total = fields.Integer()


class NextSchema(ReasonSchema):
    """Under which filters the next task is wanted, and why one works."""

    entity = fields.String(load_default="")
    order = fields.String(load_default="value", validate=validate.OneOf(list(ORDERS)))


class TakenSchema(Schema):
    """The task that was claimed; null when all are held."""

    task_id = fields.Integer(allow_none=True)


class HoldingSchema(Schema):
    """Who works on a task; without ``lease_until`` it was handed over and stays."""

    task_id = fields.Integer()
    holder = fields.String()
    since = fields.String(metadata={"format": "date-time"})
    lease_until = fields.String(allow_none=True, metadata={"format": "date-time"})
    given_by = fields.String()
    note = fields.String()


class HandOverSchema(ReasonSchema):
    """To whom, and a note as the reason."""

    login = fields.String(required=True, validate=validate.Length(1, 100))


class CommentTextSchema(Schema):
    """What to write; ``@login`` names a colleague."""

    text = fields.String(required=True, validate=validate.Length(1, 2000))


class CommentSchema(Schema):
    """What somebody wrote beside a task."""

    comment_id = fields.String()
    task_id = fields.Integer()
    author = fields.String()
    at = fields.String(metadata={"format": "date-time"})
    text = fields.String()


class CommentListSchema(Schema):
    """Comments, the oldest first."""

    comments = fields.List(fields.Nested(CommentSchema))


class AlikeSchema(Schema):
    """Open tasks that were judged exactly as this one."""

    task_id = fields.Integer()
    count = fields.Integer()
    at_once = fields.Integer(metadata={"description": "So many of them are decided in one step"})
    sample = fields.List(fields.Nested(TaskLineSchema))


class BulkSchema(ReasonSchema):
    """One verdict, and the ``count`` that the preview told."""

    verdict = fields.String(
        required=True, validate=validate.OneOf([Verdict.MATCH.value, Verdict.NON_MATCH.value])
    )
    count = fields.Integer(required=True, strict=True, validate=validate.Range(1, 2**31 - 1))


class BulkOutcomeSchema(Schema):
    """Decisions, proposals, tasks that other verdicts of the step answered, and those left with the error's code."""

    decided = fields.List(fields.String())
    proposed = fields.List(fields.String())
    superseded = fields.List(fields.Integer())
    left = fields.Dict(keys=fields.String(), values=fields.String())


@blueprint.route("/tasks/facets", methods=["GET"])
@blueprint.arguments(NarrowSchema, location="query")
@blueprint.response(200, FacetsSchema)
def facets(query: Mapping[str, Any]) -> object:
    """Count the open tasks by each value of each facet"""
    return narrow.facets(reading(), Narrow(**query))


@blueprint.route("/tasks/next", methods=["POST"])
@blueprint.arguments(NextSchema)
@blueprint.response(200, TakenSchema)
@blueprint.doc(parameters=[HEADER_DOC])
def take_next(body: Mapping[str, str]) -> Response:
    """Claim the next task that nobody works on"""

    def act(uow: UnitOfWork) -> Answer:
        wanted = narrow.wanted_of(uow, Narrow(entity=body["entity"], order=body["order"]))
        return Answer({"task_id": claim.next_task(uow, wanted, body["order"])})

    return write(body["reason"], TakenSchema(), act)


@blueprint.route("/tasks/<int:task_id>/claim", methods=["POST"])
@blueprint.arguments(ReasonSchema)
@blueprint.response(200, HoldingSchema)
@blueprint.doc(parameters=[HEADER_DOC])
def take(body: Mapping[str, str], task_id: int) -> Response:
    """Work on a task, or hold it longer

    409 `task.held` with holder and end of the lease when somebody else works on it.
    """
    return write(body["reason"], HoldingSchema(), lambda uow: Answer(claim.claim(uow, task_id)))


@blueprint.route("/tasks/<int:task_id>/release", methods=["POST"])
@blueprint.arguments(ReasonSchema)
@blueprint.response(200, TakenSchema)
@blueprint.doc(parameters=[HEADER_DOC])
def release(body: Mapping[str, str], task_id: int) -> Response:
    """Let a task go"""

    def act(uow: UnitOfWork) -> Answer:
        claim.release(uow, task_id)
        return Answer({"task_id": task_id})

    return write(body["reason"], TakenSchema(), act)


@blueprint.route("/tasks/<int:task_id>/hand-over", methods=["POST"])
@blueprint.arguments(HandOverSchema)
@blueprint.response(200, HoldingSchema)
@blueprint.doc(parameters=[HEADER_DOC])
def hand_over(body: Mapping[str, str], task_id: int) -> Response:
    """Give a task to a colleague; the reason is the note"""
    return write(
        body["reason"],
        HoldingSchema(),
        lambda uow: Answer(claim.hand_over(uow, task_id, body["login"], body["reason"])),
    )


@blueprint.route("/tasks/<int:task_id>/comments", methods=["GET"])
@blueprint.response(200, CommentListSchema)
def list_comments(task_id: int) -> dict[str, object]:
    """List the comments of a task, the oldest first"""
    return {"comments": comment.of_task(reading(), task_id)}


@blueprint.route("/tasks/<int:task_id>/comments", methods=["POST"])
@blueprint.arguments(CommentTextSchema)
@blueprint.response(200, CommentSchema)
@blueprint.doc(parameters=[HEADER_DOC])
def add_comment(body: Mapping[str, str], task_id: int) -> Response:
    """Write a comment on a task"""
    return write("comment", CommentSchema(), lambda uow: Answer(comment.add(uow, task_id, body["text"])))


@blueprint.route("/tasks/<int:task_id>/alike", methods=["GET"])
@blueprint.response(200, AlikeSchema)
def preview_alike(task_id: int) -> object:
    """Preview the tasks that were judged exactly as this one"""
    return bulk.preview(reading(), task_id)


@blueprint.route("/tasks/<int:task_id>/alike", methods=["POST"])
@blueprint.arguments(BulkSchema)
@blueprint.response(200, BulkOutcomeSchema)
@blueprint.doc(parameters=[HEADER_DOC])
def decide_alike(body: Mapping[str, Any], task_id: int) -> Response:
    """Give one verdict on all tasks judged alike, at most 50

    409 `version.stale` when there are not `count` of them any more.
    """

    def act(uow: UnitOfWork) -> Answer:
        made = bulk.decide(uow, task_id, body["verdict"], body["reason"], body["count"])
        return Answer({**asdict(made), "left": {str(each): code for each, code in made.left.items()}})

    return write(body["reason"], BulkOutcomeSchema(), act)
