"""The unit of work: one transaction, one actor, one reason, one fact; services never commit.

Invariant: a state change, its audit rows and its events commit together or not at all (I11).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from mdm.domain.access import Actor
from mdm.domain.errors import ActorMissingError
from mdm.domain.event import EVENT_TYPES, Event
from mdm.domain.source import Json
from mdm.storage import event as event_store
from mdm.storage.database import Connection, set_context, take_turn, time_text

if TYPE_CHECKING:
    from mdm.services.hub import Hub


@dataclass(slots=True)
class UnitOfWork:
    """What a service works with; ``at`` is ``now`` as stored text."""

    hub: Hub
    connection: Connection
    actor: Actor
    reason: str
    fact_id: str
    now: datetime
    events: list[Event] = field(default_factory=list)

    @property
    def at(self) -> str:
        """The time of this unit of work as it is stored."""
        return time_text(self.now)

    def record(
        self, type_: str, entity: str, subject: str, payload: Mapping[str, Json] | None = None
    ) -> None:
        """Add an event to the fact of this unit of work."""
        if type_ not in EVENT_TYPES:
            raise ValueError(f"unknown event type {type_}")
        self.events.append(Event(type_, entity, subject, payload or {}))

    def take_turn(self, entity: str) -> None:
        """Regroup records of this entity alone from here on; what is read afterwards is up to date.

        Two records of one thing that came in at once would otherwise not see each other.
        """
        take_turn(self.connection, f"mdm:{entity}")
        self.keep_time()

    def take_turn_to_govern(self) -> None:
        """Put something in force alone from here on, over what governs by then.

        Of two changes that were approved on one state, the second must see that the first came into force.
        """
        take_turn(self.connection, "mdm:governed")
        self.hub = self.hub.pinned(self.connection)
        self.keep_time()

    def take_turn_to_seal(self) -> None:
        """Number audit entries alone from here on."""
        take_turn(self.connection, "mdm:seal")

    def keep_time(self) -> None:
        """Take the time once nobody else can write before this commit: later than all that is written.

        A time taken while waiting for one's turn, or from a clock set back, would change what was true in the past.
        """
        last = event_store.last_time(self.connection)
        self.now = self.hub.now()
        if last is not None:
            self.now = max(self.now, datetime.fromisoformat(last) + timedelta(microseconds=1))
        context = {"actor": self.actor.name, "reason": self.reason, "fact": self.fact_id, "at": self.at}
        set_context(self.connection, context)

    @contextmanager
    def trial(self) -> Iterator[None]:
        """Do the work inside for its answer only: rows and events are taken back on leaving."""
        before = len(self.events)
        savepoint = self.connection.begin_nested()
        try:
            yield
        finally:
            savepoint.rollback()
            del self.events[before:]


@contextmanager
def open_unit(hub: Hub, actor: Actor, reason: str) -> Iterator[UnitOfWork]:
    """A writing unit of work; commits on leaving, with its fact, or leaves nothing behind."""
    if not actor.name or not reason.strip():
        raise ActorMissingError("A change needs an actor and a reason.")
    now = hub.now()
    fact_id = hub.new_id()
    context = {"actor": actor.name, "reason": reason, "fact": fact_id, "at": time_text(now)}
    with hub.database.writing(context) as connection:
        uow = UnitOfWork(hub.pinned(connection), connection, actor, reason, fact_id, now)
        uow.keep_time()
        yield uow
        if uow.events or event_store.has_audit_rows(connection, fact_id):
            kind = uow.events[0].type if uow.events else "data.changed"
            event_store.write_fact(connection, fact_id, kind, actor.name, reason, uow.at, uow.events)


@contextmanager
def open_reading(hub: Hub, actor: Actor) -> Iterator[UnitOfWork]:
    """A reading unit of work on one consistent snapshot."""
    with hub.database.reading() as connection:
        yield UnitOfWork(hub.pinned(connection), connection, actor, "", "", hub.now())
