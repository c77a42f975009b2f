"""Delimited text: quotes, line ends, delimiters and headers as real systems write them."""

from collections.abc import Callable

import pytest

from mdm.connectors.reader import Extract
from mdm.connectors.rows import MAX_CELL, MAX_COLUMNS, MAX_LINE
from mdm.domain.errors import UnreadableFileError
from mdm.domain.source import Reject, SourceRow

Read = Callable[..., Extract]
Split = Callable[..., tuple[list[SourceRow], list[Reject]]]


@pytest.mark.parametrize("delimiter", [",", ";", "|", "\t", "^", "~", "¦", "，"])
def test_any_delimiter_is_read(split: Split, delimiter: str) -> None:
    rows, _ = split(delimiter.join(["id", "name"]) + "\n" + delimiter.join(["1", "a"]), delimiter=delimiter)
    assert rows[0].cells == {"id": "1", "name": "a"}


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_any_line_end_is_read_and_empty_lines_are_no_rows(split: Split, end: str) -> None:
    rows, rejects = split(end.join(["id,name", "1,a", "", "2,b", "", ""]))
    assert [(row.number, row.key) for row in rows] == [(1, "1"), (2, "2")]
    assert rejects == []


def test_quoted_cells_keep_delimiters_quotes_and_line_breaks(split: Split) -> None:
    rows, _ = split('id,name\n1,"a, ""b""\r\nc"\n2,d\n')
    assert [row.cells["name"] for row in rows] == ['a, "b"\r\nc', "d"]


def test_a_quote_inside_a_cell_is_text(split: Split) -> None:
    rows, _ = split('id|name\n1|pipe 5" long\n', delimiter="|")
    assert rows[0].cells["name"] == 'pipe 5" long'


def test_more_or_fewer_cells_than_the_header_are_rejected(split: Split) -> None:
    rows, rejects = split('id,name\n1\n2,b\n3,"c",d\n')
    assert [row.key for row in rows] == ["2"]
    assert rejects == [Reject(1, "", "column_count", "1\n"), Reject(3, "", "column_count", '3,"c",d\n')]


def test_a_cell_above_the_limit_is_rejected_and_the_rest_goes_on(split: Split) -> None:
    rows, rejects = split(f"id,name\n1,{'x' * (MAX_CELL + 1)}\n2,b\n")
    assert [(row.number, row.key) for row in rows] == [(2, "2")]
    assert [(reject.row, reject.reason) for reject in rejects] == [(1, "too_large")]


def test_a_quote_that_is_never_closed_makes_the_file_unreadable(read: Read) -> None:
    extract = read('id,name\n1,a\n2,"b\n3,c\n')
    with pytest.raises(UnreadableFileError, match="opens in line 3 is never closed"):
        list(extract.rows)


def test_a_huge_record_of_many_lines_makes_the_file_unreadable(read: Read) -> None:
    extract = read('id,name\n1,"' + "x\n" * MAX_CELL + '"\n')
    with pytest.raises(UnreadableFileError, match="line 2"):
        list(extract.rows)


def test_a_line_without_end_makes_the_file_unreadable(read: Read) -> None:
    extract = read(b"id,name\n1," + b"x" * MAX_LINE)
    with pytest.raises(UnreadableFileError, match="line 2 is longer"):
        list(extract.rows)


def test_a_million_cells_in_a_row_are_one_reject(split: Split) -> None:
    rows, rejects = split("id,name\n" + "," * 1_000_000 + "\n2,b\n")
    assert [row.key for row in rows] == ["2"]
    assert [reject.reason for reject in rejects] == ["column_count"]


def test_a_header_of_a_million_columns_is_refused(read: Read) -> None:
    with pytest.raises(UnreadableFileError, match=f"at most {MAX_COLUMNS}"):
        read("id,name" + ",x" * 1_000_000 + "\n")


def test_a_missing_column_is_named(read: Read) -> None:
    with pytest.raises(UnreadableFileError, match="lacks 'id', 'name'"):
        read("key,title\n1,a\n")


def test_a_wrong_delimiter_is_told_from_a_wrong_header(read: Read) -> None:
    with pytest.raises(UnreadableFileError, match="';' is not its delimiter"):
        read("id,name\n1,a\n", delimiter=";")


def test_a_mapped_column_that_stands_twice_is_refused(read: Read) -> None:
    with pytest.raises(UnreadableFileError, match="'name' more than once"):
        read("id,name,name\n1,a,b\n")


def test_unmapped_columns_without_or_with_the_same_name_are_all_kept(split: Split) -> None:
    rows, _ = split("id,name,x,x,\n1,a,b,c,d\n")
    assert rows[0].cells == {"id": "1", "name": "a", "x": "b", "x#4": "c", "#5": "d"}


def test_blanks_around_header_names_do_not_matter(split: Split) -> None:
    rows, _ = split(" id |name  \n1|a\n", delimiter="|")
    assert rows[0].cells == {"id": "1", "name": "a"}


def test_lines_above_the_header_row_are_skipped(split: Split) -> None:
    rows, _ = split("Report of today\n\nid,name\n1,a\n", header_row=3)
    assert [(row.number, row.key) for row in rows] == [(1, "1")]


def test_a_file_that_ends_above_its_header_is_unreadable(read: Read) -> None:
    with pytest.raises(UnreadableFileError, match="no row 4"):
        read("a\nb\n", header_row=4)


def test_a_header_alone_is_an_extract_without_rows(read: Read) -> None:
    assert list(read("id,name\n").rows) == []


def test_escaped_formulas_come_back_as_they_were(split: Split) -> None:
    rows, _ = split("id,name\n'=1+1,'TQ-10\n")
    assert rows[0].key == "=1+1"
    assert rows[0].cells["name"] == "'TQ-10"
