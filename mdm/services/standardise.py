"""From rows as they came to standard records, features and candidate keys; raw rows stay untouched.

A change of mapping, dictionary, standardiser or features marks stored records as stale; they are standardised again
from their raw rows without re-loading.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import NamedTuple, cast

from mdm.domain.errors import ProfileError
from mdm.domain.features import FeatureValue, build_features
from mdm.domain.profile import SourceProfile, map_cells, parse_profile
from mdm.domain.quality import Check, compile_checks, compile_text_checks, run_checks
from mdm.domain.rules import RuleSet
from mdm.domain.source import Finding, StandardRecord
from mdm.domain.standardise.kind import SourceContext
from mdm.domain.standardise.record import KEPT, standardise_record
from mdm.linkage.key import all_keys
from mdm.linkage.member import member_hash
from mdm.linkage.packed import Pack, compile_packing
from mdm.services import rule
from mdm.services.hub import Hub
from mdm.services.unit_of_work import UnitOfWork
from mdm.storage import match as match_store
from mdm.storage import source as source_store
from mdm.storage.database import Connection

EARLIER = 20
"""So many mappings of before are looked at for rows that came under one of them."""

_to_store = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode

CHUNK = 2000
"""Records standardised per transaction: short enough that a steward's decision never waits long."""


@dataclass(frozen=True, slots=True)
class Standardised:
    """A record made comparable, with the features its entity's rules ask for."""

    record: StandardRecord
    features: Mapping[str, FeatureValue]


class Stored(NamedTuple):
    """A standard record as it is written: record and features as texts, candidate keys, packed features.

    Made before the transaction that writes it opens, and cheap to hand on.
    """

    content: str
    features: str
    findings: tuple[Finding, ...]
    keys: tuple[int, ...]
    packed: bytes | None


@dataclass(frozen=True, slots=True)
class Standardiser:
    """How the records of one source and entity are standardised; ``id`` names it.

    ``earlier``: mappings that were in force before, newest first; a row that came under one of them keeps it.
    """

    hub: Hub
    entity: str
    source: str
    profile: SourceProfile | None
    context: SourceContext
    id: str
    earlier: tuple[SourceProfile, ...] = ()

    def of_cells(self, cells: Mapping[str, str | None], key: str) -> Standardised:
        """Map a row as it came, by the newest mapping whose columns it has, then standardise it."""
        if self.profile is None:
            return self._standardised(_texts(cells), key, self.context)
        profile, context = self.profile, self.context
        if self.earlier:
            profile = max((profile, *self.earlier), key=lambda each: _share_present(each, cells))
            context = profile.context
        return self._standardised(map_cells(profile, cells), key, context)

    def of_attributes(self, attributes: Mapping[str, str], key: str = "") -> Standardised:
        """Standardise a record that is mapped already."""
        return self._standardised(attributes, key, self.context)

    def _standardised(self, attributes: Mapping[str, str], key: str, context: SourceContext) -> Standardised:
        dictionary = self.hub.dictionary
        record = standardise_record(
            dictionary.entity(self.entity), attributes, codes=dictionary.code_lists, context=context
        )
        if unreported := self.unreported(record):
            record = replace(record, findings=record.findings + unreported)
        rules = self.hub.rules.get(self.entity)
        features = build_features(rules.features, record, source_id=key, source=self.source) if rules else {}
        return Standardised(record, features)

    def unreported(self, record: StandardRecord) -> tuple[Finding, ...]:
        """What the checks of the dictionary find in attributes of which the standardiser said nothing."""
        told = {finding.attribute for finding in record.findings}
        checks, wrong = _checks(self.hub, self.entity), []
        for attribute, value in record.values.items():
            if attribute in checks and value and attribute not in told:
                place, of_attribute, find = checks[attribute]
                found = (
                    find(value) if isinstance(value, str) else run_checks(of_attribute, {attribute: value})
                )
                if found:
                    wrong.append((place, found))
        wrong.sort(key=lambda each: each[0])
        return tuple(finding for _, found in wrong for finding in found)


class _Checked(NamedTuple):
    """The checks of one attribute: its place in the dictionary, which orders findings, and what they find in a text,
    remembered for a while."""

    place: int
    checks: tuple[Check, ...]
    find: Callable[[str], tuple[Finding, ...]]


def _checks(hub: Hub, entity: str) -> Mapping[str, _Checked]:
    """Checks by attribute."""
    key = ("checks", entity)
    if key not in hub.cache:
        compiled = compile_checks(hub.dictionary.entity(entity), hub.dictionary.code_lists)
        named: dict[str, list[Check]] = {}
        for check in compiled:
            named.setdefault(check.attribute, []).append(check)
        hub.cache[key] = {
            name: _Checked(place, tuple(checks), lru_cache(KEPT)(compile_text_checks(checks)))
            for place, (name, checks) in enumerate(named.items())
        }
    return cast("Mapping[str, _Checked]", hub.cache[key])


def open_standardiser(connection: Connection, hub: Hub, entity: str, source: str) -> Standardiser:
    """The standardiser in force for a source, by its stored profile (none: attributes as sent)."""
    stored = source_store.latest_profile(connection, source, entity)
    if stored is None:
        return Standardiser(
            hub, entity, source, None, SourceContext(), rule.standardiser_id(hub, entity, None)
        )
    made = standardiser_of(hub, entity, source, json.loads(stored.content))
    texts = source_store.earlier_profiles(connection, source, entity, EARLIER)
    return replace(made, earlier=_earlier(hub, entity, source, texts))


def _earlier(hub: Hub, entity: str, source: str, texts: Iterable[str]) -> tuple[SourceProfile, ...]:
    """Mappings of before; one that names what the dictionary no longer has maps nothing any more."""
    found = []
    for text in texts:
        with suppress(ProfileError):
            found.append(parse_profile(json.loads(text), hub.dictionary.entity(entity), source))
    return tuple(found)


def _share_present(profile: SourceProfile, cells: Mapping[str, str | None]) -> float:
    """How much of a mapping a row has, 0 to 1."""
    wanted = {profile.id_column, *profile.columns}
    return sum(column in cells for column in wanted) / len(wanted)


def standardiser_of(hub: Hub, entity: str, source: str, content: Mapping[str, object]) -> Standardiser:
    """The standardiser of a profile; raises ProfileError."""
    profile = parse_profile(content, hub.dictionary.entity(entity), source)
    return Standardiser(
        hub, entity, source, profile, profile.context, rule.standardiser_id(hub, entity, profile.to_json())
    )


def as_stored(hub: Hub, entity: str, made: Standardised) -> Stored:
    """A standardised record as it is written."""
    rules = hub.rules.get(entity)
    return Stored(
        content_text(made.record),
        features_text(made.features),
        made.record.findings,
        tuple(sorted(stored_keys(rules, made.features))) if rules else (),
        _packing(hub, rules)(made.features) if rules else None,
    )


def store(
    uow: UnitOfWork, entity: str, standardiser: str, records: Sequence[tuple[int, int, Stored]]
) -> None:
    """Write (record id, version, record) with features, keys and findings; they wait to be matched."""
    rows = [
        {
            "record_id": record_id,
            "entity": entity,
            "version": version,
            "standardiser": standardiser,
            "content": item.content,
            "features": item.features,
            "matched": False,
        }
        for record_id, version, item in records
    ]
    source_store.save_standard(uow.connection, rows, {r: item.findings for r, _, item in records})
    match_store.replace_keys(uow.connection, entity, {r: item.keys for r, _, item in records})
    packed = {r: item.packed for r, _, item in records if item.packed is not None}
    match_store.save_packed(uow.connection, packed)


def _packing(hub: Hub, rules: RuleSet) -> Pack:
    key = ("packing", rules.entity)
    if key not in hub.cache:
        hub.cache[key] = compile_packing(rules)
    return cast("Pack", hub.cache[key])


def stored_keys(rules: RuleSet, features: Mapping[str, FeatureValue]) -> set[int]:
    """Every candidate key of a record as a number, hot or not: which keys are hot changes with the statistics."""
    return {key_number(*key) for block in rules.blocking for key in all_keys(block, features)}


def key_number(name: str, text: str) -> int:
    """Stable 63-bit number of one candidate key."""
    return member_hash(f"{name}\x1f{text}")


def refresh(hub: Hub, uow: UnitOfWork, entity: str, sources: Iterable[str]) -> int:
    """Standardise stale records of these sources again, inside the caller's unit of work; returns how many."""
    done = 0
    for source in sources:
        standardiser = open_standardiser(uow.connection, hub, entity, source)
        stale = set(source_store.stale_standard(uow.connection, entity, source, standardiser.id))
        if not stale:
            continue
        rows = []
        for row in source_store.current_versions(uow.connection, entity, source):
            if row.record_id in stale:
                made = _again(standardiser, row.cells, row.source_key, mapped=row.mapped)
                rows.append((row.record_id, row.version, as_stored(hub, entity, made)))
        for start in range(0, len(rows), CHUNK):
            store(uow, entity, standardiser.id, rows[start : start + CHUNK])
        uow.record("record.restandardised", entity, source, {"records": len(rows)})
        done += len(rows)
    return done


def rehearse(uow: UnitOfWork, hub: Hub, entity: str, sources: Iterable[str]) -> dict[int, Standardised]:
    """Records whose standard form would be made again under ``hub``, by record id; nothing is stored."""
    found: dict[int, Standardised] = {}
    for source in sources:
        standardiser = open_standardiser(uow.connection, hub, entity, source)
        stale = set(source_store.stale_standard(uow.connection, entity, source, standardiser.id))
        for held in source_store.current_versions(uow.connection, entity, source) if stale else ():
            if held.record_id in stale:
                found[held.record_id] = _again(standardiser, held.cells, held.source_key, mapped=held.mapped)
    return found


def features_text(features: Mapping[str, FeatureValue]) -> str:
    """Features as stored."""
    return _to_store(features)


def content_text(record: StandardRecord) -> str:
    """The standard record as stored: raw, values, parts."""
    content = {"raw": record.raw, "values": record.values, "parts": record.parts}
    return _to_store(content)


def _again(standardiser: Standardiser, cells: str, key: str, *, mapped: bool) -> Standardised:
    held = json.loads(cells)
    return standardiser.of_attributes(_texts(held), key) if mapped else standardiser.of_cells(held, key)


def _texts(cells: Mapping[str, str | None]) -> dict[str, str]:
    return {name: text for name, text in cells.items() if text is not None}
