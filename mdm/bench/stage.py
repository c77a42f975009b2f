"""P10, P11: single stages of a load: checking against a marshmallow loop, writing against the driver."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate

from mdm.bench.house import ENTITY, House, bench_house, standardised
from mdm.bench.measure import Row, cpu_seconds
from mdm.domain.entity_type import EntityType
from mdm.domain.quality import compile_checks, run_checks
from mdm.services import source
from mdm.storage import source as source_store


def checking(rows: int) -> Iterable[Row]:
    """P10: compiled checks of good rows against one marshmallow schema in a loop, with equal verdicts."""
    with bench_house(min(rows, 20_000)) as house:
        entity = house.hub.dictionary.entity(ENTITY)
        checks = compile_checks(entity, house.hub.dictionary.code_lists)
        values = [made.record.values for _, _, made in standardised(house)]
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


def _accepts(schema: Schema, values: Mapping[str, object]) -> bool:
    try:
        schema.load(values)
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
