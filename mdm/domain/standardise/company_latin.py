"""Company names in Latin letters: English, European and pinyin, whatever the spacing.

Words are compared as joined letters, so "Youxian Gongsi", "You Xian Gong Si" and a name broken by a line end
("Lt d") are one thing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

from mdm.domain.standardise.company_lexicon import (
    Codes,
    Lexicon,
    Vocabulary,
    deletions,
    latin_words,
)
from mdm.domain.standardise.company_name import CompanyName
from mdm.domain.standardise.place import country_code

_BRANCH_WORDS = frozenset(
    [
        "branch",
        "branchoffice",
        "branchcompany",
        "branchfactory",
        "branchplant",
        "fengongsi",
        "fenchang",
        "repoffice",
    ]
)
_ADMIN = frozenset(["shi", "city", "sheng", "province"])
_SYLLABLES = frozenset(["shi", "sheng"])
_SYLLABLE = re.compile("(?:[bpmfdtnlgkhjqxrzcsyw]|[zcs]h)?[aeiouv]{1,3}(?:ng?|r)?")
_MOST_WORDS = 8
_LONGEST_PINYIN = 24
_SHORTEST_CUT = 5
_SHORTEST_CUT_CO = 3
_SHORTEST_CORRECTED = 5
_SHORTEST_FUSED_TRADE = 4
_SHORTEST_GLUED = 6
# Fields of 35 and 40 characters cut names; a fragment of one or two letters at their end is no word.
_CUT_LENGTHS = frozenset({34, 35, 39, 40})

Words = tuple[str, ...]


def parse_latin(key: str, lexicon: Lexicon) -> CompanyName:
    """The pieces of a name given as comparison key, with brackets resolved before."""
    words = latin_words(key)
    if len(key) in _CUT_LENGTHS and len(words) > 2 and len(words[-1]) < 2:
        words = words[:-1]
    words = _part_glued(words, lexicon)
    words, branch = _split_branch(words, lexicon)
    words, region_behind = _split_last_region(words, lexicon)
    words, legal_form = _split_legal_form(words, lexicon.legal_forms)
    if not region_behind:
        words, region_behind = _split_last_country(words)
    words, region = _split_region(words, lexicon)
    trade, industry, rest = _split_industry(words, lexicon.industries, correct=bool(legal_form))
    return CompanyName(
        trade=" ".join(trade),
        trade_pinyin="".join(trade),
        region=region or region_behind,
        industry=industry,
        legal_form=legal_form,
        branch=branch,
        core=" ".join(words),
        remainder=" ".join(rest),
    )


def _part_glued(words: Words, lexicon: Lexicon) -> Words:
    """Words that the end of a field glued together: the end of an industry and the start of a legal form."""
    parted: list[str] = []
    for at, word in enumerate(words):
        split = _glued_at(words, at, lexicon) if at and len(word) >= _SHORTEST_GLUED else 0
        parted.extend((word[:split], word[split:]) if split else (word,))
    return tuple(parted)


def _glued_at(words: Words, at: int, lexicon: Lexicon) -> int:
    """Where the word at this place falls into what ends an industry and what begins a legal form; 0 if nowhere."""
    word = words[at]
    if lexicon.industries.of_letters(word) or lexicon.legal_forms.of_letters(word):
        return 0
    starts = ["".join(words[first:at]) for first in range(at, max(at - 3, 0), -1)]
    ends = ["".join(words[at + 1 : last]) for last in range(at + 1, at + 5)]
    for split in range(len(word) - 2, 2, -1):
        if any(start + word[:split] in lexicon.industries.latin for start in starts) and any(
            lexicon.legal_forms.of_letters(word[split:] + end) for end in ends
        ):
            return split
    return 0


def _split_branch(words: Words, lexicon: Lexicon) -> tuple[Words, str]:
    for count in range(min(3, len(words) - 1), 0, -1):
        if "".join(words[-count:]) in _BRANCH_WORDS:
            return _split_branch_place(words[:-count], lexicon)
    return words, ""


def _split_branch_place(words: Words, lexicon: Lexicon) -> tuple[Words, str]:
    for count in range(min(4, len(words) - 1), 0, -1):
        known = lexicon.regions.of_letters("".join(words[-count:]))
        if known:
            return words[:-count], known[0]
    if len(words) > 2 and _legal_suffix(words[:-1], lexicon.legal_forms):
        # "Acme Co., Ltd. Shanhgai Branch": what stands between them is a place, if a misspelt one
        return words[:-1], next(iter(corrected(words[-1], lexicon.regions)), words[-1])
    if words and words[-1].isdigit():
        return (words[:-2] if words[-2:-1] == ("no",) else words[:-1]), words[-1]
    return words, "branch"


def _split_legal_form(words: Words, forms: Vocabulary) -> tuple[Words, str]:
    code = ""
    while found := _legal_suffix(words, forms):
        count, form = found
        words, code = words[:-count], code or form
    if not code and len(words) > 1:
        return _split_cut_form(words, forms)
    return words, code


def _legal_suffix(words: Words, forms: Vocabulary) -> tuple[int, str] | None:
    for count in range(min(_MOST_WORDS, len(words) - 1), 0, -1):
        codes = forms.of_letters("".join(words[-count:]))
        if codes:
            return count, codes[0]
    return None


def _split_cut_form(words: Words, forms: Vocabulary) -> tuple[Words, str]:
    """A legal form of which only the beginning fitted into the field, or one that is misspelt or glued on."""
    for count in range(min(_MOST_WORDS, len(words) - 1), 0, -1):
        letters = "".join(words[-count:])
        form = _form_starting(letters, forms)
        codes = forms.of_letters(form) if form else corrected(letters, forms)
        if codes:
            return words[:-count], codes[0]
    return words, ""


def _form_starting(letters: str, forms: Vocabulary) -> str:
    if len(letters) < (_SHORTEST_CUT_CO if letters.startswith("co") else _SHORTEST_CUT):
        return ""
    return _form_beginnings(forms).get(letters, "")


@lru_cache(maxsize=16)
def _form_beginnings(forms: Vocabulary) -> Mapping[str, str]:
    """Beginnings of the legal forms that fields cut: pinyin ones, Co., Ltd. and Company Limited."""
    english = (form for form in forms.latin if form.startswith(("coltd", "company")))
    longest_first = sorted((*english, *forms.pinyin), key=len, reverse=True)
    return {
        form[:length]: form for form in longest_first for length in range(_SHORTEST_CUT_CO, len(form) + 1)
    }


def corrected(letters: str, words: Vocabulary) -> Codes:
    """Codes of the words that are one typing error away from these letters."""
    if len(letters) < _SHORTEST_CORRECTED:
        return ()
    return next((words.misspelt[each] for each in deletions(letters) if each in words.misspelt), ())


def _split_region(words: Words, lexicon: Lexicon) -> tuple[Words, Codes]:
    """The name without the province and city it begins with; a name that is nothing but a place keeps it."""
    region: Codes = ()
    while count := _region_words(words, lexicon):
        found = lexicon.regions.of_letters("".join(words[:count]))
        # Nantong Xinyu names no second place but a trade name.
        if not lexicon.may_follow(region, found):
            break
        region = found
        words = words[count:]
        if _is_admin(words, region):
            words = words[1:]
    if not region and len(words) > 1 and words[0] == "china":
        return words[1:], ("cn",)
    return (words, region) if region else _split_misspelt_region(words, lexicon)


def _is_admin(words: Words, region: Codes) -> bool:
    """Whether a name goes on behind its place with a word such as City; Sheng and Shi may begin a trade name."""
    if len(words) < 2 or words[0] not in _ADMIN:
        return False
    begins_trade = words[0] in _SYLLABLES and bool(_SYLLABLE.fullmatch(words[1]))
    return not begins_trade and (words[0] != "sheng" or any(code.startswith("CN-") for code in region))


def _split_misspelt_region(words: Words, lexicon: Lexicon) -> tuple[Words, Codes]:
    """A place with a typing error, believed only when a trade name and an industry follow it."""
    if len(words) < 3 or _industry_at(words, 1, lexicon.industries)[1]:
        return words, ()
    region = corrected(words[0], lexicon.regions)
    trusted = len(region) == 1 and _industry_at(words, 2, lexicon.industries)[1]
    return (words[1:], region) if trusted else (words, ())


def _region_words(words: Words, lexicon: Lexicon) -> int:
    """How many words at the start name a place and leave a trade name behind them."""
    for count in range(min(4, len(words) - 1), 0, -1):
        if lexicon.regions.of_letters("".join(words[:count])):
            behind, industry = _industry_at(words, count, lexicon.industries)
            return 0 if industry and count + behind >= len(words) else count
    return 0


def _split_last_region(words: Words, lexicon: Lexicon) -> tuple[Words, Codes]:
    """A place behind the legal form: "Acme Co., Ltd., Shanghai"."""
    for count in range(min(3, len(words) - 2), 0, -1):
        region = lexicon.regions.of_letters("".join(words[-count:]))
        if region and _legal_suffix(words[:-count], lexicon.legal_forms):
            return words[:-count], region
    return words, ()


def _split_last_country(words: Words) -> tuple[Words, Codes]:
    if len(words) < 2 or len(words[-1]) < 4:
        return words, ()
    country = country_code(words[-1])
    return (words[:-1], (country.lower(),)) if country else (words, ())


def _split_industry(words: Words, industries: Vocabulary, *, correct: bool) -> tuple[Words, Codes, Words]:
    """Words of the trade name, industry codes, and words behind the trade name that no list knows.

    ``correct``: also believe misspelt words, as a full registered name deserves; in a bare name Carlton is no carton.
    """
    found: list[str] = []
    unknown: list[str] = []
    trade_end = len(words)
    at = 1
    while at < len(words):
        count, codes = _industry_at(words, at, industries, correct=correct)
        if codes:
            trade_end = min(trade_end, at)
            found.extend(codes)
        elif at > trade_end:
            unknown.append(words[at])
        at += count
    if not found and words:
        fused = _split_fused(words, industries)
        if fused:
            return fused
    return words[:trade_end], tuple(dict.fromkeys(found)), tuple(unknown)


def _industry_at(words: Words, at: int, industries: Vocabulary, *, correct: bool = True) -> tuple[int, Codes]:
    """How many words from ``at`` name an industry, and its codes; (1, ()) when they do not."""
    # A trade name has two syllables at least: in "You Yi Ke" the last two are no 医科.
    lone = at == 1 and bool(_SYLLABLE.fullmatch(words[0]))
    for count in range(min(_MOST_WORDS, len(words) - at), 0, -1):
        letters = "".join(words[at : at + count])
        codes = industries.latin.get(letters) or (() if lone else _pinyin_codes(letters, industries))
        if codes:
            return count, codes
    return 1, corrected(words[at], industries) if correct else ()


def _pinyin_codes(letters: str, industries: Vocabulary) -> Codes:
    return industries.pinyin.get(letters) or pinyin_run(letters, industries)


def pinyin_run(letters: str, words: Vocabulary) -> Codes:
    """Codes of several words written as one run of pinyin; empty unless all of it is known."""
    return (_run(letters, words) or ()) if len(letters) >= 8 else ()


def _split_fused(words: Words, industries: Vocabulary) -> tuple[Words, Codes, Words] | None:
    """A trade name with its industry glued on in pinyin: the longest known end counts."""
    last = words[-1]
    for start in range(_SHORTEST_FUSED_TRADE, len(last) - 5):
        codes = industries.pinyin.get(last[start:]) or pinyin_run(last[start:], industries)
        if codes:
            return (*words[:-1], last[:start]), codes, ()
    return None


@lru_cache(maxsize=65536)
def _run(letters: str, words: Vocabulary) -> Codes | None:
    """Codes of the words that make up all of ``letters``, () for none left, None when some letters are no word."""
    if not letters:
        return ()
    for length in range(min(len(letters), _LONGEST_PINYIN), 3, -1):
        codes = words.pinyin.get(letters[:length])
        rest = _run(letters[length:], words) if codes else None
        if codes and rest is not None:
            return codes + rest
    return None
