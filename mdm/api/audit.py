"""The audit trail over HTTP: who changed what, when and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields as members
from typing import Any

from marshmallow import Schema, fields, validate

from mdm.api.blueprint import ApiBlueprint
from mdm.api.security import reading
from mdm.domain.audit import OPERATIONS, AuditEntry, AuditFilter
from mdm.services import audit

blueprint = ApiBlueprint("audit", "Audit trail: who changed what, when and why")


class AuditEntrySchema(Schema):
    """One change of one governed row; ``content`` is the text that the seal and the checkpoints hash."""

    entry_id = fields.Integer()
    at = fields.String(metadata={"format": "date-time"})
    actor = fields.String()
    reason = fields.String()
    table = fields.String()
    operation = fields.String(metadata={"enum": list(OPERATIONS)})
    row_key = fields.String()
    content = fields.String()


class AuditPageSchema(Schema):
    """Entries, newest first; pass ``next_before`` as ``before`` to read on, null at the end."""

    entries = fields.List(fields.Nested(AuditEntrySchema))
    next_before = fields.Integer(allow_none=True)


class AuditQuerySchema(Schema):
    """Which entries to read."""

    table = fields.String(load_default="")
    row_key = fields.String(load_default="")
    actor = fields.String(load_default="")
    operation = fields.String(load_default="", validate=validate.OneOf(["", *OPERATIONS]))
    first_day = fields.String(load_default="", metadata={"description": "From this day on, 2026-01-31 (UTC)"})
    last_day = fields.String(load_default="", metadata={"description": "To the end of this day"})
    before = fields.Integer(load_default=None, validate=validate.Range(1, 2**63 - 1))
    limit = fields.Integer(load_default=100, validate=validate.Range(1, 1000))


@blueprint.route("/audit", methods=["GET"])
@blueprint.arguments(AuditQuerySchema, location="query")
@blueprint.response(200, AuditPageSchema)
def entries(
    query: Mapping[str, Any],
) -> Mapping[str, tuple[AuditEntry, ...] | int | None]:  # Any: as declared
    """Read audit entries, newest first."""
    narrow = AuditFilter(**{each.name: query[each.name] for each in members(AuditFilter)})
    found = audit.entries(reading(), narrow, query["before"], query["limit"])
    return {"entries": found, "next_before": found[-1].entry_id if len(found) == query["limit"] else None}
