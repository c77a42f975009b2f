"""Tables are written whole or not at all, and read back as they were."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from mdm.connectors.reader import Extract
from mdm.connectors.writer import XLSX_MAX_CELL, TableFormat, table_format, write_table
from mdm.domain.errors import InvalidInputError
from mdm.domain.source import Json, Reject, SourceRow

Read = Callable[..., Extract]
Split = Callable[..., tuple[list[SourceRow], list[Reject]]]

COLUMNS = ("id", "name")
TEXTS = [
    "=1+1",
    "'=1+1",
    "+cmd|' /C calc'!A0",
    "-2+3",
    "@x",
    "\ttab",
    "-12",
    '"quoted", cell',
    "two\nlines",
    "two\r\nlines",
    "轴承 φ5×12",
    "ends with blank ",
    "\u202eright to left\u200b",
    "'; DROP TABLE golden; --",
    "http://example.org/",
    "00017",
    "1e5",
    "_x0041_",
    "\x07",
    "a\u2028b",
]


def rows() -> Iterator[list[Json]]:
    return ([text, text] for text in TEXTS)


@pytest.mark.parametrize("form", ["csv", "jsonl", "xlsx"])
def test_every_text_comes_back_as_it_was(split: Split, tmp_path: Path, form: str) -> None:
    path = tmp_path / f"out.{form}"
    assert write_table(path, COLUMNS, rows(), table_format(path)) == len(TEXTS)
    found, rejects = split(path, format=form)
    assert [row.key for row in found] == TEXTS
    assert [row.cells["name"] for row in found] == TEXTS
    assert rejects == []


def test_parquet_columns_are_text(tmp_path: Path) -> None:
    path = tmp_path / "out.parquet"
    values: list[list[Json]] = [["007", None], [7, 1.5], [True, {"a": ["轴承"]}]]
    assert write_table(path, COLUMNS, iter(values), TableFormat.PARQUET) == 3
    assert pq.read_table(path).to_pydict() == {
        "id": ["007", "7", "true"],
        "name": [None, "1.5", '{"a":["轴承"]}'],
    }


def test_csv_is_plain_utf8(tmp_path: Path) -> None:
    path = tmp_path / "out.csv"
    values: list[list[Json]] = [["1", None], ["=2", True], [3, ["a", {"b": 1}]]]
    write_table(path, COLUMNS, values, TableFormat.CSV)
    assert path.read_bytes() == b'id,name\n1,\n\'=2,true\n3,"[""a"",{""b"":1}]"\n'


def test_a_file_for_programs_is_written_verbatim(tmp_path: Path) -> None:
    path = tmp_path / "xref.csv"
    write_table(path, COLUMNS, [["=2", "-a"]], TableFormat.CSV, escape_formulas=False)
    assert path.read_text() == "id,name\n=2,-a\n"


def test_jsonl_keeps_types_and_the_order_of_columns(tmp_path: Path) -> None:
    path = tmp_path / "out.jsonl"
    write_table(path, COLUMNS, [["1", None], [2, [1.5, "轴承"]]], TableFormat.JSONL)
    assert path.read_text(encoding="utf-8") == '{"id":"1","name":null}\n{"id":2,"name":[1.5,"轴承"]}\n'


def test_numbers_of_a_workbook_are_numbers_unless_digits_would_be_lost(split: Split, tmp_path: Path) -> None:
    path = tmp_path / "out.xlsx"
    write_table(path, COLUMNS, [[12, 1.5], [914403007084611368, True]], TableFormat.XLSX)
    found, _ = split(path, format="xlsx")
    assert [tuple(row.cells.values()) for row in found] == [("12", "1.5"), ("914403007084611368", "true")]


def test_a_text_too_long_for_a_workbook_is_refused_not_dropped(tmp_path: Path) -> None:
    path = tmp_path / "out.xlsx"
    with pytest.raises(InvalidInputError, match="row 1"):
        write_table(path, COLUMNS, [["1", "x" * (XLSX_MAX_CELL + 1)]], TableFormat.XLSX)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("form", list(TableFormat))
def test_a_fault_on_the_way_leaves_the_old_file_and_no_other(tmp_path: Path, form: TableFormat) -> None:
    path = tmp_path / f"out.{form}"
    path.write_text("before")

    def failing() -> Iterator[list[Json]]:
        yield ["1", "a"]
        raise InvalidInputError("gone")

    with pytest.raises(InvalidInputError, match="gone"):
        write_table(path, COLUMNS, failing(), form)
    assert path.read_text() == "before"
    assert [file.name for file in tmp_path.iterdir()] == [path.name]


@pytest.mark.parametrize("form", list(TableFormat))
def test_a_table_without_rows_is_a_file_with_its_columns(tmp_path: Path, form: TableFormat) -> None:
    path = tmp_path / f"out.{form}"
    assert write_table(path, COLUMNS, [], form) == 0
    assert path.exists()


def test_the_name_decides_the_format() -> None:
    assert table_format(Path("a/golden.XLSX")) is TableFormat.XLSX
    with pytest.raises(InvalidInputError, match=r"must end in \.csv"):
        table_format(Path("golden.pdf"))


def test_a_row_of_another_width_is_a_fault_of_the_program(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="row 1 has 1 values"):
        write_table(tmp_path / "out.csv", COLUMNS, [["1"]], TableFormat.CSV)
