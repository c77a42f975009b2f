"""What a person's file is: format, encoding, delimiter, header and first rows, guessed for the import page only.

Loads never guess: what is found here is shown to the person and becomes part of the profile.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from mdm.connectors import workbook
from mdm.connectors.archive import check_workbook
from mdm.connectors.fingerprint import fingerprint
from mdm.connectors.header import distinct_names
from mdm.connectors.rows import MAX_COLUMNS
from mdm.domain.errors import UnreadableFileError

DELIMITERS = (",", "\t", ";", "|")
LOOKED_AT = 200
"""Rows that are looked at; so many cells say what a column holds."""

_HEAD_CHARACTERS = 512 * 1024


@dataclass(frozen=True, slots=True)
class Sniffed:
    """A file as it seems to be; ``rows`` are the first data rows below ``columns``, '' for an empty cell."""

    format: str
    encoding: str
    delimiter: str
    header_row: int
    sheet: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def sniff(path: Path, header_row: int | None = None) -> Sniffed:
    """What the file is; raises UnreadableFileError for what is neither a workbook nor delimited text."""
    fingerprint(path)
    with path.open("rb") as file:
        is_archive = file.read(4) == b"PK\x03\x04"
    return _sniff_workbook(path, header_row) if is_archive else _sniff_text(path, header_row)


def _sniff_workbook(path: Path, header_row: int | None) -> Sniffed:
    check_workbook(path)
    sheet = workbook.open_sheet(path, None)
    rows = [
        ["" if cell is None else cell for cell in row] for row in islice(workbook.texts(sheet), LOOKED_AT)
    ]
    return _sniffed("xlsx", "utf-8", ",", str(sheet.name), rows, header_row)


def _sniff_text(path: Path, header_row: int | None) -> Sniffed:
    encoding = _encoding(path)
    with path.open(encoding="utf-8-sig" if encoding == "utf-8" else encoding, newline="") as file:
        head = file.read(_HEAD_CHARACTERS)
    delimiter = max(DELIMITERS, key=lambda each: _evenness(_parse(head, each)))
    return _sniffed("csv", encoding, delimiter, "", _parse(head, delimiter), header_row)


def _encoding(path: Path) -> str:
    """UTF-8 or UTF-16 by mark, UTF-8 when all of it is, else GB 18030 when all of it is."""
    content = path.read_bytes()
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    for encoding in ("utf-8", "gb18030"):
        try:
            content.decode(encoding)
        except UnicodeDecodeError:
            continue
        return encoding
    raise UnreadableFileError(f"{path.name}: the text is neither UTF-8 nor GB 18030")


def _parse(text: str, delimiter: str) -> list[list[str]]:
    try:
        return list(islice(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), LOOKED_AT))
    except csv.Error:
        return []


def _evenness(rows: Sequence[Sequence[str]]) -> tuple[int, int]:
    """Rows of the commonest width above one, and that width."""
    widths = [len(row) for row in rows if len(row) > 1]
    width = max(set(widths), key=widths.count, default=1)
    return widths.count(width), width


def _sniffed(
    form: str, encoding: str, delimiter: str, sheet: str, rows: list[list[str]], header_row: int | None
) -> Sniffed:
    at = header_row - 1 if header_row else _header_at(rows)
    if at >= len(rows) or not any(rows[at]):
        raise UnreadableFileError(f"row {at + 1} holds no column names", row=at + 1)
    header = rows[at][: 1 + max(place for place, text in enumerate(rows[at]) if text)]
    if len(header) > MAX_COLUMNS:
        raise UnreadableFileError(f"the header has {len(header)} columns; at most {MAX_COLUMNS} are read")
    names = distinct_names([text.strip() for text in header])
    width = len(names)
    held = [tuple((*row, *[""] * width)[:width]) for row in rows[at + 1 :] if any(row)]
    return Sniffed(form, encoding, delimiter, at + 1, sheet, names, tuple(held))


def _header_at(rows: Sequence[Sequence[str]]) -> int:
    """The first row with at least two texts (titles stand alone), else the first with any."""
    for least in (2, 1):
        for place, row in enumerate(rows):
            if sum(bool(cell.strip()) for cell in row) >= least:
                return place
    raise UnreadableFileError("the file holds no text")
