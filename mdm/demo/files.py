"""Writes rows as each source system would export them: delimited text, GB18030, workbook, JSON lines, XML.

The same rows give the same bytes.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import xlsxwriter
from lxml import etree

Row = Mapping[str, str]
"""Source column to text; absent and empty are the same."""

_EPOCH = datetime(2024, 1, 1, tzinfo=UTC).replace(tzinfo=None)


def write_source(folder: Path, source: Mapping[str, Any], rows: Sequence[Row]) -> Path:
    """Write one source's file as its mapping entry describes; returns the path."""
    path = folder / str(source["file"])
    columns = [str(source["id_column"]), *source["unmapped"], *source["columns"]]
    _WRITERS[str(source["format"])](path, source, columns, rows)
    return path


def write_table(path: Path, header: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """A plain UTF-8 CSV with a header row."""
    with path.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.writer(handle)
        writer.writerow(header)
        writer.writerows(rows)


def _write_csv(path: Path, source: Mapping[str, Any], columns: Sequence[str], rows: Sequence[Row]) -> None:
    with path.open("w", encoding=str(source["encoding"]), newline="") as handle:
        writer = csv.writer(handle, delimiter=str(source["delimiter"]))
        writer.writerow(columns)
        writer.writerows([row.get(column, "") for column in columns] for row in rows)


def _write_xlsx(path: Path, source: Mapping[str, Any], columns: Sequence[str], rows: Sequence[Row]) -> None:
    book = xlsxwriter.Workbook(str(path), {"constant_memory": True})
    book.set_properties({"created": _EPOCH})
    sheet = book.add_worksheet("Sheet1")
    for place, column in enumerate(columns):
        sheet.write_string(0, place, column)
    for number, row in enumerate(rows, start=1):
        for place, column in enumerate(columns):
            if text := row.get(column, ""):
                sheet.write_string(number, place, text)
    book.close()


def _write_jsonl(path: Path, source: Mapping[str, Any], columns: Sequence[str], rows: Sequence[Row]) -> None:
    with path.open("w", encoding="utf-8", newline="\n") as handle:
        for row in rows:
            cells = {column: row.get(column) or None for column in columns}
            handle.write(json.dumps(cells, ensure_ascii=False) + "\n")


def _write_xml(path: Path, source: Mapping[str, Any], columns: Sequence[str], rows: Sequence[Row]) -> None:
    root = etree.Element("udid", version="1.0")
    devices = etree.SubElement(root, "devices")
    for row in rows:
        device = etree.SubElement(devices, "device")
        for column in columns:
            etree.SubElement(device, column).text = row.get(column, "")
    path.write_bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True))


_WRITERS: Mapping[str, Callable[[Path, Mapping[str, Any], Sequence[str], Sequence[Row]], None]] = {
    "csv": _write_csv,
    "xlsx": _write_xlsx,
    "jsonl": _write_jsonl,
    "xml": _write_xml,
}
