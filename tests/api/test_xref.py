"""Cross-references over HTTP."""

from __future__ import annotations

import pytest

from mdm.api.xref import XrefSchema

NAME = {"legal_name": "青岛海川精密机械有限公司"}


@pytest.fixture
def erp(caller):
    made = caller(source="ERP1")
    made.first = made.put("/records/supplier/ERP1/100", json={"attributes": NAME}).json["golden_id"]
    return made


def test_every_system_may_look_up_every_key(erp, caller):
    found = caller("xref:read", source="QMS1").get("/xref/supplier/ERP1/100")
    assert found.status_code == 200
    assert found.json == {
        "entity": "supplier",
        "source_system": "ERP1",
        "source_id": "100",
        "golden_id": erp.first,
        "status": "active",
        "resolved_ids": [erp.first],
        "version": 1,
    }


def test_many_keys_are_answered_in_order_with_null_for_unknown(erp):
    keys = [{"source_system": "ERP1", "source_id": key} for key in ("nope", "100", "nope")]
    found = erp.post("/xref/supplier/lookup", json={"keys": keys})
    assert [line and line["golden_id"] for line in found.json["results"]] == [None, erp.first, None]


def test_ten_thousand_keys_fit_and_one_more_does_not(erp):
    key = {"source_system": "ERP1", "source_id": "100"}
    assert len(erp.post("/xref/supplier/lookup", json={"keys": [key] * 10_000}).json["results"]) == 10_000
    refused = erp.post("/xref/supplier/lookup", json={"keys": [key] * 10_001})
    assert refused.status_code == 422
    assert refused.json["errors"] == [{"field": "keys", "message": "At most 10,000 keys."}]


def test_a_wrong_key_is_named_by_its_place(erp):
    keys = [{"source_system": "ERP1", "source_id": "1"}, {"source_system": "ERP1"}]
    found = erp.post("/xref/supplier/lookup", json={"keys": keys})
    assert found.json["errors"] == [
        {"field": "keys[1].source_id", "message": "Missing data for required field."}
    ]


@pytest.mark.parametrize(
    "as_of",
    [
        "",
        "yesterday",
        "2026-11-23",
        "2026-11-23T08:00:00",
        "2026-11-23T08:00:00 08:00",
        "0001-01-01T00:00:00%2B14:00",
    ],
)
def test_a_time_without_zone_or_sense_is_refused(calm, as_of):
    found = calm.get(f"/xref/supplier/ERP1/100?as_of={as_of}")
    assert found.status_code == 422
    assert found.json["errors"][0]["field"] == "as_of"


@pytest.mark.parametrize(
    "as_of", ["2099-01-01T00:00:00Z", "2099-01-01T08:00:00%2B08:00", "9999-12-31T23:59:59.999999Z"]
)
def test_a_past_time_is_answered_from_history(calm, as_of):
    assert calm.get(f"/xref/supplier/ERP1/100?as_of={as_of}").json["golden_id"] == calm.golden_id
    assert calm.get("/xref/supplier/ERP1/100?as_of=2001-01-01T00:00:00Z").status_code == 404


def test_unknown_names_are_not_found(erp):
    assert erp.get("/xref/supplier/ERP1/none").json["code"] == "record.unknown"
    assert erp.get("/xref/nonsense/ERP1/100").json["code"] == "entity.unknown"
    assert erp.get("/xref/supplier/NOPE/100").status_code == 404
    assert erp.post("/xref/nonsense/lookup", json={"keys": []}).status_code == 404


def test_answers_have_the_members_that_the_description_names(erp):
    single = erp.get("/xref/supplier/ERP1/100").json
    many = erp.post(
        "/xref/supplier/lookup", json={"keys": [{"source_system": "ERP1", "source_id": "100"}]}
    ).json["results"][0]
    assert single == many
    assert set(single) == set(XrefSchema().fields)
