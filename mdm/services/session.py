"""Sessions of people who are logged in: kept on the server, ended at once when the account is.

A session ends 8 hours after log-in or after 1 hour without use.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import timedelta

from mdm.domain.access import ANONYMOUS, Actor
from mdm.services.access import hash_token, new_token, user_actor
from mdm.services.hub import Hub
from mdm.services.unit_of_work import UnitOfWork
from mdm.storage import access as access_store
from mdm.storage.access import StoredSession
from mdm.storage.database import time_text

ABSOLUTE_LIFE = timedelta(hours=8)
IDLE_LIFE = timedelta(hours=1)
_TOUCH_EVERY = timedelta(minutes=5)
"""How exactly the last use is known; writing it down at every page would cost a transaction each."""


@dataclass(frozen=True, slots=True)
class Session:
    """Who is logged in, and how pages address them."""

    actor: Actor
    display_name: str
    language: str
    started_at: str
    shortcuts: bool = True


def open_session(hub: Hub, actor: Actor) -> str:
    """Start a session for the person and return its token: always a new one, never one from the browser."""
    token = new_token()
    with hub.unit_of_work(actor, "log-in") as uow:
        session = StoredSession(
            user_id=actor.user_id,
            content=_content(uow.at, uow.at),
            expires_at=time_text(uow.now + ABSOLUTE_LIFE),
        )
        access_store.insert_session(uow.connection, hash_token(token), session, uow.at)
    return token


def load_session(hub: Hub, token: str) -> Session | None:
    """The session of this token, or None when there is none, it has ended or the account was deactivated."""
    with hub.reading(ANONYMOUS) as uow:
        stored = access_store.load_session(uow.connection, hash_token(token))
        user = access_store.load_user(uow.connection, stored.user_id or "") if stored else None
    if stored is None or user is None or not user.active or _ended(stored, uow):
        return None
    started, seen = _times(stored)
    actor = user_actor(user)
    if seen <= time_text(uow.now - _TOUCH_EVERY):
        with hub.unit_of_work(actor, "session used") as uow:
            access_store.update_session(uow.connection, hash_token(token), _content(started, uow.at))
    return Session(actor, user.display_name, user.language, started, user.shortcuts)


def close_session(hub: Hub, token: str) -> None:
    """End a session; one that has ended already stays ended."""
    with hub.unit_of_work(ANONYMOUS, "log-out") as uow:
        access_store.delete_session(uow.connection, hash_token(token))


def _ended(stored: StoredSession, uow: UnitOfWork) -> bool:
    _, seen = _times(stored)
    return stored.expires_at <= uow.at or seen <= time_text(uow.now - IDLE_LIFE)


def _content(started: str, seen: str) -> str:
    return json.dumps({"started": started, "seen": seen})


def _times(stored: StoredSession) -> tuple[str, str]:
    content = json.loads(stored.content)
    return content["started"], content["seen"]
