"""Calibration that learns from verdicts: the curves in force, bent as far as the verdicts carry it and no further.

Three steps, each held back where verdicts are few. One line in log-odds (Platt 1999) moves and tilts what the curves
state; shifts move the questions that one reason brought into the queue, and those between large groups; from some
hundred verdicts on, the shape may change too (isotonic, each step counted together with as many imagined verdicts of
the line). The first two are a Bayesian estimate whose prior is the curve in force: no verdict, no change.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import groupby, pairwise

from mdm.linkage.bend import Bend
from mdm.linkage.calibration import Calibration, from_bits, to_bits

MOVE = 1.5
"""Standard deviation of the move of the whole curve before any verdict, in nats of odds."""

TILT = 0.35
"""The same for the factor on its log-odds; the factor itself is 1."""

SHIFT = 1.0
"""The same for the shift of one reason, in nats."""

DOUBLING = 0.5
"""The same for each doubling of the pairs of records behind a question, in nats."""

SHAPE_FROM = 400
"""Verdicts from which on the shape of the curve may change."""

STEP = 40
"""Verdicts of one step of the new shape, and imagined verdicts of the old curve in each."""

HEAVIEST = 4.0
"""No verdict counts more than so many: one rarely drawn pair must not bend the curve alone."""

ROUNDS = 50


@dataclass(frozen=True, slots=True)
class Answered:
    """A question somebody decided.

    ``stated``: the probability that the shipped curve gives; ``reason``: why it was asked; ``pairs``: pairs of records
    between the two groups it was about; ``importance``: how many questions it stands for.
    """

    stated: float
    reason: str
    is_match: bool
    pairs: int = 1
    importance: float = 1.0


def learn_bend(answers: Sequence[Answered]) -> Bend:
    """What verdicts teach about stated probabilities; without any, nothing."""
    if not answers:
        return Bend()
    names = sorted({answer.reason for answer in answers})
    place = {name: number for number, name in enumerate(names, 3)}
    nats = math.log(2)
    rows = [
        _Row(
            (0, 1, 2, place[answer.reason]),
            (1.0, to_bits(answer.stated) * nats, math.log2(answer.pairs), 1.0),
            answer.is_match,
            min(answer.importance, HEAVIEST),
        )
        for answer in answers
    ]
    move, factor, doubling, *shifts = _most_likely(rows, len(names))
    line = Bend(
        round(move / nats, 6),
        round(factor, 6),
        round(doubling / nats, 6),
        tuple((name, round(shift / nats, 6)) for name, shift in zip(names, shifts, strict=True)),
    )
    return replace(line, shape=_shape(line, answers)) if len(answers) >= SHAPE_FROM else line


def bend_curve(curve: Calibration, answers: Sequence[Answered]) -> Calibration:
    """The curve of all pairs after verdicts on a sample of them."""
    learned = learn_bend(answers)
    points = [(weight, round(learned.probability(p), 6)) for weight, p in curve.points]
    return Calibration(tuple(points))


@dataclass(frozen=True, slots=True)
class _Row:
    """One verdict: which parameters speak on it, with what effect, and what was said."""

    places: tuple[int, ...]
    effects: tuple[float, ...]
    is_match: bool
    importance: float


def _most_likely(rows: Sequence[_Row], reasons: int) -> list[float]:
    """Move, factor, doubling and shifts that make verdicts and prior most likely, by Newton's method."""
    centre = [0.0, 1.0, 0.0] + [0.0] * reasons
    hold = [1 / MOVE**2, 1 / TILT**2, 1 / DOUBLING**2] + [1 / SHIFT**2] * reasons
    found = list(centre)
    for _ in range(ROUNDS):
        slope = [h * (now - then) for h, now, then in zip(hold, found, centre, strict=True)]
        bend = [[h if i == j else 0.0 for j in range(len(hold))] for i, h in enumerate(hold)]
        for row in rows:
            terms = list(zip(row.places, row.effects, strict=True))
            chance = _chance(sum(found[at] * effect for at, effect in terms))
            for i, one in terms:
                slope[i] += row.importance * (chance - row.is_match) * one
                for j, other in terms:
                    bend[i][j] += row.importance * chance * (1 - chance) * one * other
        step = _solve(bend, slope)
        longest = max(1.0, *(abs(part) for part in step))
        found = [now - part / longest for now, part in zip(found, step, strict=True)]
        found[1] = max(found[1], 0.1)  # more weight never means less likely
        if longest == 1.0 and max(abs(part) for part in step) < 1e-9:
            break
    return found


def _solve(matrix: list[list[float]], right: list[float]) -> list[float]:
    """Solution of a symmetric positive definite system (Gauss)."""
    rows = [[*row, value] for row, value in zip(matrix, right, strict=True)]
    size = len(rows)
    for i in range(size):
        for j in range(i + 1, size):
            share = rows[j][i] / rows[i][i]
            rows[j] = [a - share * b for a, b in zip(rows[j], rows[i], strict=True)]
    found = [0.0] * size
    for i in reversed(range(size)):
        known = sum(rows[i][j] * found[j] for j in range(i + 1, size))
        found[i] = (rows[i][size] - known) / rows[i][i]
    return found


def _shape(line: Bend, answers: Sequence[Answered]) -> Calibration:
    """Isotonic regression on the bits of the line, each step counted with as many imagined verdicts of the line."""
    placed = sorted(
        (round(line.bits(a.stated, a.reason, a.pairs), 6), a.is_match, min(a.importance, HEAVIEST))
        for a in answers
    )
    points = []
    for step in _steps(placed):
        bits = sum(at for at, _, _ in step) / len(step)
        heft = sum(importance for _, _, importance in step)
        matches = sum(importance * is_match for _, is_match, importance in step)
        points.append((bits, (matches + STEP * from_bits(bits)) / (heft + STEP), heft))
    return Calibration(_rising(points))


def _steps(placed: Sequence[tuple[float, bool, float]]) -> list[list[tuple[float, bool, float]]]:
    """At least ``STEP`` verdicts each; equal bits stay together, or their order would look like a rise."""
    steps: list[list[tuple[float, bool, float]]] = [[]]
    for _, equal in groupby(placed, key=lambda verdict: verdict[0]):
        if len(steps[-1]) >= STEP:
            steps.append([])
        steps[-1] += equal
    if len(steps) > 1 and len(steps[-1]) < STEP:
        steps[-2:] = [steps[-2] + steps[-1]]
    return steps


def _rising(points: Sequence[tuple[float, float, float]]) -> tuple[tuple[float, float], ...]:
    """Pools neighbours (bits, share, verdicts) that fall until all rise; each counts by its verdicts."""
    pools: list[list[tuple[float, float, float]]] = []
    for point in points:
        pools.append([point])
        while len(pools) > 1 and _mean(pools[-2], 1) >= _mean(pools[-1], 1):
            pools[-2:] = [pools[-2] + pools[-1]]
    found = [(round(_mean(pool, 0), 6), round(_mean(pool, 1), 6)) for pool in pools]
    return tuple(point for before, point in pairwise([(-math.inf, 0.0), *found]) if point[0] > before[0])


def _mean(pool: Sequence[tuple[float, float, float]], of: int) -> float:
    return sum(point[of] * point[2] for point in pool) / sum(point[2] for point in pool)


def _chance(nats: float) -> float:
    return 1 / (1 + math.exp(-nats)) if nats > -700 else 0.0
