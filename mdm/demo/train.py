"""Trains the weights that ship with the hub: ``python -m mdm.demo.train ENTITY`` writes them beside the rules.

Trained on worlds of the project's own generator only, so that no file of a user or a test is in them. Two
calibrations come of held-out worlds: of all pairs, and of the questions that are left when a world is matched, because
a pair that other evidence decides is never asked.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import click

from mdm.demo.judge import match_world
from mdm.demo.world import generate
from mdm.demo.worlds import Reading, read_records
from mdm.domain.dictionary import Dictionary
from mdm.domain.rules import RuleSet
from mdm.engine.connection import open_engine
from mdm.linkage.calibration import Calibration, fit_calibration
from mdm.linkage.model import Weights, save_weights
from mdm.linkage.refine import refine_weights
from mdm.linkage.train import World, calibrate, train_from_truth
from mdm.services.dictionary import load_dictionary
from mdm.services.rule import load_rule_set

SEEDS = (101, 102, 103)
HELD_OUT = (201, 202, 203)
"""Seeds of the worlds that weights are learned from, and of those that calibrate them."""
RECORDS = 4000
QUESTIONS = 40
"""A step of the calibration of questions rests on at least so many of them."""
RARE_QUESTIONS = 20
"""The same for the curve that rare reasons share."""


def train(entity: str) -> Weights:
    """Weights of one entity: counted and refined on generated worlds, calibrated on another one."""
    dictionary = load_dictionary()
    rules = load_rule_set(dictionary, entity)
    with tempfile.TemporaryDirectory() as folder:
        engine = open_engine(Path(folder) / "scratch")
        worlds = [_world(entity, Path(folder), seed, rules, dictionary) for seed in SEEDS]
        held_out = [_reading(entity, Path(folder), seed, rules, dictionary) for seed in HELD_OUT]
        told = f"generator worlds, seeds {', '.join(map(str, SEEDS))}, {RECORDS} records each"
        weights = train_from_truth(engine, rules, worlds, trained_on=told)
        refined = refine_weights(engine, rules, weights, worlds)
        weights = calibrate(engine, rules, refined, [World(r.records, r.truth) for r in held_out])
        engine.close()
    return replace(weights, questions=calibrate_questions(rules, dictionary, weights, held_out))


def calibrate_questions(
    rules: RuleSet, dictionary: Dictionary, weights: Weights, held_out: Sequence[Reading]
) -> dict[str, Calibration]:
    """Reason of a question -> from match weight to how often such a question is a match, in held-out worlds."""
    answered: dict[str, list[tuple[float, bool]]] = {}
    for reading in held_out:
        for question in match_world(reading, rules, dictionary, weights).questions():
            one, other = reading.truth.get(question.left), reading.truth.get(question.right)
            if one and other:
                answered.setdefault(question.reason.value, []).append((question.weight, one == other))
    return fit_questions(answered)


def fit_questions(answered: Mapping[str, Sequence[tuple[float, bool]]]) -> dict[str, Calibration]:
    """One curve per reason; reasons that are asked too seldom for one of their own share one.

    They have in common that something stood against a link that the weight alone would have made: the curve of all
    pairs of that weight would promise far too much.
    """
    curves = {reason: _rising_or_level(pairs, QUESTIONS) for reason, pairs in answered.items()}
    rare = [reason for reason, curve in curves.items() if not curve.points]
    shared = _rising_or_level([pair for reason in rare for pair in answered[reason]], RARE_QUESTIONS)
    curves |= dict.fromkeys(rare, shared)
    return {reason: curve for reason, curve in sorted(curves.items()) if curve.points}


def _rising_or_level(pairs: Sequence[tuple[float, bool]], least: int) -> Calibration:
    """The curve of the pairs; one chance for all of them where more weight does not tell more; empty for a few."""
    curve = fit_calibration(pairs, least_pairs=least)
    if curve.points or len(pairs) < least:
        return curve
    chance = round((sum(matches for _, matches in pairs) + 0.5) / (len(pairs) + 1), 6)
    weights = sorted({round(weight, 6) for weight, _ in pairs})
    return Calibration(tuple((weight, chance) for weight in dict.fromkeys((weights[0], weights[-1]))))


def _world(entity: str, folder: Path, seed: int, rules: RuleSet, dictionary: Dictionary) -> World:
    reading = _reading(entity, folder, seed, rules, dictionary)
    return World(reading.records, reading.truth)


def _reading(entity: str, folder: Path, seed: int, rules: RuleSet, dictionary: Dictionary) -> Reading:
    generate(entity, folder / str(seed), records=RECORDS, seed=seed)
    return read_records(folder / str(seed), rules, dictionary)


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
