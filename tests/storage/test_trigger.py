"""The database keeps the audit trail itself: every governed table, every way of writing, both databases."""

from __future__ import annotations

import json
from itertools import product

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from mdm.domain.audit import AuditFilter
from mdm.services import (
    access,
    audit_review,
    claim,
    comment,
    decision,
    golden_comment,
    intake,
    review,
    sample,
    second_person,
    view,
)
from mdm.storage.database import insert_rows
from mdm.storage.schema import APPEND_ONLY, GOVERNED, GOVERNED_ON_CHANGE, GOVERNED_ON_INSERT, metadata
from mdm.storage.trigger import is_masked
from tests import factories as f

FREE = {
    "match_model": {"active": False},
    "xref": {"valid_to": "2031-01-01T00:00:00.000000Z"},
    "review_task": {"status": "superseded", "closed_reason": "a twin"},
    "decision": {"verdict": "unsure", "undoes": None},
    "match_proposal": {"state": "withdrawn", "closed_by": "anna", "closed_reason": "a twin"},
    "pair_constraint": {"active": False},
}
"""What keeps a copy of a row clear of the rule that only one may be in force."""

SLIPPED_IN = {
    "change_report": {"number": 9000, "content": "slipped in"},
    "audit_review": {"review_id": "TWIN9000", "finding": "slipped in"},
}
"""What makes a copy of a row another one."""

OPERATIONS = ("insert", "update", "delete")


@pytest.fixture
def busy(any_hub):
    """A hub with at least one row in every governed and every append-only table."""
    hub = f.with_widgets(any_hub)
    f.ingest(hub, "ERP", [("1", f.widget("A", "alpha")), ("", f.widget("A"))])
    f.run(hub, full=True)
    f.put(hub, "MES:1", f.widget("", "alpha"))
    (task,) = f.open_tasks(hub).values()
    f.act(hub, review.decide, task.task_id, "match", "same thing")
    f.ingest(hub, "QMS", [("1", f.widget("A", "alpha")), ("2", f.widget("A", "alpha"))], "sampled.csv")
    f.run(hub)
    f.act(hub, sample.draw, f.ENTITY, 1, 0, actor=f.SYSTEM)
    (golden_id,) = set(f.golden_ids(hub).values())
    f.act(hub, decision.override, f.ENTITY, golden_id, "note", "checked", "seen it")
    f.change_in_force(hub, link=7.0)
    (*_, blind) = f.open_tasks(hub).values()
    f.act(hub, claim.claim, blind.task_id)
    f.act(hub, comment.add, blind.task_id, "looks alike")
    f.act(hub, golden_comment.add, f.ENTITY, golden_id, "two plants")
    f.act(hub, view.save, "mine", {"entity": f.ENTITY})
    f.act(hub, audit_review.record, AuditFilter(), 1, 2, "nothing wrong", objection=False, actor=f.SYSTEM)
    with f.any_unit(hub) as uow:
        second_person.propose(
            uow,
            f.ENTITY,
            "review",
            {"golden_ids": ["?"], "names": [], "records": []},
            (),
            "same thing",
            evidence_hash="0" * 64,
            task_id=task.task_id,
        )
        access.add_client(uow, "line", "MES", ("xref:read",))
        access.add_user(uow, "anna", ("steward",))
        insert_rows(
            uow.connection,
            metadata.tables["audit_leaf"],
            [{"seq": 1, "event_id": 1, "leaf_hash": "0" * 64}],
        )
    return hub


def twin(table, row, number):
    """A copy of a row under keys of its own."""
    made = dict(row) | FREE.get(table.name, {})
    for column in table.columns:
        if column.unique or (column.primary_key and column.name != "id"):
            kind = column.type.python_type
            made[column.name] = number if kind is int else f"TWIN{number}"
    if "id" in table.c:
        made["id"] = number
    if table.name == "change_request":
        made |= {"decided_by": None, "state": "proposed"}
    if table.name == "source_profile":
        made["version"] = number
    if table.name == "saved_view":
        made["name"] = f"twin {number}"
    return made


def core(connection, table, operation, row):
    keyed = [column == row[column.name] for column in table.primary_key.columns]
    if operation == "insert":
        return connection.execute(table.insert().values(**row)).rowcount
    if operation == "update":
        return connection.execute(table.update().where(*keyed).values(**row)).rowcount
    return connection.execute(table.delete().where(*keyed)).rowcount


def raw(connection, table, operation, row):
    keyed = " and ".join(f'"{c.name}" = :{c.name}' for c in table.primary_key.columns)
    names = ", ".join(f'"{name}"' for name in row)
    statements = {
        "insert": f'insert into "{table.name}" ({names}) values ({", ".join(f":{name}" for name in row)})',
        "update": f'update "{table.name}" set {", ".join(f"{name} = :{name}" for name in row)} where {keyed}',
        "delete": f'delete from "{table.name}" where {keyed}',
    }
    return connection.execute(text(statements[operation]), row).rowcount


def audited(hub, table):
    rows = f.sql(hub, f"select operation, content from audit_event where table_name = '{table}' order by id")
    return [(row.operation, json.loads(row.content)) for row in rows]


def first_row(hub, table):
    with hub.database.reading() as connection:
        found = connection.execute(select(table).limit(1)).mappings().first()
    assert found is not None, f"{table.name} has no row to try with"
    return found


@pytest.mark.invariant("I11")
def test_each_change_of_each_governed_table_is_audited_with_old_and_new(busy):
    for number, (way, name) in enumerate(product([core, raw], GOVERNED), 9000):
        table = metadata.tables[name]
        row = twin(table, first_row(busy, table), number)
        for operation in OPERATIONS:
            before = len(audited(busy, name))
            with f.any_unit(busy, f"{operation} {name}") as uow:
                changed = way(uow.connection, table, operation, row)
            added = audited(busy, name)[before:]
            assert [entry for entry, _ in added] == [operation], name
            assert operation == "insert" or changed == 1, name
            content = added[0][1]
            assert (content["actor"], content["reason"]) == (f.SYSTEM.name, f"{operation} {name}")
            assert (content["old"] is None, content["new"] is None) == (
                operation == "insert",
                operation == "delete",
            )


@pytest.mark.invariant("I11")
def test_nobody_writes_a_governed_table_without_an_actor(busy):
    for number, (way, name) in enumerate(product([core, raw], (*GOVERNED, *GOVERNED_ON_CHANGE)), 9000):
        table = metadata.tables[name]
        row = dict(first_row(busy, table))
        attempts = [("update", row)]
        if name in GOVERNED:
            row = twin(table, row, number)
            attempts = [("insert", row), ("update", row), ("delete", row)]
        for operation, with_row in attempts:
            if operation == "update" and name in GOVERNED:
                with f.any_unit(busy) as uow:
                    core(uow.connection, table, "insert", with_row)
            before = len(audited(busy, name))
            with (
                pytest.raises(DBAPIError, match=r"audit\.actor_missing"),
                busy.database.engine.begin() as anonymous,
            ):
                way(anonymous, table, operation, with_row)
            assert len(audited(busy, name)) == before, name


@pytest.mark.invariant("I11")
@pytest.mark.parametrize("way", [core, raw], ids=["core", "raw"])
@pytest.mark.parametrize("name", GOVERNED_ON_INSERT)
def test_what_people_sign_by_comes_in_by_name_only_and_leaves_its_mark(busy, name, way):
    table = metadata.tables[name]
    row = dict(first_row(busy, table)) | SLIPPED_IN[name]
    with pytest.raises(DBAPIError, match=r"audit\.actor_missing"), busy.database.engine.begin() as anonymous:
        way(anonymous, table, "insert", row)
    before = audited(busy, name)
    with f.any_unit(busy, "by hand") as uow:
        way(uow.connection, table, "insert", row)
    ((operation, content),) = audited(busy, name)[len(before) :]
    assert (operation, content["reason"]) == ("insert", "by hand")
    told = {column: "***" if is_masked(table, column) else value for column, value in row.items()}
    assert {column: content["new"][column] for column in SLIPPED_IN[name]} == {
        column: told[column] for column in SLIPPED_IN[name]
    }


@pytest.mark.invariant("I11")
def test_the_actor_does_not_stay_on_a_pooled_connection(busy):
    with f.any_unit(busy) as uow:
        core(
            uow.connection,
            metadata.tables["source_system"],
            "update",
            dict(first_row(busy, metadata.tables["source_system"])),
        )
    for _ in range(3):
        with pytest.raises(DBAPIError, match="actor_missing"), busy.database.engine.begin() as anonymous:
            anonymous.execute(text("update source_system set name = 'x'"))


@pytest.mark.invariant("I11", "I17")
def test_append_only_tables_refuse_change_removal_and_replacement(busy):
    for name in APPEND_ONLY:
        row = dict(first_row(busy, metadata.tables[name]))
        for statement in rewrites(metadata.tables[name], sqlite=busy.database.is_sqlite):
            with pytest.raises(DBAPIError, match="append-only"), f.any_unit(busy) as uow:
                uow.connection.exec_driver_sql(statement)
        assert dict(first_row(busy, metadata.tables[name])) == row


def rewrites(table, *, sqlite):
    """Every way to change or remove what a table holds."""
    name, keys = table.name, [column.name for column in table.primary_key.columns]
    ways = [f'update "{name}" set {keys[0]} = {keys[0]}', f'delete from "{name}"']
    if sqlite:
        return [*ways, f'insert or replace into "{name}" select * from "{name}"']
    replace = f"do update set {keys[0]} = excluded.{keys[0]}"
    insert = f'insert into "{name}" select * from "{name}" on conflict ({", ".join(keys)}) {replace}'
    return [*ways, insert, f"truncate {name} cascade"]


def test_governed_tables_cannot_be_emptied_at_a_stroke_and_the_trail_holds_no_secret(busy):
    for name in (*GOVERNED, *GOVERNED_ON_CHANGE) if not busy.database.is_sqlite else ():
        with pytest.raises(DBAPIError, match="append-only"), f.any_unit(busy) as uow:
            uow.connection.exec_driver_sql(f"truncate {name} cascade")
    for _, content in (*audited(busy, "api_client"), *audited(busy, "user_invitation")):
        assert content["new"]["token_hash"] == "***"
    assert audited(busy, "source_record") == []  # loading is one event under the root of the hashes
    f.act(busy, intake.retire_record, f.ENTITY, "ERP", "1", actor=f.SYSTEM)
    (entry,) = audited(busy, "source_record")
    assert (entry[1]["old"]["status"], entry[1]["new"]["status"]) == ("active", "retired")
