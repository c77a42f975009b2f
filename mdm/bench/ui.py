"""U1 to U5: the pages of a steward over a queue of many tasks: what one request takes, weighs and asks.

A demo world is matched, then records are copied with their golden records, pairs and tasks until the queue is as long
as asked; each copy has ids and keys of its own and is older than the one before. The filled hub can be kept and
found again.
"""

from __future__ import annotations

import gzip
import io
import re
import sqlite3
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext, redirect_stderr
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

from flask.testing import FlaskClient

from mdm.app import create_app
from mdm.bench.measure import Row
from mdm.config import load_settings
from mdm.demo.run import fill_hub
from mdm.domain.access import system_actor
from mdm.domain.errors import InvalidInputError
from mdm.services import access, review, session, setup
from mdm.services.hub import Hub
from mdm.storage import review as review_store
from mdm.storage.database import counted_queries

LOGIN = "bench.steward"
BASE = 300
"""Records per entity of the world that is copied."""
LIMIT_MS = 300.0
LIMIT_KB = 120.0
MOST_QUERIES = 45
LOOKS, PAIRS, VERDICTS = 60, 60, 40
LANGUAGES = ("zh", "en")
PER_TASK = 3
"""Records for each open task."""
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


def pages(rows: int, keep: Path | None = None) -> Iterable[Row]:
    """Queue, pair and verdict over ``rows`` open tasks, as a logged-in steward asks for them.

    ``keep``: the filled hub stays in this folder and is found there the next time.
    """
    with _long_queue(rows, keep) as (hub, tasks, records):
        visitor = _Visitor(hub)
        shown = f"{tasks:,} open tasks, {records:,} records"
        ids = _some_tasks(hub, PAIRS + VERDICTS)
        pairs = [f"/review/{task_id}" for task_id in ids[:PAIRS]]
        asked: dict[str, list[Taken]] = {}
        for language in LANGUAGES:
            for name, what, paths in (
                ("U1", "queue page", _queue_addresses(hub)),
                ("U2", "compare page", pairs),
            ):
                told = f"{what} ({language}), p95 of CPU"
                taken = [visitor.get(_in(path, language)) for path in paths]
                asked.setdefault(what, []).extend(taken)
                _, slowest = max(zip(taken, paths, strict=True))
                yield _row(name, told, tasks, taken, f"slowest {slowest}; {shown}")
        taken = [visitor.decide(task_id) for task_id in ids[PAIRS:]]
        yield _row(
            "U3", "verdict and next pair, p95 of CPU", tasks, taken, "the next pair is claimed and shown"
        )
        for language in LANGUAGES:
            plain, packed = visitor.weigh(_in("/review", language))
            told = f"{plain:.0f} KB plain"
            yield Row("U4", f"queue page ({language}), gzip", tasks, packed, "KB", LIMIT_KB, told)
        for what, taken in asked.items():
            counts = [each.queries for each in taken]
            told = f"least {min(counts)}: further ones only where a person or a verdict before is shown"
            yield Row("U5", f"{what}, most queries", tasks, max(counts), "", MOST_QUERIES, told)


class Taken(NamedTuple):
    """What one request took, in milliseconds: CPU of this thread, which also serves, and wall; and its queries."""

    cpu: float
    wall: float
    queries: int


class _Visitor:
    """The browser of a steward."""

    def __init__(self, hub: Hub) -> None:
        with hub.unit_of_work(system_actor("cli:bench"), "a person joins") as uow:
            known = {user.login: user for user in access.list_users(uow)}
            user = known.get(LOGIN) or access.add_user(uow, LOGIN, ["steward"]).user
        self._hub = hub
        self._client: FlaskClient = create_app(hub).test_client()
        self._client.set_cookie("mdm", session.open_session(hub, access.user_actor(user)))
        self._ask("GET", "/review")  # what is made once per process
        token = re.search(r'name="csrf_token" value="([^"]+)"', self._page("/about"))
        if token is None:
            raise AssertionError("the page holds no form token")
        self._token = token[1]

    def get(self, path: str) -> Taken:
        """Look at a page."""
        return self._ask("GET", path)

    def decide(self, task_id: int) -> Taken:
        """A verdict and the next pair: both requests count."""
        sent = {"csrf_token": self._token, "verdict": "non-match", "reason": "measured"}
        return self._ask("POST", f"/review/{task_id}", sent)

    def weigh(self, path: str) -> tuple[float, float]:
        """KB of a page, plain and by gzip."""
        page = self._page(path).encode()
        return len(page) / 1024, len(gzip.compress(page)) / 1024

    def _page(self, path: str) -> str:
        with redirect_stderr(io.StringIO()):  # where requests are logged
            return self._client.get(path).text

    def _ask(self, method: str, path: str, sent: Mapping[str, str] | None = None) -> Taken:
        with counted_queries(self._hub.database) as queries, redirect_stderr(io.StringIO()):
            wall, cpu = time.perf_counter(), time.thread_time()
            answer = self._client.open(path, method=method, data=sent, follow_redirects=True)
            made = (time.thread_time() - cpu) * 1000, (time.perf_counter() - wall) * 1000
        if answer.status_code != 200:
            raise AssertionError(f"{path}: {answer.status}")
        return Taken(*made, len(queries))


def _in(path: str, language: str) -> str:
    """The address of a page in this language."""
    return f"{path}{'&' if '?' in path else '?'}lang={language}"


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


@contextmanager
def _long_queue(rows: int, keep: Path | None) -> Iterator[tuple[Hub, int, int]]:
    """A hub on SQLite with about ``rows`` open tasks; yields it with its numbers of tasks and records."""
    with tempfile.TemporaryDirectory(prefix="mdm-bench-") if keep is None else nullcontext(keep) as folder:
        home = Path(folder)
        home.mkdir(parents=True, exist_ok=True)
        file = home / "mdm.db"
        is_new = not file.exists()
        hub = setup.open_hub(load_settings({"MDM_HOME": str(home)}))
        try:
            actor = system_actor("cli:bench")
            setup.init(hub, actor)
            if is_new:
                fill_hub(hub, actor, home / "demo", BASE)
                _copy(file, rows)
            tasks, records = _sizes(file)
            if not 0.9 * rows <= tasks <= 1.1 * rows:
                raise InvalidInputError(f"{home} holds {tasks:,} open tasks: choose another folder.")
            yield hub, tasks, records
        finally:
            hub.close()


def _copy(file: Path, rows: int) -> None:
    """Copy the records around the open tasks, and some that nobody doubts, straight in the file.

    Its triggers are put aside meanwhile.
    """
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
    connection.execute(
        "insert into copied select min(record_id), golden_id from xref where valid_to is null and golden_id not in"
        " (select golden_id from copied) group by golden_id having count(*) = 1 order by golden_id"
        " limit max(0, ? - (select count(*) from copied))",
        (PER_TASK * one,),
    )
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
    connection.close()


def _sizes(file: Path) -> tuple[int, int]:
    """Open tasks and source records of a hub."""
    connection = sqlite3.connect(file)
    found = [
        int(connection.execute(f"select count(*) from {name}").fetchone()[0])
        for name in ("queue_line", "source_record")
    ]
    connection.close()
    return found[0], found[1]


def _share(values: list[float], share: float) -> float:
    """The value that ``share`` of all do not exceed."""
    return sorted(values)[min(int(len(values) * share), len(values) - 1)]
