"""Which records are one thing: best-first merging that never crosses a contradiction.

Pure and deterministic: the same records, links and verdicts give the same clusters in any order, and a
connected component alone gives what it gives inside the whole. Precedence: cannot-link, must-link,
contradiction, weight.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from mdm.domain.bridge import loose_sides
from mdm.domain.rival import RivalSearch

Pair = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Node:
    """A record; ``sort_key`` is unique and independent of loading (source system and key), it breaks ties."""

    record_id: int
    sort_key: str


@dataclass(frozen=True, slots=True)
class Edge:
    """Two records and their match weight in bits."""

    left: int
    right: int
    weight: float


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Two records differ in ``name``; a hard one between any two records keeps their clusters apart.

    ``parts``: they are two things, so that a third which fits both may belong to either.
    """

    name: str
    hard: bool
    parts: bool = True


class Reason(StrEnum):
    """Why a link that its weight would allow was refused."""

    CANNOT_LINK = "cannot_link"
    """A verdict keeps two records of the clusters apart."""
    PAIR_CONTRADICTS = "pair_contradicts"
    """The two records themselves contradict each other."""
    RECORD_CONTRADICTS = "record_contradicts"
    """Two other records of the clusters contradict each other beyond doubt."""
    CLUSTERS_CONTRADICT = "clusters_contradict"
    """Too many pairs of records across the clusters contradict each other."""
    NO_ANCHOR = "no_anchor"
    """The pair lacks the evidence that an automatic link needs."""
    BRIDGE = "bridge"
    """One record alone would tie two clusters together."""
    AMBIGUOUS = "ambiguous"
    """A record of the pair fits another record as well, which contradicts the first."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """A link that was not made; ``against`` is the pair that forbids it, ``name`` what it contradicts in."""

    left: int
    right: int
    weight: float
    reason: Reason
    name: str = ""
    against: Pair | None = None


@dataclass(frozen=True, slots=True)
class Partition:
    """Every record in exactly one cluster; members and clusters in order of their sort keys."""

    clusters: tuple[tuple[int, ...], ...]
    refused: tuple[Refusal, ...]


Contradicts = Callable[[int, int], Contradiction | None]
Anchored = Callable[[int, int], bool]
Objection = tuple[Reason, str, Pair]


def never_contradict(_left: int, _right: int) -> Contradiction | None:
    """No two records contradict each other."""
    return None


def always_anchored(_left: int, _right: int) -> bool:
    """Every pair may be linked by weight alone."""
    return True


def partition(
    records: Sequence[Node],
    edges: Iterable[Edge],
    *,
    link_weight: float,
    must_link: Iterable[Pair] = (),
    cannot_link: Iterable[Pair] = (),
    contradiction: Contradicts = never_contradict,
    contradiction_share: float = 0.2,
    anchored: Anchored = always_anchored,
    refuse_bridges: bool = False,
    rival_margin: float | None = None,
    partners: Iterable[Pair] = (),
) -> Partition:
    """Group records into clusters along edges of at least ``link_weight`` bits.

    Must-links are united first, whatever their records contradict in, unless a cannot-link forbids it. Then
    the heaviest edge first: a merge is refused when a cannot-link or a hard contradiction lies across the
    two clusters, the pair itself contradicts, or more than ``contradiction_share`` of the cross pairs do, or
    the pair has no anchor.
    ``rival_margin``: a link is also refused when one of its records has another, at most so many bits lighter, with
    a record that contradicts the other one; a verdict against the rival ends that.
    ``partners``: pairs linked whatever their weight, without an anchor and without a look at rivals: who found them has
    looked (``domain/partner.py``). They tie components together too.
    ``refuse_bridges``: one record alone does not tie two things together. Two clusters of several records each need
    two edges across, of any weight, that share no record; a side of several records that hangs on one record alone
    comes off in the end.
    A component to be computed alone is all that links of ``link_weight`` and must-links tie together;
    ``contradiction`` and ``anchored`` must not depend on the order of their two records.
    Refused are links whose records end in different clusters, must-links among them with an infinite weight.
    Edges and verdicts about records that are not in ``records`` are ignored.
    """
    order = {node.record_id: place for place, node in enumerate(sorted(records, key=_sort_key))}
    known = _strongest(edges, order)
    clear = {_ordered(pair, order) for pair in partners if _known(pair, order)}
    links = {pair: weight for pair, weight in known.items() if weight >= link_weight or pair in clear}
    musts = sorted({_ordered(pair, order) for pair in must_link if _known(pair, order)}, key=_places(order))
    state = _State(order, contradiction, contradiction_share, anchored)
    state.clear = clear
    state.forbid(pair for pair in cannot_link if _known(pair, order))
    for left, right in musts:
        state.unite_by_verdict(left, right)
    if rival_margin is not None:
        heavy = {pair: weight for pair, weight in links.items() if weight >= link_weight}
        state.look_for_rivals(heavy, rival_margin)
    if refuse_bridges:
        state.support = _neighbours(known)
    for (left, right), weight in sorted(links.items(), key=_heaviest_first(order)):
        state.link(left, right, weight)
    if refuse_bridges:
        state.take_off_loose_sides(known)
    return Partition(state.clusters(), state.refusals())


class _State:
    """Clusters as they grow; grows only through ``unite_by_verdict`` and ``link``."""

    def __init__(
        self, order: dict[int, int], contradiction: Contradicts, share: float, anchored: Anchored
    ) -> None:
        self._order = order
        self._home = {record: record for record in order}
        self._members = {record: [record] for record in order}
        self._side = {record: [record] for record in order}
        self._apart: dict[int, set[int]] = defaultdict(set)
        self._contradiction = contradiction
        self._memo: dict[Pair, Contradiction | None] = {}
        self._share = share
        self._judged: dict[tuple[int, int, int, int], tuple[tuple[int, int, int, int], Objection | None]] = {}
        self._anchored = anchored
        self._musts: set[Pair] = set()
        self._refused: list[Refusal] = []
        self.clear: set[Pair] = set()
        self.support: dict[int, set[int]] | None = None
        self._rivals: RivalSearch | None = None

    def look_for_rivals(self, links: dict[Pair, float], margin: float) -> None:
        """Refuse ambiguous links from now on; pairs that a verdict keeps apart are nobody's rivals."""
        open_links = {
            pair: weight for pair, weight in links.items() if pair[1] not in self._apart.get(pair[0], ())
        }
        self._rivals = RivalSearch(open_links, self._contradict, margin)

    def forbid(self, pairs: Iterable[Pair]) -> None:
        """Keep these pairs apart for good."""
        for left, right in pairs:
            self._apart[left].add(right)
            self._apart[right].add(left)

    def unite_by_verdict(self, left: int, right: int) -> None:
        """Follow a must-link; a cannot-link across the two clusters refuses it."""
        self._musts.add((left, right))
        if self._home[left] == self._home[right]:
            return
        against = self._kept_apart(self._home[left], self._home[right])
        if against:
            self._refuse(left, right, float("inf"), Reason.CANNOT_LINK, against=against)
        else:
            self._unite(left, right)

    def link(self, left: int, right: int, weight: float) -> None:
        """Merge the clusters of the two records or note why not."""
        if self._home[left] == self._home[right] or (left, right) in self._musts:
            return  # a refused must-link is not tried again as a mere probability
        refusal = self._objection(left, right, weight)
        if refusal is None:
            self._unite(left, right)
            self._join_sides(left, right)
        else:
            self._refused.append(refusal)

    def take_off_loose_sides(self, edges: Mapping[Pair, float]) -> None:
        """Part what hangs on one record alone; where a verdict has matched that record, a person has looked."""
        near: dict[int, list[int]] = defaultdict(list)
        heaviest = sorted(edges.items(), key=_heaviest_first(self._order))
        for left, right in (*sorted(self._musts), *(pair for pair, _ in heaviest)):
            near[left].append(right)
            near[right].append(left)
        decided = {record for pair in self._musts for record in pair}
        for members in list(self._members.values()):
            ordered = sorted(members, key=self._order.__getitem__)
            for bridge, side in loose_sides(ordered, near, decided):
                self._part(bridge, side, edges)

    def _part(self, bridge: int, side: Sequence[int], edges: Mapping[Pair, float]) -> None:
        whole = self._members.pop(self._home[bridge])
        for members in ([record for record in whole if record not in side], list(side)):
            self._members[members[0]] = members
            self._home |= dict.fromkeys(members, members[0])
        tied = {
            pair: edges[pair] for record in side if (pair := _ordered((bridge, record), self._order)) in edges
        }
        (left, right), weight = min(tied.items(), key=_heaviest_first(self._order))
        self._refused.append(Refusal(left, right, weight, Reason.BRIDGE))

    def clusters(self) -> tuple[tuple[int, ...], ...]:
        """All clusters, ordered."""
        place = self._order.__getitem__
        grouped = (tuple(sorted(members, key=place)) for members in self._members.values())
        return tuple(sorted(grouped, key=lambda cluster: place(cluster[0])))

    def refusals(self) -> tuple[Refusal, ...]:
        """Refused links whose records did not meet in one cluster after all, by another link."""
        return tuple(
            refusal for refusal in self._refused if self._home[refusal.left] != self._home[refusal.right]
        )

    def _objection(self, left: int, right: int, weight: float) -> Refusal | None:
        one, other = self._home[left], self._home[right]
        against = self._kept_apart(one, other)
        if against:
            return Refusal(left, right, weight, Reason.CANNOT_LINK, against=against)
        own = self._between(left, right)
        if own:
            return Refusal(left, right, weight, Reason.PAIR_CONTRADICTS, own.name, (left, right))
        clear = (left, right) in self.clear
        if not clear and not self._anchored(left, right):
            return Refusal(left, right, weight, Reason.NO_ANCHOR)
        return (
            (None if clear else self._ambiguous(left, right, weight))
            or self._across(left, right, weight)
            or self._bridge(left, right, weight)
        )

    def _ambiguous(self, left: int, right: int, weight: float) -> Refusal | None:
        rivals = self._rivals.against(left, right, weight) if self._rivals else None
        if rivals is None:
            return None
        found = self._between(*rivals)
        return Refusal(left, right, weight, Reason.AMBIGUOUS, found.name if found else "", rivals)

    def _across(self, left: int, right: int, weight: float) -> Refusal | None:
        one, other = self._members[self._home[left]], self._members[self._home[right]]
        near, far = self._side[left], self._side[right]
        places = (self._home[left], self._home[right], near[0], far[0])
        sizes = (len(one), len(other), len(near), len(far))
        known = self._judged.get(places)
        if known is None or known[0] != sizes:  # clusters only grow: equal sizes are equal clusters
            found = self._hard_between(one, other) or self._soft_between(near, far)
            known = self._judged[places] = (sizes, found)
        return known[1] and Refusal(left, right, weight, *known[1])

    def _hard_between(self, one: Sequence[int], other: Sequence[int]) -> Objection | None:
        for pair in _cross(one, other):
            found = self._between(*pair)
            if found is not None and found.hard:
                return Reason.RECORD_CONTRADICTS, found.name, pair
        return None

    def _soft_between(self, near: Sequence[int], far: Sequence[int]) -> Objection | None:
        """Too many soft contradictions between what grew together by links alone.

        A verdict that joins two groups has answered those between the groups: they must not drive out members of
        the groups themselves.
        """
        soft = [
            (pair, found.name) for pair in _cross(near, far) if (found := self._between(*pair)) is not None
        ]
        if len(soft) <= self._share * len(near) * len(far) + 1e-9:
            return None
        place = self._order
        pair, name = min(soft, key=lambda entry: (place[entry[0][0]], place[entry[0][1]]))
        return Reason.CLUSTERS_CONTRADICT, name, pair

    def _bridge(self, left: int, right: int, weight: float) -> Refusal | None:
        """Groups that grew by links alone: what a verdict has added to one must not hold its own members off."""
        one, other = self._side[left], self._side[right]
        if self.support is None or len(one) == 1 or len(other) == 1:
            return None
        inside = set(other)
        links = [(here, there) for here in one for there in self.support.get(here, set()) & inside]
        if len({here for here, _ in links}) > 1 and len({there for _, there in links}) > 1:
            return None
        return Refusal(left, right, weight, Reason.BRIDGE)

    def _between(self, left: int, right: int) -> Contradiction | None:
        pair = (left, right) if left < right else (right, left)
        if pair not in self._memo:
            self._memo[pair] = self._contradiction(*pair)
        return self._memo[pair]

    def _contradict(self, left: int, right: int) -> bool:
        found = self._between(left, right)
        return found is not None and found.parts

    def _kept_apart(self, one: int, other: int) -> Pair | None:
        if not self._apart:
            return None
        found = [
            (here, there)
            for here in self._members[one]
            if here in self._apart
            for there in self._apart[here]
            if self._home[there] == other
        ]
        place = self._order
        return min(found, key=lambda pair: (place[pair[0]], place[pair[1]]), default=None)

    def _unite(self, left: int, right: int) -> None:
        small, large = sorted(
            (self._home[left], self._home[right]), key=lambda home: len(self._members[home])
        )
        for record in self._members[small]:
            self._home[record] = large
        self._members[large].extend(self._members.pop(small))

    def _join_sides(self, left: int, right: int) -> None:
        joined = self._side[left] + self._side[right]
        for record in joined:
            self._side[record] = joined

    def _refuse(self, left: int, right: int, weight: float, reason: Reason, *, against: Pair | None) -> None:
        self._refused.append(Refusal(left, right, weight, reason, against=against))


def _sort_key(node: Node) -> str:
    return node.sort_key


def _known(pair: Pair, order: Collection[int]) -> bool:
    return pair[0] in order and pair[1] in order and pair[0] != pair[1]


def _ordered(pair: Pair, order: dict[int, int]) -> Pair:
    return pair if order[pair[0]] <= order[pair[1]] else (pair[1], pair[0])


def _strongest(edges: Iterable[Edge], order: dict[int, int]) -> dict[Pair, float]:
    """Each pair once, with its heaviest weight."""
    links: dict[Pair, float] = {}
    for edge in edges:
        if _known((edge.left, edge.right), order):
            pair = _ordered((edge.left, edge.right), order)
            links[pair] = max(edge.weight, links.get(pair, edge.weight))
    return links


def _places(order: dict[int, int]) -> Callable[[Pair], Pair]:
    return lambda pair: (order[pair[0]], order[pair[1]])


def _heaviest_first(order: dict[int, int]) -> Callable[[tuple[Pair, float]], tuple[float, int, int]]:
    return lambda link: (-link[1], order[link[0][0]], order[link[0][1]])


def _neighbours(links: Iterable[Pair]) -> dict[int, set[int]]:
    found: dict[int, set[int]] = defaultdict(set)
    for left, right in links:
        found[left].add(right)
        found[right].add(left)
    return found


def _cross(one: Sequence[int], other: Sequence[int]) -> Iterator[Pair]:
    return ((here, there) for here in one for there in other)
