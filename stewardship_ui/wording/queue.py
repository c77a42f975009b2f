"""Words of the queue: its facets and their values, its orders, how urgent a task is."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from flask_babel import gettext, lazy_gettext, ngettext

from stewardship_ui.label import Labels
from stewardship_ui.person import show_person
from stewardship_ui.wording.review import REASONS
from stewardship_ui.wording.say import say

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
    "reason": {str(code): words for code, words in REASONS.items()},
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


def facet(name: str) -> str:
    """What a facet of the queue is called."""
    return say(_FACETS, name)


def facet_order(name: str) -> list[str]:
    """The values of a facet that have an order of their own; others come by their number of tasks."""
    return list(_FACET_VALUES.get(name, ())) if name != "reason" else []


def facet_value(name: str, value: str, labels: Labels) -> str:
    """What a value of a facet is called."""
    if name == "entity":
        return labels.entity(value)
    if name == "holder" and value not in _FACET_VALUES[name]:
        return show_person(value)
    return say(_FACET_VALUES.get(name, {}), value)


def pair(code: str) -> str:
    """The two languages of a pair in words; anything else, such as two source systems, as it is."""
    return say(_FACET_VALUES["languages"], code)


def order(code: str) -> str:
    """An order of the queue."""
    return say(_ORDERS, code)


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
