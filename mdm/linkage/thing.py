"""How many things each member of a counted feature fits: the fewer, the more it says that two records share it.

Records that share an identifier are one thing here, whatever a run makes of them later. Features that tell things
apart, if there are any, say how many there are at least: a record without them may be any of those.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

MOST_REMEMBERED = 200
"""So many records of a member are remembered: one that fits more says nothing anyway."""

MOST_OF_ONE = 20
"""An identifier that more records hold names no thing: it is a placeholder."""

_Held = dict[str, list[int]]


class ThingCounter:
    """Counts things while records pass once."""

    def __init__(self, identifiers: Sequence[str], counted: Sequence[str], apart: Sequence[str] = ()) -> None:
        """Names of the features that make records one thing, of those whose members are counted, and of those that
        tell things apart (none: every record that shares no identifier is a thing)."""
        self._records = 0
        self._identifiers = identifiers if counted else ()
        self._apart = apart if counted else ()
        self._named: dict[str, _Held] = {
            name: defaultdict(list) for name in dict.fromkeys((*self._identifiers, *self._apart))
        }
        self._holders: dict[str, _Held] = {name: defaultdict(list) for name in counted}

    def add(self, features: Mapping[str, object]) -> None:
        """The features of one more record."""
        place = self._records
        self._records += 1
        for name, named in self._named.items():
            for member in _members(features.get(name)):
                _remember(named[member], place, MOST_OF_ONE)
        for name, holders in self._holders.items():
            for member in _members(features.get(name)):
                _remember(holders[member], place, MOST_REMEMBERED)

    def things(self) -> dict[str, dict[str, int]]:
        """Feature -> member -> number of things it fits, for members that fit several.

        Of a member that more records hold than are remembered, those that came first must not decide: it counts as
        many things as records are remembered.
        """
        one = _Union(self._records)
        for name in self._identifiers:
            one.unite(self._named[name])
        views = [_View(one.copy(), self._named[name]) for name in self._apart]
        return {
            name: {
                member: number
                for member, held in sorted(holders.items())
                if len(held) > 1 and (number := _number(held, one, views)) > 1
            }
            for name, holders in self._holders.items()
        }


class _Union:
    """Records that are one thing."""

    def __init__(self, records: int) -> None:
        self._parent = list(range(records))

    def copy(self) -> _Union:
        made = _Union(0)
        made._parent = self._parent.copy()
        return made

    def unite(self, named: _Held) -> None:
        for held in named.values():
            if 1 < len(held) <= MOST_OF_ONE:
                roots = {self.root(place) for place in held}
                first = min(roots)
                for root in roots:
                    self._parent[root] = first

    def root(self, place: int) -> int:
        parent = self._parent
        while parent[place] != place:
            parent[place] = place = parent[parent[place]]
        return place


class _View:
    """The things that one feature tells apart."""

    def __init__(self, one: _Union, named: _Held) -> None:
        one.unite(named)
        held = (places for places in named.values() if len(places) <= MOST_OF_ONE)
        self._told = {one.root(place) for places in held for place in places}
        self._one = one

    def number(self, held: Sequence[int]) -> int:
        return len(self._told & {self._one.root(place) for place in held})


def _number(held: Sequence[int], one: _Union, views: Sequence[_View]) -> int:
    if len(held) > MOST_REMEMBERED:
        return len(held)
    if views:
        return max(1, *(view.number(held) for view in views))
    return len(set(map(one.root, held)))


def _members(value: object) -> Iterable[str]:
    return {text for text in value if text} if isinstance(value, (list, tuple)) else ()


def _remember(held: list[int], place: int, most: int) -> None:
    if len(held) <= most:
        held.append(place)
