"""Calls that arrive at once, on both databases: one happens, the others see that it did."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import text

from mdm.services import source

from .conftest import CODES, add_caller, make_app

CALLERS = 6
PATH = "/api/v1/records/supplier/ERP1/100"
BODY = {"attributes": {"legal_name": "青岛海川精密机械有限公司"}}


@pytest.fixture
def erp(any_hub, system):
    with any_hub.unit_of_work(system, "test") as uow:
        for code, kind in CODES:
            source.add_source(uow, code, kind, f"{kind} of the plant")
    return add_caller(make_app(any_hub), any_hub)


def at_once(caller, method, path, bodies, headers=None):
    def send(body):
        web = caller.web.application.test_client()
        return getattr(web, method)(path, json=body, headers={**caller.headers, **(headers or {})})

    with ThreadPoolExecutor(len(bodies)) as pool:
        return list(pool.map(send, bodies))


def count(hub, table):
    with hub.database.reading() as connection:
        return connection.scalar(text(f"select count(*) from {table}"))


def test_first_calls_with_one_key_happen_once(erp, any_hub):
    answers = at_once(erp, "put", PATH, [BODY] * CALLERS, {"Idempotency-Key": "k-1"})
    assert {answer.status_code for answer in answers} == {200}
    assert {answer.get_data() for answer in answers} == {answers[0].get_data()}
    assert count(any_hub, "source_version") == 1


def test_first_sendings_of_one_record_make_one_record(erp, any_hub):
    answers = at_once(erp, "put", PATH, [BODY] * CALLERS)
    assert {answer.status_code for answer in answers} == {200}
    assert sorted(answer.json["outcome"] for answer in answers) == ["new"] + ["unchanged"] * (CALLERS - 1)
    assert (count(any_hub, "source_record"), count(any_hub, "golden_record")) == (1, 1)


def test_a_task_is_decided_once(erp):
    erp.put("/records/supplier/ERP1/1", json=BODY)
    task = erp.put("/records/supplier/ERP1/2", json=BODY).json["task_id"]
    verdicts = [{"verdict": verdict, "reason": "x"} for verdict in ["match", "non-match"] * (CALLERS // 2)]
    answers = at_once(erp, "post", f"/api/v1/tasks/{task}/decision", verdicts)
    assert sorted(answer.status_code for answer in answers) == [200] + [409] * (CALLERS - 1)


def test_records_of_one_thing_that_arrive_at_once_find_each_other(erp):
    def send(key):
        web = erp.web.application.test_client()
        body = {"attributes": {**BODY["attributes"], "uscc": "91370200MA3C4D5E6X"}}
        return web.put(f"/api/v1/records/supplier/ERP1/{key}", json=body, headers=erp.headers)

    with ThreadPoolExecutor(CALLERS) as pool:
        answers = list(pool.map(send, range(CALLERS)))
    assert {answer.status_code for answer in answers} == {200}
    assert len({erp.get(f"/xref/supplier/ERP1/{key}").json["golden_id"] for key in range(CALLERS)}) == 1
