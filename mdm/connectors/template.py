"""The Excel template of an entity: headers with comments, drop-downs for codes, one example, all cells as text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import xlsxwriter

ROWS = 2_000
"""Rows below the header that are prepared: text cells and drop-downs."""
MAX_NAME = 31
_FORBIDDEN = str.maketrans(dict.fromkeys("[]:*?/\\", "_"))


@dataclass(frozen=True, slots=True)
class TemplateColumn:
    """One column: its header, what it means, an example, and the texts a cell may hold ('' set: any)."""

    header: str
    comment: str
    example: str
    required: bool
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TemplateWords:
    """Names of the three sheets in the language of the person."""

    data: str
    example: str
    codes: str


def write_template(path: Path, columns: Sequence[TemplateColumn], words: TemplateWords) -> None:
    """Write the workbook: the sheet to fill comes first, then an example, then the codes of the drop-downs."""
    with xlsxwriter.Workbook(str(path)) as book:
        formats = _formats(book)
        sheets = [book.add_worksheet(_sheet_name(name)) for name in (words.data, words.example, words.codes)]
        data, example, codes = sheets
        for sheet in (data, example):
            _write_header(sheet, columns, formats)
        for place, column in enumerate(columns):
            example.write_string(1, place, column.example, formats["text"])
        _write_choices(data, codes, columns, formats)


def _formats(book: Any) -> Mapping[str, Any]:  # xlsxwriter ships no types
    base = {"bold": True, "border": 1, "text_wrap": True, "valign": "top", "num_format": "@"}
    return {
        "required": book.add_format({**base, "bg_color": "#FFE3B3"}),
        "optional": book.add_format({**base, "bg_color": "#E6ECF5"}),
        "text": book.add_format({"num_format": "@"}),
    }


def _write_header(sheet: Any, columns: Sequence[TemplateColumn], formats: Mapping[str, Any]) -> None:
    sheet.freeze_panes(1, 1)
    for place, column in enumerate(columns):
        look = formats["required" if column.required else "optional"]
        sheet.write_string(0, place, column.header + ("*" if column.required else ""), look)
        sheet.set_column(place, place, 22, formats["text"])
        if column.comment:
            sheet.write_comment(0, place, column.comment, {"width": 280, "height": 130})


def _write_choices(
    data: Any, codes: Any, columns: Sequence[TemplateColumn], formats: Mapping[str, Any]
) -> None:
    """Each drop-down points to a column of the sheet of codes: lists in a cell rule end at 255 characters."""
    listed = 0
    for place, column in enumerate(columns):
        if not column.choices:
            continue
        codes.write_string(0, listed, column.header, formats["optional"])
        for row, text in enumerate(column.choices, start=1):
            codes.write_string(row, listed, text, formats["text"])
        first, last = (
            xlsxwriter.utility.xl_rowcol_to_cell(row, listed, row_abs=True, col_abs=True)
            for row in (1, len(column.choices))
        )
        # A warning, not a refusal: a source may know a code that the list does not have yet.
        rule = {"validate": "list", "source": f"='{codes.name}'!{first}:{last}", "error_type": "warning"}
        data.data_validation(1, place, ROWS, place, rule)
        listed += 1
    codes.set_column(0, max(listed - 1, 0), 26)


def _sheet_name(name: str) -> str:
    return name.translate(_FORBIDDEN)[:MAX_NAME]
