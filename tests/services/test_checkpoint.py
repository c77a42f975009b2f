"""Checkpoints outside the database: what they cover is found out, whoever altered the database and however."""

from __future__ import annotations

import hashlib
import json
import shutil
from dataclasses import replace

import pytest
from sqlalchemy import text

from mdm.domain.audit import AuditFilter
from mdm.domain.errors import ForbiddenError
from mdm.services import audit, checkpoint, job
from mdm.verifier import SIZE, leaf_hash, read_place
from tests import factories as f


@pytest.fixture
def hub(any_hub, tmp_path):
    """A hub with a trail that two places are to vouch for."""
    any_hub.settings = replace(any_hub.settings, checkpoint_folders=(tmp_path / "one", tmp_path / "two"))
    f.with_widgets(any_hub)
    f.put_all(any_hub, {"ERP:1": f.widget("A"), "MES:1": f.widget("A")})
    return any_hub


def keep(hub):
    return checkpoint.keep(hub, f.SYSTEM)


def verify(hub):
    return f.read(hub, audit.verify)


def as_owner(hub, *statements):
    """What an owner of the database can do: no trigger stands in the way."""
    with hub.database.engine.begin() as connection:
        if connection.dialect.name == "sqlite":
            names = connection.execute(text("select name from sqlite_master where type = 'trigger'"))
            for name in list(names.scalars()):
                connection.exec_driver_sql(f'drop trigger "{name}"')
        else:
            connection.exec_driver_sql("set local session_replication_role = replica")
        for statement in statements:
            connection.exec_driver_sql(statement)


def recompute(hub):
    """Give every seal the hash that its entry has now, as an owner who covers up would."""
    found = f.sql(hub, "select l.seq, e.content from audit_leaf l join audit_event e on e.id = l.event_id")
    digests = [(seq, leaf_hash(content.encode()).hex()) for seq, content in found]
    as_owner(
        hub, *(f"update audit_leaf set leaf_hash = '{digest}' where seq = {seq}" for seq, digest in digests)
    )


def test_every_place_covers_what_is_sealed(hub, tmp_path):
    states = keep(hub)
    report = verify(hub)
    assert [(state.place, state.fault) for state in states] == [
        (str(tmp_path / "one"), ""),
        (str(tmp_path / "two"), ""),
    ]
    assert {state.covered for state in states} == {report.entries} == {report.covered}
    assert (report.ok, report.exposed, report.last_checkpoint) == (True, 0, states[0].at)
    assert (tmp_path / "one" / "leaves").read_bytes() == (tmp_path / "two" / "leaves").read_bytes()


def test_new_entries_are_exposed_until_the_next_checkpoint(hub, tmp_path):
    keep(hub)
    before = verify(hub)
    f.put(hub, "QMS:1", f.widget("B"))
    audit.seal(hub, f.SYSTEM)
    assert verify(hub).exposed == verify(hub).entries - before.entries > 0
    keep(hub)
    assert verify(hub).exposed == 0
    sizes = [each.size for each in read_place(tmp_path / "one").checkpoints]
    assert sizes == [before.entries, verify(hub).entries]
    keep(hub)
    assert len((tmp_path / "one" / "checkpoints.jsonl").read_text().splitlines()) == 2


@pytest.mark.invariant("I12")
def test_an_owner_who_recomputes_every_seal_is_found_out(hub):
    keep(hub)
    entry = f.read(hub, audit.entries, AuditFilter(table="golden_record"), limit=1)[0]
    as_owner(
        hub,
        "update audit_event set content = replace(content, 'record.received', 'record.deceived') "
        f"where id = {entry.entry_id}",
    )
    recompute(hub)
    assert verify(hub).faults == (f"entry {entry.entry_id} (golden_record {entry.row_key}) was altered",)


@pytest.mark.parametrize("last", [True, False], ids=["the last", "one within"])
def test_an_entry_taken_out_with_its_seal_is_found_out(hub, last):
    total = keep(hub)[0].covered
    gone = total if last else 4
    ((event,),) = f.sql(hub, f"select event_id from audit_leaf where seq = {gone}")
    as_owner(
        hub,
        f"delete from audit_leaf where seq = {gone}",
        f"delete from audit_event where id = {event}",
        f"update audit_leaf set seq = -seq where seq > {gone}",
        "update audit_leaf set seq = -seq - 1 where seq < 0",
    )
    told = f"numbers {gone} to {gone} were cut off" if last else f"number {gone} is missing"
    assert told in verify(hub).faults


@pytest.mark.invariant("I12")
def test_nothing_is_added_to_a_place_that_vouches_for_another_history(hub, tmp_path):
    total = keep(hub)[0].covered
    held = (tmp_path / "one" / "checkpoints.jsonl").read_bytes()
    as_owner(
        hub,
        f"delete from audit_leaf where seq = {total}",
        "update audit_event set content = '{}' where id = (select max(id) from audit_event)",
    )
    states = keep(hub)
    assert all("vouches for" in state.fault for state in states)
    assert (tmp_path / "one" / "checkpoints.jsonl").read_bytes() == held
    assert all(state.fault for state in f.read(hub, checkpoint.states))


def test_a_fault_fails_the_slot_of_the_job(hub):
    total = keep(hub)[0].covered
    as_owner(hub, f"update audit_leaf set leaf_hash = '{'0' * 64}' where seq = {total}")
    assert "vouches for" in job.run_slot(hub, "seal_audit", "worker")
    assert [tuple(row) for row in f.sql(hub, "select status from job_run where job = 'seal_audit'")] == [
        ("failed",)
    ]


def test_two_places_that_tell_two_histories_are_a_fork(hub, tmp_path):
    keep(hub)
    shutil.rmtree(tmp_path / "two")
    as_owner(hub, "update audit_event set content = replace(content, 'reason', 'reasom') where id = 3")
    recompute(hub)
    keep(hub)
    assert any("two histories from entry" in fault for fault in verify(hub).faults)


@pytest.mark.parametrize("name", ["leaves", "checkpoints.jsonl", "public_key.pem"])
def test_a_place_that_was_tampered_with_is_named(hub, tmp_path, name):
    keep(hub)
    path = tmp_path / "two" / name
    held = bytearray(path.read_bytes())
    held[len(held) // 2] ^= 1
    path.write_bytes(held)
    assert any(str(tmp_path / "two") in fault for fault in verify(hub).faults)


def test_what_a_crash_left_half_written_is_written_over(hub, tmp_path):
    keep(hub)
    covered = verify(hub).covered
    f.put(hub, "QMS:1", f.widget("B"))
    with (tmp_path / "one" / "leaves").open("ab") as file:
        file.write(b"x" * (SIZE * 3 + 5))
    with (tmp_path / "one" / "checkpoints.jsonl").open("ab") as file:
        file.write(b'{"checkpoint"')
    assert keep(hub)[0].covered > covered
    assert verify(hub).ok


def test_checkpoints_follow_one_another(hub, tmp_path):
    keep(hub)
    f.put(hub, "QMS:1", f.widget("B"))
    keep(hub)
    path = tmp_path / "one" / "checkpoints.jsonl"
    first, second = path.read_text().splitlines(keepends=True)
    signed = json.dumps(json.loads(first)["checkpoint"], sort_keys=True, separators=(",", ":"))
    assert json.loads(second)["checkpoint"]["previous"] == hashlib.sha256(signed.encode()).hexdigest()
    path.write_text(second)
    assert any("does not follow" in fault for fault in verify(hub).faults)


def test_the_signing_key_is_for_the_hub_alone(hub):
    keep(hub)
    assert hub.settings.checkpoint_key.stat().st_mode & 0o077 == 0


def test_a_steward_does_not_see_the_places(hub):
    with pytest.raises(ForbiddenError):
        f.read(hub, checkpoint.states, actor=f.STEWARD)
