"""Jobs: each slot of the timetable at most once, whatever happens to it."""

from __future__ import annotations

import pytest

from mdm.domain.errors import WriteConflictError
from mdm.services import job, source
from tests import factories as f


@pytest.fixture
def hub(any_hub):
    hub = f.with_widgets(any_hub)
    hub._clock = f.Clock()
    return hub


def slots(hub):
    return [tuple(row) for row in f.sql(hub, "select job, status, result, worker from job_run order by slot")]


def at(hub, second):
    from datetime import timedelta

    moment = f.Clock()() + timedelta(seconds=second)
    hub._clock = lambda: moment


def test_what_is_new_is_matched(hub):
    f.put(hub, "ERP:1", f.widget("A"))
    f.run(hub, full=True)
    f.ingest(hub, "MES", [("1", f.widget("A")), ("2", f.widget("B"))])
    assert job.run_slot(hub, "match_new", "w1") == "widget 2"
    assert f.partition(hub) == f.groups("ERP:1 MES:1 | MES:2")


def test_without_a_model_nothing_is_matched(hub):
    f.ingest(hub, "MES", [("1", f.widget("A"))])
    assert job.run_slot(hub, "match_new", "w1") == "nothing new"


def test_a_slot_is_done_once_by_whoever_comes_first(hub):
    at(hub, 1)
    assert job.run_slot(hub, "seal_audit", "w1") is not None
    assert job.run_slot(hub, "seal_audit", "w2") is None
    at(hub, 59)
    assert job.run_slot(hub, "seal_audit", "w2") is None
    at(hub, 61)
    assert job.run_slot(hub, "seal_audit", "w2") is not None
    assert [(name, status, worker) for name, status, _, worker in slots(hub)] == [
        ("seal_audit", "done", "w1"),
        ("seal_audit", "done", "w2"),
    ]


def test_sealing_leaves_nothing_unsealed_but_its_own_traces(hub):
    f.put(hub, "ERP:1", f.widget("A"))
    assert job.run_slot(hub, "seal_audit", "w1").endswith(" covered")
    assert f.sql(hub, "select count(*) from audit_event e where not exists "
                      "(select 1 from audit_leaf l where l.event_id = e.id)")[0][0] == 0  # fmt: skip


def test_a_job_that_fails_says_so_and_the_next_slot_tries_again(hub, monkeypatch):
    def fail(hub, actor):
        with hub.unit_of_work(actor, "half of it") as uow:
            source.add_source(uow, "HALF", "ERP", "Half")
            raise WriteConflictError("Somebody else holds the records.")

    monkeypatch.setitem(job.JOBS, "fails", (fail, 30))
    at(hub, 0)
    assert job.run_slot(hub, "fails", "w1") == "write.conflict: Somebody else holds the records."
    at(hub, 31)
    assert job.run_slot(hub, "fails", "w1") is not None
    assert [status for _, status, _, _ in slots(hub)] == ["failed", "failed"]
    assert "HALF" not in {item.code for item in f.read(hub, source.list_sources)}
