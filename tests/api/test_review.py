"""Tasks and verdicts over HTTP."""

from __future__ import annotations

import pytest

NAME = {"legal_name": "青岛海川精密机械有限公司"}
WHY = {"reason": "same certificate"}


@pytest.fixture
def erp(caller):
    made = caller()
    made.put("/records/supplier/ERP1/100", json={"attributes": NAME})
    made.task = made.put("/records/supplier/ERP1/200", json={"attributes": NAME}).json["task_id"]
    return made


def decide(caller, verdict, **more):
    return caller.post(f"/tasks/{caller.task}/decision", json={"verdict": verdict, **WHY}, **more)


def test_the_queue_lists_open_pairs(erp):
    page = erp.get("/tasks?entity=supplier").json
    assert (page["total"], page["next_cursor"]) == (1, "")
    assert page["tasks"][0]["task_id"] == erp.task
    assert erp.get("/tasks?status=decided").json["total"] == 0


def test_a_task_shows_both_records_and_the_evidence(erp):
    task = erp.get(f"/tasks/{erp.task}")
    assert task.headers["ETag"] == f'"{task.json["task"]["version"]}"'
    assert {task.json[side]["source_id"] for side in ("left", "right")} == {"100", "200"}
    assert {line["comparison"] for line in task.json["evidence"]} == {"uscc", "name"}


def test_a_verdict_links_the_records_at_once(erp):
    answer = decide(erp, "match")
    assert (answer.status_code, answer.json["status"]) == (200, "decided")
    ids = {erp.get(f"/xref/supplier/ERP1/{key}").json["golden_id"] for key in ("100", "200")}
    assert len(ids) == 1


def test_the_second_verdict_is_refused_with_the_present_state(erp):
    tag = erp.get(f"/tasks/{erp.task}").headers["ETag"]
    assert decide(erp, "match", headers={"If-Match": tag}).status_code == 200
    late = decide(erp, "non-match", headers={"If-Match": tag})
    assert (late.status_code, late.json["code"]) == (409, "task.not_open")
    assert late.json["details"]["state"]["status"] == "decided"


def test_a_verdict_on_another_version_is_refused(erp):
    late = decide(erp, "match", headers={"If-Match": '"99"'})
    assert (late.status_code, late.json["code"]) == (409, "version.stale")
    assert erp.get(f"/tasks/{erp.task}").json["task"]["status"] == "open"


def test_a_verdict_can_be_undone(erp):
    decision_id = decide(erp, "match").json["decision_id"]
    undone = erp.post(f"/decisions/{decision_id}/undo", json=WHY)
    assert undone.status_code == 200
    (opened,) = undone.json["tasks_opened"]
    late = decide(erp, "match")
    assert late.status_code == 409
    assert late.json["details"]["state"]["followed_by"] == opened != erp.task
    assert erp.get(f"/tasks/{erp.task}").json["followed_by"] == opened
    assert erp.get(f"/tasks/{opened}").json["followed_by"] is None
    again = erp.post(f"/decisions/{decision_id}/undo", json=WHY)
    assert (again.status_code, again.json["code"]) == (409, "decision.not_undoable")
    assert decision_id in {line["decision_id"] for line in erp.get("/decisions").json["decisions"]}


@pytest.mark.parametrize(
    "body", [{}, {"verdict": "perhaps", **WHY}, {"verdict": "match"}, {"verdict": 1, **WHY}]
)
def test_a_verdict_that_is_none_is_refused(calm, body):
    assert calm.post("/tasks/1/decision", json=body).status_code == 422


@pytest.mark.parametrize(
    "query",
    [
        "status=done",
        "reason=x",
        "limit=0",
        "limit=many",
        "cursor=x",
        "cursor=nan:1",
        f"cursor=1:{10**30}",
        "colour=red",
    ],
)
def test_a_filter_that_is_none_is_refused(calm, query):
    assert calm.get(f"/tasks?{query}").status_code == 422


def test_unknown_tasks_are_not_found(erp):
    assert erp.get("/tasks/999").json["code"] == "task.unknown"
    assert erp.get(f"/tasks/{10**40}").status_code == 404
    assert erp.get("/tasks/-1").status_code == 404
    assert erp.get("/tasks?entity=nonsense").status_code == 404


def test_two_records_are_explained_and_a_decision_is_derived_again(erp):
    found = erp.get("/explain/supplier?left=ERP1:100&right=ERP1:200")
    assert found.status_code == 200
    assert {
        "answer",
        "answer_zh",
        "telling",
        "evidence",
        "vetoes",
        "keys",
        "chain",
        "verdicts",
    } <= found.json.keys()
    assert erp.get("/explain/supplier?left=ERP1:100").status_code == 422
    assert erp.get("/explain/supplier?left=ERP1:nobody&right=ERP1:100").json["code"] == "record.unknown"
    assert erp.get("/explain/nonsense?left=a:1&right=b:2").json["code"] == "entity.unknown"
    assert erp.get("/decisions/NONE/evidence").json["code"] == "decision.unknown"


def test_an_open_audit_task_tells_no_caller_what_the_machine_thinks(caller):
    made = caller()
    uscc = {**NAME, "uscc": "91370212MA3C7XU05W"}
    made.put("/records/supplier/ERP1/100", json={"attributes": uscc})
    made.put("/records/supplier/ERP1/200", json={"attributes": uscc})
    drawn = made.post("/quality/supplier/sample", json={"links": 5, "non_links": 5}).json
    assert drawn["links"] == 1
    (line,) = made.get("/tasks?reason=audit").json["tasks"]
    assert (line["match_weight"], line["match_probability"]) == (None, None)
    task = made.get(f"/tasks/{line['task_id']}").json
    assert (task["evidence"], task["vetoes"]) == ([], [])
    assert task["left"]["golden_id"] == task["right"]["golden_id"] == ""
    assert not task["task"]["sentence_en"]
    decided = made.post(f"/tasks/{line['task_id']}/decision", json={"verdict": "match", **WHY})
    assert decided.status_code == 200
    assert made.get(f"/tasks/{line['task_id']}").json["evidence"]
    quality = made.get("/quality/supplier").json
    assert quality["sample"]["precision"]["number"] == 1
    assert quality["state"] == "open"


@pytest.mark.parametrize("field", ["links", "non_links"])
@pytest.mark.parametrize("number", [1.9, "1.9", 1.0, True])
def test_a_sample_has_a_whole_number_of_pairs(erp, field, number):
    answer = erp.post("/quality/supplier/sample", json={field: number})
    assert (answer.status_code, answer.json["errors"][0]["field"]) == (422, field)
