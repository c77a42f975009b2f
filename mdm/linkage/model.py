"""The model artefact: reviewed weights, frozen statistics and calibration under one fingerprint.

Shipped weights (``matching_rules/<entity>.weights.json``) hold m, u, prior and calibration; a full run joins
them with the statistics of the user's own data. m is the chance of a level among matching pairs, u among the
others. Weights learned from labelled worlds are conditional on being a candidate pair (m, u and prior
alike); weights learned without labels refer to all pairs. Within one artefact they always belong together.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, cast

from mdm.domain.errors import RuleError, UntrainedLevelError
from mdm.domain.rules import Comparison, RuleSet
from mdm.linkage.bend import Bend, bend_from_dict
from mdm.linkage.calibration import Calibration
from mdm.linkage.levels import describe
from mdm.linkage.statistics import Statistics, statistics_from_dict

M_FLOOR = 0.002
"""No level is rarer than this among matches: one odd field never decides alone (vetoes are for that)."""

U_FLOOR = 0.0005
"""No level is rarer than this among non-matches: one agreement gives at most 11 bits."""

OTHERWISE = "otherwise"
"""Name of the last level of every comparison."""

DIGITS = 12
"""Digits kept of m, u and prior, so that the fingerprint is of stored values and not of rounding noise."""


Points = Sequence[tuple[float, float]]


@dataclass(frozen=True, slots=True)
class LevelWeight:
    """Chance of one level among matches (m) and non-matches (u), and the evidence in bits that follows."""

    level: str
    m: float
    u: float

    @property
    def bits(self) -> float:
        """log2(m / u)."""
        return math.log2(self.m / self.u)


@dataclass(frozen=True, slots=True)
class ComparisonWeights:
    """Weights of one comparison: one per level in the order of the rule, then one for ``otherwise``."""

    comparison: str
    levels: tuple[LevelWeight, ...]


@dataclass(frozen=True, slots=True)
class Weights:
    """What is shipped per entity: weights, prior, calibration and what they were learned from."""

    entity: str
    comparisons: tuple[ComparisonWeights, ...]
    prior: float
    trained_on: str = ""
    calibration: Calibration = field(default_factory=Calibration)
    questions: Mapping[str, Calibration] = field(default_factory=dict)
    """Reason of a question -> how often questions of such a weight are matches: those asked are the doubtful ones."""
    bend: Bend = field(default_factory=Bend)
    """What the user's own stewards taught about the probability of questions."""
    verdicts: int = 0
    """How many of their verdicts it rests on."""

    @property
    def prior_bits(self) -> float:
        """log2 odds of a match before any comparison."""
        return math.log2(self.prior / (1 - self.prior))

    def stated(self, reason: str, weight: float, probability: float) -> float:
        """What the shipped curves say of a question, before verdicts; ``probability``: of any such pair."""
        curve = self.questions.get(reason)
        return curve.probability(weight) if curve and curve.points else probability

    def as_dict(self) -> dict[str, object]:
        """JSON-able form."""
        return {
            "entity": self.entity,
            "trained_on": self.trained_on,
            "prior": self.prior,
            "comparisons": [asdict(part) for part in self.comparisons],
            "calibration": [list(point) for point in self.calibration.points],
            "questions": {
                reason: [list(point) for point in curve.points] for reason, curve in self.questions.items()
            },
            **({"bend": self.bend.as_dict(), "verdicts": self.verdicts} if self.verdicts else {}),
        }


@dataclass(frozen=True, slots=True)
class Model:
    """Everything that decides a match weight besides the rules: versioned, frozen, replayable."""

    entity: str
    rule_fingerprint: str
    weights: Weights
    statistics: Statistics = field(default_factory=Statistics)

    @property
    def calibration(self) -> Calibration:
        """From match weight to match probability."""
        return self.weights.calibration

    def question_probability(self, reason: str, weight: float, probability: float, pairs: int = 1) -> float:
        """Chance of a match for a pair that waits for this reason; ``probability`` (of any such pair) if unknown.

        A pair that other evidence decides is never asked: those asked match less often than all of their weight.
        ``pairs``: pairs of records between the two golden records it is about.
        """
        stated = self.weights.stated(reason, weight, probability)
        return self.weights.bend.probability(stated, reason, pairs) if self.weights.verdicts else stated

    def fingerprint(self) -> str:
        """sha256 of the canonical JSON with weights rounded to 1e-9."""
        return _digest(_rounded(self.as_dict()))

    def as_dict(self) -> dict[str, object]:
        """JSON-able form."""
        return {
            "entity": self.entity,
            "rule_fingerprint": self.rule_fingerprint,
            "weights": self.weights.as_dict(),
            "statistics": self.statistics.as_dict(),
        }

    def to_json(self) -> str:
        """Canonical JSON of the artefact."""
        return _canonical(self.as_dict())


def floored(level: str, m: float, u: float) -> LevelWeight:
    """A level weight inside the floors (and below 1), kept to twelve digits."""
    return LevelWeight(level, held(m, M_FLOOR), held(u, U_FLOOR))


def held(value: float, floor: float) -> float:
    """A chance between the floor and its complement."""
    return float(f"{min(max(value, floor), 1 - floor):.{DIGITS}g}")


def fingerprint_rules(rules: RuleSet) -> str:
    """sha256 of the content of a rule set; its author's version is part of it."""
    return _digest(asdict(rules))


def build_model(rules: RuleSet, weights: Weights, statistics: Statistics) -> Model:
    """Join weights with the statistics of the data at hand; raises UntrainedLevelError."""
    model = Model(rules.entity, fingerprint_rules(rules), weights, statistics)
    check_trained(rules, model)
    return model


def check_trained(rules: RuleSet, model: Model) -> None:
    """Raise UntrainedLevelError naming the first level of the rules that the model has no weight for."""
    trained = {part.comparison: part.levels for part in model.weights.comparisons}
    for comparison in rules.comparisons:
        known = [weight.level for weight in trained.get(comparison.name, ())]
        for position, level in enumerate(level_names(comparison)):
            if position >= len(known) or known[position] != level:
                _refuse(rules, comparison, level)
        if len(known) != len(comparison.levels) + 1:
            _refuse(rules, comparison, known[-1])


def level_names(comparison: Comparison) -> tuple[str, ...]:
    """What each level of a comparison tests, then ``otherwise``: the names under which weights are kept."""
    return (*(describe(level) for level in comparison.levels), OTHERWISE)


def weights_of(rules: RuleSet, weights: Weights) -> tuple[ComparisonWeights, ...]:
    """Weights in the order of the comparisons of the rules (call ``check_trained`` before)."""
    by_name = {part.comparison: part for part in weights.comparisons}
    return tuple(by_name[comparison.name] for comparison in rules.comparisons)


def model_from_json(text: str) -> Model:
    """Read what ``Model.to_json`` wrote."""
    raw = json.loads(text)
    return Model(
        raw["entity"],
        raw["rule_fingerprint"],
        weights_from_dict(raw["weights"]),
        statistics_from_dict(raw["statistics"]),
    )


def weights_from_dict(raw: Mapping[str, object]) -> Weights:
    """Read what ``Weights.as_dict`` wrote."""
    # the text of a file that this module wrote; its shape is checked by check_trained
    comparisons: list[dict[str, Any]] = cast("Any", raw["comparisons"])
    asked: dict[str, Points] = cast("Any", raw.get("questions", {}))
    return Weights(
        str(raw["entity"]),
        tuple(
            ComparisonWeights(part["comparison"], tuple(LevelWeight(**level) for level in part["levels"]))
            for part in comparisons
        ),
        float(str(raw["prior"])),
        str(raw.get("trained_on", "")),
        _curve(cast("Any", raw.get("calibration", []))),
        {reason: _curve(points) for reason, points in asked.items()},
        bend_from_dict(cast("Any", raw["bend"])) if "bend" in raw else Bend(),
        int(str(raw.get("verdicts", 0))),
    )


def _curve(points: Points) -> Calibration:
    return Calibration(tuple((float(weight), float(probability)) for weight, probability in points))


def load_weights(path: Path) -> Weights | None:
    """Shipped weights of an entity; None where there are none and a full run trains without labels."""
    if not path.is_file():
        return None
    try:
        return check_weights(weights_from_dict(json.loads(path.read_text("utf-8"))))
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise RuleError(f"{path.name} holds no weights: {error!r}", file=path.name) from error


def check_weights(weights: Weights) -> Weights:
    """The weights when every chance has a logarithm; raises ValueError."""
    chances = [
        chance for part in weights.comparisons for level in part.levels for chance in (level.m, level.u)
    ]
    if not all(0 < chance < math.inf for chance in chances) or not 0 < weights.prior < 1:
        raise ValueError("a chance has no logarithm")
    return weights


def save_weights(path: Path, weights: Weights) -> None:
    """Write weights for shipping: one line per level, so that a review reads the difference."""
    lines = json.dumps(weights.as_dict(), ensure_ascii=False, indent=1)
    path.write_text(lines + "\n", "utf-8")


def _refuse(rules: RuleSet, comparison: Comparison, level: str) -> None:
    raise UntrainedLevelError(
        f"{rules.entity}: comparison {comparison.name!r} has no trained weight for level {level!r}",
        entity=rules.entity,
        comparison=comparison.name,
        level=level,
    )


def _rounded(value: object) -> object:
    if isinstance(value, float):
        return round(value, 9)
    if isinstance(value, Mapping):
        return {key: _rounded(part) for key, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [_rounded(part) for part in value]
    return value


def _canonical(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _digest(value: object) -> str:
    return hashlib.sha256(_canonical(value).encode("utf-8")).hexdigest()
