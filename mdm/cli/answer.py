"""What a command answers, as a table for people or one JSON object for programs, or as a file."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from dataclasses import asdict, is_dataclass
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from mdm.domain.errors import UnwritableFileError

WHOLE = frozenset({"left", "right", "code", "source", "entity"})
"""Columns beside the ``…_id`` ones that are never broken over two lines."""
HASHES = frozenset({"fingerprint", "report_hash", "basis", "examined_state"})
"""Columns of 64 digits that would leave no room for the others in a table."""

NESTED = "…"
"""Stands in a table for what holds objects itself."""

Answer = Mapping[str, Any]
"""What a command answers; ``Any``: whatever JSON holds."""


def print_answer(answer: Answer, *, as_json: bool) -> None:
    """Print an answer: one JSON object, or a line or a table per member."""
    if as_json:
        click.echo(json.dumps(answer, ensure_ascii=False, default=str))
        return
    console = Console(highlight=False, width=None if sys.stdout.isatty() else 200)
    for name, value in answer.items():
        rows = _rows(value)
        if rows:
            console.print(_table(name, rows))
        else:
            console.print(f"{name}: {_cell(value) or 'none'}", highlight=False, markup=False, soft_wrap=True)


def _rows(value: object) -> list[Mapping[str, Any]]:
    """What prints as a table: objects one per row, one object one member per row. ``Any``: cells of any type."""
    if isinstance(value, (list, tuple)):
        return [row for row in value if isinstance(row, Mapping)]
    if not isinstance(value, Mapping):
        return []
    if all(isinstance(inner, Mapping) for inner in value.values()):
        return [{"": key, **inner} for key, inner in value.items()]
    return [{"": key, "value": _inline(inner)} for key, inner in value.items()]


def _inline(value: object) -> object:
    """An object as one line, such as a share with its interval; what is none stays."""
    if not isinstance(value, Mapping):
        return value
    return ", ".join(f"{name} {_cell(inner)}" for name, inner in value.items() if _cell(inner)) or None


def _table(title: str, rows: list[Mapping[str, Any]]) -> Table:
    """Plain cells; empty columns, hashes and nested objects are left to ``--json``. ``Any``: cells of any type."""
    table = Table(title=title)
    names = dict.fromkeys(name for row in rows for name in row)
    told = [name for name in names if any(_cell(row.get(name)) not in ("", NESTED) for row in rows)]
    columns = [name for name in told if name not in HASHES]
    for column in columns:
        # An ID that is cut is of no use: the row wraps instead.
        table.add_column(column, overflow="fold", no_wrap=column.endswith("_id") or column in WHOLE)
    for row in rows:
        table.add_row(*(_cell(row.get(name)) for name in columns))
    return table


def _is_plain(value: object) -> bool:
    """Whether a value fits a cell: a text, a number, or a sequence of these."""
    if isinstance(value, (list, tuple)):
        return not any(isinstance(inner, (list, tuple, Mapping)) for inner in value)
    return not isinstance(value, Mapping)


def _cell(value: object) -> str:
    if not _is_plain(value):
        return NESTED
    if isinstance(value, (list, tuple)):
        return ", ".join(_cell(inner) for inner in value)
    return f"{value:.3f}" if isinstance(value, float) else "" if value is None else str(value)


def plain(value: object) -> dict[str, Any]:
    """A dataclass as JSON-able mapping, ``yield_`` as ``yield``; ``Any``: whatever JSON holds."""
    if not is_dataclass(value) or isinstance(value, type):
        raise TypeError(f"{value!r} is no answer of a service")
    return asdict(value, dict_factory=lambda held: {name.removesuffix("_"): each for name, each in held})


def write_text(path: Path, text: str) -> None:
    """Write a document; raises UnwritableFileError."""
    try:
        path.write_text(text, "utf-8")
    except OSError as error:
        raise UnwritableFileError(f"{path} cannot be written: {error}") from error


def write_bytes(path: Path, content: bytes) -> None:
    """Write a file; raises UnwritableFileError."""
    try:
        path.write_bytes(content)
    except OSError as error:
        raise UnwritableFileError(f"{path} cannot be written: {error}") from error
