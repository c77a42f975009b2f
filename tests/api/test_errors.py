"""Whatever is sent, the answer is a problem document or data, and never a fault of ours."""

from __future__ import annotations

import gzip
import json
from io import BytesIO
from urllib.parse import unquote

import pytest

PUT = "/records/supplier/ERP1/900"
GOOD = {"attributes": {"legal_name": "公司"}}


def raw(caller, data, path=PUT, method="put", environ_overrides=None, **headers):
    given = {"Content-Type": "application/json", **headers}
    return getattr(caller, method)(path, data=data, headers=given, environ_overrides=environ_overrides)


def nested(depth):
    return b'{"attributes":{"legal_name":' + b"[" * depth + b"]" * depth + b"}}"


HOSTILE = {
    "no body": (b"", 400),
    "half a body": (b'{"attributes": {"legal_name": "x"', 400),
    "not JSON": (b"legal_name=x", 400),
    "invalid UTF-8": (b'{"attributes":{"legal_name":"\xff\xfe"}}', 400),
    "UTF-16": ('{"attributes":{}}'.encode("utf-16"), 400),
    "NUL outside text": (b'{"attributes":\x00{}}', 400),
    "NUL as such in text": (b'{"attributes":{"legal_name":"a\x00b"}}', 400),
    "NUL escaped in text": (b'{"attributes":{"legal_name":"a\\u0000b"}}', 422),
    "NUL in a key": (b'{"attributes":{"legal\\u0000name":"x"}}', 422),
    "lone surrogate": (b'{"attributes":{"legal_name":"\\ud800"}}', 422),
    "lone surrogate in a key": (b'{"attributes":{"\\udfff":"x"}}', 422),
    "repeated key": (b'{"attributes":{"legal_name":"a","legal_name":"b"}}', 400),
    "repeated key on top": (b'{"attributes":{},"attributes":{}}', 400),
    "NaN": (b'{"attributes":{"legal_name":NaN}}', 400),
    "Infinity": (b'{"attributes":{"legal_name":Infinity}}', 400),
    "-Infinity": (b'{"attributes":{"legal_name":-Infinity}}', 400),
    "1e400": (b'{"attributes":{"legal_name":1e400}}', 400),
    "2^63": (b'{"attributes":{"legal_name":9223372036854775808}}', 400),
    "a million digits": (b'{"attributes":{"legal_name":' + b"9" * 1_000_000 + b"}}", 400),
    "nested 50 deep": (nested(50), 422),
    "nested 100,000 deep": (nested(100_000), 400),
    "a list on top": (b"[]", 422),
    "text on top": (b'"x"', 422),
    "null on top": (b"null", 422),
    "a number on top": (b"1", 422),
    "an unknown member": (b'{"attributes":{"legal_name":"x"},"more":1}', 422),
    "attributes as a list": (b'{"attributes":["legal_name"]}', 422),
    "a list of a million": (b'{"attributes":{"legal_name":[' + b"1," * 999_999 + b"1]}}", 422),
    "text over the limit": (b'{"attributes":{"legal_name":"' + b"x" * 4001 + b'"}}', 422),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_body_is_refused_with_a_problem_document(calm, name):
    data, status = HOSTILE[name]
    answer = raw(calm, data)
    assert (answer.status_code, answer.mimetype) == (status, "application/problem+json")
    assert {"type", "title", "status", "code", "detail", "errors"} <= answer.json.keys()
    assert answer.json["status"] == status
    assert calm.get(PUT).status_code == 404


DATA = {
    "SQL": "'; drop table source_record; --",
    "formula": '=HYPERLINK("http://x")',
    "right to left": "\u202eabc",
    "zero width": "a\u200bb",
    "emoji": "👩‍🔧",
    "markup": "<script>alert(1)</script>",
    "2^63 - 1": 2**63 - 1,
    "4,000 characters": "字" * 4000,
}


@pytest.mark.parametrize("name", DATA)
def test_strange_text_is_data(calm, name):
    key = "".join(f"%{byte:02X}" for byte in name.encode())
    path = f"/records/supplier/ERP1/{key}"
    assert calm.put(path, json={"attributes": {"legal_name": DATA[name]}}).status_code == 200
    assert calm.get(path).json["raw"]["legal_name"] == str(DATA[name])


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/xml", "", "application/json; charset=gbk", "multipart/form-data"]
)
def test_another_type_than_json_is_refused(calm, kind):
    answer = raw(calm, json.dumps(GOOD).encode(), **{"Content-Type": kind})
    assert (answer.status_code, answer.json["code"]) == (415, "http.unsupported_media_type")


def test_a_compressed_body_is_refused_before_it_is_opened(calm):
    bomb = gzip.compress(b" " * 50_000_000)
    assert raw(calm, bomb, **{"Content-Encoding": "gzip"}).status_code == 415


def test_a_body_over_the_limit_is_refused(calm):
    answer = raw(calm, b" " * (8 * 1024 * 1024 + 1))
    assert (answer.status_code, answer.mimetype) == (413, "application/problem+json")


def test_a_million_keys_are_refused_at_once(calm):
    answer = raw(calm, b'{"keys":[' + b"1," * 999_999 + b"1]}", path="/xref/supplier/lookup", method="post")
    assert answer.status_code == 422
    assert len(answer.data) < 1000


def test_ten_thousand_wrong_keys_are_not_all_listed(calm):
    answer = calm.post("/xref/supplier/lookup", json={"keys": [{}] * 10_000})
    assert (answer.status_code, len(answer.json["errors"])) == (422, 100)


@pytest.mark.parametrize(
    "path",
    [
        "/xref/supplier/ERP1/%FF",
        "/xref/supplier/ERP1/%C3%28",
        "/xref/supplier/ERP1/a%00b",
        "/tasks?q=%FF",
        "/tasks?q=%00",
    ],
)
def test_addresses_that_are_not_utf8_or_hold_nul_are_refused(calm, path):
    path, _, query = path.partition("?")
    # As a server hands it over; the test client would mend it.
    given = {"PATH_INFO": "/api/v1" + unquote(path, "latin-1"), "QUERY_STRING": query}
    answer = calm.get("/tasks", environ_overrides=given)
    assert (answer.status_code, answer.mimetype) == (400, "application/problem+json")


def test_a_path_of_100_kilobytes_is_refused(calm):
    assert calm.get("/xref/supplier/ERP1/" + "x" * 100_000).status_code == 414


@pytest.mark.parametrize(
    "path",
    [
        "/nothing",
        "/xref",
        "/xref/supplier",
        "/xref/supplier/ERP1/",
        "//tasks",
        "/tasks/",
        "/golden/supplier/",
    ],
)
def test_what_is_not_there_is_a_problem_document(calm, path):
    answer = calm.get(path)
    assert (answer.status_code, answer.mimetype) == (404, "application/problem+json")
    assert answer.json["code"] == "http.not_found"


def test_a_wrong_method_names_the_right_ones(calm):
    answer = calm.put("/tasks", json={})
    assert (answer.status_code, answer.json["code"]) == (405, "http.method_not_allowed")
    assert {"GET", "HEAD", "OPTIONS"} == set(answer.headers["Allow"].split(", "))


def test_a_fault_of_ours_tells_nothing(app, caller, monkeypatch):
    def fail(*_args, **_more):
        raise ZeroDivisionError("secret of the house")

    app.testing = False
    monkeypatch.setattr("mdm.services.event.changes", fail)
    answer = caller().get("/changes")
    assert (answer.status_code, answer.json["code"]) == (500, "http.internal_server_error")
    assert b"secret" not in answer.data


@pytest.mark.parametrize("accept", ["text/html", "application/xml", "*/*"])
def test_problems_are_json_whatever_was_asked_for(calm, accept):
    assert calm.get("/tasks/1", headers={"Accept": accept}).mimetype == "application/problem+json"


def test_a_body_in_chunks_over_the_limit_is_refused(calm):
    given = {"wsgi.input": BytesIO(b" " * (9 * 1024 * 1024)), "wsgi.input_terminated": True}
    answer = raw(
        calm, b"", environ_overrides={**given, "CONTENT_LENGTH": "", "HTTP_TRANSFER_ENCODING": "chunked"}
    )
    assert answer.status_code == 413
