"""20,000 records of each entity: Spark leaves the same golden records and the same queue as the hub's own engine."""

from __future__ import annotations

import shutil
from importlib.util import find_spec
from pathlib import Path

import pytest

from mdm.demo.world import generate
from tests.acceptance.test_samples import ENTITIES, Hub, load

pytestmark = pytest.mark.acceptance

RECORDS = 20_000


@pytest.mark.parametrize("entity", ENTITIES)
def test_spark_gives_the_same_golden_records_and_tasks(tmp_path: Path, entity: str) -> None:
    if not find_spec("pyspark") or not shutil.which("java"):
        pytest.skip("not covered: Spark (PySpark or Java not installed)")
    hub = Hub(tmp_path / "hub")
    load(hub, entity, generate(entity, tmp_path / "world", records=RECORDS, seed=77).folder)
    seen = []
    for engine in ("duckdb", "spark"):
        report = hub("match", entity, "--full", "--engine", engine)
        file = tmp_path / f"{engine}.csv"
        hub("export", "xref", entity, "--out", file)
        seen.append(
            (report["pairs_scored"], report["auto_links"], report["tasks_open"], file.read_text("utf-8"))
        )
        print(f"{entity} {engine}: {report['pairs_scored']} pairs, {report['seconds']} s")
    assert seen[0] == seen[1]
