"""A person's file from its first byte to a load, and back as a file of rejects."""

from __future__ import annotations

from datetime import timedelta

import pytest

from mdm.domain.errors import (
    ForbiddenError,
    InvalidInputError,
    ProfileError,
    UnknownSourceError,
    UnreadableFileError,
    UploadStateError,
)
from mdm.services import job, load, load_preview, source, upload, upload_run
from tests import factories as f

TEXT = "编号,code,name\n1,A,alpha\n,B,beta\n2,C\n3,D,=delta\n".encode()
PROFILE = {"id_column": "编号", "columns": {"code": "code", "name": "name"}}


@pytest.fixture
def hub(hub):
    return f.with_widgets(hub)


def send(hub, content=TEXT, name="C:\\lists\\widgets.csv", actor=f.GOVERNANCE, system="ERP"):
    return f.act(hub, upload.receive, f.ENTITY, system, name, content, actor=actor)


def loaded(hub, content=TEXT, profile=PROFILE, system="ERP"):
    held = send(hub, content, system=system)
    f.act(hub, upload.keep_mapping, held.upload_id, profile, actor=f.GOVERNANCE)
    started = f.act(hub, upload_run.start, held.upload_id, actor=f.GOVERNANCE)
    return upload_run.carry_out(hub, f.GOVERNANCE, started)


def test_a_file_is_kept_as_it_came_and_loads_like_any_other(hub):
    held = loaded(hub)
    assert (held.state, held.file_name, held.unmatched) == ("loaded", "widgets.csv", 2)
    (line,) = f.read(hub, source.list_loads)
    assert (line.received, line.accepted, line.rejected, line.file_name) == (4, 2, 2, "widgets.csv")
    assert f.sql(hub, "select content from landing_file")[0][0] != b""
    f.run(hub)
    assert f.read(hub, upload.get, held.upload_id).unmatched == 0


def test_rejects_come_back_cell_by_cell_and_load_once_mended(hub):
    held = loaded(hub)
    found = f.read(hub, upload.rejected_rows, held.load_id)
    assert found.columns == ("编号", "code", "name")
    assert [(cells, reject.row, reject.reason) for cells, reject in found.rows] == [
        (("", "B", "beta"), 2, "missing_id"),
        (("2", "C"), 3, "column_count"),
    ]
    mended = "编号,code,name,行,错误\n9,B,beta,2,x\n2,C,gamma,3,y\n".encode()
    again = loaded(hub, mended)
    assert again.state == "loaded"
    assert f.read(hub, upload.rejected_rows, again.load_id).rows == ()
    assert set(f.golden_ids(hub)) == set()
    f.run(hub)
    assert set(f.golden_ids(hub)) == {"ERP:1", "ERP:3", "ERP:9", "ERP:2"}


def test_the_preview_names_row_and_field(hub):
    held = send(hub)
    with hub.reading(f.GOVERNANCE) as uow:
        seen = upload.look_into(uow, held)
        rows = upload.preview(uow, held, seen, PROFILE)
        with pytest.raises(ProfileError):
            upload.preview(uow, held, seen, {"id_column": "编号", "columns": {"code": "nothing"}})
    assert [(row.number, row.key, row.flaw) for row in rows][:2] == [(1, "1", ""), (2, "", "missing_id")]
    assert [(cell.attribute, cell.raw) for cell in rows[0].cells] == [("code", "A"), ("name", "alpha")]


def test_a_file_is_loaded_once_and_a_broken_one_changes_nothing(hub):
    held = loaded(hub)
    for step in (upload_run.start, upload.keep_mapping):
        with pytest.raises(UploadStateError):
            f.act(
                hub,
                step,
                held.upload_id,
                *([PROFILE] if step is upload.keep_mapping else []),
                actor=f.GOVERNANCE,
            )
    broken = loaded(hub, b"id;x\n1;2\n", {**PROFILE, "encoding": "utf-8"})
    assert broken.state == "failed"
    assert "编号" in broken.fault
    assert len(f.read(hub, source.list_loads)) == 1
    f.act(hub, upload.keep_mapping, broken.upload_id, {"id_column": "id", "columns": {"x": "note"}, "delimiter": ";"},
          actor=f.GOVERNANCE)  # fmt: skip
    started = f.act(hub, upload_run.start, broken.upload_id, actor=f.GOVERNANCE)
    assert upload_run.carry_out(hub, f.GOVERNANCE, started).state == "loaded"


def test_what_is_no_file_or_not_allowed_is_refused(hub):
    for content in (b"", b"x" * (upload.MAX_BYTES + 1)):
        with pytest.raises(InvalidInputError):
            send(hub, content)
    with pytest.raises(UnknownSourceError):
        send(hub, system="NOBODY")
    with pytest.raises(ForbiddenError):
        send(hub, actor=f.STEWARD)
    held = send(hub, b"PK\x03\x04 broken")
    with hub.reading(f.GOVERNANCE) as uow, pytest.raises(UnreadableFileError):
        upload.look_into(uow, held)


def test_a_file_of_another_shape_leaves_the_values_of_the_first_one(hub):
    loaded(
        hub, b"id,code,name\n1,A,alpha\n", {"id_column": "id", "columns": {"code": "code", "name": "name"}}
    )
    loaded(hub, "编号,名称\n2,beta\n".encode(), {"id_column": "编号", "columns": {"名称": "name"}})
    f.run(hub, full=True)
    with hub.reading(f.SYSTEM) as uow:
        first, second = (source.get_record(uow, f.ENTITY, "ERP", key) for key in ("1", "2"))
    assert (first.raw, second.raw) == ({"code": "A", "name": "alpha"}, {"name": "beta"})


def test_taking_a_load_back_is_foreseen_exactly(hub):
    first = loaded(hub)
    f.run(hub)
    second = loaded(hub, "编号,code,name\n1,A,omega\n8,E,eta\n".encode())
    f.run(hub)
    with f.any_unit(hub) as uow:
        foreseen = load_preview.preview_undo(uow, second.load_id)
    assert (foreseen.retired, foreseen.restored, foreseen.left) == (1, 1, 0)
    assert {(each.source_id, each.outcome) for each in foreseen.records} == {
        ("1", "restored"),
        ("8", "retired"),
    }
    assert foreseen.events["golden.retired"] == 1
    done = f.act(hub, load.undo_load, second.load_id, actor=f.SYSTEM)
    assert done == {"retired": 1, "restored": 1, "left": 0}
    with f.any_unit(hub) as uow:
        assert load_preview.preview_undo(uow, first.load_id).left == 1


def begun(hub):
    """An upload that is being loaded, and nobody tells anything of it."""
    held = send(hub)
    f.act(hub, upload.keep_mapping, held.upload_id, PROFILE, actor=f.GOVERNANCE)
    return f.act(hub, upload_run.start, held.upload_id, actor=f.GOVERNANCE)


def later(hub):
    moment = hub.now() + upload.SILENT + timedelta(minutes=1)
    hub._clock = lambda: moment


def test_a_load_that_died_with_its_process_is_started_again(hub):
    held = begun(hub)
    assert not held.stopped
    with pytest.raises(UploadStateError):
        f.act(hub, upload_run.start, held.upload_id, actor=f.GOVERNANCE)
    assert upload_run.take_up(hub, f.SYSTEM) == []
    later(hub)
    assert f.read(hub, upload.get, held.upload_id).stopped
    again = f.act(hub, upload_run.start, held.upload_id, actor=f.GOVERNANCE)
    assert (again.stopped, again.attempt) == (False, 2)
    assert upload_run.carry_out(hub, f.GOVERNANCE, again).state == "loaded"


def test_the_worker_takes_up_a_load_that_stopped_but_not_for_ever(hub):
    held = begun(hub)
    later(hub)
    assert job.run_slot(hub, "finish_imports", "w") == "widgets.csv loaded"
    assert f.read(hub, upload.get, held.upload_id).state == "loaded"
    held = begun(hub)
    for attempt in range(2, upload_run.ATTEMPTS + 1):
        later(hub)
        assert f.act(hub, upload_run.start, held.upload_id, actor=f.SYSTEM).attempt == attempt
    later(hub)
    assert upload_run.take_up(hub, f.SYSTEM) == []
    assert f.read(hub, upload.get, held.upload_id).stopped


def test_of_two_that_load_one_file_the_slower_undoes_itself(hub):
    first = begun(hub)
    later(hub)
    second = f.act(hub, upload_run.start, first.upload_id, actor=f.GOVERNANCE)
    assert upload_run.carry_out(hub, f.GOVERNANCE, first).state == "loading"
    assert f.sql(hub, "select count(*) from source_record") == [(0,)]
    assert upload_run.carry_out(hub, f.GOVERNANCE, second).state == "loaded"
    assert upload_run.carry_out(hub, f.GOVERNANCE, first).state == "loaded"
    assert len(f.read(hub, source.list_loads)) == 1


def test_a_long_load_tells_that_it_lives_and_how_many_rows_there_are(hub, monkeypatch):
    told = []
    report = upload_run._report

    def watched(hub, actor, started, values):
        told.append(values)
        report(hub, actor, started, values)

    monkeypatch.setattr(upload_run, "_report", watched)
    monkeypatch.setattr(upload_run, "BEAT", 0.01)
    assert loaded(hub).state == "loaded"
    assert {} in told
    assert {"step": "standardise", "done": 0, "total": 4} in told
