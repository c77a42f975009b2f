"""Taking back a wrong file."""

from __future__ import annotations

import pytest

from mdm.domain.errors import ForbiddenError, InvalidInputError, UnknownLoadError
from mdm.services import load, source
from tests import factories as f


@pytest.fixture
def hub(widgets):
    f.ingest(widgets, "ERP", [("1", f.widget("A", note="old")), ("2", f.widget("B", note="old"))])
    f.run(widgets, full=True)
    return widgets


def view(hub, key):
    return f.read(hub, source.get_record, "widget", "ERP", key)


def undo(hub, receipt):
    return f.act(hub, load.undo_load, receipt.load_id, actor=f.SYSTEM)


def test_a_wrong_file_can_be_taken_back(hub):
    before = f.golden_ids(hub)
    wrong = f.ingest(hub, "ERP", [("1", f.widget("A", note="wrong")), ("3", f.widget("A"))])
    f.run(hub)
    assert undo(hub, wrong) == {"retired": 1, "restored": 1, "left": 0}
    f.run(hub)
    assert f.golden_ids(hub) == before
    assert (view(hub, "1").values["note"], view(hub, "1").version) == ("old", 3)
    assert view(hub, "3").status == "retired"
    assert f.read(hub, source.list_loads)[0].status == "undone"


def test_what_changed_again_since_is_left_alone(hub):
    wrong = f.ingest(hub, "ERP", [("1", f.widget("A", note="wrong")), ("2", f.widget("B", note="wrong"))])
    f.ingest(hub, "ERP", [("1", f.widget("A", note="right"))])
    assert undo(hub, wrong) == {"retired": 0, "restored": 1, "left": 1}
    assert (view(hub, "1").values["note"], view(hub, "2").values["note"]) == ("right", "old")


def test_the_same_file_can_come_again_after_it_was_taken_back(hub):
    rows = [("1", f.widget("A", note="new")), ("3", f.widget("C"))]
    undo(hub, f.ingest(hub, "ERP", rows))
    assert f.ingest(hub, "ERP", rows).accepted == 2
    assert view(hub, "3").status == "active"


def test_a_load_is_taken_back_once(hub):
    wrong = f.ingest(hub, "ERP", [("3", f.widget("C"))])
    undo(hub, wrong)
    with pytest.raises(InvalidInputError):
        undo(hub, wrong)


def test_an_unknown_load_is_unknown(hub):
    with pytest.raises(UnknownLoadError):
        f.act(hub, load.undo_load, "none", actor=f.SYSTEM)


def test_a_steward_takes_no_file_back(hub):
    wrong = f.ingest(hub, "ERP", [("3", f.widget("C"))])
    with pytest.raises(ForbiddenError):
        f.act(hub, load.undo_load, wrong.load_id)
