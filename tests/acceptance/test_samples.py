"""The long checks: sample extracts beside the checkout, and generated worlds, through the command line.

Bars are what automatic links must reach at the thresholds that are shipped; the tables are printed with ``-s``.
"""

from __future__ import annotations

import csv
import json
import os
import random
import shutil
import time
from collections import Counter
from io import StringIO
from pathlib import Path

import pytest
from click.testing import CliRunner
from rich.console import Console
from rich.table import Table

from mdm import cli
from mdm.demo.run import KINDS
from mdm.demo.world import generate

pytestmark = pytest.mark.acceptance

ENTITIES = ("supplier", "material", "equipment")
SAMPLES = Path(__file__).parents[3] / "shared" / "samples"
WORLDS = (
    tuple(sorted(folder.name for folder in SAMPLES.iterdir() if folder.is_dir())) if SAMPLES.is_dir() else ()
)
SEEDS = tuple(int(seed) for seed in os.environ.get("ACCEPTANCE_SEEDS", "301,302,303").split(","))
"""Other seeds than the shipped weights were trained and calibrated on."""
LARGE = 5000
SECONDS = 60.0

PRECISION = 0.93
B_CUBED = {"supplier": 0.82, "material": 0.78, "equipment": 0.86}
"""No single world may fall below these; the bars themselves are means over worlds (``mdm/demo/bars.py``)."""
RARELY_MERGED = 0.03
KINDS_HELD_APART = {
    "supplier": ("branch",),
    "material": ("one_dimension_or_parameter", "grade", "sterile_vs_nonsterile", "left_right"),
    "equipment": ("same_model_next_serial",),
}

console = Console(width=170, highlight=False)


class Hub:
    """A hub of its own that is worked through ``mdm`` only."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self("init")

    def __call__(self, *arguments: object) -> dict:
        """Run a command and return its JSON; fails unless it exits with 0."""
        found = CliRunner().invoke(
            cli.main,
            [*map(str, arguments), "--json"],
            env={"MDM_HOME": str(self.home), "MDM_DATABASE_URL": ""},
        )
        assert found.exit_code == 0, (arguments, found.stdout[-500:], found.stderr[-2000:], found.exception)
        return json.loads(found.stdout)


def load(hub: Hub, entity: str, folder: Path, files: dict[str, Path] | None = None) -> dict[str, dict]:
    """Take in every extract of a world; returns the receipts by source."""
    mapping = json.loads((folder / "mapping.json").read_text("utf-8"))
    receipts = {}
    for code, profile in reversed(mapping["sources"].items()) if files else mapping["sources"].items():
        hub("source", "add", code, "--kind", KINDS.get(code, "OTHER"))
        file = (files or {}).get(code, folder / profile["file"])
        receipts[code] = hub("ingest", entity, file, "--source", code, "--profile", folder / "mapping.json")
    return receipts


def xref(hub: Hub, entity: str) -> dict[tuple[str, str], str]:
    """(system, id) -> golden ID as exported, each record once."""
    out = hub.home / f"xref-{entity}.csv"
    hub("export", "xref", entity, "--out", out)
    with out.open(encoding="utf-8", newline="") as file:
        rows = [(row["source_system"], row["source_id"], row["golden_id"]) for row in csv.DictReader(file)]
    assert max(Counter((system, key) for system, key, _ in rows).values()) == 1
    return {(system, key): golden_id for system, key, golden_id in rows}


def partition(held: dict[tuple[str, str], str]) -> frozenset[frozenset[tuple[str, str]]]:
    groups: dict[str, set[tuple[str, str]]] = {}
    for key, golden_id in held.items():
        groups.setdefault(golden_id, set()).add(key)
    return frozenset(frozenset(keys) for keys in groups.values())


def judge(hub: Hub, entity: str, folder: Path) -> dict:
    return hub("evaluate", entity, "--truth", folder / "truth.csv", "--negatives", folder / "negatives.csv")


def missed_bars(rows: list[tuple[str, str, dict, float]]) -> list[str]:
    """Bars that were missed: precision and B-cubed per world, kinds of hard negatives over all worlds."""
    missed = []
    for entity, world, found, _ in rows:
        precision, f1 = found["pairwise"]["precision"], found["b_cubed"]["f1"]
        missed += [f"{entity} {world}: precision {precision:.3f}"] if precision < PRECISION else []
        missed += [f"{entity} {world}: B-cubed F1 {f1:.3f}"] if f1 < B_CUBED[entity] else []
    for entity, kinds in KINDS_HELD_APART.items():
        for kind, (merged, pairs) in pooled(rows, entity).items():
            if kind in kinds and merged >= RARELY_MERGED * pairs:
                missed.append(f"{entity}: {kind} merged {merged} of {pairs}")
    return missed


def show(title: str, rows: list[tuple[str, str, dict, float]]) -> None:
    """One line per world: (entity, world, evaluation, seconds)."""
    table = Table(title=title)
    heads = (
        "entity",
        "world",
        "records",
        "P",
        "R",
        "B3 P",
        "B3 R",
        "B3 F1",
        "hard/1000",
        "zh-en R",
        "queue/1000",
    )
    for head in (*heads, "yield", "answered", "ECE", "seconds"):
        table.add_column(head, justify="left" if head in {"entity", "world"} else "right")
    for entity, world, found, seconds in rows:
        pair, cube, queue = found["pairwise"], found["b_cubed"], found["queue"]
        numbers = (pair["precision"], pair["recall"], cube["precision"], cube["recall"], cube["f1"])
        table.add_row(
            entity,
            world,
            str(found["records"]),
            *(share(number) for number in numbers),
            share(found["hard_per_1000"], 1),
            share(found["slices"]["zh-en"]["recall"]),
            share(queue["per_1000_records"], 0),
            share(queue["matches"]),
            share(queue["recall_if_answered"]),
            share(found["calibration"]["ece"]),
            f"{seconds:.0f}",
        )
    console.print(table)
    for entity, world, found, _ in rows:
        kinds = sorted(found["false_merges"].items(), key=lambda item: -item[1]["share"])
        told = ", ".join(f"{kind} {x['merged']}/{x['pairs']}" for kind, x in kinds if x["merged"])
        console.print(f"{entity} {world}: merged hard negatives: {told or 'none'}", soft_wrap=True)


def pooled(rows: list[tuple[str, str, dict, float]], entity: str) -> dict[str, tuple[int, int]]:
    """Kind of hard negative -> (merged, pairs) over all worlds of an entity: rare kinds say little in one world."""
    total: dict[str, tuple[int, int]] = {}
    for name, _, found, _ in rows:
        for kind, x in found["false_merges"].items() if name == entity else ():
            merged, pairs = total.get(kind, (0, 0))
            total[kind] = (merged + x["merged"], pairs + x["pairs"])
    return total


def share(number: float | None, digits: int = 3) -> str:
    return "n/a" if number is None else f"{number:.{digits}f}"


@pytest.fixture(scope="module")
def hubs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Hub]:
    """One hub per sample world with every extract loaded and matched, and how long matching took."""
    if not WORLDS:
        console.print("not covered: sample extracts (no folder shared/samples beside the checkout)")
        pytest.skip("no sample extracts beside the checkout")
    made = {}
    for world in WORLDS:
        hub = made[world] = Hub(tmp_path_factory.mktemp(f"world-{world}"))
        hub.receipts = {e: load(hub, e, SAMPLES / world / e) for e in ENTITIES}
        hub.seconds = {e: hub("match", e, "--full")["seconds"] for e in ENTITIES}
    return made


def test_every_extract_loads_and_every_row_is_accounted_for(hubs: dict[str, Hub]) -> None:
    for world, hub in hubs.items():
        for entity, receipts in hub.receipts.items():
            for code, receipt in receipts.items():
                taken = receipt["accepted"] + receipt["unchanged"] + receipt["rejected"]
                assert receipt["received"] == taken > 0, (world, entity, code)


def test_the_cross_references_hold_every_current_record_exactly_once(hubs: dict[str, Hub]) -> None:
    for world, hub in hubs.items():
        for entity in ENTITIES:
            with (SAMPLES / world / entity / "truth.csv").open(encoding="utf-8-sig", newline="") as file:
                expected = {(row["source_system"], row["source_id"]) for row in csv.DictReader(file)}
            assert set(xref(hub, entity)) == expected, (world, entity)


def test_the_bars_are_reached_on_every_sample_world(hubs: dict[str, Hub]) -> None:
    rows = [
        (entity, world, judge(hub, entity, SAMPLES / world / entity), hub.seconds[entity])
        for world, hub in hubs.items()
        for entity in ENTITIES
    ]
    show("Sample worlds, automatic links at the shipped thresholds", rows)
    assert missed_bars(rows) == []


def test_the_same_extract_twice_accepts_nothing_and_moves_no_golden_id(hubs: dict[str, Hub]) -> None:
    world = WORLDS[0]
    hub = hubs[world]
    for entity in ENTITIES:
        before = xref(hub, entity)
        for receipt in load(hub, entity, SAMPLES / world / entity).values():
            assert (receipt["accepted"], receipt["unchanged"] + receipt["rejected"]) == (
                0,
                receipt["received"],
            )
        hub("match", entity)
        assert xref(hub, entity) == before


def test_one_changed_row_makes_one_version(hubs: dict[str, Hub], tmp_path: Path) -> None:
    world, entity = WORLDS[0], "supplier"
    folder = SAMPLES / world / entity
    sources = json.loads((folder / "mapping.json").read_text("utf-8"))["sources"]
    code = next(code for code, profile in sources.items() if profile["format"] == "csv")
    profile = sources[code]
    lines = (folder / profile["file"]).read_text(profile["encoding"]).splitlines()
    cells = lines[1].split(profile["delimiter"])
    place = lines[0].split(profile["delimiter"]).index(next(c for c in profile["columns"]))
    cells[place] += "x"
    lines[1] = profile["delimiter"].join(cells)
    changed = tmp_path / profile["file"]
    changed.write_text("\n".join(lines) + "\n", profile["encoding"])
    profile_file = folder / "mapping.json"
    receipt = hubs[world]("ingest", entity, changed, "--source", code, "--profile", profile_file)
    assert (receipt["accepted"], receipt["unchanged"]) == (1, receipt["received"] - receipt["rejected"] - 1)
    undone = hubs[world]("undo-load", receipt["load_id"], "--reason", "only a trial")
    assert (undone["retired"], undone["restored"]) == (0, 1)


def test_rows_in_another_order_give_the_same_partition(hubs: dict[str, Hub], tmp_path: Path) -> None:
    world = WORLDS[-1]
    other = Hub(tmp_path / "other")
    for entity in ENTITIES:
        folder = SAMPLES / world / entity
        load(other, entity, folder, shuffled(folder, tmp_path))
        other("match", entity, "--full")
        assert partition(xref(other, entity)) == partition(xref(hubs[world], entity)), entity


def shuffled(folder: Path, target: Path) -> dict[str, Path]:
    """The line-based extracts of a world with their rows in another order, last source first."""
    sources = json.loads((folder / "mapping.json").read_text("utf-8"))["sources"]
    files = {}
    for code, profile in sources.items():
        if profile["format"] not in {"csv", "jsonl"}:
            continue
        text = (folder / profile["file"]).read_bytes().decode(profile["encoding"])
        lines = text.removesuffix("\n").split("\n")
        head = []
        if profile["format"] == "csv":
            head, lines = lines[: profile["header_row"]], lines[profile["header_row"] :]
            rows = csv.reader(StringIO(text, newline=""), delimiter=profile["delimiter"])
            if sum(1 for _ in rows) != len(head) + len(lines):
                continue  # a cell goes over several lines
        random.Random(5).shuffle(lines)
        files[code] = target / profile["file"]
        files[code].write_bytes(("\n".join([*head, *lines]) + "\n").encode(profile["encoding"]))
    assert files
    return files


def test_generated_worlds_reach_the_bars_on_every_seed(tmp_path: Path) -> None:
    rows = []
    for seed in SEEDS:
        hub = Hub(tmp_path / f"seed-{seed}")
        for entity in ENTITIES:
            world = generate(entity, tmp_path / f"{entity}-{seed}", records=1500, seed=seed)
            load(hub, entity, world.folder)
            seconds = hub("match", entity, "--full")["seconds"]
            rows.append((entity, f"seed {seed}", judge(hub, entity, world.folder), seconds))
        shutil.rmtree(hub.home)
    show("Generated worlds of about 1,500 records", rows)
    assert missed_bars(rows) == []


def test_five_thousand_records_are_matched_within_a_minute(tmp_path: Path) -> None:
    hub = Hub(tmp_path / "large")
    rows = []
    for entity in ENTITIES:
        world = generate(entity, tmp_path / entity, records=LARGE, seed=9)
        started = time.monotonic()
        load(hub, entity, world.folder)
        loaded = time.monotonic() - started
        report = hub("match", entity, "--full")
        rows.append((entity, report["seconds"]))
        console.print(
            f"{entity}: {report['records']} records loaded in {loaded:.0f} s, matched in {report['seconds']:.0f} s, "
            f"{report['golden_records']} golden records, {report['tasks_open']} in the queue"
        )
    assert [row for row in rows if row[1] > SECONDS] == []
