"""Reading XML: one element per record, no document type, no entities, no network.

A cell is a child element (by its local name) or an attribute of the record element; children of children and
repeated children are kept as compact JSON.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

from lxml import etree

from mdm.connectors.rows import Cells, ReadRow
from mdm.domain.errors import UnreadableFileError
from mdm.domain.profile import SourceProfile

MAX_DEPTH = 64
"""Elements inside one another; more is no record."""

_CHUNK = 1024**2
_CODECS = {"utf-8-sig": "utf-8", "latin-1": "iso-8859-1", "cp1252": "windows-1252"}
"""What libxml2 calls them."""


def read(path: Path, profile: SourceProfile) -> tuple[tuple[str, ...], Iterator[ReadRow]]:
    """The columns of the profile, and one mapping per record element.

    The whole file is looked through first: what is not well-formed, declares a document type or has no record
    raises UnreadableFileError before the first row.
    """
    record = _survey(path, profile)
    return tuple(dict.fromkeys((profile.id_column, *profile.columns))), _rows(path, profile, record)


def _rows(path: Path, profile: SourceProfile, record: tuple[str, ...]) -> Iterator[ReadRow]:
    place: list[str] = []
    inside = 0
    for event, element in _events(path, profile):
        if event == "start":
            place.append(_local(element.tag))
            inside = inside or (len(place) if _is_record(place, record) else 0)
            continue
        if len(place) == inside:
            yield _cells(element)
            inside = 0
        place.pop()
        if not inside:
            _forget(element)


def _events(path: Path, profile: SourceProfile) -> Iterator[tuple[str, etree._Element]]:
    try:
        with path.open("rb") as file:
            yield from etree.iterparse(
                file,
                events=("start", "end"),
                encoding=_codec(profile),
                resolve_entities=False,
                no_network=True,
                load_dtd=False,
                huge_tree=False,
                remove_comments=True,
                remove_pis=True,
            )
    except (etree.XMLSyntaxError, LookupError) as error:
        raise UnreadableFileError(f"{path.name}: not readable XML: {error}") from error


def _forget(element: etree._Element) -> None:
    """Give back the memory of an element that was read, and of its elder siblings."""
    element.clear()
    parent = element.getparent()
    while parent is not None and element.getprevious() is not None:
        del parent[0]


def _cells(record: etree._Element) -> Cells:
    cells: dict[str, str | None] = {_local(name): str(value) for name, value in record.attrib.items()}
    for name, children in _by_name(record).items():
        if len(children) == 1 and len(children[0]) == 0:
            cells[name] = children[0].text
        else:
            values = [_nested(child) for child in children]
            cells[name] = _compact(values if len(values) > 1 else values[0])
    return cells


def _by_name(element: etree._Element) -> dict[str, list[etree._Element]]:
    found: dict[str, list[etree._Element]] = {}
    for child in element:
        found.setdefault(_local(child.tag), []).append(child)
    return found


def _nested(element: etree._Element) -> object:
    """An element as a JSON value: its text, or its children by name, in lists when they repeat."""
    if len(element) == 0:
        return element.text
    found = {name: [_nested(child) for child in children] for name, children in _by_name(element).items()}
    return {name: values[0] if len(values) == 1 else values for name, values in found.items()}


def _compact(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


class _Survey:
    """Takes the parser's events: refuses a document type, finds where the records are."""

    def __init__(self, id_column: str, record_path: str | None) -> None:
        self._id_column = id_column
        self._wanted = tuple(record_path.strip("/").split("/")) if record_path else ()
        self._place: list[str] = []
        self.record: tuple[str, ...] = ()

    def doctype(self, name: str | None, public: str | None, system: str | None) -> None:
        """No document type, for it is the door to entities and other files."""
        raise UnreadableFileError(f"the file declares a document type ({name}), which is never read")

    def start(self, tag: str | bytes, attrib: Mapping[str | bytes, str | bytes]) -> None:
        """One element opens."""
        self._place.append(_local(tag))
        if len(self._place) > MAX_DEPTH:
            raise UnreadableFileError(f"not readable XML: elements more than {MAX_DEPTH} deep")
        if self.record:
            return
        if self._wanted:
            self.record = self._wanted if _is_record(self._place, self._wanted) else ()
        elif self._place[-1] == self._id_column and len(self._place) > 1:
            self.record = tuple(self._place[:-1])
        elif self._id_column in attrib:
            self.record = tuple(self._place)

    def end(self, tag: str | bytes) -> None:
        """One element closes."""
        self._place.pop()

    def data(self, data: str | bytes) -> None:
        """Text does not matter here."""

    def comment(self, text: str | bytes) -> None:
        """Nor do comments."""

    def close(self) -> tuple[str, ...]:
        """The end of the file: the path of the record element, () when there is none."""
        return self.record


def _survey(path: Path, profile: SourceProfile) -> tuple[str, ...]:
    survey = _Survey(profile.id_column, profile.record_path)
    try:
        parser = etree.XMLParser(
            target=survey,
            encoding=_codec(profile),
            resolve_entities=False,
            no_network=True,
            load_dtd=False,
            huge_tree=False,
        )
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK):
                parser.feed(chunk)
        parser.close()
    except (etree.XMLSyntaxError, LookupError) as error:
        raise UnreadableFileError(f"{path.name}: not readable XML: {error}") from error
    if not survey.record:
        wanted = f"element {profile.record_path!r}" if profile.record_path else f"id {profile.id_column!r}"
        raise UnreadableFileError(f"the file has no record: no {wanted}", field=profile.id_column)
    return survey.record


def _is_record(place: list[str], record: tuple[str, ...]) -> bool:
    return tuple(place[-len(record) :]) == record


def _local(tag: str | bytes) -> str:
    return str(tag).rpartition("}")[2]


def _codec(profile: SourceProfile) -> str:
    return _CODECS.get(profile.encoding, profile.encoding)
