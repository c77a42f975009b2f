"""P4, P8: one record matched against all, and a look-up against an endpoint that does nothing."""

from __future__ import annotations

import io
import math
from collections.abc import Callable, Iterable, Sequence
from itertools import islice
from typing import Any, TypeAlias

import pyarrow as pa
from flask import Flask
from splink import block_on

from mdm.api.security import authenticate
from mdm.app import create_app
from mdm.bench.house import ENTITY, House, bench_house, mapping_of
from mdm.bench.measure import Row, cpu_seconds, median_cpu_and_wall_ms, median_ms
from mdm.bench.stock import Stock
from mdm.engine.connection import open_engine
from mdm.linkage.record import FeatureRecord
from mdm.linkage.settings import trained_settings
from mdm.linkage.splink_batch import open_linker
from mdm.linkage.table import comparison_table
from mdm.services import access, candidate, match, rule, source
from mdm.services.rule import Matcher

SIZES = (10_000, 100_000)
"""Stocks below the one asked for at which the same is measured, for its growth."""

MOST_BETWEEN = 100_000
"""predict_between scans its whole table; beyond this many records it would only be slower."""

REQUESTS = 2000
TRIES = 100
PARTS = 4
"""Records asked about before anything is measured, and then others at each size."""
Asked: TypeAlias = "dict[str, str | None]"

SLOW_TRIES = 7


def one_record(rows: int) -> Iterable[Row]:
    """P4: search before create in process for stocks of growing size, against predict_between for the same record."""
    sizes = [size for size in SIZES if size < rows] + [rows]
    with bench_house(sizes[0]) as house:
        _fill(house)
        asked = _asked(house)
        stock = Stock(house)
        taken = []
        for turn, size in enumerate(sizes, 1):
            stock.grow(size)
            taken.append(_search(house, asked[0::PARTS], asked[turn::PARTS]))
        with house.hub.reading(house.actor) as uow:
            matcher = rule.matcher(uow, ENTITY)
        records = list(islice(stock.records(), MOST_BETWEEN))
        theirs = _predict_between(house, matcher, records)
        count = stock.size
    cpu, wall = taken[-1]
    yield Row(
        "P4",
        "one record matched, no write, p50 of CPU",
        count,
        cpu,
        "ms",
        2,
        f"with standardising and reasons; wall {wall:.1f} ms",
    )
    if len(sizes) > 1:
        yield Row(
            "P4g",
            f"growth of that from {sizes[0]:,} records on, exponent",
            count,
            math.log(cpu / taken[0][0]) / math.log(count / sizes[0]),
            "",
            0.3,
            ", ".join(f"{size:,}: {found:.2f} ms" for size, (found, _) in zip(sizes, taken, strict=True)),
        )
    yield Row(
        "P4r",
        "predict_between / one record matched, wall",
        len(records),
        theirs / wall,
        "x",
        200,
        f"predict_between {theirs:.0f} ms against {len(records):,} records",
        at_least=True,
    )


def _search(house: House, seen: Sequence[Asked], new: Sequence[Asked]) -> tuple[float, float]:
    """Median CPU and wall milliseconds of one search for each of the ``new`` records, which nobody asked about before.

    Those ``seen`` warm what a running hub has warm.
    """
    with house.hub.reading(house.actor) as uow:
        for each in seen:
            candidate.search_before_create(uow, ENTITY, each)
        return median_cpu_and_wall_ms(
            lambda turn: candidate.search_before_create(uow, ENTITY, new[turn]), len(new)
        )


def look_up(rows: int) -> Iterable[Row]:
    """P8: the look-up endpoint against one that says hello behind the same middleware, CPU per request."""
    with bench_house(rows) as house:
        _fill(house)
        with house.hub.unit_of_work(house.actor, "bench") as uow:
            token = access.add_client(uow, "bench", "SAP_ECC", ["xref:read"]).token
        app = create_app(house.hub)
        _add_hello(app)
        keys = [key for system, key, _ in house.world.truth if system == "SAP_ECC"]
        paths = [f"/api/v1/xref/{ENTITY}/SAP_ECC/{key}" for key in keys]
        for path in (*paths[:50], "/api/v1/hello"):
            _call(app, path, token)
        found = cpu_seconds(lambda: [_call(app, paths[i % len(paths)], token) for i in range(REQUESTS)])
        hello = cpu_seconds(lambda: [_call(app, "/api/v1/hello", token) for _ in range(REQUESTS)])
    yield Row(
        "P8",
        "hello / look-up behind the same middleware, CPU per request",
        len(house.world.truth),
        hello / found,
        "x",
        0.8,
        f"look-up {found / REQUESTS * 1e6:.0f} µs, hello {hello / REQUESTS * 1e6:.0f} µs",
        at_least=True,
    )


def _fill(house: House) -> None:
    for code, described in house.world.mapping["sources"].items():
        path = house.world.folder / described["file"]
        source.ingest_file(house.hub, house.actor, ENTITY, path, code, mapping_of(house, code))
    match.run(house.hub, house.actor, ENTITY, full=True)


def _asked(house: House) -> list[Asked]:
    """Records as a source system would send them: the raw attributes of stored ones."""
    with house.hub.reading(house.actor) as uow:
        keys = [(system, key) for system, key, _ in house.world.truth][
            :: max(1, len(house.world.truth) // (PARTS * TRIES))
        ]
        views = [source.get_record(uow, ENTITY, system, key) for system, key in keys[: PARTS * TRIES]]
    return [dict(view.raw) for view in views]


def _predict_between(house: House, matcher: Matcher, records: list[FeatureRecord]) -> float:
    prepared = [matcher.scorer.prepare(record) for record in records]
    engine = open_engine(house.hub.settings.scratch)
    given = trained_settings(matcher.rules, matcher.model)
    given.blocking_rules_to_generate_predictions = [block_on("bench_key")]
    # One key per record, so that Splink looks at a handful of candidates and not at the whole table.
    keys = [str(min(p.keys[0], default=-p.record_id)) for p in prepared]
    table = comparison_table(matcher.rules, prepared).append_column("bench_key", pa.array(keys))
    with open_linker(engine, given, table) as (api, linker):
        existing = api.register(table, dataset_display_name="bench_existing")
        taken = median_ms(lambda i: _between(api, linker, existing, table.slice(i, 1), i), SLOW_TRIES)
    engine.close()
    return taken


def _between(api: Any, linker: Any, existing: Any, one: pa.Table, turn: int) -> None:
    """``Any``: Splink ships no types."""
    new = api.register(one, dataset_display_name=f"bench_new_{turn}")
    linker.inference.predict_between(existing, new)


def _add_hello(app: Flask) -> None:
    """An endpoint that does nothing but what every API call does first."""

    def hello() -> dict[str, str]:
        authenticate()
        return {"hello": "world"}

    app.add_url_rule("/api/v1/hello", "hello", hello)


def _call(app: Flask, path: str, token: str) -> int:
    """One request through the whole application, without a socket."""
    status: list[str] = []
    environ = {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": path,
        "QUERY_STRING": "",
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "8000",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "HTTP_AUTHORIZATION": f"Bearer {token}",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(),
        "wsgi.errors": io.StringIO(),
        "wsgi.multithread": False,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }

    def start(line: str, _headers: object, _error: object = None, /) -> Callable[[bytes], object]:
        status.append(line)
        return lambda data: data

    b"".join(app.wsgi_app(environ, start))
    if not status[0].startswith("200"):
        raise RuntimeError(f"{path}: {status[0]}")
    return 200
