"""Measuring: CPU seconds of this process and the middle of many wall times."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass


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
