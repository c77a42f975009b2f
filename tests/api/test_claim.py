"""Working on tasks over HTTP."""

from __future__ import annotations

import pytest

NAME = {"legal_name": "青岛海川精密机械有限公司"}
WHY = {"reason": "asked in a test"}


@pytest.fixture
def erp(caller):
    made = caller()
    made.put("/records/supplier/ERP1/100", json={"attributes": NAME})
    made.task = made.put("/records/supplier/ERP1/200", json={"attributes": NAME}).json["task_id"]
    return made


def task_of(erp) -> int:
    return erp.get("/tasks").json["tasks"][0]["task_id"]


def test_a_client_claims_comments_and_lets_go(erp):
    taken = erp.post("/tasks/next", json=WHY).json["task_id"]
    held = erp.post(f"/tasks/{taken}/claim", json=WHY)
    assert (held.status_code, held.json["task_id"]) == (200, taken)
    assert erp.get("/tasks/facets?holder=me").json["total"] == 1
    said = erp.post(f"/tasks/{taken}/comments", json={"text": "看图纸"})
    assert said.status_code == 200
    assert [each["text"] for each in erp.get(f"/tasks/{taken}/comments").json["comments"]] == ["看图纸"]
    assert erp.post(f"/tasks/{taken}/release", json=WHY).json == {"task_id": taken}
    assert erp.get("/tasks/facets?holder=me").json["total"] == 0


def test_facets_count_what_the_list_shows(erp):
    found = erp.get("/tasks/facets").json
    assert found["total"] == erp.get("/tasks").json["total"]
    assert sum(found["counts"]["reason"].values()) == found["total"]
    assert erp.get("/tasks/facets?q=no such text").json["total"] == 0


def test_a_bulk_verdict_needs_the_count_of_its_preview(erp):
    task_id = task_of(erp)
    count = erp.get(f"/tasks/{task_id}/alike").json["count"]
    body = {"verdict": "non-match", "count": count + 1, **WHY}
    stale = erp.post(f"/tasks/{task_id}/alike", json=body)
    assert (stale.status_code, stale.json["code"]) == (409, "version.stale")
    made = erp.post(f"/tasks/{task_id}/alike", json={**body, "count": count})
    assert (made.status_code, len(made.json["decided"])) == (200, count)


@pytest.mark.parametrize("path", ["claim", "release", "hand-over", "comments", "alike"])
def test_an_unknown_task_is_not_found(erp, path):
    body = {
        "claim": WHY,
        "release": WHY,
        "hand-over": {**WHY, "login": "x"},
        "comments": {"text": "x"},
        "alike": {**WHY, "verdict": "match", "count": 1},
    }[path]
    assert erp.post(f"/tasks/999/{path}", json=body).json["code"] == "task.unknown"
