"""Builders for small extracts and their profiles."""

from collections.abc import Callable
from pathlib import Path

import pytest

from mdm.connectors.reader import Extract, read_rows
from mdm.domain.profile import parse_profile
from mdm.domain.source import Reject, SourceRow

Read = Callable[..., Extract]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """Read ``content`` as an extract; columns are ``id`` and ``name`` unless told otherwise."""

    def reading(content: bytes | str | Path, **profile: object) -> Extract:
        path = content if isinstance(content, Path) else tmp_path / "extract"
        if not isinstance(content, Path):
            path.write_bytes(content.encode() if isinstance(content, str) else content)
        given = {"id_column": "id", "columns": {"name": "legal_name"}, **profile}
        return read_rows(path, parse_profile(given, None, "ERP"))

    return reading


@pytest.fixture
def split(read: Read) -> Callable[..., tuple[list[SourceRow], list[Reject]]]:
    """Read and part rows from rejects."""

    def splitting(content: bytes | str | Path, **profile: object) -> tuple[list[SourceRow], list[Reject]]:
        found = list(read(content, **profile).rows)
        return (
            [row for row in found if isinstance(row, SourceRow)],
            [row for row in found if isinstance(row, Reject)],
        )

    return splitting
