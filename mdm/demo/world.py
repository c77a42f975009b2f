"""Makes a whole demo world: source extracts of one entity with known truth and known hard negatives.

Invariant: the same entity, size and seed give the same bytes; every written record stands in the truth once.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from mdm.demo import equipment, material, supplier
from mdm.demo.dirt import Pen
from mdm.demo.files import write_source, write_table
from mdm.demo.recipe import Recipe
from mdm.demo.vocabulary import FIRST, speaking
from mdm.demo.vocabulary import mapping as read_mapping
from mdm.domain.errors import UnknownEntityError

Truth = tuple[str, str, str]
"""Source system, source id, entity id."""
Negative = tuple[str, str, str]
"""Entity id, entity id, kind of hard negative."""

_RECIPES: Mapping[str, Callable[[Random], Recipe]] = {
    "supplier": supplier.recipe,
    "material": material.recipe,
    "equipment": equipment.recipe,
}
# How many systems hold a thing: one in a third of the cases, hardly ever all of them.
_SPREAD = ((1, 35.5), (2, 33.0), (3, 16.5), (4, 9.0), (5, 4.2), (6, 1.5), (7, 0.3))
_SECOND_COPY = 0.055
_SWARM = 0.014  # things that a company entered again and again
_SPARSE = 0.11


@dataclass(frozen=True, slots=True)
class World:
    """What was written: the folder, the mapping of its sources, truth and hard negatives."""

    entity: str
    folder: Path
    mapping: Mapping[str, Any]
    truth: tuple[Truth, ...]
    negatives: tuple[Negative, ...]


def generate(entity: str, folder: Path, *, records: int, seed: int, vocabulary: str = FIRST) -> World:
    """Write source extracts of about ``records`` records into ``folder`` and return what is true of them.

    Writes one file per source, ``mapping.json``, ``truth.csv`` (source_system, source_id, entity_id) and
    ``negatives.csv`` (entity_a, entity_b, kind). Raises UnknownEntityError.
    """
    if entity not in _RECIPES:
        raise UnknownEntityError(f"No demo data for entity {entity!r}", entity=entity)
    rng = Random(f"{entity}:{seed}")
    mapping = read_mapping(entity)
    with speaking(vocabulary):
        draft = _Draft(_RECIPES[entity](rng), rng, {source: [] for source in mapping["sources"]})
        draft.fill(records)
    world = World(entity, folder, mapping, tuple(sorted(draft.truth)), tuple(draft.negatives))
    _write(world, draft, rng)
    return world


class _Draft:
    """Rows, truth and negatives while a world grows."""

    def __init__(self, recipe: Recipe, rng: Random, rows: dict[str, list[dict[str, str]]]) -> None:
        self.recipe = recipe
        self.rng = rng
        self.rows = rows
        self.truth: list[Truth] = []
        self.negatives: list[Negative] = []
        self._ids: set[tuple[str, str]] = set()
        self._things = 0

    def fill(self, records: int) -> None:
        """Add families of things until there are enough records."""
        while len(self.truth) < records:
            things, pairs = self.recipe.family()
            names: list[str] = []
            for thing in things:
                if len(self.truth) >= records:
                    break
                self._things += 1
                names.append(f"{self.recipe.prefix}-{self._things:06}")
                self._record(thing, names[-1])
            known = len(names)
            self.negatives += [(names[a], names[b], kind) for a, b, kind in pairs if a < known and b < known]

    def _record(self, thing: Any, name: str) -> None:
        """Write the thing down in the systems that hold it; Any: only the recipe knows its things."""
        held = self.recipe.holders(thing)
        swarm = self.rng.random() < _SWARM
        known: dict[str, list[str]] = {}
        for source in self._sources(held, swarm=swarm):
            for _ in range(self._copies(swarm=swarm)):
                pen = Pen(self.rng, sparse=self.rng.random() < _SPARSE)
                key = self._new_id(source, thing)
                row = self.recipe.row(source, key, thing, pen, known)
                known.setdefault(source, []).append(key)
                self.rows[source].append(row)
                self.truth.append((source, key, name))

    def _sources(self, held: Mapping[str, float], *, swarm: bool) -> list[str]:
        count = len(held) if swarm else _spread(self.rng)
        ranked = sorted(held, key=lambda source: self.rng.random() ** (1 / held[source]), reverse=True)
        chosen = set(ranked[:count])
        return [source for source in held if source in chosen]

    def _copies(self, *, swarm: bool) -> int:
        if swarm:
            return self.rng.choice((1, 1, 2, 2, 3, 4, 5))
        return 1 + (self.rng.random() < _SECOND_COPY) + (self.rng.random() < _SECOND_COPY / 6)

    def _new_id(self, source: str, thing: Any) -> str:
        while True:
            key = self.recipe.new_id(source, thing)
            if (source, key) not in self._ids:
                self._ids.add((source, key))
                return key


def _spread(rng: Random) -> int:
    return rng.choices([count for count, _ in _SPREAD], [share for _, share in _SPREAD])[0]


def _write(world: World, draft: _Draft, rng: Random) -> None:
    world.folder.mkdir(parents=True, exist_ok=True)
    for source, profile in world.mapping["sources"].items():
        rows = draft.rows[source]
        rng.shuffle(rows)
        write_source(world.folder, profile, rows)
    text = json.dumps(world.mapping, ensure_ascii=False, indent=1) + "\n"
    (world.folder / "mapping.json").write_text(text, encoding="utf-8", newline="\n")
    write_table(world.folder / "truth.csv", ("source_system", "source_id", "entity_id"), world.truth)
    write_table(world.folder / "negatives.csv", ("entity_a", "entity_b", "kind"), world.negatives)
