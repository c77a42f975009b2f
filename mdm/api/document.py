"""The description of the API: OpenAPI 3.1 for programs, one plain page for people, both without any other host."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from flask import Blueprint, Flask, Response, current_app, json, render_template

from mdm.domain.access import SCOPE_PERMISSIONS

blueprint = Blueprint("api_document", __name__, template_folder="templates", static_folder=None)

ABOUT = (
    "Golden records of a manufacturer, for the systems that own the originals. Every call carries the bearer token "
    "of an API client, which is bound to one source system. Ids with slashes or Chinese characters are "
    "percent-encoded. Errors are problem documents (RFC 9457) with a stable code."
)

_METHODS = ("get", "post", "put", "delete")

_PROBLEMS: Mapping[str, str] = {
    "400": "The body or the address cannot be read",
    "401": "No valid token",
    "403": "The token's scopes or source system do not allow this",
    "404": "Nothing is known under this name",
    "409": "Somebody was first, or the key was used for another call",
    "412": "The If-Match tag is of another make",
    "413": "The body is too large",
    "415": "The body is not JSON in UTF-8",
    "422": "Some fields do not fit",
    "429": "Too many calls",
}
_WRITE_ONLY = frozenset({"409", "412", "413", "415"})

_SCOPES: Mapping[tuple[str, str], str] = {
    ("xref", "get"): "xref:read",
    ("xref", "post"): "xref:read",
    ("records", "get"): "records:read",
    ("records", "put"): "records:write",
    ("records", "delete"): "records:write",
    ("match", "post"): "match:search",
    ("creation", "post"): "records:create",
    ("uploads", "get"): "loads:read",
    ("uploads", "post"): "loads:write",
    ("golden", "get"): "golden:read",
    ("golden", "post"): "golden:decide",
    ("lineage", "get"): "golden:read",
    ("lineage", "post"): "golden:decide",
    ("tasks", "get"): "tasks:read",
    ("claims", "get"): "tasks:read",
    ("tasks", "post"): "tasks:decide",
    ("claims", "post"): "tasks:decide",
    ("quality", "get"): "quality:read",
    ("quality", "post"): "quality:sample",
    ("changes", "get"): "changes:read",
    ("audit", "get"): "audit:read",
    ("dossier", "get"): "audit:read golden:read records:read tasks:read",
    ("reasons", "get"): "tasks:read",
    ("change_requests", "get"): "matching:read",
    ("change_requests", "post"): "matching:propose",
    ("code_lists", "get"): "matching:read",
    ("code_lists", "post"): "matching:propose",
}
"""Noun and method -> the scope a call needs (several: all of them), for the description only; services check."""


def register(app: Flask, spec: dict[str, Any]) -> None:
    """Serve the completed description (``Any``: OpenAPI's own nesting)."""
    app.extensions["mdm.openapi"] = complete(spec)
    app.register_blueprint(blueprint)


@blueprint.get("/api/v1/openapi.json")
def openapi() -> Response:
    """The description for programs."""
    return current_app.response_class(
        json.dumps(current_app.extensions["mdm.openapi"]), mimetype="application/json"
    )


@blueprint.get("/api/docs")
@blueprint.get("/api/docs/")
def page() -> str:
    """The description for people, readable without network and without script."""
    spec = current_app.extensions["mdm.openapi"]
    return render_template("api_docs.html", spec=spec, operations=list(operations(spec)), shown=_shown)


def complete(spec: dict[str, Any]) -> dict[str, Any]:
    """The description with security, scopes, names of operations and every problem that may come back."""
    components = spec["components"]
    components["securitySchemes"] = {
        "bearer": {"type": "http", "scheme": "bearer", "description": "Token of an API client"}
    }
    components["responses"] = {
        f"Problem{status}": _problem_response(status, text) for status, text in _PROBLEMS.items()
    }
    spec["security"] = [{"bearer": []}]
    spec["servers"] = [{"url": "/"}]
    for path, method, operation in operations(spec):
        noun = operation["tags"][0]
        operation["operationId"] = f"{method}_{path.removeprefix('/api/v1/')}".translate(_PLAIN).strip("_")
        operation["x-scope"] = _SCOPES[noun, method]
        wanted = [status for status in _PROBLEMS if method != "get" or status not in _WRITE_ONLY]
        operation["responses"] |= {
            status: {"$ref": f"#/components/responses/Problem{status}"} for status in wanted
        }
        operation["responses"].pop("default", None)
    for parameter in _source_ids(spec):
        parameter["description"] = "Id in the source system, percent-encoded (a slash as %2F)"
        parameter["schema"] = {"type": "string", "minLength": 1, "maxLength": 300}
    return spec


def operations(spec: Mapping[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Every (path, method, operation) of the description."""
    for path, methods in spec["paths"].items():
        for method in _METHODS:
            if method in methods:
                yield path, method, methods[method]


def scopes() -> tuple[str, ...]:
    """Every scope a client can hold."""
    return tuple(SCOPE_PERMISSIONS)


_PLAIN = str.maketrans({"/": "_", "{": None, "}": None})


def _problem_response(status: str, text: str) -> dict[str, Any]:
    return {
        "description": text,
        "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
        **({"headers": {"WWW-Authenticate": {"schema": {"type": "string"}}}} if status == "401" else {}),
    }


def _source_ids(spec: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for methods in spec["paths"].values():
        for parameter in methods.get("parameters", []):
            if parameter.get("name") == "source_id":
                yield parameter


def _shown(schema: Mapping[str, Any]) -> str:
    """What a schema is, in a few words, for the page."""
    if "$ref" in schema:
        return str(schema["$ref"]).rsplit("/", 1)[-1]
    kind = schema.get("type", "any")
    if kind == "array":
        return f"list of {_shown(schema.get('items', {}))}"
    told = " or ".join(kind) if isinstance(kind, list) else str(kind)
    return f"{told}: {', '.join(map(str, schema['enum']))}" if "enum" in schema else told
