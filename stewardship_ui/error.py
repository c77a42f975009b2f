"""Errors as pages: what happened in words, what to do next, and the stable code for a question to support."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

from flask import render_template, request
from flask_babel import gettext, lazy_gettext
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from mdm.domain.access import Permission, Role, roles_that_may
from mdm.domain.errors import ForbiddenError, MdmError
from mdm.services import access as access_service
from stewardship_ui.access import load_person
from stewardship_ui.door import is_logged_in, reading, safe_path

NAMED = 6
"""So many people are named who may do what was refused."""

_STATUS: Mapping[str, int] = {
    "input.invalid": 422,
    "entity.unknown": 404,
    "attribute.unknown": 404,
    "source.unknown": 404,
    "load.unknown": 404,
    "record.unknown": 404,
    "golden.unknown": 404,
    "task.unknown": 404,
    "decision.unknown": 404,
    "upload.unknown": 404,
    "upload.state": 409,
    "change.unknown": 404,
    "code_list.unknown": 404,
    "change.state": 409,
    "change.report_stale": 409,
    "task.not_open": 409,
    "task.held": 409,
    "view.unknown": 404,
    "version.stale": 409,
    "write.conflict": 409,
    "verdict.contradiction": 409,
    "decision.not_undoable": 409,
    "proposal.unknown": 404,
    "proposal.open": 409,
    "proposal.closed": 409,
    "change.four_eyes": 403,
    "access.forbidden": 403,
    "access.unauthenticated": 401,
}

_WORDS = {
    "input.invalid": lazy_gettext("A value does not fit."),
    "entity.unknown": lazy_gettext("There is no such entity type."),
    "source.unknown": lazy_gettext("There is no such source system."),
    "load.unknown": lazy_gettext("There is no such load."),
    "upload.unknown": lazy_gettext("There is no such import."),
    "upload.state": lazy_gettext("This file is loaded, or being loaded."),
    "record.unknown": lazy_gettext("There is no such source record."),
    "golden.unknown": lazy_gettext("This golden ID was never issued."),
    "task.unknown": lazy_gettext("There is no such review task."),
    "decision.unknown": lazy_gettext("There is no such decision."),
    "change.unknown": lazy_gettext("There is no such change."),
    "code_list.unknown": lazy_gettext("There is no such code list."),
    "change.state": lazy_gettext("The change has moved on: this step is not possible any more."),
    "change.report_stale": lazy_gettext(
        "Records, verdicts or rules have changed since the report was made: examine it again."
    ),
    "task.not_open": lazy_gettext("This task is no longer open."),
    "task.held": lazy_gettext("Somebody else works on this task."),
    "view.unknown": lazy_gettext("You have no such view."),
    "version.stale": lazy_gettext("Someone changed this since you opened it."),
    "write.conflict": lazy_gettext("Someone changed this since you opened it."),
    "verdict.contradiction": lazy_gettext(
        "This verdict contradicts verdicts in force. Take those back first, or decide otherwise."
    ),
    "decision.not_undoable": lazy_gettext("This decision was taken back before, or cannot be taken back."),
    "proposal.unknown": lazy_gettext("There is no such proposal."),
    "proposal.open": lazy_gettext("This match waits for a second person already."),
    "proposal.closed": lazy_gettext("This proposal is no longer open."),
    "change.four_eyes": lazy_gettext("You proposed this: somebody else has to confirm it."),
    "access.forbidden": lazy_gettext("Your role does not allow this."),
    "access.unauthenticated": lazy_gettext("Log in first."),
}

_HTTP_WORDS = {
    400: lazy_gettext("The request could not be understood."),
    403: lazy_gettext("Your role does not allow this."),
    404: lazy_gettext("There is no such page."),
    405: lazy_gettext("This page does not take that kind of request."),
    413: lazy_gettext("What was sent is too large."),
    429: lazy_gettext("Too many requests. Wait a moment."),
    500: lazy_gettext("Something went wrong on our side. Nothing was changed."),
}


_ROLES = {
    Role.STEWARD: lazy_gettext("data stewards"),
    Role.GOVERNANCE: lazy_gettext("governance"),
    Role.AUDITOR: lazy_gettext("auditors"),
    Role.ADMIN: lazy_gettext("administrators"),
}


def show_domain_error(error: MdmError) -> tuple[str, int]:
    """A page for an error that a service raised."""
    told = _WORDS.get(error.code)
    return _page(_STATUS.get(error.code, 500), str(told) if told else _HTTP_WORDS[500], error.code)


def show_forbidden(error: ForbiddenError) -> tuple[str, int]:
    """What the role does not allow: who may do it, and the way back to where the person came from."""
    name = str(error.details.get("permission", ""))
    load_person()
    if name not in set(Permission) or not is_logged_in():
        return show_domain_error(error)
    permission = Permission(name)
    with reading() as uow:
        people = access_service.people_who_may(uow, permission)
    shown = render_template(
        "error.html",
        status=403,
        told=str(_WORDS[error.code]),
        code=error.code,
        roles=[str(_ROLES[role]) for role in roles_that_may(permission)],
        people=people[:NAMED],
        back=_way_back(),
    )
    return shown, 403


def _way_back() -> str:
    """The page of this site that led here; '' when there is none or it is this one."""
    came = urlsplit(request.referrer or "")
    path = safe_path(f"{came.path}?{came.query}".rstrip("?")) if came.netloc == request.host else None
    return path if path and path != request.full_path.rstrip("?") else ""


def show_http_error(error: HTTPException) -> tuple[str, int]:
    """A page for what the web server refuses."""
    status = error.code or 500
    return _page(status, _HTTP_WORDS.get(status, _HTTP_WORDS[400]), f"http.{status}")


def show_csrf_error(_: CSRFError) -> tuple[str, int]:
    """A form that is too old or came from elsewhere: nothing was done."""
    told = gettext(
        "This form is too old or did not come from this site. Go back, reload the page, try again."
    )
    return _page(400, told, "form.expired")


def _page(status: int, told: object, code: str) -> tuple[str, int]:
    if status < 500:  # an address that no page has is refused before anybody asked who calls
        load_person()
    return render_template("error.html", status=status, told=str(told), code=code), status
