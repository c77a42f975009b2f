"""JSON lines: what is written is kept to the digit, and no line can bring the reader down."""

import json
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mdm.connectors.jsonlines import parse_line
from mdm.connectors.reader import Extract
from mdm.connectors.rows import MAX_COLUMNS, MAX_LINE, Flaw
from mdm.domain.errors import UnreadableFileError
from mdm.domain.source import Reject, SourceRow

Read = Callable[..., Extract]
Split = Callable[..., tuple[list[SourceRow], list[Reject]]]


@pytest.mark.parametrize(
    ("literal", "text"),
    [
        ('"007"', "007"),
        ("7", "7"),
        ("1.10", "1.10"),
        ("-0.0", "-0.0"),
        ("1E3", "1E3"),
        ("9223372036854775808", "9223372036854775808"),
        ("9" * 6_000, "9" * 6_000),
        ("true", "true"),
        ("null", None),
        ('""', ""),
        ('{"b": [1.0, "x", null, true], "a": {}}', '{"b":[1.0,"x",null,true],"a":{}}'),
        ('["轴承", "\\"q\\""]', '["轴承","\\"q\\""]'),
    ],
)
def test_values_become_the_text_that_was_written(literal: str, text: str | None) -> None:
    assert parse_line(f'{{"a": {literal}}}') == {"a": text}


@pytest.mark.parametrize(
    ("line", "field", "reason"),
    [
        ('{"id": "1", "a": 1, "a": 2}', "a", "duplicate_key"),
        ('{"id": "1", "n": {"b": 1, "b": 1}}', "b", "duplicate_key"),
        ('{"id": "1", "a": NaN}', "NaN", "not_json"),
        ('{"id": "1", "a": -Infinity}', "-Infinity", "not_json"),
        ('{"id": "1", "a": 1e400}', "", "number_range"),
        ('{"id": "1", "a": ' + "[" * 100_000 + "]" * 100_000 + "}", "", "too_deep"),
        ('{"id": "1", "a": ' + "[" * 40 + "]" * 40 + "}", "", "too_deep"),
        ('{"id": "1", "a": "\\ud800"}', "a", "undecodable"),
        ('{"id": "1", "\\udfff": "x"}', "\\udfff", "undecodable"),
        ('{"id": "1", "a": "\\u0000"}', "a", "undecodable"),
        ('["id", "1"]', "", "not_an_object"),
        ('"id"', "", "not_an_object"),
        ("17", "", "not_an_object"),
        ('{"id": "1"', "", "not_json"),
        ('{"id": "1"} {"id": "2"}', "", "not_json"),
        ("{'id': '1'}", "", "not_json"),
        ('{"name": "x"}', "id", "missing_id"),
        ('{"id": null}', "id", "missing_id"),
        ('{"id": " "}', "id", "missing_id"),
    ],
)
def test_a_bad_line_is_one_reject_and_the_rest_goes_on(
    split: Split, line: str, field: str, reason: str
) -> None:
    rows, rejects = split(f'{{"id": "0"}}\n{line}\n{{"id": "9"}}\n', format="jsonl")
    assert [(row.number, row.key) for row in rows] == [(1, "0"), (3, "9")]
    assert [(reject.row, reject.field, reject.reason) for reject in rejects] == [(2, field, reason)]


def test_whole_pairs_of_surrogates_are_text() -> None:
    assert parse_line('{"a": "\\ud83d\\ude00"}') == {"a": "😀"}


def test_an_object_with_a_million_keys_is_one_reject(split: Split) -> None:
    wide = json.dumps({"id": "1"} | {f"k{n}": n for n in range(MAX_COLUMNS * 2)})
    rows, rejects = split(f'{wide}\n{{"id": "2"}}\n', format="jsonl")
    assert ([row.key for row in rows], [reject.reason for reject in rejects]) == (["2"], ["too_large"])


def test_a_repeated_key_among_very_many_is_found_at_once(split: Split) -> None:
    wide = ",".join(f'"k{n}":0' for n in range(100_000))
    _, rejects = split(f'{{{wide},"k99999":1}}\n', format="jsonl")
    assert [(reject.field, reject.reason) for reject in rejects] == [("k99999", "duplicate_key")]


def test_a_line_without_end_is_one_reject_and_the_rest_goes_on(split: Split) -> None:
    long = b'{"id":"1","a":"' + b"x" * (2 * MAX_LINE) + b'"}\n'
    rows, rejects = split(long + b'{"id":"2"}\n', format="jsonl")
    assert [(row.number, row.key) for row in rows] == [(2, "2")]
    assert [(reject.row, reject.reason) for reject in rejects] == [(1, "too_large")]


def test_blank_lines_are_no_rows(split: Split) -> None:
    rows, rejects = split('\ufeff{"id": 1}\r\n\r\n{"id": 2}', format="jsonl")
    assert ([row.key for row in rows], rejects) == (["1", "2"], [])


def test_a_file_in_which_no_line_has_the_id_column_is_unreadable(read: Read) -> None:
    with pytest.raises(UnreadableFileError, match="id column 'id'"):
        list(read('{"key": 1}\n', format="jsonl").rows)


def test_a_file_of_another_format_is_unreadable(read: Read) -> None:
    with pytest.raises(UnreadableFileError, match="no line of the file is JSON"):
        list(read("id,name\n1,a\n", format="jsonl").rows)


_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.text(), _VALUES, max_size=4))
def test_nested_json_keeps_its_meaning(value: dict[str, object]) -> None:
    cells = parse_line(json.dumps(value))
    assert not isinstance(cells, Flaw)
    for name, cell in cells.items():
        kept = cell if isinstance(value[name], str | None) else json.loads(cell or "")
        assert kept == value[name]
