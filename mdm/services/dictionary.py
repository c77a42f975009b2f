"""Reading the dictionary: the seed in the package, then folders that replace, add or extend.

Invariants: a later file of the same name replaces the earlier one as a whole; code lists are merged. Once a code list
is in the database, its version there governs.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from mdm.domain.dictionary import Dictionary, parse_dictionary
from mdm.domain.errors import DictionaryError
from mdm.services.unit_of_work import UnitOfWork
from mdm.storage import change as change_store


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
