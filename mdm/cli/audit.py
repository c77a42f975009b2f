"""Commands on the audit trail: audit."""

from __future__ import annotations

from mdm.cli.answer import Answer, plain
from mdm.cli.command import House, command, main
from mdm.services import audit


@main.group("audit")
def audit_group() -> None:
    """The audit trail."""


@command(audit_group, "verify")
def audit_verify(house: House) -> Answer:
    """Seal what is new and check every sealed entry; exit 1 when anything was altered."""
    audit.seal(house.hub, house.actor)
    with house.reading() as uow:
        report = audit.verify(uow)
    return {"ok": report.ok, **plain(report)}
