"""Who may call what."""

from __future__ import annotations

import json

import pytest

from mdm.domain.access import SCOPE_PERMISSIONS
from mdm.services import access

BODY = {
    "/xref/supplier/lookup": {"keys": []},
    "/match/supplier": {"attributes": {"legal_name": "x"}},
    "/records/supplier/ERP1/100": {"attributes": {"legal_name": "x"}},
    "/tasks/1/decision": {"verdict": "match", "reason": "x"},
    "/golden/supplier/SUP-1/comments": {"text": "x"},
    "/golden/supplier/SUP-1/merge": {"other_id": "SUP-2", "reason": "x"},
    "/golden/supplier/SUP-1/unmerge": {"reason": "x"},
    "/golden/supplier/SUP-1/split": {"records": [{"source_system": "ERP1", "source_id": "1"}], "reason": "x"},
    "/golden/supplier/SUP-1/override": {"attribute": "city", "value": "x", "reason": "x"},
    "/golden/supplier/create": {"attributes": {"phone": "1"}, "seen": [], "reason": "x"},
    "/loads/X/undo": {"reason": "x"},
    "/decisions/1/undo": {"reason": "x"},
}

CALLS = [
    ("get", "/xref/supplier/ERP1/100", {"xref:read"}),
    ("post", "/xref/supplier/lookup", {"xref:read"}),
    ("get", "/records/supplier/ERP1/100", {"records:read", "records:write"}),
    ("put", "/records/supplier/ERP1/100", {"records:write"}),
    ("delete", "/records/supplier/ERP1/100", {"records:write"}),
    ("post", "/match/supplier", {"match:search", "records:create"}),
    ("post", "/golden/supplier/create", {"records:create"}),
    ("get", "/quality/supplier/pairs?figure=links", {"quality:read", "quality:sample"}),
    ("get", "/uploads", {"loads:read", "loads:write"}),
    ("get", "/loads", {"loads:read", "loads:write"}),
    ("get", "/templates/supplier", {"loads:read", "loads:write", "matching:read", "matching:propose"}),
    ("post", "/loads/X/undo", {"loads:write"}),
    ("get", "/golden/supplier", {"golden:read", "golden:decide"}),
    ("get", "/golden/supplier/SUP-1", {"golden:read", "golden:decide"}),
    ("get", "/golden/supplier/SUP-1/history", {"golden:read", "golden:decide"}),
    ("get", "/golden/supplier/SUP-1/lineage", {"golden:read", "golden:decide"}),
    ("get", "/golden/supplier/SUP-1/related", {"golden:read", "golden:decide"}),
    ("get", "/golden/supplier/SUP-1/comments", {"golden:read", "golden:decide"}),
    ("post", "/golden/supplier/SUP-1/comments", {"golden:decide"}),
    ("post", "/golden/supplier/SUP-1/merge", {"golden:decide"}),
    ("post", "/golden/supplier/SUP-1/unmerge", {"golden:decide"}),
    ("post", "/golden/supplier/SUP-1/split", {"golden:decide"}),
    ("post", "/golden/supplier/SUP-1/override", {"golden:decide"}),
    ("get", "/tasks", {"tasks:read", "tasks:decide"}),
    ("get", "/tasks/1", {"tasks:read", "tasks:decide"}),
    ("post", "/tasks/1/decision", {"tasks:decide"}),
    ("get", "/decisions", {"tasks:read", "tasks:decide"}),
    ("get", "/changes", {"changes:read"}),
    ("get", "/audit", {"audit:read"}),
]


def call(caller, method, path):
    body = BODY.get(path) if method in {"post", "put"} else None
    return getattr(caller, method)(path, **({"json": body} if body is not None else {}))


@pytest.mark.parametrize(("method", "path", "scopes"), CALLS)
def test_a_call_needs_its_scope_and_no_other_opens_it(calm, method, path, scopes):
    for scope in SCOPE_PERMISSIONS:
        answer = call(calm.with_scope(scope), method, path)
        assert (answer.status_code == 403) == (scope not in scopes), scope


@pytest.mark.parametrize(
    "header", [None, "", "Bearer", "Bearer ", "Bearer wrong", "Basic dTpw", "bearer \u00ff"]
)
def test_without_a_valid_token_nothing_is_answered(calm, header):
    headers = {} if header is None else {"Authorization": header}
    for method, path, _ in CALLS:
        answer = getattr(calm.web, method)(f"/api/v1{path}", headers=headers)
        assert (answer.status_code, answer.json["code"]) == (401, "access.unauthenticated"), path
        assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_a_token_of_one_system_cannot_post_as_another(caller):
    mes, erp = caller(source="MES1"), caller(source="ERP1")
    answer = mes.put("/records/supplier/ERP1/1", json={"attributes": {"legal_name": "x"}})
    assert (answer.status_code, answer.json["code"]) == (403, "access.forbidden")
    assert mes.delete("/records/supplier/ERP1/1").status_code == 403
    assert erp.get("/records/supplier/ERP1/1").status_code == 404
    assert mes.get("/records/supplier/ERP1/1").status_code == 403
    denied = [line for line in erp.get("/changes").json["events"] if line["type"] == "access.denied"]
    assert len(denied) == 3
    assert {(line["actor"], line["subject"]) for line in denied} == {("", "")}


def test_a_revoked_token_is_refused_from_the_next_call_on(caller, hub, system):
    erp = caller()
    assert erp.get("/tasks").status_code == 200
    with hub.unit_of_work(system, "lost") as uow:
        for client in access.list_clients(uow):
            access.revoke_client(uow, client.client_id)
    assert erp.get("/tasks").status_code == 401


def test_tokens_appear_in_no_answer_and_no_log(caller, capsys):
    erp = caller()
    token = erp.headers["Authorization"].split()[1]
    answers = [
        erp.get(path).get_data(as_text=True) for path in ("/changes?limit=10000", "/tasks", "/nothing")
    ]
    logged = capsys.readouterr()
    assert token not in "".join([*answers, logged.out, logged.err, json.dumps(BODY)])


def test_a_cookie_opens_nothing(calm):
    calm.web.set_cookie("mdm", calm.headers["Authorization"].split()[1])
    assert calm.web.get("/api/v1/tasks").status_code == 401
