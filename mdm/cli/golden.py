"""Commands on golden records: golden, comment-golden, merge, unmerge, split, rehome, retire, override, undo."""

from __future__ import annotations

from datetime import UTC, datetime

import click

from mdm.cli.answer import Answer, plain
from mdm.cli.command import House, command, main
from mdm.domain.errors import InvalidInputError
from mdm.services import decision, golden, golden_comment, lineage, rehome, related, retirement


@command(main, "merge")
@click.argument("entity")
@click.argument("golden_id")
@click.argument("other_id")
@click.option("--reason", required=True)
@click.option("--dry-run", is_flag=True)
def merge(house: House, entity: str, golden_id: str, other_id: str, reason: str, *, dry_run: bool) -> Answer:
    """Make two golden records one."""
    with house.writing(reason) as uow:
        return plain(decision.merge(uow, entity, golden_id, other_id, reason, preview=dry_run))


@command(main, "unmerge")
@click.argument("entity")
@click.argument("golden_id")
@click.option("--reason", required=True)
@click.option("--dry-run", is_flag=True)
def unmerge(house: House, entity: str, golden_id: str, reason: str, *, dry_run: bool) -> Answer:
    """Take the latest merge of a golden ID apart; the sides get their IDs back."""
    with house.writing(reason) as uow:
        return plain(decision.unmerge(uow, entity, golden_id, reason, preview=dry_run))


@command(main, "split")
@click.argument("entity")
@click.argument("golden_id")
@click.argument("records", nargs=-1, required=True)
@click.option("--reason", required=True)
@click.option("--dry-run", is_flag=True)
def split(
    house: House, entity: str, golden_id: str, records: tuple[str, ...], reason: str, *, dry_run: bool
) -> Answer:
    """Part RECORDS (each SYSTEM:ID) from the rest of a golden record."""
    keys = [(system, key) for system, _, key in (text.partition(":") for text in records)]
    with house.writing(reason) as uow:
        return plain(decision.split(uow, entity, golden_id, keys, reason, preview=dry_run))


@command(main, "rehome")
@click.argument("entity")
@click.argument("record")
@click.argument("golden_id")
@click.option("--reason", required=True)
@click.option("--dry-run", is_flag=True)
def move(house: House, entity: str, record: str, golden_id: str, reason: str, *, dry_run: bool) -> Answer:
    """Move RECORD (SYSTEM:ID) to another golden record."""
    system, _, key = record.partition(":")
    with house.writing(reason) as uow:
        return plain(rehome.rehome(uow, entity, (system, key), golden_id, reason, preview=dry_run))


@command(main, "retire")
@click.argument("entity")
@click.argument("golden_id")
@click.option("--reason", required=True)
@click.option("--dry-run", is_flag=True)
def retire(house: House, entity: str, golden_id: str, reason: str, *, dry_run: bool) -> Answer:
    """Take a golden record out of use with all its source records; its ID still answers."""
    with house.writing(reason) as uow:
        return plain(retirement.retire(uow, entity, golden_id, reason, preview=dry_run))


@command(main, "override")
@click.argument("entity")
@click.argument("golden_id")
@click.argument("attribute")
@click.argument("value")
@click.option("--reason", required=True)
@click.option("--dry-run", is_flag=True)
def override(
    house: House, entity: str, golden_id: str, attribute: str, value: str, reason: str, *, dry_run: bool
) -> Answer:
    """Set one value of a golden record; it survives reloads."""
    with house.writing(reason) as uow:
        return plain(decision.override(uow, entity, golden_id, attribute, value, reason, preview=dry_run))


@command(main, "undo")
@click.argument("decision_id")
@click.option("--reason", required=True)
@click.option("--dry-run", is_flag=True)
def undo(house: House, decision_id: str, reason: str, *, dry_run: bool) -> Answer:
    """Take a decision back."""
    with house.writing(reason) as uow:
        return plain(decision.undo(uow, decision_id, reason, preview=dry_run))


@command(main, "golden")
@click.argument("entity")
@click.argument("golden_id")
@click.option("--as-of", "as_of", default=None, help="As it was then, such as 2026-11-23T08:00:00Z.")
@click.option("--lineage", "with_lineage", is_flag=True, help="Also every value there was to choose from.")
@click.option("--related", "with_related", is_flag=True, help="Also open tasks, kin and references.")
def show_golden(
    house: House,
    entity: str,
    golden_id: str,
    as_of: str | None,
    *,
    with_lineage: bool,
    with_related: bool,
) -> Answer:
    """One golden record with the source of each value."""
    if as_of and (with_lineage or with_related):
        raise InvalidInputError("Lineage and related records are told for the present only.", field="as_of")
    with house.reading() as uow:
        found = golden.get(uow, entity, golden_id, None if as_of is None else _moment(as_of))
        answer = plain(found)
        if with_lineage:
            said = lineage.of(uow, found)
            answer["lineage"] = {name: [plain(each) for each in values] for name, values in said.items()}
        if with_related:
            answer["related"] = plain(related.of(uow, found, referring=True))
        return answer


@command(main, "comment-golden")
@click.argument("entity")
@click.argument("golden_id")
@click.argument("text", required=False)
def comment_on_golden(house: House, entity: str, golden_id: str, text: str | None) -> Answer:
    """Write a comment on a golden record (`@login` names a colleague), or read those there are."""
    if text is None:
        with house.reading() as uow:
            return {"comments": [plain(each) for each in golden_comment.of_golden(uow, entity, golden_id)]}
    with house.writing("comment") as uow:
        return plain(golden_comment.add(uow, entity, golden_id, text))


def _moment(text: str) -> datetime:
    """A time with zone, as UTC; raises InvalidInputError for one that is none."""
    try:
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is None:
            raise ValueError
        return moment.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise InvalidInputError("A time has a zone, as in 2026-11-23T08:00:00Z.", field="as_of") from error
