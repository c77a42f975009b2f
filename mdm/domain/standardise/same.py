"""Governed data as a key of caches: by identity, because hashing thousands of spellings costs more than it saves.

Governed data never changes in place; a change makes another object, and so another key.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

from mdm.domain.code_list import CodeList

Governed = TypeVar("Governed")
Made = TypeVar("Made")

MOST = 256
"""Versions of governed data that are remembered at once, far more than one hub has."""


class Once(Generic[Governed, Made]):
    """A function of governed data that is worked out once per object; it keeps the object alive meanwhile."""

    def __init__(self, make: Callable[[Governed], Made]) -> None:
        self._make = make
        self._held: dict[int, tuple[Governed, Made]] = {}

    def __call__(self, governed: Governed) -> Made:
        """What ``make`` gives for exactly this object."""
        held = self._held.get(id(governed))
        if held is None:
            if len(self._held) >= MOST:
                self._held.clear()
            held = self._held[id(governed)] = (governed, self._make(governed))
        return held[1]


class Same:
    """A code list that is equal to itself alone; made by ``cache_key``."""

    __slots__ = ("codes",)

    def __init__(self, codes: CodeList) -> None:
        self.codes = codes


cache_key: Once[CodeList, Same] = Once(Same)
"""The one key of a code list."""
