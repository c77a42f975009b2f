"""Identifiers of the hub's own objects: time-ordered and random, never from a sequence."""

from __future__ import annotations

from datetime import datetime
from random import Random

from mdm.domain.golden import ALPHABET


def new_ulid(now: datetime, random: Random) -> str:
    """26 characters: 10 of time (ms) and 16 random ones; sorts by time."""
    return _ulid(now, random.getrandbits(80))


def first_ulid(moment: datetime) -> str:
    """No identifier made at this moment or later sorts before it."""
    return _ulid(moment, 0)


def _ulid(moment: datetime, chance: int) -> str:
    number = (int(moment.timestamp() * 1000) << 80) | chance
    digits = []
    for _ in range(26):
        number, digit = divmod(number, 32)
        digits.append(ALPHABET[digit])
    return "".join(reversed(digits))
