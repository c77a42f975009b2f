"""Partners between sources that hold each thing once: each other's best, clear of the runner-up."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mdm.domain.partner import partners

A, B, C = (1, 2, 3), (11, 12, 13), (21, 22)


def source_of(record: int) -> str:
    return "ABC"[record // 10]


def test_the_best_of_both_sides_are_partners_however_little_they_weigh() -> None:
    assert partners({(1, 11): -3.0, (2, 12): 7.0}, source_of, margin=1) == {(1, 11), (2, 12)}


@pytest.mark.parametrize("rival", [(1, 12), (2, 11)])
def test_a_rival_within_the_margin_on_either_side_leaves_both_without(rival: tuple[int, int]) -> None:
    assert partners({(1, 11): 3.0, rival: 2.5}, source_of, margin=1) == set()
    assert partners({(1, 11): 3.0, rival: 2.0}, source_of, margin=1) == {(1, 11)}


def test_who_has_a_partner_is_nobodys_rival() -> None:
    edges = {(1, 11): 9.0, (1, 12): 3.0, (2, 12): 3.0}
    assert partners(edges, source_of, margin=1) == {(1, 11), (2, 12)}


def test_a_verdict_takes_both_out_of_the_running() -> None:
    edges = {(1, 12): 3.0, (2, 12): 3.0}
    assert partners(edges, source_of, margin=1, decided=[(1, 11)]) == {(2, 12)}


def test_every_other_source_may_hold_a_partner() -> None:
    assert partners({(1, 11): 3.0, (1, 21): 3.0}, source_of, margin=1) == {(1, 11), (1, 21)}


EDGES = [(a, b) for a in A for b in B + C] + [(b, c) for b in B for c in C]


@given(
    st.dictionaries(st.sampled_from(EDGES), st.integers(-8, 8).map(lambda n: n / 2), max_size=12),
    st.randoms(use_true_random=False),
)
def test_partners_do_not_depend_on_order_and_nobody_has_two_in_one_source(edges, chance) -> None:
    found = partners(edges, source_of, margin=0.5)
    shuffled = list(edges.items())
    chance.shuffle(shuffled)
    assert partners(dict(shuffled), source_of, margin=0.5) == found
    slots = [slot for a, b in found for slot in ((a, source_of(b)), (b, source_of(a)))]
    assert len(slots) == len(set(slots))
