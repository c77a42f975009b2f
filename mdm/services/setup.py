"""Setting the hub up: opening it, creating or migrating its database, importing dictionary and rules."""

from __future__ import annotations

import gc
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from random import Random

from mdm.config import Settings
from mdm.domain.access import Actor
from mdm.domain.errors import NotInitialisedError
from mdm.services import change, line, rule
from mdm.services.dictionary import import_code_lists, keep_version, load_dictionary
from mdm.services.hub import Hub
from mdm.storage import migration
from mdm.storage.database import open_database, time_text

COLLECTED_AT = (20_000, 20, 50)
"""New objects at which Python looks for garbage in cycles, and how often in older ones. A hub makes rows and texts,
which need no such look, beside code lists and phrases that stay: with Python's own 700 a load took a sixth longer."""


@dataclass(frozen=True, slots=True)
class InitReport:
    """What ``mdm init`` did.

    ``proposed``: changes that newer files ask for; ``conflicts``: code lists whose newer files contradict what stewards
    added, so that nothing could be proposed.
    """

    database: str
    before: str | None
    revision: str
    entities: tuple[str, ...]
    rule_sets: tuple[str, ...]
    proposed: tuple[str, ...] = ()
    conflicts: tuple[str, ...] = ()


def open_hub(
    settings: Settings, *, clock: Callable[[], datetime] | None = None, random: Random | None = None
) -> Hub:
    """The hub over its settings; raises DictionaryError or RuleError before anything is touched."""
    gc.set_threshold(*COLLECTED_AT)
    dictionary = load_dictionary(settings.home / "dictionary")
    rules = rule.load_rule_sets(dictionary, settings.home / "matching_rules")
    return Hub(settings, open_database(settings.database_url), dictionary, rules, clock=clock, random=random)


def init(hub: Hub, actor: Actor) -> InitReport:
    """Create or migrate the database, then import dictionary and rules as a version; safe to repeat."""
    context = {"actor": actor.name, "reason": "init", "fact": hub.new_id(), "at": time_text(hub.now())}
    with hub.database.writing(context) as connection:
        before = migration.current_revision(connection)
        migration.migrate(connection)
    with hub.unit_of_work(actor, "import dictionary and rules") as uow:
        digest = keep_version(uow, uow.hub.dictionary)
        if digest:
            uow.record("hub.initialised", "", digest, {"revision": migration.head_revision()})
        for rules in uow.hub.rules.values():
            rule.save_rules(uow, rules)
        import_code_lists(uow)
        line.fill_missing(uow)
    with hub.unit_of_work(actor, "propose what newer files say") as uow:
        proposed, conflicts = change.propose_upgrade(uow)
    return InitReport(
        "sqlite" if hub.database.is_sqlite else "postgresql",
        before,
        migration.head_revision(),
        tuple(hub.dictionary.entities),
        tuple(hub.rules),
        tuple(proposed),
        tuple(conflicts),
    )


def require_initialised(hub: Hub) -> None:
    """Raise NotInitialisedError unless the database stands at this version's schema."""
    with hub.database.reading() as connection:
        found = migration.current_revision(connection)
    if found != migration.head_revision():
        raise NotInitialisedError(
            "The database is not at this version's schema: run `mdm init`.", found=found or "empty"
        )
