"""How a foreign name sounds, so that it meets its Chinese transliteration: Siemens and 西门子.

Vowels vary freely between the two, and so do voiced and voiceless consonants, l and r, v and w; the order of
the consonants stays. What is left of a name is weak evidence and only good for finding candidates.
"""

from __future__ import annotations

import re
from functools import lru_cache

from mdm.domain.standardise.text import ascii_fold, comparison_key, has_han, pinyin_syllables

_SHORTEST_HAN = 3
_SHORTEST_LATIN = 5
_SHORTEST_KEY = 3
_INITIALS = {
    "b": "P", "p": "P", "m": "M", "f": "F", "d": "T", "t": "T", "n": "N", "l": "L", "r": "L", "g": "K",
    "k": "K", "h": "H", "j": "S", "q": "S", "x": "S", "zh": "S", "ch": "S", "sh": "S", "z": "S", "c": "S",
    "s": "S", "w": "W",
}  # fmt: skip
_SPELLINGS = (
    (re.compile("dg(?=e)"), "S"),
    (re.compile("sch|tsch|sh|ch(?=[aeiou])|ts|tz"), "S"),
    (re.compile("ck|ch|q(?:u)?"), "K"),
    (re.compile("ph"), "F"),
    (re.compile("th"), "T"),
    (re.compile("x"), "KS"),
    (re.compile("c(?=[eiy])"), "S"),
    (re.compile("[ckg]"), "K"),
    (re.compile("[szj]"), "S"),
    (re.compile("[bp]"), "P"),
    (re.compile("[dt]"), "T"),
    (re.compile("f"), "F"),
    (re.compile("[vw](?=[aeiouy])"), "W"),
    (re.compile("[lr]"), "L"),
    (re.compile("m(?=P)|n"), "N"),
    (re.compile("m"), "M"),
    (re.compile("^h"), "H"),
)
_REPEATED = re.compile(r"(.)\1+")


@lru_cache(maxsize=65536)
def sound_keys(text: str) -> tuple[str, ...]:
    """Consonant skeletons of a name, with and without the l and r that may be dropped; () when short."""
    full = _of_han(text) if has_han(text) else _of_latin(text)
    forms = (full, re.sub("L$", "", full), re.sub("(?<=.)L(?![aeiou])", "", full))
    return tuple(key for key in dict.fromkeys(map(_skeleton, forms)) if len(key) >= _SHORTEST_KEY)


@lru_cache(maxsize=65536)
def sound_frames(text: str) -> tuple[str, ...]:
    """What all writings of a foreign name keep: its consonants without liquids, nasals, glides and a final sibilant.

    加 may stand for ga as well as for ja. Two names without a common frame are two names; the reverse does not hold.
    """
    if has_han(text):
        forms = tuple(_of_han(text, least=2, hard_j=hard) for hard in (False, True))
    else:
        forms = (_of_latin(text),)
    frames = (re.sub("K?S$", "", re.sub("[LNW]", "", _skeleton(form))) for form in forms if form)
    return tuple(dict.fromkeys(_REPEATED.sub(r"\1", frame) for frame in frames))


def _of_han(text: str, *, least: int = _SHORTEST_HAN, hard_j: bool = False) -> str:
    syllables = pinyin_syllables(text)
    if len(syllables) < least:
        return ""
    return "".join(_syllable(re.sub("^j", "g", each) if hard_j else each) for each in syllables)


def _syllable(syllable: str) -> str:
    if syllable == "er":
        return "L"
    found = re.match("(zh|ch|sh|[bpmfdtnlgkhjqxrzcsw])?(.*?)(n?g?)$", syllable)
    initial, vowel, final = found.groups() if found else ("", syllable, "")
    return _INITIALS.get(initial or "", "") + ("a" if vowel else "") + ("N" if final else "")


def _of_latin(text: str) -> str:
    letters = re.sub("[^a-z]", "", ascii_fold(comparison_key(text)))
    if len(letters) < _SHORTEST_LATIN:
        return ""
    for pattern, sound in _SPELLINGS:
        letters = pattern.sub(sound, letters)
    return letters


def _skeleton(sounds: str) -> str:
    return _REPEATED.sub(r"\1", re.sub("[^A-Z]", "", sounds)).replace("H", "")
