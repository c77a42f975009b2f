"""Versions of tasks and golden records as ETags: who decides says which state was on the screen."""

from __future__ import annotations

import re
from http import HTTPStatus

from flask import Response, current_app, json, request
from marshmallow import Schema
from werkzeug.exceptions import PreconditionFailed

IF_MATCH_DOC = {
    "name": "If-Match",
    "in": "header",
    "required": False,
    "description": "The ETag of the state this rests on; 409 with the present state when it has changed since.",
    "schema": {"type": "string"},
    "example": '"3"',
}
ETAG_DOC = {"ETag": {"description": "Version of the object", "schema": {"type": "string"}}}

_TAG = re.compile(r'\s*"?(\d{1,18})"?\s*')


def expected_version() -> int | None:
    """The version named by If-Match, None without one or with ``*``; a tag of another make fits nothing (412)."""
    tag = request.headers.get("If-Match")
    if tag is None or tag.strip() == "*":
        return None
    found = _TAG.fullmatch(tag)
    if found is None:
        raise PreconditionFailed('If-Match must hold one version, as in "3".')
    return int(found.group(1))


def versioned(schema: Schema, content: object, version: int) -> Response:
    """The object with its version as ETag; 304 without body when the caller has it already."""
    answer = current_app.response_class(json.dumps(schema.dump(content)), mimetype="application/json")
    answer.set_etag(str(version))
    answer.make_conditional(request)
    if answer.status_code == HTTPStatus.PRECONDITION_FAILED:
        raise PreconditionFailed("This is another version than If-Match names.")
    return answer
