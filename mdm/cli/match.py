"""Commands on matching: match, evaluate."""

from __future__ import annotations

from pathlib import Path

import click

from mdm.cli.answer import Answer, plain, write_text
from mdm.cli.command import House, command, errors, main
from mdm.linkage.predict import Engine
from mdm.services import evaluation, match


@command(main, "match")
@click.argument("entity")
@click.option("--full", is_flag=True, help="Everything, under new frozen statistics.")
@click.option(
    "--engine",
    type=click.Choice([engine.value for engine in Engine]),
    default=Engine.DUCKDB.value,
    show_default=True,
    help="What scores the pairs of a batch; every engine gives the same.",
)
def match_command(house: House, entity: str, *, full: bool, engine: str) -> Answer:
    """Match what is new or changed; build golden records and review tasks."""
    with errors.status(f"matching {entity}"):
        return plain(match.run(house.hub, house.actor, entity, full=full, engine=Engine(engine)))


@command(main, "evaluate")
@click.argument("entity")
@click.option("--truth", required=True, type=click.Path(path_type=Path))
@click.option("--negatives", default=None, type=click.Path(path_type=Path))
@click.option("--report", default=None, type=click.Path(path_type=Path), help="Write an HTML document too.")
@click.option("--stability", is_flag=True, help="Cluster again and in another order: what moves?")
def evaluate(
    house: House, entity: str, truth: Path, negatives: Path | None, report: Path | None, *, stability: bool
) -> Answer:
    """Judge the automatic golden records against a known truth."""
    with house.reading() as uow:
        found, document = evaluation.evaluate_with_report(uow, entity, truth, negatives)
        moved = {"stability": plain(evaluation.stability(uow, entity))} if stability else {}
    if report is not None:
        write_text(report, document)
    return plain(found) | moved
