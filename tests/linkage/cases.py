"""Worlds on which engines are held against each other: shipped rules, and values made to trip an engine."""

from __future__ import annotations

from pathlib import Path
from random import Random
from typing import NamedTuple

from mdm.demo.world import generate
from mdm.demo.worlds import read_records
from mdm.domain.rules import (
    Action,
    BlockingRule,
    Comparison,
    Feature,
    RuleSet,
    all_of,
    any_of,
    disjoint,
    edits,
    exact,
    jaccard,
    jaro_winkler,
    missing,
    overlap,
    rare,
    shared,
    subset,
    within,
)
from mdm.linkage.model import ComparisonWeights, Model, Weights, build_model, floored, level_names
from mdm.linkage.record import FeatureRecord, Prepared, prepare_all
from mdm.linkage.statistics import Statistics, collect_statistics
from mdm.services.dictionary import load_dictionary
from mdm.services.rule import load_rule_set, shipped_weights

EVERY_KIND = RuleSet(
    entity="part",
    version="1",
    features=(
        Feature("all", "values", ("a",)),
        Feature("text", "text", ("a",), array=False),
        Feature("set", "tokens", ("a",)),
        Feature("rare", "tokens", ("a",), weighted=True),
        Feature("niche", "tokens", ("a",), counted=True),
        Feature("number", "number", ("b",), number=True),
    ),
    comparisons=(
        Comparison("text", "", "", (exact("text"), edits("text", 2), jaro_winkler("text", 0.8))),
        Comparison(
            "set",
            "",
            "",
            (
                all_of(exact("set"), shared("rare", at_least=9)),
                any_of(subset("set"), overlap("set", 0.6)),
                jaccard("rare", 0.2),
                disjoint("set"),
            ),
            null=missing("set"),
        ),
        Comparison("rare", "", "", (overlap("rare", 0.7), shared("set"), disjoint("rare"))),
        Comparison(
            "niche",
            "",
            "",
            (rare("niche", 2), rare("niche", 4), shared("niche", at_least=2), disjoint("niche")),
        ),
        Comparison("number", "", "", (exact("number"), within("number", 1), disjoint("number"))),
        Comparison(
            "several",
            "",
            "",
            (
                all_of(disjoint("set"), any_of(within("number", 0.1), jaro_winkler("text", 0.7))),
                all_of(missing("number"), shared("rare", at_least=8)),
            ),
            null=all_of(missing("text"), disjoint("set")),
        ),
    ),
    blocking=(BlockingRule("all", 1000),),
    thresholds=(),
)
TEXTS = (
    None,
    "",
    "bearing",
    "baering",
    "b",
    "深圳轴承",
    "深州轴承",
    "轴",
    "ＡＢＣ",
    "Müller",
    "a" * 200,
    "轴" * 200,
    "x\0y",
)
SETS = (
    None,
    [],
    ["m3"],
    ["m3", "shaft"],
    ["轴"],
    ["轴", "承"],
    ["轴", "m3", "abc"],
    ["a" * 200],
    [f"t{i}" for i in range(60)],
)
NUMBERS = (None, 0.0, 0.1, 1.0, 1.1, -1.0, float("nan"), 1e9)


class Case(NamedTuple):
    """Records made ready, with the model they were made ready for."""

    rules: RuleSet
    model: Model
    records: list[Prepared]
    floor: float


def odd_weights(seed: int) -> Weights:
    """Weights of no sense: agreement may speak against a match, so that nothing holds by habit."""
    chance = Random(seed)
    return Weights(
        "part",
        tuple(
            ComparisonWeights(
                rule.name,
                tuple(floored(name, chance.random(), chance.random()) for name in level_names(rule)),
            )
            for rule in EVERY_KIND.comparisons
        ),
        chance.uniform(0.02, 0.5),
    )


def odd_case(seed: int) -> Case:
    chance = Random(seed)
    records = [
        FeatureRecord(
            number,
            "X",
            {
                "all": ["everything"],
                "text": chance.choice(TEXTS),
                "set": (members := chance.choice(SETS)),
                "rare": members,
                "niche": members,
                "number": chance.choice(NUMBERS),
            },
        )
        for number in range(60)
    ]
    things = {"niche": {"shaft": 4, "轴": 5, "m3": 70_000}}
    statistics = Statistics(1000, {"rare": {"shaft": 400, "轴": 90, "m3": 9}}, things=things)
    prepared = list(prepare_all(EVERY_KIND, statistics, records).values())
    return Case(EVERY_KIND, build_model(EVERY_KIND, odd_weights(seed), statistics), prepared, -1000)


def shipped_case(entity: str, folder: Path, records: int) -> Case:
    """A generated world under the rules and weights that ship for its entity."""
    dictionary = load_dictionary()
    rules = load_rule_set(dictionary, entity)
    generate(entity, folder, records=records, seed=77)
    read = read_records(folder, rules, dictionary).records
    weights = shipped_weights(rules)
    assert weights is not None
    model = build_model(rules, weights, collect_statistics(rules, read))
    prepared = list(prepare_all(rules, model.statistics, read).values())
    floor = next(t.min_weight for t in rules.thresholds if t.action is Action.REVIEW)
    return Case(rules, model, prepared, floor)
