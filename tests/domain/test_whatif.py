"""The arithmetic of the what-if report."""

from __future__ import annotations

import json
from dataclasses import asdict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mdm.domain.whatif import (
    Outcome,
    Report,
    Verdict,
    by_source,
    contradicts,
    quality_of,
    report_from_json,
    share,
    tally,
    together,
)

MATCH = Verdict(1, 2, is_match=True, decision_id="D1")
APART = Verdict(3, 4, is_match=False, decision_id="D2")


def test_a_share_of_nothing_has_no_rate():
    assert share(0, 0) == share(0, 0).__class__(0, 0, None, None, None)


@pytest.mark.parametrize(
    ("hits", "n", "low", "high"), [(8, 10, 0.4902, 0.9433), (0, 10, 0.0, 0.2775), (10, 10, 0.7225, 1.0)]
)
def test_the_interval_is_wilsons(hits, n, low, high):
    """Known values of the score interval without continuity correction."""
    found = share(hits, n)
    assert (found.low, found.high) == pytest.approx((low, high), abs=2e-4)


@given(st.integers(1, 5000), st.floats(0, 1))
def test_the_rate_lies_inside_its_bounds_and_more_cases_tighten_them(n, part):
    hits = round(n * part)
    found, more = share(hits, n), share(hits * 10, n * 10)
    assert 0 <= found.low <= found.rate + 1e-4
    assert found.rate - 1e-4 <= found.high <= 1
    assert more.high - more.low <= found.high - found.low + 1e-4


@pytest.mark.parametrize(
    ("verdict", "outcome", "against"),
    [
        (MATCH, Outcome.LINK, False),
        (MATCH, Outcome.REVIEW, False),
        (MATCH, Outcome.NON_LINK, True),
        (APART, Outcome.LINK, True),
        (APART, Outcome.REVIEW, False),
        (APART, Outcome.NON_LINK, False),
    ],
)
def test_a_machine_that_would_ask_contradicts_nobody(verdict, outcome, against):
    assert contradicts(verdict, outcome) is against


def test_quality_counts_only_what_people_decided():
    found = quality_of([(MATCH, Outcome.LINK), (APART, Outcome.LINK), (MATCH, Outcome.REVIEW)])
    assert (found.precision.hits, found.precision.n) == (1, 2)
    assert (found.recall.hits, found.recall.n) == (1, 2)
    assert (found.reach.hits, found.reach.n) == (2, 2)


def test_pairs_of_clusters_and_their_sources_are_counted():
    was, becomes = together([[3, 1], [2]]), together([[1, 2], [3]])
    assert was == {(1, 3)}
    rows = by_source(was, becomes, {1: "ERP", 2: "MES", 3: "ERP"})
    assert [(r.left, r.right, r.was, r.becomes, r.gained, r.lost) for r in rows] == [
        ("ERP", "ERP", 1, 0, 0, 1),
        ("ERP", "MES", 0, 1, 1, 0),
    ]
    assert (tally(was, becomes).gained, tally(was, becomes).lost) == (1, 1)


def test_a_report_comes_back_as_it_was_stored():
    report = Report("f", ())
    assert report_from_json(json.dumps(asdict(report))) == report
