"""Pairs made for every level of every comparison of a rule set, also for those that no real pair reaches."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from random import Random

from mdm.domain.rules import Comparison, Level, LevelKind, RuleSet, missing
from mdm.linkage.levels import Columns, columns_read
from mdm.linkage.member import FeatureValue
from mdm.linkage.record import FeatureRecord, Shape, compile_preparation, features_by_name, shape_of
from mdm.linkage.score import SILENT, compile_comparison
from mdm.linkage.statistics import Statistics

STEPS = 60
"""So many changes a pair may take on its way to a level."""

TRIES = 60
"""So many pairs are begun for one that is found."""

FILLED = 6
"""About so many columns hold something: where dozens are read, more would contradict each other anyway."""

HOPELESS = 200
"""A level that none of the first so many pairs has reached is taken for one that nothing can reach."""

MEMBERS = (
    "bearing", "shaft", "m3", "6204", "深圳轴承", "轴", "承", "深圳abc轴承6204", "ＡＢＣ１２", "abc12", "Müller",
    "x|y", "o'neil", "100%_", "a" * 200, "轴" * 200, "轴a" * 100, "x\0y", "ｶﾀｶﾅ", "🏭", "CN-GD", "-",
)  # fmt: skip
ALPHABET = "abcdeo"


@dataclass(slots=True)
class Pair:
    """Two records in the making."""

    left: dict[str, FeatureValue]
    right: dict[str, FeatureValue]


def pairs_at(
    rules: RuleSet, rule: Comparison, statistics: Statistics, chance: Random, wanted: int
) -> Iterator[tuple[int, Pair]]:
    """(level, pair) for ``wanted`` pairs at each level, at ``otherwise`` and where the comparison is silent."""
    maker = _Maker(rules, rule, chance)
    # Only the columns that the comparison reads, or most of the time would go into the others.
    own = replace(rules, features=tuple(f for f in rules.features if f.name in maker.read), blocking=())
    prepare = compile_preparation(own, statistics)
    compared = compile_comparison(rule, [0.0] * (len(rule.levels) + 1), Columns.of(own))
    for target in (*range(len(rule.levels) + 1), SILENT):
        found = 0
        for begun in range(wanted * TRIES):
            if found == wanted or (not found and begun == HOPELESS):
                break
            pair = maker.begin()
            for _ in range(STEPS):
                left, right = (prepare(FeatureRecord(1, "", side)) for side in (pair.left, pair.right))
                level = compared.level(left.values, right.values)
                if level == target:
                    found += 1
                    maker.complete(pair)
                    yield target, pair
                    break
                maker.nudge(pair, level, target)


class _Maker:
    def __init__(self, rules: RuleSet, rule: Comparison, chance: Random) -> None:
        self._features = features_by_name(rules)
        self._rule, self._chance = rule, chance
        self.read = columns_read((*rule.levels, *((rule.null,) if rule.null else ())))
        self._null = rule.null or Level(LevelKind.ANY, parts=tuple(missing(name) for name in self.read))

    def begin(self) -> Pair:
        """Two records with something in most columns that the comparison reads, alike or not."""
        pair = Pair({}, {})
        self._fill(pair, self.read)
        return pair

    def complete(self, pair: Pair) -> None:
        """Something in the columns that the comparison does not read."""
        self._fill(pair, [name for name in self._features if name not in self.read])

    def _fill(self, pair: Pair, names: Sequence[str]) -> None:
        for name in names:
            if self._chance.random() < min(0.5, FILLED / len(names)):
                (self._agree if self._chance.random() < 0.5 else self._differ)(pair, name)

    def nudge(self, pair: Pair, level: int, target: int) -> None:
        """Bring a pair that stands at ``level`` nearer to ``target``."""
        levels = self._rule.levels
        if target == SILENT:
            self._satisfy(pair, self._null)
        elif level == SILENT:
            self._deny(pair, self._null)
            if target < len(levels):
                self._satisfy(pair, levels[target])
        elif level < target:
            self._deny(pair, levels[level])
        else:
            self._satisfy(pair, levels[target])

    def _satisfy(self, pair: Pair, level: Level) -> None:
        if level.kind is LevelKind.ALL:
            for part in level.parts:
                self._satisfy(pair, part)
        elif level.kind is LevelKind.ANY:
            self._satisfy(pair, self._chance.choice(level.parts))
        elif level.kind is LevelKind.MISSING:
            self._drop(pair, level.column)
        elif level.kind is LevelKind.DISJOINT:
            self._differ(pair, level.column)
        else:
            self._agree(pair, level.column)

    def _deny(self, pair: Pair, level: Level) -> None:
        if level.kind is LevelKind.ALL:
            self._deny(pair, self._chance.choice(level.parts))
        elif level.kind is LevelKind.ANY:
            for part in level.parts:
                self._deny(pair, part)
        elif level.kind is LevelKind.MISSING:
            (self._agree if self._chance.random() < 0.5 else self._differ)(pair, level.column)
        elif level.kind is LevelKind.DISJOINT:
            self._agree(pair, level.column)
        elif self._chance.random() < 0.3:
            self._drop(pair, level.column)
        else:
            self._differ(pair, level.column)

    def _drop(self, pair: Pair, name: str) -> None:
        empty: FeatureValue = self._chance.choice([None, [], ""])
        side = self._chance.choice([(pair.left,), (pair.right,), (pair.left, pair.right)])
        for features in side:
            features[name] = empty

    def _agree(self, pair: Pair, name: str) -> None:
        """The same value, nearly the same, or sets with something in common."""
        shape = shape_of(self._features[name])
        if shape is Shape.NUMBER:
            number = self._chance.choice([0.0, 7.0, 1970.0, 0.1])
            pair.left[name], pair.right[name] = number, number + self._chance.choice([0, 0, 0.1, 1, -1])
        elif shape is Shape.TEXT:
            pair.left[name] = pair.right[name] = self._chance.choice(MEMBERS)
            if self._chance.random() < 0.6:
                text = "".join(self._chance.choices(ALPHABET, k=self._chance.randint(4, 12)))
                pair.left[name], pair.right[name] = text, text[: -self._chance.randint(1, 3)] or "a"
        else:
            common = self._chance.sample(MEMBERS, self._chance.randint(1, 3))
            extra = self._chance.sample(MEMBERS, 4)
            pair.left[name] = common + extra[: self._chance.choice([0, 0, 1, 2])]
            pair.right[name] = common + extra[4 - self._chance.choice([0, 0, 1, 2]) :]

    def _differ(self, pair: Pair, name: str) -> None:
        shape = shape_of(self._features[name])
        if shape is Shape.NUMBER:
            pair.left[name], pair.right[name] = 3.0, self._chance.choice([4.0, 40.0, -7.5])
            return
        members = self._chance.sample(MEMBERS, self._chance.randint(2, 5))
        cut = self._chance.randint(1, len(members) - 1)
        if shape is Shape.TEXT:
            pair.left[name], pair.right[name] = members[0], members[1]
        else:
            pair.left[name], pair.right[name] = members[:cut], members[cut:]
