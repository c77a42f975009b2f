"""Search before create over HTTP."""

from __future__ import annotations

NAME = {"legal_name": "青岛海川精密机械有限公司"}


def test_a_search_names_what_is_there_and_stores_nothing(caller):
    erp = caller()
    golden_id = erp.put("/records/supplier/ERP1/100", json={"attributes": NAME}).json["golden_id"]
    qms = caller("match:search", source="QMS1")
    before = erp.get("/changes").json
    found = qms.post("/match/supplier", json={"attributes": NAME})
    assert found.status_code == 200
    best = found.json["candidates"][0]
    assert best["golden_id"] == golden_id
    assert 0 < best["match_probability"] < 1
    assert best["match_weight"] > 0
    assert best["explanation"]
    assert erp.get("/changes").json == before


def test_nothing_alike_is_an_empty_list(caller):
    assert caller().post("/match/supplier", json={"attributes": NAME}).json == {"candidates": []}


def test_an_unknown_attribute_or_entity_is_refused(caller):
    assert caller().post("/match/supplier", json={"attributes": {"colour": "red"}}).status_code == 422
    assert caller().post("/match/nonsense", json={"attributes": NAME}).status_code == 404
    assert caller().post("/match/supplier", json={"attributes": NAME, "limit": 0}).status_code == 422
