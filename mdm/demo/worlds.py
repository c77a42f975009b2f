"""Worlds as the matcher sees them: a folder of extracts with truth, read, standardised and turned into features.

Used to train the weights that ship with the hub and to judge rules on worlds without a database.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from mdm.connectors.reader import read_rows
from mdm.domain.dictionary import Dictionary
from mdm.domain.features import build_features
from mdm.domain.profile import map_cells, parse_profile
from mdm.domain.rules import RuleSet
from mdm.domain.source import Json, Reject, SourceKey
from mdm.domain.standardise.record import standardise_record
from mdm.linkage.record import FeatureRecord


@dataclass(frozen=True, slots=True)
class Reading:
    """Every record of a world by its number: features, truth, source key, raw attributes and standard values."""

    records: Sequence[FeatureRecord]
    truth: Mapping[int, str]
    keys: Mapping[int, SourceKey]
    raw: Mapping[int, Mapping[str, str]]
    values: Mapping[int, Mapping[str, Json]]
    duplicate_free: Sequence[str]


def read_records(folder: Path, rules: RuleSet, dictionary: Dictionary) -> Reading:
    """Everything that is known of the records of a world."""
    mapping = json.loads((folder / "mapping.json").read_text("utf-8"))
    entity = dictionary.entity(rules.entity)
    truth = _truth(folder / "truth.csv")
    records: list[FeatureRecord] = []
    keys: dict[int, SourceKey] = {}
    raw: dict[int, Mapping[str, str]] = {}
    values: dict[int, Mapping[str, Json]] = {}
    once: list[str] = []
    for code, source in mapping["sources"].items():
        profile = parse_profile(mapping, entity, code)
        once += [code] * profile.duplicate_free
        for row in read_rows(folder / source["file"], profile).rows:
            if isinstance(row, Reject):
                continue
            mapped = map_cells(profile, row.cells)
            standard = standardise_record(
                entity, mapped, codes=dictionary.code_lists, context=profile.context
            )
            record_id = len(records) + 1
            features = build_features(rules.features, standard, source_id=row.key, source=code)
            records.append(FeatureRecord(record_id, code, features))
            keys[record_id] = SourceKey(rules.entity, code, row.key)
            raw[record_id], values[record_id] = mapped, standard.values
    known = {i: truth[key.system, key.key] for i, key in keys.items() if (key.system, key.key) in truth}
    return Reading(records, known, keys, raw, values, once)


def _truth(path: Path) -> dict[tuple[str, str], str]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return {(row["source_system"], row["source_id"]): row["entity_id"] for row in csv.DictReader(file)}
