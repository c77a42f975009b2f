"""Many rows at once: PostgreSQL takes them by COPY, and nobody can tell from what is stored."""

from __future__ import annotations

import pytest

from mdm.domain.errors import WriteConflictError
from mdm.services import setup
from mdm.storage.database import COPY_FROM, insert_rows
from mdm.storage.schema import landing_file, source_record, source_system
from tests import factories as f

TEXTS = ["tab\there", "line\nbreak", "back\\slash", "\\N", "", "深圳华康", "quo\"te's"]


@pytest.fixture
def hub(any_hub, system):
    setup.init(any_hub, system)
    with any_hub.unit_of_work(f.SYSTEM, "test") as uow:
        row = {"code": "ERP", "kind": "ERP", "name": "ERP", "site": "", "created_at": uow.at}
        insert_rows(uow.connection, source_system, [row])
    return any_hub


def rows(count, **changed):
    return [
        {
            "entity": "supplier",
            "source": "ERP",
            "source_key": f"{n}{TEXTS[n % len(TEXTS)]}",
            "version": 1,
            "content_hash": "",
            "status": "active",
            "site": "",
            "changed_at": "2026-01-01T00:00:00.000000Z",
            **changed,
        }
        for n in range(count)
    ]


def test_texts_come_back_as_they_were_given(hub):
    given = rows(COPY_FROM + 7)
    with hub.unit_of_work(f.SYSTEM, "test") as uow:
        insert_rows(uow.connection, source_record, given)
        files = [{"file_hash": str(n), "size": n, "content": bytes([n, 0, 255])} for n in range(COPY_FROM)]
        insert_rows(uow.connection, landing_file, files)
    keys = {key for (key,) in f.sql(hub, "select source_key from source_record")}
    assert keys == {row["source_key"] for row in given}
    contents = {bytes(content) for (content,) in f.sql(hub, "select content from landing_file")}
    assert contents == {bytes([n, 0, 255]) for n in range(COPY_FROM)}


def test_a_key_given_out_twice_is_a_conflict_and_leaves_nothing(hub):
    with pytest.raises(WriteConflictError), hub.unit_of_work(f.SYSTEM, "test") as uow:
        insert_rows(uow.connection, source_record, rows(COPY_FROM, source_key="same"))
    assert f.sql(hub, "select count(*) from source_record") == [(0,)]


def test_triggers_see_rows_that_come_in_bulk(hub):
    systems = [
        {"code": f"S{n}", "kind": "ERP", "name": "S", "site": "", "created_at": "2026"}
        for n in range(COPY_FROM)
    ]
    with hub.unit_of_work(f.SYSTEM, "test") as uow:
        insert_rows(uow.connection, source_system, systems)
    audited = "select count(*) from audit_event where table_name = 'source_system' and row_key like 'S%'"
    assert f.sql(hub, audited) == [(COPY_FROM,)]
