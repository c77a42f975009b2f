"""Every row of an extract comes out once, and a file that does not fit comes out not at all."""

import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest

from mdm.connectors.reader import Extract
from mdm.connectors.rows import MAX_ID, MAX_RAW
from mdm.domain.errors import UnreadableFileError
from mdm.domain.source import Reject, SourceRow

Read = Callable[..., Extract]
Split = Callable[..., tuple[list[SourceRow], list[Reject]]]


def test_rows_are_numbered_and_keyed_and_keep_unmapped_columns(read: Read) -> None:
    extract = read("id,name,extra\n007,轴承厂,x\nA/1 ,b,\n")
    assert extract.columns == ("id", "name", "extra")
    assert list(extract.rows) == [
        SourceRow(1, "007", {"id": "007", "name": "轴承厂", "extra": "x"}),
        SourceRow(2, "A/1 ", {"id": "A/1 ", "name": "b", "extra": ""}),
    ]


def test_hash_and_size_are_of_the_file_as_it_came(read: Read) -> None:
    content = b"\xef\xbb\xbfid,name\r\n1,a\r\n"
    extract = read(content)
    assert (extract.sha256, extract.bytes) == (hashlib.sha256(content).hexdigest(), len(content))


@pytest.mark.parametrize("declared", ["utf-8", "utf-8-sig", "UTF_8"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_the_byte_order_mark_never_matters(split: Split, declared: str, mark: bytes) -> None:
    rows, _ = split(mark + b"id,name\n1,a\n", encoding=declared)
    assert rows[0].cells == {"id": "1", "name": "a"}


@pytest.mark.parametrize("encoding", ["gb18030", "gbk", "big5", "shift_jis", "utf-16", "utf-16-le"])
def test_a_declared_encoding_is_read(split: Split, encoding: str) -> None:
    rows, _ = split("id,name\n1,中文\n".encode(encoding), encoding=encoding)
    assert rows[0].cells["name"] == "中文"


def test_a_row_without_id_is_rejected_and_the_rest_goes_on(split: Split) -> None:
    rows, rejects = split("id,name\n1,a\n  ,b\n3,c\n")
    assert [row.key for row in rows] == ["1", "3"]
    assert rejects == [Reject(2, "id", "missing_id", "  |b")]


def test_an_id_with_other_content_is_rejected_but_a_plain_repeat_is_not(split: Split) -> None:
    rows, rejects = split("id,name\n1,a\n1,b\n1,a\n")
    assert [(row.number, row.cells["name"]) for row in rows] == [(1, "a"), (3, "a")]
    assert [(reject.row, reject.field, reject.reason) for reject in rejects] == [(2, "id", "repeated_id")]


def test_ids_are_told_apart_by_every_character(split: Split) -> None:
    rows, rejects = split("id,name\na,1\nA,2\na ,3\nＡ,4\n")
    assert [row.key for row in rows] == ["a", "A", "a ", "Ａ"]
    assert rejects == []


@pytest.mark.parametrize("key", ["/abs", "../up", "a/b", "物料/1", "\u202eabc", "\u200b1", "'; DROP TABLE x"])
def test_odd_ids_are_data(split: Split, key: str) -> None:
    rows, rejects = split(f"id,name\n{key},a\n")
    assert ([row.key for row in rows], rejects) == ([key], [])


def test_an_id_too_long_for_an_index_is_rejected(split: Split) -> None:
    rows, rejects = split(f"id,name\n{'x' * MAX_ID},a\n{'y' * (MAX_ID + 1)},b\n")
    assert [row.number for row in rows] == [1]
    assert [(reject.field, reject.reason) for reject in rejects] == [("id", "too_large")]


def test_a_nul_byte_is_rejected_with_row_and_field(split: Split) -> None:
    rows, rejects = split(b"id,name\n1,a\x00b\n2,c\n")
    assert [row.key for row in rows] == ["2"]
    assert rejects == [Reject(1, "name", "undecodable", "a\\x00b")]


def test_the_raw_text_of_a_reject_is_cut(split: Split) -> None:
    _, rejects = split(f"id,name\n1,a,{'x' * 9_000}\n")
    assert len(rejects[0].raw) == MAX_RAW
    assert rejects[0].raw.endswith("…")


def test_bytes_of_another_encoding_are_named_by_place(read: Read) -> None:
    content = b"id,name\n1,a\n2," + "轴承".encode("gb18030") + b"\n"
    with pytest.raises(UnreadableFileError, match=r"byte 14 \(line 3\) is not utf-8"):
        read(content)


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_the_place_of_a_bad_byte_is_right_far_into_the_file(read: Read, encoding: str) -> None:
    head = ("id,name\n" + "1,轴承\n" * 200_000).encode(encoding)
    with pytest.raises(UnreadableFileError) as caught:
        read(head + b"2,\xff\xff\n", encoding=encoding)
    assert (caught.value.details["byte"], caught.value.details["line"]) == (len(head) + 2, 200_002)


def test_a_character_cut_off_at_the_end_is_unreadable(read: Read) -> None:
    with pytest.raises(UnreadableFileError, match="byte 10"):
        read("id,name\n1,轴".encode()[:-1])


def test_chinese_utf8_is_not_taken_for_gb18030(read: Read) -> None:
    content = "id,name\n" + "1,轴承\n" * 9
    assert content.encode().decode("gb18030") != content
    with pytest.raises(UnreadableFileError, match="UTF-8, not gb18030"):
        read(content, encoding="gb18030")


def test_utf16_without_a_mark_is_unreadable(read: Read) -> None:
    with pytest.raises(UnreadableFileError, match="not utf-16"):
        read("id,name\n1,a\n".encode("utf-16-le"), encoding="utf-16")


def test_a_mark_of_utf8_refuses_another_encoding(read: Read) -> None:
    with pytest.raises(UnreadableFileError, match="UTF-8, not gbk"):
        read(b"\xef\xbb\xbf\xef\xbb\xbfid,name\n", encoding="gbk")


@pytest.mark.parametrize("form", ["csv", "xlsx", "jsonl", "xml"])
def test_an_empty_file_is_unreadable_in_every_format(read: Read, form: str) -> None:
    with pytest.raises(UnreadableFileError, match="empty"):
        read(b"", format=form)


@pytest.mark.parametrize("form", ["csv", "xlsx", "jsonl", "xml"])
def test_what_is_no_file_is_unreadable_in_every_format(read: Read, tmp_path: Path, form: str) -> None:
    for path in (tmp_path / "absent", tmp_path):
        with pytest.raises(UnreadableFileError, match="no such file"):
            read(path, format=form)


@pytest.mark.parametrize("form", ["xlsx", "jsonl", "xml"])
def test_noise_never_crashes_a_reader(split: Split, form: str) -> None:
    for noise in (
        b"PK\x03\x04" + b"\x00" * 400,
        b"<" * 5_000,
        b"[" * 5_000,
        b"\x7f" * 5_000,
        b"%PDF-1.7\n1 0 obj",
    ):
        try:
            rows, _ = split(noise, format=form)
        except UnreadableFileError:
            continue
        assert rows == []
