"""Splink on DuckDB: the reference that the hub's own scoring is held against, and what trains without labels.

Nothing is trained by scoring: every m and u comes from the model. Splink 5 leaves tables behind; they are dropped.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import duckdb
import pyarrow as pa
from splink import DuckDBAPI, Linker, SettingsCreator

from mdm.domain.rules import RuleSet
from mdm.linkage.model import Model
from mdm.linkage.settings import levels_of, trained_settings, wanted_columns
from mdm.linkage.table import candidate_table


def score_pairs(
    connection: duckdb.DuckDBPyConnection,
    rules: RuleSet,
    model: Model,
    records: pa.Table,
    pairs: pa.Table,
    *,
    floor: float,
) -> pa.Table:
    """``left``, ``right``, ``level_<n>`` and Splink's own ``match_weight`` of the pairs of at least ``floor`` bits.

    ``records`` is a comparison table, ``pairs`` a candidate table.
    """
    with open_linker(connection, trained_settings(rules, model), records) as (api, linker):
        keyed = pairs.append_column("match_key", pa.repeat("0", pairs.num_rows))
        blocked = api.register(keyed, dataset_display_name="mdm_blocked")
        linker.table_management.register_blocked_pairs_for_predict(blocked)
        scored = linker.inference.predict(threshold_match_weight=floor, warning_mode="never")
        # Splink also returns every value that it compared; they stay in the database
        found = connection.sql(f"SELECT {wanted_columns(rules)} FROM {scored.physical_name}")
        return levels_of(rules, found.to_arrow_table())


def predict_and_cluster(
    connection: duckdb.DuckDBPyConnection, rules: RuleSet, model: Model, *, review: float, link: float
) -> int:
    """Splink alone, as one uses it: predict from ``review`` bits up, connect from ``link`` bits up; how many clusters.

    The database holds ``records`` (a comparison table) and ``keys`` (a key table). Pairs are found by the hub's own
    join of the keys, which costs less than Splink's.
    """
    given = trained_settings(rules, model)
    given.retain_matching_columns = False
    with open_linker(connection, given, connection.table("records")) as (api, linker):
        pairs = candidate_table(connection, connection.table("keys").to_arrow_table())
        keyed = pairs.append_column("match_key", pa.repeat("0", pairs.num_rows))
        blocked = api.register(keyed, dataset_display_name="mdm_blocked")
        linker.table_management.register_blocked_pairs_for_predict(blocked)
        scored = linker.inference.predict(threshold_match_weight=review, warning_mode="never")
        grouped = linker.clustering.cluster_pairwise_predictions_at_threshold(
            scored, threshold_match_weight=link
        )
        found = connection.sql(f"SELECT count(DISTINCT cluster_id) FROM {grouped.physical_name}").fetchall()
        return int(found[0][0])


@contextmanager
def open_linker(
    connection: duckdb.DuckDBPyConnection,
    given: SettingsCreator,
    records: pa.Table | duckdb.DuckDBPyRelation,
) -> Iterator[tuple[DuckDBAPI, Linker]]:
    """A Splink linker over a comparison table; everything it left in the database is gone afterwards."""
    before = _catalogue(connection)
    api = DuckDBAPI(connection=connection)
    try:
        registered = api.register(records, dataset_display_name="mdm_records")
        yield api, Linker(registered, given, log_level=None)
    finally:
        for kind, name in sorted(_catalogue(connection) - before):
            connection.execute(f'DROP {kind} IF EXISTS "{name}"')


def _catalogue(connection: duckdb.DuckDBPyConnection) -> set[tuple[str, str]]:
    found = connection.execute(
        "SELECT 'TABLE', table_name FROM duckdb_tables()"
        " UNION ALL SELECT 'VIEW', view_name FROM duckdb_views() WHERE NOT internal"
    ).fetchall()
    return {(kind, name) for kind, name in found}
