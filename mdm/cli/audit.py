"""Commands on the audit trail and on what must always be true: audit, check-invariants, dossier."""

from __future__ import annotations

from pathlib import Path

import click

from mdm.cli.answer import Answer, plain, write_bytes
from mdm.cli.command import House, command, main
from mdm.domain.audit import AuditFilter
from mdm.services import audit, audit_review, checkpoint, dossier, invariant


@main.group("audit")
def audit_group() -> None:
    """The audit trail."""


@command(audit_group, "verify")
def audit_verify(house: House) -> Answer:
    """Seal what is new and check every entry, here and against the places outside; exit 1 when anything was altered."""
    states = checkpoint.keep(house.hub, house.actor)
    with house.reading() as uow:
        report = audit.verify(uow)
    faults = (*report.faults, *(state.fault for state in states if state.fault))
    return {"ok": not faults, **plain(report), "faults": faults}


@command(audit_group, "checkpoint")
def audit_checkpoint(house: House) -> Answer:
    """Seal what is new and have every place outside vouch for it; exit 1 when one of them does not take it."""
    states = checkpoint.keep(house.hub, house.actor)
    return {"ok": not any(state.fault for state in states), "places": [plain(state) for state in states]}


@command(audit_group, "list")
@click.option("--table", default="", help="Only entries about this table.")
@click.option("--row", "row_key", default="", help="Only entries about the row with this key.")
@click.option("--actor", default="", help="Only what this actor did.")
@click.option("--operation", default="", help="insert, update or delete.")
@click.option("--from", "first_day", default="", help="From this day on (2026-01-31, UTC).")
@click.option("--to", "last_day", default="", help="To the end of this day.")
@click.option("--before", type=int, default=None, help="Only entries older than the one with this id.")
@click.option("--limit", default=100, show_default=True)
def audit_list(house: House, before: int | None, limit: int, **narrow: str) -> Answer:
    """Entries of the trail, newest first."""
    with house.reading() as uow:
        found = audit.entries(uow, AuditFilter(**narrow), before, limit)
        return {"entries": [plain(each) for each in found]}


@command(audit_group, "reviews")
def audit_reviews(house: House) -> Answer:
    """Who looked through which entries, and what they found."""
    with house.reading() as uow:
        return {"reviews": [plain(each) for each in audit_review.list_reviews(uow)]}


@command(audit_group, "export")
@click.option("--out", type=click.Path(path_type=Path), required=True)
def audit_export(house: House, out: Path) -> Answer:
    """Write all sealed entries as the file that mdm-verify reads."""
    with house.reading() as uow:
        return {"entries": audit.export(uow, out), "out": str(out)}


@command(main, "check-invariants")
def check_invariants(house: House) -> Answer:
    """Ask the database for what must never be; exit 1 names it."""
    with house.reading() as uow:
        found = invariant.check(uow)
    lines = [
        {"invariant": name, "holds": not broken, "violations": "; ".join(broken)}
        for name, broken in found.items()
    ]
    return {"ok": not any(found.values()), "invariants": lines}


@command(main, "dossier")
@click.argument("entity")
@click.argument("golden_id")
@click.option("--out", type=click.Path(path_type=Path), required=True)
def make_dossier(house: House, entity: str, golden_id: str, out: Path) -> Answer:
    """Write everything about a golden record as one signed file, which mdm-verify checks without a hub."""
    content = dossier.make(house.hub, house.actor, entity, golden_id)
    write_bytes(out, content)
    return {"golden_id": golden_id, "bytes": len(content), "out": str(out)}
