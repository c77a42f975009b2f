"""The words of company names in Chinese, English and pinyin, compiled from the governed code lists.

A Chinese word stands in the lexicon three times: as it is, as joined pinyin, and by its English names, all
with one code; so a name says the same in whatever way it is written.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from mdm.domain.code_list import CodeEntry, CodeList
from mdm.domain.standardise.same import Once, Same, cache_key
from mdm.domain.standardise.text import ascii_fold, comparison_key, has_han, pinyin_of_phrase

Codes = tuple[str, ...]
_FILLERS = frozenset(["and", "und", "et", "y", "e", "of", "the", "for"])
_LATIN_WORD = re.compile(r"[a-z0-9]+")
_ADMIN = ("市", "省", "县", "区", "自治区")
_SHORTEST_PINYIN = 4
# Ji'an and Lu'an without their apostrophe read like one syllable of any pinyin name.
_SYLLABLES_LIKE_PLACES = frozenset({"jian", "luan"})
_SHORTEST_CORRECTED = 6


@dataclass(frozen=True, slots=True, eq=False)
class Vocabulary:
    """Words of one subject: Han words and joined Latin letters, each with every code it may mean.

    Like a lexicon equal to itself alone, so that it is a key of caches.
    """

    han: Mapping[str, Codes]
    latin: Mapping[str, Codes]
    pinyin: Mapping[str, Codes]
    misspelt: Mapping[str, Codes]
    longest_han: int

    def of_letters(self, letters: str) -> Codes:
        """Codes of joined Latin letters, English before pinyin."""
        return self.latin.get(letters) or self.pinyin.get(letters, ())


@dataclass(frozen=True, slots=True, eq=False)
class Lexicon:
    """All words that are not the trade name of a company, by what they say."""

    regions: Vocabulary
    legal_forms: Vocabulary
    industries: Vocabulary
    parent_of: Mapping[str, str]

    def may_follow(self, before: Codes, place: Codes) -> bool:
        """Whether ``place`` goes on where ``before`` began: a city of that province, or the same place again."""
        return not before or before == place or any(self.parent_of.get(code) in before for code in place)


def _lexicon_of(codes: Mapping[str, CodeList]) -> Lexicon:
    lists = map(codes.get, ("cities_cn", "legal_forms", "industry_words"))
    return _compiled(*(None if each is None else cache_key(each) for each in lists))


lexicon_of: Once[Mapping[str, CodeList], Lexicon] = Once(_lexicon_of)
"""The lexicon of the code lists cities_cn, legal_forms and industry_words; a missing list is empty."""


@lru_cache(maxsize=8)
def _compiled(cities: Same | None, legal_forms: Same | None, industries: Same | None) -> Lexicon:
    return Lexicon(
        regions=_places(cities),
        legal_forms=_vocabulary(_entries(legal_forms)),
        industries=_vocabulary(_entries(industries)),
        parent_of={entry.code: entry.parent for entry in _entries(cities) if entry.parent},
    )


def _entries(held: Same | None) -> tuple[CodeEntry, ...]:
    return held.codes.entries if held else ()


def _places(held: Same | None) -> Vocabulary:
    """Places without one-character and two-letter short forms, which are parts of any name."""
    found = _vocabulary(_entries(held), _ADMIN)
    return Vocabulary(
        {word: codes for word, codes in found.han.items() if len(word) > 1},
        {word: codes for word, codes in found.latin.items() if _names_a_place(word)},
        {word: codes for word, codes in found.pinyin.items() if _names_a_place(word)},
        found.misspelt,
        found.longest_han,
    )


def _names_a_place(letters: str) -> bool:
    return len(letters) >= _SHORTEST_PINYIN and letters not in _SYLLABLES_LIKE_PLACES


def _vocabulary(entries: Iterable[CodeEntry], suffixes: tuple[str, ...] = ()) -> Vocabulary:
    han: dict[str, dict[str, None]] = {}
    latin: dict[str, dict[str, None]] = {}
    pinyin: dict[str, dict[str, None]] = {}
    for entry in entries:
        for spelling in entry.spellings:
            key = comparison_key(spelling)
            if not has_han(key):
                for letters in _forms(joined_letters(key)):
                    latin.setdefault(letters, {})[entry.code] = None
                continue
            for word in _with_suffixes(key, suffixes):
                han.setdefault(word, {})[entry.code] = None
                letters = pinyin_of_phrase(word)
                if len(letters) >= _SHORTEST_PINYIN and len(word) > 1:
                    pinyin.setdefault(letters, {})[entry.code] = None
    longest = max(map(len, han), default=0)
    return Vocabulary(_frozen(han), _frozen(latin), _frozen(pinyin), _frozen(_misspellings(latin)), longest)


def _frozen(found: Mapping[str, Mapping[str, None]]) -> dict[str, Codes]:
    return {word: tuple(codes) for word, codes in found.items()}


def _with_suffixes(key: str, suffixes: tuple[str, ...]) -> Iterator[str]:
    bare = next((key[: -len(end)] for end in suffixes if key.endswith(end) and len(key) > len(end) + 1), key)
    yield from dict.fromkeys((key, bare))
    if suffixes:
        yield bare + suffixes[0]


def _forms(letters: str) -> Iterator[str]:
    """A word and its plural or singular, because sources use either."""
    if letters:
        yield letters
    if len(letters) > 4:
        yield letters[:-1] if letters.endswith("s") and not letters.endswith("ss") else letters + "s"


def _misspellings(latin: Mapping[str, Mapping[str, None]]) -> dict[str, dict[str, None]]:
    """Words with one letter left out; two words meet here when they are one typing error apart."""
    found: dict[str, dict[str, None]] = {}
    for word, codes in latin.items():
        if len(word) >= _SHORTEST_CORRECTED:
            for shorter in deletions(word):
                found.setdefault(shorter, {}).update(codes)
    return found


def deletions(word: str) -> Iterator[str]:
    """The word and every form of it with one letter left out."""
    yield word
    for place in range(len(word)):
        yield word[:place] + word[place + 1 :]


def latin_words(text: str) -> tuple[str, ...]:
    """Lower-case ASCII words of a text without fillers such as "and"."""
    return tuple(word for word in _LATIN_WORD.findall(_plain(text)) if word not in _FILLERS)


def joined_letters(text: str) -> str:
    """The words of a text as one run of letters: "Co., Ltd." is coltd."""
    return "".join(latin_words(text))


def _plain(text: str) -> str:
    return ascii_fold(comparison_key(text)).replace("'", "")
