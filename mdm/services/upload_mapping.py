"""How an upload is read: which column is what, as the hub suggests it or as a person says it, and the profile of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import NamedTuple

from mdm.connectors.sniff import Sniffed
from mdm.services import upload
from mdm.services.unit_of_work import UnitOfWork
from mdm.services.upload import Upload

SAMPLES = 3


class Column(NamedTuple):
    """One column of the file: some of its cells, what it is mapped to, and why that was suggested."""

    name: str
    samples: tuple[str, ...]
    attribute: str
    why: str


class FileMapping(NamedTuple):
    """The mapping of a file as it stands; ``known``: every column was recognised for sure."""

    columns: tuple[Column, ...]
    id_column: str
    profile: Mapping[str, object]
    seen: Sniffed
    known: bool


class Written(NamedTuple):
    """A mapping as a person writes it: columns and id column by their place, from 0 and from 1."""

    header_row: int | None
    attributes: Mapping[int, str]
    id_place: int | None
    more: Mapping[str, object]


def suggested(uow: UnitOfWork, held: Upload) -> FileMapping:
    """The mapping that the hub suggests; raises UnreadableFileError for what cannot be imported."""
    seen = upload.look_into(uow, held)
    found = upload.suggest_mapping(uow, held, seen)
    chosen = {name: each.attribute for name, each in found.columns.items()}
    why = {name: each.why.value for name, each in found.columns.items()}
    known = (
        bool(found.id_column)
        and len(chosen) + 1 >= len(seen.columns)
        and set(why.values()) <= {"profile", "label"}
    )
    return _mapping(seen, chosen, why, found.id_column, {}, known=known)


def written(uow: UnitOfWork, held: Upload, said: Written) -> FileMapping:
    """The mapping as a person says it; raises UnreadableFileError."""
    seen = upload.look_into(uow, held, said.header_row)
    chosen = {
        name: attribute
        for place, name in enumerate(seen.columns)
        if (attribute := said.attributes.get(place, ""))
    }
    place = said.id_place
    id_column = seen.columns[place - 1] if place and place <= len(seen.columns) else ""
    return _mapping(seen, chosen, {}, id_column, said.more, known=False)


def _mapping(
    seen: Sniffed,
    chosen: Mapping[str, str],
    why: Mapping[str, str],
    id_column: str,
    more: Mapping[str, object],
    *,
    known: bool,
) -> FileMapping:
    columns = tuple(
        Column(name, _samples(seen, place), chosen.get(name, ""), why.get(name, ""))
        for place, name in enumerate(seen.columns)
    )
    profile: dict[str, object] = {
        "format": seen.format,
        "encoding": seen.encoding,
        "delimiter": seen.delimiter,
        "header_row": seen.header_row,
        "sheet": seen.sheet or None,
        "id_column": id_column,
        "columns": _with_parts(chosen),
        "unmapped": [name for name in seen.columns if name not in chosen and name != id_column],
        **{name: value for name, value in more.items() if value},
    }
    return FileMapping(columns, id_column, profile, seen, known)


def _with_parts(chosen: Mapping[str, str]) -> dict[str, object]:
    """Columns of one attribute become its parts, in the order of the file."""
    counts = Counter(chosen.values())
    parts: Counter[str] = Counter()
    found: dict[str, object] = {}
    for name, attribute in chosen.items():
        parts[attribute] += 1
        alone = counts[attribute] == 1
        found[name] = attribute if alone else {"attribute": attribute, "part": parts[attribute]}
    return found


def _samples(seen: Sniffed, place: int) -> tuple[str, ...]:
    """The first different cells of a column."""
    return tuple(dict.fromkeys(row[place] for row in seen.rows if row[place].strip()))[:SAMPLES]
