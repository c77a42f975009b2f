"""Access: permissions, accounts with one-time invitations, log-in with lockout, and API clients.

Tokens come from the operating system and not from the hub's replaceable randomness: a replayed seed must
never give out a token again. Plain tokens are returned once and stored as hashes only.
"""

from __future__ import annotations

import hashlib
import secrets
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import NamedTuple

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError

from mdm.domain import access
from mdm.domain.access import ANONYMOUS, Actor, ActorKind, Client, Permission, Role, User
from mdm.domain.change import person_of
from mdm.domain.errors import (
    AuthenticationError,
    ForbiddenError,
    InvalidInputError,
    LoginTakenError,
    UnknownClientError,
    UnknownSourceError,
    UnknownUserError,
)
from mdm.services.hub import Hub
from mdm.services.unit_of_work import UnitOfWork
from mdm.storage import access as access_store
from mdm.storage import source as source_store
from mdm.storage.access import Attempts
from mdm.storage.database import time_text

INVITATION_LIFE = timedelta(hours=72)
LOCK_AFTER = 6
LOCK_TIME = timedelta(minutes=15)
CLIENT_DAYS = 365

_HASHER = PasswordHasher()
_NOBODYS_HASH = (
    "$argon2id$v=19$m=65536,t=3,p=4$bm9ib2R5LWhhcy10aGlzMQ$8s5i9yR0bqkX0uT3QSmBvGg3k7c4oYdZ0m8hJv5wTqA"
)
"""Checked when there is no account, so that an unknown login takes as long as a wrong password."""


class Invitation(NamedTuple):
    """A new account, or one that may set a password anew, and the token of its one-time link."""

    user: User
    token: str


class ClientToken(NamedTuple):
    """What a new API client needs to call; the token is shown this once."""

    client_id: str
    token: str


def require(actor: Actor, permission: Permission) -> None:
    """Let the actor pass, or raise ForbiddenError."""
    if not access.may(actor, permission):
        raise ForbiddenError(f"{permission.value} is not allowed.", permission=permission.value)


def require_one(actor: Actor, *permissions: Permission) -> None:
    """Let the actor pass who has at least one of these permissions, or raise ForbiddenError."""
    if not any(access.may(actor, permission) for permission in permissions):
        require(actor, permissions[0])


def require_source(actor: Actor, source: str) -> None:
    """Let the actor act for this source system, or raise ForbiddenError: a client speaks for its own only."""
    if not access.speaks_for(actor, source):
        raise ForbiddenError("This client speaks for another source system.", source=source)


def record_denial(hub: Hub, actor: Actor, error: ForbiddenError) -> None:
    """Keep, in a transaction of its own, that a client tried what it has no right to."""
    with hub.unit_of_work(actor, "access denied") as uow:
        told = {name: str(value) for name, value in error.details.items()}
        uow.record("access.denied", "", actor.name, {"source": actor.source, "tried": told})


# -- accounts ------------------------------------------------------


def add_user(
    uow: UnitOfWork, login: str, roles: Iterable[str], display_name: str = "", site: str = ""
) -> Invitation:
    """Add an account without password; the token sets it once, within 72 hours.

    Raises LoginTakenError, also when the account was deactivated long ago, and InvalidInputError.
    """
    require(uow.actor, Permission.USER_MANAGE)
    key = access.fold_login(login)
    if access_store.find_user(uow.connection, key):
        raise LoginTakenError("This login is or was in use; logins are never reused.", field="login")
    user = User(
        user_id=uow.hub.new_id(),
        login=login.strip(),
        display_name=_checked_name(display_name or login.strip(), "display_name"),
        roles=access.person_roles(roles),
        site=site,
        language="",
        active=True,
        invited=True,
        created_at=uow.at,
    )
    access_store.insert_user(uow.connection, user, key)
    return _invite(uow, user)


def renew_invitation(uow: UnitOfWork, login: str) -> Invitation:
    """Take the password away, end every session and give a new one-time link; raises UnknownUserError."""
    require(uow.actor, Permission.USER_MANAGE)
    user = _known_user(uow, login)
    access_store.set_password_hash(uow.connection, user.user_id, None)
    access_store.delete_sessions_of(uow.connection, user.user_id)
    access_store.use_invitations(uow.connection, user.user_id, uow.at)
    return _invite(uow, replace(user, invited=True))


def set_user(
    uow: UnitOfWork, login: str, *, roles: Iterable[str] | None = None, active: bool | None = None
) -> User:
    """Change roles or (de)activate an account, which ends its sessions at once; raises UnknownUserError."""
    require(uow.actor, Permission.USER_MANAGE)
    user = _known_user(uow, login)
    user = replace(
        user,
        roles=user.roles if roles is None else access.person_roles(roles),
        active=user.active if active is None else active,
    )
    access_store.update_user(uow.connection, user)
    if not user.active:
        access_store.delete_sessions_of(uow.connection, user.user_id)
        access_store.use_invitations(uow.connection, user.user_id, uow.at)
    uow.record("access.changed", "", user.user_id, {"roles": sorted(user.roles), "active": user.active})
    return user


def set_language(uow: UnitOfWork, language: str) -> None:
    """Keep the language in which the acting person reads pages."""
    user = access_store.load_user(uow.connection, uow.actor.user_id or "")
    if user is None:
        raise ForbiddenError("Only a person has a language.")
    access_store.update_user(uow.connection, replace(user, language=language[:10]))


def set_shortcuts(uow: UnitOfWork, *, on: bool) -> None:
    """Keep whether single keys work for the acting person (WCAG 2.1.4)."""
    user = access_store.load_user(uow.connection, uow.actor.user_id or "")
    if user is None:
        raise ForbiddenError("Only a person has keys.")
    access_store.update_user(uow.connection, replace(user, shortcuts=on))


def list_users(uow: UnitOfWork) -> tuple[User, ...]:
    """Every account, by login."""
    require(uow.actor, Permission.USER_MANAGE)
    return access_store.list_users(uow.connection)


def people_who_may(uow: UnitOfWork, permission: Permission) -> tuple[str, ...]:
    """Names of the people who may do this, in order: whom to ask. A person who is logged in may know them."""
    if uow.actor.kind is not ActorKind.USER:
        raise ForbiddenError("Only people are told whom to ask.", permission=permission.value)
    users = access_store.list_users(uow.connection)
    able = (user for user in users if user.active and access.may(user_actor(user), permission))
    return tuple(sorted(user.display_name for user in able))


def names_of_people(uow: UnitOfWork) -> Mapping[str, str]:
    """Folded login -> name of every account, whose login stands behind a name that several share.

    A person who is logged in may know them: decisions say who made them.
    """
    if uow.actor.kind is not ActorKind.USER:
        raise ForbiddenError("Only people are told who is who.")
    users = access_store.list_users(uow.connection)
    shared = Counter(user.display_name for user in users)
    return {
        person_of(user.login): user.display_name
        if shared[user.display_name] == 1
        else f"{user.display_name} ({user.login})"
        for user in users
    }


def accept_invitation(hub: Hub, token: str, password: str) -> Actor:
    """Set the password by the one-time link; raises AuthenticationError and InvalidInputError (too weak)."""
    with hub.reading(ANONYMOUS) as uow:
        user = _invited_user(uow, token)
    # Hashed between the transactions: it takes tenths of a second, in which others could not write.
    hashed = _HASHER.hash(access.check_password(password, access.fold_login(user.login)))
    with hub.unit_of_work(user_actor(user), "invitation accepted") as uow:
        user = _invited_user(uow, token)
        access_store.use_invitations(uow.connection, user.user_id, uow.at)
        access_store.set_password_hash(uow.connection, user.user_id, hashed)
        access_store.forget_attempts(uow.connection, _attempt_key(access.fold_login(user.login)))
        uow.record("access.changed", "", user.user_id, {"password": "set"})
    return user_actor(user)


# -- log-in --------------------------------------------------------


def log_in(hub: Hub, login: str, password: str) -> Actor:
    """The person behind login and password; raises AuthenticationError, the same whatever is wrong.

    Six failures lock the login for 15 minutes, for right passwords too, and send one ``access.locked``.
    Takes the hub, because a failure is counted in a transaction that commits although the log-in is refused.
    """
    key = _login_key(login)
    with hub.reading(ANONYMOUS) as uow:
        user = access_store.find_user(uow.connection, key)
        hashed = access_store.password_hash(uow.connection, user.user_id) if user else None
    fits = _verify(hashed or _NOBODYS_HASH, password) and hashed is not None
    with hub.unit_of_work(ANONYMOUS, "log-in") as uow:
        open_to_try = not _locked(access_store.load_attempts(uow.connection, _attempt_key(key)), uow.at)
        allowed = open_to_try and fits and user is not None and user.active
        if allowed:
            access_store.forget_attempts(uow.connection, _attempt_key(key))
        elif open_to_try:
            _count_failure(uow, key, user)
    if not allowed or user is None:
        raise AuthenticationError("Login or password is wrong, or the account is locked.")
    return user_actor(user)


# -- API clients ---------------------------------------------------


def add_client(
    uow: UnitOfWork, name: str, source: str, scopes: Iterable[str], days: int = CLIENT_DAYS, owner: str = ""
) -> ClientToken:
    """Add an API client bound to one source system; raises UnknownSourceError and InvalidInputError.

    ``owner``: login of the person whose hand its token is, else whoever adds it; raises UnknownUserError.
    """
    require(uow.actor, Permission.CLIENT_MANAGE)
    if source_store.find_system(uow.connection, source) is None:
        raise UnknownSourceError(f"No source system {source}.", source=source)
    token = new_token()
    client = Client(
        client_id=uow.hub.new_id(),
        name=_checked_name(name, "name"),
        source=source,
        owner=_owner(uow, owner),
        scopes=access.client_scopes(scopes),
        active=True,
        created_at=uow.at,
        expires_at=time_text(uow.now + timedelta(days=days)),
    )
    access_store.insert_client(uow.connection, client, hash_token(token))
    uow.record("access.changed", "", client.client_id, {"scopes": sorted(client.scopes), "source": source})
    return ClientToken(client.client_id, token)


def revoke_client(uow: UnitOfWork, client_id: str) -> None:
    """Refuse the client's token from now on; raises UnknownClientError."""
    require(uow.actor, Permission.CLIENT_MANAGE)
    if access_store.load_client(uow.connection, client_id) is None:
        raise UnknownClientError("No such client.", client_id=client_id)
    access_store.deactivate_client(uow.connection, client_id)
    uow.record("access.changed", "", client_id, {"active": False})


def list_clients(uow: UnitOfWork) -> tuple[Client, ...]:
    """Every API client, also revoked ones."""
    require(uow.actor, Permission.CLIENT_MANAGE)
    return access_store.list_clients(uow.connection)


def authenticate_client(uow: UnitOfWork, token: str) -> Actor:
    """The client behind a token; raises AuthenticationError when it is wrong, revoked or expired."""
    client = access_store.find_client(uow.connection, hash_token(token))
    if client is None or not client.active or (client.expires_at and client.expires_at <= uow.at):
        raise AuthenticationError("The token is not valid.")
    return Actor(
        name=f"client:{client.name}/{client.client_id}",
        kind=ActorKind.CLIENT,
        roles=frozenset({Role.CLIENT}),
        source=client.source,
        scopes=client.scopes,
        user_id=client.client_id,
    )


def person_behind(uow: UnitOfWork, actor: str) -> str:
    """Whose hand an actor's name is: a client's is its owner's, so that a token is no second person."""
    kind, _, rest = actor.partition(":")
    client = access_store.load_client(uow.connection, rest.rpartition("/")[2]) if kind == "client" else None
    return person_of(client.owner if client is not None and client.owner else actor)


def user_actor(user: User) -> Actor:
    """The person of this account, as an actor."""
    return Actor(name=user.login, kind=ActorKind.USER, roles=user.roles, site=user.site, user_id=user.user_id)


def new_token() -> str:
    """256 random bits, as text that fits into a link or a header."""
    return secrets.token_urlsafe(32)


def hash_token(token: str) -> str:
    """The form in which a token is stored: random ones need no slow hash."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def _invite(uow: UnitOfWork, user: User) -> Invitation:
    token = new_token()
    expires_at = time_text(uow.now + INVITATION_LIFE)
    access_store.insert_invitation(uow.connection, hash_token(token), user.user_id, expires_at)
    uow.record("access.changed", "", user.user_id, {"roles": sorted(user.roles), "invited": True})
    return Invitation(user, token)


def _invited_user(uow: UnitOfWork, token: str) -> User:
    invitation = access_store.load_invitation(uow.connection, hash_token(token))
    if invitation is None or invitation.used_at or invitation.expires_at <= uow.at:
        raise AuthenticationError("This link is not valid, was used before or is too old.")
    user = access_store.load_user(uow.connection, invitation.user_id)
    if user is None or not user.active:
        raise AuthenticationError("This link is not valid, was used before or is too old.")
    return user


def _owner(uow: UnitOfWork, login: str) -> str:
    return _known_user(uow, login).login if login else uow.actor.name


def _known_user(uow: UnitOfWork, login: str) -> User:
    user = access_store.find_user(uow.connection, access.fold_login(login))
    if user is None:
        raise UnknownUserError("No such account.", field="login")
    return user


def _login_key(login: str) -> str:
    """The folded login; an impossible one becomes a key that nobody has, so that the answer is the same."""
    try:
        return access.fold_login(login)
    except InvalidInputError:
        return ":"


def _attempt_key(login_key: str) -> str:
    """Failures are kept under a hash: people type their password into the login field by mistake."""
    return hash_token(login_key)


def _verify(hashed: str, password: str) -> bool:
    try:
        return _HASHER.verify(hashed, access.fold_password(password))
    except VerifyMismatchError:
        return False


def _locked(attempts: Attempts | None, at: str) -> bool:
    return attempts is not None and attempts.failures >= LOCK_AFTER and attempts.until > at


def _count_failure(uow: UnitOfWork, key: str, user: User | None) -> None:
    before = access_store.load_attempts(uow.connection, _attempt_key(key))
    failures = 1 if before is None or before.until <= uow.at else before.failures + 1
    attempts = Attempts(failures, time_text(uow.now + LOCK_TIME))
    access_store.save_attempts(uow.connection, _attempt_key(key), attempts, uow.at)
    if failures == LOCK_AFTER and user is not None:
        uow.record("access.locked", "", user.user_id, {"until": attempts.until})


def _checked_name(name: str, field: str) -> str:
    text = name.strip()
    if not 1 <= len(text) <= 100 or not text.isprintable():
        raise InvalidInputError("A name has 1 to 100 printable characters.", field=field)
    return text
