"""Files over HTTP, from the first byte to a load and back; templates; records without a source."""

from __future__ import annotations

from io import BytesIO

import pytest
import python_calamine

from mdm import jobs
from mdm.services import upload

TEXT = (
    "编号,登记名称,电话\n8001,常州新飞轴承有限公司,0519-85551234\n"
    "8001,无锡明光电子有限公司,\n,青岛海川精密机械有限公司,\n"
)
CSV = {"Content-Type": "text/csv"}


@pytest.fixture
def erp(app, caller):
    """A client of ERP1 that may do everything; loads end before their call is answered."""
    app.extensions[jobs.BACKGROUND] = lambda work: work()
    return caller(source="ERP1")


def send(client, content=None, name="供应商.csv", **headers):
    data = TEXT.encode("gb18030") if content is None else content
    return client.post(f"/uploads?entity=supplier&file_name={name}", data=data, headers={**CSV, **headers})


def loaded(client):
    upload_id = send(client).json["upload_id"]
    profile = client.get(f"/uploads/{upload_id}/mapping").json["profile"] | {"id_column": "编号"}
    body = {"profile": profile, "reason": "monthly list"}
    assert client.post(f"/uploads/{upload_id}/load", json=body).status_code == 202
    return client.get(f"/uploads/{upload_id}").json


def test_a_file_is_sent_mapped_previewed_loaded_and_taken_back(erp):
    sent = send(erp)
    assert (sent.status_code, sent.json["state"], sent.json["source_system"]) == (201, "received", "ERP1")
    path = f"/uploads/{sent.json['upload_id']}"
    mapping = erp.get(f"{path}/mapping").json
    assert {each["name"]: each["attribute"] for each in mapping["columns"]}["登记名称"] == "legal_name"
    profile = mapping["profile"] | {"id_column": "编号"}
    shown = erp.post(f"{path}/preview", json={"profile": profile}).json
    assert shown["reasons"] == {"repeated_id": 1, "missing_id": 1}
    assert [row["flaw"] for row in shown["rows"]] == ["", "repeated_id", "missing_id"]
    held = loaded(erp)
    assert held["state"] == "loaded"
    load = f"/loads/{held['load_id']}"
    assert (erp.get(load).json["accepted"], erp.get(load).json["rejected"]) == (1, 2)
    assert [each["load_id"] for each in erp.get("/loads").json["loads"]] == [held["load_id"]]
    assert [each["reason"] for each in erp.get(f"{load}/rejects").json["rejects"]] == [
        "repeated_id",
        "missing_id",
    ]
    file = erp.get(f"{load}/rejects?format=csv")
    assert file.data.decode("utf-8-sig").splitlines()[0] == "编号,登记名称,电话,row,field,reason"
    foreseen = erp.post(f"{load}/undo?preview=1", json={"reason": "wrong"}).json
    assert (foreseen["preview"], foreseen["records"][0]["outcome"]) == (True, "retired")
    assert erp.get(load).json["status"] == "accepted"
    assert erp.post(f"{load}/undo", json={"reason": "wrong"}).json["retired"] == 1
    assert erp.get(load).json["status"] == "undone"


def test_a_load_is_started_once(erp):
    held = loaded(erp)
    profile = {"profile": {"id_column": "编号", "columns": {}}, "reason": "again"}
    again = erp.post(f"/uploads/{held['upload_id']}/load", json=profile)
    assert (again.status_code, again.json["code"]) == (409, "upload.state")


def test_a_client_sees_and_takes_back_the_files_of_its_own_system_only(erp, caller):
    held = loaded(erp)
    other = caller(source="MES1")
    for path in (
        f"/uploads/{held['upload_id']}",
        f"/uploads/{held['upload_id']}/mapping",
        f"/loads/{held['load_id']}",
        f"/loads/{held['load_id']}/rejects",
        f"/loads/{held['load_id']}/rejects?format=xlsx",
    ):
        assert other.get(path).status_code == 403, path
    for path in (f"/loads/{held['load_id']}/undo", f"/loads/{held['load_id']}/undo?preview=1"):
        assert other.post(path, json={"reason": "x"}).status_code == 403
    assert other.get("/loads").json["loads"] == other.get("/uploads").json["uploads"] == []


def test_a_file_has_a_kind_a_size_and_a_readable_beginning(erp, monkeypatch):
    assert send(erp, **{"Content-Type": "application/json"}).status_code == 415
    assert send(erp, b"").status_code == 422
    upload_id = send(erp, b"PK\x03\x04 no workbook").json["upload_id"]
    assert erp.get(f"/uploads/{upload_id}/mapping").status_code == 422
    assert send(erp, b"x" * (9 * 1024 * 1024)).status_code == 201, "larger than any other body"
    monkeypatch.setattr(upload, "MAX_BYTES", 1000)
    assert send(erp, b"x" * 2000).status_code == 413
    assert erp.get("/uploads/nothing").json["code"] == "upload.unknown"
    assert erp.post(f"/uploads/{upload_id}/preview", json={"profile": {}}).status_code == 422


@pytest.mark.parametrize(("language", "label"), [("zh", "登记名称"), ("en", "Legal name")])
def test_a_template_speaks_the_language_that_is_asked_for(erp, language, label):
    answer = erp.get(f"/templates/supplier?language={language}")
    sheet = python_calamine.CalamineWorkbook.from_filelike(BytesIO(answer.data)).get_sheet_by_index(0)
    assert f"{label}*" in sheet.to_python()[0]
    assert erp.get("/templates/nothing").status_code == 404


def test_a_record_without_a_source_is_created_after_the_search_and_taken_back(erp):
    attributes = {"legal_name": "青岛海川精密机械有限公司"}
    body = {"attributes": attributes, "seen": [], "reason": "no system holds it"}
    made = erp.post("/golden/supplier/create", json=body)
    assert (made.status_code, made.json["source_system"], made.json["outcome"]) == (201, "IN_HOUSE", "new")
    stale = erp.post("/golden/supplier/create", json=body)
    assert (stale.status_code, stale.json["code"]) == (409, "version.stale")
    found = erp.post("/match/supplier", json={"attributes": attributes}).json["candidates"]
    seen = [each["golden_id"] for each in found]
    assert seen == [made.json["golden_id"]]
    undo = f"/decisions/{made.json['decision_id']}/undo"
    assert erp.post(undo, json={"reason": "a slip"}).status_code == 200
    assert erp.get(f"/golden/supplier/{made.json['golden_id']}").json["status"] == "retired"
