"""The neighbourhood of a pair as a drawing: each golden record a column of records, lines for what ties them.

Drawn by the server, so that it prints, needs no script and stands beside the same lines as a table.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from unicodedata import east_asian_width

from mdm.services.neighbours import Edge, Neighbourhood, Node

ROW = 44
MARGIN = 28
BETWEEN = 190
"""From one column of dots to the other."""
BESIDE = 14
"""From a dot to its name."""
COLUMN = 8.2
"""Width of a Latin character; a Chinese one takes two."""
COLUMNS = 24
"""So many characters of a key are shown."""
BEND = 46
"""How far a line within one column bows out."""


@dataclass(frozen=True, slots=True)
class Dot:
    """A record: where it stands, in drawing units."""

    node: Node
    x: int
    y: int

    @property
    def short_key(self) -> str:
        """Its key, cut where it would run out of the drawing."""
        return _cut(self.node.source_id)

    @property
    def name(self) -> str:
        """Its system and key."""
        return f"{self.node.source_system} {self.node.source_id}"


@dataclass(frozen=True, slots=True)
class Line:
    """A tie between two records; ``path`` draws it, ``width`` grows with its weight."""

    edge: Edge
    left: str
    right: str
    path: str
    width: float
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Graph:
    """All dots and lines of a drawing of this size; ``hidden``: records left out."""

    dots: tuple[Dot, ...]
    lines: tuple[Line, ...]
    width: int
    height: int
    hidden: int


def draw_graph(around: Neighbourhood) -> Graph:
    """Two columns, the asked pair on top; the drawing is as wide as its names need."""
    dots: dict[int, Dot] = {}
    left, right = (_room([node for node in around.nodes if node.side == side]) for side in (0, 1))
    for side, x in ((0, left), (1, left + BETWEEN)):
        column = [node for node in around.nodes if node.side == side]
        for place, node in enumerate(column):
            dots[node.record_id] = Dot(node, x, MARGIN + place * ROW)
    most = max((dot.y for dot in dots.values()), default=0)
    lines = tuple(_line(edge, dots[edge.left], dots[edge.right]) for edge in around.edges)
    return Graph(tuple(dots.values()), lines, left + BETWEEN + right, most + MARGIN, around.hidden)


def _room(column: Sequence[Node]) -> int:
    """What the longest name of a column needs beside its dots."""
    names = [text for node in column for text in (node.source_system, _cut(node.source_id))]
    return BESIDE + ceil(COLUMN * max(map(_width, names), default=0)) + BEND // 4


def _line(edge: Edge, one: Dot, other: Dot) -> Line:
    width = 1.0 if edge.weight is None else min(max(edge.weight, 1.0), 12.0) / 3 + 0.5
    if one.x != other.x:
        path = f"M{one.x} {one.y}L{other.x} {other.y}"
        return Line(
            edge, one.name, other.name, path, round(width, 1), (one.x + other.x) / 2, (one.y + other.y) / 2
        )
    out = one.x + (BEND if one.node.side == 0 else -BEND)
    middle = (one.y + other.y) / 2
    path = f"M{one.x} {one.y}Q{out} {middle:g} {other.x} {other.y}"
    return Line(edge, one.name, other.name, path, round(width, 1), (one.x + out) / 2, middle)


def _cut(text: str) -> str:
    """A key, cut where it would take more room than any should."""
    places = [place for place in range(len(text)) if _width(text[: place + 1]) > COLUMNS]
    return f"{text[: places[0] - 1]}…" if places else text


def _width(text: str) -> int:
    return sum(2 if east_asian_width(character) in "WF" else 1 for character in text)
