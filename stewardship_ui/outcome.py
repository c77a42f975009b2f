"""What a match would leave: each golden record that results, which records move to it and which were there before."""

from __future__ import annotations

from typing import NamedTuple

from mdm.domain.review import Foreseen

UNISSUED = "?"
"""Stands for the ID of a golden record that does not exist yet."""


class SourceKey(NamedTuple):
    """A source record by its system and key."""

    system: str
    key: str


class Leaves(NamedTuple):
    """One golden record after the verdict; ``golden_id`` is '' when it is yet to be issued."""

    golden_id: str
    size: int
    moved: list[SourceKey]
    stayed: list[SourceKey]


def leaves(foreseen: tuple[Foreseen, ...]) -> list[Leaves]:
    """The golden records in the order the service names them."""
    return [
        Leaves(
            "" if each.golden_id == UNISSUED else each.golden_id,
            len(each.records),
            [source_key(record) for record in each.records if record in each.moved],
            [source_key(record) for record in each.records if record not in each.moved],
        )
        for each in foreseen
    ]


def source_key(text: str) -> SourceKey:
    """``SYSTEM:ID`` taken apart at the first colon: keys may hold more of them."""
    system, _, key = text.partition(":")
    return SourceKey(system, key)
