"""Who is named in a comment: ``@login``, also in Chinese, which puts no space before or behind a name.

A login may hold any sign but spaces and colons, so that only the accounts tell where one ends: the longest that fits.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from typing import NamedTuple

_HAN = "\u3400-\u9fff\U00020000-\U0003ffff"
_AT = re.compile(r"(?<![a-z0-9._%+\-])@")
"""Behind the signs of an e-mail address it names nobody."""
_GOES_ON = re.compile(rf"[.\-]*[^\W{_HAN}]")
"""What begins so continues a word of a script that parts its words; a Chinese character does not."""
_NAME = re.compile(rf"(?:[^\W{_HAN}][.\-]*)+|[{_HAN}]+")


class Named(NamedTuple):
    """Folded logins in the order of the text, and names that are nobody's."""

    logins: tuple[str, ...]
    strangers: tuple[str, ...]


def named_in(text: str, logins: Collection[str]) -> Named:
    """Whom a text names, among these folded logins."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    found: dict[str, None] = {}
    strangers: dict[str, None] = {}
    for at in _AT.finditer(folded):
        rest = folded[at.end() :]
        fitting = [each for each in logins if rest.startswith(each) and not _GOES_ON.match(rest[len(each) :])]
        if fitting:
            found[max(fitting, key=len)] = None
        elif name := _NAME.match(rest):
            strangers[name[0].rstrip(".-")] = None
    return Named(tuple(found), tuple(strangers))
