"""Commands on the queue and its reasons: tasks, claim, comment, decide, explain, proposals and their answers."""

from __future__ import annotations

from typing import Any

import click

from mdm.cli.answer import Answer, plain
from mdm.cli.command import House, command, main
from mdm.domain.errors import InvalidInputError
from mdm.domain.review import TaskLine
from mdm.services import bulk, claim, comment, confirmation, narrow, review
from mdm.services import reason as why
from mdm.services.narrow import ORDERS, Narrow


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


@command(main, "next-task")
@click.option("--entity", default="")
@click.option("--order", default="value", type=click.Choice(list(ORDERS)))
def next_task(house: House, entity: str, order: str) -> Answer:
    """Claim the next task that nobody works on."""
    with house.writing("next task") as uow:
        wanted = narrow.wanted_of(uow, Narrow(entity=entity, order=order))
        return {"task_id": claim.next_task(uow, wanted, order)}


@command(main, "claim")
@click.argument("task_id", type=int)
@click.option("--release", is_flag=True, help="Let it go instead.")
@click.option("--to", "login", default=None, help="Hand it over to this colleague; needs --note.")
@click.option("--note", default="")
def claim_task(house: House, task_id: int, login: str | None, note: str, *, release: bool) -> Answer:
    """Work on a task for 15 minutes, let it go or hand it over."""
    with house.writing(note or "work on it") as uow:
        if release:
            claim.release(uow, task_id)
            return {"task_id": task_id, "holder": None}
        if login is not None:
            return plain(claim.hand_over(uow, task_id, login, note))
        return plain(claim.claim(uow, task_id))


@command(main, "comment")
@click.argument("task_id", type=int)
@click.argument("text", required=False)
def comment_on(house: House, task_id: int, text: str | None) -> Answer:
    """Write a comment on a task (`@login` names a colleague), or read those there are."""
    if text is None:
        with house.reading() as uow:
            return {"comments": [plain(each) for each in comment.of_task(uow, task_id)]}
    with house.writing("comment") as uow:
        return plain(comment.add(uow, task_id, text))


@command(main, "decide-alike")
@click.argument("task_id", type=int)
@click.argument("verdict", type=click.Choice(["match", "non-match"]))
@click.option("--reason", required=True)
@click.option("--count", type=int, default=None, help="As the preview told; without it only the preview.")
def decide_alike(house: House, task_id: int, verdict: str, reason: str, count: int | None) -> Answer:
    """One verdict for all tasks judged exactly as this one, at most 50; without --count a preview."""
    if count is None:
        with house.reading() as uow:
            found = bulk.preview(uow, task_id)
            lines = [_queue_line(line) for line in found.sample]
            return {"count": found.count, "at_once": found.at_once, "sample": lines}
    with house.writing(reason) as uow:
        return plain(bulk.decide(uow, task_id, verdict, reason, count))


@command(main, "decide")
@click.argument("task_id", type=int)
@click.argument("verdict", type=click.Choice(["match", "non-match", "unsure"]))
@click.option("--reason", required=True)
@click.option("--keep", "kept", multiple=True, help="With a match, ATTRIBUTE=left or =right; repeatable.")
def decide(house: House, task_id: int, verdict: str, reason: str, kept: tuple[str, ...]) -> Answer:
    """Decide a review task."""
    values = {name: side for name, _, side in (text.partition("=") for text in kept)}
    with house.writing(reason) as uow:
        return plain(review.decide(uow, task_id, verdict, reason, values=values))


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
