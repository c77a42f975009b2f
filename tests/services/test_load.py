"""Taking back a wrong file."""

from __future__ import annotations

import pytest

from mdm.domain.errors import ForbiddenError, InvalidInputError, UnknownLoadError, WriteConflictError
from mdm.services import intake, load, load_preview, source, standardise
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


def test_a_record_that_the_load_brought_back_goes_out_of_use_again(hub):
    f.act(hub, load.retire_missing, "widget", "ERP", ["2"], actor=f.SYSTEM)
    f.run(hub)
    before = f.golden_ids(hub)
    wrong = f.ingest(hub, "ERP", [("1", f.widget("A", note="wrong")), ("2", f.widget("B", note="wrong"))])
    f.run(hub)
    assert view(hub, "2").status == "active"
    with f.any_unit(hub) as uow:
        foreseen = load_preview.preview_undo(uow, wrong.load_id)
    assert {each.source_id: each.outcome for each in foreseen.records} == {"1": "restored", "2": "retired"}
    assert undo(hub, wrong) == {"retired": 1, "restored": 1, "left": 0}
    f.run(hub)
    assert (view(hub, "2").status, view(hub, "2").values["note"]) == ("retired", "old")
    assert f.golden_ids(hub) == before


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


@pytest.fixture
def postgres_hub(any_hub):
    """A hub in which several write at once."""
    if any_hub.database.is_sqlite:
        pytest.skip("one writer at a time")
    hub = f.with_widgets(any_hub)
    f.ingest(hub, "ERP", [("1", f.widget("A", note="old"))])
    f.run(hub, full=True)
    return hub


def then(monkeypatch, module, name, do):
    """Somebody else does something right after the first call of a function."""
    real = getattr(module, name)

    def called(*args):
        found = real(*args)
        monkeypatch.undo()
        do()
        return found

    monkeypatch.setattr(module, name, called)


def test_a_retirement_at_the_moment_of_a_load_does_not_point_the_record_back(postgres_hub, monkeypatch):
    def newer():
        return f.ingest(postgres_hub, "ERP", [("1", f.widget("A", note="new"))])

    then(monkeypatch, intake.source_store, "records_by_id", newer)
    with pytest.raises(WriteConflictError):
        f.act(postgres_hub, intake.retire_record, "widget", "ERP", "1", actor=f.SYSTEM)
    assert (view(postgres_hub, "1").version, view(postgres_hub, "1").status) == (2, "active")
    assert f.ingest(postgres_hub, "ERP", [("1", f.widget("A", note="newest"))]).accepted == 1


def test_what_comes_in_while_its_earlier_version_is_standardised_again_is_not_lost(postgres_hub, monkeypatch):
    other = {**f.profile(), "columns": {name: name for name in ("code", "note")}, "unmapped": ["name"]}
    with f.any_unit(postgres_hub) as uow:
        text = standardise.json.dumps(
            source.parse_profile(other, postgres_hub.dictionary.entity("widget"), "ERP").to_json(),
            ensure_ascii=False,
            sort_keys=True,
        )
        source.source_store.save_profile(uow.connection, "ERP", "widget", 2, text, uow.at)

    def newer():
        f.put(postgres_hub, "ERP:1", f.widget("A", note="new"))

    then(monkeypatch, standardise.source_store, "current_versions", newer)
    f.run(postgres_hub)
    f.run(postgres_hub)
    assert view(postgres_hub, "1").values["note"] == "new"


def test_one_load_taken_back_by_two_people_is_taken_back_once(postgres_hub, monkeypatch):
    wrong = f.ingest(postgres_hub, "ERP", [("2", f.widget("B"))])
    then(monkeypatch, load.source_store, "find_load", lambda: undo(postgres_hub, wrong))
    with pytest.raises(InvalidInputError):
        undo(postgres_hub, wrong)


def test_a_load_is_found_however_many_came_after_it(hub):
    (first,) = f.read(hub, source.list_loads)
    f.ingest(hub, "ERP", [("3", f.widget("C"))])
    assert first not in f.read(hub, source.list_loads, limit=1)
    assert f.read(hub, source.get_load, first.load_id) == first
    with pytest.raises(UnknownLoadError):
        f.read(hub, source.get_load, "none")
