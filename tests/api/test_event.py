"""The change feed over HTTP."""

from __future__ import annotations

import pytest


def test_a_reader_from_zero_sees_every_number_once(caller):
    erp = caller()
    for key in range(3):
        erp.put(f"/records/supplier/ERP1/{key}", json={"attributes": {"legal_name": f"公司 {key}"}})
    seen, cursor = [], 0
    while page := erp.get(f"/changes?cursor={cursor}&limit=2").json["events"]:
        seen += [line["seq"] for line in page]
        cursor = page[-1]["seq"]
    assert seen == list(range(1, len(seen) + 1))
    assert len(seen) >= 3


def test_the_cross_reference_can_be_rebuilt_from_the_feed(caller):
    erp = caller()
    golden_id = erp.put("/records/supplier/ERP1/7", json={"attributes": {"legal_name": "公司"}}).json[
        "golden_id"
    ]
    linked = [line for line in erp.get("/changes").json["events"] if line["type"] == "xref.linked"]
    assert [golden_id in str(line) and "ERP1:7" in str(line) for line in linked] == [True]


@pytest.mark.parametrize(
    "query", ["cursor=-1", "cursor=x", f"cursor={2**63}", "limit=0", "limit=10001", "from=1"]
)
def test_a_cursor_that_is_none_is_refused(calm, query):
    assert calm.get(f"/changes?{query}").status_code == 422
