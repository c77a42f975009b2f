"""The header of a table: which column is which, checked against the profile before any row is read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import count

from mdm.connectors.rows import MAX_COLUMNS
from mdm.domain.errors import UnreadableFileError
from mdm.domain.profile import FileFormat, SourceProfile


def column_names(cells: Sequence[str], profile: SourceProfile) -> tuple[str, ...]:
    """One distinct name per column; raises UnreadableFileError when one of the profile is absent or doubled.

    Names lose blanks around them; a nameless column is called by its place and a doubled one by its count.
    """
    if len(cells) > MAX_COLUMNS:
        raise UnreadableFileError(f"the header has {len(cells)} columns; at most {MAX_COLUMNS} are read")
    wanted = {profile.id_column, *profile.columns}
    names = [cell if cell in wanted else cell.strip() for cell in cells]
    _require(wanted, names, profile)
    return distinct_names(names)


def _require(wanted: set[str], names: list[str], profile: SourceProfile) -> None:
    missing = sorted(wanted.difference(names))
    if missing:
        listed = ", ".join(repr(name) for name in missing)
        raise UnreadableFileError(
            f"row {profile.header_row} lacks {listed}{_hint(names, profile)}", missing=missing
        )
    doubled = sorted(name for name, times in Counter(names).items() if times > 1 and name in wanted)
    if doubled:
        raise UnreadableFileError(f"the header has {doubled[0]!r} more than once", doubled=doubled)


def _hint(names: list[str], profile: SourceProfile) -> str:
    if len(names) == 1 and profile.format is FileFormat.CSV:
        return f": it is one column, so {profile.delimiter!r} is not its delimiter"
    return ": it is not the header, or of another extract"


def distinct_names(names: list[str]) -> tuple[str, ...]:
    """One name per column: a nameless column is called by its place, a doubled one by its count."""
    taken: set[str] = set(names)
    found: dict[str, None] = {}
    for place, name in enumerate(names, start=1):
        free = name if name and name not in found else _free(name, place, taken)
        taken.add(free)
        found[free] = None
    return tuple(found)


def _free(name: str, place: int, taken: set[str]) -> str:
    return next(free for number in count(place) if (free := f"{name}#{number}") not in taken)
