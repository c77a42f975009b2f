"""Sentences of the pages that depend on a code: bands, reasons, verdicts, statuses, errors and quick reasons.

Each is a text of the catalogue; a code without a sentence is shown as it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, NamedTuple

from flask_babel import gettext, lazy_gettext, ngettext

from mdm.domain.review import TaskReason, Verdict
from stewardship_ui.label import Labels

BANDS = (
    (0.99, "5", lazy_gettext("almost surely the same")),
    (0.9, "4", lazy_gettext("probably the same")),
    (0.6, "3", lazy_gettext("rather the same")),
    (0.4, "3", lazy_gettext("undecided")),
    (0.1, "2", lazy_gettext("rather different")),
    (0.0, "1", lazy_gettext("probably different")),
)
"""From this probability upwards: band and its words."""

_REASONS = {
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

_SOURCE_KINDS = {
    "ERP": lazy_gettext("ERP (resource planning)"),
    "MES": lazy_gettext("MES (production)"),
    "PLM": lazy_gettext("PLM (product life cycle)"),
    "QMS": lazy_gettext("QMS (quality)"),
    "LIMS": lazy_gettext("LIMS (laboratory)"),
    "CRM": lazy_gettext("CRM (customers)"),
    "UDI": lazy_gettext("UDI (device identification)"),
    "CMMS": lazy_gettext("CMMS (maintenance)"),
    "FA": lazy_gettext("FA (fixed assets)"),
    "OTHER": lazy_gettext("Other"),
}

_QUALITY = {
    "unknown": lazy_gettext("not yet measured"),
    "holds": lazy_gettext("holds its limit"),
    "open": lazy_gettext("too few verdicts to say"),
    "below": lazy_gettext("below its limit"),
}

_FLAWS = {
    "missing_id": lazy_gettext("It has no key."),
    "column_count": lazy_gettext("It has too many or too few cells."),
    "repeated_id": lazy_gettext("Its key came before with other content."),
    "undecodable": lazy_gettext("It holds characters that are no text."),
    "too_large": lazy_gettext("A cell, the key or the row is too long."),
    "not_json": lazy_gettext("It is not one JSON value."),
    "not_an_object": lazy_gettext("It is JSON, but not an object."),
    "duplicate_key": lazy_gettext("The same name occurs twice in it."),
    "too_deep": lazy_gettext("It is nested too deeply."),
    "number_range": lazy_gettext("It holds a number out of range."),
}

_FINDINGS = {
    "ambiguous_date": lazy_gettext("day and month may be swapped"),
    "check_digit": lazy_gettext("check digit does not fit"),
    "date_format": lazy_gettext("not a date"),
    "email_format": lazy_gettext("not an e-mail address"),
    "flag_format": lazy_gettext("neither yes nor no"),
    "identifier_format": lazy_gettext("not written like such an identifier"),
    "number_format": lazy_gettext("not a number"),
    "phone_format": lazy_gettext("not a telephone number"),
    "postal_code_format": lazy_gettext("not a postal code"),
    "serial_like_tag": lazy_gettext("looks like an asset tag"),
    "spreadsheet_destroyed": lazy_gettext("destroyed by a spreadsheet"),
    "unknown_code": lazy_gettext("not in the code list"),
    "website_format": lazy_gettext("not a web address"),
    "status_in_name": lazy_gettext("a status stood in the name"),
    "script_routed": lazy_gettext("stood in the column of the other language"),
    "required": lazy_gettext("required, but without a value"),
    "max_length": lazy_gettext("longer than allowed"),
    "code_list": lazy_gettext("not in the code list"),
    "type": lazy_gettext("not of its form"),
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
}

_DEEDS = {
    "merge": lazy_gettext("Merge with another one"),
    "unmerge": lazy_gettext("Take the latest merge apart"),
    "split": lazy_gettext("Split off records"),
    "rehome": lazy_gettext("Move a record elsewhere"),
    "override": lazy_gettext("Set a value"),
    "retire": lazy_gettext("Retire"),
}

_UPLOADS = {
    "received": lazy_gettext("waits for its mapping"),
    "loading": lazy_gettext("is being loaded"),
    "loaded": lazy_gettext("loaded"),
    "failed": lazy_gettext("failed"),
}

_STEPS = {
    "read": lazy_gettext("reading the file"),
    "standardise": lazy_gettext("standardising the rows"),
    "write": lazy_gettext("writing"),
}

_WHY_MAPPED = {
    "profile": lazy_gettext("as in a known profile"),
    "label": lazy_gettext("by its name"),
    "content": lazy_gettext("by its content"),
    "alike": lazy_gettext("by a similar name"),
}

_UNDONE_RECORDS = {
    "retired": lazy_gettext("goes out of use"),
    "restored": lazy_gettext("gets its earlier content"),
    "left": lazy_gettext("is left alone: it changed since"),
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


_FACETS = {
    "entity": lazy_gettext("Entity"),
    "sources": lazy_gettext("Sources"),
    "band": lazy_gettext("Probability"),
    "reason": lazy_gettext("Why it waits"),
    "age": lazy_gettext("Waiting since"),
    "due": lazy_gettext("Due"),
    "holder": lazy_gettext("Whose"),
    "languages": lazy_gettext("Languages"),
    "risk": lazy_gettext("Risk"),
}

_FACET_VALUES: Mapping[str, Mapping[str, object]] = {
    "band": {
        "5": lazy_gettext("almost surely the same"),
        "4": lazy_gettext("probably the same"),
        "3": lazy_gettext("undecided"),
        "2": lazy_gettext("rather different"),
        "1": lazy_gettext("probably different"),
        "blind": lazy_gettext("blind check"),
    },
    "reason": {str(code): words for code, words in _REASONS.items()},
    "age": {
        "day": lazy_gettext("today"),
        "week": lazy_gettext("up to a week"),
        "month": lazy_gettext("up to a month"),
        "older": lazy_gettext("more than a month"),
    },
    "due": {
        "overdue": lazy_gettext("overdue"),
        "today": lazy_gettext("today"),
        "week": lazy_gettext("within a week"),
        "later": lazy_gettext("later"),
    },
    "holder": {"me": lazy_gettext("mine"), "nobody": lazy_gettext("free")},
    "languages": {
        "zh-zh": lazy_gettext("Chinese – Chinese"),
        "zh-en": lazy_gettext("Chinese – English"),
        "en-en": lazy_gettext("English – English"),
    },
    "risk": {
        "high": lazy_gettext("high"),
        "some": lazy_gettext("some"),
        "none": lazy_gettext("none declared"),
    },
}

_ORDERS = {
    "value": lazy_gettext("most valuable first"),
    "age": lazy_gettext("oldest first"),
    "due": lazy_gettext("due first"),
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
    return _say(_REASONS, code)


def why(code: str) -> str:
    """Why a task waits, as a sentence."""
    return _say(_WHY, code)


def verdict(code: str | None) -> str:
    """A verdict."""
    return _say(_VERDICTS, code or "")


def status(code: str) -> str:
    """Where a task, a golden record or a load stands."""
    return _say(_STATUSES, code)


def owner(code: str) -> str:
    """Who answers for a list or an attribute."""
    return _say(_OWNERS, code)


def source_kind(code: str) -> str:
    """What sort of source system it is."""
    return _say(_SOURCE_KINDS, code)


def quality(code: str) -> str:
    """Whether the measured precision holds its limit."""
    return _say(_QUALITY, code)


def flaw(code: str) -> str:
    """Why a row of an extract was not taken."""
    return _say(_FLAWS, code)


def finding(code: str) -> str:
    """Which quality rule a value breaks; a rule of many kinds (``check_digit.uscc``) by its first word."""
    return _say(_FINDINGS, code if code in _FINDINGS else code.partition(".")[0])


def rule(code: str) -> str:
    """Which rule chose a value."""
    return _say(_RULES, code)


def kind(code: str) -> str:
    """What sort of decision it was."""
    return _say(_KINDS, code)


def fact(code: str) -> str:
    """What happened to a golden record."""
    return _say(_FACTS, code)


def pair(code: str) -> str:
    """The two languages of a pair in words; anything else, such as two source systems, as it is."""
    return _say(_FACET_VALUES["languages"], code)


def deed(code: str) -> str:
    """What a person can do with a golden record, as the words of a button."""
    return _say(_DEEDS, code)


def upload(code: str) -> str:
    """Where an import stands."""
    return _say(_UPLOADS, code)


def upload_step(code: str) -> str:
    """What a load is doing."""
    return _say(_STEPS, code)


def why_mapped(code: str) -> str:
    """What a suggested mapping rests on."""
    return _say(_WHY_MAPPED, code)


def undone_record(code: str) -> str:
    """What becomes of a record when its load is taken back."""
    return _say(_UNDONE_RECORDS, code)


def refusal(message: str) -> str:
    """Why a service refused, in the language of the page."""
    return str(_REFUSALS[message]) if message in _REFUSALS else gettext("A value does not fit.")


def change_kind(code: str) -> str:
    """What a change request is about."""
    return _say(_CHANGE_KINDS, code)


def change_state(code: str) -> str:
    """Where a change request stands."""
    return _say(_CHANGE_STATES, code)


def change_part(code: str) -> str:
    """Which part of rules, weights or code list differs."""
    return _say(_CHANGE_PARTS, code)


def outcome(code: str) -> str:
    """What the machine by itself would make of a pair."""
    return _say(_OUTCOMES, code)


def alias_outcome(code: str) -> str:
    """What became of an alias in a batch."""
    return _say(_ALIAS_OUTCOMES, code)


def example(code: str) -> str:
    """Why a pair is shown in a report."""
    return _say(_EXAMPLES, code)


def facet(name: str) -> str:
    """What a facet of the queue is called."""
    return _say(_FACETS, name)


def facet_order(name: str) -> list[str]:
    """The values of a facet that have an order of their own; others come by their number of tasks."""
    return list(_FACET_VALUES.get(name, ())) if name != "reason" else []


def facet_value(name: str, value: str, labels: Labels, people: Mapping[str, str]) -> str:
    """What a value of a facet is called."""
    if name == "entity":
        return labels.entity(value)
    if name == "holder" and value in people:
        return people[value]
    return _say(_FACET_VALUES.get(name, {}), value)


def order(code: str) -> str:
    """An order of the queue."""
    return _say(_ORDERS, code)


def tie(code: str) -> str:
    """What ties two records."""
    return _say(_TIES, code)


def left_out(code: str) -> str:
    """Why a task was left by a bulk decision."""
    return _say(_LEFT, code)


def due(day: str, today: str) -> tuple[str, str]:
    """How urgent a task is, as a class and in words; days are ISO dates."""
    if not day:
        return "", ""
    days = (date.fromisoformat(day) - date.fromisoformat(today)).days
    if days < 0:
        return "overdue", ngettext("%(num)s day overdue", "%(num)s days overdue", -days)
    if days == 0:
        return "today", gettext("due today")
    words = ngettext("due in %(num)s day", "due in %(num)s days", days)
    return ("soon" if days <= 2 else "later"), words


def decided(code: str, task_id: int) -> str:
    """What the page says once a verdict is recorded."""
    told: str = gettext("Task %(id)s: %(verdict)s, recorded.", id=task_id, verdict=verdict(code))
    return told


def _say(words: Mapping[Any, object], code: str) -> str:
    """``Any``: codes are texts and enumerations of texts."""
    return str(words[code]) if code in words else code
