"""Frozen dataclasses back from the JSON of their fields: what ``dataclasses.asdict`` wrote comes back equal."""

from __future__ import annotations

import json
from dataclasses import is_dataclass
from enum import StrEnum
from functools import cache
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

Made = TypeVar("Made")


def from_json(text: str, kind: type[Made]) -> Made:
    """The dataclass of this kind whose fields were stored; raises KeyError or TypeError for another shape."""
    made = _build(json.loads(text), kind)
    if not isinstance(made, kind):
        raise TypeError(f"no {kind.__name__}")
    return made


def _build(value: Any, hint: Any) -> Any:
    """A value from its JSON form, guided by its annotation; ``Any``: JSON, and types have no common type."""
    if get_origin(hint) is tuple:
        return tuple(_build(item, get_args(hint)[0]) for item in value)
    if get_args(hint):  # a union with None
        return None if value is None else _build(value, get_args(hint)[0])
    if isinstance(hint, type) and is_dataclass(hint):
        hints = _hints(hint)
        return hint(**{name: _build(part, hints[name]) for name, part in value.items()})
    return hint(value) if isinstance(hint, type) and issubclass(hint, StrEnum) else value


@cache
def _hints(kind: type) -> dict[str, Any]:
    """``Any``: as ``_build``."""
    return get_type_hints(kind)
