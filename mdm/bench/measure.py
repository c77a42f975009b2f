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
    return _median_ms(work, times, time.perf_counter)


def median_cpu_ms(work: Callable[[int], object], times: int) -> float:
    """Median CPU milliseconds of this thread in ``work(i)`` for i below ``times``."""
    return _median_ms(work, times, time.thread_time)


def _median_ms(work: Callable[[int], object], times: int, clock: Callable[[], float]) -> float:
    taken = []
    for i in range(times):
        started = clock()
        work(i)
        taken.append(clock() - started)
    return statistics.median(taken) * 1000
