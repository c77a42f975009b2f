"""Review: tasks that wait for a steward, verdicts, and what a verdict binds.

Invariant: a task is decided at most once (I10); ``unsure`` leaves it open for another steward.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from mdm.domain.errors import InvalidInputError
from mdm.domain.source import Json


class Verdict(StrEnum):
    """What a steward says of a pair."""

    MATCH = "match"
    NON_MATCH = "non-match"
    UNSURE = "unsure"


class TaskStatus(StrEnum):
    """Where a review task stands."""

    OPEN = "open"
    DECIDED = "decided"
    SUPERSEDED = "superseded"
    EXPIRED = "expired"


class TaskReason(StrEnum):
    """Why the pair waits."""

    UNCERTAIN = "uncertain"
    """Its probability lies between non-link and link."""
    CONTRADICTION = "contradiction"
    """Alike enough to link, but a veto speaks against it."""
    CLUSTER = "cluster"
    """Alike enough to link, but other records of the two golden records contradict each other."""
    NO_ANCHOR = "no_anchor"
    """Alike enough to link, but no decisive evidence."""
    CHANGED = "changed"
    """Decided before; the values that decision rested on have changed."""
    AUDIT = "audit"
    """Drawn at random to measure the machine; shown blind, without its opinion, until a verdict is in."""


class Band(StrEnum):
    """How sure the machine is that two are the same."""

    SURE = "5"
    PROBABLE = "4"
    OPEN = "3"
    UNLIKELY = "2"
    DIFFERENT = "1"
    BLIND = "blind"
    """An audit task: it does not tell."""


_BANDS = ((0.99, Band.SURE), (0.9, Band.PROBABLE), (0.4, Band.OPEN), (0.1, Band.UNLIKELY))
"""From this probability upwards."""


class RiskClass(StrEnum):
    """What a wrong verdict would cost, by what the rules declare of the records."""

    HIGH = "high"
    SOME = "some"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Evidence:
    """How one comparison of a pair was judged; ``weight`` in bits (log2), positive speaks for a match."""

    comparison: str
    label_en: str
    label_zh: str
    level_en: str
    level_zh: str
    weight: float
    left: Json
    right: Json


@dataclass(frozen=True, slots=True)
class VetoSpoken:
    """One veto that forbids an automatic link of a pair."""

    name: str
    en: str
    zh: str
    clause: str
    hard: bool
    regulated: bool = False


@dataclass(frozen=True, slots=True)
class Against:
    """Two other records (``system:id``) whose contradiction forbids a link, and what they contradict in."""

    name: str
    en: str
    zh: str
    left: str
    right: str
    clause: str = ""
    regulated: bool = False


@dataclass(frozen=True, slots=True)
class Telling:
    """The evidence of a pair in one sentence, and what would turn the answer, in both languages."""

    sentence_en: str = ""
    sentence_zh: str = ""
    counterfactual_en: str = ""
    counterfactual_zh: str = ""


@dataclass(frozen=True, slots=True)
class Foreseen:
    """One golden record that a verdict would leave: ``?`` stands for an ID not yet issued.

    ``records``: all its source records (``system:id``); ``moved``: those that come from another golden record.
    """

    golden_id: str
    records: tuple[str, ...]
    moved: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Foresight:
    """What a match would leave, and the regulated vetoes it would cross: with any, it needs a second person.

    ``values``: those of the golden record that would hold both records; ``closes``: other open tasks it would answer.
    """

    leaves: tuple[Foreseen, ...] = ()
    regulated: tuple[VetoSpoken, ...] = ()
    values: Mapping[str, Json] = field(default_factory=dict)
    closes: tuple[int, ...] = ()


class ProposalState(StrEnum):
    """Where a match across a regulated veto stands."""

    OPEN = "open"
    CONFIRMED = "confirmed"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    SUPERSEDED = "superseded"


@dataclass(frozen=True, slots=True)
class MatchProposal:
    """A match across a regulated veto; ``kind`` is ``review`` or ``merge``, ``records`` are named ``system:id``."""

    proposal_id: str
    entity: str
    kind: str
    task_id: int | None
    golden_ids: tuple[str, ...]
    records: tuple[str, ...]
    vetoes: tuple[VetoSpoken, ...]
    proposed_by: str
    reason: str
    proposed_at: str
    state: str
    closed_by: str | None = None
    closed_reason: str | None = None
    values: Mapping[str, str] = field(default_factory=dict)
    """Attribute -> the record (``system:id``) whose value the match would set on the golden record."""


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two records of a task, with the golden record that holds it now; ``parts``: attribute -> what
    standardisation took it apart into.
    """

    record_id: int
    source_system: str
    source_id: str
    version: int
    changed_at: str
    golden_id: str
    raw: Mapping[str, str]
    values: Mapping[str, Json]
    golden_members: int
    parts: Mapping[str, Json] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Beside:
    """Further records of the golden records of both sides; ``left_out``: how many more there are."""

    sides: tuple[Side, ...]
    left_out: int


@dataclass(frozen=True, slots=True)
class TaskLine:
    """One line of the queue; ``settles``: how many pairs of records one verdict answers.

    An open audit task tells neither weight nor probability.
    """

    task_id: int
    entity: str
    status: str
    version: int
    match_weight: float | None
    match_probability: float | None
    reason: str
    opened_at: str
    left_system: str
    left_id: str
    left_title: str
    right_system: str
    right_id: str
    right_title: str
    evidence: tuple[Evidence, ...] = ()
    """As stored with the task, so that the queue shows where the two differ without another query."""
    vetoes: tuple[VetoSpoken, ...] = ()
    telling: Telling = Telling()
    priority: float = 0.0
    settles: int = 1
    due_on: str = ""
    holder: str = ""
    """Who works on it at present; '' for nobody."""
    lease_until: str | None = None
    """When that lapses; None: it was handed over and stays."""


@dataclass(frozen=True, slots=True)
class Task:
    """One review task with everything a steward needs to decide it."""

    line: TaskLine
    left: Side
    right: Side
    evidence: tuple[Evidence, ...]
    vetoes: tuple[VetoSpoken, ...]
    previous: Mapping[str, Json] | None
    decisions: tuple[Decision, ...]
    against: Against | None = None
    if_match: tuple[Foreseen, ...] = ()
    regulated: tuple[VetoSpoken, ...] = ()
    """Regulated vetoes that a match would cross: it then waits for a second person."""
    proposal: MatchProposal | None = None
    would_be: Mapping[str, Json] = field(default_factory=dict)
    """Values of the golden record that a match would leave; empty when it is not open or not told."""
    closes: tuple[int, ...] = ()
    """Other open tasks that a match would answer."""
    followed_by: int | None = None
    """The open task that asks the same, once this one is closed."""
    closed_reason: str = ""
    """Why it was closed: words of a person, or a reason of the machine."""


@dataclass(frozen=True, slots=True)
class NamedRecord:
    """A source record by its key, and what it is called."""

    source_system: str
    source_id: str
    title: str


@dataclass(frozen=True, slots=True)
class Decision:
    """One thing a person decided, and whether it was undone.

    ``records``: those it was about, of many the first few; ``telling``: what was on screen.
    """

    decision_id: str
    entity: str
    kind: str
    verdict: str | None
    task_id: int | None
    actor: str
    reason: str
    at: str
    undone_by: str | None
    subject: Mapping[str, Json]
    records: tuple[NamedRecord, ...] = ()
    telling: Telling = Telling()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a decision: the task as it is now, the golden IDs it touched and the next open task.

    ``proposed``: nothing binds yet, ``proposal_id`` waits for a second person.
    """

    decision_id: str
    task_id: int | None
    status: str
    golden_ids: tuple[str, ...]
    next_task_id: int | None
    proposal_id: str | None = None


@dataclass(frozen=True, slots=True)
class Holding:
    """Who works on a task: by a claim that lapses at ``lease_until``, or handed over, which stays."""

    task_id: int
    holder: str
    since: str
    lease_until: str | None
    given_by: str
    note: str


@dataclass(frozen=True, slots=True)
class Comment:
    """What somebody wrote beside a task; ``mentions``: logins that it names."""

    comment_id: str
    task_id: int
    author: str
    at: str
    text: str
    mentions: tuple[str, ...] = ()


def band_of(probability: float) -> Band:
    """The band of a calibrated probability, 0 to 1."""
    return next((band for least, band in _BANDS if probability >= least), Band.DIFFERENT)


def risk_class(risk: float) -> RiskClass:
    """The class of a declared risk, 0 to 1."""
    if risk >= 0.7:
        return RiskClass.HIGH
    return RiskClass.SOME if risk > 0 else RiskClass.NONE


PROPOSED = "proposed"
"""Status of an outcome that waits for a second person."""


def is_blind(status: str, reason: str) -> bool:
    """Whether a task hides what the machine thinks: an audit task until somebody has decided it."""
    return reason == TaskReason.AUDIT and status == TaskStatus.OPEN


def require_reason(reason: str) -> str:
    """The reason without surrounding spaces; raises InvalidInputError when there is none or it is too long."""
    text = reason.strip()
    if not text:
        raise InvalidInputError("A decision needs a reason.", field="reason")
    if len(text) > 2000:
        raise InvalidInputError("A reason has at most 2,000 characters.", field="reason")
    return text
