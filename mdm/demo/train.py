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
from mdm.engine.connection import open_engine
from mdm.linkage.model import Weights, save_weights
from mdm.linkage.train import train_from_truth
from mdm.services.dictionary import load_dictionary
from mdm.services.rule import load_rule_sets

SEEDS = (101, 102, 103)
RECORDS = 4000


def train(entity: str) -> Weights:
    """Weights of one entity, learned from three generated worlds of 4,000 records."""
    dictionary = load_dictionary()
    rules = load_rule_sets(dictionary)[entity]
    with tempfile.TemporaryDirectory() as folder:
        engine = open_engine(Path(folder) / "scratch")
        worlds = []
        for seed in SEEDS:
            generate(entity, Path(folder) / str(seed), records=RECORDS, seed=seed)
            worlds.append(read_world(Path(folder) / str(seed), rules, dictionary)[0])
        told = f"generator worlds, seeds {', '.join(map(str, SEEDS))}, {RECORDS} records each"
        weights = train_from_truth(engine, rules, worlds, trained_on=told)
        engine.close()
    return weights


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
