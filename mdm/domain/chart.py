"""Charts drawn by ourselves: SVG as text, without script, font or host; colours come from the page by class.

Classes: ``axis``, ``grid``, ``ideal``, ``whisker``, ``dot``, ``curve``, ``bar-a``, ``bar-b``.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from html import escape
from typing import NamedTuple

WIDTH, HEIGHT = 420, 300
LEFT, RIGHT, TOP, BOTTOM = 46, 12, 12, 42


class Point(NamedTuple):
    """Stated probability, found share with its interval, and how many pairs stand behind it."""

    stated: float
    found: float
    low: float
    high: float
    pairs: int


class Bar(NamedTuple):
    """Pairs of one step of weight: how many are matches, how many are not."""

    start: float
    matches: int
    others: int


def reliability_svg(points: Sequence[Point], x_label: str, y_label: str, title: str) -> str:
    """Stated against found probability with 95 % intervals; on the diagonal the machine is as sure as it says."""
    parts = [*_share_axes(), _line("ideal", _x(0), _y(0), _x(1), _y(1))]
    course = " ".join(f"{_x(point.stated):.1f},{_y(point.found):.1f}" for point in points)
    parts.append(f'<polyline class="curve" points="{course}"/>')
    for point in points:
        x = _x(point.stated)
        parts.append(_line("whisker", x, _y(point.low), x, _y(point.high)))
        told = f"{point.stated:.2f} → {point.found:.2f} ({point.low:.2f}–{point.high:.2f}), n = {point.pairs}"
        parts.append(
            f'<circle class="dot" cx="{x:.1f}" cy="{_y(point.found):.1f}" r="{_radius(point.pairs):.1f}">'
            f"<title>{escape(told)}</title></circle>"
        )
    return _svg(parts, x_label, y_label, title)


def weight_svg(bars: Sequence[Bar], step: float, x_label: str, y_label: str, title: str) -> str:
    """How many pairs of each match weight are matches (below) and are not (above)."""
    if not bars:
        return _svg([], x_label, y_label, title)
    low, high = bars[0].start, bars[-1].start + step
    most = max(bar.matches + bar.others for bar in bars)
    parts = [
        part
        for value in _ticks(most)
        for part in (_grid_y(value / most), _text("end", LEFT - 6, _y(value / most) + 4, f"{value:g}"))
    ]

    def at(weight: float) -> float:
        return LEFT + (weight - low) / (high - low) * (WIDTH - LEFT - RIGHT)

    for bar in bars:
        x, width = at(bar.start) + 0.5, max(at(bar.start + step) - at(bar.start) - 1, 0.5)
        below, whole = bar.matches / most, (bar.matches + bar.others) / most
        parts.append(_rect("bar-a", x, _y(below), width, _y(0) - _y(below)))
        parts.append(_rect("bar-b", x, _y(whole), width, _y(below) - _y(whole)))
    marks = range(math.ceil(low / 4) * 4, math.floor(high) + 1, 4)
    parts += [_text("middle", at(mark), HEIGHT - BOTTOM + 16, str(mark)) for mark in marks]
    return _svg(parts, x_label, y_label, title)


def _share_axes() -> Iterable[str]:
    for tick in range(6):
        share = tick / 5
        yield _grid_y(share)
        yield _text("end", LEFT - 6, _y(share) + 4, f"{share:.1f}")
        yield _text("middle", _x(share), HEIGHT - BOTTOM + 16, f"{share:.1f}")


def _svg(parts: Iterable[str], x_label: str, y_label: str, title: str) -> str:
    labels = [
        _text("middle", (LEFT + WIDTH - RIGHT) / 2, HEIGHT - 6, x_label),
        f'<text class="axis" text-anchor="middle" transform="translate(12 {(TOP + HEIGHT - BOTTOM) / 2:.0f}) '
        f'rotate(-90)">{escape(y_label)}</text>',
        _line("frame", LEFT, HEIGHT - BOTTOM, WIDTH - RIGHT, HEIGHT - BOTTOM),
    ]
    inside = "".join([*parts, *labels])
    return (
        f'<svg class="chart" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(title, quote=True)}">'
        f"{inside}</svg>"
    )


def _ticks(most: int) -> list[int]:
    step = max(1, 10 ** (len(str(most)) - 1) // 2)
    return list(range(0, most + 1, max(step, most // 6 // step * step or step)))


def _radius(pairs: int) -> float:
    return min(2.5 + math.log10(max(pairs, 1)), 6)


def _x(share: float) -> float:
    return LEFT + share * (WIDTH - LEFT - RIGHT)


def _y(share: float) -> float:
    return HEIGHT - BOTTOM - share * (HEIGHT - BOTTOM - TOP)


def _grid_y(share: float) -> str:
    return _line("grid", LEFT, _y(share), WIDTH - RIGHT, _y(share))


def _line(kind: str, x1: float, y1: float, x2: float, y2: float) -> str:
    return f'<line class="{kind}" x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"/>'


def _rect(kind: str, x: float, y: float, width: float, height: float) -> str:
    return f'<rect class="{kind}" x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}"/>'


def _text(anchor: str, x: float, y: float, text: str) -> str:
    return f'<text class="axis" text-anchor="{anchor}" x="{x:.1f}" y="{y:.1f}">{escape(text)}</text>'
