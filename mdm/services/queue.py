"""The queue: which pairs wait for a steward, kept true after every rebuild.

Invariants: each uncertain pair of golden records appears once; every task ends as decided, superseded or expired,
with a reason (I18); a negative verdict whose values changed is asked again while it still binds (I6).
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from mdm.domain.cluster import Partition, Reason, Refusal
from mdm.domain.machine_reason import ReasonCode, machine_reason
from mdm.domain.priority import priority, risk_of, teaching_lift
from mdm.domain.review import Against, TaskReason, TaskStatus
from mdm.services import line, rule, second_person
from mdm.services.cluster import Scope
from mdm.services.evidence import evidence_of, text_of
from mdm.services.unit_of_work import UnitOfWork
from mdm.storage import match as match_store
from mdm.storage import queue as queue_store
from mdm.storage import review as review_store
from mdm.storage import source as source_store
from mdm.storage import xref as xref_store
from mdm.storage.match import StoredPair

CHUNK = 1000
"""Questions told and written at a time."""

_REASONS = {
    Reason.PAIR_CONTRADICTS: TaskReason.CONTRADICTION,
    Reason.RECORD_CONTRADICTS: TaskReason.CLUSTER,
    Reason.CLUSTERS_CONTRADICT: TaskReason.CLUSTER,
    Reason.NO_ANCHOR: TaskReason.NO_ANCHOR,
    Reason.BRIDGE: TaskReason.CLUSTER,
    Reason.AMBIGUOUS: TaskReason.CLUSTER,
}
"""A link refused by a verdict asks nothing: the verdict was the answer."""


@dataclass(frozen=True, slots=True)
class Question:
    """A question worth a steward's time; ``probability``: how often such questions turn out to be matches;
    ``settles``: pairs of records between the two golden records it is about.
    """

    left: int
    right: int
    weight: float
    probability: float
    reason: TaskReason
    settles: int = 1
    previous: str | None = None
    against: Refusal | None = None


def refresh(uow: UnitOfWork, scope: Scope, grouped: Partition, opened: list[int], closed: list[int]) -> None:
    """Open, keep and close tasks so that they ask exactly what is uncertain now around the scope."""
    home = dict(scope.neighbours)
    for index, members in enumerate(grouped.clusters):
        home |= dict.fromkeys(members, f"cluster {index}")
    sizes = _sizes(uow, scope, home)
    wanted = {_question(home, item.left, item.right): item for item in _wanted(scope, grouped, home, sizes)}
    _ask_again(scope, home, sizes, wanted)
    tasks = review_store.open_tasks_touching(uow.connection, set(scope.records) | set(scope.golden))
    wanted = _without_blind(wanted, tasks)
    ranks = _ranks(uow, scope, list(wanted.values()))
    for task in tasks:
        if task.reason == TaskReason.AUDIT:
            _keep_blind(uow, scope, task, closed)
            continue
        question = _question(home, task.left_id, task.right_id)
        item = wanted.get(question)
        if item is None or (item.left, item.right) != (task.left_id, task.right_id):
            _close(uow, scope, task, home)
            closed.append(task.task_id)
        else:
            del wanted[question]
            _follow(uow, scope, task, item, ranks[item.left, item.right])
    items = list(wanted.values())
    opened.extend(open_tasks(uow, scope, items, [ranks[item.left, item.right] for item in items]))


def _without_blind(
    wanted: Mapping[tuple[str, str], Question], tasks: Sequence[Any]
) -> dict[tuple[str, str], Question]:
    """Questions but those whose pair waits in the blind sample: its verdict, given blind, answers both.

    The other way round the sample would lose the pairs that are doubtful, and measure the rest. ``Any``: table rows.
    """
    blind = {(task.left_id, task.right_id) for task in tasks if task.reason == TaskReason.AUDIT}
    return {name: item for name, item in wanted.items() if (item.left, item.right) not in blind}


def questions(scope: Scope, grouped: Partition) -> list[Question]:
    """Every question this partition leaves open, one per pair of clusters."""
    home = {r: f"cluster {index}" for index, members in enumerate(grouped.clusters) for r in members}
    sizes = Counter(home.values())
    wanted = {_question(home, item.left, item.right): item for item in _wanted(scope, grouped, home, sizes)}
    _ask_again(scope, home, sizes, wanted)
    return list(wanted.values())


def values_hash(features: str) -> str:
    """Names what a verdict rested on: the features of a record."""
    return hashlib.sha256(features.encode("utf-8", "surrogatepass")).hexdigest()


def _wanted(
    scope: Scope, grouped: Partition, home: Mapping[int, str], sizes: Mapping[str, int]
) -> list[Question]:
    """Uncertain pairs and refused links between different golden records, the strongest per question last."""
    answered = {
        _question(home, c.left, c.right)
        for c in scope.constraints
        if not c.must_link and c.left in home and c.right in home
    }
    refused = {(r.left, r.right) if r.left < r.right else (r.right, r.left): r for r in grouped.refused}
    found = []
    open_pairs = [
        pair
        for pair in scope.pairs
        if pair.weight >= scope.matcher.review_weight
        and pair.left in home
        and pair.right in home
        and home[pair.left] != home[pair.right]
        and _question(home, pair.left, pair.right) not in answered
    ]
    for pair in _at_hand(scope, open_pairs):
        refusal = refused.get((pair.left, pair.right))
        reason = _reason(scope, refusal, pair.left, pair.right, pair.weight)
        if reason is None:
            continue
        against = refusal if reason is TaskReason.CLUSTER else None
        settles = sizes[home[pair.left]] * sizes[home[pair.right]]
        probability = scope.matcher.model.question_probability(
            reason.value, pair.weight, pair.probability, settles
        )
        found.append(
            Question(pair.left, pair.right, pair.weight, probability, reason, settles, against=against)
        )
    return sorted(found, key=lambda item: (item.weight, -item.left, -item.right))


def _at_hand(scope: Scope, pairs: Sequence[StoredPair]) -> Iterator[StoredPair]:
    """The pairs, some at a time with the packed forms of their records."""
    for start in range(0, len(pairs), CHUNK):
        part = pairs[start : start + CHUNK]
        scope.fetch_packed({side for pair in part for side in (pair.left, pair.right)})
        yield from part
        scope.let_go()


def _reason(scope: Scope, refusal: Refusal | None, left: int, right: int, weight: float) -> TaskReason | None:
    """Why a pair is worth asking; None: the machine is sure."""
    spoken = scope.contradiction(left, right)
    if spoken is not None and spoken.hard:
        return None
    if refusal is not None:
        return _REASONS.get(refusal.reason)
    if spoken is not None:
        return TaskReason.CONTRADICTION
    return TaskReason.UNCERTAIN if weight < scope.matcher.link_weight else TaskReason.CLUSTER


def _ask_again(
    scope: Scope,
    home: Mapping[int, str],
    sizes: Mapping[str, int],
    wanted: dict[tuple[str, str], Question],
) -> None:
    """Negative verdicts whose values have changed become questions again, with the old decision attached."""
    now: dict[int, str] = {}

    def current(record_id: int) -> str:
        if record_id not in now:
            now[record_id] = values_hash(scope.features.get(record_id, ""))
        return now[record_id]

    scope.fetch_features(
        {side for c in scope.constraints if not c.must_link and c.left_values for side in (c.left, c.right)}
    )
    for c in scope.constraints:
        if c.must_link or not c.left_values or c.left not in scope.features or c.right not in scope.features:
            continue
        if (current(c.left), current(c.right)) == (c.left_values, c.right_values):
            continue
        scored = scope.matcher.scorer.score(scope.prepare(c.left), scope.prepare(c.right))
        if c.left in home and c.right in home:
            wanted[_question(home, c.left, c.right)] = Question(
                c.left,
                c.right,
                scored.match_weight,
                scored.match_probability,
                TaskReason.CHANGED,
                sizes[home[c.left]] * sizes[home[c.right]],
                c.decision_id,
            )


def _question(home: Mapping[int, str], left: int, right: int) -> tuple[str, str]:
    """Names the pair of golden records a task is about, whichever records stand for them."""
    one, other = home.get(left, f"gone {left}"), home.get(right, f"gone {right}")
    return (one, other) if one < other else (other, one)


def _close(uow: UnitOfWork, scope: Scope, task: Any, home: Mapping[int, str]) -> None:  # Any: a table row
    if task.left_id not in home or task.right_id not in home:
        reason = ReasonCode.RECORD_GONE
    elif home[task.left_id] == home[task.right_id]:
        reason = ReasonCode.IN_ONE
    else:
        reason = ReasonCode.ANSWERED_ELSEWHERE
    _supersede(uow, scope, task, reason)


def _supersede(uow: UnitOfWork, scope: Scope, task: Any, code: ReasonCode) -> None:  # Any: a table row
    reason = machine_reason(code)
    review_store.close_task(
        uow.connection, task.task_id, status=TaskStatus.SUPERSEDED.value, reason=reason, at=uow.at
    )
    uow.record("task.superseded", scope.matcher.entity.name, str(task.task_id), {"reason": reason})
    second_person.supersede(uow, [task.task_id], code)


def _follow(
    uow: UnitOfWork, scope: Scope, task: Any, item: Question, rank: float
) -> None:  # Any: a table row
    """A task whose records or evidence changed shows the present ones.

    Under another model or other rules the sentence and what would turn the answer may differ although the weight does
    not. Decisions keep what was on screen when they were made.
    """
    left, right = scope_version(scope, uow, item.left), scope_version(scope, uow, item.right)
    same = (task.left_version, task.right_version, task.reason) == (left, right, item.reason.value)
    values: dict[str, Any] = {}
    if not same or abs(task.match_weight - item.weight) >= 1e-9 or not _is_present(scope, task.evidence):
        rule.keep(uow, scope.matcher)
        values = _task_values(scope, item, left, right) | {"priority": rank}
        same = same and _shown(values["evidence"]) == _shown(task.evidence)
    if not same:
        review_store.change_task(uow.connection, task.task_id, values)
        line.refresh(uow, [task.task_id])
        second_person.supersede(uow, [task.task_id], ReasonCode.PAIR_CHANGED)
    elif values:
        review_store.rank_task(uow.connection, task.task_id, values)
    elif task.settles != item.settles or abs(task.priority - rank) >= 1e-6:
        moved = {"priority": rank, "settles": item.settles, "match_probability": item.probability}
        review_store.rank_task(uow.connection, task.task_id, moved)
        band = line.band_shown(item.reason, item.probability)
        queue_store.rank_line(uow.connection, task.task_id, rank, band)


def _is_present(scope: Scope, evidence: str) -> bool:
    """Whether stored evidence was made by the rules and the model in force."""
    held = json.loads(evidence)
    made_by = (held.get("rules"), held.get("model"))
    return made_by == (scope.matcher.rule_fingerprint, scope.matcher.model_fingerprint)


def _shown(evidence: str) -> dict[str, Any]:
    """What people see of stored evidence: all but what it was made by. ``Any``: JSON."""
    return {name: part for name, part in json.loads(evidence).items() if name not in ("rules", "model")}


def _keep_blind(uow: UnitOfWork, scope: Scope, task: Any, closed: list[int]) -> None:  # Any: a table row
    """An audit task outlives every regrouping, since its answer measures what the machine did when it was drawn.

    It ends only with one of its records, and shows their present versions.
    """
    pair = (task.left_id, task.right_id)
    records = source_store.records_by_id(uow.connection, pair)
    if any(records[record_id].status != "active" for record_id in pair):
        _supersede(uow, scope, task, ReasonCode.RECORD_GONE)
        closed.append(task.task_id)
    elif (task.left_version, task.right_version) != tuple(records[record_id].version for record_id in pair):
        scope.features |= match_store.features(uow.connection, set(pair) - set(scope.features))
        versions = [records[record_id].version for record_id in pair]
        values = _task_values(scope, blind_question(scope, *pair), *versions)
        review_store.change_task(uow.connection, task.task_id, values)
        line.refresh(uow, [task.task_id])


def blind_question(scope: Scope, left: int, right: int) -> Question:
    """The question of an audit task; its weight and evidence are kept with it and shown after the verdict."""
    scored = scope.matcher.scorer.score(scope.prepare(left), scope.prepare(right))
    return Question(left, right, scored.match_weight, scored.match_probability, TaskReason.AUDIT)


def _sizes(uow: UnitOfWork, scope: Scope, home: Mapping[int, str]) -> Mapping[str, int]:
    """Source records of each golden record that the scope or its neighbours are in."""
    sizes = Counter(home[record_id] for record_id in scope.records)
    outside = set(scope.neighbours.values())
    members = xref_store.members_of(uow.connection, outside) if outside else {}
    sizes.update({golden_id: len(held) for golden_id, held in members.items()})
    return sizes


def _ranks(uow: UnitOfWork, scope: Scope, items: Sequence[Question]) -> dict[tuple[int, int], float]:
    """What a verdict on each question is worth, by its pair of records."""
    risks = _risks(uow, scope, {side for item in items for side in (item.left, item.right)})
    return {
        (item.left, item.right): rank_of(item, max(risks.get(item.left, 0.0), risks.get(item.right, 0.0)))
        for item in items
    }


def rank_of(item: Question, risk: float) -> float:
    """Where a question stands in the queue: the value of its verdict, and the lift of one that is to teach."""
    return round(
        priority(item.probability, item.settles, risk) + teaching_lift(f"{item.left}:{item.right}"), 6
    )


def _risks(uow: UnitOfWork, scope: Scope, record_ids: set[int]) -> dict[int, float]:
    declared = scope.matcher.rules.risks
    if not declared or not record_ids:
        return {}
    wanted, found = sorted(record_ids), {}
    for start in range(0, len(wanted), CHUNK):
        contents = source_store.standard_contents(uow.connection, wanted[start : start + CHUNK])
        for record_id, text in contents.items():
            found[record_id] = risk_of(declared, json.loads(text)["values"])
    return found


def open_tasks(uow: UnitOfWork, scope: Scope, items: Sequence[Question], ranks: Sequence[float]) -> list[int]:
    """Open a task for each question; returns their numbers in the order of the questions."""
    entity = scope.matcher.entity.name
    if items:
        rule.keep(uow, scope.matcher)
    for start in range(0, len(items), CHUNK):
        part = items[start : start + CHUNK]
        sides = {side for item in part for side in (item.left, item.right)}
        scope.fetch_features(sides)
        scope.fetch_packed(sides)
        rows = [
            _task_row(uow, scope, item, rank)
            for item, rank in zip(part, ranks[start : start + CHUNK], strict=True)
        ]
        review_store.add_tasks(uow.connection, rows)
        scope.let_go()
    task_ids = {
        (task.left_id, task.right_id, task.reason == TaskReason.AUDIT): task.task_id
        for task in review_store.open_tasks_touching(uow.connection, {item.left for item in items})
    }
    opened = [task_ids[item.left, item.right, item.reason is TaskReason.AUDIT] for item in items]
    line.refresh(uow, opened)
    for task_id in opened:
        uow.record("task.opened", entity, str(task_id))
    return opened


def _task_row(uow: UnitOfWork, scope: Scope, item: Question, rank: float) -> dict[str, Any]:
    """A new task; ``Any``: column values."""
    left, right = scope_version(scope, uow, item.left), scope_version(scope, uow, item.right)
    return {
        "entity": scope.matcher.entity.name,
        "left_id": item.left,
        "right_id": item.right,
        "status": TaskStatus.OPEN.value,
        "version": 1,
        "previous_decision": item.previous,
        "site": "",
        "opened_at": uow.at,
        "closed_at": None,
        "closed_reason": None,
        **_task_values(scope, item, left, right),
        "priority": rank,
    }


def _task_values(scope: Scope, item: Question, left: int, right: int) -> dict[str, Any]:
    """The changing columns of a task; ``Any``: column values."""
    against = against_of_refusal(scope, item.against)
    evidence = evidence_of(
        scope.matcher,
        scope.prepare(item.left),
        scope.prepare(item.right),
        against=against,
        keep_features=True,
    )
    evidence["against"] = against and asdict(against)
    return {
        "left_version": left,
        "right_version": right,
        "match_weight": item.weight,
        "match_probability": item.probability,
        "evidence": text_of(evidence),
        "reason": item.reason.value,
        "settles": item.settles,
    }


def against_of_refusal(scope: Scope, refusal: Refusal | None) -> Against | None:
    """The two other records that forbid a link, and the words for what they contradict in."""
    if refusal is None or refusal.against is None:
        return None
    left, right = (scope.records[record_id].key for record_id in refusal.against)
    said = next((veto for veto in scope.matcher.rules.vetoes if veto.name == refusal.name), None)
    return Against(
        refusal.name,
        said.en if said else refusal.name,
        said.zh if said else refusal.name,
        f"{left.system}:{left.key}",
        f"{right.system}:{right.key}",
        said.clause if said else "",
        bool(said and said.regulated),
    )


def scope_version(scope: Scope, uow: UnitOfWork, record_id: int) -> int:
    """The present version of a record of the scope or of a neighbour."""
    known = scope.records.get(record_id)
    if known is None:
        known = scope.records_outside.get(record_id)
    if known is None:
        known = source_store.records_by_id(uow.connection, [record_id])[record_id]
        scope.records_outside[record_id] = known
    return known.version
