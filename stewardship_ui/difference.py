"""Where two texts differ, character by character but for case, so that a page can mark it inside each of them.

Invariant: the runs of one side, joined, are that side's text unchanged.
"""

from __future__ import annotations

from difflib import SequenceMatcher
from typing import NamedTuple

MAX_LENGTH = 2000
"""Longer texts are marked as a whole: finding the differences would cost more than a reader gains."""

MIN_ALIKE = 0.35
"""Texts less alike than this are marked as a whole; shared single letters would only be confetti."""


class Run(NamedTuple):
    """A stretch of one text; ``same`` when the other text holds it at the same place."""

    text: str
    same: bool


Runs = tuple[Run, ...]


def mark_differences(left: str, right: str) -> tuple[Runs, Runs]:
    """The runs of both texts, in reading order."""
    if left == right:
        return _whole(left, same=True), _whole(right, same=True)
    if not left or not right or max(len(left), len(right)) > MAX_LENGTH:
        return _whole(left, same=False), _whole(right, same=False)
    if _is_code(left) and _is_code(right):
        return _around_the_middle(left, right)
    matcher = SequenceMatcher(None, _folded(left), _folded(right), autojunk=False)
    if matcher.ratio() < MIN_ALIKE:
        return _whole(left, same=False), _whole(right, same=False)
    lefts: list[Run] = []
    rights: list[Run] = []
    for tag, i1, i2, j1, j2 in matcher.get_opcodes():
        same = tag == "equal" and not _is_chance(left, right, (i1, i2), (j1, j2))
        _append(lefts, left[i1:i2], same=same)
        _append(rights, right[j1:j2], same=same)
    return tuple(lefts), tuple(rights)


def _whole(text: str, *, same: bool) -> Runs:
    return (Run(text, same),) if text else ()


def _folded(text: str) -> str:
    """Upper and lower case are one; where folding changes the length (ß), the text stays as it is."""
    folded = text.casefold()
    return folded if len(folded) == len(text) else text


def _is_code(text: str) -> bool:
    """A number, date or identifier: single characters that agree by chance in its middle mean nothing."""
    return text.isascii() and " " not in text and any(character.isdigit() for character in text)


def _around_the_middle(left: str, right: str) -> tuple[Runs, Runs]:
    """What both begin and end with is the same, all between differs."""
    head = _common_start(left, right)
    tail = _common_start(left[head:][::-1], right[head:][::-1])
    return _cut(left, head, tail), _cut(right, head, tail)


def _common_start(left: str, right: str) -> int:
    pairs = enumerate(zip(left, right, strict=False))
    return next((place for place, (one, other) in pairs if one != other), min(len(left), len(right)))


def _cut(text: str, head: int, tail: int) -> Runs:
    end = len(text) - tail
    parts = (Run(text[:head], True), Run(text[head:end], False), Run(text[end:], True))
    return tuple(run for run in parts if run.text)


def _is_chance(left: str, right: str, at_left: tuple[int, int], at_right: tuple[int, int]) -> bool:
    """One to three Latin letters or digits amid a changed word on both sides: equal by chance, hard to read apart."""
    text = left[slice(*at_left)]
    if len(text) > 3 or not (text.isascii() and text.isalnum()):
        return False
    return _inside_word(left, *at_left) or _inside_word(right, *at_right)


def _inside_word(text: str, start: int, end: int) -> bool:
    return _is_latin(text[start - 1 : start]) and _is_latin(text[end : end + 1])


def _is_latin(character: str) -> bool:
    return character.isascii() and character.isalnum()


def _append(runs: list[Run], text: str, *, same: bool) -> None:
    if not text:
        return
    if runs and runs[-1].same == same:
        text = runs.pop().text + text
    runs.append(Run(text, same))
