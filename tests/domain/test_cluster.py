from __future__ import annotations

import time
from collections.abc import Callable, Set
from itertools import combinations, permutations
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mdm.domain.cluster import Contradiction, Edge, Node, Partition, Reason, partition

Contradicts = Callable[[int, int], Contradiction | None]


def nodes(*ids: int) -> list[Node]:
    return [Node(record, f"{record:05d}") for record in ids]


def contradicting(hard: Set[frozenset[int]], soft: Set[frozenset[int]] = frozenset()) -> Contradicts:
    def between(left: int, right: int) -> Contradiction | None:
        pair = frozenset((left, right))
        if pair in hard:
            return Contradiction("number", hard=True)
        return Contradiction("city", hard=False) if pair in soft else None

    return between


def pairs(*found: tuple[int, int]) -> set[frozenset[int]]:
    return {frozenset(pair) for pair in found}


def test_links_reaching_the_weight_make_clusters() -> None:
    found = partition(nodes(1, 2, 3, 4), [Edge(1, 2, 9), Edge(2, 3, 8), Edge(3, 4, 4.9)], link_weight=5)

    assert found == Partition(((1, 2, 3), (4,)), ())


def test_a_pair_that_contradicts_is_refused_and_named() -> None:
    found = partition(
        nodes(1, 2), [Edge(1, 2, 9)], link_weight=5, contradiction=contradicting(set(), pairs((1, 2)))
    )

    assert found.clusters == ((1,), (2,))
    assert [(r.reason, r.name, r.against) for r in found.refused] == [
        (Reason.PAIR_CONTRADICTS, "city", (1, 2))
    ]


def test_one_hard_contradiction_across_keeps_clusters_apart() -> None:
    edges = [Edge(1, 2, 9), Edge(3, 4, 9), Edge(2, 3, 7)]

    found = partition(nodes(1, 2, 3, 4), edges, link_weight=5, contradiction=contradicting(pairs((1, 4))))

    assert found.clusters == ((1, 2), (3, 4))
    assert [(r.left, r.right, r.reason, r.against) for r in found.refused] == [
        (2, 3, Reason.RECORD_CONTRADICTS, (1, 4))
    ]


def test_soft_contradictions_count_by_their_share_of_cross_pairs() -> None:
    edges = [Edge(1, 2, 9), Edge(3, 4, 9), Edge(2, 3, 7)]
    soft = contradicting(set(), pairs((1, 4)))

    strict = partition(nodes(1, 2, 3, 4), edges, link_weight=5, contradiction=soft)
    lax = partition(nodes(1, 2, 3, 4), edges, link_weight=5, contradiction=soft, contradiction_share=0.25)

    assert strict.clusters == ((1, 2), (3, 4))
    assert strict.refused[0].reason is Reason.CLUSTERS_CONTRADICT
    assert lax.clusters == ((1, 2, 3, 4),)


def test_the_heavier_link_wins_a_contested_record() -> None:
    edges = [Edge(1, 2, 6), Edge(2, 3, 7)]

    found = partition(nodes(1, 2, 3), edges, link_weight=5, contradiction=contradicting(pairs((1, 3))))

    assert found.clusters == ((1,), (2, 3))


def test_a_cannot_link_beats_a_must_link_and_any_weight() -> None:
    found = partition(
        nodes(1, 2, 3),
        [Edge(1, 2, 50), Edge(2, 3, 9)],
        link_weight=5,
        must_link=[(1, 2)],
        cannot_link=[(2, 1)],
    )

    assert found.clusters == ((1,), (2, 3))
    assert [(r.left, r.right, r.reason) for r in found.refused] == [(1, 2, Reason.CANNOT_LINK)]


def test_a_cannot_link_holds_through_other_records() -> None:
    edges = [Edge(1, 2, 9), Edge(2, 3, 8)]

    found = partition(nodes(1, 2, 3), edges, link_weight=5, cannot_link=[(1, 3)])

    assert found.clusters == ((1, 2), (3,))
    assert found.refused[0].against == (1, 3)


def test_a_must_link_overrides_a_contradiction_but_its_cluster_still_refuses() -> None:
    found = partition(
        nodes(1, 2, 3),
        [Edge(2, 3, 9)],
        link_weight=5,
        must_link=[(2, 1)],
        contradiction=contradicting(pairs((1, 2), (1, 3))),
    )

    assert found.clusters == ((1, 2), (3,))
    assert [r.reason for r in found.refused] == [Reason.RECORD_CONTRADICTS]


def test_a_link_without_anchor_is_refused_unless_another_link_unites() -> None:
    edges = [Edge(1, 2, 9), Edge(2, 3, 8), Edge(1, 3, 7)]

    found = partition(
        nodes(1, 2, 3), edges, link_weight=5, anchored=lambda left, right: {left, right} != {2, 3}
    )
    alone = partition(nodes(2, 3), edges, link_weight=5, anchored=lambda *_: False)

    assert found == Partition(((1, 2, 3),), ())
    assert alone.refused[0].reason is Reason.NO_ANCHOR


def test_one_record_between_two_clusters_can_be_held_back_for_a_steward() -> None:
    edges = [Edge(1, 2, 9), Edge(3, 4, 9), Edge(2, 3, 7), Edge(2, 4, 6)]
    people = nodes(1, 2, 3, 4)

    assert partition(people, edges, link_weight=5).clusters == ((1, 2, 3, 4),)
    held = partition(people, edges, link_weight=5, refuse_bridges=True)
    assert held.clusters == ((1, 2), (3, 4))
    assert {r.reason for r in held.refused} == {Reason.BRIDGE}
    supported = partition(people, [*edges, Edge(1, 4, 6)], link_weight=5, refuse_bridges=True)
    assert supported.clusters == ((1, 2, 3, 4),)


def test_edges_of_unknown_records_and_to_itself_are_ignored() -> None:
    found = partition(nodes(1, 2), [Edge(1, 9, 9), Edge(2, 2, 9)], link_weight=5, must_link=[(1, 8)])

    assert found == Partition(((1,), (2,)), ())


Case = tuple[
    int, list[Edge], list[tuple[int, int]], list[tuple[int, int]], set[frozenset[int]], set[frozenset[int]]
]


@st.composite
def cases(draw: st.DrawFn) -> Case:
    size = draw(st.integers(2, 9))
    every = list(combinations(range(size), 2))
    some = st.lists(st.sampled_from(every), unique=True)
    edges = [Edge(*pair, draw(st.sampled_from([4.0, 5.0, 6.0, 6.0, 9.0]))) for pair in draw(some)]
    few = st.lists(st.sampled_from(every), unique=True, max_size=3)
    return size, edges, draw(few), draw(few), pairs(*draw(few)), pairs(*draw(few))


def run(case: Case, people: list[Node], *, bridges: bool = False) -> Partition:
    _, edges, musts, cannots, hard, soft = case
    return partition(
        people,
        edges,
        link_weight=5,
        must_link=musts,
        cannot_link=cannots,
        contradiction=contradicting(hard, soft),
        refuse_bridges=bridges,
    )


@given(cases(), st.randoms(use_true_random=False), st.booleans())
@settings(max_examples=150, deadline=None)
def test_the_order_of_the_input_changes_nothing(case: Case, chance: Random, bridges: bool) -> None:
    size, edges, musts, cannots, hard, soft = case
    people = nodes(*range(size))
    turned = [Edge(edge.right, edge.left, edge.weight) for edge in edges]
    mixed, others = list(people), [(right, left) for left, right in musts]
    for sequence in (turned, mixed, others):
        chance.shuffle(sequence)

    again = run((size, turned, others, cannots[::-1], hard, soft), mixed, bridges=bridges)

    assert again == run(case, people, bridges=bridges)


@given(cases(), st.randoms(use_true_random=False))
@settings(max_examples=150, deadline=None)
def test_record_numbers_change_nothing_only_sort_keys_count(case: Case, chance: Random) -> None:
    size, edges, musts, cannots, hard, soft = case
    new = list(range(100, 100 + size))
    chance.shuffle(new)
    renumbered = (
        size,
        [Edge(new[edge.left], new[edge.right], edge.weight) for edge in edges],
        [(new[left], new[right]) for left, right in musts],
        [(new[left], new[right]) for left, right in cannots],
        {frozenset(new[record] for record in pair) for pair in hard},
        {frozenset(new[record] for record in pair) for pair in soft},
    )
    people = [Node(new[record], f"{record:05d}") for record in range(size)]

    found = run(renumbered, people)

    expected = run(case, nodes(*range(size)))
    assert found.clusters == tuple(tuple(new[record] for record in one) for one in expected.clusters)
    assert [(r.left, r.right, r.reason) for r in found.refused] == [
        (new[r.left], new[r.right], r.reason) for r in expected.refused
    ]


@given(cases(), st.booleans())
@settings(max_examples=150, deadline=None)
def test_a_component_alone_gives_what_it_gives_in_the_whole(case: Case, bridges: bool) -> None:
    size, edges, musts, *_ = case
    whole = run(case, nodes(*range(size)), bridges=bridges)

    for component in components(size, edges, musts):
        alone = run(case, nodes(*sorted(component)), bridges=bridges)
        assert alone.clusters == tuple(one for one in whole.clusters if component.issuperset(one))
        assert alone.refused == tuple(r for r in whole.refused if r.left in component)


@given(cases())
@settings(max_examples=150, deadline=None)
def test_no_cluster_holds_a_cannot_link(case: Case) -> None:
    size, _, _, cannots, *_ = case

    clusters = run(case, nodes(*range(size))).clusters

    assert sorted(record for one in clusters for record in one) == list(range(size))
    assert not [pair for pair in cannots for one in clusters if set(pair) <= set(one)]


def components(size: int, edges: list[Edge], musts: list[tuple[int, int]]) -> list[set[int]]:
    found = [{record} for record in range(size)]
    links = [(edge.left, edge.right) for edge in edges if edge.weight >= 5]
    for left, right in [*links, *musts]:
        touched = [one for one in found if left in one or right in one]
        found = [one for one in found if one not in touched] + [set().union(*touched)]
    return found


def test_forty_thousand_records_take_a_second() -> None:
    size = 40_000
    people = [Node(record, f"{record:07d}") for record in range(size)]
    edges = [Edge(record, record + step, 9 - step) for record in range(size - 2) for step in (1, 2)]
    start = time.perf_counter()

    found = partition(
        people,
        edges,
        link_weight=5,
        contradiction=lambda left, right: APART if left // 5 != right // 5 else None,
    )

    assert len(found.clusters) == size // 5
    assert (
        time.perf_counter() - start < 20
    )  # half a second on an idle machine; a quadratic step would take hours


APART = Contradiction("five", hard=True)


def test_a_verdict_joins_two_groups_whole_over_soft_contradictions() -> None:
    edges = [Edge(1, 2, 9), Edge(3, 4, 9)]
    soft = pairs((1, 3), (1, 4), (2, 3), (2, 4))

    found = partition(
        nodes(1, 2, 3, 4), edges, link_weight=5, must_link=[(1, 3)], contradiction=contradicting(set(), soft)
    )

    assert found.clusters == ((1, 2, 3, 4),)


def test_a_verdict_does_not_carry_a_hard_contradiction_along() -> None:
    edges = [Edge(1, 2, 9), Edge(3, 4, 9)]

    found = partition(
        nodes(1, 2, 3, 4),
        edges,
        link_weight=5,
        must_link=[(1, 3)],
        contradiction=contradicting(pairs((2, 4))),
    )

    assert found.clusters == ((1, 2, 3), (4,))
    assert [r.against for r in found.refused] == [(2, 4)]


def test_a_record_that_fits_two_contradicting_things_joins_neither() -> None:
    edges = [Edge(1, 2, 6), Edge(1, 3, 5.5), Edge(2, 4, 9), Edge(3, 5, 9)]
    records = nodes(1, 2, 3, 4, 5)
    torn = partition(
        records, edges, link_weight=5, contradiction=contradicting(pairs((2, 3))), rival_margin=1
    )
    assert torn.clusters == ((1,), (2, 4), (3, 5))
    assert {(r.reason, r.against) for r in torn.refused} == {(Reason.AMBIGUOUS, (2, 3))}
    sure = partition(
        records, edges, link_weight=5, contradiction=contradicting(pairs((2, 3))), rival_margin=0.25
    )
    assert sure.clusters == ((1, 2, 4), (3, 5))


def test_records_that_may_be_one_thing_written_differently_are_nobodys_rivals() -> None:
    apart = Contradiction("slip", hard=True, parts=False)

    found = partition(
        nodes(1, 2, 3),
        [Edge(1, 2, 6), Edge(1, 3, 5.5)],
        link_weight=5,
        contradiction=lambda left, right: apart if {left, right} == {2, 3} else None,
        rival_margin=1,
    )

    assert found.clusters == ((1, 2), (3,))
    assert [refusal.reason for refusal in found.refused] == [Reason.RECORD_CONTRADICTS]


def test_a_record_torn_between_two_does_not_join_a_third_on_as_little() -> None:
    edges = [Edge(1, 2, 6), Edge(1, 3, 6), Edge(1, 4, 6.5), Edge(1, 5, 9)]

    found = partition(
        nodes(1, 2, 3, 4, 5), edges, link_weight=5, contradiction=contradicting(pairs((2, 3))), rival_margin=1
    )

    assert found.clusters == ((1, 5), (2,), (3,), (4,))
    assert {(refusal.reason, refusal.against) for refusal in found.refused} == {(Reason.AMBIGUOUS, (2, 3))}


def test_a_verdict_against_the_rival_decides() -> None:
    edges = [Edge(1, 2, 6), Edge(1, 3, 6)]
    told = partition(
        nodes(1, 2, 3),
        edges,
        link_weight=5,
        cannot_link=[(1, 3)],
        contradiction=contradicting(pairs((2, 3))),
        rival_margin=1,
    )
    assert told.clusters == ((1, 2), (3,))


def test_a_mere_resemblance_across_supports_a_link() -> None:
    edges = [Edge(1, 2, 9), Edge(3, 4, 9), Edge(2, 3, 7), Edge(1, 4, 1)]

    found = partition(nodes(1, 2, 3, 4), edges, link_weight=5, refuse_bridges=True)

    assert found == Partition(((1, 2, 3, 4),), ())


@given(cases())
@settings(max_examples=200, deadline=None)
def test_no_side_of_several_records_hangs_on_one_record_and_nobody_is_lost(case: Case) -> None:
    size, edges, musts, *_ = case
    found = run(case, nodes(*range(size)), bridges=True)
    decided = {record for pair in musts for record in pair}
    tied = [frozenset((edge.left, edge.right)) for edge in edges] + [frozenset(pair) for pair in musts]

    assert sorted(record for members in found.clusters for record in members) == list(range(size))
    for members in found.clusters:
        for bridge in set(members) - decided:
            rest = set(members) - {bridge}
            sides = groups_within(rest, [pair for pair in tied if pair <= rest])
            assert sum(len(side) > 1 for side in sides) < 2, (members, bridge)


def groups_within(records: set[int], tied: list[frozenset[int]]) -> list[set[int]]:
    sides = [{record} for record in records]
    for pair in tied:
        joined = [side for side in sides if side & pair]
        sides = [side for side in sides if not side & pair] + [set().union(*joined)]
    return sides


@pytest.mark.parametrize("ids", list(permutations(range(1, 6))), ids=str)
def test_what_hangs_on_one_record_comes_off_whoever_is_who(ids: tuple[int, ...]) -> None:
    """The bridge ties equally well to both sides, so both join it while clusters grow."""
    one, two, bridge, four, five = ids
    edges = [Edge(one, two, 7), Edge(four, five, 7)]
    edges += [Edge(bridge, other, 8 if other in (one, two) else 7) for other in (one, two, four, five)]

    found = partition(nodes(*range(1, 6)), edges, link_weight=5, refuse_bridges=True)

    assert {frozenset(members) for members in found.clusters} == {
        frozenset((one, two, bridge)),
        frozenset((four, five)),
    }
    assert sum(map(len, found.clusters)) == 5


def test_a_verdict_on_one_member_brings_the_whole_group() -> None:
    """The new record resembles nobody else of the group; it must not count as a second group."""
    edges = [Edge(2, 3, 9), Edge(1, 2, 8), Edge(1, 3, 7)]

    found = partition(nodes(1, 2, 3, 9), edges, link_weight=5, must_link=[(1, 9)], refuse_bridges=True)

    assert found == Partition(((1, 2, 3, 9),), ())
