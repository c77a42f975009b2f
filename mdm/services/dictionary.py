"""Reading the dictionary: the seed in the package, then folders that replace, add or extend.

Invariants: a later file of the same name replaces the earlier one as a whole; code lists are merged. Once a code list
is in the database, its version there governs.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from mdm.domain.access import Permission
from mdm.domain.code_list import CodeEntry, CodeList, lookup_key
from mdm.domain.dictionary import Dictionary, parse_dictionary
from mdm.domain.errors import DictionaryError, UnknownCodeListError
from mdm.services import access
from mdm.services.unit_of_work import UnitOfWork
from mdm.storage import change as change_store
from mdm.storage import dictionary as dictionary_store


@dataclass(frozen=True, slots=True)
class CodeListLine:
    """A code list in short; ``version`` is that of the database."""

    name: str
    zh: str
    en: str
    owner: str
    version: int
    codes: int


@dataclass(frozen=True, slots=True)
class CodeListVersion:
    """One version of a code list; without a change it came with the files."""

    version: int
    created_at: str
    change_id: str | None
    author: str
    reason: str


@dataclass(frozen=True, slots=True)
class CodeListView:
    """A code list with its versions, newest first, and codes."""

    line: CodeListLine
    versions: tuple[CodeListVersion, ...]
    entries: tuple[CodeEntry, ...]


def load_dictionary(*folders: Path) -> Dictionary:
    """The dictionary of the package and of ``folders`` (each may hold ``*.toml`` and ``codes/*.toml``).

    A folder that does not exist adds nothing. Raises DictionaryError listing every fault.
    """
    layers: list[Traversable] = [files("mdm").joinpath("dictionary"), *folders]
    entities: dict[str, str] = {}
    for layer in layers:
        entities |= _texts(layer)
    first, *more = (_texts(layer.joinpath("codes")) for layer in layers)
    return parse_dictionary(entities, first, more)


def list_code_lists(uow: UnitOfWork) -> tuple[CodeListLine, ...]:
    """Every code list in force, by name."""
    access.require(uow.actor, Permission.DICTIONARY_READ)
    held = {row.name: row for row in change_store.code_lists_in_force(uow.connection)}
    return tuple(
        _line(codes, held[name].version if name in held else 0)
        for name, codes in sorted(uow.hub.dictionary.code_lists.items())
    )


def get_code_list(uow: UnitOfWork, name: str, q: str = "") -> CodeListView:
    """One code list, its codes narrowed to those spelt with ``q``; raises UnknownCodeListError."""
    access.require(uow.actor, Permission.DICTIONARY_READ)
    if name not in uow.hub.dictionary.code_lists:
        raise UnknownCodeListError(f"There is no code list {name}.", code_list=name)
    codes = uow.hub.dictionary.code_lists[name]
    rows = change_store.code_list_versions(uow.connection, name)
    versions = tuple(
        CodeListVersion(row.version, row.created_at, row.change_id, row.author or "", row.reason or "")
        for row in rows
    )
    wanted = lookup_key(q)
    entries = tuple(
        entry
        for entry in codes.entries
        if not wanted or any(wanted in lookup_key(text) for text in (entry.code, *entry.spellings))
    )
    return CodeListView(_line(codes, versions[0].version if versions else 0), versions, entries)


def _line(codes: CodeList, version: int) -> CodeListLine:
    return CodeListLine(codes.name, codes.zh, codes.en, codes.owner, version, len(codes.entries))


def import_code_lists(uow: UnitOfWork) -> None:
    """Take every code list of the files that the database does not hold yet as its version 1."""
    held = {row.name for row in change_store.code_lists_in_force(uow.connection)}
    new = [codes for name, codes in uow.hub.seed.dictionary.code_lists.items() if name not in held]
    change_store.add_code_lists(
        uow.connection,
        [
            {
                "name": codes.name,
                "version": 1,
                "content": codes.content,
                "content_hash": codes.content_hash,
                "seed": codes.content_hash,
                "change_id": None,
                "created_at": uow.at,
            }
            for codes in new
        ],
    )


def put_in_force(uow: UnitOfWork, dictionary: Dictionary, name: str, change_id: str) -> None:
    """Keep one code list of this dictionary as its next version, and the dictionary as a version of its own."""
    version = change_store.last_code_list_version(uow.connection, name) + 1
    codes = replace(dictionary.code_list(name), version=str(version))
    seed = uow.hub.seed.dictionary.code_lists.get(name)
    change_store.add_code_lists(
        uow.connection,
        [
            {
                "name": name,
                "version": version,
                "content": codes.content,
                "content_hash": codes.content_hash,
                "seed": seed.content_hash if seed else "",
                "change_id": change_id,
                "created_at": uow.at,
            }
        ],
    )
    keep_version(uow, replace(dictionary, code_lists={**dictionary.code_lists, name: codes}))


def keep_version(uow: UnitOfWork, dictionary: Dictionary) -> str | None:
    """Keep the dictionary as a version; returns its hash, None when this content is kept already."""
    content = dictionary_text(dictionary)
    digest = hashlib.sha256(content.encode()).hexdigest()
    return digest if dictionary_store.add_version(uow.connection, content, digest, uow.at) else None


def dictionary_text(dictionary: Dictionary) -> str:
    """The dictionary as canonical JSON."""
    content = {
        "entities": {name: asdict(entity) for name, entity in dictionary.entities.items()},
        "code_lists": {name: asdict(codes) for name, codes in dictionary.code_lists.items()},
    }
    return json.dumps(content, ensure_ascii=False, sort_keys=True, default=str)


def _texts(folder: Traversable) -> Mapping[str, str]:
    """File stem to text of the TOML files of a folder, by name."""
    if not folder.is_dir():
        return {}
    found = sorted(
        (file for file in folder.iterdir() if file.name.endswith(".toml")), key=lambda file: file.name
    )
    return {file.name.removesuffix(".toml"): _text(file) for file in found}


def _text(file: Traversable) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise DictionaryError(f"{file.name} cannot be read as UTF-8 text: {error}", file=file.name) from error
