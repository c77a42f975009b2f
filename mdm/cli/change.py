"""Commands on changes of rules, weights, thresholds and code lists: whatif, change."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from mdm.cli.answer import Answer, plain, write_text
from mdm.cli.command import House, command, errors, main
from mdm.domain.change import Change
from mdm.domain.whatif import Report
from mdm.domain.whatif_document import document, title_of, title_of_change
from mdm.services import change, draft, whatif


@main.group("change")
def change_group() -> None:
    """Change requests: how records are matched, and code lists."""


def drafted(function: Callable[..., Answer]) -> Callable[..., Answer]:
    """The options that name a draft: rules, weights, thresholds, code list."""
    file = click.Path(path_type=Path)
    for option in (
        click.option("--rules", default=None, type=file, help="Rule file."),
        click.option("--weights", default=None, type=file, help="Weights file."),
        click.option("--threshold", "thresholds", multiple=True, help="link=2.5 or review=0; repeatable."),
        click.option("--code-list", default=None, type=file, help="TOML that extends the list of its name."),
    ):
        function = option(function)
    return function


@command(main, "whatif")
@click.argument("entity")
@drafted
@click.option("--out", default=None, type=click.Path(path_type=Path), help="Report as HTML to print.")
def whatif_command(house: House, entity: str, out: Path | None, **files: Any) -> Answer:
    """Tell what rules, weights, thresholds or a code list would do to the live records; change nothing."""
    with errors.status(f"trying on {entity}"), house.reading() as uow:
        found = draft.foresee(uow, entity, draft.read_draft(uow.hub, entity, **files))
    if out is not None:
        write_text(
            out, document(Report("", (found,)), title_of(house.hub.dictionary, entity), house.hub.dictionary)
        )
    return plain(found)


@command(change_group, "list")
@click.option("--entity", default=None)
@click.option("--open", "open_only", is_flag=True, help="Only those that have not ended.")
def change_list(house: House, entity: str | None, *, open_only: bool) -> Answer:
    """Change requests, the newest first."""
    with house.reading() as uow:
        found = change.list_changes(uow, entity, open_only=open_only)
        return {"changes": [_change_line(each) for each in found]}


@command(change_group, "show")
@click.argument("change_id")
@click.option("--out", default=None, type=click.Path(path_type=Path), help="Report as HTML to print.")
def change_show(house: House, change_id: str, out: Path | None) -> Answer:
    """One change request with the report it was examined by."""
    with house.reading() as uow:
        found, report = change.get(uow, change_id), change.report(uow, change_id)
    if out is not None and report is not None:
        write_text(out, document(report, title_of_change(change_id), house.hub.dictionary, found))
    return {**plain(found), "report": None if report is None else plain(report)}


@command(change_group, "propose")
@click.argument("entity")
@drafted
@click.option("--reason", required=True)
def change_propose(house: House, entity: str, reason: str, **files: Any) -> Answer:
    """Propose rules, weights, thresholds or a code list."""
    with house.writing(reason) as uow:
        change_id = draft.propose(uow, entity, draft.read_draft(uow.hub, entity, **files), reason)
    return {"change_id": change_id}


@command(change_group, "examine")
@click.argument("change_id")
def change_examine(house: House, change_id: str) -> Answer:
    """Compute what a change would do to the live records and store the report with it."""
    with errors.status("examining"):
        return _change_line(whatif.examine(house.hub, house.actor, change_id))


@command(change_group, "approve")
@click.argument("change_id")
@click.option("--reason", required=True)
def change_approve(house: House, change_id: str, reason: str) -> Answer:
    """Approve an examined change of somebody else."""
    with house.writing(reason) as uow:
        return _change_line(change.approve(uow, change_id, reason))


@command(change_group, "reject")
@click.argument("change_id")
@click.option("--reason", required=True)
def change_reject(house: House, change_id: str, reason: str) -> Answer:
    """Reject a change of somebody else."""
    with house.writing(reason) as uow:
        return _change_line(change.reject(uow, change_id, reason))


@command(change_group, "withdraw")
@click.argument("change_id")
@click.option("--reason", required=True)
def change_withdraw(house: House, change_id: str, reason: str) -> Answer:
    """Take back a change that is not in force yet."""
    with house.writing(reason) as uow:
        return _change_line(change.withdraw(uow, change_id, reason))


@command(change_group, "activate")
@click.argument("change_id")
def change_activate(house: House, change_id: str) -> Answer:
    """Put an approved change in force; the next `mdm match` uses it."""
    with house.writing(f"activate change {change_id}") as uow:
        return _change_line(change.activate(uow, change_id))


def _change_line(found: Change) -> dict[str, Any]:
    """A change request without its content, which `mdm change show` prints; ``Any``: whatever JSON holds."""
    return {name: value for name, value in plain(found).items() if name != "content"}
