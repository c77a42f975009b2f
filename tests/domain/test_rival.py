"""Ambiguous links: what is worked out once per record must be what a search through all pairs finds."""

from __future__ import annotations

from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from mdm.domain.rival import RivalSearch

RECORDS = range(7)
PAIRS = list(combinations(RECORDS, 2))


def searched(links, contradicts, margin, left, right, weight):
    """The rule as it is told: any two of what fits one side about as well, the other side among them."""

    def near(record, other):
        fits = {
            (set(pair) - {record}).pop()
            for pair, bits in links.items()
            if record in pair and bits >= weight - margin and not contradicts(*pair)
        }
        return sorted(fits | {other})

    torn = [
        pair
        for record, other in ((left, right), (right, left))
        for pair in combinations(near(record, other), 2)
        if contradicts(*pair)
    ]
    return min(torn, default=None)


@given(
    st.dictionaries(st.sampled_from(PAIRS), st.sampled_from([3.0, 4.0, 5.5, 8.0]), min_size=1),
    st.sets(st.sampled_from(PAIRS)),
    st.sampled_from([0.0, 1.5, 3.0]),
)
def test_the_rivals_of_a_link_are_those_that_a_search_through_all_pairs_finds(links, apart, margin):
    def contradicts(one, other):
        return (min(one, other), max(one, other)) in apart

    search = RivalSearch(links, contradicts, margin)
    for (left, right), weight in links.items():
        expected = searched(links, contradicts, margin, left, right, weight)
        assert search.against(left, right, weight) == expected
