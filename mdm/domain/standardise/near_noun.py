"""Nouns with one slip of the pen: ``Dowwel pin`` is a dowel pin, 六角头栓 a hexagon bolt.

Only for a text in which no noun was found as it is written, and only where one known word alone is that near: long
Latin words by letters lost, doubled, mistaken or swapped, Chinese ones by a character lost or mistaken.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

from rapidfuzz import process
from rapidfuzz.distance import OSA

from mdm.domain.standardise.same import Same

_WORD = re.compile(r"(?<![A-Za-z0-9])(?<!\d )[A-Za-z]{5,}")
"""What stands behind a number is its unit: 7 holes."""
_ANY_WORD = re.compile(r"[A-Za-z]{3,}|[\u3400-\u9fff]+")
_HAN = re.compile(r"[\u3400-\u9fff]{3,12}")
_LATIN = re.compile(r"[A-Za-z]+")
_SHORTEST_KNOWN = 5
_SHORTEST_HAN = 4
_MOST_UNREAD = 2
"""A text with more unread words than these is prose, and nearly every word of a language is near another."""


def mend_nouns(text: str, unread: str, nouns: Same) -> str:
    """The text with each word of its unread part that is one slip from a single known word written as that word.

    ``unread`` is the text with blanks where something else was read.
    """
    if len(_ANY_WORD.findall(unread)) > _MOST_UNREAD:
        return text
    latin, han = _known(nouns)
    found = [(match, _mended(match[0].lower(), latin)) for match in _WORD.finditer(unread)]
    found += [(match, _mended(match[0], han)) for match in _HAN.finditer(unread)]
    for match, word in sorted(found, key=lambda each: -each[0].start()):
        if word:
            text = text[: match.start()] + word + text[match.end() :]
    return text


def _mended(word: str, known: Mapping[str, str]) -> str:
    """A known word one edit away that begins or ends alike, if all that are so near mean one thing; else nothing."""
    if word in known:
        return ""
    near = process.extract(word, known.keys(), scorer=OSA.distance, score_cutoff=1, limit=None)
    alike = [found for found, *_ in near if found[0] == word[0] or found[-1] == word[-1]]
    return alike[0] if len({known[found] for found in alike}) == 1 else ""


@lru_cache(maxsize=8)
def _known(nouns: Same) -> tuple[Mapping[str, str], Mapping[str, str]]:
    """Long Latin words of all spellings, each meaning itself, and whole Chinese spellings with their code."""
    latin: dict[str, str] = {}
    han: dict[str, str] = {}
    for entry in nouns.codes.entries:
        for text in (entry.code, *entry.spellings):
            words = (word.lower() for word in _LATIN.findall(text))
            latin |= {word: word for word in words if len(word) >= _SHORTEST_KNOWN}
            if len(text) >= _SHORTEST_HAN and _HAN.fullmatch(text):
                han[text] = entry.code
    return latin, han
