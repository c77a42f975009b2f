"""The blind sample: automatic links and non-links drawn at random for stewards to judge without the machine's opinion.

Invariant: what is drawn depends on the records and one stored seed only, and the tasks it opens come in random order.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import combinations, groupby
from random import Random

from mdm.domain.access import Permission
from mdm.domain.cluster import Pair
from mdm.domain.errors import InvalidInputError
from mdm.domain.implied import implied_by
from mdm.domain.priority import AUDIT_PRIORITY
from mdm.domain.sampling import NEAR_BITS, Draw, Stratum, allot, draw_strata
from mdm.services import access, cluster, queue, rule
from mdm.services.cluster import Scope
from mdm.services.unit_of_work import UnitOfWork
from mdm.storage import quality as quality_store

LOOKED_AT = 20_000
"""Rejected candidates that are scored to tell near from far; of more, a random part is taken."""

MOST = 2000
"""Pairs of one kind in one draw: more than stewards decide before the model has changed."""


@dataclass(frozen=True, slots=True)
class SampleDrawn:
    """What was drawn: tasks opened per kind; ``populations``: pairs each stratum had to draw from."""

    sample_id: str
    entity: str
    links: int
    non_links: int
    populations: Mapping[str, int]


def draw(uow: UnitOfWork, entity: str, links: int = 50, non_links: int = 50) -> SampleDrawn:
    """Open audit tasks for a random sample of automatic decisions; raises InvalidInputError for odd numbers."""
    access.require(uow.actor, Permission.QUALITY_SAMPLE)
    for name, number in (("links", links), ("non_links", non_links)):
        if not 0 <= number <= MOST:
            raise InvalidInputError(f"{name} is a number from 0 to {MOST}.", field=name)
    matcher = rule.matcher(uow, entity)
    uow.take_turn(entity)
    scope = cluster.gather_all(uow, matcher)
    seed = uow.hub.new_seed()
    random = Random(seed)
    strata, populations = _strata(uow, scope, random)
    sizes = {stratum: len(pairs) for stratum, pairs in strata.items()}
    wanted = {Stratum.LINK: links, **allot(non_links, sizes)}
    drawn = draw_strata(strata, populations, wanted, random)
    sample_id = _keep(uow, scope, seed, drawn)
    in_links = sum(item.stratum is Stratum.LINK for item in drawn)
    payload = {"links": in_links, "non_links": len(drawn) - in_links}
    uow.record("sample.drawn", entity, sample_id, payload)
    return SampleDrawn(
        sample_id,
        entity,
        in_links,
        len(drawn) - in_links,
        {stratum.value: pairs for stratum, pairs in populations.items()},
    )


def _strata(
    uow: UnitOfWork, scope: Scope, random: Random
) -> tuple[dict[Stratum, list[Pair]], dict[Stratum, int]]:
    """Pairs to draw from, and how many each stratum has in all; what verdicts settle or ask already is left out."""
    golden = {record_id: scope.golden[record_id] for record_id in scope.records if record_id in scope.golden}
    verdicts = implied_by(
        [(c.left, c.right) for c in scope.constraints if c.must_link],
        [(c.left, c.right) for c in scope.constraints if not c.must_link],
    )
    asked = quality_store.open_audit_pairs(uow.connection)

    def is_open(pair: Pair) -> bool:
        return pair not in asked and verdicts.answer(*pair) is None

    strata: dict[Stratum, list[Pair]] = {Stratum.LINK: [pair for pair in _linked(golden) if is_open(pair)]}
    scored = {(pair.left, pair.right) for pair in scope.pairs if pair.weight >= scope.matcher.review_weight}
    strata[Stratum.VETOED] = [
        pair for pair in sorted(scored) if _is_vetoed(scope, golden, pair) and is_open(pair)
    ]
    rejected = [
        pair
        for pair in sorted(_candidates(uow, scope.matcher.entity.name, golden) - scored)
        if golden[pair[0]] != golden[pair[1]] and is_open(pair)
    ]
    looked_at = rejected if len(rejected) <= LOOKED_AT else random.sample(rejected, LOOKED_AT)
    near, far = _near_and_far(scope, looked_at)
    strata[Stratum.NEAR], strata[Stratum.FAR] = near, far
    scale = len(rejected) / max(len(looked_at), 1)
    populations = {stratum: len(pairs) for stratum, pairs in strata.items()}
    populations[Stratum.NEAR], populations[Stratum.FAR] = round(len(near) * scale), round(len(far) * scale)
    return strata, populations


def _linked(golden: Mapping[int, str]) -> Iterable[Pair]:
    members: dict[str, list[int]] = {}
    for record_id, golden_id in sorted(golden.items()):
        members.setdefault(golden_id, []).append(record_id)
    return (pair for held in members.values() for pair in combinations(held, 2))


def _is_vetoed(scope: Scope, golden: Mapping[int, str], pair: Pair) -> bool:
    left, right = (golden.get(record_id) for record_id in pair)
    if left is None or right is None or left == right:
        return False
    found = scope.contradiction(*pair)
    return found is not None and found.hard


def _candidates(uow: UnitOfWork, entity: str, golden: Mapping[int, str]) -> set[Pair]:
    """Every pair of current records that shares a key and so was compared."""
    found: set[Pair] = set()
    for _, rows in groupby(quality_store.key_holders(uow.connection, entity), key=lambda row: row.key):
        found.update(combinations([row.record_id for row in rows if row.record_id in golden], 2))
    return found


def _near_and_far(scope: Scope, pairs: Iterable[Pair]) -> tuple[list[Pair], list[Pair]]:
    least = scope.matcher.review_weight - NEAR_BITS
    near: list[Pair] = []
    far: list[Pair] = []
    for left, right in pairs:
        scored = scope.matcher.scorer.score(scope.prepare(left), scope.prepare(right))
        (near if scored.match_weight >= least else far).append((left, right))
    return near, far


def _keep(uow: UnitOfWork, scope: Scope, seed: str, drawn: list[Draw]) -> str:
    sample_id = uow.hub.new_id()
    questions = [queue.blind_question(scope, *item.pair) for item in drawn]
    task_ids = queue.open_tasks(uow, scope, questions, [AUDIT_PRIORITY] * len(drawn))
    quality_store.add_sample(
        uow.connection,
        {
            "sample_id": sample_id,
            "entity": scope.matcher.entity.name,
            "model_fingerprint": scope.matcher.model_fingerprint,
            "seed": seed,
            "drawn_at": uow.at,
        },
        [
            {
                "sample_id": sample_id,
                "task_id": task_id,
                "stratum": item.stratum.value,
                "population": item.population,
                "drawn": item.drawn,
            }
            for item, task_id in zip(drawn, task_ids, strict=True)
        ],
    )
    return sample_id
