"""Looking things up: look-up (many codes at once), create (a record without a source system)."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from mdm.cli.answer import Answer
from mdm.cli.command import House, command, main
from mdm.domain.errors import InvalidInputError, UnreadableFileError
from mdm.services import creation, look_up


@command(main, "look-up")
@click.argument("entity")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--source", default="", help="The source system meant where a line names none.")
def look_up_command(house: House, entity: str, file: Path, source: str) -> Answer:
    """Golden IDs for the codes in FILE: one a line, or system and code apart by tab or comma."""
    try:
        text = file.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise UnreadableFileError(f"{file.name}: not a text file in UTF-8: {error}") from error
    with house.reading() as uow:
        found = look_up.look_up_text(uow, entity, text, source)
    unknown = sum(each.status == look_up.UNKNOWN for each in found)
    return {"answers": [asdict(each) for each in found], "unknown": unknown}


@command(main, "create")
@click.argument("entity")
@click.argument("values", nargs=-1, required=True)
@click.option("--reason", required=True)
def create(house: House, entity: str, values: tuple[str, ...], reason: str) -> Answer:
    """Create a record that no source system owns; VALUES are ATTRIBUTE=TEXT."""
    given = {}
    for text in values:
        name, equals, value = text.partition("=")
        if not equals:
            raise InvalidInputError(f"{text!r} is not ATTRIBUTE=TEXT.", field="values")
        given[name] = value
    with house.writing(reason) as uow:
        made = creation.create(uow, entity, given, reason)
    return {
        "source_id": made.source_id,
        "decision_id": made.decision_id,
        "golden_id": made.result.golden_id,
        "outcome": made.result.outcome,
        "task_id": made.result.task_id,
    }
