"""Courses over days drawn as SVG text: several lines in one frame, each with a dash of its own beside its colour.

Classes: ``course-1`` to ``course-4`` beside those of ``chart``.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape
from typing import NamedTuple

WIDTH, HEIGHT = 440, 190
LEFT, RIGHT, TOP, BOTTOM = 52, 12, 12, 28
STEPS = 4


class Course(NamedTuple):
    """One line: its name and one number per day, None for a day without."""

    name: str
    values: Sequence[float | None]


def course_svg(days: Sequence[str], courses: Sequence[Course], title: str) -> str:
    """The courses over the days, from zero to the largest value; the names stand in the legend of the page."""
    most = _ceiling(max((v for course in courses for v in course.values if v is not None), default=0))
    parts = [part for step in range(STEPS + 1) for part in _grid(step / STEPS, most)]
    for place in sorted({0, len(days) // 2, len(days) - 1}) if days else ():
        anchor = "start" if place == 0 else "end" if place == len(days) - 1 else "middle"
        parts.append(_text(anchor, _x(place, len(days)), HEIGHT - 8, days[place][5:]))
    for number, course in enumerate(courses, start=1):
        points = [
            f"{_x(place, len(days)):.1f},{_y(value / most):.1f}"
            for place, value in enumerate(course.values)
            if value is not None
        ]
        parts.append(f'<polyline class="curve course-{number}" points="{" ".join(points)}"/>')
    label = escape(title, quote=True)
    return (
        f'<svg class="chart course" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{label}">'
        f"{''.join(parts)}</svg>"
    )


def _ceiling(most: float) -> float:
    """A round number that all values stay under; shares keep one to one."""
    if most <= 1:
        return 1
    step = math.pow(10, len(str(int(most))) - 1)
    return math.ceil(most / step) * step


def _grid(share: float, most: float) -> tuple[str, str]:
    y = _y(share)
    line = f'<line class="grid" x1="{LEFT}" y1="{y:.1f}" x2="{WIDTH - RIGHT}" y2="{y:.1f}"/>'
    return line, _text("end", LEFT - 6, y + 4, f"{share * most:g}")


def _x(place: int, count: int) -> float:
    return LEFT + place / max(count - 1, 1) * (WIDTH - LEFT - RIGHT)


def _y(share: float) -> float:
    return HEIGHT - BOTTOM - share * (HEIGHT - BOTTOM - TOP)


def _text(anchor: str, x: float, y: float, text: str) -> str:
    return f'<text class="axis" text-anchor="{anchor}" x="{x:.1f}" y="{y:.1f}">{escape(text)}</text>'
