"""Which links are ambiguous: a record that fits two things which contradict each other may belong to either.

A property of records and links alone, never of the order in which clusters grow.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from itertools import combinations

Pair = tuple[int, int]
Contradicts = Callable[[int, int], bool]


class RivalSearch:
    """The links of every record, to be asked for rivals of one of them."""

    def __init__(self, links: Mapping[Pair, float], contradicts: Contradicts, margin: float) -> None:
        """``links``: weight in bits by pair; links whose own records contradict each other are no rivals."""
        self._contradicts = contradicts
        self._margin = margin
        self._near: dict[int, list[tuple[float, int]]] = defaultdict(list)
        for (left, right), weight in links.items():
            if not contradicts(left, right):
                self._near[left].append((weight, right))
                self._near[right].append((weight, left))

    def against(self, left: int, right: int, weight: float) -> Pair | None:
        """Two records that contradict each other although one record of the link fits both about as well.

        One may be the other record of the link, or both are linked with its record at most the margin lighter; the
        smallest such pair, None if the link has no rival.
        """
        least = weight - self._margin
        return min((*self._torn(left, right, least), *self._torn(right, left, least)), default=None)

    def _torn(self, record: int, other: int, least: float) -> Iterable[Pair]:
        """Pairs that contradict each other among ``other`` and what fits ``record`` about as well."""
        near = [other, *(rival for weight, rival in self._near[record] if weight >= least and rival != other)]
        return ((min(pair), max(pair)) for pair in combinations(near, 2) if self._contradicts(*pair))
