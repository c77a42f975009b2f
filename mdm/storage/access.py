"""Rows of accounts, invitations, sessions, failed log-ins, API clients.

Invariant: passwords are stored as argon2id hashes and tokens as SHA-256 hashes only.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, Row, Select, select

from mdm.domain.access import Client, Role, User
from mdm.storage.database import raw_rows, upsert_rows
from mdm.storage.schema import (
    api_client,
    login_attempt,
    user_account,
    user_invitation,
    user_session,
)


@dataclass(frozen=True, slots=True)
class Attempts:
    """Failed log-ins of one login; they count until ``until``."""

    failures: int
    until: str


@dataclass(frozen=True, slots=True)
class StoredInvitation:
    """An invitation as stored."""

    user_id: str
    expires_at: str
    used_at: str | None


@dataclass(frozen=True, slots=True)
class StoredSession:
    """A session as stored; ``content`` is JSON text."""

    user_id: str | None
    content: str
    expires_at: str


# -- users --------------------------------------------------------


def insert_user(connection: Connection, user: User, login_key: str) -> None:
    """Add an account without password."""
    connection.execute(
        user_account.insert().values(
            user_id=user.user_id,
            login=user.login,
            login_key=login_key,
            display_name=user.display_name,
            roles=_joined(user.roles),
            site=user.site,
            language=user.language,
            active=user.active,
            created_at=user.created_at,
            shortcuts=user.shortcuts,
        )
    )


def find_user(connection: Connection, login_key: str) -> User | None:
    """The account with this folded login, active or not."""
    return _one_user(connection, select(user_account).where(user_account.c.login_key == login_key))


def load_user(connection: Connection, user_id: str) -> User | None:
    """The account with this id, active or not."""
    return _one_user(connection, select(user_account).where(user_account.c.user_id == user_id))


def list_users(connection: Connection) -> tuple[User, ...]:
    """Every account, by login."""
    rows = connection.execute(select(user_account).order_by(user_account.c.login_key))
    return tuple(_user(row) for row in rows)


def password_hash(connection: Connection, user_id: str) -> str | None:
    """The hash of the password, None while the account waits for its invitation to be used."""
    return connection.scalar(select(user_account.c.password_hash).where(user_account.c.user_id == user_id))


def set_password_hash(connection: Connection, user_id: str, value: str | None) -> None:
    """Store the hash of a new password, or take the password away."""
    connection.execute(
        user_account.update().where(user_account.c.user_id == user_id).values(password_hash=value)
    )


def update_user(connection: Connection, user: User) -> None:
    """Store what may change of an account: name, roles, site, language, single keys and whether it is active."""
    connection.execute(
        user_account.update()
        .where(user_account.c.user_id == user.user_id)
        .values(
            display_name=user.display_name,
            roles=_joined(user.roles),
            site=user.site,
            language=user.language,
            active=user.active,
            shortcuts=user.shortcuts,
        )
    )


# -- invitations --------------------------------------------------------


def insert_invitation(connection: Connection, token_hash: str, user_id: str, expires_at: str) -> None:
    """Add an invitation."""
    connection.execute(
        user_invitation.insert().values(token_hash=token_hash, user_id=user_id, expires_at=expires_at)
    )


def load_invitation(connection: Connection, token_hash: str) -> StoredInvitation | None:
    """The invitation with this token, used, expired or not."""
    row = connection.execute(
        select(user_invitation).where(user_invitation.c.token_hash == token_hash)
    ).one_or_none()
    return StoredInvitation(row.user_id, row.expires_at, row.used_at) if row else None


def use_invitations(connection: Connection, user_id: str, at: str) -> None:
    """Mark every open invitation of the account as used."""
    connection.execute(
        user_invitation.update()
        .where(user_invitation.c.user_id == user_id, user_invitation.c.used_at.is_(None))
        .values(used_at=at)
    )


# -- failed log-ins --------------------------------------------------------


def load_attempts(connection: Connection, key: str) -> Attempts | None:
    """The failed log-ins counted under this key."""
    row = connection.execute(select(login_attempt).where(login_attempt.c.login_key == key)).one_or_none()
    return Attempts(row.failures, row.locked_until or "") if row else None


def save_attempts(connection: Connection, key: str, attempts: Attempts, now: str) -> None:
    """Store the count and forget every count that no longer matters."""
    connection.execute(login_attempt.delete().where(login_attempt.c.locked_until < now))
    row = {"login_key": key, "failures": attempts.failures, "locked_until": attempts.until}
    upsert_rows(connection, login_attempt, [row])


def forget_attempts(connection: Connection, key: str) -> None:
    """Start counting anew."""
    connection.execute(login_attempt.delete().where(login_attempt.c.login_key == key))


# -- sessions --------------------------------------------------------


def insert_session(connection: Connection, token_hash: str, session: StoredSession, now: str) -> None:
    """Add a session and remove those that have ended."""
    connection.execute(user_session.delete().where(user_session.c.expires_at < now))
    connection.execute(
        user_session.insert().values(
            token_hash=token_hash,
            user_id=session.user_id,
            content=session.content,
            expires_at=session.expires_at,
        )
    )


def load_session(connection: Connection, token_hash: str) -> StoredSession | None:
    """The session with this token, ended or not."""
    found = select(user_session).where(user_session.c.token_hash == token_hash)
    row = connection.execute(found).one_or_none()
    return StoredSession(row.user_id, row.content, row.expires_at) if row else None


def update_session(connection: Connection, token_hash: str, content: str) -> None:
    """Replace what a session holds."""
    connection.execute(
        user_session.update().where(user_session.c.token_hash == token_hash).values(content=content)
    )


def delete_session(connection: Connection, token_hash: str) -> None:
    """End one session."""
    connection.execute(user_session.delete().where(user_session.c.token_hash == token_hash))


def delete_sessions_of(connection: Connection, user_id: str) -> None:
    """End every session of an account."""
    connection.execute(user_session.delete().where(user_session.c.user_id == user_id))


# -- API clients --------------------------------------------------------


def insert_client(connection: Connection, client: Client, token_hash: str) -> None:
    """Add an API client."""
    connection.execute(
        api_client.insert().values(
            client_id=client.client_id,
            name=client.name,
            source=client.source,
            owner=client.owner,
            scopes=_joined(client.scopes),
            token_hash=token_hash,
            active=client.active,
            created_at=client.created_at,
            expires_at=client.expires_at,
        )
    )


def find_client(connection: Connection, token_hash: str) -> Client | None:
    """The client with this token, revoked, expired or not."""
    rows = raw_rows(connection, _FIND_CLIENT, (token_hash,))
    if not rows:
        return None
    client_id, name, source, scopes, active, created_at, expires_at = rows[0]
    return Client(client_id, name, source, frozenset(scopes.split(",")), bool(active), created_at, expires_at)


# Every call of the API begins with it.
_FIND_CLIENT = """
    select client_id, name, source, scopes, active, created_at, expires_at from api_client where token_hash = ?"""


def load_client(connection: Connection, client_id: str) -> Client | None:
    """The client with this id, revoked, expired or not."""
    return _one_client(connection, select(api_client).where(api_client.c.client_id == client_id))


def list_clients(connection: Connection) -> tuple[Client, ...]:
    """Every client, in the order they were added."""
    rows = connection.execute(select(api_client).order_by(api_client.c.client_id))
    return tuple(_client(row) for row in rows)


def deactivate_client(connection: Connection, client_id: str) -> None:
    """Refuse the client's token from now on."""
    connection.execute(api_client.update().where(api_client.c.client_id == client_id).values(active=False))


def _one_user(connection: Connection, query: Select[tuple[object, ...]]) -> User | None:
    row = connection.execute(query).one_or_none()
    return _user(row) if row else None


def _one_client(connection: Connection, query: Select[tuple[object, ...]]) -> Client | None:
    row = connection.execute(query).one_or_none()
    return _client(row) if row else None


def _user(row: Row[tuple[object, ...]]) -> User:
    return User(
        user_id=row.user_id,
        login=row.login,
        display_name=row.display_name,
        roles=frozenset(Role(name) for name in row.roles.split(",")),
        site=row.site,
        language=row.language,
        active=row.active,
        invited=row.password_hash is None,
        created_at=row.created_at,
        shortcuts=bool(row.shortcuts),
    )


def _client(row: Row[tuple[object, ...]]) -> Client:
    return Client(
        client_id=row.client_id,
        name=row.name,
        source=row.source,
        scopes=frozenset(row.scopes.split(",")),
        active=row.active,
        created_at=row.created_at,
        expires_at=row.expires_at,
        owner=row.owner,
    )


def _joined(names: frozenset[Role] | frozenset[str]) -> str:
    return ",".join(sorted(names))
