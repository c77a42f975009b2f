"""Commands on the queue and its reasons: tasks, explain, decide, proposals, confirm, reject."""

from __future__ import annotations

from typing import Any

import click

from mdm.cli.answer import Answer, plain
from mdm.cli.command import House, command, main
from mdm.domain.errors import InvalidInputError
from mdm.domain.review import TaskLine
from mdm.services import confirmation, review
from mdm.services import reason as why


@command(main, "tasks")
@click.option("--entity", default=None)
@click.option("--limit", default=20)
def tasks(house: House, entity: str | None, limit: int) -> Answer:
    """The queue, the most valuable verdict first."""
    with house.reading() as uow:
        page = review.list_tasks(uow, entity, limit=limit)
        return {"total": page.total, "tasks": [_queue_line(line) for line in page.lines]}


@command(main, "explain")
@click.argument("entity", required=False)
@click.argument("left", required=False)
@click.argument("right", required=False)
@click.option("--decision", "decision_id", default=None, help="Re-derive the evidence of this decision.")
def explain(
    house: House, entity: str | None, left: str | None, right: str | None, decision_id: str | None
) -> Answer:
    """Why two records (each SYSTEM:ID or a golden ID) are one thing, or why not."""
    with house.reading() as uow:
        if decision_id is not None:
            found = why.explain_decision(uow, decision_id)
            return {**plain(found), "ok": found.equal is not False and found.intact is not False}
        if entity is None or left is None or right is None:
            raise InvalidInputError("Name an entity and two records, or --decision ID.", field="left")
        return plain(why.explain(uow, entity, left, right))


@command(main, "decide")
@click.argument("task_id", type=int)
@click.argument("verdict", type=click.Choice(["match", "non-match", "unsure"]))
@click.option("--reason", required=True)
def decide(house: House, task_id: int, verdict: str, reason: str) -> Answer:
    """Decide a review task."""
    with house.writing(reason) as uow:
        return plain(review.decide(uow, task_id, verdict, reason))


@command(main, "proposals")
@click.option("--entity", default=None)
def proposals(house: House, entity: str | None) -> Answer:
    """Matches across a regulated veto that wait for a second person."""
    with house.reading() as uow:
        return {"proposals": [plain(each) for each in confirmation.list_open(uow, entity)]}


@command(main, "confirm")
@click.argument("proposal_id")
@click.option("--reason", required=True)
def confirm(house: House, proposal_id: str, reason: str) -> Answer:
    """Bind a match that somebody else proposed across a regulated veto."""
    with house.writing(reason) as uow:
        return plain(confirmation.confirm(uow, proposal_id, reason))


@command(main, "reject")
@click.argument("proposal_id")
@click.option("--reason", required=True)
def reject(house: House, proposal_id: str, reason: str) -> Answer:
    """Reject a proposed match, or take one's own back; its question stays open."""
    with house.writing(reason) as uow:
        return plain(confirmation.reject(uow, proposal_id, reason))


def _queue_line(line: TaskLine) -> dict[str, Any]:
    """What a person needs to pick a task; ``Any``: whatever JSON holds."""
    return {
        "task_id": line.task_id,
        "entity": line.entity,
        "probability": line.match_probability,
        "weight": line.match_weight,
        "reason": line.reason,
        "settles": line.settles,
        "left": f"{line.left_system}:{line.left_id}",
        "left_title": line.left_title,
        "right": f"{line.right_system}:{line.right_id}",
        "right_title": line.right_title,
        "sentence": line.telling.sentence_en,
    }
