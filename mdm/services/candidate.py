"""One record against all: what it may be one thing with, also before it is created.

Invariant: one record at a time gives what the batch gives.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from mdm.domain.access import Permission
from mdm.domain.errors import InvalidInputError
from mdm.domain.source import Json
from mdm.domain.standardise.kind import SourceContext
from mdm.linkage.key import keys_in_use
from mdm.linkage.packed import Unpacked
from mdm.linkage.record import FeatureRecord, Prepared
from mdm.linkage.score import Comparable, ScoredPair
from mdm.services import access, cluster, partner, rule, standardise
from mdm.services.evidence import evidence_of
from mdm.services.hub import Hub
from mdm.services.rule import Matcher
from mdm.services.unit_of_work import UnitOfWork
from mdm.storage import golden as golden_store
from mdm.storage import match as match_store
from mdm.storage import source as source_store
from mdm.storage import xref as xref_store
from mdm.storage.match import StoredPair

_HALF_PAIR = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class MatchCandidate:
    """A golden record that may be the thing asked for, with the reasons, best first."""

    golden_id: str
    match_probability: float
    match_weight: float
    outcome: str
    title: str
    explanation: tuple[Mapping[str, Json], ...]
    vetoes: tuple[Mapping[str, Json], ...]
    sentence_en: str = ""
    sentence_zh: str = ""
    counterfactual_en: str = ""
    counterfactual_zh: str = ""


def search_before_create(
    uow: UnitOfWork, entity: str, attributes: Mapping[str, str | None], limit: int = 10
) -> tuple[MatchCandidate, ...]:
    """Golden records that a record with these attributes would match, nothing stored."""
    access.require(uow.actor, Permission.MATCH_SEARCH)
    cells = checked_attributes(uow.hub, entity, attributes)
    matcher = rule.matcher(uow, entity)
    made = standardise.Standardiser(uow.hub, entity, "", None, SourceContext(), "").of_attributes(cells)
    asked = matcher.scorer.prepare(FeatureRecord(0, "", made.features))
    found = score_one(uow, matcher, asked, matcher.review_weight)
    return candidates_of(uow, matcher, found, asked, limit)


def checked_attributes(hub: Hub, entity: str, attributes: Mapping[str, str | None]) -> dict[str, str]:
    """Attributes the dictionary knows, as texts; raises UnknownAttributeError or InvalidInputError."""
    entity_type = hub.dictionary.entity(entity)
    checked = {}
    for name, value in attributes.items():
        entity_type.attribute(name)
        if value is None:
            continue
        if len(value) > 4000:
            raise InvalidInputError(f"{name} has more than 4,000 characters.", field=name)
        if "\x00" in value or _HALF_PAIR.search(value):
            raise InvalidInputError(f"{name} holds a NUL or half a surrogate pair.", field=name)
        checked[name] = value
    return checked


class Found(NamedTuple):
    """A pair with the record asked about, and the other record as it was compared."""

    pair: ScoredPair
    other: Comparable


def score_stored(uow: UnitOfWork, matcher: Matcher, asked: Prepared) -> list[Found]:
    """The pairs of a stored record that are kept, as the batch keeps them."""
    once = partner.duplicate_free(uow, matcher.entity.name) if matcher.rules.partners else frozenset()
    found = score_one(uow, matcher, asked, partner.least_weight(matcher, once))
    if not found or found[-1].pair.match_weight >= matcher.review_weight:
        return found
    sides = {asked.record_id, *(each.other.record_id for each in found)}
    held_once = {
        r
        for r, record in source_store.records_by_id(uow.connection, sides).items()
        if record.key.system in once
    }
    return [
        each
        for each in found
        if each.pair.match_weight >= matcher.review_weight or {each.pair.left, each.pair.right} <= held_once
    ]


def score_one(uow: UnitOfWork, matcher: Matcher, asked: Prepared, floor: float) -> list[Found]:
    """Pairs of at least ``floor`` bits with the records that share a key that is not hot, heaviest first.

    Of equal ones those without a veto come first.
    """
    hot = matcher.model.statistics.hot
    keys = [
        standardise.key_number(*key)
        for block in matcher.rules.blocking
        for key in keys_in_use(block, asked.record.features, hot)
    ]
    others = _others(uow, matcher, keys, asked.record_id)
    found = [
        Found(pair, other)
        for other in others
        if (pair := _ordered_score(matcher, asked, other, floor)) is not None
    ]

    def rank(each: Found) -> tuple[float, bool, int, int]:
        vetoed = matcher.scorer.contradiction(asked, each.other) is not None
        return -each.pair.match_weight, vetoed, each.pair.left, each.pair.right

    return sorted(found, key=rank)


def _others(uow: UnitOfWork, matcher: Matcher, keys: Iterable[int], asked: int) -> list[Comparable]:
    """The records that share a key; those not packed under the present rules are read by their features."""
    found: list[Comparable] = []
    unpacked: list[int] = []
    for record_id, content in match_store.candidates(uow.connection, matcher.entity.name, keys):
        values = matcher.scorer.unpack(content)
        if record_id == asked:
            continue
        if values is None:
            unpacked.append(record_id)
        else:
            found.append(Unpacked(record_id, values))
    features = match_store.features(uow.connection, unpacked) if unpacked else {}
    return [*found, *cluster.prepare_many(matcher, features).values()]


def score_again(uow: UnitOfWork, matcher: Matcher, record_id: int) -> None:
    """Give a record that came one by one during a run the pairs that publishing the run took from it."""
    features = match_store.features(uow.connection, [record_id])[record_id]
    found = score_stored(uow, matcher, cluster.prepare_record(matcher, record_id, features))
    pairs = [stored_pair(each.pair) for each in found]
    match_store.replace_pairs(uow.connection, matcher.entity.name, pairs, [record_id])


def _ordered_score(matcher: Matcher, one: Comparable, other: Comparable, floor: float) -> ScoredPair | None:
    left, right = (one, other) if one.record_id < other.record_id else (other, one)
    return matcher.scorer.score_above(left, right, floor)


def stored_pair(pair: ScoredPair) -> StoredPair:
    """A scored pair as stored, smaller record id first."""
    return StoredPair(
        pair.left, pair.right, pair.match_weight, pair.match_probability, ",".join(map(str, pair.levels))
    )


def candidates_of(
    uow: UnitOfWork, matcher: Matcher, found: Sequence[Found], asked: Prepared, limit: int
) -> tuple[MatchCandidate, ...]:
    """The best pair per golden record, with its reasons; only these are explained, and only their texts are read."""
    best: dict[str, Found] = {}
    held = xref_store.golden_ids_of(uow.connection, [each.other.record_id for each in found])
    for each in found:
        if each.other.record_id in held:
            best.setdefault(held[each.other.record_id], each)
    chosen = list(best.items())[:limit]
    titles = golden_store.titles_of(uow.connection, [golden_id for golden_id, _ in chosen])
    features = match_store.features(uow.connection, [each.other.record_id for _, each in chosen])
    return tuple(
        _candidate(matcher, golden_id, each.pair, asked, _told(each.other, features), titles[golden_id])
        for golden_id, each in chosen
    )


def _told(other: Comparable, features: Mapping[int, str]) -> Prepared:
    """A record with the texts that explain it; its values are as they were compared."""
    record = FeatureRecord(other.record_id, "", json.loads(features[other.record_id]))
    return Prepared(record, tuple(other.values), ())


def _candidate(
    matcher: Matcher, golden_id: str, pair: ScoredPair, asked: Prepared, other: Prepared, title: str
) -> MatchCandidate:
    evidence = evidence_of(matcher, asked, other)
    vetoed = bool(evidence["vetoes"])
    linked = pair.match_weight >= matcher.link_weight and not vetoed
    return MatchCandidate(
        golden_id,
        pair.match_probability,
        pair.match_weight,
        "link" if linked else "review",
        title,
        tuple(evidence["comparisons"]),
        tuple(evidence["vetoes"]),
        evidence["sentence_en"],
        evidence["sentence_zh"],
        evidence["counterfactual_en"],
        evidence["counterfactual_zh"],
    )
