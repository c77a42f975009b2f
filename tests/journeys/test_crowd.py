"""Eight callers at once against the real server with four workers, on both databases: each thing happens once."""

from __future__ import annotations

import json
import re
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlencode

import pytest

from tests import factories as f
from tests.journeys.served import Server

CALLERS, TASKS = 8, 50

pytestmark = [pytest.mark.acceptance, pytest.mark.postgres]


@pytest.fixture
def server(any_hub):
    made = Server(any_hub)
    f.put_all(any_hub, {f"ERP:{n}": f.widget(code=f"C{n}", name=f"part {n}") for n in range(TASKS)})
    f.put_all(any_hub, {f"MES:{n}": f.widget(name=f"part {n}") for n in range(TASKS)})
    process = made.start()
    yield made
    process.terminate()
    process.wait(timeout=30)


def crowd(do, times):
    with ThreadPoolExecutor(CALLERS) as pool:
        return list(pool.map(do, range(times)))


def test_every_task_is_decided_once_whoever_races_for_it(server):
    tasks = [task for (task,) in server.ask("select task_id from review_task where status = 'open'")]
    assert len(tasks) == TASKS
    _, page, headers = server.call("GET", "/about", headers={"Cookie": server.cookie})
    cookies = f"{server.cookie}; {headers['Set-Cookie'].split(';')[0]}"
    csrf = re.search(rb'name="csrf_token" value="([^"]+)"', page)[1].decode()

    def decide_all(caller):
        told = []
        for place, task in enumerate(tasks):
            said = {"verdict": ("match", "non-match")[(caller + place) % 2], "reason": f"caller {caller}"}
            if caller % 2:
                told.append(server.call("POST", f"/api/v1/tasks/{task}/decision", json.dumps(said))[0])
                continue
            form = {"Cookie": cookies, "Content-Type": "application/x-www-form-urlencoded"}
            told.append(
                server.call("POST", f"/review/{task}", urlencode({**said, "csrf_token": csrf}), form)[0]
            )
        return told

    told = Counter(status for each in crowd(decide_all, CALLERS) for status in each)
    assert told.keys() <= {200, 303, 409}
    assert told[200] + told[303] == TASKS
    assert server.ask("select count(*) from decision") == [(TASKS,)]
    assert server.ask("select count(distinct task_id) from decision") == [(TASKS,)]
    assert server.ask("select status, count(*) from review_task group by status") == [("decided", TASKS)]
    assert server.ask("select max(seq) - count(*) from event") == [(0,)]


def test_one_key_sent_50_times_is_one_record_and_one_golden_record(server):
    def put(path, body):
        return server.call("PUT", f"/api/v1/records/widget/ERP/{path}", json.dumps({"attributes": body}))[0]

    assert set(crowd(lambda _: put("same", {"code": "S", "name": "same"}), 50)) == {200}
    assert set(crowd(lambda n: put("versions", {"code": f"V{n}", "name": "versions"}), 50)) == {200}
    assert set(crowd(lambda n: put(f"one-{n}", {"code": "ONE", "name": "one"}), 50)) == {200}
    found = dict(
        server.ask("select source_key, version from source_record where source_key in ('same', 'versions')")
    )
    assert found == {"same": 1, "versions": 50}
    current = "from xref x join source_record r on r.record_id = x.record_id where x.valid_to is null"
    assert server.ask(f"select count(distinct x.golden_id) {current} and r.source_key like 'one-%'") == [(1,)]
    assert server.ask(
        "select count(*) from source_record r where (select count(*) from xref x "
        "where x.record_id = r.record_id and x.valid_to is null) <> 1"
    ) == [(0,)]


def test_bytes_that_are_no_request_are_the_senders_fault(server):
    start = b"PUT /api/v1/records/widget/ERP/raw HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
    start += b"Content-Type: application/json\r\nAuthorization: Bearer " + server.token.encode() + b"\r\n"
    body = b'{"attributes":{"name":"x"}}'
    for rest in (
        b"Content-Length: 500\r\n\r\n" + body,
        b"Content-Length: -1\r\n\r\n" + body,
        b"Content-Length: 2\r\nContent-Length: 27\r\n\r\n" + body,
        b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n",
        b"Transfer-Encoding: chunked\r\n\r\nff\r\n" + body,
        b"Content-Length: 99999999999\r\n\r\n{}",
        b"X-A: a\x00b\r\nContent-Length: 27\r\n\r\n" + body,
        b"Idempotency-Key: a\x01b\r\nContent-Length: 27\r\n\r\n" + body,
        b"Idempotency-Key: " + b"k" * 10_000 + b"\r\nContent-Length: 27\r\n\r\n" + body,
        b"If-Match: \xff\xfe\r\nContent-Encoding: gzip\r\nContent-Length: 27\r\n\r\n" + body,
    ):
        assert server.raw(start + rest).split()[1].startswith(b"4"), rest
    for path in (
        b"/" + b"x" * 100_000,
        b"/assets/../../../../etc/passwd",
        b"/assets/%2e%2e/%2e%2e/door.py",
        b"/%ff",
        b"/%00",
    ):
        assert (
            server.raw(b"GET " + path + b" HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").split()[1][:1]
            == b"4"
        )
    assert server.ask("select count(*) from source_record where source_key = 'raw'") == [(0,)]
