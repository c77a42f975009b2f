"""What a verdict is worth, and how many a queue needs."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from mdm.domain import priority
from mdm.domain.implied import implied_by
from mdm.domain.rules import Risk


def test_doubt_comes_before_certainty_and_a_question_that_settles_more_before_one_that_settles_less():
    assert priority.priority(0.5, 1, 0) > priority.priority(0.9, 1, 0) > priority.priority(0.99, 1, 0)
    assert priority.priority(0.9, 12, 0) > priority.priority(0.9, 2, 0)
    assert priority.priority(1.0, 9, 0) == 0


def test_a_critical_record_comes_before_an_ordinary_one_of_the_same_doubt():
    risks = (Risk("criticality", ("A",)), Risk("criticality", ("B",), 0.5), Risk("udi_di", (), 0.8))
    assert priority.risk_of(risks, {"criticality": "A"}) == 1
    assert priority.risk_of(risks, {"criticality": "B"}) == 0.5
    assert priority.risk_of(risks, {"criticality": "B", "udi_di": "0123"}) == 0.8
    assert priority.risk_of(risks, {"criticality": "C"}) == priority.risk_of(risks, {}) == 0
    assert priority.priority(0.7, 2, 1) > priority.priority(0.7, 2, 0)


def test_a_quarter_of_the_questions_moves_up_to_teach_the_same_ones_each_time():
    lifts = [priority.teaching_lift(f"{n}:{n + 1}") for n in range(4000)]
    assert 0.22 < sum(lift > 0 for lift in lifts) / 4000 < 0.28
    assert max(lifts) <= priority.TEACHING_LIFT
    assert lifts == [priority.teaching_lift(f"{n}:{n + 1}") for n in range(4000)]


def test_three_groups_of_one_thing_take_two_verdicts_and_two_things_one_more():
    same = [("a", "b", True), ("b", "c", True), ("a", "c", True)]
    assert priority.count_decisions(same) == 2
    other = [("a", "z", False), ("b", "z", False), ("c", "z", False)]
    assert priority.count_decisions([*same, *other]) == 3
    assert priority.count_decisions([]) == 0


THINGS = st.lists(st.integers(0, 3), min_size=2, max_size=9)


@given(THINGS, st.data())
def test_verdicts_settle_every_pair_that_follows_from_them_and_no_other(things, data):
    pairs = [(i, j) for i in range(len(things)) for j in range(i + 1, len(things))]
    order = data.draw(st.permutations(pairs))
    must: list[tuple[int, int]] = []
    cannot: list[tuple[int, int]] = []
    needed = 0
    for left, right in order:
        answer = implied_by(must, cannot).answer(left, right)
        assert answer in {None, things[left] == things[right]}
        if answer is None:
            needed += 1
            (must if things[left] == things[right] else cannot).append((left, right))
    verdicts = implied_by(must, cannot)
    assert all(verdicts.answer(*pair) == (things[pair[0]] == things[pair[1]]) for pair in pairs)
    least = priority.count_decisions((i, j, things[i] == things[j]) for i, j in pairs)
    assert least <= needed <= len(pairs)
