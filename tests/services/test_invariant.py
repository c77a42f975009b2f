"""The check of the running hub: silent while all is well, and each kind of violation is named."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest

from mdm.domain.errors import ForbiddenError
from mdm.services import invariant, job, review
from tests import factories as f


@pytest.fixture
def hub(any_hub):
    """A hub with a load, a merged golden record, a decided and an open task."""
    hub = f.with_widgets(any_hub)
    f.ingest(hub, "ERP", [("1", f.widget("A", "alpha")), ("", f.widget("A"))])
    f.run(hub, full=True)
    f.put(hub, "MES:1", f.widget("", "alpha"))
    (task,) = f.open_tasks(hub).values()
    f.act(hub, review.decide, task.task_id, "match", "same thing")
    f.put(hub, "QMS:9", f.widget("", "alpha"))
    return hub


def broken(hub):
    return {name: found for name, found in f.read(hub, invariant.check).items() if found}


def as_owner(hub, deed):
    """Write past triggers, keys and checks, as an owner of the database can."""
    engine = hub.database.engine
    if engine.dialect.name == "sqlite":
        with closing(sqlite3.connect(engine.url.database)) as connection:
            connection.execute("pragma ignore_check_constraints = on")
            names = connection.execute("select name from sqlite_master where type = 'trigger'").fetchall()
            for (name,) in names:
                connection.execute(f'drop trigger "{name}"')
            connection.execute(deed)
            connection.commit()
        return
    with engine.begin() as connection:
        connection.exec_driver_sql("set local session_replication_role = replica")
        connection.exec_driver_sql(deed)


def test_a_hub_that_works_breaks_nothing(hub):
    assert broken(hub) == {}
    assert job.run_slot(hub, "check_invariants", "worker") == "13 hold"


MERGED = "(select from_id from golden_redirect where kind = 'merged')"
DEEDS = {
    "I1 content": ("I1", "update source_record set content_hash = 'x' where record_id = 1"),
    "I1 version": ("I1", "delete from source_version where record_id = 1"),
    "I1 file": ("I1", "delete from landing_file"),
    "I2 homeless": ("I2", "delete from xref where record_id = 1"),
    "I2 stranger": ("I2", f"update xref set golden_id = {MERGED} where record_id = 1 and valid_to is null"),
    "I3 gone": ("I3", f"delete from golden_record where golden_id = {MERGED}"),
    "I3 unissued": ("I3", "delete from event where type = 'golden.created' and seq > 0"),
    "I4 nowhere": ("I4", "delete from golden_redirect"),
    "I6 negative": ("I6", "update pair_constraint set must_link = false"),
    "I8 rules": ("I8", "delete from rule_set"),
    "I8 version": ("I8", "update golden_record set content_hash = 'x' where status = 'active'"),
    "I10 twice": (
        "I10",
        "update review_task set status = 'decided', closed_reason = 'x', closed_at = '2031' where status = 'open'",
    ),
    "I11 fact": ("I11", "delete from fact where commit_seq = 2"),
    "I11 event": ("I11", "delete from event where seq = 2"),
    "I11 actor": ("I11", "update fact set actor = '' where commit_seq = 2"),
    "I17 time": ("I17", "update golden_version set valid_from = '1999' where version > 1"),
    "I18 reason": ("I18", "update review_task set closed_at = null where status = 'decided'"),
    "I18 queue": ("I18", "delete from queue_line"),
    "I18 held": ("I18", "insert into task_holder values (9999, 'x', '2031', null, 'x', '')"),
    "I19 rejects": ("I19", "delete from load_reject"),
}


@pytest.mark.parametrize(("name", "deed"), DEEDS.values(), ids=DEEDS)
def test_what_an_owner_breaks_is_named(hub, name, deed):
    as_owner(hub, deed)
    assert name in broken(hub)


def test_a_violation_fails_the_slot_of_the_job(hub):
    as_owner(hub, "delete from load_reject")
    assert "I19: load" in job.run_slot(hub, "check_invariants", "worker")


def test_a_steward_does_not_ask(hub):
    with pytest.raises(ForbiddenError):
        f.read(hub, invariant.check, actor=f.STEWARD)
