"""Commands that write files for people and programs: export xref, golden, tasks."""

from __future__ import annotations

from pathlib import Path

import click

from mdm.cli.answer import Answer
from mdm.cli.command import House, command, main
from mdm.services import export, review, xref


@main.group("export")
def export_group() -> None:
    """Files for people and programs."""


@command(export_group, "xref")
@click.argument("entity")
@click.option("--out", required=True, type=click.Path(path_type=Path))
def export_xref(house: House, entity: str, out: Path) -> Answer:
    """source_system, source_id, golden_id of every current source record."""
    with house.reading() as uow:
        return {"rows": xref.export_xref(uow, entity, out), "file": str(out)}


@command(export_group, "golden")
@click.argument("entity")
@click.option("--out", required=True, type=click.Path(path_type=Path))
def export_golden(house: House, entity: str, out: Path) -> Answer:
    """Golden records with their attributes (.csv, .jsonl, .xlsx, .parquet)."""
    with house.reading() as uow:
        return {"rows": export.export_golden(uow, entity, out), "file": str(out)}


@command(export_group, "tasks")
@click.argument("entity")
@click.option("--out", required=True, type=click.Path(path_type=Path))
def export_tasks(house: House, entity: str, out: Path) -> Answer:
    """Open review pairs."""
    with house.reading() as uow:
        return {"rows": review.export_tasks(uow, entity, out), "file": str(out)}
