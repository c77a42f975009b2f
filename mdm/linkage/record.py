"""Records as the matcher sees them: derived features in, compact values and blocking keys out.

Texts become stable 63-bit numbers, so that DuckDB and Python do the same arithmetic on the same values and
no string function ever meets a Chinese character. '' and an empty set are missing values.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from mdm.domain.errors import RuleError
from mdm.domain.rules import Feature, RuleSet
from mdm.linkage.key import hot_numbers, numbers_in_use
from mdm.linkage.member import FeatureValue, member_hash, members_of, number_of, text_of, texts_of
from mdm.linkage.statistics import MAX_BITS, Statistics

Value = str | frozenset[int] | float | None
"""A feature value made ready: text kept, sets as numbers (those of weighted features a WeightedSet)."""

WEIGHT_MASK = (1 << 16) - 1
"""Members of a weighted set carry their bits in the low 16 bits of their number, so that the weight of any set of them
is its sum under this mask: the same as if each member were held once per bit, at a fifth of the cost."""

THINGS_AT = 48
"""Members of a counted set carry the number of things they fit above so many bits of their own number: the least of any
members is that of the rarest."""

MOST_THINGS = (1 << 14) - 1
"""No member counts more things."""

FEATURE_NAME = re.compile(r"[a-z][a-z0-9_]*", re.ASCII)

KEPT_NUMBERS = 500_000
"""So many texts keep their number in memory, about 80 MB."""

Weigh = Callable[[int], int]
"""From the number of a member to the same number with its bits under ``WEIGHT_MASK``."""


class Shape(StrEnum):
    """What a feature column holds."""

    TEXT = "text"
    SET = "set"
    WEIGHTED = "weighted set"
    COUNTED = "counted set"
    NUMBER = "number"


class WeightedSet(frozenset[int]):
    """A set whose members carry a weight; ``total`` is the weight of all of them."""

    __slots__ = ("total",)

    total: int

    @classmethod
    def of(cls, members: Iterable[int]) -> WeightedSet:
        """A set with its total."""
        made = cls(members)
        made.total = weight_of(made)
        return made


@dataclass(frozen=True, slots=True)
class FeatureRecord:
    """The derived features of one source record; ``source`` is the code of its system."""

    record_id: int
    source: str
    features: Mapping[str, FeatureValue]


@dataclass(frozen=True, slots=True)
class Prepared:
    """A record ready to be compared: ``values`` by feature, ``keys`` by blocking rule, both in order.

    Hot keys are already left out of ``keys``.
    """

    record: FeatureRecord
    values: tuple[Value, ...]
    keys: tuple[frozenset[int], ...]

    @property
    def record_id(self) -> int:
        """Number of the record in storage."""
        return self.record.record_id


def shape_of(feature: Feature) -> Shape:
    """Whether the column of this feature holds a number, a set or one text."""
    if feature.number:
        return Shape.NUMBER
    if not feature.array:
        return Shape.TEXT
    if feature.weighted:
        return Shape.WEIGHTED
    return Shape.COUNTED if feature.counted else Shape.SET


def features_by_name(rules: RuleSet) -> dict[str, Feature]:
    """The declared features; raises RuleError when two share a name or one is no plain lower-case word.

    Names become columns, and DuckDB knows no case in these.
    """
    for feature in rules.features:
        if not FEATURE_NAME.fullmatch(feature.name):
            raise RuleError(f"{rules.entity}: {feature.name!r} cannot name a feature", feature=feature.name)
    found = {feature.name: feature for feature in rules.features}
    if len(found) != len(rules.features):
        raise RuleError(f"{rules.entity}: two features have the same name", entity=rules.entity)
    return found


def weight_of(members: Iterable[int]) -> int:
    """Weight in bits of members of weighted sets (up to 8,191 of them)."""
    return sum(members) & WEIGHT_MASK


def compile_weighing(name: str, statistics: Statistics) -> Weigh:
    """How members of this weighted feature get their bits under frozen statistics, known by their number alone.

    Two members whose numbers agree in the high 47 bits weigh the same; no stock is large enough to hold such a pair.
    """
    bits = {
        member_hash(text) & ~WEIGHT_MASK: statistics.bits(name, text)
        for text in statistics.frequency.get(name, ())
    }.get

    def weigh(number: int) -> int:
        high = number & ~WEIGHT_MASK
        return high | bits(high, MAX_BITS)

    return weigh


def compile_counting(name: str, statistics: Statistics) -> Weigh:
    """How members of this counted feature get the number of things they fit; one not seen before fits one."""
    below = (1 << THINGS_AT) - 1
    things = {
        member_hash(text) & below: min(number, MOST_THINGS)
        for text, number in statistics.things.get(name, {}).items()
    }.get

    def count(number: int) -> int:
        low = number & below
        return things(low, 1) << THINGS_AT | low

    return count


def compile_marking(name: str, shape: Shape, statistics: Statistics) -> Weigh | None:
    """How members get what frozen statistics know of them; None for columns whose members are numbers alone."""
    if shape is Shape.WEIGHTED:
        return compile_weighing(name, statistics)
    return compile_counting(name, statistics) if shape is Shape.COUNTED else None


def compile_preparation(rules: RuleSet, statistics: Statistics) -> Callable[[FeatureRecord], Prepared]:
    """A function that makes records of this entity ready under frozen statistics; raises RuleError.

    The returned function keeps the numbers of texts it has met: use one per run.
    """
    features = features_by_name(rules)
    for rule in rules.blocking:
        for name in (rule.on, *([rule.refine_by] if rule.refine_by else [])):
            _require_keys(rules, features, name)
    numbers = Numbers()
    columns = tuple(_column(feature, statistics, numbers) for feature in rules.features)
    blocks = tuple((rule.on, rule.refine_by, hot_numbers(rule, statistics.hot)) for rule in rules.blocking)

    def members(features: Mapping[str, FeatureValue], name: str) -> list[int]:
        return [numbers[text] for text in texts_of(features.get(name))]

    def prepare(record: FeatureRecord) -> Prepared:
        values = tuple(column(record.features) for column in columns)
        keys = tuple(
            frozenset(numbers_in_use(members(record.features, on), members(record.features, by), hot))
            for on, by, hot in blocks
        )
        return Prepared(record, values, keys)

    return prepare


def prepare_all(
    rules: RuleSet, statistics: Statistics, records: Iterable[FeatureRecord]
) -> dict[int, Prepared]:
    """Records made ready, by record id."""
    prepare = compile_preparation(rules, statistics)
    return {record.record_id: prepare(record) for record in records}


class Numbers(dict[str, int]):
    """Numbers of texts, computed once each; emptied when full, since a scorer lives as long as its process."""

    def __missing__(self, text: str) -> int:
        if len(self) >= KEPT_NUMBERS:
            self.clear()
        number = self[text] = member_hash(text)
        return number


def _require_keys(rules: RuleSet, features: Mapping[str, Feature], name: str) -> None:
    if name not in features or features[name].number:
        raise RuleError(f"{rules.entity}: blocking on {name!r}, which is no text feature", feature=name)


def _column(
    feature: Feature, statistics: Statistics, numbers: Mapping[str, int]
) -> Callable[[Mapping[str, FeatureValue]], Value]:
    name, shape = feature.name, shape_of(feature)
    if shape is Shape.NUMBER:
        return lambda features: number_of(features.get(name))
    if shape is Shape.TEXT:
        return lambda features: text_of(features.get(name))
    if shape is Shape.SET:
        return lambda features: _numbers_of(features.get(name), numbers) or None
    if shape is Shape.COUNTED:
        count = compile_counting(name, statistics)
        return lambda features: (
            frozenset(count(numbers[text]) for text in members_of(features.get(name))) or None
        )

    weigh = compile_weighing(name, statistics)

    def weighted(features: Mapping[str, FeatureValue]) -> Value:
        return WeightedSet.of(map(weigh, _numbers_of(features.get(name), numbers))) or None

    return weighted


def _numbers_of(value: FeatureValue, numbers: Mapping[str, int]) -> frozenset[int]:
    """The members of a set by their numbers, in no order."""
    return frozenset([numbers[text] for text in texts_of(value)])
