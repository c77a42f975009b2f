"""A hundred stewards race for a thousand tasks over HTTP against four workers, on both databases.

Ten work on the pages, where a verdict leads to the next pair; ninety call the API, each with a list that shares every
task with eight others. The database tells what came of it.
"""

from __future__ import annotations

import json
import random
import re
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from statistics import quantiles
from urllib.parse import urlencode

import pytest

from mdm.services import access, session
from tests import factories as f
from tests.acceptance.test_samples import console
from tests.journeys.served import Server

ON_PAGES, BY_API, TASKS, EACH = 10, 90, 1_000, 100
"""Every steward tries as often as ``EACH`` says: 10,000 attempts in all."""
MOST_SECONDS = 600

pytestmark = [pytest.mark.acceptance, pytest.mark.postgres]

ROUTES = {"/api/v1/tasks/<int:task_id>/decision": "API", "/review/<int:task_id>": "page"}


@pytest.fixture
def served(any_hub, tmp_path):
    """The server over a queue of tasks that have nothing to do with each other; where it logs."""
    made = Server(any_hub)
    names = [f"part {n}" for n in range(TASKS)]
    f.ingest_all(any_hub, {f"ERP:{n}": f.widget(code=f"C{n}", name=name) for n, name in enumerate(names)})
    f.ingest_all(any_hub, {f"MES:{n}": f.widget(name=name) for n, name in enumerate(names)})
    f.run(any_hub, full=True)
    log = tmp_path / "log"
    with log.open("wb") as file:
        process = made.start(file)
        yield made, log
        process.terminate()
        process.wait(timeout=30)


class Caller:
    """A steward who calls the API: tries the tasks of a list, one after the other."""

    def __init__(self, server: Server, token: str, tasks: list[int], seed: int) -> None:
        self.server, self.tasks, self.drawn = server, tasks, random.Random(seed)
        self.headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        self.told: list[int] = []
        self.seconds: list[float] = []
        self.lost: list[dict[str, object]] = []

    def work(self) -> None:
        for task_id in self.tasks:
            said = {"verdict": self.drawn.choice(("match", "non-match")), "reason": "raced"}
            status, body, _ = self.ask(f"/api/v1/tasks/{task_id}/decision", json.dumps(said))
            if status == 409:
                self.lost.append(json.loads(body))

    def ask(self, path: str, body: str):
        started = time.perf_counter()
        found = self.server.call("POST", path, body, self.headers)
        self.seconds.append(time.perf_counter() - started)
        self.told.append(found[0])
        return found


class Visitor(Caller):
    """A steward on the pages: decides the task at hand and whatever the hub gives out next, till nothing is left."""

    def __init__(self, server: Server, cookie: str, tasks: list[int], seed: int) -> None:
        super().__init__(server, "", tasks, seed)
        _, page, headers = server.call("GET", "/about", headers={"Cookie": cookie})
        self.csrf = re.search(rb'name="csrf_token" value="([^"]+)"', page)[1].decode()
        self.headers = {
            "Cookie": f"{cookie}; {headers['Set-Cookie'].split(';')[0]}",
            "Content-Type": "application/x-www-form-urlencoded",
        }

    def work(self) -> None:
        rest = list(self.tasks)
        following = None
        while following or len(self.told) < EACH:
            task_id = following or rest.pop()
            verdict = self.drawn.choice(("match", "non-match"))
            form = {"verdict": verdict, "reason": "raced", "csrf_token": self.csrf}
            status, _, headers = self.ask(f"/review/{task_id}", urlencode(form))
            given = re.search(r"/review/(\d+)", headers.get("Location", "")) if status == 303 else None
            following = int(given[1]) if given else None


def crowd(server: Server, hub, tasks: list[int]) -> list[Caller]:
    """Everybody, with a list of tasks each: every task stands on ten lists."""
    lists = [[tasks[(start + step) % TASKS] for step in range(EACH)] for start in range(0, 10 * TASKS, EACH)]
    with f.any_unit(hub) as uow:
        people = [access.add_user(uow, f"steward.{n}", ["steward"]).user for n in range(ON_PAGES)]
        tokens = [
            access.add_client(uow, f"crowd {n}", "ERP", ("tasks:read", "tasks:decide")).token
            for n in range(BY_API)
        ]
    cookies = [f"mdm={session.open_session(hub, access.user_actor(person))}" for person in people]
    drawn = random.Random(1)
    drawn.shuffle(lists)
    for each in lists:
        drawn.shuffle(each)
    made: list[Caller] = [Visitor(server, cookie, lists[n], n) for n, cookie in enumerate(cookies)]
    return made + [Caller(server, token, lists[ON_PAGES + n], n) for n, token in enumerate(tokens)]


def race(callers: list[Caller]) -> float:
    """Let all begin at one moment; returns the seconds they took."""
    together = threading.Barrier(len(callers))

    def begin(caller: Caller) -> None:
        together.wait()
        caller.work()

    started = time.monotonic()
    with ThreadPoolExecutor(len(callers)) as pool:
        for _ in pool.map(begin, callers):
            pass
    return time.monotonic() - started


def served_ms(log) -> dict[str, list[float]]:
    """What the server took for a verdict, as it logged it, by door and status."""
    found: dict[str, list[float]] = {}
    for line in log.read_text().splitlines():
        event = json.loads(line) if line.startswith("{") else {}
        if event.get("method") == "POST" and event.get("route") in ROUTES:
            name = f"{ROUTES[event['route']]} {event['status']}"
            found.setdefault(name, []).append(event["milliseconds"])
    return found


def told(values: list[float]) -> str:
    cuts = quantiles(values, n=20) if len(values) > 1 else values * 19
    return f"p50 {cuts[9]:.0f}, p95 {cuts[18]:.0f}"


def test_a_hundred_stewards_decide_each_of_a_thousand_tasks_once(served, any_hub):
    server, log = served
    tasks = [task for (task,) in server.ask("select task_id from review_task where status = 'open'")]
    assert len(tasks) == TASKS
    callers = crowd(server, any_hub, tasks)
    seconds = race(callers)
    answers = Counter(status for caller in callers for status in caller.told)
    name = server.hub.database.engine.dialect.name
    console.print(f"{name}: {answers.total():,} attempts in {seconds:.0f} s, answers {dict(answers)}")
    console.print("  in a crowd, ms:", told([s * 1000 for caller in callers for s in caller.seconds]))
    for door, taken in sorted(served_ms(log).items()):
        console.print(f"  server, {door}, ms: {told(taken)} ({len(taken):,})")
    assert answers.total() >= (ON_PAGES + BY_API) * EACH
    assert answers.keys() <= {200, 303, 409}
    assert answers[200] + answers[303] == TASKS
    assert server.ask("select count(*), count(distinct task_id) from decision") == [(TASKS, TASKS)]
    assert server.ask("select status, count(*) from review_task group by status") == [("decided", TASKS)]
    assert (
        server.ask("select count(*) from queue_line")
        == server.ask("select count(*) from task_holder")
        == [(0,)]
    )
    assert server.ask("select max(seq) - count(*) from event") == [(0,)]
    assert seconds < MOST_SECONDS
    by_verdict = dict(server.ask("select verdict, count(*) from decision group by verdict"))
    active = server.ask("select count(*) from golden_record where status = 'active'")
    assert active == [(TASKS + by_verdict["non-match"],)]
    for lost in (lost for caller in callers for lost in caller.lost):
        state = lost["details"]["state"]
        assert lost["code"] in {"task.not_open", "task.held"}
        assert state["task_id"]
        assert state.get("status") == "decided" or state.get("holder"), lost
