"""The hub: settings, database, dictionary, clock and randomness that every service is handed.

One per process; everything in it is safe to share between threads. A unit of work sees it with the dictionary, rules
and weights that governed when it began.
"""

from __future__ import annotations

import copy
import threading
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from random import Random, SystemRandom

from mdm.config import Settings
from mdm.domain.access import Actor
from mdm.domain.dictionary import Dictionary
from mdm.domain.golden import new_golden_id
from mdm.domain.identity import new_ulid
from mdm.domain.rules import RuleSet
from mdm.linkage.model import Weights
from mdm.services.governed import Governed, amend
from mdm.services.unit_of_work import UnitOfWork, open_reading, open_unit
from mdm.storage import change as change_store
from mdm.storage.database import Connection, Database, open_database


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
        self._seed = self._governed = Governed(0, dictionary, rules)
        self._clock = clock or (lambda: datetime.now(UTC))
        self._random = random or SystemRandom()
        self._lock = threading.Lock()

    @property
    def dictionary(self) -> Dictionary:
        """The dictionary in force."""
        return self._governed.dictionary

    @dictionary.setter
    def dictionary(self, dictionary: Dictionary) -> None:
        self._reseed(Governed(0, dictionary, self._seed.rules))

    @property
    def rules(self) -> dict[str, RuleSet]:
        """The rule sets in force, by entity."""
        return self._governed.rules

    @rules.setter
    def rules(self, rules: dict[str, RuleSet]) -> None:
        self._reseed(Governed(0, self._seed.dictionary, rules))

    @property
    def weights(self) -> Mapping[str, Weights | None]:
        """Weights that approved changes set; an entity that is not named has those beside its rule file."""
        return self._governed.weights

    @property
    def seed(self) -> Governed:
        """What the files say."""
        return self._seed

    @property
    def as_governed(self) -> Governed:
        """Everything in force, as one consistent set."""
        return self._governed

    @property
    def governed_number(self) -> int:
        """Moves whenever something comes into force."""
        return self._governed.number

    @property
    def cache(self) -> dict[tuple[str, ...], object]:
        """What was compiled from the dictionary, rules and weights in force."""
        return self._governed.cache

    def pinned(self, connection: Connection) -> Hub:
        """This hub as it governs in the snapshot of ``connection``; stays so for whoever holds it."""
        number = change_store.governed_number(connection)
        governed = self._governed
        if governed.number != number:
            governed = self._governed = amend(connection, number, self._seed)
        return self.as_if(governed)

    def as_if(self, governed: Governed) -> Hub:
        """This hub as if something else governed; the database stays the same."""
        made = copy.copy(self)
        made._governed = governed
        return made

    def _reseed(self, seed: Governed) -> None:
        self._seed = self._governed = seed

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

    def new_seed(self) -> str:
        """A fresh seed for a random choice that must be repeatable later."""
        with self._lock:
            return f"{self._random.getrandbits(64):016x}"

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
