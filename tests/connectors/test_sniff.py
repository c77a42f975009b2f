"""What a person's file is: guessed for the import page, in a process of its own."""

from __future__ import annotations

import pytest

from mdm.connectors.guard import sniff_guarded
from mdm.connectors.sniff import sniff
from mdm.connectors.writer import TableFormat, write_table
from mdm.domain.errors import UnreadableFileError


@pytest.mark.parametrize(
    ("content", "encoding", "delimiter"),
    [
        ("编码,名称\n1,泵\n2,阀\n".encode(), "utf-8", ","),
        ("\ufeff编码;名称\n1;泵\n".encode(), "utf-8", ";"),
        ("编码\t名称\n1\t离心泵\n".encode("gb18030"), "gb18030", "\t"),
        ("编码|名称\n1|泵, 大\n2|阀, 小\n".encode("utf-16"), "utf-16", "|"),
    ],
)
def test_encoding_and_delimiter_are_found(tmp_path, content, encoding, delimiter):
    path = tmp_path / "a.csv"
    path.write_bytes(content)
    found = sniff(path)
    assert (found.encoding, found.delimiter, found.header_row) == (encoding, delimiter, 1)
    assert found.columns == ("编码", "名称")
    assert found.rows[0][0] == "1"


def test_titles_above_the_header_and_nameless_columns_are_dealt_with(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("供应商清单\n\n编码,,名称,名称\n1,x,a,b\n\n2,y,c\n", "utf-8")
    found = sniff(path)
    assert (found.header_row, found.columns) == (3, ("编码", "#2", "名称", "名称#4"))
    assert found.rows == (("1", "x", "a", "b"), ("2", "y", "c", ""))


def test_a_workbook_is_looked_into_in_a_guarded_process(tmp_path):
    path = tmp_path / "a.xlsx"
    write_table(path, ("编码", "名称"), [("0010", "=1+1")], TableFormat.XLSX)
    found = sniff_guarded(path)
    assert (found.format, found.sheet, found.rows) == ("xlsx", "Sheet1", (("0010", "=1+1"),))
    assert sniff_guarded(path, 2).columns == ("0010", "=1+1")


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 no archive", b"\x81\xff\xfe\x00\x81", b"\n\n"])
def test_what_is_no_table_is_refused(tmp_path, content):
    path = tmp_path / "a.xlsx"
    path.write_bytes(content)
    with pytest.raises(UnreadableFileError):
        sniff_guarded(path)
