"""SQL expressions made of parts, and selects that compute every shared part once.

DuckDB computes a call inside CASE again wherever it stands. A part that stands in several places therefore becomes a
column of an inner select; what is used once stays where it is, and CASE skips it when an earlier branch has held.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

WORTH_SHARING = 1.0
"""From this cost on a part used twice is computed once; cheaper ones cost less again than a column does."""


@dataclass(frozen=True, slots=True)
class Term:
    """An expression with a ``{}`` for each of its parts; ``cost`` is its own work per pair, about 0.1 µs each."""

    text: str
    parts: tuple[Term, ...] = ()
    cost: float = 0.0

    @property
    def whole_cost(self) -> float:
        """Work per pair when everything it is made of is computed once."""
        return sum(term.cost for term in _within([self]))

    def flat(self) -> str:
        """The expression alone, with every part written where it stands."""
        return self.text.format(*(part.flat() for part in self.parts))


def select_terms(wanted: Mapping[str, Term], base: str, keep: Sequence[str]) -> str:
    """A select of ``keep`` and of each wanted term under its name, over the rows of the select ``base``."""
    names, layers = _inner_columns(wanted.values())
    source = base
    for layer in layers:
        inner = ", ".join(f"{_text(term, names, itself=False)} AS {names[term]}" for term in layer)
        source = f"SELECT *, {inner} FROM ({source})"
    outer = [f"{_text(term, names)} AS {name}" for name, term in wanted.items()]
    return f"SELECT {', '.join([*keep, *outer])} FROM ({source})"


def _within(terms: Iterable[Term]) -> dict[Term, int]:
    """Every distinct term in and below these, with the number of places where it stands."""
    uses: Counter[Term] = Counter(terms)
    waiting = list(uses)
    while waiting:
        for part in waiting.pop().parts:
            if part not in uses:
                waiting.append(part)
            uses[part] += 1
    return uses


def _inner_columns(wanted: Iterable[Term]) -> tuple[dict[Term, str], list[list[Term]]]:
    """Names of the shared terms, and the terms layer by layer, each above those that it is made of."""
    shared = [t for t, uses in _within(wanted).items() if uses > 1 and t.whole_cost >= WORTH_SHARING]
    inner = set(shared)
    depth: dict[Term, int] = {}

    def depth_of(term: Term) -> int:
        """Layers of inner columns at or below a term."""
        if term not in depth:
            depth[term] = (term in inner) + max(map(depth_of, term.parts), default=0)
        return depth[term]

    names = {term: f"i{number}" for number, term in enumerate(shared)}
    layers: list[list[Term]] = [[] for _ in range(max(map(depth_of, shared), default=0))]
    for term in shared:
        layers[depth_of(term) - 1].append(term)
    return names, layers


def _text(term: Term, names: Mapping[Term, str], *, itself: bool = True) -> str:
    if itself and term in names:
        return names[term]
    return term.text.format(*(_text(part, names) for part in term.parts))
