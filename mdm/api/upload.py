"""Files over HTTP: an extract sent, mapped, previewed, loaded, its rejects fetched, taken back; and Excel templates."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from http import HTTPStatus
from typing import Any

from flask import Response, current_app, request
from marshmallow import Schema, fields, validate
from werkzeug.exceptions import UnsupportedMediaType

from mdm import jobs
from mdm.api.blueprint import ApiBlueprint
from mdm.api.idempotency import HEADER_DOC, Answer, write
from mdm.api.schema import PreviewSchema, ReasonSchema
from mdm.api.security import reading, the_actor, the_hub
from mdm.services import (
    load,
    load_preview,
    rejected,
    source,
    template,
    upload,
    upload_check,
    upload_mapping,
    upload_run,
)
from mdm.services.table_file import CONTENT_TYPES, table_bytes
from mdm.services.unit_of_work import UnitOfWork
from mdm.services.upload import Upload

blueprint = ApiBlueprint("uploads", "Files of one's own source system: sent, previewed, loaded, taken back")

FILE_TYPES = (*CONTENT_TYPES.values(), "text/csv", "application/octet-stream")
"""What a file may be sent as; its bytes say what it is."""


def _allow_files() -> None:
    """A file may be larger than any other body."""
    if request.endpoint == "uploads.receive":
        request.max_content_length = upload.MAX_BYTES + 1


blueprint.before_request(_allow_files)


class UploadQuerySchema(Schema):
    """Whose records the file holds, and what it is called."""

    entity = fields.String(required=True, validate=validate.Length(1, 60))
    file_name = fields.String(required=True, validate=validate.Length(1, 200))


class UploadSchema(Schema):
    """A file on its way; ``unmatched``: records it brought that wait for matching."""

    upload_id = fields.String()
    entity = fields.String()
    source_system = fields.String(attribute="source")
    file_name = fields.String()
    file_hash = fields.String(metadata={"description": "SHA-256 of the bytes as they came"})
    state = fields.String(metadata={"enum": ["received", "loading", "loaded", "failed"]})
    step = fields.String()
    done = fields.Integer()
    total = fields.Integer()
    load_id = fields.String(allow_none=True)
    fault = fields.String()
    unmatched = fields.Integer()
    stopped = fields.Boolean()


class UploadListSchema(Schema):
    """The latest uploads, the newest first."""

    uploads = fields.List(fields.Nested(UploadSchema))


class ColumnSchema(Schema):
    """One column of the file: some of its cells, what it is mapped to, and what that rests on."""

    name = fields.String()
    samples = fields.List(fields.String())
    attribute = fields.String()
    why = fields.String(metadata={"enum": ["", "profile", "label", "content", "alike"]})


class MappingSchema(Schema):
    """How the file seems to be read; ``profile`` is what preview and load take."""

    columns = fields.List(fields.Nested(ColumnSchema))
    id_column = fields.String()
    known = fields.Boolean(metadata={"description": "Every column was recognised for sure"})
    profile = fields.Dict()


class ProfileSchema(Schema):
    """How the file is to be read, as in a PROFILE.json."""

    profile = fields.Dict(required=True)


class CellSchema(Schema):
    """One cell: as it came, as it will be compared, and what is wrong with it."""

    attribute = fields.String()
    raw = fields.String()
    value = fields.Raw(allow_none=True)
    findings = fields.List(fields.String(attribute="rule"))


class PreviewRowSchema(Schema):
    """One row as it would be loaded."""

    number = fields.Integer()
    key = fields.String()
    flaw = fields.String(metadata={"description": "Why it would not be taken, empty when it would"})
    cells = fields.List(fields.Nested(CellSchema))


class RejectSchema(Schema):
    """One row that was not taken."""

    row = fields.Integer()
    field = fields.String()
    reason = fields.String()
    raw = fields.String()


class FilePreviewSchema(Schema):
    """The first rows, and which of the rows read would not be taken."""

    rows = fields.List(fields.Nested(PreviewRowSchema))
    checked = fields.Integer(metadata={"description": "Rows read, at most 20,000"})
    whole = fields.Boolean(metadata={"description": "All rows of the file were read"})
    refused = fields.Integer()
    reasons = fields.Dict(keys=fields.String(), values=fields.Integer())
    rejects = fields.List(fields.Nested(RejectSchema), metadata={"description": "The first 20"})


class StartSchema(ReasonSchema, ProfileSchema):
    """How the file is to be read, and why it is loaded."""


class LoadQuerySchema(Schema):
    """Which loads."""

    entity = fields.String(load_default=None, validate=validate.Length(1, 60))


class LoadSchema(Schema):
    """One load: received = accepted + unchanged + rejected."""

    load_id = fields.String()
    entity = fields.String()
    source_system = fields.String(attribute="source")
    file_name = fields.String()
    received = fields.Integer()
    accepted = fields.Integer()
    unchanged = fields.Integer()
    rejected = fields.Integer()
    status = fields.String(metadata={"enum": ["accepted", "undone"]})
    created_at = fields.String(metadata={"format": "date-time"})


class LoadListSchema(Schema):
    """Loads, the newest first."""

    held = fields.List(fields.Nested(LoadSchema), attribute="loads", data_key="loads")


class RejectListSchema(Schema):
    """Rows that were not taken, in file order."""

    rejects = fields.List(fields.Nested(RejectSchema))


class RejectQuerySchema(Schema):
    """As JSON, or as the rows of the file with row, field and reason behind them."""

    format = fields.String(load_default="json", validate=validate.OneOf(["json", *CONTENT_TYPES]))


class BroughtSchema(Schema):
    """One record that the load brought and what becomes of it."""

    source_id = fields.String()
    version = fields.Integer()
    outcome = fields.String(metadata={"enum": ["retired", "restored", "left"]})
    title = fields.String()


class UndoneLoadSchema(Schema):
    """Records by what becomes of them; ``records`` and ``events`` with ``preview`` only."""

    retired = fields.Integer()
    restored = fields.Integer()
    left = fields.Integer()
    events = fields.Dict(keys=fields.String(), values=fields.Integer())
    records = fields.List(fields.Nested(BroughtSchema))
    preview = fields.Boolean()


class LanguageSchema(Schema):
    """The language of the template."""

    language = fields.String(load_default="zh", validate=validate.OneOf(["zh", "en"]))


@blueprint.route("/uploads", methods=["POST"])
@blueprint.arguments(UploadQuerySchema, location="query")
@blueprint.response(201, UploadSchema)
@blueprint.doc(
    parameters=[HEADER_DOC],
    requestBody={
        "required": True,
        "content": {kind: {"schema": {"type": "string", "format": "binary"}} for kind in FILE_TYPES},
    },
)
def receive(query: Mapping[str, str]) -> Response:
    """Send a file of the client's own source system, to 64 MB

    The body is the file itself; it is kept as it came, and nothing is loaded yet.
    """
    if request.mimetype not in {kind.partition(";")[0] for kind in FILE_TYPES}:
        raise UnsupportedMediaType("A file is sent as text/csv, as XLSX or as application/octet-stream.")
    content = request.get_data(cache=True)

    def act(uow: UnitOfWork) -> Answer:
        made = upload.receive(uow, query["entity"], uow.actor.source or "", query["file_name"], content)
        return Answer(made, HTTPStatus.CREATED)

    return write(f"upload {query['file_name']}", UploadSchema(), act)


@blueprint.route("/uploads", methods=["GET"])
@blueprint.response(200, UploadListSchema)
def list_uploads() -> dict[str, object]:
    """List the latest uploads of the client's own source system"""
    return {"uploads": upload.list_uploads(reading())}


@blueprint.route("/uploads/<upload_id>", methods=["GET"])
@blueprint.response(200, UploadSchema)
def read_upload(upload_id: str) -> upload.Upload:
    """Read how far an upload is, or how it ended"""
    return upload.get(reading(), upload_id)


@blueprint.route("/uploads/<upload_id>/mapping", methods=["GET"])
@blueprint.response(200, MappingSchema)
def read_mapping(upload_id: str) -> upload_mapping.FileMapping:
    """Read which column seems to be what: by known profiles, the dictionary and the cells"""
    uow = reading()
    return upload_mapping.suggested(uow, upload.get(uow, upload_id))


@blueprint.route("/uploads/<upload_id>/preview", methods=["POST"])
@blueprint.arguments(ProfileSchema)
@blueprint.response(200, FilePreviewSchema)
def preview(body: Mapping[str, Any], upload_id: str) -> dict[str, object]:
    """Preview the first rows as this profile would load them, and the rows that would not be taken"""
    uow = reading()
    held = upload.get(uow, upload_id)
    seen = upload.look_into(uow, held, upload.header_row_of(body["profile"]))
    rows = upload.preview(uow, held, seen, body["profile"])
    found = upload_check.check(uow, held, body["profile"])
    return {
        "rows": [row._replace(flaw=found.flaw_of(row.number) or row.flaw) for row in rows],
        "checked": found.rows,
        "whole": found.whole,
        "refused": found.refused,
        "reasons": found.reasons,
        "rejects": found.rejects,
    }


@blueprint.route("/uploads/<upload_id>/load", methods=["POST"])
@blueprint.arguments(StartSchema)
@blueprint.response(202, UploadSchema)
@blueprint.doc(parameters=[HEADER_DOC])
def start(body: Mapping[str, Any], upload_id: str) -> Response:
    """Load an upload by this profile; ask for the upload to follow it

    409 `upload.state` when it is loaded or being loaded.
    """

    begun: list[Upload] = []

    def act(uow: UnitOfWork) -> Answer:
        upload.keep_mapping(uow, upload_id, body["profile"])
        begun[:] = [upload_run.start(uow, upload_id)]
        return Answer(begun[0], HTTPStatus.ACCEPTED)

    answer = write(body["reason"], UploadSchema(), act)
    hub, actor = the_hub(), the_actor()
    for started in begun:  # none when the answer was given before
        jobs.run_beside(current_app.extensions, partial(upload_run.carry_out, hub, actor, started))
    return answer


@blueprint.route("/loads", methods=["GET"])
@blueprint.arguments(LoadQuerySchema, location="query")
@blueprint.response(200, LoadListSchema)
def list_loads(query: Mapping[str, str | None]) -> dict[str, object]:
    """List the loads of the client's own source system, the newest first"""
    return {"loads": source.list_loads(reading(), query["entity"])}


@blueprint.route("/loads/<load_id>", methods=["GET"])
@blueprint.response(200, LoadSchema)
def read_load(load_id: str) -> source.LoadLine:
    """Read the counts of one load"""
    return source.get_load(reading(), load_id)


@blueprint.route("/loads/<load_id>/rejects", methods=["GET"])
@blueprint.arguments(RejectQuerySchema, location="query")
@blueprint.response(200, RejectListSchema)
def read_rejects(query: Mapping[str, str], load_id: str) -> Response | dict[str, object]:
    """Read the rows that were not taken, or fetch them as a file to mend and send again"""
    uow, form = reading(), query["format"]
    if form == "json":
        return {"rejects": source.list_rejects(uow, load_id)}
    table = rejected.as_table(upload.rejected_rows(uow, load_id))
    return _file(f"rejects-{load_id}.{form}", table_bytes(uow.hub, table.columns, table.rows, form), form)


@blueprint.route("/loads/<load_id>/undo", methods=["POST"])
@blueprint.arguments(ReasonSchema)
@blueprint.arguments(PreviewSchema, location="query")
@blueprint.response(200, UndoneLoadSchema)
@blueprint.doc(parameters=[HEADER_DOC])
def undo(body: Mapping[str, str], query: Mapping[str, bool], load_id: str) -> Response:
    """Take back a wrong file; matching follows with the next run"""

    def act(uow: UnitOfWork) -> Answer:
        if query["preview"]:
            return Answer(
                {**load_preview.as_mapping(load_preview.preview_undo(uow, load_id)), "preview": True}
            )
        return Answer({**load.undo_load(uow, load_id), "preview": False})

    return write(body["reason"], UndoneLoadSchema(), act)


@blueprint.route("/templates/<entity>", methods=["GET"])
@blueprint.arguments(LanguageSchema, location="query")
@blueprint.response(
    200,
    content_type=CONTENT_TYPES["xlsx"],
    schema={"type": "string", "format": "binary"},
)
def read_template(query: Mapping[str, str], entity: str) -> Response:
    """Fetch the Excel template of an entity type; a filled one needs no mapping"""
    content = template.entity_template(reading(), entity, query["language"])
    return _file(f"{entity}-{query['language']}.xlsx", content, "xlsx")


def _file(name: str, content: bytes, form: str) -> Response:
    answer = Response(content, content_type=CONTENT_TYPES[form])
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
