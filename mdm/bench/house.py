"""A throw-away hub for measuring, filled with a generated world."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from mdm.config import load_settings
from mdm.connectors.reader import read_rows
from mdm.demo.world import World, generate
from mdm.domain.access import Actor, system_actor
from mdm.domain.profile import parse_profile
from mdm.domain.source import SourceRow
from mdm.services import setup, standardise
from mdm.services.hub import Hub
from mdm.services.standardise import Standardised

ENTITY = "supplier"


@dataclass(frozen=True, slots=True)
class House:
    """A fresh hub, the world that may be loaded into it, and who acts."""

    hub: Hub
    world: World
    actor: Actor


@contextmanager
def bench_house(rows: int, seed: int = 1) -> Iterator[House]:
    """A hub on SQLite in a temporary folder beside a world of about ``rows`` supplier records."""
    with tempfile.TemporaryDirectory(prefix="mdm-bench-") as folder:
        home = Path(folder)
        world = generate(ENTITY, home / "world", records=rows, seed=seed)
        hub = setup.open_hub(load_settings({"MDM_HOME": str(home / "hub")}))
        actor = system_actor("cli:bench")
        setup.init(hub, actor)
        try:
            yield House(hub, world, actor)
        finally:
            hub.close()


def rows_of(house: House) -> Iterator[tuple[str, SourceRow]]:
    """(source, row) of every extract."""
    entity = house.hub.dictionary.entity(ENTITY)
    for code, source in house.world.mapping["sources"].items():
        profile = parse_profile(house.world.mapping, entity, code)
        for row in read_rows(house.world.folder / source["file"], profile).rows:
            if isinstance(row, SourceRow):
                yield code, row


def standardised(house: House) -> list[tuple[str, SourceRow, Standardised]]:
    """(source, row, what standardising makes of it) of every extract."""
    made = {
        code: standardise.standardiser_of(house.hub, ENTITY, code, mapping_of(house, code))
        for code in house.world.mapping["sources"]
    }
    return [(code, row, made[code].of_cells(row.cells, row.key)) for code, row in rows_of(house)]


def mapping_of(house: House, code: str) -> dict[str, object]:
    """The profile of one source of the world."""
    found: dict[str, object] = json.loads(json.dumps(house.world.mapping["sources"][code]))
    return found
