"""Measuring: CPU seconds of this process and the middle of many wall times."""

from __future__ import annotations

import resource
import statistics
import sys
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the ratio table: ``value`` in ``unit`` against ``limit`` (``at_least``: more is better)."""

    name: str
    goal: str
    rows: int
    value: float
    unit: str
    limit: float
    details: str
    at_least: bool = False

    @property
    def reached(self) -> bool:
        """Whether this run met the goal."""
        return self.value >= self.limit if self.at_least else self.value <= self.limit


@dataclass(frozen=True, slots=True)
class Spent:
    """What a piece of work took: CPU seconds of all threads, wall seconds, the most memory of its process in bytes."""

    cpu: float
    wall: float
    peak: int


def in_child(work: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """The answer of ``work`` in a fresh process, whose memory holds nothing of what was measured before."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(work, *args, **kwargs).result()


def measured(work: Callable[[], object]) -> Spent:
    """What ``work`` takes of this process; its peak counts from the start of the process."""
    started = time.monotonic()
    cpu = cpu_seconds(work)
    unit = 1 if sys.platform == "darwin" else 1024
    return Spent(cpu, time.monotonic() - started, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit)


def cpu_seconds(work: Callable[[], object]) -> float:
    """CPU seconds of this process, all threads, that ``work`` takes."""
    started = time.process_time()
    work()
    return max(time.process_time() - started, 1e-9)


def median_ms(work: Callable[[int], object], times: int) -> float:
    """Median wall milliseconds of ``work(i)`` for i below ``times``."""
    return median_cpu_and_wall_ms(work, times)[1]


def median_cpu_and_wall_ms(work: Callable[[int], object], times: int) -> tuple[float, float]:
    """Median milliseconds of CPU of this thread, and of wall, in ``work(i)`` for i below ``times``."""
    taken = []
    for i in range(times):
        cpu, wall = time.thread_time(), time.perf_counter()
        work(i)
        taken.append((time.thread_time() - cpu, time.perf_counter() - wall))
    used, passed = (statistics.median(each) * 1000 for each in zip(*taken, strict=True))
    return used, passed
