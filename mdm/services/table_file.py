"""Tables as files that people open: CSV that a spreadsheet reads as UTF-8, or XLSX; no cell ever runs as a formula."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path

from mdm.connectors.writer import TableFormat, write_table
from mdm.domain.errors import InvalidInputError
from mdm.domain.source import Json
from mdm.services.hub import Hub

MARK = "\ufeff".encode()
"""Without it spreadsheets take UTF-8 for the code page of the machine, and Chinese for noise."""

CONTENT_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
"""Format of a file for people -> its media type."""


def table_bytes(hub: Hub, columns: Sequence[str], rows: Iterable[Sequence[Json]], form: str) -> bytes:
    """The table as the bytes of a ``csv`` or ``xlsx`` file; raises InvalidInputError for another format."""
    if form not in CONTENT_TYPES:
        raise InvalidInputError("Files for people are csv or xlsx.", field="format")
    with tempfile.TemporaryDirectory(dir=hub.settings.scratch) as folder:
        path = Path(folder) / f"table.{form}"
        write_table(path, columns, rows, TableFormat(form))
        content = path.read_bytes()
    return MARK + content if form == "csv" else content
