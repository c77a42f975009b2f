"""The HTTP API: reads the request, calls one service, renders the answer.

Invariant: every route below ``/api/v1`` needs a bearer token, except the description of the API itself.
"""

from __future__ import annotations

from flask import Flask
from flask_smorest import Api

from mdm import __version__
from mdm.api import (
    audit,
    change,
    claim,
    creation,
    dictionary,
    document,
    dossier,
    errors,
    event,
    golden,
    lineage,
    match,
    quality,
    reason,
    record,
    review,
    upload,
    xref,
)
from mdm.api.blueprint import SourceIdConverter, require_clean_target
from mdm.api.schema import (
    ATTRIBUTE_SET,
    JSON_VALUE,
    AttributeSet,
    AttributeValue,
    ProblemSchema,
    attribute_schema,
)
from mdm.api.security import end_reading
from mdm.services.hub import Hub

ROOT = "/api/"


class HubApi(Api):
    """flask-smorest without its own error pages and without its own page of documentation."""

    ERROR_SCHEMA = ProblemSchema

    def _register_error_handlers(self) -> None:
        """Errors become problem documents in ``mdm.api.errors``."""

    def _register_doc_blueprint(self) -> None:
        """The description is served by ``mdm.api.document``."""


def register(app: Flask, hub: Hub) -> None:
    """Add the API to the application, with its description made from the routes and the dictionary."""
    app.extensions["mdm.hub"] = hub
    app.config |= {"API_TITLE": "Master-data hub", "API_VERSION": __version__, "OPENAPI_VERSION": "3.1.0"}
    app.url_map.converters["source_id"] = SourceIdConverter
    app.before_request(require_clean_target)
    app.teardown_request(end_reading)
    api = HubApi(app, spec_kwargs={"info": {"description": document.ABOUT}})
    _describe_attributes(api, hub)
    for noun in (
        audit,
        dossier,
        xref,
        record,
        match,
        golden,
        lineage,
        review,
        claim,
        reason,
        quality,
        event,
        change,
        dictionary,
        upload,
        creation,
    ):
        api.register_blueprint(noun.blueprint)
    document.register(app, api.spec.to_dict())


def is_api_path(path: str) -> bool:
    """Whether errors on this path are answered as problem documents."""
    return path.startswith(ROOT)


problem_of = errors.problem_of


def _describe_attributes(api: HubApi, hub: Hub) -> None:
    """Put the attributes of every entity type into the description, from the dictionary."""
    names = []
    for entity in hub.dictionary.entities.values():
        schema = attribute_schema(entity)
        names.append(type(schema).__name__)
        api.spec.components.schema(names[-1], schema=schema)
    references = [{"$ref": f"#/components/schemas/{name}"} for name in names]
    api.spec.components.schema(ATTRIBUTE_SET, {"anyOf": references})

    def describe(_: object, field: object, **__: object) -> dict[str, object]:
        if isinstance(field, AttributeSet):
            return {"$ref": f"#/components/schemas/{ATTRIBUTE_SET}"}
        return dict(JSON_VALUE) if isinstance(field, AttributeValue) else {}

    api.ma_plugin.converter.add_attribute_function(describe)
