"""Comparable columns derived from standard records, as rule files declare them.

Each feature kind is a function from the pooled texts of its references to a list of texts; kinds that must
know which reference a text came from get one tuple of texts per reference instead.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import TypeAlias, TypeVar

from mdm.domain import features_company, features_goods, features_machine, features_part
from mdm.domain.errors import RuleError
from mdm.domain.rules import Feature
from mdm.domain.source import Json, StandardRecord
from mdm.domain.standardise import text as texts_of
from mdm.domain.standardise.same import Once

FeatureFunction: TypeAlias = Callable[[tuple[str, ...]], list[str]]
"""Pooled texts of all references, in order -> members of the feature."""

Texts: TypeAlias = Mapping[str, tuple[str, ...]]
"""Texts by reference."""

GroupedFunction: TypeAlias = Callable[[Texts], list[str]]
"""Texts by reference, in order -> members of the feature."""

FeatureValue: TypeAlias = "str | Sequence[str] | float | None"


_NO_NUMBER = re.compile(r"[^0-9A-Z]")

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
    return _plan_of(features).build(record, source_id, source)


class _Plan:
    """Features made ready to be built for record after record.

    Most attributes of a record are empty: only what it holds is read, once each, and of the pools of texts only those
    are made for which something was read.
    """

    def __init__(self, features: tuple[Feature, ...]) -> None:
        references = list(dict.fromkeys(reference for feature in features for reference in feature.of))
        bits = {reference: 1 << place for place, reference in enumerate(references)}
        self._at: dict[str, list[tuple[str, str, int]]] = {}
        for reference in references:
            attribute, _, part = reference.partition(".")
            self._at.setdefault(attribute, []).append((reference, part, bits[reference]))
        self._of_nothing = {feature.name: _of_nothing(feature) for feature in features}
        self._pools = [
            _Pool(of, bits, [feature for feature in features if feature.of == of])
            for of in dict.fromkeys(feature.of for feature in features)
        ]

    def build(self, record: StandardRecord, source_id: str, source: str) -> dict[str, FeatureValue]:
        """The value of every feature."""
        read, held = self._read(record)
        for reference, text in ((SOURCE_ID, source_id), (SOURCE, source)):
            if text and reference in self._at:
                read[reference] = (text,)
                held |= self._at[reference][0][2]
        found = self._of_nothing.copy()
        for pool in self._pools:
            if held & pool.mask:
                pool.build(read, held & pool.mask, found)
        return found

    def _read(self, record: StandardRecord) -> tuple[dict[str, tuple[str, ...]], int]:
        """Texts by reference (``attribute``: its standard value, ``attribute.part``: a piece) and which have any."""
        read, held, values = {}, 0, record.values
        for attribute in values.keys() | record.parts.keys():
            if attribute not in self._at:
                continue
            parts = record.parts.get(attribute) or _NO_PARTS
            for reference, part, bit in self._at[attribute]:
                if not part:
                    value = values.get(attribute)
                    texts = (value,) if value and isinstance(value, str) else tuple(_texts(value))
                elif piece := parts.get(part):
                    texts = (piece,) if isinstance(piece, str) else tuple([text for text in piece if text])
                else:
                    continue
                if texts:
                    read[reference] = texts
                    held |= bit
        return read, held


class _Pool:
    """The features that are made of the same references."""

    def __init__(self, of: tuple[str, ...], bits: Mapping[str, int], features: Sequence[Feature]) -> None:
        self._of, self._bits = of, bits
        self.mask = sum(bits[name] for name in set(of))
        self._told: dict[int, tuple[str, ...]] = {}
        alone = [(f, FEATURES[f.kind]) for f in features if _kind(f) in FEATURES]
        self._alone = [(f.name, _valued(f, made)) for f, made in alone if not _is_lot(f, made)]
        self._lots: dict[Callable[[tuple[str, ...]], Mapping[str, Iterable[str]]], dict[str, list[str]]] = {}
        for feature, made in alone:
            if isinstance(made, features_part.Sorted) and _is_lot(feature, made):
                self._lots.setdefault(made.sort, {}).setdefault(made.lot, []).append(feature.name)
        grouped = [(f, f.kind) for f in features if f.kind not in FEATURES]
        self._grouped = [
            (f.name, _valued(f, GROUPED_FEATURES[kind])) for f, kind in grouped if kind not in ASKING_FOR_ALL
        ]
        self._asking = [
            (f.name, _valued(f, GROUPED_FEATURES[kind])) for f, kind in grouped if kind in ASKING_FOR_ALL
        ]

    def build(self, read: Texts, held: int, found: dict[str, FeatureValue]) -> None:
        """Put the values of the pool's features into ``found``; ``held``: which of its references have texts."""
        told = self._told.get(held) or self._tell(held)
        if self._alone or self._lots:
            pool = read[told[0]] if len(told) == 1 else tuple([text for name in told for text in read[name]])
            for name, alone in self._alone:
                found[name] = alone(pool)
            for sort, named in self._lots.items():
                for lot, members in sort(pool).items():
                    for name in named.get(lot, ()):
                        found[name] = list(members)
        if self._grouped:
            texts = {name: read[name] for name in told}
            for name, grouped in self._grouped:
                found[name] = grouped(texts)
        for name, asking in self._asking:
            found[name] = asking({each: read.get(each, ()) for each in self._of})

    def _tell(self, held: int) -> tuple[str, ...]:
        """The references that ``held`` stands for, in order."""
        if len(self._told) >= _MOST_TOLD:
            self._told.clear()
        told = self._told[held] = tuple(name for name in self._of if self._bits[name] & held)
        return told


def _of_nothing(feature: Feature) -> FeatureValue:
    """What the feature says of a record without any text."""
    if _kind(feature) in SPEAKING_OF_NOTHING:
        said = _valued(feature, FEATURES[feature.kind])(())
        return tuple(said) if isinstance(said, list) else said
    return () if feature.array else None


def _is_lot(feature: Feature, function: FeatureFunction) -> bool:
    """Whether the feature takes one lot of a sorting that others share."""
    return feature.array and isinstance(function, features_part.Sorted)


def _kind(feature: Feature) -> str:
    if feature.kind not in FEATURE_KINDS:
        raise RuleError(f"unknown feature kind {feature.kind!r}", feature=feature.name)
    return feature.kind


_Seen = TypeVar("_Seen")


def _valued(feature: Feature, function: Callable[[_Seen], list[str]]) -> Callable[[_Seen], FeatureValue]:
    """The function of a feature kind, giving one text or number where the feature asks for one."""
    if feature.array:
        return function
    return lambda seen: _single(function(seen), number=feature.number)


_NO_PARTS: Mapping[str, str | tuple[str, ...]] = {}

_MOST_TOLD = 8192
"""Sets of references that a pool remembers."""

_plan_of: Once[tuple[Feature, ...], _Plan] = Once(_Plan)


def _single(members: list[str], *, number: bool) -> FeatureValue:
    first = next((member for member in members if member), None)
    return _number(first) if number else first


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
    found = dict.fromkeys(members)
    found.pop("", None)
    return list(found)


def values(texts: tuple[str, ...]) -> list[str]:
    """Every pooled text."""
    return list(dict.fromkeys(texts))


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
    found = [_NO_NUMBER.sub("", text.upper()).lstrip("0") for text in texts]
    return list(dict.fromkeys([number for number in found if len(number) >= 5]))


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
