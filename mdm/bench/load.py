"""P1, P10, P11: full load against Splink alone, checking against a marshmallow loop, writing against the driver."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import duckdb
from marshmallow import Schema, ValidationError, fields, validate

from mdm.bench.house import ENTITY, House, bench_house, mapping_of, rows_of
from mdm.bench.measure import Row, cpu_seconds
from mdm.domain.entity_type import EntityType
from mdm.domain.quality import compile_checks, run_checks
from mdm.linkage.predict import Engine, predict
from mdm.linkage.record import FeatureRecord
from mdm.services import match, rule, source, standardise
from mdm.storage import match as match_store
from mdm.storage import source as source_store


def full_load(rows: int) -> Iterable[Row]:
    """P1 with its standardisation row: everything a load does, against Splink's predict on the same rows."""
    with bench_house(rows) as house:
        standardising = cpu_seconds(lambda: _standardise(house))
        loading = cpu_seconds(lambda: _load(house))
        count = len(house.world.truth)
        alone = cpu_seconds(lambda: _splink_alone(house))
    ratio = max(loading - standardising, 0.0) / alone
    yield Row(
        "P1",
        "full load without standardisation / Splink predict + cluster, CPU",
        count,
        ratio,
        "x",
        1.3,
        f"load {loading:.1f} s, of it standardising {standardising:.1f} s; Splink alone {alone:.1f} s",
    )
    yield Row("P1s", "standardisation per record, CPU", count, standardising / count * 1e6, "µs", 150, "")


def checking(rows: int) -> Iterable[Row]:
    """P10: compiled checks of good rows against one marshmallow schema in a loop, with equal verdicts."""
    with bench_house(min(rows, 20_000)) as house:
        entity = house.hub.dictionary.entity(ENTITY)
        checks = compile_checks(entity, house.hub.dictionary.code_lists)
        values = [made.record.values for made in _standardised(house)]
        schema = _schema(entity, house)
        good = [v for v in values if not run_checks(checks, v) and _accepts(schema, v)]
        mine = cpu_seconds(lambda: [run_checks(checks, v) for v in good])
        loop = cpu_seconds(lambda: [schema.load(dict(v)) for v in good])
    yield Row(
        "P10",
        "marshmallow loop / compiled checks on good rows, CPU",
        len(good),
        loop / mine,
        "x",
        10,
        f"{len(good) / mine:,.0f} rows/s against {len(good) / loop:,.0f}",
        at_least=True,
    )


def bulk_write(rows: int) -> Iterable[Row]:
    """P11: writing records, versions and xref through the store against executemany of the same rows."""
    with bench_house(64) as house:
        records: list[dict[str, Any]] = [  # Any: column values
            {
                "entity": ENTITY,
                "source": "BENCH",
                "source_key": f"{i:010}",
                "version": 1,
                "content_hash": f"{i:064x}",
                "status": "active",
                "site": "",
                "changed_at": "2026-01-01T00:00:00.000000Z",
            }
            for i in range(rows)
        ]
        with house.hub.unit_of_work(house.actor, "bench") as uow:
            source.add_source(uow, "BENCH", "ERP", "Bench")
        with house.hub.unit_of_work(house.actor, "bench") as uow:
            mine = cpu_seconds(lambda: source_store.add_records(uow.connection, records))
        driver = cpu_seconds(lambda: _executemany(house.hub.settings.home / "driver.db", records))
    yield Row(
        "P11",
        "bulk write through the store / executemany of the same rows, CPU",
        rows,
        mine / driver,
        "x",
        2,
        f"{rows / mine:,.0f} rows/s against {rows / driver:,.0f}; ids read back",
    )


def _load(house: House) -> None:
    for code, described in house.world.mapping["sources"].items():
        path = house.world.folder / described["file"]
        source.ingest_file(house.hub, house.actor, ENTITY, path, code, mapping_of(house, code))
    match.run(house.hub, house.actor, ENTITY, full=True)


def _standardised(house: House) -> Iterable[standardise.Standardised]:
    made = {
        code: standardise.standardiser_of(house.hub, ENTITY, code, mapping_of(house, code))
        for code in house.world.mapping["sources"]
    }
    return [made[code].of_cells(row.cells, row.key) for code, row in rows_of(house)]


def _standardise(house: House) -> None:
    _standardised(house)


def _splink_alone(house: House) -> None:
    """Predict and cluster by Splink on the loaded rows, as a plain Splink user would."""
    with house.hub.reading(house.actor) as uow:
        matcher = rule.matcher(uow, ENTITY)
        stored = list(match_store.each_features(uow.connection, ENTITY))
    records = [FeatureRecord(r.record_id, r.source, json.loads(r.features)) for r in stored]
    prepared = [matcher.scorer.prepare(record) for record in records]
    with duckdb.connect() as engine:
        predict(
            engine, matcher.rules, matcher.model, prepared, floor=matcher.link_weight, engine=Engine.SPLINK
        )


def _schema(entity: EntityType, house: House) -> Schema:
    lists = house.hub.dictionary.code_lists
    members: dict[str, fields.Field[Any]] = {}  # Any: values of any type
    for name, attribute in entity.attributes.items():
        rules: list[validate.Validator] = []
        if attribute.max_length:
            rules.append(validate.Length(max=attribute.max_length))
        if attribute.code_list in lists:
            rules.append(validate.OneOf(list(lists[attribute.code_list].by_code)))
        members[name] = fields.Raw(validate=rules) if attribute.multiple else fields.String(validate=rules)
    return Schema.from_dict(members)()


def _accepts(schema: Schema, values: object) -> bool:
    try:
        schema.load(dict(values))  # type: ignore[call-overload]  # a mapping of standard values
    except ValidationError:
        return False
    return True


def _executemany(path: Path, records: list[dict[str, Any]]) -> None:
    connection = sqlite3.connect(path)
    columns = list(records[0])
    connection.execute(
        f"create table t (id integer primary key, {', '.join(columns)}, unique (entity, source, source_key))"
    )
    marks = ", ".join("?" * len(columns))
    connection.executemany(
        f"insert into t ({', '.join(columns)}) values ({marks})", [tuple(r.values()) for r in records]
    )
    connection.commit()
    connection.close()
