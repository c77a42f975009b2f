"""The hub: settings, database, dictionary, clock and randomness that every service is handed.

One per process; everything in it is safe to share between threads.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from random import Random, SystemRandom

from mdm.config import Settings
from mdm.domain.access import Actor
from mdm.domain.dictionary import Dictionary
from mdm.domain.golden import new_golden_id
from mdm.domain.identity import new_ulid
from mdm.domain.rules import RuleSet
from mdm.services.unit_of_work import UnitOfWork, open_reading, open_unit
from mdm.storage.database import Database, open_database


class Hub:
    """What the house runs on; ``clock`` and ``random`` are replaceable so that a seed replays a whole run."""

    def __init__(
        self,
        settings: Settings,
        database: Database,
        dictionary: Dictionary,
        rules: dict[str, RuleSet],
        *,
        clock: Callable[[], datetime] | None = None,
        random: Random | None = None,
    ) -> None:
        self.settings = settings
        self.database = database
        self.dictionary = dictionary
        self.rules = rules
        self.cache: dict[tuple[str, ...], object] = {}
        self._clock = clock or (lambda: datetime.now(UTC))
        self._random = random or SystemRandom()
        self._lock = threading.Lock()

    def now(self) -> datetime:
        """The present moment, UTC."""
        return self._clock()

    def new_id(self) -> str:
        """A fresh identifier for a fact, load, decision…"""
        with self._lock:
            return new_ulid(self.now(), self._random)

    def new_golden_id(self, entity: str) -> str:
        """A golden ID that was never issued."""
        with self._lock:
            return new_golden_id(self.dictionary.entity(entity).id_prefix, self.now(), self._random)

    def unit_of_work(self, actor: Actor, reason: str) -> AbstractContextManager[UnitOfWork]:
        """A writing transaction in the name of ``actor``."""
        return open_unit(self, actor, reason)

    def reading(self, actor: Actor) -> AbstractContextManager[UnitOfWork]:
        """A reading transaction on one snapshot."""
        return open_reading(self, actor)

    def close(self) -> None:
        """Give the database connections back."""
        self.database.close()


def database_of(settings: Settings) -> Database:
    """Open the database the settings name."""
    return open_database(settings.database_url)
