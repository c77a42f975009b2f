"""Stewards who decide the same queue at the same moment, over HTTP against four workers: each task once, none lost."""

from __future__ import annotations

import json
import random
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

from mdm.services import access
from tests import factories as f
from tests.invariants.oracle import assert_holds
from tests.journeys.served import Server

SIZES = [
    pytest.param(8, 24, 4, id="few"),
    pytest.param(100, 1000, 10, id="hundred", marks=pytest.mark.acceptance),
]
"""Stewards, tasks, how many stewards try each task."""

pytestmark = pytest.mark.postgres


@pytest.mark.parametrize(("stewards", "tasks", "tries"), SIZES)
def test_every_task_is_decided_once_and_the_rest_are_told_who_was_first(any_hub, stewards, tasks, tries):
    server = Server(any_hub)
    f.ingest(any_hub, "ERP", [(str(n), f.widget(f"C{n}", f"part {n}")) for n in range(tasks)])
    f.ingest(any_hub, "MES", [(str(n), f.widget("", f"part {n}")) for n in range(tasks)])
    f.run(any_hub, full=True)
    with f.any_unit(any_hub) as uow:
        tokens = [
            access.add_client(uow, f"steward {n}", "ERP", ("tasks:decide",)).token for n in range(stewards)
        ]
    open_tasks = [task.task_id for task in f.open_tasks(any_hub).values()]
    assert len(open_tasks) == tasks
    attempts = [
        (task, n % stewards)
        for task in open_tasks
        for n in random.Random(task).sample(range(stewards), tries)
    ]
    random.Random(7).shuffle(attempts)
    process = server.start()
    try:
        with ThreadPoolExecutor(stewards) as pool:
            told = list(pool.map(lambda each: decide(server, tokens, *each), attempts))
    finally:
        process.terminate()
        process.wait(timeout=30)
    statuses = Counter(status for status, _, _ in told)
    assert statuses == {200: tasks, 409: tasks * (tries - 1)}
    assert {state["status"] for status, state, _ in told if status == 409} == {"decided"}
    assert server.ask("select count(*), count(distinct task_id) from decision") == [(tasks, tasks)]
    assert server.ask("select status, count(*) from review_task group by status") == [("decided", tasks)]
    print(f"{stewards} stewards, {tasks} tasks, {len(attempts)} attempts, p99 {p99(told) * 1000:.0f} ms")
    assert_holds(any_hub)


def decide(server, tokens, task, steward):
    """Status, the present state where somebody was first, seconds."""
    headers = {"Authorization": f"Bearer {tokens[steward]}", "Content-Type": "application/json"}
    said = json.dumps(
        {"verdict": ("match", "non-match")[(task + steward) % 2], "reason": f"steward {steward}"}
    )
    started = time.monotonic()
    status, answer, _ = server.call("POST", f"/api/v1/tasks/{task}/decision", said, headers)
    return status, json.loads(answer).get("details", {}).get("state", {}), time.monotonic() - started


def p99(told):
    return sorted(seconds for *_, seconds in told)[int(len(told) * 0.99) - 1]
