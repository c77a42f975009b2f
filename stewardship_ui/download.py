"""Files that a page hands out: a table as CSV or XLSX, saved under its name and never shown in the browser."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from urllib.parse import quote

from flask import Response

from mdm.domain.source import Json
from mdm.services.table_file import CONTENT_TYPES, table_bytes
from stewardship_ui.door import current_hub


def table_answer(name: str, columns: Sequence[str], rows: Iterable[Sequence[Json]], form: str) -> Response:
    """The table as a download; ``form`` is csv or xlsx, ``name`` has no suffix."""
    return file_answer(f"{name}.{form}", table_bytes(current_hub(), columns, rows, form), CONTENT_TYPES[form])


def file_answer(name: str, content: bytes, content_type: str) -> Response:
    """Bytes as a download; the name may be Chinese (RFC 6266)."""
    answer = Response(content, content_type=content_type)
    plain = name.encode("ascii", "replace").decode().replace("?", "_").replace('"', "_")
    answer.headers["Content-Disposition"] = (
        f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name)}"
    )
    return answer
