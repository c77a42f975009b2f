"""Is a file really a workbook of honest size: asked before anything unpacks it as a whole.

A zip file states its sizes, but may lie: every entry is therefore inflated once in small pieces and counted.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from mdm.domain.errors import UnreadableFileError

MAX_ENTRIES = 2_000
MAX_DIRECTORY = MAX_ENTRIES * 512
"""Bytes of the list of entries."""
MAX_UNPACKED = 1024**3
"""Bytes of all entries together."""
MAX_RATIO = 200
"""Unpacked to packed, for entries above RATIO_FLOOR; sheets of real extracts stay under 30."""
RATIO_FLOOR = 4 * 1024**2
MAX_CELLS = 20_000_000
"""Rows times columns of one sheet: the reader holds the full rectangle, however few cells are filled."""

_PIECE = 256 * 1024
_LONGEST_TAG = 64 * 1024
_WORKBOOK_PART = re.compile(r"[/\\]?xl[/\\].+\.xml", re.IGNORECASE)
_REFERENCE = rb"""[^<>]*?\sr\s*=\s*["']"""
_CELL_OR_ROW = re.compile(
    rb"<(?:\w+:)?(?:c(?=[\s/>])(?:" + _REFERENCE + rb"([A-Za-z]{1,7})([0-9]{1,9}))?"
    rb"|row" + _REFERENCE + rb"([0-9]{1,9}))"
)
"""Start of a cell, with its column and row if it states them, or of a row that states its number."""
_LOCAL_HEADER = 30
_END_RECORD_REACH = 22 + 65_535
"""From the end of the file: the record and the longest comment after it."""


def check_workbook(path: Path) -> None:
    """Raises UnreadableFileError unless the file is an xlsx workbook that is safe to open."""
    try:
        _check_directory_size(path)
        with zipfile.ZipFile(path) as archive, path.open("rb") as file:
            entries = archive.infolist()
            _check_directory(entries)
            for entry in entries:
                _check_entry(file, entry)
    except (zipfile.BadZipFile, zlib.error, OSError, NotImplementedError, UnicodeDecodeError) as error:
        raise UnreadableFileError(f"{path.name}: not an xlsx file: {error}") from error


def _check_directory_size(path: Path) -> None:
    """The list of entries is read as a whole, so its size is looked up in the end record first."""
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - _END_RECORD_REACH))
        tail = file.read()
    size = tail[(at := tail.rfind(b"PK\5\6")) + 12 : at + 16]
    if at < 0 or len(size) < 4:
        raise zipfile.BadZipFile("no end record")
    if int.from_bytes(size, "little") > MAX_DIRECTORY:
        raise UnreadableFileError(f"the workbook lists more files than the {MAX_ENTRIES} that are opened")


def _check_directory(entries: list[zipfile.ZipInfo]) -> None:
    if len(entries) > MAX_ENTRIES:
        raise UnreadableFileError(
            f"the workbook holds {len(entries)} files; at most {MAX_ENTRIES} are opened"
        )
    if sum(entry.file_size for entry in entries) > MAX_UNPACKED:
        raise UnreadableFileError(f"the workbook unpacks to more than {MAX_UNPACKED >> 20} MB")
    if not any(_WORKBOOK_PART.fullmatch(entry.filename) for entry in entries):
        raise UnreadableFileError("the file is a zip archive, but not an xlsx workbook")


def _check_entry(file: BinaryIO, entry: zipfile.ZipInfo) -> None:
    """Sizes as stated, no bomb, and a rectangle that fits into memory; any entry may turn out to be a sheet."""
    if entry.file_size > max(RATIO_FLOOR, entry.compress_size * MAX_RATIO):
        raise UnreadableFileError(f"{entry.filename} unpacks to more than {MAX_RATIO} times its size")
    size, area = 0, _Area()
    for piece in _inflated(file, entry):
        size += len(piece)
        if size > entry.file_size:
            raise UnreadableFileError(
                f"{entry.filename} holds more than the {entry.file_size} bytes it states"
            )
        area.take(piece)
        if b"<!DOCTYPE" in piece and entry.filename.lower().endswith(".xml"):
            raise UnreadableFileError(f"{entry.filename} declares a document type, which is never read")
    if size < entry.file_size:
        raise UnreadableFileError(f"{entry.filename} is cut off")
    if area.cells() > MAX_CELLS:
        raise UnreadableFileError(f"{entry.filename} spans more than {MAX_CELLS} cells; export it as csv")


def _inflated(file: BinaryIO, entry: zipfile.ZipInfo) -> Iterator[bytes]:
    """The unpacked bytes of one entry, in pieces, from where its data starts."""
    if entry.flag_bits & 1 or entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise UnreadableFileError(f"{entry.filename} is encrypted or packed in a way xlsx does not use")
    file.seek(entry.header_offset)
    header = file.read(_LOCAL_HEADER)
    if len(header) < _LOCAL_HEADER or header[:4] != b"PK\3\4":
        raise zipfile.BadZipFile("damaged entry")
    file.seek(int.from_bytes(header[26:28], "little") + int.from_bytes(header[28:30], "little"), 1)
    packed = _pieces(file, entry.compress_size)
    yield from packed if entry.compress_type == zipfile.ZIP_STORED else _inflate(packed)


def _pieces(file: BinaryIO, size: int) -> Iterator[bytes]:
    while size > 0 and (piece := file.read(min(_PIECE, size))):
        size -= len(piece)
        yield piece


def _inflate(packed: Iterator[bytes]) -> Iterator[bytes]:
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    for piece in packed:
        data = piece
        while data and not inflater.eof:
            yield inflater.decompress(data, _PIECE)
            data = inflater.unconsumed_tail
    yield inflater.flush()


class _Area:
    """The rectangle that the cells of a sheet span, from their references."""

    def __init__(self) -> None:
        self._rest = b""
        self._rows = 0
        self._columns = 0
        self._unplaced = 0

    def take(self, piece: bytes) -> None:
        """Look at the next bytes of the entry, whole tags at a time."""
        text = self._rest + piece
        end = text.rfind(b">") + 1
        self._rest = text[end:][-_LONGEST_TAG:]
        for letters, digits, row in _CELL_OR_ROW.findall(text, 0, end):
            self._rows = max(self._rows, int(digits or row or b"0"))
            self._columns = max(self._columns, _column(letters))
            # Cells without a reference stand one after another; at worst all in one row.
            self._unplaced += not letters and not row

    def cells(self) -> int:
        """Cells of the rectangle."""
        return self._rows * (self._columns + self._unplaced)


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number
