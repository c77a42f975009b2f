"""The command that measures this machine: bench."""

from __future__ import annotations

from pathlib import Path

import click

from mdm.bench.table import BENCHES, run_benches
from mdm.cli.answer import Answer
from mdm.cli.command import House, command, errors, main


@command(main, "bench")
@click.argument("name", required=False, type=click.Choice(list(BENCHES)))
@click.option("--rows", default=10_000, show_default=True)
@click.option(
    "--keep",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder where `ui` keeps its filled hub, to measure again without filling one.",
)
def bench(_: House, name: str | None, rows: int, keep: Path | None) -> Answer:
    """Print the ratio table of this machine; it reports, it judges nobody."""
    with errors.status("measuring"):
        found = run_benches(name, rows, keep)
    return {
        "rows": [
            {
                "goal": row.name,
                "what": row.goal,
                "records": row.rows,
                "this run": f"{row.value:.2f} {row.unit}",
                "limit": f"{'>=' if row.at_least else '<='} {row.limit:g}",
                "reached": "yes" if row.reached else "no",
                "details": row.details,
            }
            for row in found
        ]
    }
