"""The page on profiles names every key, encoding, format, kind, reason and limit there is."""

from pathlib import Path

import pytest

from mdm.connectors import archive, guard, jsonlines, rows, xmlfile
from mdm.domain.profile import DATE_ORDERS, ENCODINGS, PROFILE_KEYS, FileFormat
from mdm.domain.source import SourceKind

PAGE = Path(__file__).parents[2] / "docs" / "profiles.md"


@pytest.mark.parametrize(
    "names", [PROFILE_KEYS, ENCODINGS, DATE_ORDERS, FileFormat, SourceKind, rows.RejectReason]
)
def test_every_name_a_profile_or_reject_may_hold_is_explained(names: frozenset[str]) -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert [name for name in sorted(names) if f"`{name}`" not in text] == []


@pytest.mark.parametrize(
    "limit",
    [
        f"{rows.MAX_COLUMNS:,} columns",
        f"{rows.MAX_CELL:,} characters",
        f"{rows.MAX_LINE:,} characters",
        f"an id above {rows.MAX_ID:,}",
        f"the first {rows.MAX_RAW:,}\ncharacters",
        f"above {rows.MAX_FILE_BYTES >> 30} GB",
        f"more than {jsonlines.MAX_DEPTH} deep",
        f"more than {xmlfile.MAX_DEPTH}\n  deep",
        f"unpack to {archive.MAX_UNPACKED >> 30} GB together, to {archive.MAX_RATIO} times",
        f"spans more than {archive.MAX_CELLS:,} cells",
        f"memory ({guard.MEMORY >> 30} GB)",
        f"({guard.SECONDS} s)",
    ],
)
def test_every_limit_is_stated_as_it_is(limit: str) -> None:
    assert limit in PAGE.read_text(encoding="utf-8")
