"""Comparable columns derived from standard records, as rule files declare them.

Each feature kind is a function from the pooled texts of its references to a list of texts; kinds that must
know which reference a text came from get one tuple of texts per reference instead.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import pairwise
from typing import TypeAlias

from mdm.domain import features_company, features_goods, features_machine, features_part
from mdm.domain.errors import RuleError
from mdm.domain.rules import Feature
from mdm.domain.source import Json, StandardRecord
from mdm.domain.standardise import text as texts_of

FeatureFunction: TypeAlias = Callable[[tuple[str, ...]], list[str]]
"""Pooled texts of all references, in order -> members of the feature."""

GroupedFunction: TypeAlias = Callable[[Mapping[str, tuple[str, ...]]], list[str]]
"""Texts by reference, in order -> members of the feature."""

FeatureValue: TypeAlias = "str | list[str] | float | None"


SOURCE_ID = "@source_id"
"""The reference of a feature to the record's own id in its source system."""

SOURCE = "@source"
"""The reference of a feature to the code of the system that holds the record."""


def build_features(
    features: tuple[Feature, ...], record: StandardRecord, *, source_id: str = "", source: str = ""
) -> dict[str, FeatureValue]:
    """Feature name -> value: a list of distinct texts for sets (empty when none), else one text or number.

    ``source_id`` is what ``@source_id`` points at: other systems quote it in their reference attributes;
    ``source`` is what ``@source`` points at: a system seldom holds one thing twice.
    Raises RuleError for a feature kind that does not exist.
    """
    plan = _plans.get(id(features))
    if plan is None:
        if len(_plans) >= _MOST_PLANS:
            _plans.clear()
        plan = _plans[id(features)] = _Plan(features)
    return plan.build(record, source_id, source)


class _Plan:
    """Features made ready to be built for record after record.

    Most attributes of a record are empty: only the references of those that it holds are read, once each, and a
    feature with nothing to read costs nothing.
    """

    def __init__(self, features: tuple[Feature, ...]) -> None:
        self.features = features
        self._at: dict[str, list[tuple[str, str]]] = {}
        for reference in {reference for feature in features for reference in feature.of}:
            attribute, _, part = reference.partition(".")
            self._at.setdefault(attribute, []).append((reference, part))
        self._pools = tuple({feature.of for feature in features})
        self._steps = [(feature, *_function(feature), self._pools.index(feature.of)) for feature in features]

    def build(self, record: StandardRecord, source_id: str, source: str) -> dict[str, FeatureValue]:
        """The value of every feature."""
        read = self._read(record)
        if source_id:
            read[SOURCE_ID] = (source_id,)
        if source:
            read[SOURCE] = (source,)
        pools = [tuple([text for name in of if name in read for text in read[name]]) for of in self._pools]
        found: dict[str, FeatureValue] = {}
        for feature, alone, grouped, place in self._steps:
            pool = pools[place]
            members: list[str] = []
            if alone is not None and (pool or feature.kind in SPEAKING_OF_NOTHING):
                members = alone(pool)
            elif grouped is not None and pool:
                every = feature.kind in ASKING_FOR_ALL
                members = grouped({name: read.get(name, ()) for name in feature.of if every or name in read})
            found[feature.name] = members if feature.array else _single(feature, members)
        return found

    def _read(self, record: StandardRecord) -> dict[str, tuple[str, ...]]:
        """Texts by reference, those that have any: ``attribute`` its standard value, ``attribute.part`` a piece."""
        read = {}
        for attribute, references in self._at.items():
            if attribute not in record.values and attribute not in record.parts:
                continue
            for reference, part in references:
                value = record.values.get(attribute)
                texts = _piece(record, attribute, part) if part else tuple(_texts(value))
                if texts:
                    read[reference] = texts
        return read


_plans: dict[int, _Plan] = {}
"""Plans by the identity of their features, which each plan keeps alive: a rule set never changes."""

_MOST_PLANS = 64


def _function(feature: Feature) -> tuple[FeatureFunction | None, GroupedFunction | None]:
    if feature.kind not in FEATURE_KINDS:
        raise RuleError(f"unknown feature kind {feature.kind!r}", feature=feature.name)
    return FEATURES.get(feature.kind), GROUPED_FEATURES.get(feature.kind)


def _single(feature: Feature, members: list[str]) -> FeatureValue:
    first = next((member for member in members if member), None)
    return _number(first) if feature.number else first


def _piece(record: StandardRecord, attribute: str, part: str) -> tuple[str, ...]:
    parts = record.parts.get(attribute)
    piece = parts.get(part) if parts else None
    if not piece:
        return ()
    return (piece,) if isinstance(piece, str) else tuple(text for text in piece if text)


def _texts(value: Json) -> Iterator[str]:
    if value is None or value == "":
        return
    if isinstance(value, bool):
        yield "true" if value else "false"
    elif isinstance(value, str | int | float):
        yield str(value)
    elif isinstance(value, Mapping):
        for member in value.values():
            yield from _texts(member)
    else:
        for member in value:
            yield from _texts(member)


def _number(text: str | None) -> float | None:
    try:
        return None if text is None else float(text)
    except ValueError:
        return None


def distinct(members: Iterable[str]) -> list[str]:
    """Non-empty members once each, in order of appearance."""
    return list(dict.fromkeys(member for member in members if member))


def values(texts: tuple[str, ...]) -> list[str]:
    """Every pooled text."""
    return distinct(texts)


def first(texts: tuple[str, ...]) -> list[str]:
    """The first text only."""
    return distinct(texts)[:1]


def tokens(texts: tuple[str, ...]) -> list[str]:
    """Words: Latin ones and numbers as they stand, Han ones by word list."""
    return distinct(token for text in texts for token in texts_of.tokens(text))


def words_rare(texts: tuple[str, ...]) -> list[str]:
    """Words long enough to tell things apart: two Han characters, or three letters and digits."""
    return [word for word in tokens(texts) if len(word) >= (3 if word.isascii() else 2)]


def bigrams(texts: tuple[str, ...]) -> list[str]:
    """Pairs of neighbouring characters of each comparison key without spaces; a single character stays."""
    keys = (texts_of.comparison_key(text).replace(" ", "") for text in texts)
    return distinct(
        gram for key in keys for gram in ([key] if len(key) == 1 else map("".join, pairwise(key)))
    )


def initials(texts: tuple[str, ...]) -> list[str]:
    """First letters of the words of each text joined, Han by pinyin syllable; at least two."""
    return distinct(found for text in texts if len(found := _initials(text)) >= 2)


def _initials(text: str) -> str:
    words = re.findall(r"[a-z0-9]+", texts_of.ascii_fold(texts_of.comparison_key(text)))
    if texts_of.has_han(text):
        return "".join(syllable[0] for syllable in texts_of.pinyin_syllables(text))
    return "".join(word[0] for word in words)


def pinyin(texts: tuple[str, ...]) -> list[str]:
    """Joined pinyin or Latin letters of each text."""
    return distinct(texts_of.pinyin_key(text) for text in texts)


def prefix4(texts: tuple[str, ...]) -> list[str]:
    """The first four characters of each comparison key that has as many."""
    keys = (texts_of.comparison_key(text).replace(" ", "") for text in texts)
    return distinct(key[:4] for key in keys if len(key) >= 4)


def digits_last7(texts: tuple[str, ...]) -> list[str]:
    """The last seven digits of each text that has as many."""
    digits = (re.sub(r"\D", "", text) for text in texts)
    return distinct(found[-7:] for found in digits if len(found) >= 7)


def references(texts: tuple[str, ...]) -> list[str]:
    """Record numbers as systems quote each other: letters and digits, without leading zeros, at least five left."""
    found = (re.sub(r"[^0-9A-Z]", "", text.upper()).lstrip("0") for text in texts)
    return distinct(number for number in found if len(number) >= 5)


def han_only(texts: tuple[str, ...]) -> list[str]:
    """Texts written in Han characters, without the others."""
    return distinct(texts_of.comparison_key(text) for text in texts if texts_of.has_han(text))


def or_none(texts: tuple[str, ...]) -> list[str]:
    """The texts, or ``-`` where there are none: having no branch is a statement of its own."""
    return distinct(texts) or ["-"]


def keys(by_reference: Mapping[str, tuple[str, ...]]) -> list[str]:
    """Each text with its reference before it, so that equal texts of different attributes stay apart."""
    return distinct(f"{reference}:{text}" for reference, texts in by_reference.items() for text in texts)


def joined(by_reference: Mapping[str, tuple[str, ...]]) -> list[str]:
    """The first text of every reference joined with ``|``; nothing unless all are present."""
    if not by_reference or not all(by_reference.values()):
        return []
    return ["|".join(texts[0] for texts in by_reference.values())]


FEATURES: Mapping[str, FeatureFunction] = {
    "values": values,
    "first": first,
    "tokens": tokens,
    "words_rare": words_rare,
    "bigrams": bigrams,
    "initials": initials,
    "pinyin": pinyin,
    "prefix4": prefix4,
    "digits_last7": digits_last7,
    "references": references,
    "or_none": or_none,
    "han_only": han_only,
    **features_company.FEATURES,
    **features_machine.FEATURES,
    **features_part.FEATURES,
}
"""Kinds that see all texts of a record's references as one pool."""

GROUPED_FEATURES: Mapping[str, GroupedFunction] = {
    "keys": keys,
    "joined": joined,
    **features_company.GROUPED_FEATURES,
    **features_goods.GROUPED_FEATURES,
    **features_machine.GROUPED_FEATURES,
    **features_part.GROUPED_FEATURES,
}
"""Kinds that see which reference each text came from."""

SPEAKING_OF_NOTHING = frozenset({"or_none", "group_or_other"})
"""Kinds that have something to say of a record without any text."""

ASKING_FOR_ALL = frozenset({"joined"})
"""Kinds that must see which of their references are empty."""

FEATURE_KINDS = frozenset(FEATURES) | frozenset(GROUPED_FEATURES)
"""Every kind that a rule file may name."""
