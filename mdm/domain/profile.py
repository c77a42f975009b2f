"""Source profiles: how one extract of a source system maps to the dictionary.

A profile says what the file is (format, encoding, delimiter, header), which column names the record and which
column holds which attribute. What it does not map stays in the raw record.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from mdm.domain.dictionary import EntityType
from mdm.domain.errors import ProfileError
from mdm.domain.source import Json, SourceKind
from mdm.domain.standardise.kind import SourceContext
from mdm.domain.toml_table import TomlTable

Column: TypeAlias = "tuple[str, int]"
"""Attribute and part: 0 for a column that holds the attribute alone, else 1, 2, 3…"""

CUT_LENGTHS = frozenset({35, 40})
"""Lengths at which ERP name lines are cut in mid-word: SAP NAME1 to NAME4 (35), business partners (40)."""

ENCODINGS = frozenset(
    {
        "ascii",
        "big5",
        "cp1252",
        "gb18030",
        "gb2312",
        "gbk",
        "iso-8859-1",
        "latin-1",
        "shift-jis",
        "utf-16",
        "utf-16-be",
        "utf-16-le",
        "utf-8",
        "utf-8-sig",
    }
)
"""Encodings a profile may name; case and ``_`` for ``-`` do not matter."""

DATE_ORDERS = frozenset({"YMD", "DMY", "MDY"})

PROFILE_KEYS = frozenset(
    {
        "columns",
        "country",
        "date_order",
        "delimiter",
        "duplicate_free",
        "encoding",
        "format",
        "header_row",
        "id_column",
        "kind",
        "nulls",
        "record_path",
        "sheet",
        "unmapped",
    }
)
"""Keys that decide how an extract is read."""

_REMARKS = frozenset({"entity_type", "file", "name", "note", "source"})
"""Keys that say something to people or were acted on before."""


class FileFormat(StrEnum):
    """What kinds of file can be read."""

    CSV = "csv"
    XLSX = "xlsx"
    JSONL = "jsonl"
    XML = "xml"


@dataclass(frozen=True, slots=True)
class SourceProfile:
    """How the extract of one source is read; ``columns`` maps a source column to an attribute and its part.

    ``header_row`` counts from 1 (csv and xlsx). ``sheet``: the first one when None. ``record_path``: XML
    element of one record, found by the id column when None. ``nulls``: texts that mean "no value" in this
    source.
    """

    source: str
    id_column: str
    columns: Mapping[str, Column]
    format: FileFormat = FileFormat.CSV
    kind: SourceKind | None = None
    encoding: str = "utf-8"
    delimiter: str = ","
    header_row: int = 1
    unmapped: tuple[str, ...] = ()
    duplicate_free: bool = False
    sheet: str | None = None
    record_path: str | None = None
    date_order: str | None = None
    nulls: tuple[str, ...] = ()
    country: str | None = None

    @property
    def context(self) -> SourceContext:
        """What standardisers need to know of this source."""
        columns = {attribute: name for name, (attribute, part) in self.columns.items() if not part}
        return SourceContext(self.date_order, frozenset(self.nulls), self.country, columns)

    def to_json(self) -> dict[str, Json]:
        """The profile as ``parse_profile`` reads it."""
        return {
            "kind": self.kind.value if self.kind else None,
            "format": self.format.value,
            "encoding": self.encoding,
            "delimiter": self.delimiter if self.format is FileFormat.CSV else None,
            "header_row": self.header_row if self.format in _TABULAR else None,
            "id_column": self.id_column,
            "columns": {
                name: {"attribute": attribute, "part": part} if part else attribute
                for name, (attribute, part) in self.columns.items()
            },
            "unmapped": list(self.unmapped),
            "duplicate_free": self.duplicate_free,
            "sheet": self.sheet,
            "record_path": self.record_path,
            "date_order": self.date_order,
            "nulls": list(self.nulls),
            "country": self.country,
        }


_TABULAR = frozenset({FileFormat.CSV, FileFormat.XLSX})


def parse_profile(data: Mapping[str, object], entity: EntityType | None, source: str) -> SourceProfile:
    """The profile of ``source``: one profile object, or a mapping of many under ``sources``.

    Raises ProfileError with every fault (``details['faults']``): an attribute the entity does not have, no id
    column, an attribute mapped twice without parts, an unknown key, format, encoding, date order or kind.
    """
    faults: list[str] = []
    given = _profile_of(data, entity, source)
    table = TomlTable(f"profile of {source}", {key: v for key, v in given.items() if v is not None}, faults)
    profile = _read(table, entity, source)
    if faults:
        raise ProfileError("; ".join(faults), source=source, faults=faults)
    return profile


def map_cells(profile: SourceProfile, cells: Mapping[str, str | None]) -> dict[str, str]:
    """Attribute to raw text; attributes whose cells are all empty or blank are absent.

    Parts are joined in order, see ``join_parts``; a part that is one of the source's null texts is left out
    of the join, any other text is kept as it is.
    """
    found: dict[str, str] = {}
    lines: dict[str, list[tuple[int, str]]] = {}
    for column, (attribute, part) in profile.columns.items():
        text = cells.get(column)
        if not text or text.isspace():
            continue
        if not part:
            found[attribute] = text
        elif text.strip() not in profile.nulls:
            found[attribute] = ""  # keeps its place until all lines are known
            lines.setdefault(attribute, []).append((part, text))
    for attribute, parts in lines.items():
        found[attribute] = join_parts([text for _, text in sorted(parts)])
    return found


def join_parts(parts: Sequence[str]) -> str:
    """One text of several lines of a source form.

    A line as long as the form allows was cut in mid-word, so the next one follows directly; Chinese follows
    Chinese directly too; everything else is set apart by a space.
    """
    joined, last = "", ""
    for part in parts:
        joined += ("" if not last or _continues(last, part) else " ") + part
        last = part
    return joined


def _continues(last: str, part: str) -> bool:
    if len(last) in CUT_LENGTHS or last[-1].isspace() or part[0].isspace():
        return True
    return _is_wide(last[-1]) and _is_wide(part[0])


def _is_wide(character: str) -> bool:
    return unicodedata.east_asian_width(character) in "WF"


def _profile_of(data: object, entity: EntityType | None, source: str) -> Mapping[str, object]:
    if not isinstance(data, Mapping):
        raise ProfileError("a profile must be a JSON object", source=source)
    named = data.get("entity_type")
    if entity is not None and named is not None and named != entity.name:
        raise ProfileError(f"the profile is for {named!r}, not for {entity.name!r}", source=source)
    if "sources" not in data:
        return data
    sources = data["sources"]
    profile = sources.get(source) if isinstance(sources, Mapping) else None
    if not isinstance(profile, Mapping):
        raise ProfileError(f"the mapping has no profile for source {source!r}", source=source)
    return profile


def _read(table: TomlTable, entity: EntityType | None, source: str) -> SourceProfile:
    table.refuse_others(PROFILE_KEYS | _REMARKS)
    return SourceProfile(
        source=source,
        id_column=table.text("id_column", needed=True),
        columns=_columns(table, entity),
        format=table.choice("format", FileFormat.CSV),
        kind=table.choice("kind", SourceKind.OTHER) if "kind" in table.values else None,
        encoding=_encoding(table),
        delimiter=_delimiter(table),
        header_row=table.number("header_row") or 1,
        unmapped=table.texts("unmapped"),
        duplicate_free=table.flag("duplicate_free", default=False),
        sheet=table.text("sheet") or None,
        record_path=table.text("record_path") or None,
        date_order=_date_order(table),
        nulls=table.texts("nulls"),
        country=_country(table),
    )


def _columns(table: TomlTable, entity: EntityType | None) -> dict[str, Column]:
    given = table.table("columns")
    if not given.values:
        table.fault("columns are missing")
    columns = {name: _column(given, name, value) for name, value in given.values.items()}
    for name, (attribute, _) in columns.items():
        if entity is not None and attribute and attribute not in entity.attributes:
            given.fault(f"{name}: {entity.name} has no attribute {attribute!r}")
    for (attribute, part), count in Counter(columns.values()).items():
        if attribute and (count > 1 or (part and (attribute, 0) in columns.values())):
            given.fault(f"{attribute} is mapped more than once; number its columns as parts")
    return columns


def _column(columns: TomlTable, name: str, value: object) -> Column:
    if isinstance(value, str) and value:
        return value, 0
    if isinstance(value, Mapping) and set(value) <= {"attribute", "part"}:
        attribute, part = value.get("attribute"), value.get("part", 0)
        if isinstance(attribute, str) and attribute and type(part) is int and part >= 0:
            return attribute, part
    columns.fault(f'{name} must be an attribute or {{"attribute": …, "part": 1, 2, …}}, not {value!r}')
    return "", 0


def _encoding(table: TomlTable) -> str:
    given = table.text("encoding") or "utf-8"
    name = given.strip().lower().replace("_", "-")
    if name not in ENCODINGS:
        table.fault(f"encoding {given!r} is not one of {', '.join(sorted(ENCODINGS))}")
        return "utf-8"
    return name


def _delimiter(table: TomlTable) -> str:
    delimiter = table.text("delimiter") or ","
    if len(delimiter) != 1 or delimiter in '"\r\n\0' or delimiter.isalnum():
        table.fault(
            f"delimiter {delimiter!r} must be one character that is not a letter, digit, quote or line end"
        )
        return ","
    return delimiter


def _date_order(table: TomlTable) -> str | None:
    given = table.text("date_order")
    order = given.strip().upper()
    if given and order not in DATE_ORDERS:
        table.fault(f"date_order {given!r} is not one of {', '.join(sorted(DATE_ORDERS))}")
        return None
    return order or None


def _country(table: TomlTable) -> str | None:
    given = table.text("country")
    country = given.strip().upper()
    if given and not re.fullmatch("[A-Z]{2}", country):
        table.fault(f"country {given!r} must be two letters (ISO 3166-1 alpha-2)")
        return None
    return country or None
