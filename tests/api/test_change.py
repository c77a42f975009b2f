"""Change requests and code lists over HTTP: a machine proposes and examines, people decide."""

from __future__ import annotations

import pytest

NAME = {"legal_name": "青岛海川精密机械有限公司"}
WHY = {"reason": "fewer questions"}


@pytest.fixture
def erp(caller):
    made = caller()
    for key in ("100", "200"):
        made.put(f"/records/supplier/ERP1/{key}", json={"attributes": NAME})
    return made


def propose(caller, **thresholds):
    body = {"entity": "supplier", "thresholds": thresholds, **WHY}
    return caller.post("/change-requests", json=body)


def test_a_change_is_proposed_examined_and_read(erp):
    made = propose(erp, link=1.0)
    assert (made.status_code, made.json["state"], made.json["content"]) == (201, "proposed", {"link": 1.0})
    path = f"/change-requests/{made.json['change_id']}"
    assert erp.get(f"{path}/report").json == {"report_hash": None, "parts": []}
    examined = erp.post(f"{path}/examine")
    assert (examined.status_code, examined.json["state"]) == (200, "examined")
    report = erp.get(f"{path}/report").json
    assert report["report_hash"] == examined.json["report_hash"]
    assert report["parts"][0]["moved"]["merged"]
    assert [each["change_id"] for each in erp.get("/change-requests?open=1").json["changes"]] == [
        made.json["change_id"]
    ]


def test_a_machine_takes_back_its_own_and_decides_nothing(erp):
    path = f"/change-requests/{propose(erp, link=1.0).json['change_id']}"
    assert erp.post(f"{path}/approve", json=WHY).status_code == 404
    assert erp.post(f"{path}/withdraw", json=WHY).json["state"] == "withdrawn"
    again = erp.post(f"{path}/withdraw", json=WHY)
    assert (again.status_code, again.json["code"]) == (409, "change.state")
    assert erp.get("/change-requests?open=1").json["changes"] == []


def test_what_does_not_fit_is_told_by_field(erp):
    assert propose(erp, link=6.0).json["code"] == "input.invalid"
    assert propose(erp, maybe=6.0).status_code == 422
    assert erp.get("/change-requests/C").json["code"] == "change.unknown"
    missing = erp.post("/change-requests", json=WHY)
    assert {error["field"] for error in missing.json["errors"]} == {"entity", "thresholds"}


def test_codes_are_listed_searched_and_proposed(erp):
    lists = {each["name"]: each for each in erp.get("/code-lists").json["code_lists"]}
    assert (lists["colours"]["version"], lists["colours"]["owner"]) == (1, "engineering")
    assert erp.get("/code-lists/colours?q=black").json["codes"][0]["code"] == "black"
    assert erp.get("/code-lists/nothings").json["code"] == "code_list.unknown"
    made = erp.post("/code-lists/colours/proposals", json={"code": "xanthic", "zh": "试验黄", **WHY})
    assert (made.status_code, made.json["kind"], made.json["entity"]) == (201, "code_list", "")
    taken = erp.post("/code-lists/colours/proposals", json={"code": "x", "zh": "黑色", **WHY})
    assert (taken.status_code, taken.json["code"]) == (422, "dictionary.invalid")


@pytest.mark.parametrize(
    ("edit", "field"),
    [({"parent": "nothing"}, "parent"), ({"add": ["bl\u200back"]}, "add"), ({"zh": "黑\ufeff"}, "zh")],
)
def test_an_unknown_parent_or_an_invisible_character_is_told_by_field(erp, edit, field):
    answer = erp.post("/code-lists/colours/proposals", json={"code": "black", **edit, **WHY})
    assert (answer.status_code, answer.json["errors"][0]["field"]) == (422, field)
