"""What makes standardising fast changes nothing: remembered texts and compiled plans against the plain way."""

from __future__ import annotations

import pickle
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from mdm.connectors.reader import read_rows
from mdm.demo.world import generate
from mdm.domain.features import (
    ASKING_FOR_ALL,
    FEATURES,
    GROUPED_FEATURES,
    SPEAKING_OF_NOTHING,
    FeatureValue,
    build_features,
)
from mdm.domain.profile import map_cells, parse_profile
from mdm.domain.rules import Feature
from mdm.domain.source import SourceRow, StandardRecord
from mdm.domain.standardise import SourceContext, record, standardise_record
from mdm.services.dictionary import load_dictionary
from mdm.services.rule import load_rule_set

ENTITIES = ("supplier", "material", "equipment")
DICTIONARY = load_dictionary()
GOVERNED = 64
"""Caches of at most so many entries hold what was compiled of code lists, not what was read of texts."""


@pytest.fixture(scope="module", params=ENTITIES)
def received(request, tmp_path_factory) -> tuple[str, list[tuple[SourceContext, dict[str, str], str]]]:
    """Mapped rows of all sources of a small world, with what their sources declare and their keys."""
    entity, folder = request.param, tmp_path_factory.mktemp(request.param)
    return entity, list(_rows(entity, folder))


def _rows(entity: str, folder: Path) -> Iterator[tuple[SourceContext, dict[str, str], str]]:
    world = generate(entity, folder, records=120, seed=31)
    for code, source in world.mapping["sources"].items():
        profile = parse_profile(world.mapping, DICTIONARY.entity(entity), code)
        for row in read_rows(folder / source["file"], profile).rows:
            if isinstance(row, SourceRow):
                yield profile.context, map_cells(profile, row.cells), row.key


def _standard(entity: str, context: SourceContext, raw: Mapping[str, str]) -> StandardRecord:
    return standardise_record(DICTIONARY.entity(entity), raw, codes=DICTIONARY.code_lists, context=context)


def _forget() -> None:
    """Empty every cache of texts and every plan."""
    record._plans.clear()
    for name, module in list(sys.modules.items()):
        if name.startswith("mdm.domain"):
            for held in vars(module).values():
                if hasattr(held, "cache_clear") and (held.cache_info().maxsize or 0) > GOVERNED:
                    held.cache_clear()


def test_what_was_read_before_changes_nothing_in_a_record(received) -> None:
    entity, rows = received
    warm = [_standard(entity, context, raw) for context, raw, _ in [*rows, *rows]]
    some = range(0, len(rows), 4)
    cold = {}
    for place in reversed(some):
        _forget()
        cold[place] = _standard(entity, *rows[place][:2])
    for place in some:
        assert warm[place] == warm[len(rows) + place] == cold[place]


def test_planned_features_are_those_of_the_plain_way(received) -> None:
    entity, rows = received
    features = load_rule_set(DICTIONARY, entity).features
    for context, raw, key in rows:
        made = _standard(entity, context, raw)
        built = build_features(features, made, source_id=key, source="ERP")
        assert list(built) == [feature.name for feature in features]
        assert {name: _members(value) for name, value in built.items()} == {
            feature.name: _members(_plainly(feature, made, key)) for feature in features
        }


def test_what_is_remembered_of_a_text_cannot_be_changed_through_a_record(received) -> None:
    entity, rows = received
    for context, raw, _ in rows:
        made = _standard(entity, context, raw)
        for name, pieces in made.parts.items():
            assert not isinstance(made.values.get(name), list | dict)
            assert pickle.loads(pickle.dumps(pieces)) == pieces
            with pytest.raises(TypeError):
                pieces["noun"] = "changed"
            with pytest.raises(TypeError):
                pieces.update(noun="changed")


def _members(value: FeatureValue) -> FeatureValue:
    return tuple(value) if isinstance(value, list) else value


def _plainly(feature: Feature, made: StandardRecord, key: str) -> FeatureValue:
    """One feature by itself, each reference read anew."""
    told = {reference: _read(made, reference, key) for reference in feature.of}
    pool = tuple(text for reference in feature.of for text in told[reference])
    members: list[str] = []
    if feature.kind in FEATURES:
        members = FEATURES[feature.kind](pool) if pool or feature.kind in SPEAKING_OF_NOTHING else []
    elif pool:
        held = {name: texts for name, texts in told.items() if texts or feature.kind in ASKING_FOR_ALL}
        members = GROUPED_FEATURES[feature.kind](held)
    if feature.array:
        return members
    first = next(iter(members), None)
    return float(first) if feature.number and first else first


def _read(made: StandardRecord, reference: str, key: str) -> tuple[str, ...]:
    if reference.startswith("@"):
        return (key,) if reference == "@source_id" else ("ERP",)
    attribute, _, part = reference.partition(".")
    value = made.parts.get(attribute, {}).get(part) if part else made.values.get(attribute)
    if value is None or value == "":
        return ()
    if isinstance(value, bool):
        return ("true" if value else "false",)
    return (str(value),) if isinstance(value, str | int | float) else tuple(text for text in value if text)
