"""Marks inside two texts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stewardship_ui.difference import Run, mark_differences


def changed(left: str, right: str) -> tuple[list[str], list[str]]:
    sides = mark_differences(left, right)
    return [run.text for run in sides[0] if not run.same], [run.text for run in sides[1] if not run.same]


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        ("苏州恒瑞机械", "苏州恒端机械", (["瑞"], ["端"])),
        ("M3×10 A2-70", "M3×12 A2-70", (["0"], ["2"])),
        ("恒瑞", "恒瑞", ([], [])),
        ("恒瑞有限公司", "恒瑞", (["有限公司"], [])),
        ("Suzhou Hengrui", "苏州恒瑞", (["Suzhou Hengrui"], ["苏州恒瑞"])),
        ("", "苏州", ([], ["苏州"])),
        ("PLASMA CLEANER", "Plasma cleaner #1", ([], [" #1"])),
        ("2008-02-20", "2007-07-01", (["8-02-20"], ["7-07-01"])),
        ("CN-10045-B", "CN-10054-B", (["45"], ["54"])),
        ("1111", "111", (["1"], [])),
    ],
)
def test_what_the_other_side_lacks_is_marked(
    left: str, right: str, expected: tuple[list[str], list[str]]
) -> None:
    assert changed(left, right) == expected


def test_single_letters_that_words_share_by_chance_are_not_kept_apart() -> None:
    left, _ = changed("Ningbo Tiangong Precision Machinery", "Ningbo Lianchuang Precision Machinery")
    assert all(len(each) > 1 for each in left)


def test_very_long_texts_are_marked_as_a_whole() -> None:
    assert mark_differences("a" * 3000, "a" * 2999 + "b")[0] == (Run("a" * 3000, False),)


@given(st.text(max_size=60), st.text(max_size=60))
def test_the_runs_join_to_the_text_and_agree_about_what_is_the_same(left: str, right: str) -> None:
    a, b = mark_differences(left, right)
    assert "".join(run.text for run in a) == left
    assert "".join(run.text for run in b) == right
    kept = ["".join(run.text for run in side if run.same).casefold() for side in (a, b)]
    assert kept[0] == kept[1]
