"""Shapes that several nouns of the API share: attribute values from the dictionary, problems, effects."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate

from mdm.domain.entity_type import Attribute, EntityType
from mdm.domain.errors import InvalidInputError
from mdm.services.hub import Hub

MAX_TEXT = 4000
"""Characters of one attribute value; a longer one is refused, one over the dictionary's length is a finding."""
MAX_KEY = 300
"""Characters of an id of a source system."""

ATTRIBUTE_SET = "AttributeSet"
"""Name of the component that stands for the attributes of any entity type."""

JSON_VALUE = {"type": ["string", "number", "boolean", "null"]}


class AttributeValue(fields.Field[object]):
    """A value of an attribute: text, number, truth or null."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        """``Any``: as marshmallow has it."""
        if isinstance(value, str) and len(value) > MAX_TEXT:
            raise ValidationError(f"Text has at most {MAX_TEXT:,} characters.")
        if value is not None and not isinstance(value, str | int | float | bool):
            raise ValidationError("Must be text, a number, true, false or null.")
        return value


class AttributeSet(fields.Dict):
    """The attributes of one record, by name; which names there are depends on the entity type of the call."""


class Moment(fields.Field[datetime]):
    """A time with zone in ISO 8601, as UTC."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> datetime:
        """``Any``: as marshmallow has it."""
        try:
            moment = datetime.fromisoformat(value)
            if moment.tzinfo is None or "T" not in value:
                raise ValueError
            return moment.astimezone(UTC)
        except (ValueError, OverflowError, TypeError) as error:
            raise ValidationError("Must be a time with zone, as in 2026-11-23T08:00:00Z.") from error


class ReasonSchema(Schema):
    """Why somebody changes something."""

    reason = fields.String(
        required=True,
        validate=[validate.Length(max=2000), validate.Regexp(r"(?s).*\S", error="Must not be empty.")],
        metadata={"description": "Why; kept for ever", "example": "same certificate, name misspelt"},
    )


class PreviewSchema(Schema):
    """Whether to show the effect only."""

    preview = fields.Boolean(
        load_default=False, metadata={"description": "1: show the exact effect and change nothing"}
    )


class AsOfSchema(Schema):
    """The moment asked about."""

    as_of = Moment(
        load_default=None,
        metadata={
            "description": "As it was at this time (ISO 8601 with zone)",
            "example": "2026-11-23T08:00:00Z",
        },
    )


class EffectSchema(Schema):
    """What an action on golden records did, or would do."""

    decision_id = fields.String(allow_none=True)
    golden_ids = fields.List(fields.String())
    created = fields.List(fields.String(), metadata={"description": "Golden IDs that come into being"})
    ended = fields.List(fields.String(), metadata={"description": "Golden IDs that now lead elsewhere"})
    memberships = fields.Dict(
        keys=fields.String(),
        values=fields.String(),
        metadata={"description": "system:id -> golden ID afterwards"},
    )
    values = fields.Dict(
        keys=fields.String(),
        values=fields.Dict(keys=fields.String(), values=fields.List(fields.Raw())),
        metadata={"description": "Golden ID -> attribute -> [value before, value after]"},
    )
    tasks_closed = fields.List(fields.Integer())
    tasks_opened = fields.List(fields.Integer())
    preview = fields.Boolean(dump_default=False)
    proposal_id = fields.String(
        allow_none=True, metadata={"description": "Set with 202: the action waits for a second person"}
    )
    regulated = fields.List(fields.String(), metadata={"description": "Regulated vetoes that it crosses"})


class FieldProblemSchema(Schema):
    """One wrong field."""

    field = fields.String(metadata={"example": "attributes.uscc"})
    message = fields.String(metadata={"example": "Unknown field."})


class ProblemSchema(Schema):
    """What went wrong, as a problem document (RFC 9457)."""

    type = fields.String(required=True, metadata={"example": "/api/docs#problem-input.invalid"})
    title = fields.String(required=True, metadata={"example": "Unprocessable Content"})
    status = fields.Integer(required=True, metadata={"example": 422})
    code = fields.String(required=True, metadata={"description": "Stable name", "example": "input.invalid"})
    detail = fields.String(required=True, metadata={"example": "Some fields do not fit."})
    errors = fields.List(fields.Nested(FieldProblemSchema), required=True)
    details = fields.Dict(metadata={"description": "What else is known, e.g. the present state"})


def attribute_schema(entity: EntityType) -> Schema:
    """The schema of the attributes of this entity type; an unknown attribute is refused by name."""
    made = Schema.from_dict(
        {name: _value_field(attribute) for name, attribute in entity.attributes.items()},
        name=f"{entity.name.title().replace('_', '')}Attributes",
    )
    return made()


def check_attributes(hub: Hub, entity: str, attributes: object) -> dict[str, str | None]:
    """The attributes as text, as every source record holds them; raises what names every wrong field."""
    schema = _schema_of(hub, hub.dictionary.entity(entity))
    if not isinstance(attributes, Mapping) or not attributes:
        raise InvalidInputError(
            "attributes must be an object with at least one attribute.", field="attributes"
        )
    try:
        found = schema.load(attributes)
    except ValidationError as error:
        raise ValidationError({"attributes": error.messages}) from error
    return {name: _as_text(value) for name, value in found.items()}


def check_source_id(source_id: str) -> str:
    """The id of a source system; raises InvalidInputError when it is longer than any can be."""
    if not 1 <= len(source_id) <= MAX_KEY:
        raise InvalidInputError(f"An id has 1 to {MAX_KEY} characters.", field="source_id")
    return source_id


def _schema_of(hub: Hub, entity: EntityType) -> Schema:
    """Built once per entity type: making forty fields takes longer than matching a record."""
    known = hub.cache.get(("attribute_schema", entity.name))
    if isinstance(known, Schema):
        return known
    made = attribute_schema(entity)
    hub.cache["attribute_schema", entity.name] = made
    return made


def _as_text(value: object) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return json.dumps(value)


def _value_field(attribute: Attribute) -> AttributeValue:
    return AttributeValue(
        allow_none=True,
        metadata={
            "description": f"{attribute.en} / {attribute.zh}. {attribute.meaning}",
            **({"example": attribute.example} if attribute.example else {}),
        },
    )
