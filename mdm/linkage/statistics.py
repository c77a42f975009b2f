"""Frozen statistics of a full run: how common the members of weighted features are, and which keys are hot.

They travel inside the model artefact, so that one record tomorrow is judged exactly as the batch was today.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

from mdm.domain.rules import RuleSet
from mdm.linkage.key import refined_keys, refined_name
from mdm.linkage.thing import ThingCounter

if TYPE_CHECKING:
    from mdm.linkage.record import FeatureRecord

MAX_BITS = 8
"""Weight of a member held by at most one record in 256, and of a member never seen before."""

MIN_BITS = 1
"""Weight of a member that nearly every record holds: little, but never nothing."""

SMALL = 1 << MAX_BITS
"""Smaller stocks count as this many records, so that a rare member weighs the maximum in them as well."""


_NOTHING: Mapping[str, int] = {}


@dataclass(frozen=True, slots=True)
class Statistics:
    """What a full run learned about ``records`` records.

    ``frequency``: feature -> member -> records holding it, only for members that weigh less than the maximum.
    ``hot``: blocking feature -> key -> records holding it, for keys too common to block on; refined ones beside them.
    ``things``: counted feature -> member -> things that it fits, for members that fit several.
    """

    records: int = 0
    frequency: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    hot: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    things: Mapping[str, Mapping[str, int]] = field(default_factory=dict)

    def bits(self, feature: str, member: str) -> int:
        """Weight of a member in whole bits (floor of its idf), 1 to 8; 8 for one not seen before."""
        seen = self.frequency.get(feature, _NOTHING).get(member)
        return MAX_BITS if seen is None else idf_bits(self.records, seen)

    def as_dict(self) -> dict[str, object]:
        """JSON-able form with sorted keys."""
        return {
            "records": self.records,
            "frequency": _sorted(self.frequency),
            "hot": _sorted(self.hot),
            "things": _sorted(self.things),
        }


def idf_bits(records: int, frequency: int) -> int:
    """floor(log2(records / frequency)) held between 1 and 8, in whole-number arithmetic."""
    ratio = max(records, SMALL) // max(frequency, 1)
    return min(MAX_BITS, max(MIN_BITS, ratio.bit_length() - 1))


def collect_statistics(rules: RuleSet, records: Iterable[FeatureRecord]) -> Statistics:
    """Count members of weighted features and blocking keys over all records of the entity.

    ``records`` are read a second time where a rule refines its hot keys.
    """
    from_blocking = {rule.on: rule.max_records for rule in rules.blocking}
    weighted = {feature.name for feature in rules.features if feature.weighted}
    counts: dict[str, Counter[str]] = {name: Counter() for name in sorted(weighted | from_blocking.keys())}
    counted = [feature.name for feature in rules.features if feature.counted]
    things = ThingCounter(rules.identifiers, counted, rules.apart)
    total = 0
    for record in records:
        total += 1
        things.add(record.features)
        for name, counter in counts.items():
            value = record.features.get(name)
            counter.update({value} if isinstance(value, str) else set(_texts(value)))
    return Statistics(
        total,
        {name: _common(counts[name], total) for name in sorted(weighted)},
        _with_refined(
            rules, records, {name: _hot(counts[name], limit) for name, limit in sorted(from_blocking.items())}
        ),
        things.things(),
    )


def _with_refined(
    rules: RuleSet, records: Iterable[FeatureRecord], hot: dict[str, dict[str, int]]
) -> dict[str, dict[str, int]]:
    """The hot keys, and their refinements that are hot as well."""
    refining = [rule for rule in rules.blocking if rule.refine_by and hot[rule.on]]
    if not refining:
        return hot
    if iter(records) is records:
        raise ValueError("records that can be read once only cannot be counted twice")
    counts: dict[str, Counter[str]] = {refined_name(rule): Counter() for rule in refining}
    for record in records:
        for rule in refining:
            found = refined_keys(rule, record.features, hot[rule.on])
            counts[refined_name(rule)].update([text for _, text in found])
    return hot | {refined_name(rule): _hot(counts[refined_name(rule)], rule.max_records) for rule in refining}


def statistics_from_dict(raw: Mapping[str, object]) -> Statistics:
    """Read what ``Statistics.as_dict`` wrote."""
    return Statistics(
        int(str(raw["records"])),
        _counts(raw["frequency"]),
        _counts(raw["hot"]),
        _counts(raw.get("things", {})),
    )


def _texts(value: object) -> Iterable[str]:
    return value if isinstance(value, (list, tuple, set, frozenset)) else ()


def _common(counter: Counter[str], total: int) -> dict[str, int]:
    return {
        member: seen
        for member, seen in sorted(counter.items())
        if member and idf_bits(total, seen) < MAX_BITS
    }


def _hot(counter: Counter[str], limit: int) -> dict[str, int]:
    return {key: seen for key, seen in sorted(counter.items()) if key and seen > limit}


def _sorted(counts: Mapping[str, Mapping[str, int]]) -> dict[str, dict[str, int]]:
    return {name: dict(sorted(members.items())) for name, members in sorted(counts.items())}


def _counts(raw: object) -> dict[str, dict[str, int]]:
    counts: Mapping[str, Mapping[str, int]] = cast("Any", raw)  # what as_dict wrote
    return {name: dict(members) for name, members in counts.items()}
