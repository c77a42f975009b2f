"""Code lists over HTTP: what codes there are, and proposing more."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Response
from marshmallow import Schema, fields, validate

from mdm.api.blueprint import ApiBlueprint
from mdm.api.change import ChangeRequestSchema
from mdm.api.idempotency import HEADER_DOC, Answer, write
from mdm.api.schema import ReasonSchema
from mdm.api.security import reading
from mdm.services import alias_approval, change, dictionary, draft
from mdm.services.dictionary import CodeListView
from mdm.services.unit_of_work import UnitOfWork

blueprint = ApiBlueprint("code_lists", "Code lists: codes, spellings, owners and versions")

_TEXT = validate.Length(max=200)


class CodeListLineSchema(Schema):
    """A code list in short."""

    name = fields.String()
    zh = fields.String()
    en = fields.String()
    owner = fields.String()
    version = fields.Integer()
    codes = fields.Integer()


class CodeListListSchema(Schema):
    """Every code list."""

    code_lists = fields.List(fields.Nested(CodeListLineSchema))


class CodeSchema(Schema):
    """One code with its names and spellings."""

    code = fields.String()
    zh = fields.String()
    en = fields.String()
    synonyms = fields.List(fields.String())
    parent = fields.String()


class CodeListVersionSchema(Schema):
    """One version of a code list; without a change it came with the files."""

    version = fields.Integer()
    created_at = fields.String(metadata={"format": "date-time"})
    change_id = fields.String(allow_none=True)
    author = fields.String()
    reason = fields.String()


class CodeListSchema(Schema):
    """A code list with its versions, newest first."""

    line = fields.Nested(CodeListLineSchema, data_key="code_list")
    versions = fields.List(fields.Nested(CodeListVersionSchema))
    entries = fields.List(fields.Nested(CodeSchema), data_key="codes")


class CodeSearchSchema(Schema):
    """Which codes to show."""

    q = fields.String(load_default="", validate=_TEXT)


class CodeProposalSchema(ReasonSchema):
    """What is to become of one code; names that are left out stay."""

    code = fields.String(required=True, validate=validate.Length(1, 200))
    zh = fields.String(load_default=None, validate=_TEXT)
    en = fields.String(load_default=None, validate=_TEXT)
    parent = fields.String(load_default=None, validate=_TEXT)
    add = fields.List(fields.String(validate=_TEXT), load_default=[], validate=validate.Length(max=100))
    remove = fields.List(fields.String(validate=_TEXT), load_default=[], validate=validate.Length(max=100))


@blueprint.route("/code-lists", methods=["GET"])
@blueprint.response(200, CodeListListSchema)
def list_code_lists() -> dict[str, object]:
    """List the code lists with owner and version"""
    return {"code_lists": dictionary.list_code_lists(reading())}


class AliasSchema(Schema):
    """An alias that a verdict shows and that waits for a second person."""

    change_id = fields.String()
    names = fields.List(fields.String())
    proof = fields.String(metadata={"description": "The decision that shows it"})
    author = fields.String()
    created_at = fields.String(metadata={"format": "date-time"})
    state = fields.String()
    in_doubt = fields.Boolean(metadata={"description": "The decision does not hold any more"})


class AliasListSchema(Schema):
    """Aliases that wait, the oldest first."""

    aliases = fields.List(fields.Nested(AliasSchema))


@blueprint.route("/aliases", methods=["GET"])
@blueprint.response(200, AliasListSchema)
def list_aliases() -> dict[str, object]:
    """List the aliases that wait for a person's approval"""
    return {"aliases": alias_approval.list_proposed(reading())}


@blueprint.route("/code-lists/<name>", methods=["GET"])
@blueprint.arguments(CodeSearchSchema, location="query")
@blueprint.response(200, CodeListSchema)
def read(query: Mapping[str, str], name: str) -> CodeListView:
    """Read a code list, narrowed to codes that are spelt with ``q``"""
    return dictionary.get_code_list(reading(), name, query["q"])


@blueprint.route("/code-lists/<name>/proposals", methods=["POST"])
@blueprint.arguments(CodeProposalSchema)
@blueprint.response(201, ChangeRequestSchema)
@blueprint.doc(parameters=[HEADER_DOC])
def propose(body: Mapping[str, Any], name: str) -> Response:
    """Propose a code or spelling; a person approves it"""
    edit = draft.code_edit(**{key: value for key, value in body.items() if key != "reason"})

    def act(uow: UnitOfWork) -> Answer:
        change_id = change.propose_code_list(uow, name, [edit], body["reason"])
        return Answer(change.get(uow, change_id), 201)

    return write(body["reason"], ChangeRequestSchema(), act)
