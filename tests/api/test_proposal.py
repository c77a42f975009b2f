"""A match across a regulated veto over HTTP: 202, nothing bound, and no client is a second person."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mdm.domain.rules import Feature, Veto, disjoint
from mdm.services.hub import Hub
from mdm.storage.database import open_database

NAME = "青岛海川精密机械有限公司"
WHY = {"reason": "same certificate"}
LAW = Veto(
    "law", disjoint("country"), "two firms by law", "依法为两家企业", "clause 9", hard=False, regulated=True
)


@pytest.fixture
def hub(settings, house):
    """A hub whose rules name the country a matter of law."""
    rules = house.rules["supplier"]
    lawful = replace(
        rules, features=(*rules.features, Feature("country", "values", ("country_code",))), vetoes=(LAW,)
    )
    opened = Hub(
        settings, open_database(settings.database_url), house.dictionary, {**house.rules, "supplier": lawful}
    )
    yield opened
    opened.close()


@pytest.fixture
def erp(caller):
    made = caller()
    put = {
        source_id: made.put(
            f"/records/supplier/ERP1/{source_id}",
            json={"attributes": {"legal_name": NAME, "country_code": country}},
        ).json
        for source_id, country in (("100", "CN"), ("200", "DE"))
    }
    made.task_id = put["200"]["task_id"]
    made.ids = [answer["golden_id"] for answer in put.values()]
    return made


def test_the_task_says_what_a_match_would_cross(erp):
    found = erp.get(f"/tasks/{erp.task_id}").json
    assert [(v["name"], v["clause"], v["regulated"]) for v in found["regulated"]] == [
        ("law", "clause 9", True)
    ]
    assert "two firms by law" in found["task"]["sentence_en"]
    assert "依法为两家企业" in found["task"]["sentence_zh"]
    assert "second person" in found["task"]["counterfactual_en"]


def test_a_match_verdict_waits_and_binds_nothing(erp):
    answer = erp.post(f"/tasks/{erp.task_id}/decision", json={"verdict": "match", **WHY})
    assert (answer.status_code, answer.json["status"]) == (202, "proposed")
    assert erp.get(f"/tasks/{erp.task_id}").json["proposal"]["proposal_id"] == answer.json["proposal_id"]
    assert erp.get("/xref/supplier/ERP1/200").json["golden_id"] == erp.ids[1]
    again = erp.post(f"/tasks/{erp.task_id}/decision", json={"verdict": "match", **WHY})
    assert (again.status_code, again.json["code"]) == (409, "proposal.open")


def test_a_merge_waits_as_well(erp):
    path = f"/golden/supplier/{erp.ids[0]}/merge"
    preview = erp.post(f"{path}?preview=1", json={"other_id": erp.ids[1], **WHY})
    assert (preview.status_code, preview.json["regulated"]) == (200, ["law"])
    answer = erp.post(path, json={"other_id": erp.ids[1], **WHY})
    assert (answer.status_code, answer.json["decision_id"]) == (202, None)
    assert answer.json["proposal_id"]
    assert erp.get("/xref/supplier/ERP1/200").json["golden_id"] == erp.ids[1]


def test_who_proposed_takes_it_back_and_no_other_client_decides_it(erp, caller):
    proposal_id = erp.post(f"/tasks/{erp.task_id}/decision", json={"verdict": "match", **WHY}).json[
        "proposal_id"
    ]
    listed = erp.get("/proposals?entity=supplier").json["proposals"]
    assert [(each["proposal_id"], each["state"]) for each in listed] == [(proposal_id, "open")]
    other = caller(source="MES1", owner="another")
    assert other.post(f"/proposals/{proposal_id}/reject", json=WHY).status_code == 403
    closed = erp.post(f"/proposals/{proposal_id}/reject", json=WHY)
    assert (closed.status_code, closed.json["state"]) == (200, "withdrawn")
    late = erp.post(f"/proposals/{proposal_id}/reject", json=WHY)
    assert (late.status_code, late.json["code"]) == (409, "proposal.closed")
    assert erp.post("/proposals/NONE/reject", json=WHY).json["code"] == "proposal.unknown"
    assert erp.get("/proposals?entity=nonsense").status_code == 404
