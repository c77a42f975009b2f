"""Words of golden records: where one stands, which rule chose a value, what people did to it and may do."""

from __future__ import annotations

from flask_babel import gettext, lazy_gettext

from stewardship_ui.wording.say import say

_STATUSES = {
    "open": lazy_gettext("open"),
    "decided": lazy_gettext("decided"),
    "superseded": lazy_gettext("superseded"),
    "expired": lazy_gettext("expired"),
    "active": lazy_gettext("active"),
    "merged": lazy_gettext("merged"),
    "split": lazy_gettext("split"),
    "retired": lazy_gettext("retired"),
    "accepted": lazy_gettext("accepted"),
    "undone": lazy_gettext("undone"),
    "unknown": lazy_gettext("unknown"),
}

_RULES = {
    "only_value": lazy_gettext("only value"),
    "verified": lazy_gettext("passed its check"),
    "trust": lazy_gettext("most trusted source"),
    "most_common": lazy_gettext("most common value"),
    "most_complete": lazy_gettext("most complete value"),
    "most_recent": lazy_gettext("most recent value"),
    "source_order": lazy_gettext("order of source keys"),
    "override": lazy_gettext("set by a steward"),
}

_KINDS = {
    "review": lazy_gettext("Review"),
    "merge": lazy_gettext("Merge"),
    "unmerge": lazy_gettext("Unmerge"),
    "split": lazy_gettext("Split"),
    "override": lazy_gettext("Value set"),
    "rehome": lazy_gettext("Record moved"),
    "retire": lazy_gettext("Retirement"),
    "create": lazy_gettext("Record created"),
    "undo": lazy_gettext("Undo"),
}

_FACTS = {
    "golden.created": lazy_gettext("golden ID issued"),
    "golden.changed": lazy_gettext("values or source records changed"),
    "golden.merged": lazy_gettext("merged into another golden record"),
    "golden.restored": lazy_gettext("stands for itself again"),
    "golden.split": lazy_gettext("source records split off"),
    "golden.retired": lazy_gettext("retired"),
    "decision.made": lazy_gettext("decision of a steward"),
    "decision.undone": lazy_gettext("decision taken back"),
    "review.decided": lazy_gettext("verdict of a steward"),
    "task.opened": lazy_gettext("regrouped"),
    "task.superseded": lazy_gettext("regrouped"),
    "proposal.confirmed": lazy_gettext("confirmed by a second person"),
    "record.changed": lazy_gettext("a source record changed"),
    "record.retired": lazy_gettext("a source record was retired"),
    "record.restandardised": lazy_gettext("standardised anew"),
    "match.completed": lazy_gettext("match run"),
    "load.undone": lazy_gettext("load taken back"),
}

_KIN = {
    "merged_in": lazy_gettext("merged into this one:"),
    "merged_into": lazy_gettext("was merged into"),
    "split_from": lazy_gettext("split off from"),
    "split_off": lazy_gettext("records split off to"),
}

_DEEDS = {
    "merge": lazy_gettext("Merge with another one"),
    "unmerge": lazy_gettext("Take the latest merge apart"),
    "split": lazy_gettext("Split off records"),
    "rehome": lazy_gettext("Move a record elsewhere"),
    "override": lazy_gettext("Set a value"),
    "retire": lazy_gettext("Retire"),
}

_REFUSALS = {
    "These are one golden record already.": lazy_gettext("These are one golden record already."),
    "Nothing was merged into this golden record.": lazy_gettext(
        "Nothing was merged into this golden record."
    ),
    "No records of that merge are left to part.": lazy_gettext("No records of that merge are left to part."),
    "A split needs some, but not all, records.": lazy_gettext("A split needs some, but not all, records."),
    "An override is a text (to 4,000 characters) or a number.": lazy_gettext(
        "Write a value of 1 to 4,000 characters."
    ),
    "This golden record is retired.": lazy_gettext("This golden record is retired."),
    "This golden ID was never issued.": lazy_gettext("This golden ID was never issued."),
    "No source record has this key.": lazy_gettext("No source record has this key."),
    "Only a current record that was matched can move.": lazy_gettext(
        "Choose a current source record that has a golden record."
    ),
    "The record belongs to this golden record already.": lazy_gettext(
        "The record belongs to this golden record already."
    ),
    "This golden record has no current source record.": lazy_gettext(
        "This golden record has no current source record."
    ),
    "A regulated veto speaks between them: split the record off, then propose the merge, which a second "
    "person confirms.": lazy_gettext(
        "A regulated veto speaks between them. Split the record off first, then propose the merge: a second person "
        "confirms it."
    ),
    "A verdict in force keeps records of these two apart; undo it first.": lazy_gettext(
        "A verdict in force keeps these records apart. Take it back first."
    ),
    "A new record needs a name.": lazy_gettext("A new record needs a name."),
    "The golden record has changed.": lazy_gettext(
        "Someone changed this since you opened it. Look at it again, then decide."
    ),
}
"""What a service says when it refuses -> the same in the language of the page."""


def status(code: str) -> str:
    """Where a task, a golden record or a load stands."""
    return say(_STATUSES, code)


def rule(code: str) -> str:
    """Which rule chose a value."""
    return say(_RULES, code)


def kind(code: str) -> str:
    """What sort of decision it was."""
    return say(_KINDS, code)


def fact(code: str) -> str:
    """What happened to a golden record."""
    return say(_FACTS, code)


def deed(code: str) -> str:
    """What a person can do with a golden record, as the words of a button."""
    return say(_DEEDS, code)


def refusal(message: str) -> str:
    """Why a service refused, in the language of the page."""
    return str(_REFUSALS[message]) if message in _REFUSALS else gettext("A value does not fit.")


def kin(code: str) -> str:
    """How another golden record is kin to this one."""
    return say(_KIN, code)
