"""The timetable: which service runs when. APScheduler only rings the bell; the slot table decides who works.

Beside the timetable stands what a request sets going and does not wait for.
"""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Callable, Mapping
from typing import Any

import structlog
from apscheduler.schedulers.blocking import BlockingScheduler
from apscheduler.triggers.interval import IntervalTrigger

from mdm.services import job
from mdm.services.hub import Hub

BACKGROUND = "mdm.background"
"""Extension of the application that runs work beside a request; tests put one that runs it at once."""

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


def run_beside(extensions: Mapping[str, Any], work: Callable[[], object]) -> None:  # Any: as Flask has it
    """Run work beside the request; what dies with the process is taken up by a job."""
    run = extensions.get(BACKGROUND)
    if run is not None:
        run(work)
    else:
        threading.Thread(target=work, daemon=True).start()
