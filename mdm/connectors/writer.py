"""Writing a table as a file: csv, jsonl, xlsx or parquet, whole or not at all.

Invariant: a file under its final name is complete; a fault on the way leaves what was there before.
"""

from __future__ import annotations

import csv
import json
import os
import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from enum import StrEnum
from itertools import islice
from pathlib import Path
from typing import TypeAlias

import pyarrow as pa
import pyarrow.parquet as pq
import xlsxwriter

from mdm.connectors.formula import escape
from mdm.domain.errors import InvalidInputError, UnwritableFileError
from mdm.domain.source import Json

Row: TypeAlias = Sequence[Json]

XLSX_MAX_ROWS = 1_048_575
"""Rows below the header."""
XLSX_MAX_CELL = 32_767
"""Characters; the library leaves longer texts out without a word."""
_PARQUET_ROWS = 10_000


class TableFormat(StrEnum):
    """What kinds of file can be written; also their suffix."""

    CSV = "csv"
    JSONL = "jsonl"
    XLSX = "xlsx"
    PARQUET = "parquet"


def table_format(path: Path) -> TableFormat:
    """The format that the suffix of a file name stands for; raises InvalidInputError."""
    suffix = path.suffix.lower().removeprefix(".")
    if suffix not in set(TableFormat):
        raise InvalidInputError(f"{path.name}: the name must end in .{', .'.join(TableFormat)}", field="out")
    return TableFormat(suffix)


def write_table(
    path: Path,
    columns: Sequence[str],
    rows: Iterable[Row],
    form: TableFormat,
    *,
    escape_formulas: bool = True,
) -> int:
    """Write the rows (values in the order of ``columns``) and return how many there were.

    csv: UTF-8 without mark, ``\\n``, empty for None, texts that a spreadsheet would run escaped as
    ``formula`` tells (``escape_formulas=False`` for files that only programs read). xlsx: texts are texts,
    never formulas. parquet: every column is text. Lists and objects are compact JSON outside jsonl.
    """
    counted = _Counted(rows, len(columns))
    with _replacing(path) as draft:
        if form is TableFormat.CSV:
            _write_csv(draft, columns, counted, escape if escape_formulas else _unchanged)
        else:
            _WRITERS[form](draft, columns, counted)
    return counted.count


class _Counted:
    """Counts rows as they pass and refuses those of another width."""

    def __init__(self, rows: Iterable[Row], width: int) -> None:
        self._rows = rows
        self._width = width
        self.count = 0

    def __iter__(self) -> Iterator[Row]:
        for row in self._rows:
            if len(row) != self._width:
                raise ValueError(f"row {self.count + 1} has {len(row)} values for {self._width} columns")
            self.count += 1
            yield row


@contextmanager
def _replacing(path: Path) -> Iterator[Path]:
    draft = path.with_name(f".{path.name}.{secrets.token_hex(6)}.part")
    try:
        yield draft
        with draft.open("rb+") as file:
            os.fsync(file.fileno())
        draft.replace(path)
    except OSError as error:
        raise UnwritableFileError(f"{path.name}: {error.strerror or error}") from error
    finally:
        draft.unlink(missing_ok=True)


def _write_csv(
    path: Path, columns: Sequence[str], rows: Iterable[Row], escaped: Callable[[str], str]
) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow([escaped(name) for name in columns])
        writer.writerows([escaped(value_text(value) or "") for value in row] for row in rows)


def _unchanged(text: str) -> str:
    return text


def _write_jsonl(path: Path, columns: Sequence[str], rows: Iterable[Row]) -> None:
    with path.open("w", encoding="utf-8", newline="\n") as file:
        for row in rows:
            file.write(_json(dict(zip(columns, row, strict=True))) + "\n")


def _write_xlsx(path: Path, columns: Sequence[str], rows: Iterable[Row]) -> None:
    with xlsxwriter.Workbook(str(path), {"constant_memory": True}) as book:
        sheet = book.add_worksheet()
        sheet.freeze_panes(1, 0)
        _write_xlsx_row(sheet, 0, columns)
        for number, row in enumerate(rows, start=1):
            _write_xlsx_row(sheet, number, row)


def _write_xlsx_row(sheet: xlsxwriter.worksheet.Worksheet, number: int, row: Row) -> None:
    if number > XLSX_MAX_ROWS:
        raise InvalidInputError(f"more than {XLSX_MAX_ROWS} rows do not fit into xlsx; use csv", row=number)
    for place, value in enumerate(row):
        if isinstance(value, bool) or not isinstance(value, int | float) or abs(value) >= 2**53:
            text = value_text(value)
            if text and len(text) > XLSX_MAX_CELL:
                raise InvalidInputError(f"row {number}: a text too long for xlsx; use csv", row=number)
            if text:
                sheet.write_string(number, place, text)
        else:
            sheet.write_number(number, place, value)


def _write_parquet(path: Path, columns: Sequence[str], rows: Iterable[Row]) -> None:
    schema = pa.schema([(name, pa.string()) for name in columns])
    remaining = iter(rows)
    with pq.ParquetWriter(path, schema) as writer:
        while batch := list(islice(remaining, _PARQUET_ROWS)):
            texts = [[value_text(value) for value in column] for column in zip(*batch, strict=True)]
            writer.write_table(pa.table([pa.array(t, pa.string()) for t in texts], schema=schema))


_WRITERS: Mapping[TableFormat, Callable[[Path, Sequence[str], Iterable[Row]], None]] = {
    TableFormat.JSONL: _write_jsonl,
    TableFormat.XLSX: _write_xlsx,
    TableFormat.PARQUET: _write_parquet,
}


def value_text(value: Json) -> str | None:
    """A value as the text of one cell; None stays None."""
    return value if value is None or isinstance(value, str) else _json(value)


def _json(value: Json) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
