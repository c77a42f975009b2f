"""Feature kinds of goods that are told in words: maker, model code and prose instead of measures.

A record is told in words when three words of it stand in no list of parts, grades or options: a catalogue writes so
of office, laboratory and electronic goods. Everything here is empty for any other record.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from itertools import combinations
from typing import TypeAlias

from mdm.domain.standardise.part import fold_twins, part_key

GroupedFunction: TypeAlias = Callable[[Mapping[str, tuple[str, ...]]], list[str]]

_LEAST_WORDS = 3
_WORDS_BESIDE_MODEL = 2
_SHORTEST_WORD = 2
_FUNCTION_WORDS = frozenset((
    "a", "an", "and", "as", "at", "by", "do", "for", "from", "in", "into", "is", "it", "not", "of", "on", "or", "per",
    "the", "to", "use", "up", "w", "with", "x", "用于", "适用于", "的", "和", "与", "带",
))  # fmt: skip
_PAIRED_WORDS = 8
_LONG_LATIN, _LONG_HAN = 4, 2
_FALLBACK = "description."
"""Where another product may be spoken of: its codes count only where the name has none."""
_SHORTEST_STEM = 4
_PREFIX = re.compile(r"[A-Z]{2,}")
_DIGIT = re.compile(r"\d")
_NUMBER_WITHIN = re.compile(r"(?<=[A-Z])\d{5,}(?=[A-Z]*$)")
"""A number long enough to stand for the code, which another writer leaves without the letters before it."""
_SUFFIX = re.compile(r"(?<=\d)[A-Z]{1,6}$")
"""Letters behind the last digit of a model: colour, region or packing, which one writer adds and another drops."""


def told_in_words(by_reference: Mapping[str, tuple[str, ...]]) -> list[str]:
    """``words`` where a record is told in words, nothing else."""
    return ["words"] if _is_told(by_reference) else []


def _is_told(by_reference: Mapping[str, tuple[str, ...]]) -> bool:
    """Three words, or two beside a model code."""
    words = len(_words(by_reference))
    coded = any(name.endswith(".models") and texts for name, texts in by_reference.items())
    return words >= (_WORDS_BESIDE_MODEL if coded else _LEAST_WORDS)


def wording(by_reference: Mapping[str, tuple[str, ...]]) -> list[str]:
    """What the texts say in words: those in no list as they stand, the others by their code in any language."""
    words = _words(by_reference)
    if not _is_told(by_reference):
        return []
    coded = (
        text.rpartition(":")[2]
        for name, texts in by_reference.items()
        if not name.endswith((".words", ".models", ".key", ".spelled"))
        for text in texts
    )
    return list(dict.fromkeys((*words, *coded)))


def telling_words(by_reference: Mapping[str, tuple[str, ...]]) -> list[str]:
    """Words of a record told in words that are long enough to find others by."""
    words = _words(by_reference)
    if not _is_told(by_reference):
        return []
    return [word for word in words if len(word) >= (_LONG_LATIN if word.isascii() else _LONG_HAN)]


def word_pairs(by_reference: Mapping[str, tuple[str, ...]]) -> list[str]:
    """Every two of the first words and numbers of a name told in words: keys of what has no rare word."""
    if not _is_told(by_reference):
        return []
    first = [
        text
        for name, texts in by_reference.items()
        if not name.startswith(_FALLBACK)
        for text in texts
        if len(text) >= _SHORTEST_WORD and text not in _FUNCTION_WORDS
    ]
    return ["|".join(pair) for pair in combinations(sorted(dict.fromkeys(first[:_PAIRED_WORDS])), 2)]


def models(by_reference: Mapping[str, tuple[str, ...]]) -> list[str]:
    """Model codes as keys, O read as 0 and I as 1: of number columns and names, else of the description."""
    return list(dict.fromkeys(map(fold_twins, _models(by_reference))))


def chief_model(by_reference: Mapping[str, tuple[str, ...]]) -> list[str]:
    """The longest model code, the last of equals: beside it stands a shorter name, or what the thing fits."""
    found = _models(by_reference)
    return [fold_twins(max(reversed(found), key=len))] if found else []


def chief_kind(by_reference: Mapping[str, tuple[str, ...]]) -> list[str]:
    """How the longest code is built: the letters it begins with, or else where it has letters and digits.

    Two codes of one kind name two things; of different kinds one may be the maker's and the other a shop's.
    """
    return [_kind_of(key) for key in chief_model(by_reference)]


def _kind_of(key: str) -> str:
    letters = _PREFIX.match(key)
    return letters[0] if letters else _DIGIT.sub("9", key)


def model_stems(by_reference: Mapping[str, tuple[str, ...]]) -> list[str]:
    """Model codes without the letters behind their last digit, and the long number that follows letters."""
    keys = _models(by_reference)
    within = (found[0] for key in keys if (found := _NUMBER_WITHIN.search(key)))
    return _stems((*(_SUFFIX.sub("", key) for key in keys), *within))


def model_suffixes(by_reference: Mapping[str, tuple[str, ...]]) -> list[str]:
    """The letters that the stems are without."""
    found = (_SUFFIX.search(key) for key in _models(by_reference))
    return list(dict.fromkeys(match[0] for match in found if match))


def named_numbers(by_reference: Mapping[str, tuple[str, ...]]) -> list[str]:
    """Names with the number behind them, as one code would spell them, beside the stems of such codes.

    A name stands in for the code only where none is told: Kestrel 50 fits many things, KESTREL50W is one.
    """
    if not _is_told(by_reference):
        return []
    spelled = (text for name, texts in by_reference.items() if name.endswith(".spelled") for text in texts)
    told = any(map(_PREFIX.match, _models(by_reference)))
    return list(dict.fromkeys((*model_stems(by_reference), *(() if told else _stems(spelled)))))


def _stems(keys: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(fold_twins(key) for key in keys if len(key) >= _SHORTEST_STEM))


def _models(by_reference: Mapping[str, tuple[str, ...]]) -> list[str]:
    if not _is_told(by_reference):
        return []
    named = {
        name: texts for name, texts in by_reference.items() if name.endswith((".models", ".key")) and texts
    }
    first = [text for name, texts in named.items() if not name.startswith(_FALLBACK) for text in texts]
    return _keys(first) or _keys(text for texts in named.values() for text in texts)


def _keys(texts: Iterable[str]) -> list[str]:
    keys = map(part_key, texts)
    return list(
        dict.fromkeys(key for key in keys if len(key) >= _SHORTEST_STEM and any(map(str.isdigit, key)))
    )


def _words(by_reference: Mapping[str, tuple[str, ...]]) -> list[str]:
    return list(
        dict.fromkeys(
            word
            for name, texts in by_reference.items()
            if name.endswith(".words")
            for word in texts
            if len(word) >= _SHORTEST_WORD and word not in _FUNCTION_WORDS
        )
    )


GROUPED_FEATURES: Mapping[str, GroupedFunction] = {
    "told_in_words": told_in_words,
    "wording": wording,
    "telling_words": telling_words,
    "word_pairs": word_pairs,
    "models": models,
    "chief_model": chief_model,
    "chief_kind": chief_kind,
    "model_stems": model_stems,
    "model_suffixes": model_suffixes,
    "named_numbers": named_numbers,
}
