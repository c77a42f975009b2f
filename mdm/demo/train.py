"""Trains the weights that ship with the hub: ``python -m mdm.demo.train ENTITY`` writes them beside the rules.

Trained on worlds of the project's own generator only, so that no file of a user or a test is in them.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import click

from mdm.demo.world import generate
from mdm.demo.worlds import read_world
from mdm.domain.dictionary import Dictionary
from mdm.domain.rules import RuleSet
from mdm.engine.connection import open_engine
from mdm.linkage.model import Weights, save_weights
from mdm.linkage.refine import refine_weights
from mdm.linkage.train import World, calibrate, train_from_truth
from mdm.services.dictionary import load_dictionary
from mdm.services.rule import load_rule_set

SEEDS = (101, 102, 103)
HELD_OUT = (201,)
"""Seeds of the worlds that weights are learned from, and of the one that calibrates them."""
RECORDS = 4000


def train(entity: str) -> Weights:
    """Weights of one entity: counted and refined on generated worlds, calibrated on another one."""
    dictionary = load_dictionary()
    rules = load_rule_set(dictionary, entity)
    with tempfile.TemporaryDirectory() as folder:
        engine = open_engine(Path(folder) / "scratch")
        worlds = [_world(entity, Path(folder), seed, rules, dictionary) for seed in SEEDS]
        held_out = [_world(entity, Path(folder), seed, rules, dictionary) for seed in HELD_OUT]
        told = f"generator worlds, seeds {', '.join(map(str, SEEDS))}, {RECORDS} records each"
        weights = train_from_truth(engine, rules, worlds, trained_on=told)
        weights = calibrate(engine, rules, refine_weights(engine, rules, weights, worlds), held_out)
        engine.close()
    return weights


def _world(entity: str, folder: Path, seed: int, rules: RuleSet, dictionary: Dictionary) -> World:
    generate(entity, folder / str(seed), records=RECORDS, seed=seed)
    return read_world(folder / str(seed), rules, dictionary)


@click.command()
@click.argument("entities", nargs=-1, required=True)
def main(entities: tuple[str, ...]) -> None:
    """Train ENTITIES and write ``matching_rules/<entity>.weights.json``."""
    for entity in entities:
        path = Path(__file__).parents[2] / "matching_rules" / f"{entity}.weights.json"
        save_weights(path, train(entity))
        click.echo(f"{entity}: {path.name}")


if __name__ == "__main__":
    sys.exit(main())
