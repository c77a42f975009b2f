"""Codes pasted from a spreadsheet or a mail: which systems and keys a person means.

Cells stand apart by tab, comma or semicolon, half- or full-width; lines by any line end. A line of two cells of which
one is a known source system is a key of that system; every other cell is a code by itself.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from typing import NamedTuple

_CELL_END = re.compile("[\t,;，；、]")
_HEADERS = frozenset(
    [
        "code",
        "key",
        "id",
        "system",
        "source",
        "source_system",
        "source_id",
        "编码",
        "编号",
        "代码",
        "键",
        "系统",
        "源系统",
        "来源",
        "源编码",
        "源记录键",
    ]
)


class Asked(NamedTuple):
    """One thing looked up; ``system`` is '' where the person named none."""

    system: str
    code: str


def read_pasted(text: str, systems: Collection[str]) -> list[Asked]:
    """The codes in the order they were written, repeats included; a header line is left out."""
    by_fold = {fold(system): system for system in systems}
    found: list[Asked] = []
    for number, line in enumerate(text.splitlines()):
        cells = [cell.strip().strip('"').strip() for cell in _CELL_END.split(line)]
        cells = [cell for cell in cells if cell]
        if cells and not (number == 0 and all(fold(cell) in _HEADERS for cell in cells)):
            found.extend(_of_line(cells, by_fold))
    return found


def fold(text: str) -> str:
    """The form in which names of systems are compared: width and case do not count."""
    return unicodedata.normalize("NFKC", text).strip().casefold()


def narrow(code: str) -> str:
    """A code with full-width letters, digits and signs made half-width."""
    return unicodedata.normalize("NFKC", code).strip()


def _of_line(cells: list[str], by_fold: dict[str, str]) -> list[Asked]:
    if len(cells) == 2:
        for system, code in (cells, cells[::-1]):
            if fold(system) in by_fold:
                return [Asked(by_fold[fold(system)], code)]
    return [_of_cell(cell, by_fold) for cell in cells]


def _of_cell(cell: str, by_fold: dict[str, str]) -> Asked:
    """``SYSTEM:ID`` names its system, as everywhere in the hub."""
    system, colon, code = narrow_colon(cell).partition(":")
    if colon and code.strip() and fold(system) in by_fold:
        return Asked(by_fold[fold(system)], code.strip())
    return Asked("", cell)


def narrow_colon(cell: str) -> str:
    """The cell with its first full-width colon made half-width."""
    return cell.replace("：", ":", 1)
