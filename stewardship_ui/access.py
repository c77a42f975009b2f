"""Log-in, log-out, the invitation page on which a password is set, and the choice of language."""

from __future__ import annotations

from flask import Blueprint, g, redirect, render_template, request, session, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from mdm.domain.access import Actor, Permission, may
from mdm.domain.errors import AuthenticationError, InvalidInputError
from mdm.services import access
from mdm.services import session as sessions
from stewardship_ui.door import current_actor, current_hub, is_logged_in, page, safe_path, writing
from stewardship_ui.language import LOCALES, SESSION_KEY

blueprint = Blueprint("access", __name__)


@blueprint.get("/")
@page
def home() -> Response:
    """The page a person starts on: the queue for those who may read it."""
    reads_tasks = may(current_actor(), Permission.REVIEW_READ)
    return redirect(url_for("ui.review.queue" if reads_tasks else "ui.source.sources"))


@blueprint.route("/login", methods=["GET", "POST"])
def log_in() -> str | Response | tuple[str, int]:
    """Ask for login and password; a right answer leads back to the page that was wanted."""
    wanted = safe_path(request.values.get("next"))
    if request.method == "GET":
        return redirect(wanted or "/") if is_logged_in() else render_template("login.html", wanted=wanted)
    login, password = request.form.get("login", ""), request.form.get("password", "")
    try:
        actor = access.log_in(current_hub(), login, password)
    except AuthenticationError:
        told = gettext("Login or password is wrong, or the account is locked for a while.")
        return render_template("login.html", wanted=wanted, login=login, fault=told), 401
    return _start_session(actor, wanted)


@blueprint.route("/invitation/<token>", methods=["GET", "POST"])
def accept(token: str) -> str | Response | tuple[str, int]:
    """Set the password by the one-time link, then go on as that person."""
    if request.method == "GET":
        return render_template("invitation.html", token=token)
    password = request.form.get("password", "")
    if password != request.form.get("again", ""):
        return _invitation_refused(token, gettext("The two passwords differ."), 422)
    try:
        actor = access.accept_invitation(current_hub(), token, password)
    except InvalidInputError:
        told = gettext("A password has 12 characters or more and is not easy to guess.")
        return _invitation_refused(token, told, 422)
    except AuthenticationError:
        told = gettext("This invitation was used before or has expired. Ask for a new one.")
        return _invitation_refused(token, told, 401)
    return _start_session(actor, None)


@blueprint.post("/logout")
def log_out() -> Response:
    """End the session on the server and forget its cookie."""
    token = request.cookies.get(cookie_name(), "")
    if token:
        sessions.close_session(current_hub(), token)
    chosen = session.get(SESSION_KEY)
    session.clear()
    if chosen in LOCALES:
        session[SESSION_KEY] = chosen
    response = redirect(url_for("ui.access.log_in"), 303)
    response.delete_cookie(cookie_name(), path="/", secure=_is_https(), httponly=True, samesite="Lax")
    return response


@blueprint.post("/language")
def set_language() -> Response:
    """Speak this language from now on, on the same page; kept with the account of a person."""
    chosen = request.form.get("language", "")
    if chosen in LOCALES:
        session[SESSION_KEY] = chosen
        if is_logged_in():
            with writing("language chosen") as uow:
                access.set_language(uow, chosen)
    return redirect(safe_path(request.form.get("next")) or "/", 303)


def load_person() -> None:
    """Find out who asks, from the session cookie; runs before every page."""
    if g.get("actor") is not None:
        return
    token = request.cookies.get(cookie_name(), "")
    found = sessions.load_session(current_hub(), token) if token else None
    if found is not None:
        g.actor = found.actor
        g.display_name = found.display_name
        g.shortcuts = found.shortcuts
        if found.language in LOCALES:
            session.setdefault(SESSION_KEY, found.language)


def cookie_name() -> str:
    """``__Host-`` binds the cookie to this host and to https; browsers refuse that prefix over plain http."""
    return "__Host-mdm" if _is_https() else "mdm"


def _is_https() -> bool:
    return request.is_secure


def _start_session(actor: Actor, wanted: str | None) -> Response:
    token = sessions.open_session(current_hub(), actor)
    chosen = session.get(SESSION_KEY)
    session.clear()  # a form token from before the log-in must not be good after it
    if chosen in LOCALES:
        session[SESSION_KEY] = chosen
    response = redirect(wanted or "/", 303)
    response.set_cookie(cookie_name(), token, path="/", secure=_is_https(), httponly=True, samesite="Lax")
    return response


def _invitation_refused(token: str, told: str, status: int) -> tuple[str, int]:
    return render_template("invitation.html", token=token, fault=told), status
