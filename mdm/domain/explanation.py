"""Why two records are one thing, or why not: the kinds of answer, their words, and the chain that ties two records."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from heapq import heappop, heappush

from mdm.domain.reason import Words
from mdm.domain.review import Against, Evidence, NamedRecord, Telling, VetoSpoken


class Answer(StrEnum):
    """Why two records stand together or apart; the first that holds."""

    SAME_RECORD = "same_record"
    BY_VERDICT = "by_verdict"
    LINKED = "linked"
    PARTNERS = "partners"
    THROUGH_OTHERS = "through_others"
    KEPT_APART = "kept_apart"
    RETIRED = "retired"
    UNMATCHED = "unmatched"
    ONE_SOURCE = "one_source"
    VETOED = "vetoed"
    NEVER_COMPARED = "never_compared"
    HOT_KEYS = "hot_keys"
    TOO_WEAK = "too_weak"
    REFUSED = "refused"
    REFUSED_BY_VERDICT = "refused_by_verdict"
    CONTRADICTION = "contradiction"
    NO_ANCHOR = "no_anchor"
    UNCERTAIN = "uncertain"


TOGETHER = frozenset(
    {Answer.SAME_RECORD, Answer.BY_VERDICT, Answer.LINKED, Answer.PARTNERS, Answer.THROUGH_OTHERS}
)

_WORDS = {
    Answer.SAME_RECORD: Words("This is one and the same record.", "这是同一条记录。"),
    Answer.BY_VERDICT: Words(
        "They are one golden record because a person decided so.", "经人工裁决归入同一黄金记录。"
    ),
    Answer.LINKED: Words(
        "They are one golden record: the evidence of the pair is enough.", "两者证据充分，已自动归并。"
    ),
    Answer.PARTNERS: Words(
        "They are one golden record: each fits the other best, and both sources hold each thing once.",
        "两者互为最佳匹配，且两个来源系统中每个对象只有一条记录，已自动归并。",
    ),
    Answer.THROUGH_OTHERS: Words(
        "They are one golden record through other records, each tied by a link of its own.",
        "两者经由其他记录归入同一黄金记录，每一步都有各自的依据。",
    ),
    Answer.KEPT_APART: Words("A verdict keeps them apart.", "人工裁决将两者分开。"),
    Answer.RETIRED: Words("One of them is no longer current.", "其中一条记录已停用。"),
    Answer.UNMATCHED: Words("One of them waits for the next match run.", "其中一条记录尚待下次匹配。"),
    Answer.ONE_SOURCE: Words(
        "Both stand in a source that holds each thing once.",
        "两者来自同一来源系统，该系统中每个对象只有一条记录。",
    ),
    Answer.VETOED: Words("A fact forbids the link and nobody is asked.", "存在否决项，不归并也不提交复核。"),
    Answer.NEVER_COMPARED: Words(
        "They were never compared: they share no key.", "两者从未比较：没有共同的键。"
    ),
    Answer.HOT_KEYS: Words(
        "They were never compared: the keys they share are held by too many records.",
        "两者从未比较：共同的键被过多记录持有。",
    ),
    Answer.TOO_WEAK: Words(
        "They were compared; the evidence is too weak to ask.", "已比较，但证据太弱，不提交复核。"
    ),
    Answer.REFUSED: Words(
        "The link was refused: other records of the two golden records contradict each other.",
        "归并被拒绝：两组中的其他记录相互矛盾。",
    ),
    Answer.REFUSED_BY_VERDICT: Words(
        "The link was refused: a verdict keeps other records of the two golden records apart.",
        "归并被拒绝：人工裁决将两组中的其他记录分开。",
    ),
    Answer.CONTRADICTION: Words(
        "Alike enough to link, but a fact speaks against it.", "相似度足够，但有一项事实相矛盾。"
    ),
    Answer.NO_ANCHOR: Words("Alike, but nothing decisive is among the evidence.", "相似，但缺少决定性证据。"),
    Answer.UNCERTAIN: Words(
        "Too alike to part and not alike enough to link.", "既不足以归并，也不足以排除。"
    ),
}


@dataclass(frozen=True, slots=True)
class Said:
    """One verdict of a person: who, when, why and what."""

    decision_id: str
    kind: str
    actor: str
    at: str
    reason: str


@dataclass(frozen=True, slots=True)
class Tie:
    """What ties two records inside a golden record: a link of the machine with its evidence, or a verdict.

    Without a weight and a verdict the pair is under a blind check.
    """

    left: NamedRecord
    right: NamedRecord
    weight: float | None
    telling: Telling = field(default_factory=Telling)
    said: Said | None = None


@dataclass(frozen=True, slots=True)
class Keys:
    """The keys of one blocking rule: shared ones, those shared but hot, and those of one side only.

    ``attributes`` are those the keys are made of.
    """

    name: str
    attributes: tuple[str, ...]
    shared: tuple[str, ...]
    hot: tuple[str, ...]
    left: tuple[str, ...]
    right: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Explanation:
    """The answer for two records; of two golden records that for their most alike pair.

    ``match_probability``: share of matches among all pairs of this weight; ``question_probability``, where a task
    asks: among the questions that are asked like it, as the queue shows it.
    """

    entity: str
    answer: Answer
    together: bool
    answer_en: str
    answer_zh: str
    left: NamedRecord
    right: NamedRecord
    left_golden_id: str
    right_golden_id: str
    match_weight: float
    match_probability: float
    link_weight: float
    review_weight: float
    telling: Telling
    evidence: tuple[Evidence, ...]
    vetoes: tuple[VetoSpoken, ...]
    keys: tuple[Keys, ...]
    chain: tuple[Tie, ...] = ()
    verdicts: tuple[Said, ...] = ()
    against: Against | None = None
    task_id: int | None = None
    question_probability: float | None = None


@dataclass(frozen=True, slots=True)
class DecisionEvidence:
    """What was on screen when a person decided, and what rules, model and features of then give now.

    ``equal``: both are the same, to the last letter; None where nothing was stored. ``differences`` names the parts
    that are not; ``intact``: the stored evidence still has the hash that was kept with the decision.
    """

    decision_id: str
    kind: str
    actor: str
    at: str
    evidence_hash: str
    intact: bool | None
    stored: dict[str, object]
    derived: dict[str, object]
    equal: bool | None
    differences: tuple[str, ...]


def words_of(answer: Answer) -> Words:
    """The answer in words."""
    return _WORDS[answer]


def strongest_chain(ties: Iterable[tuple[int, int, float]], start: int, end: int) -> list[int]:
    """The records from ``start`` to ``end`` whose weakest tie is the strongest possible; of equal ones the shortest.

    Empty when nothing ties the two.
    """
    beside: dict[int, list[tuple[int, float]]] = {}
    for left, right, weight in ties:
        beside.setdefault(left, []).append((right, weight))
        beside.setdefault(right, []).append((left, weight))
    waiting: list[tuple[float, int, list[int]]] = [(float("-inf"), 1, [start])]
    seen: set[int] = set()
    while waiting:
        worst, length, path = heappop(waiting)
        here = path[-1]
        if here == end:
            return path
        if here in seen:
            continue
        seen.add(here)
        for there, weight in beside.get(here, ()):
            if there not in seen:
                heappush(waiting, (max(worst, -weight), length + 1, [*path, there]))
    return []
