"""Golden records as files: complete, equal in every format, and harmless in a spreadsheet."""

from __future__ import annotations

import csv
import json

import pyarrow.parquet as pq
import pytest
from python_calamine import CalamineWorkbook

from mdm.connectors.formula import escape
from mdm.domain.errors import UnknownEntityError
from mdm.services import export, intake, review
from tests import factories as f

HOSTILE = {
    "ERP:1": f.widget("=1+1", "@SUM(A1)", "+cmd|' /C calc'!A0", "-2+3", "\t=1"),
    "MES:1": f.widget("阀门", "＝HYPERLINK(1)", 'a "quoted", cell', "-12", "two\nlines"),
    "QMS:1": f.widget("plain"),
}


@pytest.fixture
def hub(widgets):
    f.put_all(widgets, HOSTILE)
    f.put_all(widgets, {"ERP:2": f.widget("Z"), "QMS:2": f.widget("Z")})
    f.act(widgets, intake.retire_record, "widget", "ERP", "2", actor=f.SYSTEM)
    return widgets


def read_csv(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def read_xlsx(path):
    head, *rows = CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python()
    return [dict(zip(head, row, strict=True)) for row in rows]


READERS = {
    "csv": read_csv,
    "jsonl": lambda path: [json.loads(line) for line in path.read_text("utf-8").splitlines()],
    "xlsx": read_xlsx,
    "parquet": lambda path: pq.read_table(path).to_pylist(),
}


def exported(hub, suffix):
    path = hub.settings.scratch / f"golden.{suffix}"
    count = f.read(hub, export.export_golden, "widget", path)
    rows = READERS[suffix](path)
    assert len(rows) == count
    return {row["golden_id"]: row for row in rows}


@pytest.mark.parametrize("suffix", READERS)
def test_every_active_golden_record_is_there_once_with_its_values(hub, suffix):
    found = exported(hub, suffix)
    assert set(found) == set(f.golden_ids(hub).values())
    for key in ("MES:1", "QMS:1"):
        row = found[f.golden_ids(hub)[key]]
        expected = {name: HOSTILE[key].get(name) for name in ("code", "maker")}
        assert {name: row[name] or None for name in expected} == expected
        assert str(row["sources"]) in {"1", "1.0"}


@pytest.mark.parametrize("suffix", ["csv", "xlsx"])
def test_no_cell_is_a_formula(hub, suffix):
    path = hub.settings.scratch / f"golden.{suffix}"
    f.read(hub, export.export_golden, "widget", path)
    if suffix == "csv":
        for row in read_csv(path):
            for cell in row.values():
                assert not cell.startswith(("=", "+", "@", "\t", "\r", "＝"))
        assert read_csv(path)[0]["code"] == escape("=1+1") != "=1+1"
        return
    import zipfile

    with zipfile.ZipFile(path) as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in sheet
    assert read_xlsx(path)[0]["code"] == "=1+1"


def test_open_tasks_are_exported(hub):
    f.put(hub, "QMS:9", f.widget("", "@SUM(A1)"))
    path = hub.settings.scratch / "tasks.csv"
    assert f.read(hub, review.export_tasks, "widget", path) == 1
    (row,) = read_csv(path)
    assert {"ERP", "QMS"} <= set(row.values())


def test_an_unknown_entity_is_refused(hub):
    with pytest.raises(UnknownEntityError):
        f.read(hub, export.export_golden, "gadget", hub.settings.scratch / "x.csv")
