"""Splink on Spark finds what the hub finds on DuckDB: pairs, levels, weights, and so clusters."""

from __future__ import annotations

import os
import shutil
from importlib.util import find_spec
from pathlib import Path

import duckdb
import pytest

from mdm.domain.errors import EngineError
from mdm.linkage import spark_batch
from mdm.linkage.predict import Engine, predict_table
from mdm.linkage.spark_batch import Cluster
from tests.linkage.cases import Case, odd_case, shipped_case

REQUIRED = os.environ.get("MDM_REQUIRE", "").split(",")


@pytest.fixture
def cluster(tmp_path: Path) -> Cluster:
    """Spark on this machine, where PySpark and Java are installed."""
    lacking = [
        name
        for name, found in (("PySpark", find_spec("pyspark")), ("Java", shutil.which("java")))
        if not found
    ]
    if lacking:
        assert "spark" not in REQUIRED, f"{lacking} must be installed"
        pytest.skip(f"not covered: Spark ({' and '.join(lacking)} not installed)")
    return Cluster("local[2]", tmp_path)


def assert_spark_finds_the_same(
    connection: duckdb.DuckDBPyConnection, case: Case, cluster: Cluster, only: set[int] | None = None
) -> None:
    """Weights and probabilities too, to the last bit: they are summed from the levels."""
    mine, theirs = (
        predict_table(
            connection,
            case.rules,
            case.model,
            case.records,
            floor=case.floor,
            only=only,
            engine=engine,
            cluster=cluster,
        )
        for engine in (Engine.DUCKDB, Engine.SPARK)
    )
    assert mine.num_rows > 100
    assert theirs.to_pylist() == mine.to_pylist()
    assert list(cluster.folder.iterdir()) == [], "nothing is left behind"


def test_every_kind_of_level_holds_on_spark_as_on_duckdb(
    connection: duckdb.DuckDBPyConnection, cluster: Cluster
) -> None:
    assert_spark_finds_the_same(connection, odd_case(1), cluster, only=set(range(0, 60, 3)))


@pytest.mark.parametrize("entity", ["supplier"])  # the others: tests/acceptance/test_spark.py
def test_shipped_rules_score_on_spark_as_on_duckdb(
    connection: duckdb.DuckDBPyConnection,
    cluster: Cluster,
    tmp_path_factory: pytest.TempPathFactory,
    entity: str,
) -> None:
    assert_spark_finds_the_same(
        connection, shipped_case(entity, tmp_path_factory.mktemp(entity), 500), cluster
    )


def test_without_pyspark_the_engine_says_what_to_install(
    connection: duckdb.DuckDBPyConnection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def absent(name: str) -> None:
        raise ImportError(name)

    monkeypatch.setattr(spark_batch, "import_module", absent)
    case = odd_case(1)

    with pytest.raises(EngineError, match="pip install"):
        predict_table(
            connection,
            case.rules,
            case.model,
            case.records,
            floor=0,
            engine=Engine.SPARK,
            cluster=Cluster("local[1]", tmp_path),
        )
