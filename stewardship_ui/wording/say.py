"""A code in the words of the page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def say(words: Mapping[Any, object], code: str) -> str:
    """The words of a code; one without words is shown as it is. ``Any``: codes are texts and enumerations of texts."""
    return str(words[code]) if code in words else code
