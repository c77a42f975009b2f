from __future__ import annotations

import json
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mdm.linkage.evaluate import (
    FalseMerges,
    Negative,
    QueuedPair,
    Score,
    Script,
    evaluate,
    reliability_of,
)

# Twelve records with truth (1 to 12) and one without (13).
# Truth:    A = 1 2 3 4   B = 5 6 7   C = 8 9   D = 10   E = 11   F = 12
# Clusters: p = 1 2 3     q = 4 5 6   r = 7     s = 8 9  t = 10 11   u = 12 13
TRUTH = dict(zip(range(1, 13), "AAAABBBCCDEF", strict=True))
CLUSTERS = dict(zip(range(1, 14), "pppqqqrssttuu", strict=True))
SCRIPTS = dict(
    zip(
        range(1, 13),
        ["zh", "zh", "en", "en", "zh", "en", "en", "zh", "sparse", "en", "en", "zh"],
        strict=True,
    )
)
NEGATIVES = [
    Negative("A", "B", "sister"),  # 4 and 5 share q: merged
    Negative("A", "C", "sister"),  # p, q against s: apart
    Negative("D", "E", "successor"),  # both in t: merged
    Negative("A", "Z", "sister"),  # Z has no record: not counted
]
QUEUE = [
    QueuedPair(3, 4, 0.80),  # a match: joins p and q
    QueuedPair(6, 7, 0.60),  # a match: joins q and r
    QueuedPair(7, 8, 0.40),  # none
    QueuedPair(1, 10, 0.05),  # none
    QueuedPair(12, 13, 0.90),  # 13 has no truth: in the queue, but not judged
]

WORKED = evaluate(
    CLUSTERS,
    TRUTH,
    negatives=NEGATIVES,
    queue=QUEUE,
    scripts={record: Script(script) for record, script in SCRIPTS.items()},
)


def test_pairs_of_the_worked_example() -> None:
    # made:   p 3 + q 3 + s 1 + t 1 = 8      (12 13 does not count: 13 has no truth)
    # actual: A 6 + B 3 + C 1       = 10
    # right:  12 13 23, 56, 89      = 5
    assert WORKED.pairwise == Score(5 / 8, 5 / 10, pytest.approx(2 * 5 / 18))
    assert (WORKED.records, WORKED.entities, WORKED.clusters) == (13, 6, 6)


def test_b_cubed_of_the_worked_example() -> None:
    # precision per record: 1 2 3: 3/3 each; 4: 1/3; 5 6: 2/3 each; 7: 1; 8 9: 1 each; 10 11: 1/2 each; 12: 1
    precision = (3 + 1 / 3 + 4 / 3 + 1 + 2 + 1 + 1) / 12
    # recall per record: 1 2 3: 3/4 each; 4: 1/4; 5 6: 2/3 each; 7: 1/3; 8 9: 1 each; 10 11 12: 1 each
    recall = (9 / 4 + 1 / 4 + 4 / 3 + 1 / 3 + 2 + 3) / 12
    assert WORKED.b_cubed.precision == pytest.approx(precision)
    assert WORKED.b_cubed.recall == pytest.approx(recall)
    assert WORKED.b_cubed.f1 == pytest.approx(2 * precision * recall / (precision + recall))


def test_entities_and_negatives_of_the_worked_example() -> None:
    # exactly recovered: C = s, F = u (without 13)
    assert (WORKED.exact_entities, WORKED.exact_share) == (2, 2 / 6)
    assert WORKED.false_merges == {
        "sister": FalseMerges(1, 2, 0.5, 0.012579, 0.987421),
        "successor": FalseMerges(1, 1, 1.0, 0.025, 1.0),
    }
    assert WORKED.hard_per_1000 == pytest.approx(2000 / 6)


def test_slices_of_the_worked_example() -> None:
    # zh-zh: made 12, actual 12, right 12
    # en-en: made 46 (q), 10 11; actual 34, 67; right none
    # zh-en: made 13 23, 45 56; actual 13 14 23 24, 56 57; right 13 23, 56
    # sparse: made 89, actual 89, right 89
    assert WORKED.slices == {
        "zh-zh": Score(1.0, 1.0, 1.0),
        "en-en": Score(0.0, 0.0, 0.0),
        "zh-en": Score(3 / 4, 3 / 6, 6 / 10),
        "sparse": Score(1.0, 1.0, 1.0),
    }


def test_the_queue_of_the_worked_example() -> None:
    # answered rightly: p q r become one of 1 to 7, with all 6 + 3 true pairs inside, and 89: 10 of 10
    assert WORKED.queue.pairs == 5
    assert WORKED.queue.per_1000_records == pytest.approx(5000 / 13)
    assert WORKED.queue.matches == 2 / 4
    assert WORKED.queue.recall_if_answered == 1.0


def test_the_calibration_of_the_worked_example() -> None:
    # one pair per bin: gaps .2, .4, .4, .05 over 4; squares .04, .16, .16, .0025 over 4
    assert WORKED.calibration.pairs == 4
    assert WORKED.calibration.ece == pytest.approx(1.05 / 4)
    assert WORKED.calibration.brier == pytest.approx(0.3625 / 4)


def test_pairs_of_one_bin_balance_each_other() -> None:
    assert reliability_of([(0.5, True), (0.5, False)]).ece == 0
    assert reliability_of([(1.0, True), (0.96, True)]).ece == pytest.approx(0.02)


def test_nothing_to_judge_gives_no_rates() -> None:
    empty = evaluate({}, {})

    assert empty.pairwise == Score(None, None, None)
    assert empty.b_cubed.f1 is None
    assert (empty.exact_share, empty.hard_per_1000, empty.queue.per_1000_records) == (None, None, None)
    assert json.loads(json.dumps(empty.as_dict()))["calibration"] == {
        "pairs": 0,
        "ece": None,
        "brier": None,
        "curve": [],
    }


partitions = st.dictionaries(
    st.integers(0, 14), st.tuples(st.sampled_from("pqrst"), st.sampled_from("ABCDE?"))
)


@given(
    partitions,
    st.lists(st.tuples(st.integers(0, 14), st.integers(0, 14)), max_size=5),
    st.dictionaries(st.integers(0, 14), st.sampled_from(Script)),
)
def test_counting_agrees_with_going_through_all_pairs(
    drawn: dict[int, tuple[str, str]], asked: list[tuple[int, int]], scripts: dict[int, Script]
) -> None:
    clusters = {record: home for record, (home, _) in drawn.items()}
    truth = {record: entity for record, (_, entity) in drawn.items() if entity != "?"}
    queue = [QueuedPair(left, right, 0.5) for left, right in asked if left in drawn and right in drawn]
    negatives = [Negative(one, other, one + other) for one, other in combinations("ABCDE", 2)]

    found = evaluate(clusters, truth, negatives=negatives, queue=queue, scripts=scripts)

    records = sorted(set(clusters) & set(truth))
    every = list(combinations(records, 2))
    made = {pair for pair in every if clusters[pair[0]] == clusters[pair[1]]}
    actual = {pair for pair in every if truth[pair[0]] == truth[pair[1]]}
    assert found.pairwise == slow_score(made, actual)
    for name, score in found.slices.items():
        inside = {pair for pair in every if slow_slice(pair, scripts) == name}
        assert score == slow_score(made & inside, actual & inside)
    assert found.b_cubed.precision == slow_b_cubed(records, clusters, truth)
    assert found.b_cubed.recall == slow_b_cubed(records, truth, clusters)
    assert found.exact_entities == sum(
        {r for r in records if truth[r] == entity}
        in [{r for r in records if clusters[r] == home} for home in "pqrst"]
        for entity in set(truth.values())
    )
    assert {kind for kind, merges in found.false_merges.items() if merges.merged} == {
        "".join(sorted({truth[left], truth[right]})) for left, right in made - actual
    }
    assert found.queue.recall_if_answered == slow_answered(records, made, actual, queue, truth)


def slow_score(made: set[tuple[int, int]], actual: set[tuple[int, int]]) -> Score:
    right = len(made & actual)
    total = len(made) + len(actual)
    return Score(
        right / len(made) if made else None,
        right / len(actual) if actual else None,
        2 * right / total if total else None,
    )


def slow_slice(pair: tuple[int, int], scripts: dict[int, Script]) -> str:
    flags = {scripts.get(record) for record in pair}
    if None in flags:
        return "none"
    if Script.SPARSE in flags:
        return "sparse"
    return "zh-en" if len(flags) == 2 else f"{flags.copy().pop()}-{flags.pop()}"


def slow_b_cubed(records: list[int], mine: dict[int, str], other: dict[int, str]) -> object:
    if not records:
        return None
    shares = []
    for record in records:
        group = [one for one in records if mine[one] == mine[record]]
        shares.append(sum(other[one] == other[record] for one in group) / len(group))
    return pytest.approx(sum(shares) / len(shares))


def slow_answered(
    records: list[int],
    made: set[tuple[int, int]],
    actual: set[tuple[int, int]],
    queue: list[QueuedPair],
    truth: dict[int, str],
) -> float | None:
    """Spread numbers along links until nothing changes."""
    label = {record: record for record in records}
    links = [*made, *((p.left, p.right) for p in queue if truth.get(p.left, 0) == truth.get(p.right, 1))]
    for _ in records:
        for left, right in links:
            label[left] = label[right] = min(label[left], label[right])
    together = {(left, right) for left, right in actual if label[left] == label[right]}
    return len(together) / len(actual) if actual else None
