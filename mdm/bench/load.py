"""P1, P3, P13: a full load of generated rows in a process of its own, against Splink alone in another.

The load reads extracts, checks, stores, matches and builds golden records, cross-references, queue and audit trail;
rows are standardised beforehand, which has its own row. Splink predicts with the same frozen weights on the same pairs
and clusters; building its tables is timed apart.
"""

from __future__ import annotations

import csv
import math
import pickle
from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO

import duckdb
import pyarrow.parquet as pq

from mdm.bench.copies import Copies, Features
from mdm.bench.house import ENTITY, House, bench_house, mapping_of, standardised
from mdm.bench.measure import Row, Spent, cpu_seconds, in_child, measured
from mdm.config import Settings, load_settings
from mdm.domain.access import system_actor
from mdm.domain.profile import parse_profile
from mdm.domain.source import Finding, SourceRow, StandardRecord
from mdm.linkage import splink_batch
from mdm.linkage.model import Model, model_from_json
from mdm.linkage.packed_table import packed_tables
from mdm.services import match, rule, setup, source, standardise
from mdm.services.hub import Hub
from mdm.services.standardise import Standardised, Standardiser
from mdm.storage import match as match_store

SIZES = (10_000, 30_000, 100_000)
"""Loads below the one asked for that are measured too, for the growth."""

BASE = 5_000
"""Records that are generated and standardised; a load of more holds varied copies of them."""

ACTOR = system_actor("cli:bench")


@dataclass(frozen=True, slots=True)
class _Measured:
    """One size: what a load takes, what of it taking in the files, and what Splink takes on the same rows."""

    records: int
    load: Spent
    intake: float
    register: Spent
    splink: Spent


def full_load(rows: int) -> Iterable[Row]:
    """P1 with its standardisation row, P3 and P13."""
    sizes = [size for size in SIZES if size < rows] + [rows]
    with bench_house(min(BASE, rows)) as house:
        base: list[tuple[str, SourceRow, Standardised]] = []
        standardising = cpu_seconds(lambda: base.extend(standardised(house)))
        yield Row(
            "P1s",
            "standardisation per record, CPU",
            len(base),
            standardising / len(base) * 1e6,
            "µs",
            150,
            "",
        )
        found = []
        for size in sizes:
            found.append(_measure(house, base, size))
            yield _ratio(found[-1])
    if len(found) > 1:
        yield _growth(found)
    yield _memory(found[-1])


def _ratio(found: _Measured) -> Row:
    with_tables = found.load.cpu / (found.splink.cpu + found.register.cpu)
    return Row(
        "P1",
        "full load without standardisation / Splink predict + cluster, CPU",
        found.records,
        found.load.cpu / found.splink.cpu,
        "x",
        1.3,
        f"load {found.load.cpu:.1f} s, of it files {found.intake:.1f} s; Splink {found.splink.cpu:.1f} s, "
        f"its tables {found.register.cpu:.1f} s: with them {with_tables:.2f} x",
    )


def _growth(found: Sequence[_Measured]) -> Row:
    first, last = found[0], found[-1]
    exponent = math.log(last.load.cpu / first.load.cpu) / math.log(last.records / first.records)
    taken = ", ".join(f"{item.records:,}: {item.load.cpu:.1f} s" for item in found)
    return Row("P3", "growth of the time of a full load, exponent", last.records, exponent, "", 1.2, taken)


def _memory(found: _Measured) -> Row:
    return Row(
        "P13",
        "peak memory of a full load / Splink",
        found.records,
        found.load.peak / found.splink.peak,
        "x",
        1.5,
        f"load {found.load.peak / 1e6:,.0f} MB, Splink {found.splink.peak / 1e6:,.0f} MB",
    )


def _measure(house: House, base: Sequence[tuple[str, SourceRow, Standardised]], size: int) -> _Measured:
    with TemporaryDirectory(prefix="mdm-bench-") as name:
        folder = Path(name)
        write_extracts(house, base, size, folder)
        load, intake = in_child(load_in_full, folder)
        with closing(setup.open_hub(_settings(folder))) as hub:
            _write_tables(hub, folder)
        register, splink = in_child(run_splink, folder)
        return _Measured(size, load, intake, register, splink)


# -- the load -------------------------------------------------------------------------------------------------


def write_extracts(
    house: House, base: Sequence[tuple[str, SourceRow, Standardised]], size: int, folder: Path
) -> None:
    """An extract per source with ``size`` rows in all, and beside it what standardising makes of them."""
    columns: dict[str, dict[str, None]] = {}
    for code, row, _ in base:
        columns.setdefault(code, {}).update(dict.fromkeys(row.cells))
    copies = Copies([made.features for _, _, made in base])
    with ExitStack() as stack:
        files: dict[str, tuple[csv.DictWriter[str], IO[bytes]]] = {}
        for code, names in columns.items():
            text = stack.enter_context((folder / f"{code}.csv").open("w", encoding="utf-8", newline=""))
            files[code] = csv.DictWriter(text, list(names)), stack.enter_context(_ready(folder, code, "wb"))
            files[code][0].writeheader()
        for place in range(size):
            code, row, made = base[place % len(base)]
            id_column = str(mapping_of(house, code)["id_column"])
            key = f"{row.key}~{place // len(base)}"
            files[code][0].writerow({**row.cells, id_column: key})
            pickle.dump(_plain(made.record, copies.features(place)), files[code][1])
    profiles = {code: mapping_of(house, code) | _PLAIN for code in columns}
    (folder / "profiles").write_bytes(pickle.dumps(profiles))


_PLAIN = {"format": "csv", "encoding": "utf-8", "delimiter": ",", "header_row": 1}


def load_in_full(folder: Path) -> tuple[Spent, float]:
    """Take in every extract of the folder and match in full; also the CPU seconds that the files take."""
    profiles: Mapping[str, Mapping[str, object]] = pickle.loads((folder / "profiles").read_bytes())
    intake: list[float] = []
    with closing(setup.open_hub(_settings(folder))) as hub:
        setup.init(hub, ACTOR)

        def take_in() -> None:
            for code, raw in profiles.items():
                _take_in(hub, folder, code, raw)

        def work() -> None:
            intake.append(cpu_seconds(take_in))
            match.run(hub, ACTOR, ENTITY, full=True)

        return measured(work), intake[0]


def _take_in(hub: Hub, folder: Path, code: str, raw: Mapping[str, object]) -> None:
    entity = hub.dictionary.entity(ENTITY)
    mapping = parse_profile(raw, entity, code)
    with _ready(folder, code, "rb") as made:
        like = standardise.standardiser_of(hub, ENTITY, code, mapping.to_json())
        ready = _Ready(hub, ENTITY, code, mapping, like.context, like.id, made=made)
        source.take_in(hub, ACTOR, folder / f"{code}.csv", mapping, ready)


@dataclass(frozen=True, slots=True)
class _Ready(Standardiser):
    """Hands over, row by row in file order, what was standardised beforehand, once its values are checked."""

    made: IO[bytes] = field(kw_only=True)

    def of_cells(self, cells: Mapping[str, str | None], key: str) -> Standardised:
        """The next of them."""
        raw, values, parts, findings, features = pickle.load(self.made)
        record = StandardRecord(raw, values, parts, tuple([Finding(*each) for each in findings]))
        self.unreported(record)
        return Standardised(record, features)


def _plain(record: StandardRecord, features: Features) -> tuple[object, ...]:
    """What a record holds, in the form that costs least to read back: reading it is no part of a load."""
    findings = [(each.attribute, each.rule, each.value, each.severity) for each in record.findings]
    parts = {name: dict(pieces) for name, pieces in record.parts.items()}
    return dict(record.raw), dict(record.values), parts, findings, dict(features)


def _ready(folder: Path, code: str, mode: str) -> IO[bytes]:
    return (folder / f"{code}.ready").open(mode)


def _settings(folder: Path) -> Settings:
    return load_settings({"MDM_HOME": str(folder / "hub")})


# -- Splink ---------------------------------------------------------------------------------------------------


def _write_tables(hub: Hub, folder: Path) -> None:
    """What Splink is given: the records with their comparison columns, and their keys that are not hot."""
    with hub.reading(ACTOR) as uow:
        matcher = rule.matcher(uow, ENTITY)
        stored = match_store.each_packed(uow.connection, ENTITY)
        tables = packed_tables(
            matcher.rules, matcher.model.statistics, ((r, content) for r, content in stored if content)
        )
    pq.write_table(tables.records, folder / "records.parquet")
    pq.write_table(tables.keys, folder / "keys.parquet")
    frozen = (matcher.rules, matcher.model.to_json(), matcher.review_weight, matcher.link_weight)
    (folder / "frozen").write_bytes(pickle.dumps(frozen))


def run_splink(folder: Path) -> tuple[Spent, Spent]:
    """Building the tables; blocking, predicting and clustering."""
    rules, content, review, link = pickle.loads((folder / "frozen").read_bytes())
    model: Model = model_from_json(content)
    with duckdb.connect() as engine:
        engine.execute("SET enable_progress_bar = false")  # it would be drawn into the table that is printed

        def register() -> None:
            for table in ("records", "keys"):
                engine.execute(f"CREATE TABLE {table} AS FROM read_parquet('{folder / table}.parquet')")

        registered = measured(register)
        return registered, measured(
            lambda: splink_batch.predict_and_cluster(engine, rules, model, review=review, link=link)
        )
