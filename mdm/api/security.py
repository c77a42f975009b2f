"""Who calls: the bearer token of an API client becomes the actor of the request."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import replace

from flask import current_app, g, request

from mdm.domain.access import ANONYMOUS, Actor
from mdm.domain.errors import AuthenticationError
from mdm.services import access
from mdm.services.hub import Hub
from mdm.services.unit_of_work import UnitOfWork

SCHEME = "bearer"


def the_hub() -> Hub:
    """The hub this process serves."""
    hub: Hub = current_app.extensions["mdm.hub"]
    return hub


def authenticate() -> None:
    """Find the actor of the request; raises AuthenticationError. Runs before every API call.

    The snapshot in which the token was looked up stays open for ``reading``: a second one would cost as much
    again as a look-up.
    """
    token = bearer_token()
    g.snapshot = ExitStack()
    uow = g.snapshot.enter_context(the_hub().reading(ANONYMOUS))
    g.actor = access.authenticate_client(uow, token)
    g.reading = replace(uow, actor=g.actor)


def reading() -> UnitOfWork:
    """The reading unit of work of the actor; it ends with the request."""
    uow: UnitOfWork = g.reading
    return uow


def end_reading(_: BaseException | None = None) -> None:
    """Give the snapshot back: at the end of the request, and before a write."""
    snapshot = g.pop("snapshot", None)
    if snapshot is not None:
        snapshot.close()


def the_actor() -> Actor:
    """The actor of the request."""
    actor: Actor = g.get("actor", ANONYMOUS)
    return actor


def bearer_token() -> str:
    """The token of the Authorization header; raises AuthenticationError when there is none."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != SCHEME or not token.strip():
        raise AuthenticationError("A bearer token is needed.")
    return token.strip()
