"""The change feed over HTTP: every change in order and without a gap, from zero if wanted."""

from __future__ import annotations

from collections.abc import Mapping

from marshmallow import Schema, fields, validate

from mdm.api.blueprint import ApiBlueprint
from mdm.api.security import reading
from mdm.domain.event import ChangePage
from mdm.services import event

blueprint = ApiBlueprint("changes", "Change feed: golden and cross-reference changes in order")


class ChangeSchema(Schema):
    """One change; ``seq`` has no gap."""

    seq = fields.Integer()
    type = fields.String(metadata={"example": "golden.merged"})
    entity = fields.String()
    subject = fields.String(metadata={"description": "The golden ID, source key or task it is about"})
    payload = fields.Dict()
    at = fields.String(metadata={"format": "date-time"})
    actor = fields.String()
    reason = fields.String()


class ChangePageSchema(Schema):
    """A stretch of the feed; pass ``next_cursor`` to read on."""

    events = fields.List(fields.Nested(ChangeSchema))
    next_cursor = fields.Integer()


class FeedSchema(Schema):
    """Where to read on."""

    cursor = fields.Integer(load_default=0, validate=validate.Range(0, 2**63 - 1))
    limit = fields.Integer(load_default=1000, validate=validate.Range(1, 10_000))


@blueprint.route("/changes", methods=["GET"])
@blueprint.arguments(FeedSchema, location="query")
@blueprint.response(200, ChangePageSchema)
def changes(query: Mapping[str, int]) -> ChangePage:
    """Read changes from a cursor on

    A reader that starts at zero can rebuild the whole cross-reference table.
    """
    return event.changes(reading(), query["cursor"], query["limit"])
