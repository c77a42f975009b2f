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
    ("g", re.compile("dg(?=e)"), "S"),
    ("htz", re.compile("sch|tsch|sh|ch(?=[aeiou])|ts|tz"), "S"),
    ("chkq", re.compile("ck|ch|q(?:u)?"), "K"),
    ("h", re.compile("ph"), "F"),
    ("h", re.compile("th"), "T"),
    ("x", re.compile("x"), "KS"),
    ("c", re.compile("c(?=[eiy])"), "S"),
)
"""Letters without any of which the spelling cannot occur, what it looks like, how it sounds."""
_LETTERS = str.maketrans("ckgszjbpdtflr", "KKKSSSPPTTFLL")
_BEFORE_VOWEL = re.compile("[vw](?=[aeiouy])")
_NASALS = (re.compile("m(?=P)"), str.maketrans("nm", "NM"))
_NOT_SMALL = re.compile("[^a-z]")
_NOT_CAPITAL = re.compile("[^A-Z]")
_SYLLABLE = re.compile("(zh|ch|sh|[bpmfdtnlgkhjqxrzcsw])?(.*?)(n?g?)$")
_LAST_LIQUID = re.compile("L$")
_INNER_LIQUID = re.compile("(?<=.)L(?![aeiou])")
_REPEATED = re.compile(r"(.)\1+")


@lru_cache(maxsize=65536)
def sound_keys(text: str) -> tuple[str, ...]:
    """Consonant skeletons of a name, with and without the l and r that may be dropped; () when short."""
    full = _of_han(text) if has_han(text) else _of_latin(text)
    forms = (full, _LAST_LIQUID.sub("", full), _INNER_LIQUID.sub("", full)) if "L" in full else (full,)
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


@lru_cache(maxsize=4096)
def _syllable(syllable: str) -> str:
    if syllable == "er":
        return "L"
    found = _SYLLABLE.match(syllable)
    initial, vowel, final = found.groups() if found else ("", syllable, "")
    return _INITIALS.get(initial or "", "") + ("a" if vowel else "") + ("N" if final else "")


def _of_latin(text: str) -> str:
    letters = _NOT_SMALL.sub("", ascii_fold(comparison_key(text)))
    if len(letters) < _SHORTEST_LATIN:
        return ""
    held = set(letters)
    for needed, pattern, sound in _SPELLINGS:
        if not held.isdisjoint(needed):
            letters = pattern.sub(sound, letters)
    letters = _BEFORE_VOWEL.sub("W", letters.translate(_LETTERS))
    before_p, nasals = _NASALS
    letters = before_p.sub("N", letters).translate(nasals)
    return f"H{letters[1:]}" if letters.startswith("h") else letters


def _skeleton(sounds: str) -> str:
    return _REPEATED.sub(r"\1", _NOT_CAPITAL.sub("", sounds)).replace("H", "")
