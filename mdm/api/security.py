"""Who calls: the bearer token of an API client becomes the actor of the request."""

from __future__ import annotations

from flask import current_app, g, request

from mdm.domain.access import ANONYMOUS, Actor
from mdm.domain.errors import AuthenticationError
from mdm.services import access
from mdm.services.hub import Hub

SCHEME = "bearer"


def the_hub() -> Hub:
    """The hub this process serves."""
    hub: Hub = current_app.extensions["mdm.hub"]
    return hub


def authenticate() -> None:
    """Find the actor of the request; raises AuthenticationError. Runs before every API call."""
    with the_hub().reading(ANONYMOUS) as uow:
        g.actor = access.authenticate_client(uow, bearer_token())


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
