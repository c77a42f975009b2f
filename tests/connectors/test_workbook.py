"""Workbooks: cells as text, and nothing is opened before its size is known."""

import struct
import zipfile
import zlib
from collections.abc import Callable
from datetime import date, datetime, time
from pathlib import Path

import pytest
import xlsxwriter

from mdm.connectors.archive import MAX_ENTRIES, check_workbook
from mdm.connectors.reader import Extract
from mdm.connectors.workbook import cell_text
from mdm.domain.errors import UnreadableFileError
from mdm.domain.source import Reject, SourceRow

Read = Callable[..., Extract]
Split = Callable[..., tuple[list[SourceRow], list[Reject]]]


def make(path: Path, *sheets: list[list[object]], names: tuple[str, ...] = ()) -> Path:
    with xlsxwriter.Workbook(str(path)) as book:
        formats = {date: book.add_format({"num_format": "yyyy-mm-dd"})}
        for number, rows in enumerate(sheets):
            sheet = book.add_worksheet(names[number] if names else None)
            for at, row in enumerate(rows):
                for place, value in enumerate(row):
                    if isinstance(value, str):
                        sheet.write_string(at, place, value)
                    elif value is not None:
                        sheet.write(at, place, value, formats.get(type(value)))
    return path


def pack(path: Path, sheet: bytes, name: str = "xl/worksheets/sheet1.xml", **others: bytes) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, sheet)
        for name, content in others.items():
            archive.writestr(name, content)
    return path


def test_cells_are_read_as_text(split: Split, tmp_path: Path) -> None:
    book = make(
        tmp_path / "b.xlsx",
        [
            ["id", "name", "extra"],
            ["007", "轴承", None],
            [12, "=1+1", date(2024, 2, 29)],
            [6222021234567890, 1.5, True],
            [914403007084611368, "'x", None],
        ],
    )
    rows, rejects = split(book, format="xlsx")
    assert [tuple(row.cells.values()) for row in rows] == [
        ("007", "轴承", None),
        ("12", "=1+1", "2024-02-29"),
        ("6222021234567890", "1.5", "true"),
        ("9.14403007084611E+17", "'x", None),
    ]
    assert rejects == []


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ("", None),
        (" ", " "),
        (0.0, "0"),
        (-3.0, "-3"),
        (0.1, "0.1"),
        (1e-7, "1E-07"),
        (float("inf"), "INF"),
        (2.0**53 - 1, "9007199254740991"),
        (2.0**60, "1.15292150460685E+18"),
        (False, "false"),
        (datetime(2024, 1, 2), "2024-01-02"),  # noqa: DTZ001 - a workbook knows no zone
        (datetime(2024, 1, 2, 3, 4, 5, 600_000), "2024-01-02 03:04:05"),  # noqa: DTZ001 - the same
        (time(3, 4), "03:04:00"),
    ],
)
def test_every_kind_of_cell_has_a_text(cell: object, text: str | None) -> None:
    assert cell_text(cell) == text


def test_rows_without_content_are_no_rows_and_leading_blanks_do_not_matter(
    split: Split, tmp_path: Path
) -> None:
    book = make(
        tmp_path / "b.xlsx", [[], ["Report"], [None, "id", "name"], [], [None, 1, "a"], [], [None, 2, None]]
    )
    rows, _ = split(book, format="xlsx", header_row=3)
    assert [(row.number, row.key, row.cells["name"]) for row in rows] == [(1, "1", "a"), (2, "2", None)]


def test_content_right_of_the_header_is_rejected(split: Split, tmp_path: Path) -> None:
    book = make(tmp_path / "b.xlsx", [["id", "name"], [1, "a", None, "stray"], [2, "b"]])
    rows, rejects = split(book, format="xlsx")
    assert ([row.key for row in rows], [reject.reason for reject in rejects]) == (["2"], ["column_count"])


def test_a_sheet_is_chosen_by_name_else_the_first(split: Split, read: Read, tmp_path: Path) -> None:
    book = make(
        tmp_path / "b.xlsx", [["id", "name"], [1, "a"]], [["id", "name"], [2, "b"]], names=("甲", "乙")
    )
    assert [row.key for row in split(book, format="xlsx")[0]] == ["1"]
    assert [row.key for row in split(book, format="xlsx", sheet="乙")[0]] == ["2"]
    with pytest.raises(UnreadableFileError, match="no sheet '丙'"):
        read(book, format="xlsx", sheet="丙")


def test_an_empty_sheet_and_a_wrong_header_are_unreadable(read: Read, tmp_path: Path) -> None:
    with pytest.raises(UnreadableFileError, match="no row 1"):
        read(make(tmp_path / "a.xlsx", []), format="xlsx")
    with pytest.raises(UnreadableFileError, match="lacks 'id'"):
        read(make(tmp_path / "b.xlsx", [["key", "name"], [1, "a"]]), format="xlsx")


@pytest.mark.parametrize("content", [b"id,name\n1,a\n", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600])
def test_what_is_no_xlsx_is_unreadable(read: Read, content: bytes) -> None:
    with pytest.raises(UnreadableFileError, match="not an xlsx file"):
        read(content, format="xlsx")


def test_another_zip_archive_is_no_workbook(read: Read, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("readme.txt", "hello")
    with pytest.raises(UnreadableFileError, match="not an xlsx workbook"):
        read(tmp_path / "a.zip", format="xlsx")


def test_a_workbook_cut_anywhere_is_unreadable(read: Read, tmp_path: Path) -> None:
    whole = make(tmp_path / "b.xlsx", [["id", "name"], [1, "a"]]).read_bytes()
    for length in range(1, len(whole) - 1, 97):
        with pytest.raises(UnreadableFileError):
            read(whole[:length], format="xlsx")


def test_a_zip_bomb_is_refused_before_it_is_opened(tmp_path: Path) -> None:
    bomb = pack(tmp_path / "b.xlsx", b"<sheetData>" + b" " * 20_000_000)
    with pytest.raises(UnreadableFileError, match="times its size"):
        check_workbook(bomb)


def test_a_zip_bomb_that_lies_about_its_size_is_refused(tmp_path: Path) -> None:
    sheet = b" " * 9_000_000
    bomb = pack(tmp_path / "b.xlsx", sheet)
    true, said = struct.pack("<L", len(sheet)), struct.pack("<L", 1_000)
    content = bomb.read_bytes().replace(true, said)
    crc, short = struct.pack("<L", zlib.crc32(sheet)), struct.pack("<L", zlib.crc32(sheet[:1_000]))
    bomb.write_bytes(content.replace(crc, short))
    with pytest.raises(UnreadableFileError, match="more than the 1000 bytes"):
        check_workbook(bomb)


def test_too_many_entries_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFileError, match="files; at most"):
        check_workbook(pack(tmp_path / "b.xlsx", b"", **{f"f{n}": b"" for n in range(MAX_ENTRIES)}))


@pytest.mark.parametrize(
    "cells",
    [
        b'<row r="1"><c r="A1"/></row><row r="1048576"><c r="XFD1048576"/></row>',
        b"<x:row r='1048576'><x:c r = 'XFD1048576'/></x:row>",
        b'<row r="1">' + b"<c/>" * 16_000 + b'</row><row r="1048576"><c/></row>',
    ],
)
def test_two_cells_far_apart_do_not_take_the_memory_of_all_between(tmp_path: Path, cells: bytes) -> None:
    with pytest.raises(UnreadableFileError, match="spans more than"):
        check_workbook(pack(tmp_path / "b.xlsx", b"<worksheet><sheetData>" + cells))


def test_a_sheet_under_another_name_is_measured_too(tmp_path: Path) -> None:
    far = b'<row r="1"><c r="A1"/></row><row r="1048576"><c r="XFD1048576"/></row>'
    with pytest.raises(UnreadableFileError, match="spans more than"):
        check_workbook(pack(tmp_path / "b.xlsx", far, "data.bin", **{"xl/workbook.xml": b"<workbook/>"}))


def test_a_long_sheet_is_not_taken_for_a_wide_one(tmp_path: Path) -> None:
    rows = b"".join(
        b'<row r="%d" spans="1:2"><c r="A%d" t="n"><v>%d</v></c><c r="B%d" s="1"/></row>'
        % (n, n, n * 7919, n)
        for n in range(1, 60_001)
    )
    check_workbook(pack(tmp_path / "b.xlsx", b"<worksheet><cols><col/></cols><sheetData>" + rows))


def test_references_outside_cells_do_not_hide_cells_without_one(tmp_path: Path) -> None:
    sheet = b'<row r="1">' + b'<z r="A1"/><c/>' * 16_000 + b'</row><row r="1048576"/>'
    with pytest.raises(UnreadableFileError, match="spans more than"):
        check_workbook(pack(tmp_path / "b.xlsx", sheet))


def test_a_sheet_of_tags_that_never_close_is_measured_in_one_pass(tmp_path: Path) -> None:
    check_workbook(pack(tmp_path / "b.xlsx", b"<c " * 300_000 + b">"))


def test_a_huge_list_of_entries_is_refused_unread(tmp_path: Path) -> None:
    path = pack(tmp_path / "b.xlsx", b"<worksheet/>")
    content = path.read_bytes()
    at = content.rfind(b"PK\5\6") + 12
    path.write_bytes(content[:at] + b"\xff\xff\xff\x7f" + content[at + 4 :])
    with pytest.raises(UnreadableFileError, match="lists more files"):
        check_workbook(path)


def test_a_reference_cut_by_a_piece_border_is_seen(tmp_path: Path) -> None:
    far = b'<row r="1048576"><c r="XFD1048576"/></row>'
    for shift in range(0, len(far), 3):
        sheet = bytes(n % 7 + 48 for n in range(256 * 1024 - shift)) + far
        with pytest.raises(UnreadableFileError, match="spans more than"):
            check_workbook(pack(tmp_path / "b.xlsx", sheet))


def test_a_document_type_inside_a_sheet_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFileError, match="document type"):
        check_workbook(pack(tmp_path / "b.xlsx", b'<!DOCTYPE x [<!ENTITY a "b">]><worksheet/>'))
