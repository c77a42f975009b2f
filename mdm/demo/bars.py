"""What match quality has to reach: the least (bar) and the aim (stretch) per entity, means over several worlds.

Wrong merges cost more than missed ones, because recall scopes and released stock hang on them: precision stands first.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import mean

from rich.table import Table

from mdm.linkage.evaluate import BINS, Evaluation

RARELY = (0.03, 0.01)
"""No kind of hard negative is merged more often than this (bar, stretch), pooled over the worlds."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One figure: the least and the aim; ``at_least`` false: less is better."""

    figure: str
    bar: float
    stretch: float
    at_least: bool = True

    def reached(self, value: float, goal: float) -> bool:
        """Whether a value meets a goal."""
        return value >= goal if self.at_least else value <= goal


@dataclass(frozen=True, slots=True)
class Result:
    """A bar and what was measured; None where no world has the figure."""

    bar: Bar
    value: float | None

    @property
    def verdict(self) -> str:
        """``stretch``, ``bar``, ``missed`` or ``n/a``."""
        if self.value is None:
            return "n/a"
        if self.bar.reached(self.value, self.bar.stretch):
            return "stretch"
        return "bar" if self.bar.reached(self.value, self.bar.bar) else "missed"


_FIGURES: Mapping[str, Callable[[Evaluation], float | None]] = {
    "precision": lambda found: found.pairwise.precision,
    "B-cubed F1": lambda found: found.b_cubed.f1,
    "merged hard negatives per 1,000": lambda found: found.hard_per_1000,
    "zh-en recall": lambda found: found.slices["zh-en"].recall,
    "queue per 1,000": lambda found: found.queue.per_1000_records,
    "recall if answered": lambda found: found.queue.recall_if_answered,
    "B-cubed precision": lambda found: found.b_cubed.precision,
    "yield of the queue": lambda found: found.queue.matches,
}
_LESS_IS_BETTER = frozenset({"merged hard negatives per 1,000", "queue per 1,000"})
_GOALS: Mapping[str, tuple[tuple[float, float], ...]] = {
    "supplier": ((0.97, 0.985), (0.90, 0.94), (10, 4), (0.70, 0.80), (150, 120), (0.90, 0.93)),
    "material": ((0.96, 0.98), (0.87, 0.91), (10, 4), (0.65, 0.75), (250, 150), (0.86, 0.90)),
    "equipment": ((0.98, 0.99), (0.91, 0.94), (6, 2), (0.78, 0.84), (200, 120), (0.89, 0.92)),
}
_OF_ALL = ((0.99, 0.99), (0.5, 0.5))


def bars_of(entity: str) -> tuple[Bar, ...]:
    """The bars of one entity."""
    goals = (*_GOALS[entity], *_OF_ALL)
    return tuple(
        Bar(figure, *goal, figure not in _LESS_IS_BETTER)
        for figure, goal in zip(_FIGURES, goals, strict=True)
    )


def measure(entity: str, found: Sequence[Evaluation]) -> list[Result]:
    """Every figure as the mean over the worlds; calibration and kinds of hard negatives are pooled over them."""
    results = []
    for bar in bars_of(entity):
        values = [value for each in found if (value := _FIGURES[bar.figure](each)) is not None]
        results.append(Result(bar, mean(values) if values else None))
    results.append(Result(Bar("queue ECE, pooled", 0.10, 0.05, at_least=False), pooled_ece(found)))
    kind, share = max(merged_shares(found).items(), key=lambda item: item[1], default=("none", 0.0))
    return [*results, Result(Bar(f"kind merged most: {kind}", *RARELY, at_least=False), share)]


def pooled_ece(found: Sequence[Evaluation]) -> float:
    """Expected calibration error of all queued pairs together: two hundred pairs alone err by .07 by chance."""
    gaps: dict[int, float] = defaultdict(float)
    for each in found:
        for step in each.calibration.curve:
            gaps[min(int(step.stated * BINS), BINS - 1)] += step.pairs * (
                step.stated - (step.found.value or 0.0)
            )
    pairs = sum(each.calibration.pairs for each in found)
    return sum(map(abs, gaps.values())) / max(pairs, 1)


def merged_kinds(found: Sequence[Evaluation]) -> dict[str, tuple[int, int]]:
    """Kind of hard negative -> (merged, pairs) pooled over worlds: rare kinds say little in one world."""
    merged, pairs = Counter[str](), Counter[str]()
    for each in found:
        for kind, counted in each.false_merges.items():
            merged[kind] += counted.merged
            pairs[kind] += counted.pairs
    return {kind: (merged[kind], pairs[kind]) for kind in sorted(pairs)}


def merged_shares(found: Sequence[Evaluation]) -> dict[str, float]:
    """Kind of hard negative -> share merged, pooled over worlds."""
    return {kind: merged / pairs for kind, (merged, pairs) in merged_kinds(found).items() if pairs}


def table_of_bars(entity: str, results: Sequence[Result]) -> Table:
    """Goal, this run, verdict."""
    table = Table(title=f"{entity}: means against their bars")
    for head in ("figure", "this run", "bar", "stretch", "reached"):
        table.add_column(head, justify="left" if head == "figure" else "right")
    for each in results:
        value = "n/a" if each.value is None else f"{each.value:.3g}"
        table.add_row(each.bar.figure, value, f"{each.bar.bar:g}", f"{each.bar.stretch:g}", each.verdict)
    return table
