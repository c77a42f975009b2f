"""Commands on aliases that verdicts show: aliases."""

from __future__ import annotations

import click

from mdm.cli.answer import Answer, plain
from mdm.cli.command import House, command, errors, main
from mdm.domain.errors import InvalidInputError
from mdm.services import alias_approval


@main.group("aliases")
def aliases_group() -> None:
    """Names of one company that verdicts show."""


@command(aliases_group, "list")
def aliases_list(house: House) -> Answer:
    """Aliases that wait for a second person, the oldest first."""
    with house.reading() as uow:
        return {"aliases": [plain(each) for each in alias_approval.list_proposed(uow)]}


@command(aliases_group, "approve")
@click.argument("change_ids", nargs=-1)
@click.option("--all", "every", is_flag=True, help="Every one that waits, but one's own and those in doubt.")
@click.option("--reason", required=True)
def aliases_approve(house: House, change_ids: tuple[str, ...], reason: str, *, every: bool) -> Answer:
    """Examine, approve and put in force aliases that somebody else's verdicts show."""
    if every == bool(change_ids):
        raise InvalidInputError("Name the changes, or --all.", field="change_ids")
    if every:
        with house.reading() as uow:
            waiting = alias_approval.list_proposed(uow)
        change_ids = tuple(each.change_id for each in waiting if not (each.own or each.in_doubt))
    answers: list[alias_approval.AliasAnswer] = []
    for start in range(0, len(change_ids), alias_approval.MOST):
        batch = change_ids[start : start + alias_approval.MOST]
        with errors.status(f"examining {len(batch)} aliases"):
            answers += alias_approval.approve_many(house.hub, house.actor, batch, reason)
    return {"aliases": [plain(each) for each in answers]}
