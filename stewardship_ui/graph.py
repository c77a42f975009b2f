"""The neighbourhood of a pair as a drawing: each golden record a column of records, lines for what ties them.

Drawn by the server, so that it prints, needs no script and stands beside the same lines as a table.
"""

from __future__ import annotations

from dataclasses import dataclass

from mdm.services.neighbours import Edge, Neighbourhood, Node

WIDTH = 640
ROW = 44
MARGIN = 28
LEFT, RIGHT = 190, 450
BEND = 46
"""How far a line within one column bows out."""


@dataclass(frozen=True, slots=True)
class Dot:
    """A record: where it stands, in drawing units."""

    node: Node
    x: int
    y: int

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
    """Two columns, the asked pair on top."""
    dots: dict[int, Dot] = {}
    for side, x in ((0, LEFT), (1, RIGHT)):
        column = [node for node in around.nodes if node.side == side]
        for place, node in enumerate(column):
            dots[node.record_id] = Dot(node, x, MARGIN + place * ROW)
    most = max((dot.y for dot in dots.values()), default=0)
    lines = tuple(_line(edge, dots[edge.left], dots[edge.right]) for edge in around.edges)
    return Graph(tuple(dots.values()), lines, WIDTH, most + MARGIN, around.hidden)


def _line(edge: Edge, one: Dot, other: Dot) -> Line:
    width = 1.0 if edge.weight is None else min(max(edge.weight, 1.0), 12.0) / 3 + 0.5
    if one.x != other.x:
        path = f"M{one.x} {one.y}L{other.x} {other.y}"
        return Line(
            edge, one.name, other.name, path, round(width, 1), (one.x + other.x) / 2, (one.y + other.y) / 2
        )
    out = one.x + (BEND if one.x == LEFT else -BEND)
    middle = (one.y + other.y) / 2
    path = f"M{one.x} {one.y}Q{out} {middle:g} {other.x} {other.y}"
    return Line(edge, one.name, other.name, path, round(width, 1), (one.x + out) / 2, middle)
