"""Golden records: their permanent IDs, and the survivorship that picks each of their values.

Invariant: recomputing a golden record from the same source records, rules and overrides gives the same values and
the same provenance (I8).
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from random import Random

from stdnum.iso7064 import mod_37_36

from mdm.domain.errors import InvalidInputError
from mdm.domain.rules import Criterion, Survivorship
from mdm.domain.source import Json, SourceKey

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: no I, L, O, U, so that a code read aloud or off paper stays itself."""


ONLY_VALUE = "only_value"
"""Rule name of a value that nothing contradicts."""


class GoldenStatus(StrEnum):
    """Where a golden ID stands in its life."""

    ACTIVE = "active"
    MERGED = "merged"
    SPLIT = "split"
    RETIRED = "retired"


@dataclass(frozen=True, slots=True)
class Candidate:
    """One source record's value for one attribute, with what the criteria need to know of it."""

    record_id: int
    source: SourceKey
    kind: str
    version: int
    value: Json
    changed_at: datetime
    verified: bool


@dataclass(frozen=True, slots=True)
class Survivor:
    """The value that won, the record it came from and the criterion that decided."""

    candidate: Candidate
    rule: str


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where one golden value came from."""

    source_system: str
    source_id: str
    source_version: int
    rule: str
    rule_version: str
    at: str


@dataclass(frozen=True, slots=True)
class Member:
    """One source record of a golden record, as pages and the API show it."""

    record_id: int
    source_system: str
    source_id: str
    source_version: int
    status: str
    since: str
    values: Mapping[str, Json]


@dataclass(frozen=True, slots=True)
class GoldenRecord:
    """The best known version of one real thing, now or at ``as_of``.

    ``missing``: required attributes that have no value.
    """

    golden_id: str
    entity: str
    status: str
    version: int
    title: str
    attributes: Mapping[str, Json]
    provenance: Mapping[str, Provenance]
    members: tuple[Member, ...]
    resolved_ids: tuple[str, ...]
    requested_id: str
    valid_from: str
    created_at: str
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class GoldenVersion:
    """One entry of a golden record's history."""

    version: int
    status: str
    title: str
    valid_from: str
    fact: str
    actor: str
    reason: str
    attributes: Mapping[str, Json]
    records: tuple[str, ...] = ()
    """Its source records as ``system:id``."""


@dataclass(frozen=True, slots=True)
class ValueSource:
    """One value that was there to choose from: who says it, since when, and how far that source is trusted in it.

    ``trust``: 0 to 1 as survivorship weighs it, None for a value set by hand; ``raw``: as the source wrote it;
    ``verified``: it passed the check of its attribute; ``set_by`` and ``reason`` name who set a value by hand.
    """

    source_system: str
    source_id: str
    source_version: int
    value: Json
    raw: str
    changed_at: str
    trust: float | None
    verified: bool
    chosen: bool
    set_by: str = ""
    reason: str = ""
    decision_id: str = ""


@dataclass(frozen=True, slots=True)
class GoldenComment:
    """What somebody wrote beside a golden record, under the ID it had then; ``mentions``: logins that it names."""

    comment_id: str
    golden_id: str
    author: str
    at: str
    text: str
    mentions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class GoldenSummary:
    """One line of a list of golden records."""

    golden_id: str
    entity: str
    status: str
    title: str
    summary: Mapping[str, Json]
    sources: int


@dataclass(frozen=True, slots=True)
class Effect:
    """What an action on golden records does, exactly: shown as preview and returned afterwards.

    ``memberships``: source key as ``system:id`` -> golden ID after the action (``?`` stands for an ID not yet issued).
    """

    decision_id: str | None
    golden_ids: tuple[str, ...]
    created: tuple[str, ...]
    ended: tuple[str, ...]
    memberships: Mapping[str, str]
    tasks_closed: tuple[int, ...]
    tasks_opened: tuple[int, ...]
    proposal_id: str | None = None
    """Set when nothing was done yet: the action crosses a regulated veto and waits for a second person."""
    regulated: tuple[str, ...] = ()
    """Names of the regulated vetoes that it crosses."""
    values: Mapping[str, Mapping[str, tuple[Json, Json]]] = field(default_factory=dict)
    """Golden ID -> attribute -> value before and after, for those that change."""


def new_golden_id(prefix: str, now: datetime, random: Random) -> str:
    """``SUP-`` + 9 characters of time (ms) + 7 random ones + ISO 7064 mod 37,36 check character.

    Time order keeps indexes compact; the random part makes an ID that was issued after a backup impossible to issue
    again after restoring it (I3).
    """
    body = _base32(int(now.timestamp() * 1000), 9) + _base32(random.getrandbits(35), 7)
    return f"{prefix}-{body}{mod_37_36.calc_check_digit(body)}"


def check_golden_id(golden_id: str) -> str:
    """The canonical form (upper case, no spaces); raises InvalidInputError when the check character is wrong."""
    canonical = golden_id.strip().upper()
    _, _, body = canonical.partition("-")
    if len(body) != 17 or not body.isascii() or not body.isalnum() or not mod_37_36.is_valid(body):
        raise InvalidInputError(
            "This is not a golden ID: its check character does not fit.", golden_id=golden_id[:60]
        )
    return canonical


def survive(rule: Survivorship, candidates: Sequence[Candidate], now: datetime) -> Survivor | None:
    """The value that stays, or None without candidates; ties fall to the smallest source key."""
    if not candidates:
        return None
    if len(candidates) == 1:
        return Survivor(candidates[0], ONLY_VALUE)
    left = sorted(candidates, key=lambda c: c.source)
    if len({repr(c.value) for c in left}) == 1:
        return Survivor(left[0], ONLY_VALUE)
    for criterion in rule.criteria:
        rank = _RANKS[criterion](rule, left, now)
        best = max(rank(c) for c in left)
        left = [c for c in left if rank(c) == best]
        if len({repr(c.value) for c in left}) == 1:
            return Survivor(left[0], criterion.value)
    return Survivor(left[0], "source_order")


def choose_keeper(holders: Mapping[str, int]) -> str:
    """The golden ID that survives when several meet: most records, then the oldest ID (IDs sort by time)."""
    return min(holders, key=lambda golden_id: (-holders[golden_id], golden_id))


_Rank = Callable[[Candidate], float]


def _rank_verified(_: Survivorship, __: Sequence[Candidate], ___: datetime) -> _Rank:
    return lambda c: float(c.verified)


def _rank_trust(rule: Survivorship, _: Sequence[Candidate], now: datetime) -> _Rank:
    """Trust falls from 1 by the source's place in the rule and halves every ``half_life_days``, in coarse steps.

    Coarse (tenths), so that a day's age does not outweigh which system answers for the attribute.
    """
    places = {kind: place for place, kind in enumerate(rule.trust)}
    return lambda c: _trust(rule, places, c.kind, c.changed_at, now)


def trust_of(rule: Survivorship, kind: str, changed_at: datetime, now: datetime) -> float:
    """How far a source of this kind is trusted in the attribute of the rule, 0 to 1."""
    return _trust(rule, {name: place for place, name in enumerate(rule.trust)}, kind, changed_at, now)


def _trust(
    rule: Survivorship, places: Mapping[str, int], kind: str, changed_at: datetime, now: datetime
) -> float:
    base = 1.0 - places.get(kind, len(places)) / (len(places) + 1)
    age = max(0.0, (now - changed_at).days)
    return round(base * math.exp2(-age / rule.half_life_days), 1)


def _rank_common(_: Survivorship, candidates: Sequence[Candidate], __: datetime) -> _Rank:
    counts = Counter(repr(c.value) for c in candidates)
    return lambda c: float(counts[repr(c.value)])


def _rank_complete(_: Survivorship, __: Sequence[Candidate], ___: datetime) -> _Rank:
    return lambda c: float(len(str(c.value)))


def _rank_recent(_: Survivorship, __: Sequence[Candidate], ___: datetime) -> _Rank:
    return lambda c: c.changed_at.timestamp()


_RANKS: Mapping[Criterion, Callable[[Survivorship, Sequence[Candidate], datetime], _Rank]] = {
    Criterion.VERIFIED: _rank_verified,
    Criterion.TRUST: _rank_trust,
    Criterion.MOST_COMMON: _rank_common,
    Criterion.MOST_COMPLETE: _rank_complete,
    Criterion.MOST_RECENT: _rank_recent,
}


def _base32(number: int, width: int) -> str:
    digits = []
    for _ in range(width):
        number, digit = divmod(number, 32)
        digits.append(ALPHABET[digit])
    return "".join(reversed(digits))
