"""Reading xlsx: the first or a named sheet, every cell as the text a person would have typed."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

import python_calamine as calamine

from mdm.connectors.archive import check_workbook
from mdm.connectors.header import column_names
from mdm.connectors.rows import Flaw, ReadRow, RejectReason
from mdm.domain.errors import UnreadableFileError
from mdm.domain.profile import SourceProfile

EXACT_INTEGERS = 2**53
"""Below it a spreadsheet number holds every digit of an integer; above, the last digits are gone."""


def read(path: Path, profile: SourceProfile) -> tuple[tuple[str, ...], Iterator[ReadRow]]:
    """Column names, and one mapping or flaw per row; rows without any content are no rows."""
    check_workbook(path)
    rows = texts(open_sheet(path, profile.sheet))
    header = next(islice(rows, profile.header_row - 1, None), None)
    if header is None or not any(header):
        raise UnreadableFileError(f"the sheet has no row {profile.header_row}, where its header should be")
    width = 1 + max(place for place, text in enumerate(header) if text)
    names = column_names([text or "" for text in header[:width]], profile)
    return names, _rows(rows, names)


def _rows(rows: Iterator[list[str | None]], names: tuple[str, ...]) -> Iterator[ReadRow]:
    width = len(names)
    for row in rows:
        if any(row[width:]):
            yield Flaw(RejectReason.COLUMN_COUNT, "", "|".join(text or "" for text in row))
        elif any(row):
            yield dict(zip(names, row + [None] * (width - len(row)), strict=False))


def open_sheet(path: Path, name: str | None) -> Any:  # calamine ships no types
    """The first or a named sheet of a workbook that was checked; raises UnreadableFileError."""
    try:
        book = calamine.CalamineWorkbook.from_path(str(path))
        names = book.sheet_names
        if name is not None and name not in names:
            raise UnreadableFileError(
                f"the workbook has no sheet {name!r}, only {', '.join(names)}", sheet=name
            )
        return book.get_sheet_by_name(name or names[0])
    except (calamine.CalamineError, OSError, IndexError, ValueError) as error:
        raise UnreadableFileError(f"{path.name}: not a readable xlsx file: {error}") from error


def texts(sheet: Any) -> Iterator[list[str | None]]:
    """Every row from the first one of the sheet on, though calamine starts at the first with content."""
    for row in sheet.iter_rows():
        yield [cell_text(cell) for cell in row]


def cell_text(cell: object) -> str | None:
    """The text of one cell; None when empty.

    Integers have no ``.0``; those a spreadsheet has cut are in its own notation (``9.14403007084611E+17``),
    for their digits are lost. Dates are ISO 8601, with the time unless it is midnight.
    """
    if cell is None or cell == "":
        return None
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, int | float):
        return _number_text(cell)
    return _time_text(cell)


def _number_text(number: float) -> str:
    if not math.isfinite(number) or abs(number) >= EXACT_INTEGERS:
        return f"{number:.15G}"
    return str(int(number)) if number == int(number) else f"{number:.15G}"


def _time_text(value: object) -> str:
    if isinstance(value, datetime):
        return str(value.date()) if value.time() == time() else value.isoformat(sep=" ", timespec="seconds")
    if isinstance(value, date | time | timedelta):
        return str(value)
    return str(value)
