"""A stock of any size to look one record up in: a matched world, then varied copies of it written in bulk.

Every copied record is a golden record of its own. Statistics are counted over the whole stock, as a full run would.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Sequence
from itertools import islice

from mdm.bench.copies import Copies
from mdm.bench.house import ENTITY, House
from mdm.linkage.model import build_model
from mdm.linkage.packed import compile_packing
from mdm.linkage.record import FeatureRecord
from mdm.linkage.statistics import collect_statistics
from mdm.services import rule, standardise
from mdm.storage import match as match_store

CHUNK = 20_000
AT = "2026-01-01T00:00:00.000000Z"


class Stock:
    """The stock of a house that already holds its matched world; ``grow`` adds copies up to a size."""

    def __init__(self, house: House) -> None:
        self._house = house
        with house.hub.reading(house.actor) as uow:
            matcher = rule.matcher(uow, ENTITY)
            rows = list(match_store.each_features(uow.connection, ENTITY))
        self.rules, self._weights = matcher.rules, matcher.model.weights
        self._copies = Copies([json.loads(row.features) for row in rows])
        self._first = 1 + max(int(row.record_id) for row in rows)
        self.size = len(rows)

    def grow(self, size: int) -> None:
        """Add copies until the stock holds ``size`` records, then put a model with its statistics in force."""
        if size > self.size:
            self._write(self.size, size)
            self.size = size
        statistics = collect_statistics(self.rules, self)
        with self._house.hub.unit_of_work(self._house.actor, "statistics of the stock") as uow:
            rule.activate(uow, self.rules, build_model(self.rules, self._weights, statistics))

    def __iter__(self) -> Iterator[FeatureRecord]:
        """All of it."""
        return self.records()

    def records(self, first: int = 0) -> Iterator[FeatureRecord]:
        """The features of every record from ``first`` on, in order; ids of copies follow those of the base."""
        for place in range(first, self.size):
            yield FeatureRecord(self._record_id(place), "BENCH", self._copies.features(place))

    def _record_id(self, place: int) -> int:
        return self._first + place - len(self._copies.base)

    def _write(self, held: int, size: int) -> None:
        """Straight into the file, without the triggers of a hub that people work with."""
        connection = sqlite3.connect(self._house.hub.settings.home / "mdm.db", isolation_level=None)
        connection.execute("pragma synchronous = off")
        for (trigger,) in connection.execute(
            "select name from sqlite_master where type = 'trigger'"
        ).fetchall():
            connection.execute(f'drop trigger "{trigger}"')
        connection.execute("drop index if exists ix_candidate_key_record")
        connection.execute("create temp table added_key (key integer, record_id integer)")
        places = iter(range(held, size))
        while chunk := list(islice(places, CHUNK)):
            connection.execute("begin")
            self._write_chunk(connection, chunk)
            connection.execute("commit")
        # sorted first: keys are random numbers, and a tree filled in random order is read from the disk at each step
        connection.execute(
            "insert into candidate_key (entity, key, record_id)"
            f" select distinct '{ENTITY}', key, record_id from added_key order by key, record_id"
        )
        connection.execute("create index ix_candidate_key_record on candidate_key (record_id)")
        connection.execute("pragma wal_checkpoint(truncate)")
        connection.close()

    def _write_chunk(self, connection: sqlite3.Connection, places: Sequence[int]) -> None:
        pack = compile_packing(self.rules)
        made = [(self._record_id(place), self._copies.features(place)) for place in places]
        tables: dict[str, list[tuple[object, ...]]] = {
            "source_record (record_id, entity, source, source_key, version, content_hash, status, changed_at)": [
                (r, ENTITY, "SAP_ECC", f"~{r}", 1, "", "active", AT) for r, _ in made
            ],
            "standard_record (record_id, entity, version, standardiser, content, features, matched)": [
                (r, ENTITY, 1, "", "{}", json.dumps(features, ensure_ascii=False), 1) for r, features in made
            ],
            "packed_record (record_id, content)": [(r, pack(features)) for r, features in made],
            "added_key (key, record_id)": [
                (key, r) for r, features in made for key in standardise.stored_keys(self.rules, features)
            ],
            "golden_record (golden_id, entity, status, version, content_hash, created_at, changed_at)": [
                (f"SUP~{r}", ENTITY, "active", 1, "", AT, AT) for r, _ in made
            ],
            "golden_version (golden_id, version, status, title, attributes, provenance, members, rule_fingerprint,"
            " content_hash, valid_from, fact_id)": [
                (f"SUP~{r}", 1, "active", f"copy {r}", "{}", "{}", f"[{r}]", "", "", AT, "") for r, _ in made
            ],
            "xref (record_id, golden_id, valid_from)": [(r, f"SUP~{r}", AT) for r, _ in made],
        }
        for table, rows in tables.items():
            marks = ", ".join("?" * len(rows[0]))
            connection.executemany(f"insert into {table} values ({marks})", rows)
