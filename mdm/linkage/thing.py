"""How many things each member of a counted feature fits: the fewer, the more it says that two records share it.

Records that share an identifier are one thing here, whatever a run makes of them later; the others count one each.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

MOST_REMEMBERED = 200
"""So many records of a member are remembered: one that fits more says nothing anyway."""

MOST_OF_ONE = 20
"""An identifier that more records hold names no thing: it is a placeholder."""


class ThingCounter:
    """Counts things while records pass once."""

    def __init__(self, identifiers: Sequence[str], counted: Sequence[str]) -> None:
        """Names of the features that tell things apart, and of those whose members are counted."""
        self._thing: list[int] = []
        self._by_identifier: dict[tuple[str, str], list[int]] = defaultdict(list)
        self._holders: dict[str, dict[str, list[int]]] = {name: defaultdict(list) for name in counted}
        self._identifiers = identifiers if counted else ()

    def add(self, features: Mapping[str, object]) -> None:
        """The features of one more record."""
        place = len(self._thing)
        self._thing.append(place)
        for name in self._identifiers:
            for member in _members(features.get(name)):
                _remember(self._by_identifier[name, member], place, MOST_OF_ONE)
        for name, holders in self._holders.items():
            for member in _members(features.get(name)):
                _remember(holders[member], place, MOST_REMEMBERED)

    def things(self, *, more_than: int) -> dict[str, dict[str, int]]:
        """Feature -> member -> number of things it fits, for members that fit more than so many.

        Of a member that more records hold than are remembered, those that came first must not decide: it counts as
        many things as records are remembered.
        """
        for held in self._by_identifier.values():
            if len(held) <= MOST_OF_ONE:
                self._unite(held)
        return {
            name: {
                member: number
                for member, held in sorted(holders.items())
                if len(held) > more_than and (number := self._number(held)) > more_than
            }
            for name, holders in self._holders.items()
        }

    def _number(self, held: Sequence[int]) -> int:
        return len(held) if len(held) > MOST_REMEMBERED else len(set(map(self._root, held)))

    def _unite(self, places: Iterable[int]) -> None:
        roots = {self._root(place) for place in places}
        first = min(roots)
        for root in roots:
            self._thing[root] = first

    def _root(self, place: int) -> int:
        while self._thing[place] != place:
            self._thing[place] = place = self._thing[self._thing[place]]
        return place


def _members(value: object) -> Iterable[str]:
    return {text for text in value if text} if isinstance(value, (list, tuple)) else ()


def _remember(held: list[int], place: int, most: int) -> None:
    if len(held) <= most:
        held.append(place)
