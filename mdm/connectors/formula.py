"""Texts that a spreadsheet would run as a formula, and the escaping that keeps them text in csv files.

Escaping puts an apostrophe in front of a text that, after any apostrophes of its own, begins with ``=``,
``+``, ``-``, ``@``, a tab or a line end, half- or full-width; plain signed numbers are left alone. Unescaping
takes one apostrophe off such a text. So ``unescape(escape(text)) == text`` for every text.
"""

from __future__ import annotations

import re

_TRIGGER = re.compile("'*[=+\\-@\t\r\n＝＋－＠]")
_SIGNED_NUMBER = re.compile(r"[+-][0-9]+(\.[0-9]+)?")
_ESCAPED = re.compile("'+[=+\\-@\t\r\n＝＋－＠]")


def escape(text: str) -> str:
    """The text as a csv cell that no spreadsheet runs."""
    if _TRIGGER.match(text) and not _SIGNED_NUMBER.fullmatch(text):
        return "'" + text
    return text


def unescape(cell: str) -> str:
    """The text of a csv cell that may have been escaped."""
    return cell[1:] if cell[:1] == "'" and _ESCAPED.match(cell) else cell
