"""Pairs between sources that hold each thing once: kept from a lower weight on, because the best are partners."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable

import pyarrow as pa
import pyarrow.compute as pc

from mdm.services.rule import Matcher
from mdm.services.unit_of_work import UnitOfWork
from mdm.storage import source as source_store
from mdm.storage.match import StoredPair


def duplicate_free(uow: UnitOfWork, entity: str) -> frozenset[str]:
    """Sources whose profile in force says that they hold each thing once."""
    profiles = source_store.latest_profiles(uow.connection, entity)
    return frozenset(source for source, content in profiles.items() if json.loads(content)["duplicate_free"])


def least_weight(matcher: Matcher, once: Collection[str]) -> float:
    """From how many bits on pairs are kept: review weight, or what partners may weigh where there can be any."""
    partners = matcher.rules.partners
    if partners is None or len(once) < 2:
        return matcher.review_weight
    return min(partners.least, matcher.review_weight)


def could_be(one: str | None, other: str | None, once: Collection[str]) -> bool:
    """Whether records of these two sources can be partners."""
    return one != other and one in once and other in once


def worth_keeping(pairs: pa.Table, matcher: Matcher, held_once: Collection[int]) -> pa.Table:
    """Scored pairs of at least review weight, and lighter ones of two records of sources that hold each thing once."""
    if not held_once:
        return pairs
    ids = pa.array(sorted(held_once), pa.int64())
    both = pc.and_(
        *(pc.is_in(pairs.column(side).cast(pa.int64()), value_set=ids) for side in ("left", "right"))
    )
    return pairs.filter(pc.or_(pc.greater_equal(pairs.column("match_weight"), matcher.review_weight), both))


def ties(
    uow: UnitOfWork, matcher: Matcher, once: Collection[str], pairs: Iterable[StoredPair]
) -> list[StoredPair]:
    """The pairs that may be links: by their weight, or because their records can be partners."""
    least = least_weight(matcher, once)
    likely = [pair for pair in pairs if pair.weight >= min(least, matcher.link_weight)]
    light = {side for pair in likely if pair.weight < matcher.link_weight for side in (pair.left, pair.right)}
    records = (
        source_store.records_by_id(uow.connection, light) if least < matcher.review_weight and light else {}
    )
    source_of = {record_id: record.key.system for record_id, record in records.items()}
    return [
        pair
        for pair in likely
        if pair.weight >= matcher.link_weight
        or could_be(source_of.get(pair.left), source_of.get(pair.right), once)
    ]
