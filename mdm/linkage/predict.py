"""The batch: block, score every candidate pair with Splink on DuckDB, keep what reaches the floor.

Nothing is trained here: every m and u comes from the model. Splink 5 leaves tables behind; they are dropped.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
from splink import DuckDBAPI, Linker, SettingsCreator

from mdm.domain.counterfactual import SILENT
from mdm.domain.rules import RuleSet
from mdm.linkage.model import Model, check_trained
from mdm.linkage.record import Prepared
from mdm.linkage.score import WEIGHT_DIGITS, ScoredPair
from mdm.linkage.settings import output_name, settings
from mdm.linkage.table import candidate_table, comparison_table, key_table


def predict(
    connection: duckdb.DuckDBPyConnection,
    rules: RuleSet,
    model: Model,
    records: Sequence[Prepared],
    *,
    floor: float,
    only: Collection[int] | None = None,
) -> list[ScoredPair]:
    """Scored pairs of at least ``floor`` bits, left id below right id, in ascending order of the ids.

    ``records`` are prepared under the model's statistics; ``only``: pairs that touch at least one of these
    records. Raises UntrainedLevelError.
    """
    table = predict_table(connection, rules, model, records, floor=floor, only=only)
    columns = [table.column(name).to_pylist() for name in table.column_names]
    left, right, weight, probability, *levels = columns
    grades: Sequence[tuple[int, ...]] = list(zip(*levels, strict=True)) if levels else [()] * len(left)
    return [ScoredPair(*row) for row in zip(left, right, weight, probability, grades, strict=True)]


def predict_table(
    connection: duckdb.DuckDBPyConnection,
    rules: RuleSet,
    model: Model,
    records: Sequence[Prepared],
    *,
    floor: float,
    only: Collection[int] | None = None,
) -> pa.Table:
    """``left``, ``right`` (record ids), ``match_weight`` (bits), ``match_probability`` (calibrated),
    ``level_<n>``.

    One ``level_<n>`` per comparison, numbered from 0 in the order of the rules, as in ``ScoredPair.levels``.
    """
    check_trained(rules, model)
    pairs = candidate_table(connection, key_table(rules, records), only)
    if pairs.num_rows == 0:
        return _result(_no_pairs(rules), rules, model)
    parts = model.weights.comparisons
    given = settings(
        rules,
        prior=model.weights.prior,
        m={part.comparison: [level.m for level in part.levels] for part in parts},
        u={part.comparison: [level.u for level in part.levels] for part in parts},
    )
    with open_linker(connection, given, comparison_table(rules, records)) as (api, linker):
        blocked = api.register(_blocked(pairs), dataset_display_name="mdm_blocked")
        linker.table_management.register_blocked_pairs_for_predict(blocked)
        # a margin below the floor: the exact cut is made after rounding, as the plain scorer makes it
        scored = linker.inference.predict(threshold_match_weight=floor - 1e-6, warning_mode="never")
        found = connection.sql(f"SELECT {_wanted(rules)} FROM {scored.physical_name}").to_arrow_table()
    cut = _result(found, rules, model)
    return cut.filter(pc.greater_equal(cut.column("match_weight"), floor))


@contextmanager
def open_linker(
    connection: duckdb.DuckDBPyConnection, given: SettingsCreator, records: pa.Table
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


def _blocked(pairs: pa.Table) -> pa.Table:
    return pairs.append_column("match_key", pa.repeat("0", pairs.num_rows))


def _wanted(rules: RuleSet) -> str:
    """Splink also returns every value that it compared; they stay in the database."""
    gammas = [_gamma(place) for place in range(len(rules.comparisons))]
    return ", ".join(["record_id_l", "record_id_r", "match_weight", *gammas])


def _no_pairs(rules: RuleSet) -> pa.Table:
    empty: dict[str, pa.Array] = {
        "record_id_l": pa.array([], pa.int64()),
        "record_id_r": pa.array([], pa.int64()),
        "match_weight": pa.array([], pa.float64()),
    }
    return pa.table(
        empty | {_gamma(place): pa.array([], pa.int64()) for place in range(len(rules.comparisons))}
    )


def _gamma(place: int) -> str:
    return f"gamma_{output_name(place)}"


def _result(found: pa.Table, rules: RuleSet, model: Model) -> pa.Table:
    weights = pc.round(found.column("match_weight").cast(pa.float64()), WEIGHT_DIGITS)
    probability = model.calibration.probability
    columns = {
        "left": found.column("record_id_l"),
        "right": found.column("record_id_r"),
        "match_weight": weights,
        "match_probability": pa.array([probability(weight) for weight in weights.to_pylist()], pa.float64()),
    }
    for place, rule in enumerate(rules.comparisons):
        gamma = found.column(_gamma(place)).cast(pa.int64())
        # Splink counts levels from the last one upwards and has -1 for silence, as we do
        level = pc.subtract(len(rule.levels), gamma)
        columns[f"level_{place}"] = pc.if_else(pc.less(gamma, 0), SILENT, level)
    return pa.table(columns).sort_by([("left", "ascending"), ("right", "ascending")])
