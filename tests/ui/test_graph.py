"""The neighbourhood of a pair as a drawing: every name has room in it."""

from __future__ import annotations

import pytest

from mdm.services.neighbours import Neighbourhood, Node
from stewardship_ui.graph import BESIDE, BETWEEN, COLUMNS, draw_graph


@pytest.mark.parametrize(
    ("key", "shown"),
    [
        ("WC071572", "WC071572"),
        ("0" * COLUMNS, "0" * COLUMNS),
        ("0" * 40, "0" * (COLUMNS - 1) + "…"),
        ("常" * 12, "常" * 12),
        ("常" * 20, "常" * 11 + "…"),
    ],
)
def test_a_key_is_cut_only_where_it_would_run_out_of_the_drawing(key: str, shown: str) -> None:
    graph = draw_graph(Neighbourhood((Node(0, "ERP", key, 0), Node(1, "ERP", "1", 1)), (), 0))
    assert graph.dots[0].short_key == shown


@pytest.mark.parametrize("keys", [("1", "2"), ("0" * 24, "0" * 24), ("常" * 12, "1")])
def test_the_longest_name_of_each_side_fits_beside_its_dot(keys: tuple[str, str]) -> None:
    nodes = tuple(Node(place, "ERP", key, place) for place, key in enumerate(keys))
    graph = draw_graph(Neighbourhood(nodes, (), 0))
    left, right = (2 * len(key) if key[0] == "常" else len(key) for key in keys)
    assert graph.dots[0].x - BESIDE >= 8 * left
    assert graph.dots[1].x == graph.dots[0].x + BETWEEN
    assert graph.width - graph.dots[1].x - BESIDE >= 8 * right
