"""The course of the evidence."""

from __future__ import annotations

import pytest

from mdm.domain.review import Evidence
from stewardship_ui.waterfall import WIDTH, draw


def evidence(weight: float) -> Evidence:
    return Evidence("name", "Name", "名称", "alike", "相似", weight, None, None)


def test_each_bar_starts_where_the_one_before_ended_and_the_sum_is_the_last() -> None:
    bars = draw([evidence(3.0), evidence(-5.0), evidence(0.0)], total=-1.0).bars
    assert [bar.role for bar in bars] == ["prior", "against", "for", "total"]
    assert bars[0].weight == pytest.approx(1.0)
    assert bars[2].end == pytest.approx(bars[-1].end)
    assert bars[1].x == pytest.approx(bars[1].end)
    assert bars[1].x + bars[1].width == pytest.approx(bars[0].end, abs=0.2)


def test_nothing_is_drawn_outside() -> None:
    for weights, total in (([], 0.0), ([900.0, -900.0], 0.0), ([1e-3], 1e-3)):
        for bar in draw([evidence(each) for each in weights], total).bars:
            assert 0 <= bar.x <= bar.x + bar.width <= WIDTH + 2


def test_no_prior_is_shown_when_the_evidence_is_all() -> None:
    assert [bar.role for bar in draw([evidence(2.0)], 2.0).bars] == ["for", "total"]
