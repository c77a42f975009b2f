"""DuckDB as a scratch engine that can read and write one folder and nothing else.

Invariant: once ``open_engine`` has returned, no statement can reach a file outside its scratch folder, the
network or an extension, nor loosen a setting: the configuration is locked last.
"""

from __future__ import annotations

from pathlib import Path

import duckdb

DEFAULT_MEMORY_LIMIT = "2GB"
DEFAULT_THREADS = 2


def open_engine(
    scratch: Path, *, memory_limit: str = DEFAULT_MEMORY_LIMIT, threads: int = DEFAULT_THREADS
) -> duckdb.DuckDBPyConnection:
    """An in-memory database that spills to, reads and writes ``scratch`` (made when absent) only.

    One connection per job and thread; take ``.cursor()`` for a second thread. Splink runs on it through
    ``DuckDBAPI(connection=...)`` and exchanges Parquet files inside ``scratch``.
    """
    folder = scratch.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    connection = duckdb.connect(
        ":memory:",
        config={"memory_limit": memory_limit, "threads": threads, "temp_directory": str(folder)},
    )
    for name, value in _locks(folder):
        connection.execute(f"SET {name} = {value}")
    return connection


def _locks(folder: Path) -> tuple[tuple[str, str], ...]:
    """Settings in the order that works: access off cannot be undone, and the lock forbids all the rest."""
    quoted = str(folder).replace("'", "''")
    return (
        ("allowed_directories", f"['{quoted}']"),
        ("extension_directories", "[]"),
        ("autoinstall_known_extensions", "false"),
        ("autoload_known_extensions", "false"),
        ("allow_community_extensions", "false"),
        ("allow_persistent_secrets", "false"),
        # A Python variable named like a table must never be read instead of it.
        ("python_enable_replacements", "false"),
        ("TimeZone", "'UTC'"),
        ("enable_external_access", "false"),
        ("lock_configuration", "true"),
    )
