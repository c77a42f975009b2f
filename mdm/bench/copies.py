"""Many records out of few: varied copies of a base, so that a stock of any size costs no standardising.

A copy keeps what many records share (places, trades, legal forms) and changes the rest: numbers become others in every
copy, names become one of ``NAMES`` others, so that namesakes grow more common with the stock as they do in life.
Records of one thing in the base are records of one thing in each copy.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from zlib import crc32

from mdm.domain.features import FeatureValue
from mdm.linkage.member import members_of

NAMES = 40
"""Variants of each name: in a hundred copies each variant comes two or three times."""

SHARED_FROM = 0.002
"""A member held by this share of the base is a place, a trade or a common word: copies keep it."""

DIGITS = 5
"""A member with so many digits is a number and differs in every copy."""

Features = Mapping[str, FeatureValue]


class Copies:
    """The base and its copies without end, by their place: copy 0 is the base itself."""

    def __init__(self, base: Sequence[Features]) -> None:
        """``base``: the features of every record that is copied."""
        self.base = base
        self._shared = _shared(base)

    def features(self, place: int) -> Features:
        """What the record at this place holds."""
        copy, number = divmod(place, len(self.base))
        features = self.base[number]
        if not copy:
            return features
        name = crc32(f"{number}/{copy}".encode()) % NAMES
        return {feature: self._varied(value, copy, name) for feature, value in features.items()}

    def _varied(self, value: FeatureValue, copy: int, name: int) -> FeatureValue:
        if isinstance(value, str):
            return self._variant(value, copy, name)
        if value is None or isinstance(value, float | int):
            return value
        return [self._variant(member, copy, name) for member in value]

    def _variant(self, member: str, copy: int, name: int) -> str:
        if member in self._shared:
            return member
        return f"{member}~{copy}" if _is_number(member) else f"{member}~{name}"


def _shared(base: Sequence[Features]) -> frozenset[str]:
    """Members of any feature that many records hold."""
    held = Counter(
        member
        for features in base
        for member in {m for value in features.values() for m in members_of(value)}
    )
    return frozenset(member for member, records in held.items() if records >= SHARED_FROM * len(base))


def _is_number(member: str) -> bool:
    return sum(map(str.isdigit, member)) >= DIGITS
