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
MAX_UNPACKED = 1024**3
"""Bytes of all entries together."""
MAX_RATIO = 200
"""Unpacked to packed, for entries above RATIO_FLOOR; sheets of real extracts stay under 30."""
RATIO_FLOOR = 4 * 1024**2
MAX_CELLS = 20_000_000
"""Rows times columns of one sheet: the reader holds the full rectangle, however few cells are filled."""

_PIECE = 256 * 1024
_OVERLAP = 64
_WORKBOOK_PART = re.compile(r"[/\\]?xl[/\\].+\.xml", re.IGNORECASE)
_REFERENCE = re.compile(rb"""\br\s*=\s*["']([A-Za-z]{0,3})([0-9]{1,7})["']""")
_CELL = re.compile(rb"<(?:\w+:)?c[\s/>]")
_LOCAL_HEADER = 30


def check_workbook(path: Path) -> None:
    """Raises UnreadableFileError unless the file is an xlsx workbook that is safe to open."""
    try:
        with zipfile.ZipFile(path) as archive, path.open("rb") as file:
            entries = archive.infolist()
            _check_directory(entries)
            for entry in entries:
                _check_entry(file, entry)
    except (zipfile.BadZipFile, zlib.error, OSError, NotImplementedError, UnicodeDecodeError) as error:
        raise UnreadableFileError(f"{path.name}: not an xlsx file: {error}") from error


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
        """Look at the next bytes of the entry."""
        text = self._rest + piece
        placed = 0
        for letters, digits in _REFERENCE.findall(text):
            self._rows = max(self._rows, int(digits))
            self._columns = max(self._columns, _column(letters))
            placed += bool(letters)
        # Cells without a reference stand one after another; at worst all in one row.
        self._unplaced += max(0, len(_CELL.findall(text)) - placed)
        self._rest = text[-_OVERLAP:]

    def cells(self) -> int:
        """Cells of the rectangle."""
        return self._rows * (self._columns + self._unplaced)


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number
