"""Words of change requests, their reports, and of who answers for what."""

from __future__ import annotations

from flask_babel import lazy_gettext

from stewardship_ui.wording.say import say

_OWNERS = {
    "engineering": lazy_gettext("Engineering"),
    "equipment": lazy_gettext("Equipment management"),
    "finance": lazy_gettext("Finance"),
    "master_data": lazy_gettext("Master data"),
    "metrology": lazy_gettext("Metrology"),
    "purchasing": lazy_gettext("Purchasing"),
    "quality": lazy_gettext("Quality management"),
    "regulatory": lazy_gettext("Regulatory affairs"),
    "sales": lazy_gettext("Sales"),
    "supply_chain": lazy_gettext("Supply chain"),
}

_CHANGE_KINDS = {
    "model": lazy_gettext("Weights"),
    "rules": lazy_gettext("Rules"),
    "threshold": lazy_gettext("Thresholds"),
    "code_list": lazy_gettext("Code list"),
}

_CHANGE_STATES = {
    "proposed": lazy_gettext("proposed"),
    "examined": lazy_gettext("examined"),
    "approved": lazy_gettext("approved"),
    "rejected": lazy_gettext("rejected"),
    "activated": lazy_gettext("in force"),
    "withdrawn": lazy_gettext("withdrawn"),
}

_CHANGE_PARTS = {
    "threshold": lazy_gettext("Threshold (bits)"),
    "feature": lazy_gettext("Feature"),
    "blocking": lazy_gettext("Candidate rule"),
    "comparison": lazy_gettext("Comparison"),
    "level": lazy_gettext("Level of a comparison"),
    "veto": lazy_gettext("Veto"),
    "anchor": lazy_gettext("Evidence that a link needs"),
    "partners": lazy_gettext("Partners between sources that hold each thing once"),
    "survivorship": lazy_gettext("Which value survives"),
    "share": lazy_gettext("Share of contradictions"),
    "trained_on": lazy_gettext("Trained on"),
    "prior": lazy_gettext("Prior (bits)"),
    "weight": lazy_gettext("Weight (bits)"),
    "calibration": lazy_gettext("Calibration points"),
    "code": lazy_gettext("Code"),
    "code_zh": lazy_gettext("Chinese name"),
    "code_en": lazy_gettext("English name"),
    "code_parent": lazy_gettext("Belongs to"),
    "synonym": lazy_gettext("Spelling"),
}

_OUTCOMES = {
    "link": lazy_gettext("would link"),
    "review": lazy_gettext("would ask"),
    "non_link": lazy_gettext("would keep apart"),
}

_ALIAS_OUTCOMES = {
    "in_force": lazy_gettext("in force"),
    "own": lazy_gettext("You proposed this: somebody else has to confirm it."),
    "in_doubt": lazy_gettext("In doubt: the decision that proved this was taken back or answered otherwise."),
    "against_verdicts": lazy_gettext("It goes against verdicts: look at its report first."),
    "moved_on": lazy_gettext("Someone changed this since you opened it."),
}

_EXAMPLES = {
    "verdict": lazy_gettext("Against a verdict"),
    "merge": lazy_gettext("Would become one"),
    "split": lazy_gettext("Would come apart"),
}


def owner(code: str) -> str:
    """Who answers for a list or an attribute."""
    return say(_OWNERS, code)


def change_kind(code: str) -> str:
    """What a change request is about."""
    return say(_CHANGE_KINDS, code)


def change_state(code: str) -> str:
    """Where a change request stands."""
    return say(_CHANGE_STATES, code)


def change_part(code: str) -> str:
    """Which part of rules, weights or code list differs."""
    return say(_CHANGE_PARTS, code)


def outcome(code: str) -> str:
    """What the machine by itself would make of a pair."""
    return say(_OUTCOMES, code)


def alias_outcome(code: str) -> str:
    """What became of an alias in a batch."""
    return say(_ALIAS_OUTCOMES, code)


def example(code: str) -> str:
    """Why a pair is shown in a report."""
    return say(_EXAMPLES, code)
