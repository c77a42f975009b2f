"""The main job from end to end: file in, golden record out, a steward's verdict, look-up over HTTP, change feed."""

from __future__ import annotations

import csv
import json
import re
from urllib.parse import quote

import pytest
from click.testing import CliRunner

from mdm.app import create_app
from mdm.config import load_settings
from mdm.demo import run as demo
from mdm.domain.access import Actor, ActorKind, Role, system_actor
from mdm.services import access, golden, match, review, setup, source

SYSTEM = system_actor("cli:test")
STEWARD = Actor("anna", ActorKind.USER, frozenset({Role.STEWARD}), user_id="01ANNA")

ERP = """id,name,number,city,phone,street
100,青岛海川精密机械有限公司,91370200MA3C8WXQ1T,青岛,0532-85551234,海口路18号
200/阀,苏州恒达阀门有限公司,91320500MA1MWK0J2P,苏州,0512-66661234,金鸡湖大道99号
300,宁波永固紧固件有限公司,,宁波,0574-87651234,
"""
QMS = """id,name,number,city,phone,street
Q-1,青岛海川精密机械有限公司,91370200MA3C8WXQ1T,青岛市,0532 85551234,海口路18号
Q-2,宁波永固紧固件,,,,
Q-3,Suzhou Hengda Valve Co. Ltd.,91320500MA1MWK0J2P,Suzhou,,
"""
COLUMNS = {"name": "legal_name", "number": "uscc", "city": "city", "phone": "phone", "street": "address"}
SCOPES = ["xref:read", "records:read", "golden:read", "changes:read", "match:search"]


@pytest.fixture
def house(hub, tmp_path):
    """The hub with two extracts loaded and matched."""
    for code, kind, text in (("SAP", "ERP", ERP), ("QMS", "QMS", QMS)):
        path = tmp_path / f"{code}.csv"
        path.write_text(text, "utf-8")
        profile = {"id_column": "id", "columns": COLUMNS, "kind": kind}
        source.ingest_file(hub, SYSTEM, "supplier", path, code, profile)
    match.run(hub, SYSTEM, "supplier", full=True)
    return hub


@pytest.fixture
def call(house):
    """GET over HTTP with the token of a client of the ERP."""
    with house.unit_of_work(SYSTEM, "a client") as uow:
        token = access.add_client(uow, "SAP interface", "SAP", SCOPES).token
    app = create_app(house)
    app.testing = True
    web = app.test_client()

    def get(path):
        return web.get(f"/api/v1{path}", headers={"Authorization": f"Bearer {token}"})

    return get


def test_from_file_to_golden_record_to_verdict_to_look_up(house, call):
    def golden_id(system, key):
        found = call(f"/xref/supplier/{system}/{quote(key, safe='')}")
        assert found.status_code == 200, found.json
        return found.json["golden_id"]

    whole = golden_id("SAP", "100")
    assert golden_id("QMS", "Q-1") == whole
    shown = call(f"/golden/supplier/{whole}").json
    assert shown["attributes"]["uscc"] == "91370200MA3C8WXQ1T"
    assert shown["provenance"]["legal_name"]["source_system"] in {"SAP", "QMS"}
    assert {(m["source_system"], m["source_id"]) for m in shown["members"]} == {
        ("SAP", "100"),
        ("QMS", "Q-1"),
    }
    assert "missing" in shown

    before = golden_id("SAP", "300"), golden_id("QMS", "Q-2")
    if before[0] != before[1]:
        with house.unit_of_work(STEWARD, "decide") as uow:
            page = review.list_tasks(uow, "supplier")
            line = next(t for t in page.lines if {t.left_id, t.right_id} == {"300", "Q-2"})
            review.decide(uow, line.task_id, "match", "asked the supplier")
    kept = golden_id("SAP", "300")
    assert golden_id("QMS", "Q-2") == kept

    old = next((each for each in before if each != kept), kept)
    by_old_id = call(f"/golden/supplier/{old}").json
    assert (by_old_id["golden_id"], by_old_id["requested_id"], by_old_id["resolved_ids"]) == (
        kept,
        old,
        [kept],
    )

    rebuilt, cursor = {}, 0
    while (page := call(f"/changes?cursor={cursor}&limit=7").json)["events"]:
        for event in page["events"]:
            cursor += 1
            assert event["seq"] == cursor
            if event["type"] == "xref.linked":
                key = event["payload"]["source_system"], event["payload"]["source_id"]
                rebuilt[key] = event["subject"]
        assert page["next_cursor"] == cursor
    keys = [("SAP", "100"), ("SAP", "200/阀"), ("SAP", "300"), ("QMS", "Q-1"), ("QMS", "Q-2"), ("QMS", "Q-3")]
    assert rebuilt == {key: golden_id(*key) for key in keys}


def test_a_verdict_outlives_a_full_run_and_a_reload(house, tmp_path):
    def ids():
        with house.reading(SYSTEM) as uow:
            return {
                (m.source_system, m.source_id): line.golden_id
                for line in golden.search(uow, "supplier")
                for m in golden.get(uow, "supplier", line.golden_id).members
            }

    with house.unit_of_work(STEWARD, "decide") as uow:
        for line in review.list_tasks(uow, "supplier").lines:
            review.decide(uow, line.task_id, "non-match", "two firms")
    decided = ids()
    match.run(house, SYSTEM, "supplier", full=True)
    assert ids() == decided
    path = tmp_path / "again.csv"
    path.write_text(QMS, "utf-8")
    source.ingest_file(
        house, SYSTEM, "supplier", path, "QMS", {"id_column": "id", "columns": COLUMNS, "kind": "QMS"}
    )
    match.run(house, SYSTEM, "supplier")
    assert ids() == decided


def test_the_demo_fills_a_hub_twice_with_the_same_and_prints_log_ins(scratch, monkeypatch, capsys):
    home = scratch / "demo"
    monkeypatch.setenv("MDM_HOME", str(home))
    monkeypatch.delenv("MDM_DATABASE_URL", raising=False)
    arguments = ["--records", "300", "--no-serve"]
    demo.main(arguments, standalone_mode=False)
    first = capsys.readouterr().out
    for entity in demo.ENTITIES:
        assert re.search(rf"{entity}\W+30\d\W", first)
    links = re.findall(r"log in as (\S+) \((\w+)\), once: (http://127\.0\.0\.1:8000/invitation/\S+)", first)
    assert [role for _, role, _ in links] == ["steward", "governance", "admin"]
    held = exported(home)
    demo.main(arguments, standalone_mode=False)
    second = capsys.readouterr().out
    received = [line for line in second.splitlines() if "received" in line]
    assert received
    assert all(re.search(r"accepted +0 ", line) for line in received)
    assert exported(home) == held
    assert not set(re.findall(r"invitation/\S+", second)) & set(re.findall(r"invitation/\S+", first))


def test_the_help_of_the_demo_starts_nothing(scratch, monkeypatch):
    home = scratch / "untouched"
    monkeypatch.setenv("MDM_HOME", str(home))
    found = CliRunner().invoke(demo.main, ["--help"])
    assert found.exit_code == 0
    assert "--records" in found.output
    assert CliRunner().invoke(demo.main, ["--records", "3"]).exit_code == 2
    assert not home.exists()


def exported(home):
    from mdm.services import xref

    hub = setup.open_hub(load_settings({"MDM_HOME": str(home)}))
    with hub.reading(SYSTEM) as uow:
        for entity in demo.ENTITIES:
            xref.export_xref(uow, entity, home / f"{entity}.csv")
    hub.close()
    rows = []
    for entity in demo.ENTITIES:
        truth = (home / "demo" / entity / "truth.csv").open(encoding="utf-8", newline="")
        with truth, (home / f"{entity}.csv").open(encoding="utf-8", newline="") as file:
            found = list(csv.DictReader(file))
            keys = [(row["source_system"], row["source_id"]) for row in found]
            assert sorted(keys) == sorted((r["source_system"], r["source_id"]) for r in csv.DictReader(truth))
            rows += [json.dumps(row, sort_keys=True) for row in found]
    return rows
