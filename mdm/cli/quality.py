"""Commands on what verdicts measure and teach: sample, recalibrate, retrain, quality."""

from __future__ import annotations

from typing import Any

import click

from mdm.cli.answer import Answer, plain
from mdm.cli.command import House, command, errors, main
from mdm.services import dashboard, judged, quality, recalibration, retraining, sample
from mdm.services.quality import Quality, Slice


@command(main, "sample")
@click.argument("entity")
@click.option("--links", default=50, show_default=True, help="Automatic links to judge blind.")
@click.option("--non-links", default=50, show_default=True, help="Automatic non-links to judge blind.")
def sample_command(house: House, entity: str, links: int, non_links: int) -> Answer:
    """Draw a blind sample of automatic decisions into the queue, to measure the machine."""
    with house.writing(f"blind sample of {entity}") as uow:
        return plain(sample.draw(uow, entity, links, non_links))


@command(main, "dashboard")
@click.argument("entity")
def dashboard_command(house: House, entity: str) -> Answer:
    """Queue, decisions, duplicates, completeness and validity, with trends of 30 days."""
    with house.reading() as uow:
        return plain(dashboard.measure(uow, entity))


@command(main, "recalibrate")
@click.argument("entity")
def recalibrate_command(house: House, entity: str) -> Answer:
    """Propose a model whose probabilities are learned from verdicts; somebody else approves it."""
    with house.writing(f"recalibrate {entity}") as uow:
        return plain(recalibration.propose(uow, entity))


@command(main, "retrain")
@click.argument("entity")
def retrain_command(house: House, entity: str) -> Answer:
    """Propose a model whose evidence (m and u) is learned from verdicts; somebody else approves it."""
    with errors.status(f"learning from verdicts on {entity}"), house.writing(f"retrain {entity}") as uow:
        return plain(retraining.propose(uow, entity))


@command(main, "quality")
@click.argument("entity")
@click.option(
    "--pairs",
    "figure",
    default=None,
    type=click.Choice(list(judged.FIGURES)),
    help="The pairs behind a figure.",
)
@click.option("--of", default="", help="With --pairs: 'SAP + QMS' or zh-en.")
def quality_command(house: House, entity: str, figure: str | None, of: str) -> Answer:
    """Precision and recall by what stewards said, with bounds; from the blind sample and from the queue."""
    with house.reading() as uow:
        if figure is not None:
            return {"pairs": [plain(each) for each in judged.drill(uow, entity, figure, of)]}
        found = quality.measure(uow, entity)
    return {**plain(found), "figures": _quality_lines(found)}


def _quality_lines(found: Quality) -> list[dict[str, Any]]:
    """One line per figure, as people read them; ``Any``: whatever JSON holds."""
    whole = Slice("all", found.sample, found.queue)
    lines: list[dict[str, Any]] = []
    for part in (whole, *found.by_sources, *found.by_language):
        for origin, name, share in (
            ("blind sample", "precision of links", part.sample.precision),
            ("blind sample", "recall of decided pairs", part.sample.recall),
            ("queue", "matches among questions", part.queue.yield_),
        ):
            if share.number:
                lines.append(
                    {
                        "slice": part.name,
                        "from": origin,
                        "figure": name,
                        "verdicts": share.number,
                        "value": share.value,
                        "low": share.low,
                        "high": share.high,
                        "at_least": share.at_least,
                    }
                )
    return lines
