"""Whether golden records stay when nothing about them changed: another order, a disjoint source, the same run again.

``python -m mdm.demo.stability ENTITY [FOLDER …]``. A record counts as moved when the records it stands together with
are others than before.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from random import Random

import click

from mdm.demo.judge import match_world
from mdm.demo.vocabulary import SECOND
from mdm.demo.world import generate
from mdm.demo.worlds import Reading, read_records
from mdm.domain.dictionary import Dictionary
from mdm.domain.rules import RuleSet
from mdm.domain.source import SourceKey
from mdm.linkage.model import Weights
from mdm.services.dictionary import load_dictionary
from mdm.services.rule import load_rule_set, shipped_weights

SEED = 7
APART = 10_000_000
"""Added to the numbers of the disjoint source; far above those of any world."""

Groups = Mapping[SourceKey, frozenset[SourceKey]]


@dataclass(frozen=True, slots=True)
class Stability:
    """Share of records that moved, 0 to 1, with statistics and clusters made anew each time."""

    rerun: float
    permuted: float
    disjoint: float


def stability_of(
    reading: Reading, other: Reading, rules: RuleSet, dictionary: Dictionary, weights: Weights
) -> Stability:
    """Match a world four times: as it is, again, with its records in another order, and beside ``other``."""

    def groups(world: Reading) -> Groups:
        matched = match_world(world, rules, dictionary, weights)
        return {
            world.keys[record]: frozenset(world.keys[member] for member in members)
            for members in matched.grouped.clusters
            for record in members
        }

    before = groups(reading)
    order = [record.record_id for record in reading.records]
    Random(SEED).shuffle(order)
    numbers = {record: number for number, record in enumerate(order, 1)}
    return Stability(
        _moved(before, groups(reading)),
        _moved(before, groups(_renumbered(reading, numbers.__getitem__))),
        _moved(before, groups(_beside(reading, other))),
    )


def _moved(before: Groups, after: Groups) -> float:
    return sum(after[key] != group for key, group in before.items()) / max(len(before), 1)


def _renumbered(reading: Reading, number: Callable[[int], int]) -> Reading:
    records = sorted(
        (replace(record, record_id=number(record.record_id)) for record in reading.records),
        key=lambda record: record.record_id,
    )
    return replace(
        reading,
        records=records,
        truth={number(i): thing for i, thing in reading.truth.items()},
        keys={number(i): key for i, key in reading.keys.items()},
        raw={number(i): held for i, held in reading.raw.items()},
        values={number(i): held for i, held in reading.values.items()},
    )


def _beside(reading: Reading, other: Reading) -> Reading:
    """Both worlds in one, the other as sources of its own."""
    far = _renumbered(other, lambda record: record + APART)
    keys = {i: key._replace(system=f"{key.system}'") for i, key in far.keys.items()}
    records = [*reading.records, *(replace(r, source=f"{r.source}'") for r in far.records)]
    return replace(
        reading,
        records=records,
        truth={**reading.truth, **{i: f"{thing}'" for i, thing in far.truth.items()}},
        keys={**reading.keys, **keys},
        raw={**reading.raw, **far.raw},
        values={**reading.values, **far.values},
        duplicate_free=[*reading.duplicate_free, *(f"{code}'" for code in far.duplicate_free)],
    )


@click.command()
@click.argument("entity")
@click.argument("folders", nargs=-1, type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option("--seed", default=301, show_default=True, help="Generated world to judge without a folder.")
@click.option("--records", default=1500, show_default=True, help="Records of a generated world.")
def main(entity: str, folders: tuple[Path, ...], seed: int, records: int) -> None:
    """Tell how many records of ENTITY move; the disjoint source is a generated world of the other vocabulary."""
    dictionary = load_dictionary()
    rules = load_rule_set(dictionary, entity)
    weights = shipped_weights(rules)
    if weights is None:
        raise click.ClickException(f"{entity} has no weights")
    with tempfile.TemporaryDirectory() as scratch:
        beside, made = Path(scratch) / "beside", Path(scratch) / f"seed-{seed}"
        generate(entity, beside, records=records // 2, seed=seed + 1, vocabulary=SECOND)
        if not folders:
            generate(entity, made, records=records, seed=seed)
        other = read_records(beside, rules, dictionary)
        for folder in folders or (made,):
            found = stability_of(read_records(folder, rules, dictionary), other, rules, dictionary, weights)
            told = ", ".join(f"{name} {share:.2%}" for name, share in asdict(found).items())
            click.echo(f"{entity} {folder.name}: records moved: {told}")


if __name__ == "__main__":
    sys.exit(main())
