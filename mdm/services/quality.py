"""How good the machine is by what stewards said: precision and recall with intervals, and whether they fell.

Invariant: two sources of verdicts are never mixed. The blind sample speaks for all automatic decisions; the queue
speaks only for what the machine asked.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, NamedTuple

from mdm.domain.access import Permission
from mdm.domain.interval import Layer, Share, clean_needed, layers_of, recall_of, share_of
from mdm.domain.sampling import Stratum
from mdm.linkage.evaluate import Reliability, Script, reliability_of
from mdm.services import access, rule
from mdm.services.evaluation import script_of
from mdm.services.unit_of_work import UnitOfWork
from mdm.storage import quality as quality_store
from mdm.storage import source as source_store
from mdm.storage.database import time_text

WINDOW = timedelta(days=365)
"""Older verdicts speak of records and rules that are gone."""

LEAST_VERDICTS = 200
"""Verdicts before the probabilities may be called calibrated on the user's own data."""

LIMIT = 0.95
"""Precision of automatic links below which the alarm is raised."""

TARGET = 0.995
"""The precision that automatic links are meant to be stated at."""

LEAST_TO_JUDGE = 20
"""With fewer verdicts one error more or less would move the state to and fro."""

LATEST = 600
"""The alarm looks at so many verdicts on links, the newest: an old good year must not hide a bad month."""


@dataclass(frozen=True, slots=True)
class SampleQuality:
    """From the blind sample: what automatic links and non-links are worth.

    ``precision``: links that are matches; ``missed``: non-links that are matches; ``recall``: matches that were linked,
    of all matches among pairs decided automatically (pairs in the queue and pairs never compared are not counted).
    """

    drawn: int
    answered: int
    precision: Share
    missed: Share
    recall: Share


@dataclass(frozen=True, slots=True)
class AskedQuality:
    """From the queue: ``yield_``: questions that are matches; the two others take a probability of .5 as a yes."""

    answered: int
    yield_: Share
    precision: Share
    recall: Share


@dataclass(frozen=True, slots=True)
class Slice:
    """The same figures for one pair of sources or one pair of languages."""

    name: str
    sample: SampleQuality
    queue: AskedQuality


@dataclass(frozen=True, slots=True)
class Quality:
    """What is known of the machine by verdicts.

    ``state`` of the precision of links: ``unknown`` (none judged), ``holds`` (the bound is at ``limit`` or above),
    ``open`` (too few verdicts to say), ``below`` (the interval lies below). ``clean_needed``: verdicts without an error
    that state ``target``. ``calibrated``: probabilities rest on enough verdicts of this hub.
    """

    entity: str
    verdicts: int
    verdicts_needed: int
    calibrated: bool
    trained_on: str
    state: str
    limit: float
    target: float
    clean_needed: int
    sample: SampleQuality
    queue: AskedQuality
    reliability: Reliability
    by_sources: tuple[Slice, ...]
    by_language: tuple[Slice, ...]


class _Said(NamedTuple):
    """A pair with its verdict, and where its records come from."""

    row: Any  # a table row
    is_match: bool
    sources: str
    language: str


def measure(uow: UnitOfWork, entity: str) -> Quality:
    """All that verdicts of the last year tell about the matching of an entity."""
    access.require(uow.actor, Permission.QUALITY_READ)
    uow.hub.dictionary.entity(entity)
    since = time_text(uow.now - WINDOW)
    drawn = quality_store.sampled(uow.connection, entity, since)
    asked = quality_store.queue_verdicts(uow.connection, entity, since)
    describe = describe_pairs(uow, [*drawn, *asked])
    sampled = [describe(row) for row in drawn]
    queued = [describe(row) for row in asked]
    whole = _sample_quality(sampled)
    verdicts = whole.answered + len(queued)
    rules = uow.hub.rules.get(entity)
    weights = None if rules is None else rule.weights_in_force(uow.hub, rules)
    return Quality(
        entity,
        verdicts,
        LEAST_VERDICTS,
        weights is not None and weights.verdicts >= LEAST_VERDICTS,
        "" if weights is None else weights.trained_on,
        _state(whole.precision),
        LIMIT,
        TARGET,
        clean_needed(TARGET),
        whole,
        _asked_quality(queued),
        reliability_of((said.row.match_probability, said.is_match) for said in queued),
        _slices(sampled, queued, lambda said: said.sources),
        _slices(sampled, queued, lambda said: said.language),
    )


def links_now(uow: UnitOfWork, entity: str) -> Share:
    """Precision of automatic links by the newest verdicts of the blind sample."""
    since = time_text(uow.now - WINDOW)
    judged = [
        row
        for row in quality_store.sampled(uow.connection, entity, since)
        if row.verdict is not None and row.stratum == Stratum.LINK
    ]
    latest = sorted(judged, key=lambda row: (row.at, row.task_id))[-LATEST:]
    return share_of((row.verdict == "match", row.population / row.drawn) for row in latest)


def note_fall(uow: UnitOfWork, entity: str, before: Share) -> None:
    """Raise the alarm when a verdict took the precision of links out of what its limit allows."""
    now = links_now(uow, entity)
    was, is_ = _state(before), _state(now)
    if (was == "holds" and is_ != "holds") or (is_ == "below" and was != "below"):
        told = {
            "at_least": now.at_least,
            "limit": LIMIT,
            "verdicts": now.number,
            "errors": now.number - now.hits,
        }
        uow.record("quality.fell", entity, entity, told)


def _state(precision: Share) -> str:
    if precision.at_least is None or precision.high is None:
        return "unknown"
    if precision.number < LEAST_TO_JUDGE:
        return "open"
    if precision.at_least >= LIMIT:
        return "holds"
    return "below" if precision.high < LIMIT else "open"


def describe_pairs(uow: UnitOfWork, rows: Sequence[Any]) -> Callable[[Any], _Said]:  # Any: table rows
    """What is needed to sort a judged pair: the systems and the scripts of its records."""
    ids = {side for row in rows for side in (row.left_id, row.right_id)}
    records = source_store.records_by_id(uow.connection, ids)
    contents = source_store.standard_contents(uow.connection, ids)
    scripts = {i: script_of(json.loads(text)["values"]) for i, text in contents.items()}

    def describe(row: Any) -> _Said:
        systems = sorted(records[side].key.system for side in (row.left_id, row.right_id))
        pair = [scripts.get(side, Script.SPARSE) for side in (row.left_id, row.right_id)]
        return _Said(row, row.verdict == "match", " + ".join(systems), language_of(*pair))

    return describe


def language_of(one: Script, other: Script) -> str:
    """Slice of a pair: ``zh-zh``, ``en-en``, ``zh-en``, or ``sparse`` when either record says too little."""
    if Script.SPARSE in (one, other):
        return "sparse"
    return f"{one}-{other}" if one == other else "zh-en"


def _slices(
    sampled: Sequence[_Said], queued: Sequence[_Said], by: Callable[[_Said], str]
) -> tuple[Slice, ...]:
    names = sorted({by(said) for said in (*sampled, *queued)})
    return tuple(
        Slice(
            name,
            _sample_quality([said for said in sampled if by(said) == name]),
            _asked_quality([said for said in queued if by(said) == name]),
        )
        for name in names
    )


def _sample_quality(drawn: Sequence[_Said]) -> SampleQuality:
    judged = [said for said in drawn if said.row.verdict is not None]
    links = [said for said in judged if said.row.stratum == Stratum.LINK]
    others = [said for said in judged if said.row.stratum != Stratum.LINK]
    return SampleQuality(
        len(drawn),
        len(judged),
        share_of(map(_weighed, links)),
        share_of(map(_weighed, others)),
        _recall(drawn),
    )


def _recall(drawn: Sequence[_Said]) -> Share:
    """None before verdicts speak for every stratum that was drawn: an unjudged one may hide any number of matches."""
    judged = {said.row.stratum for said in drawn if said.row.verdict is not None}
    if judged != {said.row.stratum for said in drawn}:
        return Share(0, 0)
    links = [said for said in drawn if said.row.stratum == Stratum.LINK]
    return recall_of(_layers(links), _layers([said for said in drawn if said.row.stratum != Stratum.LINK]))


def _weighed(said: _Said) -> tuple[bool, float]:
    return said.is_match, said.row.population / said.row.drawn


def _layers(drawn: Iterable[_Said]) -> list[Layer]:
    """Draws count one after the other: each stands for its share of the pairs there were at its time."""
    return layers_of(
        (
            f"{said.row.sample_id} {said.row.stratum}",
            said.row.population / said.row.drawn,
            None if said.row.verdict is None else said.is_match,
        )
        for said in drawn
    )


def _asked_quality(queued: Sequence[_Said]) -> AskedQuality:
    yes = [said for said in queued if said.row.match_probability >= 0.5]
    matches = [said for said in queued if said.is_match]
    return AskedQuality(
        len(queued),
        share_of((said.is_match, 1.0) for said in queued),
        share_of((said.is_match, 1.0) for said in yes),
        share_of((said.row.match_probability >= 0.5, 1.0) for said in matches),
    )
