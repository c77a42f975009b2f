"""What every API blueprint shares: strict parsing, the actor before the call, problem documents after a failure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NoReturn
from urllib.parse import unquote_to_bytes

import marshmallow
from flask import Request, request
from flask_smorest import Blueprint
from webargs.flaskparser import FlaskParser
from werkzeug.exceptions import BadRequest, HTTPException, RequestURITooLarge
from werkzeug.routing import BaseConverter

from mdm.api import body, errors, security
from mdm.domain.errors import ForbiddenError, MdmError
from mdm.services import access

PREFIX = "/api/v1"
MAX_PATH = 8192
"""Bytes; an id of 300 Chinese characters needs 900."""


class SourceIdConverter(BaseConverter):
    """An id of a source system: any text, also with slashes, also beginning with one."""

    regex = r"[\s\S]+"
    part_isolating = False


class StrictParser(FlaskParser):
    """Reads bodies with our own JSON reader and refuses members and parameters that nobody asked for."""

    DEFAULT_UNKNOWN_BY_LOCATION = {"json": marshmallow.RAISE, "query": marshmallow.RAISE}  # noqa: RUF012 # as inherited

    def __init__(self) -> None:
        super().__init__()
        self._unasked: dict[marshmallow.Schema, Mapping[str, Any]] = {}

    def parse(self, argmap: Any, req: Any = None, *, location: str | None = None, **kwargs: Any) -> Any:
        """What the request says; ``Any``: as webargs has it.

        An empty query has one answer per schema: checking it anew would cost as much as a look-up.
        """
        if location != "query" or request.query_string:
            return super().parse(argmap, req, location=location, **kwargs)
        if argmap not in self._unasked:
            self._unasked[argmap] = super().parse(argmap, req, location=location, **kwargs)
        return dict(self._unasked[argmap])

    def load_json(self, req: Request, schema: marshmallow.Schema) -> dict[str, Any]:
        """The JSON object of the body (``Any``: the schema checks it next)."""
        return body.read_object(req)

    def handle_error(
        self,
        error: marshmallow.ValidationError,
        req: Request,
        schema: marshmallow.Schema,
        *,
        error_status_code: int | None,
        error_headers: Any,
    ) -> NoReturn:
        """Let the error pass as it is; it becomes a problem document."""
        raise error


class ApiBlueprint(Blueprint):
    """One noun of the API; every route of it needs a bearer token."""

    ARGUMENTS_PARSER = StrictParser()

    def __init__(self, name: str, description: str) -> None:
        super().__init__(name, __name__, url_prefix=PREFIX, description=description)
        self.before_request(security.authenticate)
        self.register_error_handler(MdmError, refuse)
        self.register_error_handler(marshmallow.ValidationError, errors.problem_of)
        self.register_error_handler(HTTPException, errors.problem_of)


def refuse(error: MdmError) -> Any:
    """The problem document of a refused call; a client that oversteps its rights is remembered."""
    if isinstance(error, ForbiddenError):
        security.end_reading()
        access.record_denial(security.the_hub(), security.the_actor(), error)
    return errors.problem_of(error)


def require_clean_target() -> None:
    """Refuse paths and queries that are not UTF-8 or hold NUL: replaced bytes would let one id answer for another."""
    path = request.environ.get("PATH_INFO", "").encode("latin-1", "replace")
    for part in (path, unquote_to_bytes(request.query_string)):
        if len(path) > MAX_PATH:
            raise RequestURITooLarge(f"A path has at most {MAX_PATH} bytes.")
        try:
            readable = "\0" not in part.decode("utf-8")
        except UnicodeDecodeError:
            readable = False
        if not readable:
            raise BadRequest("The address is not UTF-8 or holds NUL.")
