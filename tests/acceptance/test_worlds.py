"""Frozen rules on worlds nobody has seen: seeds drawn at run time, in the words of training and in other words.

Figures that fall apart between the two vocabularies would show rules that know words and not the trade.
"""

from __future__ import annotations

import os
from pathlib import Path
from random import SystemRandom
from statistics import mean

import pytest

from mdm.demo.bars import measure, merged_kinds, table_of_bars
from mdm.demo.judge import Judged, judge, table_of
from mdm.demo.vocabulary import FIRST, SECOND
from mdm.demo.world import generate
from mdm.services.dictionary import load_dictionary
from mdm.services.rule import load_rule_set
from tests.acceptance.test_samples import SAMPLES, console
from tests.acceptance.test_samples import WORLDS as WORLDS_BESIDE

pytestmark = pytest.mark.acceptance

WORLDS = int(os.environ.get("ACCEPTANCE_WORLDS", "5"))
"""Worlds of each vocabulary; about ten seconds each."""
RECORDS = 1500
APART = 0.03
"""Precision and B-cubed F1 of the two vocabularies may differ by so much."""


@pytest.mark.parametrize("entity", ["supplier", "material", "equipment"])
def test_figures_hold_on_unseen_seeds_and_in_other_words(entity: str, tmp_path: Path) -> None:
    dictionary = load_dictionary()
    rules = load_rule_set(dictionary, entity)
    found: dict[str, list[Judged]] = {}
    for vocabulary in (FIRST, SECOND):
        found[vocabulary] = []
        for seed in [SystemRandom().randrange(1_000, 1_000_000) for _ in range(WORLDS)]:
            folder = tmp_path / f"{vocabulary}-{seed}"
            generate(entity, folder, records=RECORDS, seed=seed, vocabulary=vocabulary)
            found[vocabulary].append(judge(folder, rules, dictionary))
        console.print(table_of(entity, found[vocabulary]))
        evaluations = [each.evaluation for each in found[vocabulary]]
        console.print(table_of_bars(entity, measure(entity, evaluations)))
        console.print(merged_kinds(evaluations), soft_wrap=True)
    apart = {
        "precision": _mean_precision(found[FIRST]) - _mean_precision(found[SECOND]),
        "B-cubed F1": _mean_f1(found[FIRST]) - _mean_f1(found[SECOND]),
    }
    console.print(f"{entity}: first less second vocabulary: {apart}")
    assert {name: gap for name, gap in apart.items() if gap > APART} == {}


@pytest.mark.parametrize("entity", ["supplier", "material", "equipment"])
def test_the_sample_worlds_reach_every_bar(entity: str) -> None:
    if not WORLDS_BESIDE:
        console.print("not covered: sample extracts (no folder shared/samples beside the checkout)")
        pytest.skip("no sample extracts beside the checkout")
    dictionary = load_dictionary()
    rules = load_rule_set(dictionary, entity)
    judged = [judge(SAMPLES / world / entity, rules, dictionary) for world in WORLDS_BESIDE]
    results = measure(entity, [each.evaluation for each in judged])
    console.print(table_of(entity, judged))
    console.print(table_of_bars(entity, results))
    assert [each for each in results if each.verdict == "missed"] == []


def _mean_precision(judged: list[Judged]) -> float:
    return mean(each.evaluation.pairwise.precision or 0.0 for each in judged)


def _mean_f1(judged: list[Judged]) -> float:
    return mean(each.evaluation.b_cubed.f1 or 0.0 for each in judged)
