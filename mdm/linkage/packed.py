"""Records in the form the scorer reads: the values of all feature columns as bytes, written once per version.

A candidate costs one row and a few microseconds this way, where its features cost a JSON text and a hash per
member. The form depends on the features of the rules alone; how common a member is, is looked up when it is read,
so a new model needs no new form.

Layout, little-endian, columns in the order of the features of the rules: a number that names the columns (uint32);
per column the number of its members (uint16); the members of all columns (int64): those of a set as sorted 63-bit
numbers, a text as its number, a number as the bits of its float64; then, where there are text columns, the texts
themselves as a JSON list.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate
from struct import Struct

from mdm.domain.errors import RuleError
from mdm.domain.rules import RuleSet
from mdm.linkage.member import FeatureValue, number_of, text_of, texts_of
from mdm.linkage.record import (
    Numbers,
    Shape,
    Value,
    WeightedSet,
    compile_counting,
    compile_weighing,
    features_by_name,
    shape_of,
)
from mdm.linkage.statistics import Statistics

Pack = Callable[[Mapping[str, FeatureValue]], bytes]
Unpack = Callable[[bytes | None], tuple[Value, ...] | None]
Members = Sequence[int]

MOST_MEMBERS = 0xFFFF
"""No set keeps more members than the layout can count; a text of 4,000 characters has a sixteenth of them."""

_FLOAT = Struct("<d")
_WHOLE = Struct("<q")


@dataclass(frozen=True, slots=True)
class Unpacked:
    """A record read from its packed form: enough to score it and to check vetoes, without the texts that explain."""

    record_id: int
    values: tuple[Value, ...]


def compile_packing(rules: RuleSet) -> Pack:
    """A function from the features of a record to their packed form; raises RuleError."""
    columns = _columns(rules)
    layout, header = _layout(columns), _header(columns)
    has_texts = any(shape is Shape.TEXT for _, shape in columns)
    numbers = Numbers()

    def pack(features: Mapping[str, FeatureValue]) -> bytes:
        held = [_members(shape, features.get(name), numbers) for name, shape in columns]
        members = [number for numbers in held for number in numbers]
        content = layout + header.pack(*map(len, held)) + _body(len(members)).pack(*members)
        return content + _texts(columns, features) if has_texts else content

    return pack


class Split:
    """The columns of one packed record, by their place."""

    __slots__ = ("_ends", "_members", "_tail", "_texts")

    def __init__(self, counts: Sequence[int], members: Members, tail: bytes, texts: Sequence[int]) -> None:
        """``tail`` holds the texts of the columns at the places ``texts``."""
        self._ends = tuple(accumulate(counts, initial=0))
        self._members = members
        self._tail = tail
        self._texts = texts

    def members(self, place: int) -> Members:
        """The members of a column as numbers."""
        return self._members[self._ends[place] : self._ends[place + 1]]

    def text(self, place: int) -> str | None:
        """The text of a text column; raises ValueError or IndexError when the texts are damaged."""
        if self._ends[place] == self._ends[place + 1]:
            return None
        before = sum(self._ends[other] < self._ends[other + 1] for other in self._texts if other < place)
        return _read_texts(self._tail)[before]


def compile_fitting(rules: RuleSet) -> Callable[[bytes], bool]:
    """Whether a packed form was made for the features of these rules."""
    layout = _layout(_columns(rules))
    return lambda content: content[: len(layout)] == layout


def compile_splitting(rules: RuleSet) -> Callable[[bytes], Split]:
    """A function that takes a packed form of these rules apart; raises RuleError for one of others."""
    columns = _columns(rules)
    layout, header = _layout(columns), _header(columns)
    start = len(layout) + header.size
    texts = tuple(place for place, (_, shape) in enumerate(columns) if shape is Shape.TEXT)

    def split(content: bytes) -> Split:
        if content[: len(layout)] != layout:
            raise RuleError(f"{rules.entity}: a record is packed for other rules", entity=rules.entity)
        counts = header.unpack_from(content, len(layout))
        total = sum(counts)
        members = _body(total).unpack_from(content, start)
        return Split(counts, members, content[start + 8 * total :] if texts else b"", texts)

    return split


def compile_unpacking(rules: RuleSet, statistics: Statistics) -> Unpack:
    """A function from a packed form to the values that ``compile_preparation`` makes under these statistics.

    It gives None for a form that is missing, cut, damaged or made for other columns: the record's features tell then.
    """
    columns = _columns(rules)
    layout, header = _layout(columns), _header(columns)
    start = len(layout) + header.size
    makers = tuple(_maker(name, shape, statistics) for name, shape in columns)
    places = tuple(place for place, (_, shape) in enumerate(columns) if shape is Shape.TEXT)

    def unpack(content: bytes | None) -> tuple[Value, ...] | None:
        if content is None or len(content) < start or content[: len(layout)] != layout:
            return None
        counts = header.unpack_from(content, len(layout))
        total = sum(counts)
        if len(content) < start + 8 * total or (len(content) > start + 8 * total and not places):
            return None
        members = _body(total).unpack_from(content, start)
        values: list[Value] = [None] * len(counts)
        at = 0
        for place, count in enumerate(counts):
            if count:
                values[place] = makers[place](members[at : at + count])
                at += count
        if places:
            held = [place for place in places if counts[place]]
            try:
                texts = _read_texts(content[start + 8 * total :])
            except ValueError:
                return None
            if len(texts) != len(held):
                return None
            for place, text in zip(held, texts, strict=True):
                values[place] = text
        return tuple(values)

    return unpack


def _columns(rules: RuleSet) -> tuple[tuple[str, Shape], ...]:
    return tuple((name, shape_of(feature)) for name, feature in features_by_name(rules).items())


def _layout(columns: Sequence[tuple[str, Shape]]) -> bytes:
    """Names the columns, so that a form made under other rules is not taken for one of these."""
    return zlib.crc32(repr(columns).encode()).to_bytes(4, "little")


def _header(columns: Sequence[tuple[str, Shape]]) -> Struct:
    return Struct(f"<{len(columns)}H")


@lru_cache(maxsize=1024)
def _body(members: int) -> Struct:
    return Struct(f"<{members}q")


def _members(shape: Shape, value: FeatureValue, numbers: Mapping[str, int]) -> Members:
    if shape is Shape.NUMBER:
        number = number_of(value)
        return () if number is None else _WHOLE.unpack(_FLOAT.pack(number))
    if shape is Shape.TEXT:
        text = text_of(value)
        return () if text is None else (numbers[text],)
    return sorted(map(numbers.__getitem__, texts_of(value)))[:MOST_MEMBERS]


def _texts(columns: Sequence[tuple[str, Shape]], features: Mapping[str, FeatureValue]) -> bytes:
    texts = [text_of(features.get(name)) for name, shape in columns if shape is Shape.TEXT]
    return json.dumps([text for text in texts if text is not None]).encode("ascii")


def _read_texts(tail: bytes) -> list[str]:
    """The texts at the end of a packed form; raises ValueError when they are damaged."""
    found = json.loads(tail)
    if not isinstance(found, list) or not all(isinstance(text, str) for text in found):
        raise ValueError("no list of texts")
    return found


def _maker(name: str, shape: Shape, statistics: Statistics) -> Callable[[Members], Value]:
    if shape is Shape.SET:
        return frozenset
    if shape is Shape.NUMBER:
        return lambda members: float(_FLOAT.unpack(_WHOLE.pack(members[0]))[0])
    if shape is Shape.TEXT:
        return lambda members: None  # the text itself follows at the end
    if shape is Shape.COUNTED:
        count = compile_counting(name, statistics)
        return lambda members: frozenset(map(count, members))
    weigh = compile_weighing(name, statistics)
    return lambda members: WeightedSet.of(map(weigh, members))
