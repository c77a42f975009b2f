"""Whatever JSON, text or bytes are sent to whatever call: no fault of ours."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

CALLS = [
    ("put", "/records/supplier/ERP1/fuzz"),
    ("post", "/xref/supplier/lookup"),
    ("post", "/match/supplier"),
    ("post", "/tasks/1/decision"),
    ("post", "/golden/supplier/SUP-1/merge"),
    ("post", "/golden/supplier/SUP-1/split"),
    ("post", "/golden/supplier/SUP-1/override"),
    ("post", "/decisions/1/undo"),
]
NAMES = st.sampled_from(
    ["attributes", "keys", "reason", "verdict", "records", "legal_name", "uscc", "phone", "source_id"]
)
SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=30)
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(NAMES | st.text(max_size=9), inner, max_size=4)
    ),
    max_leaves=12,
)
CALM = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@CALM
@given(call=st.sampled_from(CALLS), body=st.dictionaries(NAMES, VALUES, max_size=4))
def test_no_body_breaks_a_call(calm, call, body):
    method, path = call
    assert getattr(calm, method)(path, json=body).status_code < 500


@CALM
@given(
    attributes=st.dictionaries(
        st.sampled_from(["legal_name", "uscc", "phone", "country_code", "address"]), SCALARS
    )
)
def test_no_value_breaks_a_record(calm, attributes):
    assert calm.put("/records/supplier/ERP1/fuzz", json={"attributes": attributes}).status_code < 500


@CALM
@given(data=st.binary(max_size=60))
def test_no_bytes_break_a_call(calm, data):
    sent = calm.put("/records/supplier/ERP1/fuzz", data=data, headers={"Content-Type": "application/json"})
    assert 400 <= sent.status_code < 500


@CALM
@given(key=st.text(max_size=40), as_of=st.text(max_size=30), q=st.text(max_size=30))
def test_no_address_breaks_a_call(calm, key, as_of, q):
    quoted = "".join(f"%{byte:02X}" for byte in key.encode("utf-8", "replace"))
    assert calm.get(f"/xref/supplier/ERP1/{quoted}", query_string={"as_of": as_of}).status_code < 500
    assert calm.get(f"/golden/supplier/{quoted}").status_code < 500
    assert calm.get("/golden/supplier", query_string={"q": q, "cursor": key}).status_code < 500
    assert calm.get("/tasks", query_string={"q": q}).status_code < 500
