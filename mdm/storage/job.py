"""Slots of the timetable: each is taken at most once, whoever is awake."""

from __future__ import annotations

from sqlalchemy import Connection, select, update
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from mdm.storage.schema import job_run


def claim(connection: Connection, job: str, slot: str, worker: str, lease_until: str) -> bool:
    """Take a slot; False when another worker has it (I20)."""
    make = sqlite_insert if connection.dialect.name == "sqlite" else postgres_insert
    taken = connection.execute(
        make(job_run)
        .values(job=job, slot=slot, status="running", worker=worker, lease_until=lease_until)
        .on_conflict_do_nothing()
    )
    return taken.rowcount == 1


def finish(connection: Connection, job: str, slot: str, status: str, result: str) -> None:
    """Note how a slot ended."""
    connection.execute(
        update(job_run)
        .where(job_run.c.job == job, job_run.c.slot == slot)
        .values(status=status, result=result)
    )


def last_slot(connection: Connection, job: str) -> str | None:
    """The newest slot that was taken."""
    return connection.scalar(
        select(job_run.c.slot).where(job_run.c.job == job).order_by(job_run.c.slot.desc()).limit(1)
    )
