"""The one locked-down DuckDB connection that matching runs on, and its limits."""

from __future__ import annotations

from mdm.engine.connection import open_engine

__all__ = ["open_engine"]
