"""Words of quality: which rule a value breaks, whether the measured precision holds."""

from __future__ import annotations

from flask_babel import lazy_gettext

from stewardship_ui.wording.say import say

_QUALITY = {
    "unknown": lazy_gettext("not yet measured"),
    "holds": lazy_gettext("holds its limit"),
    "open": lazy_gettext("too few verdicts to say"),
    "below": lazy_gettext("below its limit"),
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

_FIGURES = {
    "links": lazy_gettext("Links that stewards judged blind"),
    "non-links": lazy_gettext("Pairs left apart that stewards judged blind"),
    "recall": lazy_gettext("Matches of the blind sample"),
    "questions": lazy_gettext("Questions of the queue that were answered"),
    "leaning": lazy_gettext("Questions where the machine leant to yes"),
    "found": lazy_gettext("Matches among the questions"),
    "agreement": lazy_gettext("Pairs that several stewards judged"),
    "undone": lazy_gettext("Verdicts that were taken back"),
}

_AGAINST = {
    "links": lazy_gettext("linked, but no match"),
    "non-links": lazy_gettext("left apart, but a match"),
    "recall": lazy_gettext("not found by the machine"),
    "leaning": lazy_gettext("leant to yes, but no match"),
    "found": lazy_gettext("the machine leant to no"),
    "agreement": lazy_gettext("they disagree"),
    "undone": lazy_gettext("taken back"),
}


def quality(code: str) -> str:
    """Whether the measured precision holds its limit."""
    return say(_QUALITY, code)


def finding(code: str) -> str:
    """Which quality rule a value breaks; a rule of many kinds (``check_digit.uscc``) by its first word."""
    return say(_FINDINGS, code if code in _FINDINGS else code.partition(".")[0])


def judged_figure(code: str) -> str:
    """The pairs behind a figure of quality."""
    return say(_FIGURES, code)


def against(code: str) -> str:
    """What a pair that goes against the figure is."""
    return say(_AGAINST, code)
