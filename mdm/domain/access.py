"""Access: who may do what.

Invariant: nothing is allowed that the tables below do not name; an unknown role or scope allows nothing.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from mdm.domain.errors import InvalidInputError


class Permission(StrEnum):
    """One thing that can be allowed."""

    SOURCE_READ = "source.read"
    SOURCE_MANAGE = "source.manage"
    SOURCE_LOAD = "source.load"
    RECORD_READ = "record.read"
    RECORD_WRITE = "record.write"
    RECORD_CREATE = "record.create"
    MATCH_RUN = "match.run"
    MATCH_SEARCH = "match.search"
    GOLDEN_READ = "golden.read"
    GOLDEN_DECIDE = "golden.decide"
    XREF_READ = "xref.read"
    REVIEW_READ = "review.read"
    REVIEW_DECIDE = "review.decide"
    QUALITY_READ = "quality.read"
    QUALITY_SAMPLE = "quality.sample"
    EXPORT_READ = "export.read"
    EVENT_READ = "event.read"
    AUDIT_READ = "audit.read"
    AUDIT_REVIEW = "audit.review"
    DICTIONARY_READ = "dictionary.read"
    CHANGE_READ = "change.read"
    CHANGE_PROPOSE = "change.propose"
    CHANGE_APPROVE = "change.approve"
    USER_MANAGE = "user.manage"
    CLIENT_MANAGE = "client.manage"


class Role(StrEnum):
    """What somebody is to the hub; a person may hold several, but not ``client`` or ``system``."""

    STEWARD = "steward"
    GOVERNANCE = "governance"
    AUDITOR = "auditor"
    ADMIN = "admin"
    CLIENT = "client"
    SYSTEM = "system"


class ActorKind(StrEnum):
    """What sort of caller acts."""

    USER = "user"
    CLIENT = "client"
    SYSTEM = "system"
    ANONYMOUS = "anonymous"


_READS = frozenset(
    {
        Permission.SOURCE_READ,
        Permission.RECORD_READ,
        Permission.GOLDEN_READ,
        Permission.XREF_READ,
        Permission.REVIEW_READ,
        Permission.QUALITY_READ,
        Permission.EXPORT_READ,
        Permission.EVENT_READ,
        Permission.DICTIONARY_READ,
        Permission.CHANGE_READ,
    }
)

ROLE_PERMISSIONS: Mapping[Role, frozenset[Permission]] = {
    Role.STEWARD: _READS
    | {
        Permission.RECORD_CREATE,
        Permission.MATCH_SEARCH,
        Permission.GOLDEN_DECIDE,
        Permission.REVIEW_DECIDE,
        Permission.CHANGE_PROPOSE,
    },
    Role.GOVERNANCE: _READS
    | {
        Permission.SOURCE_MANAGE,
        Permission.SOURCE_LOAD,
        Permission.MATCH_RUN,
        Permission.MATCH_SEARCH,
        Permission.QUALITY_SAMPLE,
        Permission.AUDIT_READ,
        Permission.AUDIT_REVIEW,
        Permission.CHANGE_PROPOSE,
        Permission.CHANGE_APPROVE,
    },
    Role.AUDITOR: _READS | {Permission.AUDIT_READ, Permission.AUDIT_REVIEW},
    Role.ADMIN: frozenset(
        {
            Permission.SOURCE_READ,
            Permission.DICTIONARY_READ,
            Permission.USER_MANAGE,
            Permission.CLIENT_MANAGE,
        }
    ),
    Role.CLIENT: frozenset(
        {
            Permission.SOURCE_READ,
            Permission.SOURCE_LOAD,
            Permission.RECORD_READ,
            Permission.RECORD_WRITE,
            Permission.RECORD_CREATE,
            Permission.MATCH_SEARCH,
            Permission.GOLDEN_READ,
            Permission.GOLDEN_DECIDE,
            Permission.XREF_READ,
            Permission.REVIEW_READ,
            Permission.REVIEW_DECIDE,
            Permission.QUALITY_READ,
            Permission.QUALITY_SAMPLE,
            Permission.EVENT_READ,
            Permission.AUDIT_READ,
            Permission.DICTIONARY_READ,
            Permission.CHANGE_READ,
            Permission.CHANGE_PROPOSE,
        }
    ),
    Role.SYSTEM: frozenset(Permission),
}
"""The most a role can do; a client is narrowed further by its scopes and its source system."""

SCOPE_PERMISSIONS: Mapping[str, frozenset[Permission]] = {
    "xref:read": frozenset({Permission.XREF_READ}),
    "records:read": frozenset({Permission.RECORD_READ}),
    "records:write": frozenset({Permission.RECORD_WRITE, Permission.RECORD_READ}),
    "records:create": frozenset({Permission.RECORD_CREATE, Permission.MATCH_SEARCH}),
    "loads:read": frozenset({Permission.SOURCE_READ, Permission.DICTIONARY_READ}),
    "loads:write": frozenset({Permission.SOURCE_LOAD, Permission.SOURCE_READ, Permission.DICTIONARY_READ}),
    "match:search": frozenset({Permission.MATCH_SEARCH}),
    "golden:read": frozenset({Permission.GOLDEN_READ}),
    "golden:decide": frozenset({Permission.GOLDEN_DECIDE, Permission.GOLDEN_READ}),
    "tasks:read": frozenset({Permission.REVIEW_READ}),
    "tasks:decide": frozenset({Permission.REVIEW_DECIDE, Permission.REVIEW_READ}),
    "quality:read": frozenset({Permission.QUALITY_READ}),
    "quality:sample": frozenset({Permission.QUALITY_SAMPLE, Permission.QUALITY_READ}),
    "changes:read": frozenset({Permission.EVENT_READ}),
    "audit:read": frozenset({Permission.AUDIT_READ}),
    "matching:read": frozenset({Permission.CHANGE_READ, Permission.DICTIONARY_READ}),
    "matching:propose": frozenset(
        {Permission.CHANGE_PROPOSE, Permission.CHANGE_READ, Permission.DICTIONARY_READ}
    ),
}
"""What each scope of an API client opens."""

PERSON_ROLES = frozenset({Role.STEWARD, Role.GOVERNANCE, Role.AUDITOR, Role.ADMIN})
"""Roles that a person may be given."""


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts.

    ``name`` is what the audit trail records, ``source`` the one system a client speaks for, ``user_id``
    the id of the account or client.
    """

    name: str
    kind: ActorKind
    roles: frozenset[Role]
    source: str | None = None
    scopes: frozenset[str] = frozenset()
    site: str = ""
    user_id: str | None = None


ANONYMOUS = Actor("anonymous", ActorKind.ANONYMOUS, frozenset())
"""A caller who has not shown who they are; may do nothing."""


@dataclass(frozen=True, slots=True)
class User:
    """A person's account; ``invited``: no password was set yet; ``shortcuts``: single keys work on pages."""

    user_id: str
    login: str
    display_name: str
    roles: frozenset[Role]
    site: str
    language: str
    active: bool
    invited: bool
    created_at: str
    shortcuts: bool = True


@dataclass(frozen=True, slots=True)
class Client:
    """A machine that calls the API for one source system; ``owner``: whose hand its token is, by the actor's name."""

    client_id: str
    name: str
    source: str
    scopes: frozenset[str]
    active: bool
    created_at: str
    expires_at: str | None
    owner: str = ""


def system_actor(name: str) -> Actor:
    """The actor for work on the machine itself: a command, a job."""
    return Actor(name, ActorKind.SYSTEM, frozenset({Role.SYSTEM}))


def may(actor: Actor, permission: Permission) -> bool:
    """Whether the actor's roles, and for a client also its scopes, allow this."""
    if not any(permission in ROLE_PERMISSIONS.get(role, frozenset()) for role in actor.roles):
        return False
    if actor.kind is not ActorKind.CLIENT:
        return True
    return any(permission in SCOPE_PERMISSIONS.get(scope, frozenset()) for scope in actor.scopes)


def roles_that_may(permission: Permission) -> tuple[Role, ...]:
    """The roles of people that hold this permission."""
    return tuple(role for role in Role if role in PERSON_ROLES and permission in ROLE_PERMISSIONS[role])


def speaks_for(actor: Actor, source: str) -> bool:
    """Whether the actor may act for this source system: a client for its own only, others for any."""
    return actor.kind is not ActorKind.CLIENT or actor.source == source


def fold_login(login: str) -> str:
    """The form in which logins are compared: full-width and upper-case twins are the same login.

    Raises InvalidInputError when the login is empty, longer than 100 characters or holds spaces, control or
    invisible characters.
    """
    key = unicodedata.normalize("NFKC", login.strip()).casefold()
    if not key or len(key) > 100 or len(login) > 100:
        raise InvalidInputError("A login has 1 to 100 characters.", field="login")
    # A colon would let a person look like "cli:…" or "client:…" in the audit trail.
    if any(character == ":" or unicodedata.category(character)[0] in "CZ" for character in key):
        raise InvalidInputError("A login has no spaces, colons or invisible characters.", field="login")
    return key


def person_roles(names: Iterable[str]) -> frozenset[Role]:
    """The roles of these names; raises InvalidInputError when one is not for people or none is given."""
    wanted = list(names)
    allowed = {role.value for role in PERSON_ROLES}
    unknown = sorted(set(wanted) - allowed)
    if unknown or not wanted:
        told = ", ".join(unknown) or "none given"
        raise InvalidInputError(f"Roles are {', '.join(sorted(allowed))} (not: {told}).", field="roles")
    return frozenset(Role(name) for name in wanted)


def client_scopes(names: Iterable[str]) -> frozenset[str]:
    """The scopes of these names; raises InvalidInputError when one is unknown or none is given."""
    wanted = frozenset(names)
    unknown = sorted(wanted - SCOPE_PERMISSIONS.keys())
    if unknown or not wanted:
        told = ", ".join(unknown) or "none given"
        raise InvalidInputError(f"Scopes are {', '.join(SCOPE_PERMISSIONS)} (not: {told}).", field="scopes")
    return wanted


def check_password(password: str, login_key: str) -> str:
    """The password in the form that is hashed (NFKC); raises InvalidInputError when it is too weak.

    Length beats composition (NIST SP 800-63B, 5.1.1): 12 to 256 characters, 5 different ones, not the login.
    """
    text = fold_password(password)
    if not 12 <= len(text) <= 256:
        raise InvalidInputError("A password has 12 to 256 characters.", field="password")
    if len(set(text)) < 5 or login_key in text.casefold():
        raise InvalidInputError("This password is too easy to guess.", field="password")
    return text


def fold_password(password: str) -> str:
    """The form in which passwords are hashed and compared, so that every keyboard types the same one."""
    return unicodedata.normalize("NFKC", password[:1024])
