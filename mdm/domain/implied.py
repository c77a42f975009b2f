"""What verdicts say of pairs that nobody was asked about.

Two records that matches tie together, directly or through others, match; two whose sides a non-match keeps apart do
not. One verdict so settles every pair between two sides.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from mdm.domain.cluster import Pair


@dataclass(frozen=True, slots=True)
class Implied:
    """Verdicts and all that follows from them."""

    side: dict[int, int]
    """Record -> the record that stands for all it is tied to."""
    apart: frozenset[frozenset[int]]

    def answer(self, left: int, right: int) -> bool | None:
        """Whether the two match, None when no verdict tells."""
        one, other = self.side.get(left, left), self.side.get(right, right)
        if one == other:
            return True
        return False if frozenset((one, other)) in self.apart else None


def implied_by(must_link: Iterable[Pair], cannot_link: Iterable[Pair]) -> Implied:
    """Everything that matches and non-matches say together."""
    members: dict[int, list[int]] = {}
    side: dict[int, int] = {}
    for left, right in must_link:
        one, other = side.setdefault(left, left), side.setdefault(right, right)
        if one == other:
            continue
        moved = members.pop(other, [other])
        members.setdefault(one, [one]).extend(moved)
        side.update(dict.fromkeys(moved, one))
    apart = {frozenset((side.get(left, left), side.get(right, right))) for left, right in cannot_link}
    return Implied(side, frozenset(pair for pair in apart if len(pair) == 2))
