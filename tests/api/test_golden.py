"""Golden records over HTTP: lineage, search, and a steward's corrections with If-Match and preview."""

from __future__ import annotations

import pytest

NAME = {"legal_name": "青岛海川精密机械有限公司", "city": "青岛市"}
OTHER = {"legal_name": "宁波北仑远航紧固件有限公司"}
WHY = {"reason": "same certificate"}


@pytest.fixture
def erp(caller):
    made = caller()
    made.one = made.put("/records/supplier/ERP1/100", json={"attributes": NAME}).json["golden_id"]
    made.two = made.put("/records/supplier/ERP1/200", json={"attributes": OTHER}).json["golden_id"]
    return made


def test_each_value_names_the_record_and_rule_it_came_from(erp):
    found = erp.get(f"/golden/supplier/{erp.one}").json
    assert found["golden_id"] == found["requested_id"] == erp.one
    assert found["attributes"]["legal_name"] == NAME["legal_name"]
    origin = found["provenance"]["legal_name"]
    assert (origin["source_system"], origin["source_id"], origin["source_version"]) == ("ERP1", "100", 1)
    assert origin["rule"]
    assert origin["rule_version"]
    assert [member["source_id"] for member in found["members"]] == ["100"]


def test_an_unchanged_golden_record_is_not_sent_twice(erp):
    first = erp.get(f"/golden/supplier/{erp.one}")
    again = erp.get(f"/golden/supplier/{erp.one}", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


def test_a_search_finds_parts_of_chinese_names(erp):
    found = erp.get("/golden/supplier?q=海川")
    assert [line["golden_id"] for line in found.json["results"]] == [erp.one]


def test_a_list_is_paged_to_its_end(erp):
    seen, cursor = [], ""
    for _ in range(3):
        page = erp.get(f"/golden/supplier?limit=1&cursor={cursor}").json
        seen += [line["golden_id"] for line in page["results"]]
        cursor = page["next_cursor"]
        if not cursor:
            break
    assert seen == sorted([erp.one, erp.two])


def test_a_merge_is_previewed_done_and_taken_back(erp):
    preview = erp.post(f"/golden/supplier/{erp.one}/merge?preview=1", json={"other_id": erp.two, **WHY})
    assert (preview.status_code, preview.json["preview"], preview.json["decision_id"]) == (200, True, None)
    assert erp.get("/xref/supplier/ERP1/200").json["golden_id"] == erp.two
    done = erp.post(f"/golden/supplier/{erp.one}/merge", json={"other_id": erp.two, **WHY}).json
    kept = done["memberships"]["ERP1:200"]
    assert erp.get("/xref/supplier/ERP1/200").json["golden_id"] == kept
    gone = erp.two if kept == erp.one else erp.one
    assert erp.get(f"/golden/supplier/{gone}").json["golden_id"] == kept
    undone = erp.post(f"/decisions/{done['decision_id']}/undo", json=WHY)
    assert undone.status_code == 200
    assert erp.get("/xref/supplier/ERP1/200").json["golden_id"] == erp.two


def test_an_unmerge_takes_the_latest_merge_apart(erp):
    erp.post(f"/golden/supplier/{erp.one}/merge", json={"other_id": erp.two, **WHY})
    assert erp.post(f"/golden/supplier/{erp.one}/unmerge", json=WHY).status_code == 200
    assert erp.get("/xref/supplier/ERP1/100").json["golden_id"] == erp.one
    assert erp.get("/xref/supplier/ERP1/200").json["golden_id"] == erp.two


def test_a_split_moves_the_named_records(erp):
    erp.post(f"/golden/supplier/{erp.one}/merge", json={"other_id": erp.two, **WHY})
    away = {"records": [{"source_system": "ERP1", "source_id": "200"}], "reason": "other owner"}
    assert erp.post(f"/golden/supplier/{erp.one}/split", json=away).status_code == 200
    first, second = (erp.get(f"/xref/supplier/ERP1/{key}").json for key in ("100", "200"))
    assert first["golden_id"] != second["golden_id"]


def test_an_override_beats_the_rules_and_shows_who_decided(erp):
    body = {"attribute": "city", "value": "即墨区", "reason": "moved"}
    assert erp.post(f"/golden/supplier/{erp.one}/override", json=body).status_code == 200
    assert erp.get(f"/golden/supplier/{erp.one}").json["attributes"]["city"] == "即墨区"
    assert len(erp.get(f"/golden/supplier/{erp.one}/history").json["versions"]) == 2


def test_an_override_is_previewed_without_being_set(erp):
    body = {"attribute": "city", "value": "即墨区", "reason": "moved"}
    shown = erp.post(f"/golden/supplier/{erp.one}/override?preview=1", json=body).json
    assert shown["values"][erp.one]["city"][1] == "即墨区"
    assert set(shown["memberships"].values()) == {erp.one}
    assert erp.get(f"/golden/supplier/{erp.one}").json["attributes"].get("city") != "即墨区"


def test_lineage_related_records_and_comments_are_read_and_written(erp):
    path = f"/golden/supplier/{erp.one}"
    said = erp.get(f"{path}/lineage").json
    assert said["golden_id"] == erp.one
    (name,) = said["attributes"]["legal_name"]
    assert (name["chosen"], name["source_id"], name["trust"] is None) == (True, "100", False)
    erp.post(f"{path}/merge", json={"other_id": erp.two, **WHY})
    kept = erp.get("/xref/supplier/ERP1/200").json["golden_id"]
    kin = erp.get(f"/golden/supplier/{kept}/related").json["kin"]
    assert [each["kind"] for each in kin] == ["merged_in"]
    assert erp.post(f"{path}/comments", json={"text": "看图纸"}).json["golden_id"] == kept
    assert [each["text"] for each in erp.get(f"{path}/comments").json["comments"]] == ["看图纸"]
    assert erp.post(f"{path}/comments", json={"text": "@nobody?"}).status_code == 422


def test_a_change_on_a_stale_version_is_refused_with_the_present_one(erp):
    tag = erp.get(f"/golden/supplier/{erp.one}").headers["ETag"]
    body = {"attribute": "city", "value": "即墨区", "reason": "moved"}
    first = erp.post(f"/golden/supplier/{erp.one}/override", json=body, headers={"If-Match": tag})
    late = erp.post(f"/golden/supplier/{erp.one}/override", json=body, headers={"If-Match": tag})
    assert (first.status_code, late.status_code, late.json["code"]) == (200, 409, "version.stale")
    assert late.json["details"]["state"]["version"] == 2


def test_a_tag_of_another_make_fits_nothing(erp):
    answer = erp.post(
        f"/golden/supplier/{erp.one}/merge", json={"other_id": erp.two, **WHY}, headers={"If-Match": '"abc"'}
    )
    assert answer.status_code == 412
    assert answer.mimetype == "application/problem+json"


def test_unknown_golden_ids_are_not_found(erp):
    assert erp.get("/golden/supplier/SUP-NONE").json["code"] == "golden.unknown"
    assert erp.get(f"/golden/material/{erp.one}").status_code == 404
    assert erp.get("/golden/nonsense").json["code"] == "entity.unknown"
    assert erp.post("/golden/supplier/SUP-NONE/unmerge", json=WHY).status_code == 404
    assert erp.post("/decisions/NONE/undo", json=WHY).json["code"] == "decision.unknown"


@pytest.mark.parametrize("reason", ["", "   ", None, 7, "x" * 2001])
def test_a_change_needs_a_reason(calm, reason):
    body = {"other_id": "SUP-1", "reason": reason}
    answer = calm.post(f"/golden/supplier/{calm.golden_id}/merge", json=body)
    assert answer.status_code == 422
    assert answer.json["errors"][0]["field"] == "reason"
