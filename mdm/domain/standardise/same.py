"""Governed data as a key of caches."""

from __future__ import annotations

from mdm.domain.code_list import CodeList


class Same:
    """A code list hashed by identity, because hashing thousands of spellings costs more than it saves."""

    __slots__ = ("codes",)

    def __init__(self, codes: CodeList) -> None:
        self.codes = codes

    def __hash__(self) -> int:
        return id(self.codes)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Same) and other.codes is self.codes
