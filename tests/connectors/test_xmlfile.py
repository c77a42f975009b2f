"""XML: one element per record, wherever it stands, and no door to entities, files or the network."""

from collections.abc import Callable
from pathlib import Path

import pytest

from mdm.connectors.reader import Extract
from mdm.domain.errors import UnreadableFileError
from mdm.domain.source import Reject, SourceRow

Read = Callable[..., Extract]
Split = Callable[..., tuple[list[SourceRow], list[Reject]]]

RECORDS = "<r><id>1</id><name>轴承</name></r><r><id>2</id><name/></r>"


@pytest.mark.parametrize(
    ("document", "path"),
    [
        (f"<d>{RECORDS}</d>", None),
        (f"<a><b>{RECORDS}</b></a>", None),
        (f"<a><b>{RECORDS}</b></a>", "r"),
        (f"<a><b>{RECORDS}</b></a>", "b/r"),
        (f"<a><b>{RECORDS}</b></a>", "/a/b/r"),
        (f"<?xml version='1.0' encoding='UTF-8'?>\n<!-- c --><a xmlns='urn:x'>{RECORDS}</a>", None),
        (f"<x:a xmlns:x='urn:x'>{RECORDS.replace('<', '<x:').replace('<x:/', '</x:')}</x:a>", None),
        ("<a><r id='1' name='轴承'/><r id='2'><name></name></r></a>", None),
        ("<a><r><id>1<!-- c --></id><name>轴<![CDATA[承]]></name></r><r><id>2</id><name/></r></a>", None),
    ],
)
def test_records_are_found_and_read(split: Split, document: str, path: str | None) -> None:
    rows, rejects = split(document, format="xml", record_path=path)
    assert [(row.key, row.cells["name"]) for row in rows] == [("1", "轴承"), ("2", None)]
    assert rejects == []


def test_children_of_children_and_repeats_are_kept_as_json(split: Split) -> None:
    document = "<a><r><id>1</id><p><q>x</q><q>y</q><s/></p><t>1</t><t>2</t></r></a>"
    rows, _ = split(document, format="xml")
    assert rows[0].cells == {"id": "1", "p": '{"q":["x","y"],"s":null}', "t": '["1","2"]'}


def test_very_many_children_are_grouped_at_once(split: Split) -> None:
    children = "".join(f"<c{n}/>" for n in range(30_000))
    _, rejects = split(f"<a><r><id>1</id>{children}{children}</r></a>", format="xml")
    assert [reject.reason for reject in rejects] == ["too_large"]


def test_a_record_without_its_id_is_rejected(split: Split) -> None:
    rows, rejects = split(f"<a><r><name>x</name></r>{RECORDS}</a>", format="xml")
    assert [(row.number, row.key) for row in rows] == [(2, "1"), (3, "2")]
    assert [(reject.row, reject.field, reject.reason) for reject in rejects] == [(1, "id", "missing_id")]


def test_the_encoding_of_the_profile_counts(split: Split, read: Read) -> None:
    document = f"<?xml version='1.0' encoding='GB18030'?><a>{RECORDS}</a>".encode("gb18030")
    assert split(document, format="xml", encoding="gb18030")[0][0].cells["name"] == "轴承"
    with pytest.raises(UnreadableFileError, match="is not utf-8"):
        read(document, format="xml")


def test_a_mark_before_the_document_does_not_matter(split: Split) -> None:
    assert len(split(f"\ufeff<a>{RECORDS}</a>", format="xml")[0]) == 2


LAUGHS = "".join(f"<!ENTITY e{n} '{f'&e{n - 1};' * 10 if n else 'ha'}'>" for n in range(9))


@pytest.mark.parametrize(
    "prolog",
    [
        f"<!DOCTYPE a [{LAUGHS}]>",
        "<!DOCTYPE a>",
        "<!DOCTYPE a SYSTEM 'file:///etc/passwd'>",
        "<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]>",
        "<!DOCTYPE a [<!ENTITY % p SYSTEM 'http://example.org/x.dtd'> %p;]>",
        "<!DOCTYPE a [<!ATTLIST r name CDATA 'implied'>]>",
    ],
)
def test_a_document_type_is_refused(read: Read, prolog: str) -> None:
    with pytest.raises(UnreadableFileError, match="document type"):
        read(f"{prolog}<a><r><id>1</id><name>&e8;&x;</name></r></a>", format="xml")


@pytest.mark.parametrize(
    "document",
    [
        f"<a>{RECORDS}",
        f"<a>{RECORDS}</b>",
        "<a><r><id>&undefined;</id></r></a>",
        "<a><r><id>&#0;</id></r></a>",
        "<a>" * 100_000,
        "<a><r><id>1</id><name>" + "<b>" * 300 + "</b>" * 300 + "</name></r></a>",
        "id,name\n1,a\n",
        '{"id": 1}',
    ],
)
def test_what_is_not_well_formed_is_unreadable_before_the_first_row(read: Read, document: str) -> None:
    with pytest.raises(UnreadableFileError, match="not readable XML"):
        read(document, format="xml")


def test_a_text_larger_than_any_field_is_refused(read: Read) -> None:
    with pytest.raises(UnreadableFileError):
        list(read(f"<a><r><id>1</id><name>{'x' * 11_000_000}</name></r></a>", format="xml").rows)


def test_a_document_without_records_is_unreadable(read: Read) -> None:
    with pytest.raises(UnreadableFileError, match="no id 'id'"):
        read("<a><r><key>1</key></r></a>", format="xml")
    with pytest.raises(UnreadableFileError, match="no element 'b/r'"):
        read(f"<a>{RECORDS}</a>", format="xml", record_path="b/r")


def test_records_without_any_id_are_unreadable(read: Read) -> None:
    extract = read("<a><r><key>1</key></r></a>", format="xml", record_path="r")
    with pytest.raises(UnreadableFileError, match="id column 'id'"):
        list(extract.rows)


def test_a_reader_that_is_left_early_leaves_nothing_open(read: Read, tmp_path: Path) -> None:
    assert next(iter(read(f"<a>{RECORDS}</a>", format="xml").rows))
