"""The change feed: whoever reads nothing but events knows what the hub knows."""

from __future__ import annotations

import pytest

from mdm.services import decision, event, intake, load, review
from tests import factories as f


def feed(hub, size=7):
    """All events, read page by page."""
    found, cursor = [], 0
    while True:
        page = f.read(hub, event.changes, cursor, size)
        if not page.events:
            return found
        found, cursor = [*found, *page.events], page.next_cursor


@pytest.mark.invariant("I11")
def test_the_cross_reference_table_can_be_rebuilt_from_events_alone(hub):
    f.with_widgets(hub)
    f.ingest(hub, "ERP", [("1", f.widget("A", "alpha")), ("2", f.widget("B"))])
    f.run(hub, full=True)
    f.put_all(hub, {"MES:1": f.widget("", "alpha"), "MES:2": f.widget("B"), "QMS:1": f.widget("C")})
    (task,) = f.open_tasks(hub).values()
    f.act(hub, review.decide, task.task_id, "match", "same thing")
    ids = f.golden_ids(hub)
    f.act(hub, decision.merge, f.ENTITY, ids["ERP:2"], ids["QMS:1"], "same")
    f.act(hub, decision.split, f.ENTITY, ids["ERP:1"], [("ERP", "1")], "not the same")
    f.act(hub, decision.unmerge, f.ENTITY, ids["QMS:1"], "not the same")
    f.act(hub, intake.retire_record, f.ENTITY, "MES", "2", actor=f.SYSTEM)
    wrong = f.ingest(hub, "QMS", [("1", f.widget("A", "alpha")), ("5", f.widget("D"))])
    f.run(hub)
    f.act(hub, load.undo_load, wrong.load_id, actor=f.SYSTEM)
    f.run(hub)

    events = feed(hub)
    assert [e.seq for e in events] == list(range(1, len(events) + 1))
    table: dict[str, str] = {}
    for e in events:
        if e.type == "xref.linked":
            key = f"{e.payload['source_system']}:{e.payload['source_id']}"
            assert table.get(key) == e.payload["previous"]
            table[key] = e.subject
    rows = f.sql(
        hub,
        "select r.source, r.source_key, x.golden_id from xref x join source_record r on r.record_id = x.record_id "
        "where x.valid_to is null",
    )
    assert table == {f"{r.source}:{r.source_key}": r.golden_id for r in rows}
    assert len(table) == 6


@pytest.mark.invariant("I11")
def test_events_tell_which_golden_ids_live(hub):
    f.with_widgets(hub)
    f.put_all(hub, {f"ERP:{n}": f.widget(f"C{n}") for n in range(4)})
    ids = f.golden_ids(hub)
    f.act(hub, decision.merge, f.ENTITY, ids["ERP:0"], ids["ERP:1"], "same")
    f.act(hub, decision.merge, f.ENTITY, ids["ERP:2"], ids["ERP:3"], "same")
    f.act(hub, decision.unmerge, f.ENTITY, ids["ERP:3"], "not the same")
    f.act(hub, intake.retire_record, f.ENTITY, "ERP", "2", actor=f.SYSTEM)
    state = {}
    for e in feed(hub):
        if e.type in {"golden.created", "golden.restored", "golden.merged", "golden.retired"}:
            state[e.subject] = (
                e.type.partition(".")[2].replace("created", "active").replace("restored", "active")
            )
    assert state == {r.golden_id: r.status for r in f.sql(hub, "select golden_id, status from golden_record")}
