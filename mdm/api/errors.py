"""Errors as problem documents (RFC 9457): one place that turns what went wrong into status and body.

Invariant: ``code`` is stable; ``detail`` may be reworded. No answer shows a secret, a query or a stack.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Any

from flask import Flask, Response, current_app, json
from marshmallow import ValidationError
from werkzeug.exceptions import HTTPException

from mdm.api.body import MalformedJsonError
from mdm.domain import errors
from mdm.domain.errors import MdmError

MAX_FIELDS = 100
"""How many wrong fields one answer lists."""

STATUS: Mapping[type[MdmError], HTTPStatus] = {
    MalformedJsonError: HTTPStatus.BAD_REQUEST,
    errors.AuthenticationError: HTTPStatus.UNAUTHORIZED,
    errors.ForbiddenError: HTTPStatus.FORBIDDEN,
    errors.UnknownEntityError: HTTPStatus.NOT_FOUND,
    errors.UnknownSourceError: HTTPStatus.NOT_FOUND,
    errors.UnknownLoadError: HTTPStatus.NOT_FOUND,
    errors.UnknownRecordError: HTTPStatus.NOT_FOUND,
    errors.UnknownUploadError: HTTPStatus.NOT_FOUND,
    errors.UploadStateError: HTTPStatus.CONFLICT,
    errors.UnknownGoldenIdError: HTTPStatus.NOT_FOUND,
    errors.UnknownTaskError: HTTPStatus.NOT_FOUND,
    errors.UnknownDecisionError: HTTPStatus.NOT_FOUND,
    errors.UnknownUserError: HTTPStatus.NOT_FOUND,
    errors.UnknownClientError: HTTPStatus.NOT_FOUND,
    errors.UnknownChangeError: HTTPStatus.NOT_FOUND,
    errors.UnknownCodeListError: HTTPStatus.NOT_FOUND,
    errors.TaskNotOpenError: HTTPStatus.CONFLICT,
    errors.TaskHeldError: HTTPStatus.CONFLICT,
    errors.UnknownViewError: HTTPStatus.NOT_FOUND,
    errors.StaleVersionError: HTTPStatus.CONFLICT,
    errors.ContradictingVerdictError: HTTPStatus.CONFLICT,
    errors.DecisionNotUndoableError: HTTPStatus.CONFLICT,
    errors.UnknownProposalError: HTTPStatus.NOT_FOUND,
    errors.ProposalOpenError: HTTPStatus.CONFLICT,
    errors.ProposalClosedError: HTTPStatus.CONFLICT,
    errors.UntrainedLevelError: HTTPStatus.CONFLICT,
    errors.IdempotencyConflictError: HTTPStatus.CONFLICT,
    errors.WriteConflictError: HTTPStatus.CONFLICT,
    errors.LoginTakenError: HTTPStatus.CONFLICT,
    errors.ChangeStateError: HTTPStatus.CONFLICT,
    errors.StaleReportError: HTTPStatus.CONFLICT,
    errors.FourEyesError: HTTPStatus.FORBIDDEN,
    errors.DamagedRecordError: HTTPStatus.INTERNAL_SERVER_ERROR,
}
"""Everything else that the domain refuses is the caller's to mend: 422."""

_KEPT_HEADERS = ("Allow", "Retry-After", "WWW-Authenticate")


def register(app: Flask) -> None:
    """Answer every error below ``/api`` with a problem document, whether or not a route matched."""
    app.extensions["mdm.problem"] = problem_of


def problem_of(error: Exception) -> Response:
    """The problem document for an error of ours, of a schema or of the web layer."""
    if isinstance(error, MdmError):
        return of_mdm_error(error)
    if isinstance(error, ValidationError):
        return of_validation(error.messages_dict)
    if isinstance(error, HTTPException):
        return of_http(error)
    raise error


def of_mdm_error(error: MdmError) -> Response:
    """The problem document of a domain error; a field it names becomes an entry of ``errors``."""
    status = status_of(error)
    details = {name: value for name, value in error.details.items() if value is not None}
    field = details.pop("field", details.get("attribute"))
    listed = [{"field": str(field), "message": error.message}] if isinstance(field, str) else []
    answer = _problem(status, error.code, error.message, listed, details)
    if status is HTTPStatus.UNAUTHORIZED:
        answer.headers["WWW-Authenticate"] = "Bearer"
    return answer


def of_validation(messages: Mapping[Any, Any]) -> Response:
    """The problem document of a body or query that does not fit its schema (``Any``: marshmallow nests)."""
    listed = [{"field": field, "message": text} for field, text in _flat(messages, "")][:MAX_FIELDS]
    return _problem(HTTPStatus.UNPROCESSABLE_ENTITY, "input.invalid", "Some fields do not fit.", listed, {})


def of_http(error: HTTPException) -> Response:
    """The problem document of an error of the web layer (404, 405, 413, 415, 429, 500…)."""
    status = HTTPStatus(error.code or 500)
    told = status.description or status.phrase
    # Descriptions of a 500 may quote the exception; ours of 4xx are written for the caller.
    detail = told if status >= HTTPStatus.INTERNAL_SERVER_ERROR else (error.description or told)
    answer = _problem(status, f"http.{status.name.lower()}", detail, [], {})
    kept = dict(error.get_headers())
    for name in _KEPT_HEADERS:
        if name in kept:
            answer.headers[name] = kept[name]
    return answer


def status_of(error: MdmError) -> HTTPStatus:
    """The status for this error, by its class or the nearest parent in the table."""
    found = (STATUS[kind] for kind in type(error).__mro__ if kind in STATUS)
    return next(found, HTTPStatus.UNPROCESSABLE_ENTITY)


def _problem(
    status: HTTPStatus,
    code: str,
    detail: str,
    listed: list[dict[str, str]],
    details: Mapping[str, object],
) -> Response:
    body: dict[str, object] = {
        "type": f"/api/docs#problem-{code}",
        "title": status.phrase,
        "status": status.value,
        "code": code,
        "detail": detail,
        "errors": listed,
    }
    if details:
        body["details"] = details
    return current_app.response_class(
        json.dumps(body, default=str), status=status, mimetype="application/problem+json"
    )


def _flat(messages: object, path: str) -> Iterable[tuple[str, str]]:
    """marshmallow's nested messages as (path, text); lists are numbered as ``keys[3]``."""
    if isinstance(messages, Mapping):
        for key, inner in messages.items():
            step = f"{path}[{key}]" if isinstance(key, int) else f"{path}.{key}".removeprefix(".")
            # "json", "query" and "_schema" name the place of the whole, not a field.
            yield from _flat(inner, path if key in {"json", "query", "_schema"} else step)
    elif isinstance(messages, list):
        for text in messages:
            yield path, str(text)
    else:
        yield path, str(messages)
