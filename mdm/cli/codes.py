"""Commands on the code lists of the dictionary: codes."""

from __future__ import annotations

from typing import Any

import click

from mdm.cli.answer import Answer, plain
from mdm.cli.command import House, command, main
from mdm.services import change, dictionary, draft


@main.group("codes")
def codes_group() -> None:
    """Code lists of the dictionary."""


@command(codes_group, "list")
def codes_list(house: House) -> Answer:
    """Code lists with owner, version and number of codes."""
    with house.reading() as uow:
        return {"code_lists": [plain(each) for each in dictionary.list_code_lists(uow)]}


@command(codes_group, "show")
@click.argument("name")
@click.option("--q", default="", help="Only codes that are spelt with this.")
def codes_show(house: House, name: str, q: str) -> Answer:
    """One code list: its codes and spellings, and its versions."""
    with house.reading() as uow:
        return plain(dictionary.get_code_list(uow, name, q))


@command(codes_group, "propose")
@click.argument("name")
@click.option("--code", required=True)
@click.option("--zh", default=None, help="Chinese name.")
@click.option("--en", default=None, help="English name.")
@click.option("--parent", default=None, help="The code it belongs under.")
@click.option("--add", multiple=True, help="A spelling to add; repeatable.")
@click.option("--remove", multiple=True, help="A spelling to take out; repeatable.")
@click.option("--reason", required=True)
def codes_propose(house: House, name: str, reason: str, **edit: Any) -> Answer:
    """Propose a new code or spelling; somebody else approves it."""
    with house.writing(reason) as uow:
        return {"change_id": change.propose_code_list(uow, name, [draft.code_edit(**edit)], reason)}
