"""Write calls: one transaction each, and with an ``Idempotency-Key`` the same answer however often it is sent."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from flask import Response, current_app, json, request
from marshmallow import Schema

from mdm.api.security import end_reading, the_actor, the_hub
from mdm.domain.errors import InvalidInputError, WriteConflictError
from mdm.services import idempotency
from mdm.services.unit_of_work import UnitOfWork

HEADER = "Idempotency-Key"
TRIES = 8
REPLAYED = "Idempotency-Replayed"
"""Set on an answer that was given before."""

HEADER_DOC = {
    "name": HEADER,
    "in": "header",
    "required": False,
    "description": "Names this call: sent again with the same key, it gets the first answer and changes nothing.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 200},
    "example": "9f0c2a3e-mes-20261123-0001",
}

_KEY = re.compile(r"[\x21-\x7e]{1,200}")


@dataclass(frozen=True, slots=True)
class Answer:
    """What a write call answers: an object to render, and the version for the ETag."""

    content: object
    status: int = 200
    version: int | None = None


def write(reason: str, schema: Schema, act: Callable[[UnitOfWork], Answer]) -> Response:
    """Do ``act`` in one unit of work and answer what it returns; a repeated call is answered without doing it.

    A transaction that lost against another one is done again: it then sees what the other wrote.
    """
    for _ in range(TRIES - 1):
        with suppress(WriteConflictError):
            return _write_once(reason, schema, act)
    return _write_once(reason, schema, act)


def _write_once(reason: str, schema: Schema, act: Callable[[UnitOfWork], Answer]) -> Response:
    key = request_key()
    end_reading()
    with the_hub().unit_of_work(the_actor(), reason) as uow:
        if key:
            stored = idempotency.claim(uow, key, request_hash())
            if stored is not None:
                return _response(stored.status, stored.body, replayed=True)
        answer = act(uow)
        body = rendered(schema, answer)
        if key:
            idempotency.keep(uow, key, answer.status, body)
    return _response(answer.status, body)


def request_key() -> str | None:
    """The key of this call; raises InvalidInputError when it is none."""
    key = request.headers.get(HEADER)
    if key is not None and not _KEY.fullmatch(key):
        raise InvalidInputError("A key is 1 to 200 printable ASCII characters without spaces.", field=HEADER)
    return key


def request_hash() -> str:
    """What makes two calls the same: method, address, expected version and body."""
    digest = hashlib.sha256()
    for part in (
        request.method.encode(),
        request.environ.get("PATH_INFO", "").encode("latin-1", "replace"),
        request.query_string,
        request.headers.get("If-Match", "").encode("latin-1", "replace"),
        request.get_data(cache=True),
    ):
        digest.update(len(part).to_bytes(8, "big") + part)
    return digest.hexdigest()


def rendered(schema: Schema, answer: Answer) -> str:
    """The answer as stored: what is sent, and the version beside it."""
    return json.dumps({"version": answer.version, "content": schema.dump(answer.content)})


def _response(status: int, stored: str, *, replayed: bool = False) -> Response:
    found = json.loads(stored)
    answer = current_app.response_class(
        json.dumps(found["content"]), status=status, mimetype="application/json"
    )
    if found["version"] is not None:
        answer.set_etag(str(found["version"]))
    if replayed:
        answer.headers[REPLAYED] = "true"
    return answer
