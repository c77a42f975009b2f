"""The audit trail: what is written, sealed, and found out when somebody alters it behind the hub's back."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing

import pytest

from mdm.domain.audit import AuditFilter
from mdm.domain.errors import ForbiddenError
from mdm.services import audit
from tests import factories as f


@pytest.fixture
def hub(widgets):
    f.put_all(widgets, {"ERP:1": f.widget("A"), "MES:1": f.widget("A")})
    audit.seal(widgets, f.SYSTEM)
    return widgets


def tamper(hub, *statements):
    """What an owner of the database file can do: take the triggers away and write."""
    with closing(sqlite3.connect(hub.database.engine.url.database)) as connection:
        names = connection.execute("select name from sqlite_master where type = 'trigger'").fetchall()
        for (name,) in names:
            connection.execute(f'drop trigger "{name}"')
        for statement in statements:
            connection.execute(statement)
        connection.commit()


def verify(hub):
    return f.read(hub, audit.verify)


def test_an_untouched_trail_is_whole(hub):
    report = verify(hub)
    assert report.ok
    assert report.sealed == report.entries > 10
    assert report.unsealed == 0


def test_the_trail_refuses_to_be_changed(hub):
    for statement in (
        "update audit_event set actor = 'x'",
        "delete from audit_event",
        "delete from audit_leaf",
    ):
        with hub.database.engine.connect() as connection, pytest.raises(Exception, match="append-only"):
            connection.exec_driver_sql(statement)


def test_new_entries_wait_for_their_seal_and_the_head_moves(hub):
    before = verify(hub)
    f.put(hub, "QMS:1", f.widget("B"))
    waiting = verify(hub)
    assert waiting.unsealed == waiting.entries - before.entries > 0
    assert waiting.head == before.head
    assert audit.seal(hub, f.SYSTEM) == waiting.unsealed
    assert audit.seal(hub, f.SYSTEM) == 0
    assert verify(hub).head != before.head


def test_one_altered_byte_is_found_and_its_row_named(hub):
    entry = f.read(hub, audit.entries, AuditFilter(table="golden_record"), limit=1)[0]
    tamper(
        hub,
        f"update audit_event set content = replace(content, 'cli:test', 'cli:tesu') where id = {entry.entry_id}",
    )
    assert verify(hub).faults == (f"entry {entry.entry_id} (golden_record {entry.row_key}) was altered",)


@pytest.mark.parametrize("column", ["actor", "at", "row_key", "operation", "table_name", "fact_id"])
def test_a_column_altered_beside_its_content_is_found(hub, column):
    tamper(hub, f"update audit_event set {column} = 'x' where id = 5")
    assert [line for line in verify(hub).faults if line.endswith(f"column {column} was altered")]


def test_a_removed_entry_is_found(hub):
    tamper(hub, "delete from audit_event where id = 5")
    assert verify(hub).faults[0] == "entry 5 was removed"


@pytest.mark.parametrize(
    ("statement", "what"),
    [
        (
            "update golden_record set status = 'retired' where golden_id = '{id}'",
            "was altered behind the trail",
        ),
        ("delete from golden_record where golden_id = '{id}'", "was removed behind the trail"),
        (
            "insert into golden_record select 'WID-X', entity, status, version, content_hash, released, site, "
            "created_at, changed_at from golden_record",
            "stands in no entry",
        ),
    ],
    ids=["altered", "removed", "added"],
)
def test_a_row_changed_behind_the_trail_is_named(hub, statement, what):
    (golden_id,) = set(f.golden_ids(hub).values())
    tamper(hub, statement.format(id=golden_id))
    named = "WID-X" if "insert" in statement else golden_id
    assert f"golden_record {named} {what}" in verify(hub).faults


def test_a_removed_seal_is_found(hub):
    tamper(hub, "delete from audit_leaf where seq = 3")
    assert verify(hub).faults == ("number 3 is missing: 4 stands there",)


def test_entries_tell_who_what_and_why(hub):
    newest, *_ = f.read(hub, audit.entries, AuditFilter(table="xref"), limit=5)
    assert (newest.actor, newest.reason, newest.table, newest.operation) == (
        "cli:test",
        'record.received {"record": "MES:1"}',
        "xref",
        "insert",
    )
    assert json.loads(newest.content)["new"]["golden_id"] == f.golden_ids(hub)["MES:1"]
    older = f.read(hub, audit.entries, AuditFilter(table="xref"), before=newest.entry_id, limit=5)
    assert all(entry.entry_id < newest.entry_id for entry in older)


def test_a_steward_reads_no_audit_trail(hub):
    for service in (audit.entries, audit.verify):
        with pytest.raises(ForbiddenError):
            f.read(hub, service, actor=f.STEWARD)
