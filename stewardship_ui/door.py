"""What every page needs from the house: the hub, who asks, and a unit of work in that person's name."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from functools import wraps
from typing import ParamSpec, cast
from urllib.parse import urlencode

from flask import abort, current_app, g, redirect, request, url_for
from werkzeug.wrappers import Response

from mdm.domain.access import ANONYMOUS, Actor, ActorKind, Permission, may
from mdm.domain.errors import ForbiddenError
from mdm.services.hub import Hub
from mdm.services.unit_of_work import UnitOfWork

EXTENSION = "mdm.hub"
P = ParamSpec("P")
View = Callable[P, "str | Response | tuple[str, int]"]


def current_hub() -> Hub:
    """The hub that ``register`` was given."""
    return cast("Hub", current_app.extensions[EXTENSION])


def current_actor() -> Actor:
    """Who asks; the application finds it out before the view runs."""
    return cast("Actor", g.get("actor", ANONYMOUS))


def is_logged_in() -> bool:
    """Whether a person has logged in."""
    return current_actor().kind is ActorKind.USER


def allowed(permission: str) -> bool:
    """Whether the person may do this; the service checks again, pages only hide what would be refused."""
    return may(current_actor(), Permission(permission))


def require(permission: str) -> None:
    """For pages that ask no service before the person has written something: 403 for who may not."""
    if not allowed(permission):
        raise ForbiddenError(f"{permission} is not allowed.", permission=permission)


def reading() -> AbstractContextManager[UnitOfWork]:
    """A reading unit of work of the person who asks."""
    return current_hub().reading(current_actor())


def writing(reason: str) -> AbstractContextManager[UnitOfWork]:
    """A writing unit of work of the person who asks."""
    return current_hub().unit_of_work(current_actor(), reason)


def page(view: View[P]) -> View[P]:
    """Only for people who are logged in; others go to the log-in page and come back."""

    @wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> str | Response | tuple[str, int]:
        if is_logged_in():
            return view(*args, **kwargs)
        wanted = request.full_path.rstrip("?") if request.method == "GET" else None
        return redirect(url_for("ui.access.log_in", next=wanted))

    return guarded


def safe_path(path: str | None) -> str | None:
    """A path of this site, or None: an address from a form must not lead to another host."""
    if not path or not path.startswith("/") or path.startswith(("//", "/\\")):
        return None
    return path if all(character.isprintable() for character in path) and "\\" not in path else None


def with_query(path: str, query: Sequence[tuple[str, str]]) -> str:
    """The path with these parameters; handed to ``url_for``, names such as ``_scheme`` would steer it."""
    return f"{path}?{urlencode(query)}" if query else path


def entity_or_404(name: str) -> str:
    """The name of an entity type of the dictionary; anything else is a page that does not exist."""
    if name not in current_hub().dictionary.entities:
        abort(404)
    return name
