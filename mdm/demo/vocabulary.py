"""The words that demo data is made of: places, companies, parts and machines, read from TOML files.

Everything here is general geography and trade language, or invented; a likeness to a real company is chance.
"""

from __future__ import annotations

import json
import tomllib
from functools import cache
from importlib.resources import files
from typing import Any

Words = dict[str, Any]
"""One parsed vocabulary file; its shape is the file's own."""


@cache
def words(name: str) -> Words:
    """The vocabulary file ``words/<name>.toml``."""
    return tomllib.loads(_text(f"{name}.toml"))


def mapping(entity: str) -> Words:
    """How the demo sources of one entity map to the dictionary, as written to ``mapping.json``."""
    loaded: Words = json.loads(_text(f"mapping_{entity}.json"))
    return loaded


def _text(name: str) -> str:
    return files("mdm.demo").joinpath("words", name).read_text(encoding="utf-8")
