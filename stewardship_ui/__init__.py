"""The pages of data stewards: server-rendered, in Chinese and English, usable without JavaScript.

Invariant: pages load nothing from other hosts and contain neither inline script nor inline style.
"""

from __future__ import annotations

from pathlib import Path

import flask_babel
from flask import Blueprint, Flask, abort, current_app, request
from flask_wtf.csrf import CSRFError, CSRFProtect
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import HTTPException

from mdm.domain.errors import ForbiddenError, MdmError
from mdm.services.hub import Hub
from stewardship_ui import (
    about,
    access,
    audit,
    bulk,
    change,
    claim,
    comment,
    creation,
    dashboard,
    dictionary,
    door,
    error,
    golden,
    golden_decision,
    imports,
    language,
    look_up,
    quality,
    reason,
    review,
    search,
    source,
    template,
    view,
)

HERE = Path(__file__).parent

pages = Blueprint(
    "ui", __name__, template_folder="templates", static_folder="static", static_url_path="/assets"
)


def register(app: Flask, hub: Hub) -> None:
    """Add the pages to the application; it must have a secret key, for the form tokens."""
    app.extensions[door.EXTENSION] = hub
    app.config.setdefault("WTF_CSRF_TIME_LIMIT", None)  # a form token lives as long as its session
    app.config.setdefault(
        "WTF_CSRF_CHECK_DEFAULT", False
    )  # the API takes no cookies, so it needs no form token
    CSRFProtect(app)
    flask_babel.Babel(
        app,
        default_translation_directories=str(HERE / "translations"),
        locale_selector=language.choose_locale,
    )
    app.jinja_env.filters.update(template.FILTERS)
    app.register_blueprint(pages)


def _prepare() -> None:
    """Before every page: who asks, and whether a form carries the token of its session, the log-in too."""
    if request.endpoint != "ui.static":
        if request.endpoint == imports.RECEIVES_FILES:
            request.max_content_length = imports.MAX_REQUEST
        access.load_person()
        form = _read_form()
        current_app.extensions["csrf"].protect()
        if any("\0" in text for _, text in form.items(multi=True)):
            abort(400)  # no text of a person holds NUL, and PostgreSQL cannot keep it


def _read_form() -> MultiDict[str, str]:
    """Read what was sent before anybody asks for it, so that a body in broken chunks is the sender's fault."""
    try:
        return request.form
    except OSError:
        abort(400)


pages.before_request(_prepare)
pages.context_processor(template.context)
pages.register_error_handler(MdmError, error.show_domain_error)
pages.register_error_handler(ForbiddenError, error.show_forbidden)
pages.register_error_handler(CSRFError, error.show_csrf_error)
pages.register_error_handler(HTTPException, error.show_http_error)
for _noun in (
    access,
    review,
    claim,
    comment,
    view,
    bulk,
    reason,
    golden,
    golden_decision,
    look_up,
    creation,
    search,
    source,
    imports,
    quality,
    dashboard,
    about,
    change,
    dictionary,
    audit,
):
    pages.register_blueprint(_noun.blueprint)
