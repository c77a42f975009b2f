"""The timetable: which service runs when. APScheduler only rings the bell; the slot table decides who works."""

from __future__ import annotations

import os
import socket

import structlog
from apscheduler.schedulers.blocking import BlockingScheduler
from apscheduler.triggers.interval import IntervalTrigger

from mdm.services import job
from mdm.services.hub import Hub

log = structlog.get_logger("mdm.jobs")


def run_worker(hub: Hub) -> None:
    """Ring for every job until the process is told to stop."""
    worker = f"{socket.gethostname()}:{os.getpid()}"
    scheduler = BlockingScheduler(timezone="UTC")
    for name, (_, seconds) in job.JOBS.items():
        scheduler.add_job(
            ring,
            IntervalTrigger(seconds=seconds, timezone="UTC"),
            args=[hub, name, worker],
            id=name,
            coalesce=True,
            max_instances=1,
        )
    log.info("worker.started", worker=worker, jobs=list(job.JOBS))
    scheduler.start()


def ring(hub: Hub, name: str, worker: str) -> None:
    """Offer the present slot of a job to this worker."""
    result = job.run_slot(hub, name, worker)
    if result is not None:
        log.info("job.done", job=name, result=result)
