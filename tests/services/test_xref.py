"""Cross-references: an answer for every key ever known, now and then."""

from __future__ import annotations

import csv
from datetime import datetime

import pytest

from mdm.domain.access import Actor, ActorKind, Role
from mdm.domain.errors import ForbiddenError, InvalidInputError, UnknownEntityError, UnknownRecordError
from mdm.services import decision, intake, xref
from tests import factories as f


@pytest.fixture
def hub(widgets):
    f.put_all(
        widgets,
        {
            "ERP:1": f.widget("A"),
            "MES:1": f.widget("A"),
            "ERP:/2 阀门": f.widget("B"),
            "QMS:3": f.widget("C"),
        },
    )
    return widgets


def look_up(hub, key, **more):
    system, _, source_id = key.partition(":")
    return f.read(hub, xref.look_up, "widget", system, source_id, **more)


def now(hub):
    return hub.now()


def test_a_key_has_one_golden_id(hub):
    found = look_up(hub, "ERP:1")
    assert found.golden_id == look_up(hub, "MES:1").golden_id != look_up(hub, "ERP:/2 阀门").golden_id
    assert (found.status, found.resolved_ids, found.version) == ("active", (found.golden_id,), 2)


def test_a_past_time_is_answered_as_it_was(hub):
    before = look_up(hub, "QMS:3").golden_id
    then = now(hub)
    kept = look_up(hub, "ERP:1").golden_id
    f.act(hub, decision.merge, "widget", kept, before, "same thing")
    found = look_up(hub, "QMS:3", as_of=then)
    assert look_up(hub, "QMS:3").golden_id == kept
    assert (found.golden_id, found.status, found.resolved_ids) == (before, "merged", (kept,))
    with pytest.raises(UnknownRecordError):
        look_up(hub, "QMS:3", as_of=datetime.fromisoformat("2001-01-01T00:00:00+00:00"))


def test_after_a_split_the_asking_record_s_own_id_comes_first(hub):
    then = now(hub)
    whole = look_up(hub, "ERP:1").golden_id
    f.act(hub, decision.split, "widget", whole, [("MES", "1")], "two things")
    for key in ("ERP:1", "MES:1"):
        found = look_up(hub, key, as_of=then)
        assert (found.golden_id, found.status) == (whole, "split")
        assert found.resolved_ids[0] == look_up(hub, key).golden_id
        assert len(found.resolved_ids) == 2


def test_a_retired_record_is_still_answered(hub):
    golden_id = look_up(hub, "QMS:3").golden_id
    f.act(hub, intake.retire_record, "widget", "QMS", "3", actor=f.SYSTEM)
    found = look_up(hub, "QMS:3")
    assert (found.golden_id, found.status) == (golden_id, "retired")


def test_many_keys_are_answered_in_order(hub):
    keys = [("QMS", "3"), ("ERP", "none"), ("NOWHERE", "1"), ("ERP", "/2 阀门"), ("QMS", "3")]
    found = f.read(hub, xref.look_up_many, "widget", keys)
    assert [answer and answer.source_id for answer in found] == ["3", None, None, "/2 阀门", "3"]
    assert found[0] == look_up(hub, "QMS:3")


def test_what_was_never_known_is_unknown(hub):
    with pytest.raises(UnknownRecordError):
        look_up(hub, "ERP:none")
    with pytest.raises(UnknownEntityError):
        f.read(hub, xref.look_up, "gadget", "ERP", "1")
    with pytest.raises(UnknownEntityError):
        f.read(hub, xref.look_up_many, "gadget", [("ERP", "1")])


def test_the_export_holds_every_current_record_exactly_once(hub):
    f.act(hub, intake.retire_record, "widget", "QMS", "3", actor=f.SYSTEM)
    path = hub.settings.scratch / "xref.csv"
    assert f.read(hub, xref.export_xref, "widget", path) == 3
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == ["source_system", "source_id", "golden_id"]
    assert {f"{row['source_system']}:{row['source_id']}": row["golden_id"] for row in rows} == f.golden_ids(
        hub
    )
    assert len(rows) == 3


def test_an_export_needs_a_known_format_and_a_right(hub):
    with pytest.raises(InvalidInputError):
        f.read(hub, xref.export_xref, "widget", hub.settings.scratch / "xref.doc")
    nobody = Actor("nobody", ActorKind.USER, frozenset[Role]())
    with pytest.raises(ForbiddenError):
        f.read(hub, xref.export_xref, "widget", hub.settings.scratch / "xref.csv", actor=nobody)
