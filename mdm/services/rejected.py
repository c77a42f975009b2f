"""Rejects as a table to mend and send again: the columns of the file, then row, field and why."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from mdm.domain.source import Json
from mdm.services.upload import RejectedRows


class RejectTable(NamedTuple):
    """Columns, and rows as wide as they are."""

    columns: list[str]
    rows: list[list[Json]]


def as_table(
    found: RejectedRows,
    names: Sequence[str] = ("row", "field", "reason"),
    told: Callable[[str], str] = str,
) -> RejectTable:
    """The table; ``names`` call the last three columns, ``told`` words a reason."""
    width = max([len(found.columns), *(len(cells) for cells, _ in found.rows)])
    columns = [*found.columns, *[""] * (width - len(found.columns)), *names]
    rows: list[list[Json]] = [
        [*cells, *[""] * (width - len(cells)), reject.row, reject.field, told(reject.reason)]
        for cells, reject in found.rows
    ]
    return RejectTable(columns, rows)
