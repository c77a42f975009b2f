"""The change feed: without gaps, and enough to rebuild the cross-reference table."""

from __future__ import annotations

import pytest

from mdm.domain.access import Actor, ActorKind, Role
from mdm.domain.errors import ForbiddenError
from mdm.services import access, decision, event, match
from tests import factories as f


@pytest.fixture
def hub(widgets):
    return widgets


def read_all(hub, *, step=1000, actor=f.SYSTEM):
    events, cursor = [], 0
    while (page := f.read(hub, event.changes, cursor, step, actor=actor)).events:
        events += page.events
        cursor = page.next_cursor
    return events


def rebuilt(hub):
    """The cross-reference table as a reader who starts at zero knows it, retired records left out."""
    known = {}
    for line in read_all(hub, step=3):
        if line.type == "xref.linked":
            known[f"{line.payload['source_system']}:{line.payload['source_id']}"] = line.subject
        if line.type == "record.retired":
            del known[line.subject]
    return known


def test_a_reader_who_starts_at_zero_can_rebuild_the_cross_references(hub):
    f.put_all(
        hub, {"ERP:1": f.widget("A"), "MES:1": f.widget("A"), "QMS:1": f.widget("B"), "QMS:2": f.widget("C")}
    )
    held = f.golden_ids(hub)
    merged = f.act(hub, decision.merge, "widget", held["ERP:1"], held["QMS:1"], "one thing")
    assert rebuilt(hub) == f.golden_ids(hub)
    f.act(hub, match.retire_record, "widget", "QMS", "2", actor=f.SYSTEM)
    f.act(hub, decision.undo, merged.decision_id, "no, two")
    f.put(hub, "MES:1", f.widget("Z"))
    assert rebuilt(hub) == f.golden_ids(hub)
    assert len(rebuilt(hub)) == 3


def test_the_feed_has_no_gap_and_every_page_goes_on_where_the_last_ended(hub):
    f.put_all(hub, {"ERP:1": f.widget("A"), "MES:1": f.widget("A"), "QMS:1": f.widget("B")})
    events = read_all(hub, step=2)
    assert [line.seq for line in events] == list(range(1, len(events) + 1))
    assert events == read_all(hub)


def test_at_the_end_the_cursor_stays(hub):
    events = read_all(hub)
    page = f.read(hub, event.changes, len(events), 10)
    assert (page.events, page.next_cursor) == ((), len(events))
    assert f.read(hub, event.changes, -5, 1).events[0].seq == 1


def test_each_event_names_who_and_why(hub):
    f.put(hub, "ERP:1", f.widget("A"))
    line = read_all(hub)[-1]
    assert (line.actor, line.reason, line.entity) == ("cli:test", "record ERP:1", "widget")


def test_accounts_are_no_business_of_a_source_system(hub):
    with hub.unit_of_work(f.SYSTEM, "invite li.na") as uow:
        access.add_user(uow, "li.na", ["steward"], "Li Na")
    client = Actor(
        "c", ActorKind.CLIENT, frozenset({Role.CLIENT}), scopes=frozenset({"changes:read"}), source="ERP"
    )
    seen = read_all(hub, actor=client)
    hidden = [line for line in seen if line.type.startswith("access.")]
    assert hidden
    assert all((x.subject, dict(x.payload), x.actor, x.reason) == ("", {}, "", "") for x in hidden)
    assert "li.na" not in repr(seen)
    assert "li.na" in repr(read_all(hub))


def test_the_feed_is_not_for_everybody(hub):
    with pytest.raises(ForbiddenError):
        f.read(hub, event.changes, actor=Actor("nobody", ActorKind.USER, frozenset[Role]()))
