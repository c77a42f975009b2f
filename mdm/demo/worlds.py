"""Worlds as the matcher sees them: a folder of extracts with truth, read, standardised and turned into features.

Used to train the weights that ship with the hub and to judge rules on worlds without a database.
"""

from __future__ import annotations

import csv
import json
from pathlib import Path

from mdm.connectors.reader import read_rows
from mdm.domain.dictionary import Dictionary
from mdm.domain.features import build_features
from mdm.domain.profile import map_cells, parse_profile
from mdm.domain.rules import RuleSet
from mdm.domain.source import Reject, SourceKey
from mdm.domain.standardise.record import standardise_record
from mdm.linkage.record import FeatureRecord
from mdm.linkage.train import World


def read_world(folder: Path, rules: RuleSet, dictionary: Dictionary) -> tuple[World, dict[int, SourceKey]]:
    """Records of every extract in ``folder`` (mapping.json, truth.csv) with their truth and source keys."""
    mapping = json.loads((folder / "mapping.json").read_text("utf-8"))
    entity = dictionary.entity(rules.entity)
    truth = _truth(folder / "truth.csv")
    records: list[FeatureRecord] = []
    keys: dict[int, SourceKey] = {}
    for code, source in mapping["sources"].items():
        profile = parse_profile(mapping, entity, code)
        for row in read_rows(folder / source["file"], profile).rows:
            if isinstance(row, Reject):
                continue
            standard = standardise_record(
                entity, map_cells(profile, row.cells), codes=dictionary.code_lists, context=profile.context
            )
            record_id = len(records) + 1
            records.append(
                FeatureRecord(record_id, code, build_features(rules.features, standard, source_id=row.key))
            )
            keys[record_id] = SourceKey(rules.entity, code, row.key)
    found = {i: truth[key.system, key.key] for i, key in keys.items() if (key.system, key.key) in truth}
    return World(records, found), keys


def _truth(path: Path) -> dict[tuple[str, str], str]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return {(row["source_system"], row["source_id"]): row["entity_id"] for row in csv.DictReader(file)}
