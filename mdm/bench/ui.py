"""U1 to U4: the pages of a steward over a queue of many tasks: what one request takes, weighs and asks.

A demo world is matched, then the records around its open tasks are copied with their golden records, pairs and tasks
until the queue is as long as asked; each copy has ids and keys of its own and is older than the one before.
"""

from __future__ import annotations

import gzip
import re
import sqlite3
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

from flask.testing import FlaskClient

from mdm.app import create_app
from mdm.bench.measure import Row
from mdm.config import load_settings
from mdm.demo.run import fill_hub
from mdm.domain.access import system_actor
from mdm.services import access, review, session, setup
from mdm.services.hub import Hub
from mdm.storage import review as review_store

BASE = 300
"""Records per entity of the world that is copied."""
LIMIT_MS = 300.0
LIMIT_KB = 120.0
LOOKS, PAIRS, VERDICTS = 60, 60, 40
DAYS = 60
"""Copies were opened over so many days."""

COLUMNS = {
    "source_record": "record_id + :r, entity, source, source_key || '~' || :k, version, content_hash, status, site,"
    " changed_at",
    "standard_record": "record_id + :r, entity, version, standardiser, content, features, matched",
    "golden_record": "golden_id || '~' || :k, entity, status, version, content_hash, released, site, created_at,"
    " changed_at",
    "golden_version": "golden_id || '~' || :k, version, status, title, attributes, provenance, '[]', rule_fingerprint,"
    " content_hash, valid_from, fact_id",
    "xref": "id + :x, record_id + :r, golden_id || '~' || :k, valid_from, valid_to",
    "match_pair": "entity, left_id + :r, right_id + :r, match_weight, match_probability, levels",
    "review_task": "task_id + :t, entity, left_id + :r, right_id + :r, left_version, right_version, match_weight,"
    " match_probability, evidence, reason, status, version, previous_decision, site, opened_at, closed_at,"
    " closed_reason, priority - :k / 1e6, settles",
    "queue_line": "task_id + :t, entity, sources, band, reason, languages, risk,"
    f" date(opened_on, '-' || (:k % {DAYS}) || ' days'), date(due_on, '-' || (:k % {DAYS}) || ' days'),"
    " priority - :k / 1e6, pattern, text || ' ~' || :k",
    "queue_gram": "gram, task_id + :t",
}
"""Table -> the columns of a copy, in the order of the table."""

CHOSEN = {
    "source_record": "record_id in (select record_id from copied)",
    "standard_record": "record_id in (select record_id from copied)",
    "golden_record": "golden_id in (select golden_id from copied)",
    "golden_version": "golden_id in (select golden_id from copied)",
    "xref": "record_id in (select record_id from copied) and valid_to is null",
    "match_pair": "left_id in (select record_id from copied) and right_id in (select record_id from copied)",
    "review_task": "status = 'open'",
    "queue_line": "true",
    "queue_gram": "true",
}


def pages(rows: int) -> Iterable[Row]:
    """Queue, pair and verdict over ``rows`` open tasks, as a logged-in steward asks for them."""
    with _long_queue(rows) as (hub, tasks, records):
        client, token = _steward(hub)
        shown = f"{tasks:,} open tasks, {records:,} records"
        looks = _queue_addresses(hub)
        yield _timed("U1", "queue page, p95 of CPU", tasks, looks, client, shown)
        ids = _some_tasks(hub, PAIRS + VERDICTS)
        pairs = [f"/review/{task_id}" for task_id in ids[:PAIRS]]
        yield _timed("U2", "compare page, p95 of CPU", tasks, pairs, client, shown)
        yield _verdicts(tasks, client, token, ids[PAIRS:])
        page = client.get("/review").data
        weight = len(gzip.compress(page)) / 1024
        yield Row("U4", "queue page, gzip", tasks, weight, "KB", LIMIT_KB, f"{len(page) / 1024:.0f} KB plain")


def _timed(name: str, what: str, rows: int, paths: list[str], client: FlaskClient, shown: str) -> Row:
    for path in paths[:3]:
        client.get(path)
    taken = [_asked(client, "GET", path) for path in paths]
    _, slowest = max(zip(taken, paths, strict=True))
    return _row(name, what, rows, taken, f"slowest {slowest}; {shown}")


def _verdicts(rows: int, client: FlaskClient, token: str, task_ids: list[int]) -> Row:
    """A verdict and the next pair: both requests count."""
    sent = {"csrf_token": token, "verdict": "non-match", "reason": "measured"}
    taken = [_asked(client, "POST", f"/review/{task_id}", sent) for task_id in task_ids]
    return _row("U3", "verdict and next pair, p95 of CPU", rows, taken, "the next pair is claimed and shown")


class Taken(NamedTuple):
    """What one request took, in milliseconds: CPU of this thread, which also serves, and wall."""

    cpu: float
    wall: float


def _asked(client: FlaskClient, method: str, path: str, sent: Mapping[str, str] | None = None) -> Taken:
    wall, cpu = time.perf_counter(), time.thread_time()
    answer = client.open(path, method=method, data=sent, follow_redirects=True)
    made = Taken((time.thread_time() - cpu) * 1000, (time.perf_counter() - wall) * 1000)
    if answer.status_code != 200:
        raise AssertionError(f"{path}: {answer.status}")
    return made


def _row(name: str, what: str, rows: int, taken: Sequence[Taken], details: str) -> Row:
    cpu, wall = [each.cpu for each in taken], [each.wall for each in taken]
    told = f"p50 {_share(cpu, 0.5):.0f} ms; wall p50 {_share(wall, 0.5):.0f}, p95 {_share(wall, 0.95):.0f} ms"
    return Row(name, what, rows, _share(cpu, 0.95), "ms", LIMIT_MS, f"{told}; {details}")


def _queue_addresses(hub: Hub) -> list[str]:
    """The queue as it is looked at: plain, narrowed, searched, in other orders, further down."""
    with hub.reading(system_actor("cli:bench")) as uow:
        title = next(
            line.left_title
            for line in review.list_tasks(uow).lines
            if re.search("[\u4e00-\u9fff]{2}", line.left_title)
        )
        further = review.list_tasks(uow).next_cursor
    found = re.search("[\u4e00-\u9fff]{2}", title)
    text = quote(found[0]) if found else "a"
    kinds = (
        "", "?entity=material", "?why=uncertain", "?why=no_anchor", "?band=4", f"?q={text}", "?q=zz", "?q=~77",
        "?order=age", "?order=due&due=overdue", "?languages=zh-en&entity=supplier", "?holder=nobody", "?holder=me",
        f"?cursor={quote(further)}", f"?q={text}&entity=equipment",
    )  # fmt: skip
    return [f"/review{kinds[at % len(kinds)]}" for at in range(LOOKS)]


def _some_tasks(hub: Hub, count: int) -> list[int]:
    with hub.reading(system_actor("cli:bench")) as uow:
        ids = [row.task_id for row in review_store.open_task_pairs(uow.connection, "material")]
    return ids[:: max(len(ids) // count, 1)][:count]


def _steward(hub: Hub) -> tuple[FlaskClient, str]:
    """The browser of a steward, and its form token."""
    with hub.unit_of_work(system_actor("cli:bench"), "a person joins") as uow:
        user = access.add_user(uow, "bench.steward", ["steward"]).user
    client = create_app(hub).test_client()
    client.set_cookie("mdm", session.open_session(hub, access.user_actor(user)))
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/about").text)
    if token is None:
        raise AssertionError("the page holds no form token")
    return client, token[1]


@contextmanager
def _long_queue(rows: int) -> Iterator[tuple[Hub, int, int]]:
    """A hub on SQLite with about ``rows`` open tasks; yields it with its numbers of tasks and records."""
    with tempfile.TemporaryDirectory(prefix="mdm-bench-") as folder:
        hub = setup.open_hub(load_settings({"MDM_HOME": folder}))
        actor = system_actor("cli:bench")
        setup.init(hub, actor)
        fill_hub(hub, actor, Path(folder) / "demo", BASE)
        tasks, records = _copy(Path(folder) / "mdm.db", rows)
        try:
            yield hub, tasks, records
        finally:
            hub.close()


def _copy(file: Path, rows: int) -> tuple[int, int]:
    """Copy the records around the open tasks straight in the file, its triggers put aside meanwhile."""
    connection = sqlite3.connect(file, isolation_level=None)
    connection.execute("pragma synchronous = off")
    triggers = connection.execute("select name, sql from sqlite_master where type = 'trigger'").fetchall()
    for name, _ in triggers:
        connection.execute(f'drop trigger "{name}"')
    connection.execute(
        "create temp table copied as select record_id, golden_id from xref where valid_to is null and golden_id in"
        " (select x.golden_id from xref x join review_task t on x.record_id in (t.left_id, t.right_id)"
        " where x.valid_to is null and t.status = 'open')"
    )
    one = connection.execute("select count(*) from review_task where status = 'open'").fetchone()[0]
    steps = {
        letter: 1 + connection.execute(f"select max({column}) from {table}").fetchone()[0]
        for letter, table, column in (
            ("r", "source_record", "record_id"),
            ("x", "xref", "id"),
            ("t", "review_task", "task_id"),
        )
    }
    for table in COLUMNS:
        connection.execute(f"create temp table base_{table} as select * from {table} where {CHOSEN[table]}")
    connection.execute("begin")
    for copy in range(1, max(rows // one, 1)):
        offsets = {"k": copy, **{letter: step * copy for letter, step in steps.items()}}
        for table, columns in COLUMNS.items():
            connection.execute(f"insert into {table} select {columns} from temp.base_{table}", offsets)
    for _, statement in triggers:
        connection.execute(statement)
    connection.execute("commit")
    connection.execute("pragma wal_checkpoint(truncate)")
    counts = [
        int(connection.execute(f"select count(*) from {name}").fetchone()[0])
        for name in ("queue_line", "source_record")
    ]
    connection.close()
    return counts[0], counts[1]


def _share(values: list[float], share: float) -> float:
    """The value that ``share`` of all do not exceed."""
    return sorted(values)[min(int(len(values) * share), len(values) - 1)]
