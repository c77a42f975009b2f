"""Reading the dictionary: the seed in the package, then folders that replace, add or extend.

Invariant: a later file of the same name replaces the earlier one as a whole; code lists are merged.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from mdm.domain.dictionary import Dictionary, parse_dictionary
from mdm.domain.errors import DictionaryError


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
