"""P2, P15: the hub's own scoring of candidate pairs against Splink's predict, on DuckDB and on Spark."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterable
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from mdm.bench.measure import Row, cpu_seconds
from mdm.demo.world import generate
from mdm.demo.worlds import read_records
from mdm.domain.dictionary import Dictionary
from mdm.domain.rules import Action, RuleSet
from mdm.engine.connection import open_engine
from mdm.linkage import duckdb_batch, splink_batch
from mdm.linkage.model import Model, build_model
from mdm.linkage.predict import SLACK, Engine, predict_table, weigh
from mdm.linkage.record import Prepared, prepare_all
from mdm.linkage.spark_batch import Cluster
from mdm.linkage.statistics import collect_statistics
from mdm.linkage.table import candidate_table, comparison_table, key_table
from mdm.services.dictionary import load_dictionary
from mdm.services.rule import load_rule_set, shipped_weights

ENTITIES = ("supplier", "material", "equipment")
RUNS = 3
"""The cheapest of so many runs counts: what others do on the machine only ever adds."""


def scoring(rows: int) -> Iterable[Row]:
    """P2 per entity, with the pairs whose levels or weights differ."""
    dictionary = load_dictionary()
    for entity in ENTITIES:
        with tempfile.TemporaryDirectory(prefix="mdm-bench-") as folder:
            yield _compare(dictionary, entity, Path(folder), rows)


def on_spark(rows: int) -> Iterable[Row]:
    """P15 per entity: pairs that differ between Spark on this machine and the hub's own scoring, with their times."""
    dictionary = load_dictionary()
    for entity in ENTITIES:
        with tempfile.TemporaryDirectory(prefix="mdm-bench-") as folder:
            yield _compare_with_spark(dictionary, entity, Path(folder), rows)


def _compare_with_spark(dictionary: Dictionary, entity: str, folder: Path, rows: int) -> Row:
    rules = load_rule_set(dictionary, entity)
    model, prepared = _world(dictionary, rules, folder, rows)
    floor = next(part.min_weight for part in rules.thresholds if part.action is Action.REVIEW)
    found, seconds = {}, {}
    with open_engine(folder / "scratch") as connection:
        for name, engine in (("mine", Engine.DUCKDB), ("theirs", Engine.SPARK)):
            started = time.monotonic()
            found[name] = predict_table(
                connection,
                rules,
                model,
                prepared,
                floor=floor,
                engine=engine,
                cluster=Cluster("local[2]", folder),
            )
            seconds[name] = time.monotonic() - started
    return Row(
        "P15",
        f"{entity}: pairs that differ between Spark and the hub's own scoring",
        len(prepared),
        _differing(**found, floor=floor),
        "pairs",
        0,
        f"{found['mine'].num_rows:,} pairs kept; Spark {seconds['theirs']:.0f} s, own {seconds['mine']:.1f} s",
    )


def _compare(dictionary: Dictionary, entity: str, folder: Path, rows: int) -> Row:
    rules = load_rule_set(dictionary, entity)
    model, prepared = _world(dictionary, rules, folder, rows)
    floor = next(part.min_weight for part in rules.thresholds if part.action is Action.REVIEW)
    engine = open_engine(folder / "scratch")
    table = comparison_table(rules, prepared)
    pairs = candidate_table(engine, key_table(rules, prepared))
    found: dict[str, pa.Table] = {}

    def mine() -> None:
        levels = duckdb_batch.score_pairs(engine, rules, model, table, pairs, floor=floor - SLACK)
        found["mine"] = weigh(rules, model, levels, floor=floor)

    def theirs() -> None:
        found["theirs"] = splink_batch.score_pairs(engine, rules, model, table, pairs, floor=floor - SLACK)

    taken = [(cpu_seconds(mine), cpu_seconds(theirs)) for _ in range(RUNS)]
    own, splink = (min(side) for side in zip(*taken, strict=True))
    engine.close()
    return Row(
        "P2",
        f"{entity}: own scoring / Splink predict on the same pairs, CPU",
        len(prepared),
        own / splink,
        "x",
        0.8,
        f"{pairs.num_rows:,} pairs, {own:.2f} s against {splink:.2f} s; {_differing(**found, floor=floor)} differ",
    )


def _world(dictionary: Dictionary, rules: RuleSet, folder: Path, rows: int) -> tuple[Model, list[Prepared]]:
    generate(rules.entity, folder, records=rows, seed=1)
    records = read_records(folder, rules, dictionary).records
    weights = shipped_weights(rules)
    if weights is None:
        raise ValueError(f"{rules.entity} ships no weights")
    model = build_model(rules, weights, collect_statistics(rules, records))
    return model, list(prepare_all(rules, model.statistics, records).values())


def _differing(*, mine: pa.Table, theirs: pa.Table, floor: float) -> int:
    """Pairs that one engine has and the other has not, or with other levels, or weights 1e-9 apart."""
    kept = theirs.filter(pc.greater_equal(pc.round(theirs.column("match_weight"), 9), floor))
    names = [name for name in mine.column_names if name.startswith("level_")]
    sides = [
        {
            row[:2]: row[2:]
            for row in zip(
                *(t.column(n).to_pylist() for n in ("left", "right", "match_weight", *names)), strict=True
            )
        }
        for t in (mine, kept)
    ]
    one, other = sides
    unlike = [
        pair
        for pair in one.keys() & other.keys()
        if abs(one[pair][0] - other[pair][0]) > 1e-9 or one[pair][1:] != other[pair][1:]
    ]
    return len(one.keys() ^ other.keys()) + len(unlike)
