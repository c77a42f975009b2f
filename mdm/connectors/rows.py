"""What a reader of one file format hands on, and the limits that every row and file must keep.

The limits stop hostile and broken files; no honest extract comes near them.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple, TypeAlias

MAX_FILE_BYTES = 4 * 1024**3
MAX_COLUMNS = 4_096
MAX_CELL = 1024**2
"""Characters of one cell."""
MAX_LINE = 16 * 1024**2
"""Characters of one line of a text file."""
MAX_ID = 300
"""Characters of a record's id: in UTF-8 it must fit into an index entry of every database."""
MAX_RAW = 2_000
"""Characters of a refused row that are kept for people to look at."""

Cells: TypeAlias = "Mapping[str, str | None]"
"""One row: text by source column, as the file holds it."""


class RejectReason(StrEnum):
    """Why a row is not taken; stored by its text, so never reworded."""

    MISSING_ID = "missing_id"
    """The id column is empty or absent."""
    COLUMN_COUNT = "column_count"
    """The row has more or fewer cells than the header."""
    REPEATED_ID = "repeated_id"
    """The id came before in this file, with other content."""
    UNDECODABLE = "undecodable"
    """A character that cannot be stored as text: NUL or half a surrogate pair."""
    TOO_LARGE = "too_large"
    """A cell, line, id or number of cells above the limits of this module."""
    NOT_JSON = "not_json"
    """The line is not one JSON value, or holds NaN or Infinity."""
    NOT_AN_OBJECT = "not_an_object"
    """The line is JSON, but not an object."""
    DUPLICATE_KEY = "duplicate_key"
    """An object of the line has the same key twice."""
    TOO_DEEP = "too_deep"
    """Objects or lists nested deeper than any record."""
    NUMBER_RANGE = "number_range"
    """A number that no computer number can hold, such as 1e400."""


class Flaw(NamedTuple):
    """Why one row could not be read; ``raw`` is what it held, uncut."""

    reason: RejectReason
    field: str
    raw: str


ReadRow: TypeAlias = "Cells | Flaw"
"""What a reader of one format yields for each row of data."""
