"""Slots of the timetable: each is taken at most once, whoever is awake."""

from __future__ import annotations

from sqlalchemy import Connection, select, update

from mdm.storage.database import Row, insert_new
from mdm.storage.schema import job_run


def claim(connection: Connection, job: str, slot: str, worker: str, lease_until: str) -> bool:
    """Take a slot; False when another worker has it (I20)."""
    row = {"job": job, "slot": slot, "status": "running", "worker": worker, "lease_until": lease_until}
    return insert_new(connection, job_run, row)


def finish(connection: Connection, job: str, slot: str, status: str, result: str) -> None:
    """Note how a slot ended."""
    connection.execute(
        update(job_run)
        .where(job_run.c.job == job, job_run.c.slot == slot)
        .values(status=status, result=result)
    )


def last_end(connection: Connection, job: str) -> Row | None:
    """The newest slot of a job that ended: slot, status and result."""
    return connection.execute(
        select(job_run)
        .where(job_run.c.job == job, job_run.c.status.in_(("done", "failed")))
        .order_by(job_run.c.slot.desc())
        .limit(1)
    ).first()
