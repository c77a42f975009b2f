"""Reading delimited text: quoted cells with line breaks, any delimiter, one reject per bad row."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import TextIO

from mdm.connectors.fingerprint import text_encoding
from mdm.connectors.formula import unescape
from mdm.connectors.header import column_names
from mdm.connectors.rows import MAX_CELL, MAX_LINE, Flaw, ReadRow, RejectReason
from mdm.domain.errors import UnreadableFileError
from mdm.domain.profile import SourceProfile


def read(path: Path, profile: SourceProfile) -> tuple[tuple[str, ...], Iterator[ReadRow]]:
    """Column names, and one mapping or flaw per row; empty lines are no rows."""
    with open_text(path, profile) as file:
        header = next(islice(records(file, profile.delimiter), profile.header_row - 1, None), None)
    if header is None or not header.cells:
        raise UnreadableFileError(f"the file has no row {profile.header_row}, where its header should be")
    names = column_names([unescape(cell) for cell in header.cells], profile)
    return names, _rows(path, profile, names)


def _rows(path: Path, profile: SourceProfile, names: tuple[str, ...]) -> Iterator[ReadRow]:
    with open_text(path, profile) as file:
        for record in islice(records(file, profile.delimiter), profile.header_row, None):
            if record.oversized:
                yield Flaw(RejectReason.TOO_LARGE, "", record.raw)
            elif len(record.cells) == len(names):
                yield dict(zip(names, map(unescape, record.cells), strict=True))
            elif record.cells:
                yield Flaw(RejectReason.COLUMN_COUNT, "", record.raw)


@dataclass(slots=True)
class _Record:
    cells: list[str]
    raw: str = ""
    oversized: bool = False


@dataclass(slots=True)
class _Lines:
    """The lines of the file as the parser takes them; keeps those of the present record."""

    file: TextIO
    kept: list[str] = field(default_factory=list)
    number: int = 0
    ended: bool = False

    def __iter__(self) -> Iterator[str]:
        while line := self.file.readline(MAX_LINE):
            if len(line) == MAX_LINE:
                raise UnreadableFileError(f"line {self.number + 1} is longer than {MAX_LINE} characters")
            self.number += 1
            self.kept.append(line)
            yield line
        self.ended = True


def records(file: TextIO, delimiter: str) -> Iterator[_Record]:
    """Every record from the first line on, empty ones included."""
    csv.field_size_limit(MAX_CELL)
    lines = _Lines(file)
    parser = csv.reader(lines, delimiter=delimiter)
    while True:
        first = lines.number + 1
        lines.kept.clear()
        try:
            cells = next(parser)
        except StopIteration:
            return
        except csv.Error as error:
            yield _oversized(lines, first, error)
            continue
        # The parser asked for a line after the last one: it is still inside a quoted cell.
        if lines.ended:
            raise UnreadableFileError(
                f"the quoted cell that opens in line {first} is never closed", line=first
            )
        yield _Record(cells, "".join(lines.kept))


def _oversized(lines: _Lines, first: int, error: csv.Error) -> _Record:
    raw = "".join(lines.kept)
    # After a record of several lines nobody can tell where the next one begins.
    if len(lines.kept) > 1 or raw.count('"') % 2:
        raise UnreadableFileError(
            f"the record that opens in line {first} cannot be read: {error}", line=first
        )
    return _Record([], raw, oversized=True)


def open_text(path: Path, profile: SourceProfile) -> TextIO:
    """The file in the encoding of its profile."""
    return path.open(encoding=text_encoding(profile.encoding), newline="")
