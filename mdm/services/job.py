"""Jobs: doing a slot of the timetable at most once, and noting how it ended or that it was missed (I20)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from mdm.domain.access import Actor, system_actor
from mdm.domain.errors import AuditAlteredError, AuditForkedError, InvariantBrokenError, MdmError
from mdm.services import (
    audit,
    change,
    checkpoint,
    dashboard,
    idempotency,
    invariant,
    match,
    recalibration,
    rule,
    upload_run,
)
from mdm.services.hub import Hub
from mdm.storage import job as job_store
from mdm.storage import match as match_store
from mdm.storage import quality as quality_store
from mdm.storage.database import time_text

NEW_VERDICTS = 100
"""Verdicts since the model in force was calibrated before another one is proposed."""

LEASE = timedelta(minutes=30)
"""A slot whose worker died counts as failed after this long; the next slot does the work."""


def match_new(hub: Hub, actor: Actor) -> str:
    """Match what is new or changed in every entity that has a model."""
    done = []
    for entity in hub.rules:
        with hub.reading(actor) as uow:
            has_model = match_store.active_model(uow.connection, entity) is not None
            waiting = match_store.unmatched(uow.connection, entity) if has_model else []
        if waiting:
            done.append(f"{entity} {match.run(hub, actor, entity).records}")
    return ", ".join(done) or "nothing new"


def finish_imports(hub: Hub, actor: Actor) -> str:
    """Take up loads of uploaded files that stopped half-way."""
    return (
        ", ".join(f"{each.file_name} {each.state}" for each in upload_run.take_up(hub, actor))
        or "none stopped"
    )


def seal_audit(hub: Hub, actor: Actor) -> str:
    """Give new audit entries their leaf hashes and have the places outside vouch for them; a fault fails the slot."""
    states = checkpoint.keep(hub, actor)
    faults = [state.fault for state in states if state.fault]
    if faults:
        raise AuditForkedError(" ".join(faults))
    return f"{min(state.covered for state in states)} covered"


def verify_audit(hub: Hub, actor: Actor) -> str:
    """Look for what was altered in the audit trail and behind it; a fault fails the slot."""
    with hub.reading(actor) as uow:
        report = audit.verify(uow)
    if not report.ok:
        raise AuditAlteredError("; ".join(report.faults[:20]))
    return f"{report.entries} entries, {report.covered} covered"


def check_invariants(hub: Hub, actor: Actor) -> str:
    """Ask the database for what must never be; a violation fails the slot."""
    with hub.reading(actor) as uow:
        found = invariant.check(uow)
    broken = [f"{name}: {what}" for name, violations in found.items() for what in violations]
    if broken:
        raise InvariantBrokenError("; ".join(broken[:20]))
    return f"{len(found)} hold"


def forget_old_answers(hub: Hub, actor: Actor) -> str:
    """Drop stored answers to calls that nobody will repeat any more."""
    with hub.unit_of_work(actor, "forget old answers") as uow:
        return f"{idempotency.forget_old(uow)} forgotten"


def recalibrate(hub: Hub, actor: Actor) -> str:
    """Propose a recalibrated model where enough new verdicts are in and none is proposed already."""
    done = []
    for entity, rules in hub.rules.items():
        with hub.unit_of_work(actor, f"recalibrate {entity}") as uow:
            weights = rule.weights_in_force(hub, rules)
            known = 0 if weights is None else weights.verdicts
            new = quality_store.count_verdicts(uow.connection, entity) - known
            waiting = change.list_changes(uow, entity, open_only=True)
            if weights is not None and new >= NEW_VERDICTS and not any(c.kind == "model" for c in waiting):
                done.append(f"{entity} {recalibration.propose(uow, entity).change_id}")
    return ", ".join(done) or "too few new verdicts"


def keep_stock(hub: Hub, actor: Actor) -> str:
    """Keep the figures of the dashboard that take longer, one point a day."""
    for entity in hub.rules:
        with hub.unit_of_work(actor, f"stock of {entity}") as uow:
            dashboard.keep_stock(uow, entity)
    return f"{len(hub.rules)} kept"


JOBS: dict[str, tuple[Callable[[Hub, Actor], str], int]] = {
    "match_new": (match_new, 30),
    "finish_imports": (finish_imports, 60),
    "seal_audit": (seal_audit, 60),
    "verify_audit": (verify_audit, 24 * 3600),
    "check_invariants": (check_invariants, 24 * 3600),
    "forget_old_answers": (forget_old_answers, 3600),
    "recalibrate": (recalibrate, 24 * 3600),
    "keep_stock": (keep_stock, 3600),
}
"""Job -> (what it does, seconds between its slots)."""


def run_slot(hub: Hub, name: str, worker: str) -> str | None:
    """Do the present slot of a job unless another worker has it; returns what was done."""
    work, seconds = JOBS[name]
    actor = system_actor(f"job:{name}")
    slot = time_text(_slot(hub.now(), seconds))
    with hub.unit_of_work(actor, f"job {name}") as uow:
        if not job_store.claim(uow.connection, name, slot, worker, time_text(uow.now + LEASE)):
            return None
    try:
        result, status = work(hub, actor), "done"
    except MdmError as error:
        result, status = f"{error.code}: {error.message}", "failed"
    with hub.unit_of_work(actor, f"job {name}") as uow:
        job_store.finish(uow.connection, name, slot, status, result[:2000])
    return result


def _slot(now: datetime, seconds: int) -> datetime:
    return datetime.fromtimestamp(int(now.timestamp()) // seconds * seconds, UTC)
