"""Words of a pair that waits, of verdicts on it and of what a bulk decision left."""

from __future__ import annotations

from typing import NamedTuple

from flask_babel import gettext, lazy_gettext

from mdm.domain.review import TaskReason, Verdict
from stewardship_ui.wording.say import say

BANDS = (
    (0.99, "5", lazy_gettext("almost surely the same")),
    (0.9, "4", lazy_gettext("probably the same")),
    (0.6, "3", lazy_gettext("rather the same")),
    (0.4, "3", lazy_gettext("undecided")),
    (0.1, "2", lazy_gettext("rather different")),
    (0.0, "1", lazy_gettext("probably different")),
)
"""From this probability upwards: band and its words."""

REASONS = {
    TaskReason.UNCERTAIN: lazy_gettext("Uncertain"),
    TaskReason.CONTRADICTION: lazy_gettext("Contradiction"),
    TaskReason.CLUSTER: lazy_gettext("Contradiction in the group"),
    TaskReason.NO_ANCHOR: lazy_gettext("No decisive evidence"),
    TaskReason.CHANGED: lazy_gettext("Values changed"),
    TaskReason.AUDIT: lazy_gettext("Blind check"),
}

_WHY = {
    TaskReason.UNCERTAIN: lazy_gettext(
        "The evidence is too weak to link the two and too strong to keep them apart."
    ),
    TaskReason.CONTRADICTION: lazy_gettext(
        "The two are alike enough to be linked, but a fact speaks against it."
    ),
    TaskReason.CLUSTER: lazy_gettext(
        "The two are alike enough to be linked, but other records of their golden records contradict each other."
    ),
    TaskReason.NO_ANCHOR: lazy_gettext(
        "The two are alike, but nothing decisive, such as an equal identifier, is among the evidence."
    ),
    TaskReason.CHANGED: lazy_gettext(
        "This was decided before; the values which that decision rested on have changed since."
    ),
    TaskReason.AUDIT: lazy_gettext(
        "Drawn at random to measure the machine; what it thinks is shown after your verdict."
    ),
}

_VERDICTS = {
    Verdict.MATCH: lazy_gettext("Match"),
    Verdict.NON_MATCH: lazy_gettext("Not a match"),
    Verdict.UNSURE: lazy_gettext("Unsure"),
}

_TIES = {
    "asked": lazy_gettext("asked here"),
    "match": lazy_gettext("verdict: a match"),
    "non-match": lazy_gettext("verdict: not a match"),
    "compared": lazy_gettext("compared"),
}

_LEFT = {
    "task.held": lazy_gettext("somebody else works on it"),
    "verdict.contradiction": lazy_gettext("contradicts a verdict in force"),
    "proposal.open": lazy_gettext("waits for a second person"),
}


class Preset(NamedTuple):
    """A quick reason: its key on the keyboard, the verdict it usually goes with, its text."""

    key: str
    verdict: Verdict
    text: str


def presets() -> list[Preset]:
    """The quick reasons, in the language of the page: the text chosen is the text recorded."""
    texts = (
        (Verdict.MATCH, gettext("Same identifier")),
        (Verdict.MATCH, gettext("Same name, other spelling or language")),
        (Verdict.MATCH, gettext("Same thing, written another way")),
        (Verdict.NON_MATCH, gettext("Different identifier")),
        (Verdict.NON_MATCH, gettext("Related, but a thing of its own")),
        (Verdict.NON_MATCH, gettext("Different size, grade or version")),
        (Verdict.UNSURE, gettext("Not enough evidence")),
        (Verdict.UNSURE, gettext("The source has to be asked")),
    )
    return [Preset(str(number), verdict, text) for number, (verdict, text) in enumerate(texts, 1)]


def band(probability: float) -> tuple[str, str]:
    """Band (1 to 5) of a probability and what it says in words."""
    return next((code, str(words)) for least, code, words in BANDS if probability >= least)


def reason(code: str) -> str:
    """Why a task waits, in two or three words."""
    return say(REASONS, code)


def why(code: str) -> str:
    """Why a task waits, as a sentence."""
    return say(_WHY, code)


def verdict(code: str | None) -> str:
    """A verdict."""
    return say(_VERDICTS, code or "")


def tie(code: str) -> str:
    """What ties two records."""
    return say(_TIES, code)


def left_out(code: str) -> str:
    """Why a task was left by a bulk decision."""
    return say(_LEFT, code)


def decided(code: str, task_id: int) -> str:
    """What the page says once a verdict is recorded."""
    told: str = gettext("Task %(id)s: %(verdict)s, recorded.", id=task_id, verdict=verdict(code))
    return told
