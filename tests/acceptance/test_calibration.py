"""Probabilities of the queue before and after verdicts: sample worlds beside the checkout, and generated ones.

Verdicts are simulated from the truth in the order in which the queue asks; what is measured are the questions that
remain, pooled over worlds and entities.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import NamedTuple

import pytest
from rich.console import Console
from rich.table import Table

from mdm.demo.judge import match_world
from mdm.demo.world import generate
from mdm.demo.worlds import read_records
from mdm.domain.priority import risk_of
from mdm.linkage.evaluate import reliability_of
from mdm.linkage.recalibrate import Answered, learn_bend
from mdm.services import queue
from mdm.services.dictionary import load_dictionary
from mdm.services.rule import load_rule_set, shipped_weights

pytestmark = pytest.mark.acceptance

ENTITIES = ("supplier", "material", "equipment")
SAMPLES = Path(__file__).parents[3] / "shared" / "samples"
WORLDS = tuple(sorted(f.name for f in SAMPLES.iterdir() if f.is_dir())) if SAMPLES.is_dir() else ()
SEEDS = tuple(int(seed) for seed in os.environ.get("ACCEPTANCE_SEEDS", "301,302,303").split(","))
RECORDS = 3000
"""Large enough that questions remain after 200 verdicts."""

VERDICTS = (0, 50, 200)
LEAST_PAIRS = 1600
ECE = 0.05

console = Console(width=150, highlight=False)


class World(NamedTuple):
    """The questions of one world in the order of its queue, as they would be answered."""

    entity: str
    name: str
    answers: list[Answered]


def questions(entity: str, name: str, folder: Path) -> World:
    dictionary = load_dictionary()
    rules = load_rule_set(dictionary, entity)
    weights = shipped_weights(rules)
    assert weights is not None
    reading = read_records(folder, rules, dictionary)
    asked = match_world(reading, rules, dictionary, weights).questions()
    known = [item for item in asked if item.left in reading.truth and item.right in reading.truth]

    def place(item: queue.Question) -> tuple[float, int, int]:
        risk = max(risk_of(rules.risks, reading.values[side]) for side in (item.left, item.right))
        return -queue.rank_of(item, risk), item.left, item.right

    return World(
        entity,
        name,
        [
            Answered(
                item.probability,
                item.reason.value,
                reading.truth[item.left] == reading.truth[item.right],
                item.settles,
            )
            for item in sorted(known, key=place)
        ],
    )


def remaining(world: World, verdicts: int) -> list[tuple[float, bool]]:
    """(probability, is a match) of what is left after so many verdicts were learned from."""
    learned = learn_bend(world.answers[:verdicts])
    return [(learned.probability(a.stated, a.reason, a.pairs), a.is_match) for a in world.answers[verdicts:]]


def test_probabilities_of_the_queue_hold_after_two_hundred_verdicts(tmp_path: Path) -> None:
    worlds = []
    for entity in ENTITIES:
        for name in WORLDS:
            worlds.append(questions(entity, f"sample {name}", SAMPLES / name / entity))
        for seed in SEEDS:
            made = generate(entity, tmp_path / f"{entity}-{seed}", records=RECORDS, seed=seed)
            worlds.append(questions(entity, f"seed {seed}", made.folder))
    table = Table(title="ECE of the questions that remain (pairs)")
    for head in ("entity", "world", *(f"after {n} verdicts" for n in VERDICTS)):
        table.add_column(head, justify="right")
    pooled: dict[int, list[tuple[float, bool]]] = {n: [] for n in VERDICTS}
    for world in worlds:
        cells = []
        for number in VERDICTS:
            left = remaining(world, number)
            pooled[number] += left
            cells.append(told(left))
        table.add_row(world.entity, world.name, *cells)
    table.add_row("all", "pooled", *(told(pooled[number]) for number in VERDICTS))
    console.print(table)
    last = reliability_of(pooled[VERDICTS[-1]])
    assert last.pairs >= LEAST_PAIRS
    assert last.ece is not None
    assert last.ece <= ECE


def told(pairs: list[tuple[float, bool]]) -> str:
    found = reliability_of(pairs)
    return "-" if found.ece is None else f"{found.ece:.3f} ({found.pairs})"
