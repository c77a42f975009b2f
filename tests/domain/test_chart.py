"""Charts are plain SVG that any page may hold."""

from __future__ import annotations

from xml.etree import ElementTree

from mdm.domain.chart import Bar, Point, reliability_svg, weight_svg


def test_charts_are_well_formed_and_ask_for_nothing():
    drawn = [
        reliability_svg(
            [Point(0.2, 0.25, 0.1, 0.4, 12), Point(0.8, 0.7, 0.5, 0.9, 300)], "说 & <", "y", 'a "b"'
        ),
        weight_svg([Bar(-4.0, 0, 9), Bar(-3.0, 0, 0), Bar(-2.0, 5, 1)], 1.0, "bits", "pairs", "weights"),
        weight_svg([], 1.0, "bits", "pairs", "nothing"),
    ]
    for text in drawn:
        ElementTree.fromstring(text)
        assert not any(word in text for word in ("http", "style", "script", "href"))


def test_a_dot_tells_its_numbers():
    assert "0.20 → 0.25 (0.10–0.40), n = 12" in reliability_svg(
        [Point(0.2, 0.25, 0.1, 0.4, 12)], "x", "y", "t"
    )
