"""The words that demo data is made of: places, companies, parts and machines, read from TOML files.

There are two vocabularies with nothing in common but laws, units and the trade's own designations: weights are
trained on the first, and the second shows whether rules know the trade or only its words. Everything here is general
geography and trade language, or invented; a likeness to a real company is chance.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from importlib.resources import files
from typing import Any

Words = dict[str, Any]
"""One parsed vocabulary file; its shape is the file's own."""

FIRST, SECOND = "first", "second"

_speaking: ContextVar[str] = ContextVar("vocabulary", default=FIRST)


@contextmanager
def speaking(vocabulary: str) -> Iterator[None]:
    """Take words from ``first`` or ``second`` inside the block; raises ValueError for another name."""
    if vocabulary not in (FIRST, SECOND):
        raise ValueError(f"there is no vocabulary {vocabulary!r}")
    token = _speaking.set(vocabulary)
    try:
        yield
    finally:
        _speaking.reset(token)


def words(name: str) -> Words:
    """The vocabulary file ``words/<name>.toml``; in the second vocabulary its own tables replace those of the first."""
    return _words(name, _speaking.get())


@cache
def _words(name: str, vocabulary: str) -> Words:
    found = tomllib.loads(_text(f"{name}.toml"))
    if vocabulary == SECOND and files("mdm.demo").joinpath("words", SECOND, f"{name}.toml").is_file():
        return found | tomllib.loads(_text(f"{SECOND}/{name}.toml"))
    return found


def mapping(entity: str) -> Words:
    """How the demo sources of one entity map to the dictionary, as written to ``mapping.json``."""
    loaded: Words = json.loads(_text(f"mapping_{entity}.json"))
    return loaded


def _text(path: str) -> str:
    return files("mdm.demo").joinpath("words", *path.split("/")).read_text(encoding="utf-8")
