"""Reading an extract: a file and its profile become a stream of source rows and rejects.

Invariant: every row of the file comes out exactly once, as a ``SourceRow`` or as a ``Reject``, numbered from
1.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable
from dataclasses import dataclass
from pathlib import Path

from mdm.connectors import delimited, jsonlines, workbook, xmlfile
from mdm.connectors.fingerprint import check_encoding, fingerprint
from mdm.connectors.rows import MAX_CELL, MAX_COLUMNS, MAX_ID, MAX_RAW, Cells, Flaw, ReadRow, RejectReason
from mdm.domain.errors import UnreadableFileError
from mdm.domain.profile import FileFormat, SourceProfile
from mdm.domain.source import Reject, SourceRow


@dataclass(frozen=True, slots=True)
class Extract:
    """One file, ready to be streamed once.

    ``columns``: those of the header, for jsonl and xml those of the profile. ``sha256`` and ``bytes`` are of
    the file as it came. Iterating ``rows`` may still raise UnreadableFileError at a fault far into the file,
    so store rows in one transaction.
    """

    columns: tuple[str, ...]
    rows: Generator[SourceRow | Reject, None, None]
    sha256: str
    bytes: int


def read_rows(path: Path, profile: SourceProfile) -> Extract:
    """The rows of an extract; raises UnreadableFileError when the file as a whole does not fit the profile.

    A row is rejected for a missing id, a wrong number of cells, characters that are no text, an id repeated
    with other content, or a limit of ``rows``. A row repeated with the same content comes again as it is: its
    store finds it unchanged.
    """
    sha256, size = fingerprint(path)
    if profile.format is not FileFormat.XLSX:
        check_encoding(path, profile.encoding)
    columns, rows = _READERS[profile.format](path, profile)
    return Extract(columns, _checked(rows, profile), sha256, size)


_READERS = {
    FileFormat.CSV: delimited.read,
    FileFormat.XLSX: workbook.read,
    FileFormat.JSONL: jsonlines.read,
    FileFormat.XML: xmlfile.read,
}


def _checked(rows: Iterable[ReadRow], profile: SourceProfile) -> Generator[SourceRow | Reject, None, None]:
    seen: dict[str, int] = {}
    tally = _Tally()
    for number, row in enumerate(rows, start=1):
        tally.note(row, profile.id_column)
        if isinstance(row, Flaw):
            yield _reject(number, row)
        elif flaw := _flaw(row, profile.id_column, seen):
            yield _reject(number, flaw)
        else:
            yield SourceRow(number, row[profile.id_column] or "", row)
    tally.require_records(profile)


@dataclass(slots=True)
class _Tally:
    """Whether rows without a header of their own were what the profile says they are."""

    readable: bool = False
    with_id: bool = False
    other_flaws: bool = False
    not_json: bool = False

    def note(self, row: ReadRow, id_column: str) -> None:
        """Take one row as it was read."""
        if not isinstance(row, Flaw):
            self.readable = True
            self.with_id = self.with_id or id_column in row
        elif row.reason is RejectReason.NOT_JSON:
            self.not_json = True
        else:
            self.other_flaws = True

    def require_records(self, profile: SourceProfile) -> None:
        """Raise UnreadableFileError when no row at all was of the format, or none had the id column."""
        if self.not_json and not self.readable and not self.other_flaws:
            raise UnreadableFileError("no line of the file is JSON")
        if self.readable and not self.with_id:
            raise UnreadableFileError(
                f"no record of the file has the id column {profile.id_column!r}", field=profile.id_column
            )


def _flaw(row: Cells, id_column: str, seen: dict[str, int]) -> Flaw | None:
    """What is wrong with a row that could be read."""
    key = row.get(id_column)
    if key is None or not key.strip():
        return Flaw(RejectReason.MISSING_ID, id_column, _as_text(row))
    if len(key) > MAX_ID:
        return Flaw(RejectReason.TOO_LARGE, id_column, key)
    if len(row) > MAX_COLUMNS:
        return Flaw(RejectReason.TOO_LARGE, "", _as_text(row))
    return _text_flaw(row) or _repeat_flaw(row, id_column, seen)


def _text_flaw(row: Cells) -> Flaw | None:
    together = "".join([*row, *filter(None, row.values())])
    if len(together) <= MAX_CELL and _is_storable(together):
        return None
    for name, text in row.items():
        if not _is_storable(name) or not _is_storable(text or ""):
            return Flaw(RejectReason.UNDECODABLE, name, text or "")
        if len(text or "") > MAX_CELL or len(name) > MAX_CELL:
            return Flaw(RejectReason.TOO_LARGE, name, text or "")
    return None


def _is_storable(text: str) -> bool:
    if "\0" in text:
        return False
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _repeat_flaw(row: Cells, id_column: str, seen: dict[str, int]) -> Flaw | None:
    """Remembers 64 bits of each row, keyed anew in each process: equal by chance once in 10^19 rows."""
    content = hash(frozenset(row.items()))
    if seen.setdefault(row[id_column] or "", content) == content:
        return None
    return Flaw(RejectReason.REPEATED_ID, id_column, _as_text(row))


def _as_text(row: Cells) -> str:
    return "|".join(text or "" for text in row.values())


def _reject(number: int, flaw: Flaw) -> Reject:
    return Reject(number, _printable(flaw.field), flaw.reason.value, _printable(flaw.raw))


def _printable(raw: str) -> str:
    """At most MAX_RAW characters that every database and page can hold."""
    cut = raw if len(raw) <= MAX_RAW else raw[: MAX_RAW - 1] + "…"
    return cut.encode(errors="backslashreplace").decode().replace("\0", "\\x00")
