"""A write sent twice with one key happens once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import text

PATH = "/records/supplier/ERP1/100"
BODY = {"attributes": {"legal_name": "青岛海川精密机械有限公司"}}
OTHER = {"attributes": {"legal_name": "宁波北仑远航紧固件有限公司"}}
KEY = {"Idempotency-Key": "mes-0001"}


def versions(caller):
    return caller.get(PATH).json["version"]


def test_the_first_answer_comes_again_also_after_other_writes(caller):
    erp = caller()
    first = erp.put(PATH, json=BODY, headers=KEY)
    erp.put(PATH, json=OTHER)
    again = erp.put(PATH, json=BODY, headers=KEY)
    assert (first.json["outcome"], again.status_code) == ("new", 200)
    assert again.json == first.json
    assert again.headers["Idempotency-Replayed"] == "true"
    assert versions(erp) == 2


def test_the_same_key_for_another_request_is_refused(caller):
    erp = caller()
    erp.put(PATH, json=BODY, headers=KEY)
    for answer in (
        erp.put(PATH, json=OTHER, headers=KEY),
        erp.put(PATH + "0", json=BODY, headers=KEY),
        erp.delete(PATH, headers=KEY),
    ):
        assert (answer.status_code, answer.json["code"]) == (409, "idempotency.conflict")
    assert versions(erp) == 1


def test_keys_of_two_clients_are_two_keys(caller):
    erp, mes = caller(source="ERP1"), caller(source="MES1")
    erp.put(PATH, json=BODY, headers=KEY)
    assert mes.put("/records/supplier/MES1/1", json=OTHER, headers=KEY).json["outcome"] == "new"


def test_a_refused_call_does_not_use_its_key_up(caller):
    erp = caller()
    assert erp.put(PATH, json={"attributes": {"nope": 1}}, headers=KEY).status_code == 422
    assert erp.delete(PATH, headers=KEY).status_code == 404
    assert erp.put(PATH, json=BODY, headers=KEY).status_code == 200


def test_a_verdict_given_twice_with_one_key_counts_once(caller):
    erp = caller()
    erp.put(PATH, json=BODY)
    task = erp.put(PATH + "0", json=BODY).json["task_id"]
    given = [
        erp.post(f"/tasks/{task}/decision", json={"verdict": "match", "reason": "x"}, headers=KEY)
        for _ in range(2)
    ]
    assert [answer.status_code for answer in given] == [200, 200]
    assert given[0].json == given[1].json


@pytest.mark.parametrize("key", ["", "a b", "x" * 201, "schlüssel"])
def test_a_key_that_is_none_is_refused(calm, key):
    answer = calm.put(PATH, json=BODY, headers={"Idempotency-Key": key})
    assert (answer.status_code, answer.json["errors"][0]["field"]) == (422, "Idempotency-Key")


def test_parallel_calls_with_one_key_happen_once(caller, hub):
    erp = caller()

    def send(_):
        web = erp.web.application.test_client()
        return web.put(f"/api/v1{PATH}", json=BODY, headers={**erp.headers, **KEY})

    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(send, range(6)))
    assert {answer.status_code for answer in answers} == {200}
    assert {answer.get_data() for answer in answers} == {answers[0].get_data()}
    with hub.database.reading() as connection:
        assert connection.scalar(text("select count(*) from source_version")) == 1


def test_the_answer_is_stored_with_the_write_or_not_at_all(caller, hub, monkeypatch):
    erp = caller()

    def fail(*_):
        raise RuntimeError("power cut")

    monkeypatch.setattr("mdm.services.idempotency.keep", fail)
    with pytest.raises(RuntimeError):
        erp.put(PATH, json=BODY, headers=KEY)
    monkeypatch.undo()
    with hub.database.reading() as connection:
        assert connection.scalar(text("select count(*) from source_version")) == 0
    assert erp.put(PATH, json=BODY, headers=KEY).json["outcome"] == "new"
