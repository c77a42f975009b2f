"""One record at a time: sent, linked, asked about, unchanged, retired."""

from __future__ import annotations

import pytest

NAME = {"legal_name": "青岛海川精密机械有限公司", "country_code": "CN"}
FULL = {**NAME, "uscc": "91370200MA3C4D5E6X"}
OTHER = {"legal_name": "宁波北仑远航紧固件有限公司"}


@pytest.fixture
def erp(caller):
    return caller(source="ERP1")


@pytest.fixture
def mes(caller):
    return caller(source="MES1")


def put(caller, system, key, attributes, **more):
    return caller.put(f"/records/supplier/{system}/{key}", json={"attributes": attributes}, **more)


def test_a_new_record_gets_a_golden_id_before_the_answer(erp):
    answer = put(erp, "ERP1", "100", NAME)
    assert (answer.status_code, answer.json["outcome"], answer.json["task_id"]) == (200, "new", None)
    found = erp.get("/xref/supplier/ERP1/100")
    assert found.json["golden_id"] == answer.json["golden_id"]
    assert found.json["resolved_ids"] == [answer.json["golden_id"]]


def test_the_same_content_again_changes_nothing(erp):
    first = put(erp, "ERP1", "100", NAME)
    again = put(erp, "ERP1", "100", NAME)
    assert again.json["outcome"] == "unchanged"
    assert again.json["golden_id"] == first.json["golden_id"]
    assert erp.get("/records/supplier/ERP1/100").json["version"] == 1


def test_a_sure_match_of_another_system_is_linked_at_once(erp, mes):
    first = put(erp, "ERP1", "100", FULL)
    second = put(mes, "MES1", "S-7", FULL)
    assert second.json["outcome"] == "linked"
    assert second.json["golden_id"] == first.json["golden_id"]
    assert second.json["candidates"][0]["golden_id"] == first.json["golden_id"]


def test_a_doubtful_match_waits_for_a_steward(erp, mes):
    put(erp, "ERP1", "100", NAME)
    answer = put(mes, "MES1", "S-7", NAME)
    assert answer.json["outcome"] == "review"
    assert mes.get(f"/tasks/{answer.json['task_id']}").status_code == 200


def test_a_record_shows_what_came_and_every_version(erp):
    put(erp, "ERP1", "100", NAME)
    put(erp, "ERP1", "100", FULL)
    found = erp.get("/records/supplier/ERP1/100").json
    assert found["raw"]["legal_name"] == NAME["legal_name"]
    assert [version["version"] for version in found["versions"]] in ([1, 2], [2, 1])
    assert found["golden_id"]


def test_a_retired_record_still_leads_to_its_golden_id(erp):
    golden_id = put(erp, "ERP1", "100", NAME).json["golden_id"]
    answer = erp.delete("/records/supplier/ERP1/100?reason=duplicate")
    assert (answer.status_code, answer.json) == (200, {"golden_id": golden_id})
    assert erp.get("/xref/supplier/ERP1/100").json["status"] == "retired"


@pytest.mark.parametrize(
    "source_id", ["A/B", "/A", "A/", "..", "../xref", "//A//", "物料%2F一", "a b?c#d", ".", "A%42"]
)
def test_ids_of_any_shape_are_kept_apart(erp, source_id):
    quoted = "".join(f"%{byte:02X}" for byte in source_id.encode())
    golden_id = put(erp, "ERP1", quoted, {"legal_name": f"公司 {source_id}"}).json["golden_id"]
    assert erp.get(f"/xref/supplier/ERP1/{quoted}").json["golden_id"] == golden_id
    assert erp.get(f"/records/supplier/ERP1/{quoted}").json["source_id"] == source_id


def test_an_id_that_begins_with_a_slash_does_not_answer_for_the_one_without(erp):
    put(erp, "ERP1", "100", NAME)
    assert erp.get("/xref/supplier/ERP1/%2F100").status_code == 404
    assert erp.get("/xref/supplier/ERP1//100").status_code == 404


def test_an_unknown_attribute_is_refused_by_name(erp):
    answer = put(erp, "ERP1", "100", {"legal_nam": "x", "country_code": "CN"})
    assert answer.status_code == 422
    assert [error["field"] for error in answer.json["errors"]] == ["attributes.legal_nam"]


@pytest.mark.parametrize("value", [["a"], {"a": 1}, "x" * 4001])
def test_a_value_that_is_no_value_is_refused_by_name(calm, value):
    answer = put(calm, "ERP1", "100", {"legal_name": value})
    assert answer.status_code == 422
    assert answer.json["errors"][0]["field"] == "attributes.legal_name"


def test_numbers_truth_and_null_are_values(erp):
    answer = put(erp, "ERP1", "100", {**NAME, "postal_code": 266109, "deletion_flag": False, "city": None})
    assert answer.status_code == 200
    raw = erp.get("/records/supplier/ERP1/100").json["raw"]
    assert (raw["postal_code"], raw["deletion_flag"]) == ("266109", "false")
    assert "city" not in raw


@pytest.mark.parametrize("attributes", [{}, [], "x", None])
def test_a_record_needs_attributes(calm, attributes):
    assert put(calm, "ERP1", "100", attributes).status_code == 422


def test_unknown_names_are_not_found(erp):
    assert erp.put("/records/nonsense/ERP1/1", json={"attributes": NAME}).status_code == 404
    assert erp.get("/records/supplier/ERP1/none").json["code"] == "record.unknown"
    assert erp.delete("/records/supplier/ERP1/none").status_code == 404


def test_an_id_is_at_most_300_characters(erp):
    assert put(erp, "ERP1", "x" * 301, NAME).status_code == 422
    assert put(erp, "ERP1", "x" * 300, NAME).status_code == 200
    assert put(erp, "ERP1", "x" * 100_000, NAME).status_code == 414


def test_two_records_that_have_nothing_in_common_stay_apart(erp):
    first, second = put(erp, "ERP1", "100", NAME), put(erp, "ERP1", "200", OTHER)
    assert first.json["golden_id"] != second.json["golden_id"]
