"""What would turn the answer for a pair: the smallest change, computed, and never against a regulated veto."""

from __future__ import annotations

import pytest

from mdm.domain.counterfactual import (
    SILENT,
    Case,
    Change,
    Stance,
    change_to_link,
    change_to_part,
    consequences_of,
    links,
    stance_of,
)
from mdm.domain.reason import turning_words
from mdm.domain.rules import (
    Action,
    BlockingRule,
    Comparison,
    Feature,
    RuleSet,
    Threshold,
    Veto,
    all_of,
    any_of,
    disjoint,
    exact,
    missing,
    overlap,
    shared,
    subset,
)

RULES = RuleSet(
    entity="part",
    version="1",
    features=tuple(
        Feature(name, "values", (name,)) for name in ("number", "name", "size", "sterile", "trade")
    ),
    comparisons=(
        Comparison(
            "number",
            "Number",
            "号码",
            (shared("number", "same number", "号码相同"),),
            missing("number"),
            "other number",
            "号码不同",
        ),
        Comparison(
            "name",
            "Name",
            "名称",
            (
                all_of(shared("name"), shared("trade"), en="same name and trade", zh="名称与行业相同"),
                shared("name", "same name", "名称相同"),
                all_of(
                    overlap("name", 0.5),
                    disjoint("trade"),
                    en="like name, other trade",
                    zh="名称相近而行业不同",
                ),
            ),
        ),
        Comparison(
            "size", "Size", "尺寸", (exact("size", "same size", "尺寸相同"),), None, "other size", "尺寸不同"
        ),
    ),
    blocking=(BlockingRule("number"),),
    thresholds=(Threshold(Action.LINK, 5.0, "link"), Threshold(Action.REVIEW, 0.0, "review")),
    vetoes=(
        Veto("sterile", disjoint("sterile"), "sterile and not", "无菌与非无菌", "clause 7", regulated=True),
        Veto("trade", disjoint("trade"), "other trade", "行业不同", unless=shared("number"), hard=False),
        Veto("size", disjoint("size"), "other size", "尺寸不同"),
    ),
    anchors=(shared("number"), shared("trade")),
)
BITS = ((8.0, -3.0), (6.0, 4.0, 1.0, -4.0), (2.0, -2.0))
NUMBER, NAME, SIZE = range(3)
FOLLOWS = consequences_of(RULES)


def case(levels, *, prior=-3.0, when=(), unless=(), anchors=()):
    weight = prior + sum(bits[n] for n, bits in zip(levels, BITS, strict=True) if n != SILENT)
    return Case(levels, BITS, weight, frozenset(when), frozenset(unless), frozenset(anchors))


def told(of):
    change = change_to_part(RULES, FOLLOWS, of) if links(RULES, of) else change_to_link(RULES, FOLLOWS, of)
    return turning_words(RULES, of, change)


def test_the_smallest_change_that_links_is_found():
    here = case((SILENT, 1, 0))  # 3 bits, no anchor
    assert change_to_link(RULES, FOLLOWS, here) == Change(NAME, 0, 5.0)
    assert told(here) == (
        "Would link by itself if this held: same name and trade (now: same name).",
        "若名称与行业相同（现在：名称相同），则自动归并。",
    )


def test_a_change_that_gives_no_anchor_is_not_enough():
    here = case((SILENT, SILENT, 0), prior=0.0)
    found = change_to_link(RULES, FOLLOWS, here)
    assert found == Change(NAME, 0, 8.0)  # the same name alone would weigh enough


def test_a_veto_that_a_change_silences_or_excuses_does_not_stand_in_the_way():
    here = case((1, 2, 0), when={1}, prior=1.0)  # other trade; the same number overrules it
    assert change_to_link(RULES, FOLLOWS, here) == Change(NAME, 0, 6.0)
    assert change_to_link(RULES, FOLLOWS, case((1, 3, 0), when={1}, prior=-1.0)) == Change(NUMBER, 0, 5.0)


def test_a_hard_veto_that_nothing_silences_leaves_only_a_verdict():
    here = case((0, 0, SILENT), when={0, 2}, anchors={0})
    regulated = told(here)
    assert "second person" in regulated.en
    assert "clause 7" in regulated.zh
    plain = told(case((0, 0, 1), when={2}, anchors={0}))
    assert plain == (
        "Would link by itself if this held: same size (now: other size).",
        "若尺寸相同（现在：尺寸不同），则自动归并。",
    )


@pytest.mark.parametrize("levels", [(0, 0, 0), (SILENT, 3, 1), (1, SILENT, SILENT)])
def test_a_regulated_veto_is_never_argued_away(levels):
    here = case(levels, when={0, 1, 2})
    assert change_to_link(RULES, FOLLOWS, here) is None
    assert told(here) == (
        "Only a verdict that a second person confirms can unite them: sterile and not (clause 7).",
        "只有经第二人确认的裁决才能合并：无菌与非无菌（clause 7）。",
    )


def test_what_would_undo_a_link_is_named():
    here = case((0, 1, 0), when={1}, unless={1}, anchors={0})
    assert links(RULES, here)
    assert change_to_part(RULES, FOLLOWS, here) == Change(NAME, 3, 3.0)
    assert told(here).en == "Would no longer link by itself if this held: different name (now: same name)."
    assert told(here).zh == "若名称不同（现在：名称相同），则不再自动归并。"


def test_when_no_single_change_is_enough_the_missing_bits_are_told():
    here = case((1, 3, 1), prior=-9.0, when={2})
    assert change_to_link(RULES, FOLLOWS, here) is None
    assert told(here).en == "Only a verdict can unite them: other size."
    far = case((1, 3, SILENT), prior=-9.0)
    assert told(far).en.startswith("No single change is enough")
    assert "21.0" in told(far).zh


def test_a_named_change_really_turns_the_answer():
    """Whatever the pair: applying the change to the case gives the other answer."""
    for number in (SILENT, 0, 1):
        for name in (SILENT, 0, 1, 2, 3):
            for size in (SILENT, 0, 1):
                for when in ((), (1,), (2,), (1, 2)):
                    here = case((number, name, size), when=when, anchors=(0,) if number == 0 else ())
                    search = change_to_part if links(RULES, here) else change_to_link
                    change = search(RULES, FOLLOWS, here)
                    if change is None:
                        continue
                    follows = FOLLOWS[change.comparison][change.level]
                    there = Case(
                        here.levels,
                        BITS,
                        change.weight,
                        (here.when | follows.when) - follows.not_when,
                        (here.unless | follows.unless) - follows.not_unless,
                        (here.anchors | follows.anchors) - follows.not_anchors,
                    )
                    assert links(RULES, there) is not links(RULES, here)


@pytest.mark.parametrize(
    ("place", "number", "when", "not_when", "unless", "anchors", "not_anchors"),
    [
        (NUMBER, 0, set(), set(), {1}, {0}, set()),
        (NUMBER, 1, set(), set(), set(), set(), {0}),
        (NAME, 0, set(), {1}, set(), {1}, set()),
        (NAME, 1, {1}, set(), set(), set(), {1}),  # not the first level, so the trades differ
        (NAME, 2, {1}, set(), set(), set(), {1}),
        (SIZE, 0, set(), {2}, set(), set(), set()),
        (SIZE, 1, set(), set(), set(), set(), set()),  # sets that are not equal may still overlap
    ],
)
def test_what_follows_from_a_level(place, number, when, not_when, unless, anchors, not_anchors):
    follows = FOLLOWS[place][number]
    assert (follows.when, follows.not_when, follows.unless) == (when, not_when, unless)
    assert (follows.anchors, follows.not_anchors) == (anchors, not_anchors)


@pytest.mark.parametrize(
    ("level", "expected"),
    [
        (shared("a"), Stance.AGREES),
        (subset("a"), Stance.AGREES),
        (all_of(shared("a"), missing("b")), Stance.AGREES),
        (disjoint("a"), Stance.DIFFERS),
        (any_of(disjoint("a"), disjoint("b")), Stance.DIFFERS),
        (all_of(shared("a"), disjoint("b")), Stance.OPEN),
        (missing("a"), Stance.OPEN),
    ],
)
def test_what_a_level_says_by_its_words(level, expected):
    comparison = Comparison("c", "C", "丙", (level,))
    assert stance_of(comparison, 0) is expected
    assert stance_of(comparison, 1) is Stance.DIFFERS
    assert stance_of(comparison, SILENT) is Stance.OPEN
