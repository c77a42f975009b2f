"""Candidate keys: by what records find each other, and what a key that too many of them hold is refined by.

A hot key finds nothing by itself. Where its rule names a second feature it counts together with each member of that
feature, unless the combination is hot as well. Hotness is frozen in the statistics of a full run.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from mdm.domain.rules import BlockingRule
from mdm.linkage.member import FeatureValue, member_hash, texts_of

Features: TypeAlias = Mapping[str, FeatureValue]

Hot: TypeAlias = Mapping[str, Mapping[str, int]]
"""Name of the keys -> hot key -> records that hold it; refined ones are named as ``refined_name`` says."""

_JOINT = "\x1f"
_ODD = 0x9E3779B97F4A7C15
_MASK = (1 << 63) - 1


@dataclass(frozen=True, slots=True)
class HotNumbers:
    """The hot keys of one rule by their numbers, and the refined ones that are hot as well."""

    keys: frozenset[int]
    refined: frozenset[int]


def refined_name(rule: BlockingRule) -> str:
    """What keys of this rule are called once they are refined."""
    return f"{rule.on}+{rule.refine_by}"


def all_keys(rule: BlockingRule, features: Features) -> Iterator[tuple[str, str]]:
    """(name, text) of every key that a record may come to be found by, whatever is hot."""
    for text in texts_of(features.get(rule.on)):
        yield rule.on, text
    yield from refined_keys(rule, features, None)


def refined_keys(
    rule: BlockingRule, features: Features, of: Collection[str] | None
) -> Iterator[tuple[str, str]]:
    """(name, text) of the refinements of the keys among ``of``; None: of all."""
    by = texts_of(features.get(rule.refine_by)) if rule.refine_by else ()
    if by:
        name = refined_name(rule)
        for text in texts_of(features.get(rule.on)):
            if of is None or text in of:
                for each in by:
                    yield name, f"{text}{_JOINT}{each}"


def keys_in_use(rule: BlockingRule, features: Features, hot: Hot) -> Iterator[tuple[str, str]]:
    """(name, text) of the keys that a record is found by while these are hot."""
    too_many = hot.get(rule.on, {})
    for text in texts_of(features.get(rule.on)):
        if text not in too_many:
            yield rule.on, text
    if too_many:
        none_of = hot.get(refined_name(rule), {})
        for name, text in refined_keys(rule, features, too_many):
            if text not in none_of:
                yield name, text


def shown(text: str) -> str:
    """A key as people read it."""
    return text.replace(_JOINT, " + ")


def hot_numbers(rule: BlockingRule, hot: Hot) -> HotNumbers:
    """The hot keys of a rule as numbers."""
    refined = (text.rpartition(_JOINT) for text in hot.get(refined_name(rule), ()))
    return HotNumbers(
        frozenset(map(member_hash, hot.get(rule.on, ()))),
        frozenset(refined_number(member_hash(key), member_hash(by)) for key, _, by in refined),
    )


def refined_number(key: int, by: int) -> int:
    """Stable 63-bit number of a key together with a member."""
    return (key * _ODD + by) & _MASK


def numbers_in_use(members: Sequence[int], by: Sequence[int], hot: HotNumbers) -> Sequence[int]:
    """``keys_in_use`` by numbers: members of the rule's feature, and of the one that it is refined by."""
    if not hot.keys:
        return members
    found = [key for key in members if key not in hot.keys]
    if by and len(found) < len(members):
        refined = [refined_number(key, each) for key in members if key in hot.keys for each in by]
        found += [number for number in refined if number not in hot.refined]
    return found
