"""The rows of a file that were not taken, cell by cell, so that a person can mend and send them again.

Invariant: rows are numbered as the readers number them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from itertools import islice
from pathlib import Path

from mdm.connectors import delimited, workbook
from mdm.connectors.formula import unescape
from mdm.domain.profile import FileFormat, SourceProfile

Rows = dict[int, list[str]]


def header_and_rows(path: Path, profile: SourceProfile, wanted: Collection[int]) -> tuple[list[str], Rows]:
    """Header as written, and the wanted rows by number; both empty for formats that have no header."""
    if profile.format is FileFormat.CSV:
        lines = _of_text(path, profile)
    elif profile.format is FileFormat.XLSX:
        lines = _of_workbook(path, profile)
    else:
        return [], {}
    header = next(lines, [])
    kept, numbers = (line for line in lines if line), frozenset(wanted)
    return header, {number: line for number, line in enumerate(kept, start=1) if number in numbers}


def _of_text(path: Path, profile: SourceProfile) -> Iterator[list[str]]:
    with delimited.open_text(path, profile) as file:
        for record in islice(delimited.records(file, profile.delimiter), profile.header_row - 1, None):
            yield [record.raw] if record.oversized else [unescape(cell) for cell in record.cells]


def _of_workbook(path: Path, profile: SourceProfile) -> Iterator[list[str]]:
    rows = workbook.texts(workbook.open_sheet(path, profile.sheet))
    for row in islice(rows, profile.header_row - 1, None):
        yield [cell or "" for cell in row] if any(row) else []
