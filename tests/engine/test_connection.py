"""The scratch engine reaches its own folder and nothing else, and Splink runs on it."""

import logging
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest
import splink.comparison_library as cl
from splink import DuckDBAPI, Linker, SettingsCreator, block_on

from mdm.engine import open_engine


@pytest.fixture
def scratch(tmp_path: Path) -> Path:
    (tmp_path / "secret.csv").write_text("a\n1\n")
    return tmp_path / "it's own"


@pytest.fixture
def engine(scratch: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    connection = open_engine(scratch)
    yield connection
    connection.close()


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT * FROM read_csv('{outside}/secret.csv')",
        "SELECT * FROM '{outside}/secret.csv'",
        "SELECT * FROM read_text('{scratch}/../secret.csv')",
        "SELECT * FROM read_text('{scratch}/link/secret.csv')",
        "SELECT * FROM glob('{outside}/*')",
        "SELECT * FROM read_csv('https://example.org/a.csv')",
        "COPY (SELECT 1) TO '{outside}/out.parquet'",
        "ATTACH '{outside}/other.db'",
        "EXPORT DATABASE '{outside}/copy'",
        "INSTALL httpfs",
        "INSTALL fts FROM community",
        "LOAD httpfs",
        "LOAD '{outside}/x.duckdb_extension'",
    ],
)
def test_nothing_outside_the_scratch_folder_can_be_reached(
    engine: duckdb.DuckDBPyConnection, scratch: Path, statement: str
) -> None:
    (scratch / "link").symlink_to(scratch.parent)
    text = statement.format(outside=scratch.parent, scratch=str(scratch).replace("'", "''"))
    with pytest.raises(duckdb.PermissionException):
        engine.execute(text).fetchall()


@pytest.mark.parametrize(
    "statement",
    [
        "SET enable_external_access = true",
        "SET lock_configuration = false",
        "RESET allowed_directories",
        "SET memory_limit = '100GB'",
        "PRAGMA threads = 64",
        "SET autoinstall_known_extensions = true",
    ],
)
def test_no_statement_loosens_a_setting(engine: duckdb.DuckDBPyConnection, statement: str) -> None:
    with pytest.raises(duckdb.InvalidInputException, match="locked"):
        engine.execute(statement)


def test_a_cursor_is_locked_down_too(engine: duckdb.DuckDBPyConnection, scratch: Path) -> None:
    with pytest.raises(duckdb.PermissionException):
        engine.cursor().execute(f"SELECT * FROM read_text('{scratch.parent}/secret.csv')")


def test_parquet_is_exchanged_inside_the_scratch_folder(
    engine: duckdb.DuckDBPyConnection, scratch: Path
) -> None:
    file = str(scratch / "t.parquet").replace("'", "''")
    engine.execute(f"COPY (SELECT 1 AS a) TO '{file}' (FORMAT parquet)").fetchall()
    assert engine.execute(f"SELECT a FROM read_parquet('{file}')").fetchall() == [(1,)]


def test_a_python_variable_is_never_read_as_a_table(engine: duckdb.DuckDBPyConnection) -> None:
    visible = pa.table({"a": [1]})
    assert visible.num_rows == 1
    with pytest.raises(duckdb.CatalogException):
        engine.execute("SELECT * FROM visible")


def test_splink_predicts_on_the_locked_engine(
    engine: duckdb.DuckDBPyConnection, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.ERROR)
    rows = pa.table({"unique_id": ["1", "2", "3"], "name": ["a", "a", "b"], "city": ["x", "y", "y"]})
    settings = SettingsCreator(
        link_type="dedupe_only",
        comparisons=[cl.ExactMatch("name"), cl.ExactMatch("city")],
        blocking_rules_to_generate_predictions=[block_on("name")],
    )
    frame = DuckDBAPI(connection=engine).register(rows, dataset_display_name="rows")
    pairs = Linker(frame, settings).inference.predict().as_record_list()
    assert [(pair["unique_id_l"], pair["unique_id_r"]) for pair in pairs] == [("1", "2")]
