"""How good a partition is against a known truth: pairs, B-cubed, hard negatives, queue and calibration.

Pure counting. Records without truth are left out everywhere but in the size of the queue. A rate without a
denominator is None, never 0 or 1.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum

from mdm.domain.interval import Share, share_of, share_of_counts
from mdm.domain.priority import count_decisions

BINS = 10
"""Equal-width bins of probability for the expected calibration error (Guo et al. 2017)."""


SLICES = ("zh-zh", "en-en", "zh-en", "sparse")


class Script(StrEnum):
    """What a record is written in; ``sparse`` says too little to tell or to match on."""

    ZH = "zh"
    EN = "en"
    SPARSE = "sparse"


@dataclass(frozen=True, slots=True)
class Negative:
    """Two entities of the truth that must never share a golden record, and what makes them look alike."""

    entity_a: str
    entity_b: str
    kind: str


@dataclass(frozen=True, slots=True)
class QueuedPair:
    """An open review pair and the match probability shown with it."""

    left: int
    right: int
    match_probability: float


@dataclass(frozen=True, slots=True)
class Score:
    """Precision, recall and F1 (0 to 1, None without a denominator)."""

    precision: float | None
    recall: float | None
    f1: float | None


@dataclass(frozen=True, slots=True)
class FalseMerges:
    """Negatives of one kind whose entities share a golden record, of those with records on both sides.

    ``low`` and ``high``: 95 % interval of the share.
    """

    merged: int
    pairs: int
    share: float | None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class QueueQuality:
    """The review queue: its size, its share of matches, and pair recall once it is answered rightly.

    ``decisions``: verdicts that answer every pair, since what follows from others is not asked.
    """

    pairs: int
    per_1000_records: float | None
    decisions: int
    decisions_per_1000_records: float | None
    matches: float | None
    recall_if_answered: float | None


@dataclass(frozen=True, slots=True)
class ReliabilityBin:
    """Pairs of like stated probability: their mean, and the share of matches found among them."""

    pairs: int
    stated: float
    found: Share


@dataclass(frozen=True, slots=True)
class Reliability:
    """Distance of stated probability from frequency: ``ece`` over ten bins, ``brier`` mean squared error."""

    pairs: int
    ece: float | None
    brier: float | None
    curve: tuple[ReliabilityBin, ...] = ()


@dataclass(frozen=True, slots=True)
class Automatic:
    """What the machine did without asking: ``share`` of the pairs it linked or asked about that it linked by itself.

    ``precision`` of these links with its interval and bound, as if every one had been audited.
    """

    links: int
    share: float | None
    precision: Share


@dataclass(frozen=True, slots=True)
class Evaluation:
    """All that is judged about a partition; ``hard_per_1000``: merged negatives per 1,000 entities."""

    records: int
    entities: int
    clusters: int
    pairwise: Score
    b_cubed: Score
    exact_entities: int
    exact_share: float | None
    slices: Mapping[str, Score]
    false_merges: Mapping[str, FalseMerges]
    hard_per_1000: float | None
    queue: QueueQuality
    calibration: Reliability
    automatic: Automatic

    def as_dict(self) -> dict[str, object]:
        """JSON-able form."""
        return asdict(self)


def evaluate(
    clusters: Mapping[int, Hashable],
    truth: Mapping[int, str],
    *,
    negatives: Iterable[Negative] = (),
    queue: Sequence[QueuedPair] = (),
    scripts: Mapping[int, Script] | None = None,
) -> Evaluation:
    """Judge ``clusters`` (record id -> golden record) against ``truth`` (record id -> entity)."""
    known = {record: home for record, home in clusters.items() if record in truth}
    entities = {record: truth[record] for record in known}
    merges = false_merges(known, entities, negatives)
    number = len(set(entities.values()))
    exact = count_exact(known, entities)
    return Evaluation(
        records=len(clusters),
        entities=number,
        clusters=len(set(known.values())),
        pairwise=pairwise(known, entities),
        b_cubed=b_cubed(known, entities),
        exact_entities=exact,
        exact_share=_ratio(exact, number),
        slices=slices(known, entities, scripts or {}),
        false_merges=merges,
        hard_per_1000=_ratio(1000 * sum(kind.merged for kind in merges.values()), number),
        queue=queue_quality(queue, known, entities, len(clusters)),
        calibration=reliability_of(
            (pair.match_probability, entities[pair.left] == entities[pair.right])
            for pair in _judged(queue, entities)
        ),
        automatic=automatic(known, entities, len(queue)),
    )


def automatic(clusters: Mapping[int, Hashable], truth: Mapping[int, str], asked: int) -> Automatic:
    """The links that were made by themselves, against ``asked`` open questions."""
    made, right = _pairs(_groups(clusters)), _pairs(_groups(clusters, truth))
    return Automatic(made, _ratio(made, made + asked), share_of_counts(right, made))


def pairwise(clusters: Mapping[int, Hashable], truth: Mapping[int, str]) -> Score:
    """Over pairs of records: together in a golden record against together in truth."""
    return _score(_pairs(_groups(clusters, truth)), _pairs(_groups(clusters)), _pairs(_groups(truth)))


def b_cubed(clusters: Mapping[int, Hashable], truth: Mapping[int, str]) -> Score:
    """Mean over records of the share of its golden record, and of its entity, that belongs with it.

    Bagga and Baldwin 1998.
    """
    together, by_cluster, by_entity = (
        {key: len(members) for key, members in _groups(*maps).items()}
        for maps in ((clusters, truth), (clusters,), (truth,))
    )
    squares = [(count * count, key) for key, count in together.items()]
    precision = _ratio(sum(square / by_cluster[(key[0],)] for square, key in squares), len(truth))
    recall = _ratio(sum(square / by_entity[(key[1],)] for square, key in squares), len(truth))
    return Score(precision, recall, _harmonic(precision, recall))


def count_exact(clusters: Mapping[int, Hashable], truth: Mapping[int, str]) -> int:
    """Entities whose records are exactly the records of one golden record."""
    found = {frozenset(members) for members in _groups(clusters).values()}
    return sum(frozenset(members) in found for members in _groups(truth).values())


def slices(
    clusters: Mapping[int, Hashable], truth: Mapping[int, str], scripts: Mapping[int, Script]
) -> dict[str, Score]:
    """Pairwise scores of zh-zh, en-en, zh-en and sparse pairs (either is); unflagged records do not count."""
    flagged = {record: home for record, home in clusters.items() if record in scripts}
    entities = {record: truth[record] for record in flagged}
    right, made, actual = (
        _pairs_by_slice(groups.values(), scripts)
        for groups in (_groups(flagged, entities), _groups(flagged), _groups(entities))
    )
    return {name: _score(right[name], made[name], actual[name]) for name in SLICES}


def false_merges(
    clusters: Mapping[int, Hashable], truth: Mapping[int, str], negatives: Iterable[Negative]
) -> dict[str, FalseMerges]:
    """Per kind of hard negative, how many of its entity pairs share a golden record."""
    homes: dict[str, set[Hashable]] = defaultdict(set)
    for record, entity in truth.items():
        homes[entity].add(clusters[record])
    merged, pairs = Counter[str](), Counter[str]()
    for negative in negatives:
        if negative.entity_a in homes and negative.entity_b in homes:
            pairs[negative.kind] += 1
            merged[negative.kind] += not homes[negative.entity_a].isdisjoint(homes[negative.entity_b])
    return {kind: _false_merges(merged[kind], pairs[kind]) for kind in sorted(pairs)}


def _false_merges(merged: int, pairs: int) -> FalseMerges:
    share = share_of_counts(merged, pairs)
    return FalseMerges(merged, pairs, _ratio(merged, pairs), share.low, share.high)


def queue_quality(
    queue: Sequence[QueuedPair], clusters: Mapping[int, Hashable], truth: Mapping[int, str], records: int
) -> QueueQuality:
    """Size and yield of the queue, and the pair recall after every queued pair was decided rightly."""
    judged = _judged(queue, truth)
    matches = [(pair.left, pair.right) for pair in judged if truth[pair.left] == truth[pair.right]]
    decisions = count_decisions(
        (clusters[pair.left], clusters[pair.right], truth[pair.left] == truth[pair.right]) for pair in judged
    )
    decisions += len(queue) - len(judged)
    return QueueQuality(
        len(queue),
        _ratio(1000 * len(queue), records),
        decisions,
        _ratio(1000 * decisions, records),
        _ratio(len(matches), len(judged)),
        pairwise(_joined(clusters, matches), truth).recall,
    )


def reliability_of(pairs: Iterable[tuple[float, bool]]) -> Reliability:
    """ECE, Brier score and reliability curve of (stated probability, is a match)."""
    bins: dict[int, list[tuple[float, bool]]] = defaultdict(list)
    for probability, is_match in pairs:
        bins[min(int(probability * BINS), BINS - 1)].append((probability, is_match))
    number = sum(len(found) for found in bins.values())
    gaps = sum(abs(sum(p for p, _ in found) - sum(m for _, m in found)) for found in bins.values())
    squares = sum((p - m) ** 2 for found in bins.values() for p, m in found)
    curve = tuple(
        ReliabilityBin(
            len(found), sum(p for p, _ in found) / len(found), share_of((m, 1.0) for _, m in found)
        )
        for _, found in sorted(bins.items())
    )
    return Reliability(number, _ratio(gaps, number), _ratio(squares, number), curve)


def _judged(queue: Sequence[QueuedPair], truth: Mapping[int, str]) -> list[QueuedPair]:
    return [pair for pair in queue if pair.left in truth and pair.right in truth]


def _groups(*maps: Mapping[int, Hashable]) -> dict[tuple[Hashable, ...], list[int]]:
    """Records that agree in all of the maps."""
    found: dict[tuple[Hashable, ...], list[int]] = defaultdict(list)
    for record in maps[0]:
        found[tuple(one[record] for one in maps)].append(record)
    return found


def _pairs(groups: Mapping[tuple[Hashable, ...], list[int]]) -> int:
    return sum(_choose_two(len(members)) for members in groups.values())


def _choose_two(number: int) -> int:
    return number * (number - 1) // 2


def _pairs_by_slice(groups: Iterable[list[int]], scripts: Mapping[int, Script]) -> Counter[str]:
    total = Counter[str]()
    for members in groups:
        count = Counter(scripts[record] for record in members)
        zh, en = count[Script.ZH], count[Script.EN]
        total["zh-zh"] += _choose_two(zh)
        total["en-en"] += _choose_two(en)
        total["zh-en"] += zh * en
        total["sparse"] += _choose_two(len(members)) - _choose_two(zh + en)
    return total


def _joined(clusters: Mapping[int, Hashable], links: Iterable[tuple[int, int]]) -> dict[int, Hashable]:
    """Clusters after whole clusters were united along links."""
    above: dict[Hashable, Hashable] = {}

    def top(home: Hashable) -> Hashable:
        while home in above:
            home = above[home]
        return home

    for left, right in links:
        one, other = top(clusters[left]), top(clusters[right])
        if one != other:
            above[one] = other
    return {record: top(home) for record, home in clusters.items()}


def _score(right: int, made: int, actual: int) -> Score:
    return Score(_ratio(right, made), _ratio(right, actual), _ratio(2 * right, made + actual))


def _harmonic(precision: float | None, recall: float | None) -> float | None:
    if precision is None or recall is None:
        return None
    return _ratio(2 * precision * recall, precision + recall)


def _ratio(part: float, whole: float) -> float | None:
    return part / whole if whole else None
