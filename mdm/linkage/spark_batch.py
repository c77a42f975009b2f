"""Splink on Spark: the same rules and trained weights, from Parquet files that every worker can read.

For more pairs than one machine scores in the time there is. A model that Splink saved on DuckDB does not load on Spark,
since its conditions are DuckDB's; rules and weights are therefore put into Spark's words here.
"""

from __future__ import annotations

import shutil
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any
from uuid import uuid4

import pyarrow as pa
import pyarrow.parquet as pq
from splink import Linker

from mdm.domain.errors import EngineError
from mdm.domain.rules import RuleSet
from mdm.linkage.level_sql import SPARK
from mdm.linkage.model import Model
from mdm.linkage.settings import levels_of, trained_settings, wanted_columns
from mdm.linkage.table import blocking_sql

LOCAL_PARTITIONS = 4
"""On one machine; Spark's default of 200 makes 200 tasks of next to nothing. A cluster sets its own."""


@dataclass(frozen=True, slots=True)
class Cluster:
    """Where Spark runs: a master URL, and a folder that the hub and every worker see under the same path."""

    master: str
    folder: Path


def score_pairs(
    cluster: Cluster,
    rules: RuleSet,
    model: Model,
    records: pa.Table,
    keys: pa.Table,
    *,
    only: Collection[int] | None,
    floor: float,
) -> pa.Table:
    """``left``, ``right``, ``level_<n>`` and Splink's own ``match_weight`` of the pairs of at least ``floor`` bits.

    ``records`` is a comparison table, ``keys`` a key table; ``only``: pairs that touch at least one of these records.
    Raises EngineError when PySpark or Java is not there.
    """
    home = cluster.folder.resolve() / f"spark-{uuid4().hex}"
    home.mkdir(parents=True)
    try:
        changed = pa.table({"record_id": pa.array(sorted(only or ()), pa.int64())})
        for name, table in {"mdm_records": records, "mdm_keys": keys, "mdm_changed": changed}.items():
            pq.write_table(table, home / name)
        with _session(cluster.master, home) as spark:
            _block(spark, home, blocking_sql(only))
            _score(spark, home, trained_settings(rules, model, SPARK), wanted_columns(rules), floor)
        return levels_of(rules, pq.read_table(home / "scored"))
    finally:
        shutil.rmtree(home, ignore_errors=True)


@contextmanager
def _session(master: str, home: Path) -> Iterator[Any]:  # Any: PySpark may not be there
    pyspark, splink_spark = _load()
    builder = (
        pyspark.sql.SparkSession.builder.master(master)
        .appName("mdm match")
        .config("spark.jars", splink_spark.similarity_jar_location())
        .config("spark.sql.session.timeZone", "UTC")
        .config("spark.sql.warehouse.dir", str(home / "warehouse"))
        .config("spark.ui.enabled", "false")
        .config("spark.ui.showConsoleProgress", "false")
    )
    if master.startswith("local"):
        builder = builder.config("spark.sql.shuffle.partitions", LOCAL_PARTITIONS)
    try:
        session = builder.getOrCreate()
    except pyspark.errors.PySparkRuntimeError as error:
        raise EngineError(f"Spark did not start (it needs Java 17): {error}", engine="spark") from error
    try:
        session.sparkContext.setLogLevel("ERROR")
        session.sparkContext.setCheckpointDir(str(home / "checkpoint"))
        yield session
    finally:
        session.stop()


def _load() -> tuple[Any, Any]:
    """PySpark and Splink's backend for it: half a gigabyte that most installations never need, and slow to import."""
    try:
        return import_module("pyspark"), import_module("splink.backends.spark")
    except ImportError as error:
        message = "The engine spark needs PySpark: pip install 'mdm-hub[spark]'."
        raise EngineError(message, engine="spark") from error


def _block(spark: Any, home: Path, query: str) -> None:
    for name in ("mdm_keys", "mdm_changed"):
        spark.read.parquet(str(home / name)).createOrReplaceTempView(name)
    spark.sql(f"SELECT *, '0' AS match_key FROM ({query})").write.parquet(str(home / "pairs"))


def _score(spark: Any, home: Path, given: Any, wanted: str, floor: float) -> None:
    _, splink_spark = _load()
    api = splink_spark.SparkAPI(spark_session=spark)
    records = api.register(spark.read.parquet(str(home / "mdm_records")), dataset_display_name="mdm_records")
    blocked = api.register(spark.read.parquet(str(home / "pairs")), dataset_display_name="mdm_blocked")
    linker = Linker(records, given, log_level=None)
    linker.table_management.register_blocked_pairs_for_predict(blocked)
    scored = linker.inference.predict(threshold_match_weight=floor, warning_mode="never")
    spark.sql(f"SELECT {wanted} FROM {scored.physical_name}").write.parquet(str(home / "scored"))
