"""The chain that ties two records: its weakest tie is the strongest possible."""

from __future__ import annotations

import pytest

from mdm.domain.explanation import Answer, strongest_chain, words_of

INF = float("inf")


@pytest.mark.parametrize(
    ("ties", "expected"),
    [
        ([(1, 2, 5.0)], [1, 2]),
        ([(1, 3, 9.0), (3, 2, 8.0)], [1, 3, 2]),
        ([(1, 2, 3.0), (1, 3, 9.0), (3, 2, 8.0)], [1, 3, 2]),
        ([(1, 2, 8.0), (1, 3, 9.0), (3, 2, 8.0)], [1, 2]),
        ([(1, 3, INF), (3, 4, 2.0), (4, 2, INF), (3, 2, 1.0)], [1, 3, 4, 2]),
        ([(1, 3, 9.0)], []),
        ([], []),
    ],
)
def test_the_strongest_chain_is_found_in_both_directions(ties, expected):
    assert strongest_chain(ties, 1, 2) == expected
    assert strongest_chain([(b, a, weight) for a, b, weight in ties[::-1]], 2, 1) == expected[::-1]


def test_every_answer_has_words_in_both_languages():
    for answer in Answer:
        told = words_of(answer)
        assert told.en.endswith(".")
        assert told.zh.endswith("。")
