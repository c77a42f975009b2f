"""Evidence of a pair as it is stored with tasks and decisions and answered by the API: facts, sentence, counterfactual.

Invariant: the same rules, model and features give the same evidence, so that a decision can be re-derived later.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from typing import Any

from mdm.domain.counterfactual import SILENT, Case, change_to_link, change_to_part, links
from mdm.domain.reason import ONE_SOURCE, Fact, Objection, Words, blocked_words, sentence, turning_words
from mdm.domain.review import Against, Evidence, Telling, VetoSpoken
from mdm.domain.rules import Veto
from mdm.linkage.levels import columns_read
from mdm.linkage.record import FeatureRecord, Prepared
from mdm.linkage.score import Evidence as Judged
from mdm.services.rule import Matcher

MOST_TOLD = 20_000
"""So many patterns keep their words in memory, about 20 MB."""


def evidence_of(
    matcher: Matcher,
    left: Prepared,
    right: Prepared,
    *,
    against: Against | None = None,
    one_source: bool = False,
    keep_features: bool = False,
) -> dict[str, Any]:
    """All that speaks for and against a pair; ``Any``: JSON.

    ``against``: two other records that forbid the link; ``one_source``: both stand in a source that holds each thing
    once; ``keep_features``: with the features of both records, from which ``derive`` gives the same evidence again.
    """
    case = matcher.scorer.case(left, right)
    judged = matcher.scorer.explain(left, right, case.levels)
    vetoes = [matcher.rules.vetoes[number] for number in sorted(case.spoken)]
    said, turning = _words(matcher, case, judged, vetoes, against, one_source=one_source)
    made: dict[str, Any] = {
        "prior": round(matcher.scorer.prior_bits, 6),
        "model": matcher.model_fingerprint,
        "rules": matcher.rule_fingerprint,
        "weight": case.weight,
        "thresholds": {"link": matcher.link_weight, "review": matcher.review_weight},
        "anchored": bool(case.anchors) or not matcher.rules.anchors,
        "sentence_en": said.en,
        "sentence_zh": said.zh,
        "counterfactual_en": turning.en,
        "counterfactual_zh": turning.zh,
        "comparisons": [_comparison(item) for item in judged],
        "vetoes": [_veto(veto) for veto in vetoes],
    }
    if keep_features:
        made["one_source"] = one_source
        made["features"] = {"left": dict(left.record.features), "right": dict(right.record.features)}
    return made


def derive(matcher: Matcher, stored: dict[str, Any]) -> dict[str, Any]:
    """The evidence that the rules and the model give for the features kept in ``stored``; ``Any``: JSON."""
    left, right = (
        matcher.scorer.prepare(FeatureRecord(number, "", stored["features"][side]))
        for number, side in enumerate(("left", "right"), 1)
    )
    against = against_of(stored)
    made = evidence_of(
        matcher, left, right, against=against, one_source=stored.get("one_source", False), keep_features=True
    )
    made["against"] = stored.get("against")
    return made


def against_of(stored: dict[str, Any]) -> Against | None:
    """The two other records that forbid the link, as stored with the evidence; ``Any``: JSON."""
    return Against(**stored["against"]) if stored.get("against") else None


def telling_of(evidence: dict[str, Any]) -> Telling:
    """``Any``: stored JSON; evidence of older tasks has no sentence."""
    return Telling(**{name: evidence.get(name, "") for name in Telling.__slots__})


def evidence_items(stored: dict[str, Any]) -> tuple[Evidence, ...]:
    """How each comparison was judged, from stored evidence; ``Any``: JSON."""
    return tuple(
        Evidence(
            item["name"],
            item["en"],
            item["zh"],
            item["level_en"],
            item["level_zh"],
            item["weight"],
            item["left"],
            item["right"],
        )
        for item in stored["comparisons"]
    )


def spoken_vetoes(stored: dict[str, Any]) -> tuple[VetoSpoken, ...]:
    """The vetoes that spoke, from stored evidence; ``Any``: JSON."""
    return tuple(
        VetoSpoken(v["name"], v["en"], v["zh"], v["clause"], v["hard"], v.get("regulated", False))
        for v in stored["vetoes"]
    )


def text_of(evidence: dict[str, Any]) -> str:
    """Evidence as it is stored; ``Any``: JSON."""
    return json.dumps(evidence, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def hash_of(text: str) -> str:
    """Names the evidence that was on screen."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _words(
    matcher: Matcher,
    case: Case,
    judged: Sequence[Judged],
    vetoes: Sequence[Veto],
    against: Against | None,
    *,
    one_source: bool,
) -> tuple[Words, Words]:
    """Sentence and counterfactual: told once for all pairs that are judged alike, of which a batch has many."""
    scripts = tuple(item.bilingual for item in judged)
    pattern = (case, scripts, against, one_source)
    known = matcher.told.get(pattern)
    if known is None:
        said = sentence(
            [_fact(item) for item in judged],
            [_objection(veto) for veto in vetoes],
            weight=case.weight,
            review=matcher.review_weight,
        )
        known = said, _turning(matcher, case, against, one_source=one_source)
        if len(matcher.told) >= MOST_TOLD:
            matcher.told.clear()
        matcher.told[pattern] = known
    return known


def _turning(matcher: Matcher, case: Case, against: Against | None, *, one_source: bool) -> Words:
    rules, consequences = matcher.rules, matcher.scorer.consequences
    linked = links(rules, case)
    if one_source and not any(rules.vetoes[number].regulated for number in case.spoken):
        return ONE_SOURCE
    if linked and against is not None:
        return blocked_words(against)
    search = change_to_part if linked else change_to_link
    return turning_words(rules, case, search(rules, consequences, case))


def _fact(item: Judged) -> Fact:
    return Fact(
        Words(item.en, item.zh),
        Words(item.label_en, item.label_zh),
        item.weight,
        item.level != SILENT,
        item.stance,
        item.columns,
        item.bilingual,
    )


def _objection(veto: Veto) -> Objection:
    columns = frozenset(columns_read((veto.when,)))
    return Objection(Words(veto.en, veto.zh), veto.hard, veto.regulated, columns)


def _comparison(item: Judged) -> dict[str, Any]:
    """``Any``: JSON."""
    return {
        "name": item.comparison,
        "en": item.en,
        "zh": item.zh,
        "level": item.level,
        "level_en": item.label_en,
        "level_zh": item.label_zh,
        "weight": round(item.weight, 6),
        "left": dict(item.left),
        "right": dict(item.right),
    }


def _veto(veto: Veto) -> dict[str, Any]:
    """``Any``: JSON."""
    return {
        "name": veto.name,
        "en": veto.en,
        "zh": veto.zh,
        "clause": veto.clause,
        "hard": veto.hard,
        "regulated": veto.regulated,
    }
