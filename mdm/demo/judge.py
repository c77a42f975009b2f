"""Judges the shipped rules without a database: ``python -m mdm.demo.judge ENTITY [FOLDER …] [--seeds 301,302]``.

A world is a folder of extracts with ``mapping.json``, ``truth.csv`` and, if there are any, ``negatives.csv``: the
project's own generated ones or anybody's. Prints what ``mdm evaluate`` prints, and beside it what candidates cost and
lose; ``--errors N`` shows wrong and missed pairs with their records side by side.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from mdm.demo.bars import measure, merged_kinds, table_of_bars
from mdm.demo.vocabulary import FIRST
from mdm.demo.world import generate
from mdm.demo.worlds import Reading, read_records
from mdm.domain.cluster import Partition, Refusal
from mdm.domain.dictionary import Dictionary
from mdm.domain.entity_type import EntityType
from mdm.domain.rules import Action, RuleSet
from mdm.engine.connection import open_engine
from mdm.linkage.evaluate import Evaluation, Negative, QueuedPair, evaluate
from mdm.linkage.model import Model, Weights, build_model, load_weights
from mdm.linkage.predict import predict
from mdm.linkage.score import ScoredPair, Scorer
from mdm.linkage.statistics import collect_statistics
from mdm.linkage.table import candidate_pairs
from mdm.services import cluster, evaluation_report, partner, queue
from mdm.services.candidate import stored_pair
from mdm.services.cluster import Scope
from mdm.services.dictionary import load_dictionary
from mdm.services.evaluation import read_table, script_of
from mdm.services.rule import Matcher, load_rule_set, shipped_weights
from mdm.storage.source import StoredRecord

SEEDS = (301, 302, 303)
"""Worlds that the shipped weights were neither trained nor calibrated on."""

console = Console(width=200, highlight=False)


@dataclass(frozen=True, slots=True)
class Judged:
    """One world under one set of rules: the evaluation, the candidates, and what is needed to look at errors."""

    name: str
    evaluation: Evaluation
    candidates_per_record: float
    candidate_recall: float
    seconds: float
    reading: Reading
    scope: Scope
    grouped: Partition
    candidates: frozenset[tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Matched:
    """One world matched under one set of rules: what was compared, and the partition that came of it."""

    scope: Scope
    grouped: Partition
    candidates: frozenset[tuple[int, int]]

    def questions(self) -> list[queue.Question]:
        """What a steward would be asked."""
        return queue.questions(self.scope, self.grouped)


def match_world(reading: Reading, rules: RuleSet, dictionary: Dictionary, weights: Weights) -> Matched:
    """Match the records of a world as a full run does, without a database."""
    model = build_model(rules, weights, collect_statistics(rules, reading.records))
    matcher = _matcher(dictionary.entity(rules.entity), rules, model)
    prepared = {r.record_id: matcher.scorer.prepare(r) for r in reading.records}
    with tempfile.TemporaryDirectory() as scratch:
        engine = open_engine(Path(scratch))
        candidates = frozenset(candidate_pairs(engine, rules, prepared.values()))
        least = partner.least_weight(matcher, reading.duplicate_free)
        pairs = predict(engine, rules, model, list(prepared.values()), floor=least)
        engine.close()
    scope = _scope(matcher, reading, pairs)
    scope.prepared = prepared
    return Matched(scope, cluster.regroup(scope), candidates)


def judge(folder: Path, rules: RuleSet, dictionary: Dictionary, weights_file: Path | None = None) -> Judged:
    """Match one world with the shipped weights, or with those of ``weights_file``, and compare it with its truth."""
    started = time.monotonic()
    reading = read_records(folder, rules, dictionary)
    weights = load_weights(weights_file) if weights_file else shipped_weights(rules)
    if weights is None:
        raise click.ClickException(f"{rules.entity} has no weights")
    matched = match_world(reading, rules, dictionary, weights)
    grouped, candidates = matched.grouped, matched.candidates
    home = {r: index for index, members in enumerate(grouped.clusters) for r in members}
    found = evaluate(
        home,
        reading.truth,
        negatives=_negatives(folder / "negatives.csv"),
        queue=[QueuedPair(q.left, q.right, q.probability) for q in matched.questions()],
        scripts={r: script_of(values) for r, values in reading.values.items()},
    )
    true = set(true_pairs(reading))
    return Judged(
        folder.name,
        found,
        len(candidates) / max(len(reading.records), 1),
        len(true & candidates) / max(len(true), 1),
        time.monotonic() - started,
        reading,
        matched.scope,
        grouped,
        candidates,
    )


def true_pairs(reading: Reading) -> Iterator[tuple[int, int]]:
    """Every pair of records of one thing, the smaller id first."""
    things: dict[str, list[int]] = {}
    for record_id, thing in sorted(reading.truth.items()):
        things.setdefault(thing, []).append(record_id)
    for members in things.values():
        yield from combinations(members, 2)


def _matcher(entity: EntityType, rules: RuleSet, model: Model) -> Matcher:
    weights = {threshold.action: threshold.min_weight for threshold in rules.thresholds}
    scorer = Scorer(rules, model)
    return Matcher(entity, rules, model, scorer, "", "", weights[Action.LINK], weights[Action.REVIEW])


def _scope(matcher: Matcher, reading: Reading, pairs: Sequence[ScoredPair]) -> Scope:
    records = {
        record_id: StoredRecord(record_id, key, 1, "", "active", "")
        for record_id, key in reading.keys.items()
    }
    features = {r.record_id: json.dumps(dict(r.features), ensure_ascii=False) for r in reading.records}
    once = frozenset(reading.duplicate_free)
    stored = [
        stored_pair(pair)
        for pair in pairs
        if pair.match_weight >= matcher.review_weight
        or partner.could_be(reading.keys[pair.left].system, reading.keys[pair.right].system, once)
    ]
    return Scope(matcher, records, stored, [], {}, features=features, duplicate_free=once)


def _negatives(path: Path) -> list[Negative]:
    if not path.is_file():
        return []
    rows = read_table(path, ("entity_a", "entity_b", "kind"))
    return [Negative(row["entity_a"], row["entity_b"], row["kind"]) for row in rows]


def table_of(entity: str, judged: Sequence[Judged]) -> Table:
    """One line per world."""
    table = Table(title=f"{entity}: automatic links at the shipped thresholds")
    heads = "world records P R B3P B3R B3 hard/1000 zh-en-R queue/1000 yield answered ECE cand/rec cand-R s"
    for head in heads.split():
        table.add_column(head, justify="right")
    for each in judged:
        e = each.evaluation
        table.add_row(
            each.name,
            str(e.records),
            *map(_share, (e.pairwise.precision, e.pairwise.recall)),
            *map(_share, (e.b_cubed.precision, e.b_cubed.recall, e.b_cubed.f1)),
            _share(e.hard_per_1000, 1),
            _share(e.slices["zh-en"].recall),
            _share(e.queue.per_1000_records, 0),
            *map(_share, (e.queue.matches, e.queue.recall_if_answered, e.calibration.ece)),
            _share(each.candidates_per_record, 1),
            _share(each.candidate_recall),
            _share(each.seconds, 0),
        )
    return table


def _share(number: float | None, digits: int = 3) -> str:
    return "n/a" if number is None else f"{number:.{digits}f}"


def show_errors(judged: Judged, limit: int) -> None:
    """Wrong and missed pairs: their records, the evidence, and at which step a missed pair was lost."""
    reading, scope = judged.reading, judged.scope
    home = {r: index for index, members in enumerate(judged.grouped.clusters) for r in members}
    truth = reading.truth
    made = [
        pair
        for members in judged.grouped.clusters
        for pair in combinations(sorted(members), 2)
        if pair[0] in truth and pair[1] in truth
    ]
    wrong = [pair for pair in made if truth[pair[0]] != truth[pair[1]]]
    missed = [pair for pair in true_pairs(reading) if home[pair[0]] != home[pair[1]]]
    weights = {(p.left, p.right): p.weight for p in scope.pairs}
    refused = {(min(r.left, r.right), max(r.left, r.right)): r for r in judged.grouped.refused}
    for title, pairs in (("WRONG", wrong), ("MISSED", missed)):
        step = max(1, len(pairs) // limit)
        console.print(f"\n{title}: {len(pairs)} pairs")
        if title == "MISSED":
            lost = Counter(_lost(judged, pair, weights, refused) for pair in pairs)
            console.print(", ".join(f"{why} {count}" for why, count in lost.most_common()))
        for pair in pairs[::step][:limit]:
            _show_pair(judged, pair, _lost(judged, pair, weights, refused) if title == "MISSED" else "")


def _lost(
    judged: Judged,
    pair: tuple[int, int],
    weights: Mapping[tuple[int, int], float],
    refused: Mapping[tuple[int, int], Refusal],
) -> str:
    if pair not in judged.candidates:
        return "no candidate"
    found = judged.scope.contradiction(*pair)
    if found is not None:
        return f"veto {found.name}"
    if pair in refused:
        return f"refused: {refused[pair].reason} {refused[pair].name}"
    return "queued or cluster" if pair in weights else "weight too low"


def _show_pair(judged: Judged, pair: tuple[int, int], why: str) -> None:
    scorer = judged.scope.matcher.scorer
    left, right = (judged.scope.prepare(record_id) for record_id in pair)
    scored = scorer.score(left, right)
    console.rule(f"{scored.match_weight:.1f} bits, p {scored.match_probability:.2f} {why}")
    for record_id in pair:
        key = judged.reading.keys[record_id]
        raw = judged.reading.raw[record_id]
        told = " · ".join(f"{name}={text}" for name, text in raw.items() if text)
        console.print(f"{key.system}:{key.key} [{judged.reading.truth[record_id]}] {told}", markup=False)
    says = [f"{e.comparison}: {e.label_en} {e.weight:+.1f}" for e in scorer.explain(left, right) if e.weight]
    vetoes = [veto.name for veto in scorer.violated_vetoes(left, right)]
    console.print("; ".join(says), f"vetoes {vetoes}" if vetoes else "", markup=False)


def _judgement(judged: Judged) -> evaluation_report.Judgement:
    entity = judged.scope.matcher.entity
    title = f"{entity.zh} {entity.en}: {judged.name}"
    reading = judged.reading
    return evaluation_report.judge_pairs(
        title, judged.evaluation, judged.scope, judged.grouped, reading.truth, reading.values
    )


@click.command()
@click.argument("entity")
@click.argument("folders", nargs=-1, type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option("--seeds", default="", help="Generated worlds beside the folders; 301,302,303 without any.")
@click.option("--records", default=1500, help="Records of a generated world.")
@click.option("--vocabulary", default=FIRST, help="Words of generated worlds: first or second.")
@click.option("--errors", default=0, help="Wrong and missed pairs to show of each world.")
@click.option("--weights", "weights_file", type=click.Path(path_type=Path, exists=True))
@click.option("--report", default=None, type=click.Path(path_type=Path), help="Write an HTML document too.")
def main(
    entity: str,
    folders: tuple[Path, ...],
    seeds: str,
    records: int,
    vocabulary: str,
    errors: int,
    weights_file: Path | None,
    report: Path | None,
) -> None:
    """Judge the rules of ENTITY on worlds with a known truth."""
    dictionary = load_dictionary()
    rules = load_rule_set(dictionary, entity)
    chosen = [int(seed) for seed in seeds.split(",") if seed] or ([] if folders else list(SEEDS))
    with tempfile.TemporaryDirectory() as scratch:
        made = [Path(scratch) / f"seed-{seed}" for seed in chosen]
        for seed, folder in zip(chosen, made, strict=True):
            generate(entity, folder, records=records, seed=seed, vocabulary=vocabulary)
        judged = [judge(folder, rules, dictionary, weights_file) for folder in (*folders, *made)]
    for each in judged:
        if errors:
            show_errors(each, errors)
    if report is not None:
        report.write_text(evaluation_report.document([_judgement(each) for each in judged]), "utf-8")
    console.print(table_of(entity, judged))
    found = [each.evaluation for each in judged]
    console.print(table_of_bars(entity, measure(entity, found)))
    kinds = sorted(merged_kinds(found).items(), key=lambda item: -item[1][0] / max(item[1][1], 1))
    console.print(", ".join(f"{kind} {merged}/{pairs}" for kind, (merged, pairs) in kinds), soft_wrap=True)


if __name__ == "__main__":
    sys.exit(main())
