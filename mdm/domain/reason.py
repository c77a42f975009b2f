"""Why two records are, or are not, one thing: one sentence that a buyer understands, in English and in Chinese.

A sentence names the strongest evidence for and against, in the words of the rules; what says nothing is not mentioned,
unless that is the point. The same evidence always gives the same sentence.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from mdm.domain.counterfactual import SILENT, Case, Change, Stance, link_weight, links
from mdm.domain.review import Against
from mdm.domain.rules import Level, RuleSet, Veto

WORTH_TELLING = 0.5
"""Bits; weaker evidence would only clutter the sentence."""

MOST_FOR, MOST_AGAINST = 3, 2
"""How many facts for and against a sentence tells; vetoes count as facts against."""

SPARSE = 2
"""Where no more comparisons than this say anything, their being so few is the reason."""

_TERSE_EN = {"same": "same {}", "equal": "same {}", "differ": "different {}", "different": "different {}"}
_HAN = re.compile(r"[\u3400-\u9fff]")
_LATIN = re.compile(r"[A-Za-z]")


class Words(NamedTuple):
    """One text in both languages."""

    en: str
    zh: str


@dataclass(frozen=True, slots=True)
class Fact:
    """What one comparison says of a pair; ``weight`` in bits, ``columns`` what its level looked at.

    ``heard``: False where a side is missing; ``stance``: what its words say; ``two_scripts``: one side is written in
    Chinese, the other is not.
    """

    label: Words
    level: Words
    weight: float
    heard: bool = True
    stance: Stance = Stance.OPEN
    columns: frozenset[str] = frozenset()
    two_scripts: bool = False


@dataclass(frozen=True, slots=True)
class Objection:
    """A veto that speaks of the pair; ``columns`` what it looked at."""

    words: Words
    hard: bool = True
    regulated: bool = False
    columns: frozenset[str] = frozenset()


def sentence(
    facts: Sequence[Fact], objections: Sequence[Objection], *, weight: float, review: float
) -> Words:
    """The evidence of a pair in one sentence; what decides comes first, what speaks against it after "but"."""
    heard = [fact for fact in facts if fact.heard]
    if not objections and len(heard) <= SPARSE < len(facts) and not _decisive(heard):
        return _sparse(heard)
    speaks_for = [_said(fact) for fact in _strongest(heard, 1)][:MOST_FOR]
    told = [each.words for each in _ranked(objections)][:MOST_AGAINST]
    new = [_said(fact) for fact in _strongest(heard, -1) if not _repeats(fact, objections)]
    against = _once([*told, *new])[:MOST_AGAINST]
    if not speaks_for and not against:
        return _sparse(heard) if len(heard) <= SPARSE else _NOTHING
    first, then = (speaks_for, against) if weight >= review and speaks_for else (against, speaks_for)
    return _stop(_joined(_once(first), _once(then)))


def two_scripts(left: Mapping[str, object], right: Mapping[str, object]) -> bool:
    """Whether one side's values hold Chinese characters and the other's none, but Latin letters."""
    one, other = _text(left.values()), _text(right.values())
    if bool(_HAN.search(one)) == bool(_HAN.search(other)):
        return False
    return bool(_LATIN.search(one if _HAN.search(other) else other))


def turning_words(rules: RuleSet, case: Case, change: Change | None) -> Words:
    """What would link the pair, or undo its link; ``change`` as found by ``domain.counterfactual``."""
    if links(rules, case):
        return _parting(rules, case, change)
    spoken = [rules.vetoes[number] for number in sorted(case.spoken)]
    regulated = [veto for veto in spoken if veto.regulated]
    if regulated:
        return _second_person(_veto_words(regulated[0]), regulated[0].clause)
    if change is not None:
        now, then = (
            _level_words(rules, change.comparison, case.levels[change.comparison]),
            _changed(rules, change),
        )
        return Words(
            f"Would link by itself if this held: {then.en} (now: {now.en}).",
            f"若{then.zh}（现在：{now.zh}），则自动归并。",
        )
    if spoken:
        words = _with_clause(_veto_words(spoken[0]), spoken[0].clause)
        return Words(f"Only a verdict can unite them: {words.en}.", f"只有人工裁决才能合并：{words.zh}。")
    return _too_far(rules, case)


def blocked_words(against: Against) -> Words:
    """What keeps a pair apart that would link but for two other records of the two golden records."""
    inner = Words(
        ", ".join(filter(None, (against.en, against.clause))),
        "，".join(filter(None, (against.zh, against.clause))),
    )
    left, right = against.left, against.right
    start = Words(
        f"Would link by itself, but {left} and {right} contradict each other ({inner.en}); only ",
        f"两者本可自动归并，但 {left} 与 {right} 相互矛盾（{inner.zh}）；只有",
    )
    if against.regulated:
        return Words(
            f"{start.en}a verdict that a second person confirms can unite the two groups.",
            f"{start.zh}经第二人确认的裁决才能合并两组。",
        )
    return Words(f"{start.en}a verdict can unite the two groups.", f"{start.zh}人工裁决才能合并两组。")


_NOTHING = Words("Nothing tells the two apart or together.", "没有明显的异同。")

ONE_SOURCE = Words(
    "Only a verdict can unite them: their source holds each thing once.",
    "只有人工裁决才能合并：该来源系统中每个对象只有一条记录。",
)
"""Both records stand in a source whose profile says that it holds each thing once."""


def _decisive(heard: Iterable[Fact]) -> bool:
    """Whether one fact alone says much."""
    return any(abs(fact.weight) >= 4 for fact in heard)


def _sparse(heard: Sequence[Fact]) -> Words:
    if not heard:
        return Words(
            "Not enough evidence: nothing of the two can be compared.", "证据不足：两者没有可比的内容。"
        )
    names_en = " and ".join(f"the {_lower(fact.label.en)}" for fact in heard)
    names_zh = "和".join(fact.label.zh for fact in heard)
    said = _joined([_said(fact) for fact in heard], [])
    return _stop(
        Words(
            f"not enough evidence: only {names_en} can be compared ({said.en})",
            f"证据不足：只有{names_zh}可以比较（{said.zh}）",
        )
    )


def _strongest(heard: Iterable[Fact], sign: int) -> list[Fact]:
    """Facts on one side, the strongest first.

    Where bits and words disagree ("similar" may be the rarer among matches) the fact is left out: a reader would take
    it for the opposite.
    """
    found = (fact for fact in heard if fact.weight * sign >= WORTH_TELLING and fact.stance != -sign)
    return sorted(found, key=lambda fact: -abs(fact.weight))


def _ranked(objections: Iterable[Objection]) -> list[Objection]:
    return sorted(objections, key=lambda each: (not each.regulated, not each.hard))


def _repeats(fact: Fact, objections: Iterable[Objection]) -> bool:
    """Whether a veto has said this already, and better."""
    return any(
        (each.columns and each.columns <= fact.columns) or each.words.en.startswith(fact.level.en)
        for each in objections
    )


def _said(fact: Fact) -> Words:
    """A fact that can stand alone: a level of one word needs the name of what was compared."""
    en, zh = fact.level
    if " " not in en:
        en = _TERSE_EN.get(en, "{}: " + en).format(_lower(fact.label.en))
    if len(zh) <= 2:
        zh = fact.label.zh + zh
    if fact.two_scripts and fact.weight > 0:
        return Words(f"{en}, one in Chinese, one in Latin letters", f"{zh}（一方中文，一方拉丁字母）")
    return Words(en, zh)


def _joined(first: Sequence[Words], then: Sequence[Words]) -> Words:
    en, zh = "; ".join(words.en for words in first), "；".join(words.zh for words in first)
    if first and then:
        en, zh = f"{en}; but ", f"{zh}；但"
    return Words(en + "; ".join(words.en for words in then), zh + "；".join(words.zh for words in then))


def _once(words: Iterable[Words]) -> list[Words]:
    return list(dict.fromkeys(words))


def _stop(words: Words) -> Words:
    """A whole sentence: capital and full stop."""
    return Words(f"{words.en[:1].upper()}{words.en[1:]}.", f"{words.zh}。")


def _lower(label: str) -> str:
    """A label inside a sentence; names such as GTIN keep their capitals."""
    return label if label[1:2].isupper() else label[:1].lower() + label[1:]


def _text(values: Iterable[object]) -> str:
    found = []
    for value in values:
        if isinstance(value, str):
            found.append(value)
        elif isinstance(value, Sequence):
            found += map(str, value)
    return " ".join(found)


def _level_words(rules: RuleSet, place: int, level: int) -> Words:
    """What a level of a comparison says, as it can stand in a sentence."""
    comparison = rules.comparisons[place]
    if level == SILENT:
        return Words("cannot be compared", "无法比较")
    if level == len(comparison.levels):
        said = Words(comparison.otherwise_en, comparison.otherwise_zh)
    else:
        said = _words_of(comparison.levels[level])
    return _said(Fact(Words(comparison.en, comparison.zh), said, 0.0))


def _words_of(level: Level) -> Words:
    """The level's own words, else those of its first part that has some."""
    if level.en or level.zh:
        return Words(level.en or level.zh, level.zh or level.en)
    return next(
        (_words_of(part) for part in level.parts if part.en or part.zh or part.parts), Words("agree", "一致")
    )


def _changed(rules: RuleSet, change: Change) -> Words:
    return _level_words(rules, change.comparison, change.level)


def _veto_words(veto: Veto) -> Words:
    return Words(veto.en, veto.zh)


def _with_clause(words: Words, clause: str) -> Words:
    return Words(f"{words.en} ({clause})", f"{words.zh}（{clause}）") if clause else words


def _second_person(words: Words, clause: str) -> Words:
    told = _with_clause(words, clause)
    return Words(
        f"Only a verdict that a second person confirms can unite them: {told.en}.",
        f"只有经第二人确认的裁决才能合并：{told.zh}。",
    )


def _parting(rules: RuleSet, case: Case, change: Change | None) -> Words:
    if change is None:
        return Words(
            "No single change would undo the link; only a verdict can part the two.",
            "任何单项变化都不会撤销归并；只有人工裁决才能拆分。",
        )
    now, then = (
        _level_words(rules, change.comparison, case.levels[change.comparison]),
        _changed(rules, change),
    )
    return Words(
        f"Would no longer link by itself if this held: {then.en} (now: {now.en}).",
        f"若{then.zh}（现在：{now.zh}），则不再自动归并。",
    )


def _too_far(rules: RuleSet, case: Case) -> Words:
    missing = link_weight(rules) - case.weight
    if missing <= 0:
        return Words(
            "No single change is enough to link them by itself: nothing decisive agrees.",
            "单独改变任何一项都不足以自动归并：没有决定性的证据。",
        )
    return Words(
        f"No single change is enough to link them by itself: {missing:.1f} bits of evidence are missing.",
        f"单独改变任何一项都不足以自动归并：证据还差 {missing:.1f} 比特。",
    )
