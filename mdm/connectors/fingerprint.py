"""A file before it is parsed: is it there, how large, what hash, is it in the encoding it claims?"""

from __future__ import annotations

import codecs
import hashlib
from collections.abc import Iterator
from pathlib import Path

from mdm.connectors.rows import MAX_FILE_BYTES
from mdm.domain.errors import UnreadableFileError

_CHUNK = 1024**2
_UTF8_EVIDENCE = 24
"""So many bytes more than characters in valid UTF-8: text of another encoding reads so once in 10^7 files."""


def fingerprint(path: Path) -> tuple[str, int]:
    """SHA-256 (hex) and size in bytes; raises UnreadableFileError for what is no file, empty or too large."""
    if not path.is_file():
        raise UnreadableFileError(f"{path.name}: no such file")
    size = path.stat().st_size
    if size == 0:
        raise UnreadableFileError(f"{path.name}: the file is empty")
    if size > MAX_FILE_BYTES:
        raise UnreadableFileError(f"{path.name}: larger than {MAX_FILE_BYTES >> 30} GB; split the extract")
    digest = hashlib.sha256()
    for chunk in _chunks(path):
        digest.update(chunk)
    return digest.hexdigest(), size


def check_encoding(path: Path, encoding: str) -> None:
    """Decode the whole file strictly; raises UnreadableFileError with byte offset and line of the first
    fault.

    A file that says by its byte order mark, or by all its text, that it is UTF-8 is refused under another
    name: many bytes of Chinese UTF-8 are valid, and wrong, in GB 18030.
    """
    decoder = codecs.getincrementaldecoder(text_encoding(encoding))()
    witness = None if encoding.startswith("utf") else _Utf8Witness()
    offset, line = 0, 1
    for chunk in _chunks(path):
        pending = decoder.getstate()[0]
        _decode(decoder, chunk, final=False, start=offset - len(pending), line=line, encoding=encoding)
        offset, line = offset + len(chunk), line + chunk.count(b"\n")
        if witness:
            witness.watch(chunk)
    pending = decoder.getstate()[0]
    _decode(decoder, b"", final=True, start=offset - len(pending), line=line, encoding=encoding)
    if witness and witness.is_sure():
        raise UnreadableFileError(f"the file is UTF-8, not {encoding} as its profile says", encoding=encoding)


def text_encoding(encoding: str) -> str:
    """The codec that reads ``encoding``, with or without a byte order mark."""
    return "utf-8-sig" if encoding in ("utf-8", "utf-8-sig") else encoding


def _chunks(path: Path) -> Iterator[bytes]:
    try:
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK):
                yield chunk
    except OSError as error:
        raise UnreadableFileError(f"{path.name}: {error.strerror}") from error


def _decode(
    decoder: codecs.IncrementalDecoder, chunk: bytes, *, final: bool, start: int, line: int, encoding: str
) -> None:
    try:
        decoder.decode(chunk, final)
    except UnicodeDecodeError as error:
        byte = start + error.start
        line += error.object[: error.start].count(b"\n")
        raise UnreadableFileError(
            f"byte {byte} (line {line}) is not {encoding}: {error.reason}",
            byte=byte,
            line=line,
            encoding=encoding,
        ) from error
    except UnicodeError as error:  # UTF-16 without a mark
        raise UnreadableFileError(f"the file is not {encoding}: {error}", encoding=encoding) from error


class _Utf8Witness:
    """Says whether bytes that claim another encoding are UTF-8 throughout."""

    def __init__(self) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")()
        self._valid = True
        self._surplus = 0
        self._marked: bool | None = None

    def watch(self, chunk: bytes) -> None:
        """Take the next bytes of the file."""
        if self._marked is None:
            self._marked = chunk.startswith(codecs.BOM_UTF8)
        if self._valid:
            try:
                self._surplus += len(chunk) - len(self._decoder.decode(chunk))
            except UnicodeDecodeError:
                self._valid = False

    def is_sure(self) -> bool:
        """Whether a mark or enough text shows that all was UTF-8."""
        return bool(self._marked) or (self._valid and self._surplus >= _UTF8_EVIDENCE)
