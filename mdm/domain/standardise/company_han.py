"""Chinese and Japanese company names, read from their end: branch, legal form, industry, then the trade name.

Reading from the end is what the names are built for: 深圳市 + 长盛 + 精密 + 机械 + 有限公司.
"""

from __future__ import annotations

import re
from functools import lru_cache

from rapidfuzz.distance import Levenshtein

from mdm.domain.standardise.company_lexicon import Codes, Lexicon, Vocabulary
from mdm.domain.standardise.company_name import CompanyName
from mdm.domain.standardise.text import pinyin_key

_ORDINAL = "一二三四五六七八九十0-9"
_BRANCH = re.compile(
    rf"(?:(?P<count>第?[{_ORDINAL}]+)?分(?:[公工][司思]?|厂|部|店|院|所|中心)|(?P<plant>第?[{_ORDINAL}]+)(?:工)?厂"
    r"|办事处|代表处|营业部)$"
)
_NUMERALS = {numeral: str(number) for number, numeral in enumerate("一二三四五六七八九十", start=1)}
_HEADQUARTERS_END = re.compile(r"^(.*(?:公司|有限|集团|厂|株式会社))(.*)$")
_FORM_CHARS = frozenset("有限责任公司份株式会社")
_SHORTEST_TRADE = 2
_LONGEST_TRADE = 4
_SHORTEST_HOMOPHONE = 6
_FAMILIAR_FORM = 4
_GROUP = "集团"
_BRANCH_WORD = "分公司"
# Japanese firms may carry their form in front of the name.
_FORMS_IN_FRONT = ("株式会社", "有限会社", "合同会社")


def parse_han(key: str, lexicon: Lexicon) -> CompanyName:
    """The pieces of a name given as comparison key, with brackets resolved before."""
    text = key.replace(" ", "")
    text, branch = _split_branch(text, lexicon)
    text, legal_form = _split_legal_form(text, lexicon.legal_forms)
    text, region = _split_region(text, lexicon)
    trade, industry, rest = _split_industry(text, lexicon.industries)
    return CompanyName(
        trade=trade,
        trade_pinyin=pinyin_key(trade),
        region=region,
        industry=industry,
        legal_form=legal_form,
        branch=branch,
        core=text,
        remainder=rest,
    )


def _split_branch(text: str, lexicon: Lexicon) -> tuple[str, str]:
    if pinyin_key(text[-len(_BRANCH_WORD) :]) == pinyin_key(_BRANCH_WORD):
        text = text[: -len(_BRANCH_WORD)] + _BRANCH_WORD  # also typed 粉公司
    found = _BRANCH.search(text)
    if found is None or found.start() < _SHORTEST_TRADE:
        return text, ""
    head, place = _place_before(text[: found.start()], lexicon.regions)
    number = (found["count"] or found["plant"] or "").lstrip("第")
    known = lexicon.regions.han.get(place)
    named = known[0] if known else pinyin_key(place)
    return head, "".join((named, _NUMERALS.get(number, number))) or "branch"


def _place_before(head: str, regions: Vocabulary) -> tuple[str, str]:
    split = _HEADQUARTERS_END.match(head)
    if split and split[2]:
        return split[1], split[2]
    length = _longest_suffix(head, regions)
    return (head[:-length], head[-length:]) if length and not split else (head, "")


def _split_legal_form(text: str, forms: Vocabulary) -> tuple[str, str]:
    if text.startswith(_FORMS_IN_FRONT) and len(text) >= 4 + _SHORTEST_TRADE:
        return text[4:], forms.han.get(text[:4], ("",))[0]
    length, code = _legal_suffix(text, forms)
    if not length:
        return text, ""
    head = text[:-length]
    # 集团 before 有限公司, also typed 吉团, is a form of its own and no part of the trade name.
    if len(head) - len(_GROUP) >= _SHORTEST_TRADE and pinyin_key(head[-len(_GROUP) :]) == pinyin_key(_GROUP):
        return head[: -len(_GROUP)], forms.han.get(f"{_GROUP}有限公司", (code,))[0]
    return head, code


def _legal_suffix(text: str, forms: Vocabulary) -> tuple[int, str]:
    """Length and code of the legal form at the end, also one misspelt or cut off; (0, "") if none."""
    room = len(text) - 1
    exact = next((n for n in range(min(forms.longest_han, room), 0, -1) if text[-n:] in forms.han), 0)
    if exact >= _FAMILIAR_FORM:
        return exact, forms.han[text[-exact:]][0]
    bent = _bent_legal_form(text[-9:], forms, room)
    if bent:
        length, form = bent
        return length, forms.han[form][0]
    return (exact, forms.han[text[-exact:]][0]) if exact else _homophone_form(text, forms, room)


def _homophone_form(text: str, forms: Vocabulary, room: int) -> tuple[int, str]:
    """A form typed with wrong characters of the right sound: 经营部 as 经营布."""
    for length in range(min(6, room - 1), 2, -1):
        codes = forms.pinyin.get(pinyin_key(text[-length:]))
        if codes:
            return length, codes[0]
    return 0, ""


@lru_cache(maxsize=32768)
def _bent_legal_form(tail: str, forms: Vocabulary, room: int) -> tuple[int, str] | None:
    if _FORM_CHARS.isdisjoint(tail[-3:]):
        return None
    for form in _familiar_forms(forms):
        for length in (len(form), len(form) - 1, len(form) + 1):
            piece = tail[-length:]
            if length <= min(room, len(tail)) and Levenshtein.distance(piece, form, score_cutoff=1) <= 1:
                return length, form
    return next(((len(cut), form) for cut, form in _cut_forms(forms) if tail.endswith(cut)), None)


@lru_cache(maxsize=16)
def _familiar_forms(forms: Vocabulary) -> tuple[str, ...]:
    """Legal forms that people know well enough to be meant with one character wrong, longest first."""
    known = (form for form in forms.han if form.endswith(("有限公司", "责任公司", "株式会社")))
    return tuple(sorted((form for form in known if _FAMILIAR_FORM <= len(form) <= 8), key=len, reverse=True))


@lru_cache(maxsize=16)
def _cut_forms(forms: Vocabulary) -> tuple[tuple[str, str], ...]:
    """Beginnings of legal forms that only a field's end leaves alone, longest first, each with its form."""
    cuts = {
        form[:length]: form
        for form in reversed(_familiar_forms(forms))
        for length in range(2, len(form))
        if form[:length].endswith(("有限", "有限责", "有限责任", "有限公", "股份有"))
    }
    return tuple(sorted(cuts.items(), key=lambda cut: -len(cut[0])))


def _split_region(text: str, lexicon: Lexicon) -> tuple[str, Codes]:
    regions: Codes = ()
    for _ in range(3):
        length = _longest_prefix(text, lexicon.regions)
        # After a city only a place that says so (昆山市) goes on; 新余 there begins a trade name.
        if (
            not length
            or len(text) - length < _SHORTEST_TRADE
            or _is_industry(text[length:], lexicon.industries)
        ):
            break
        found = lexicon.regions.han[text[:length]]
        if not (lexicon.may_follow(regions, found) or text[length - 1] in "市县区"):
            break
        regions = found
        text = text[length:]
    if not regions and text.startswith("中国") and len(text) >= 2 + _SHORTEST_TRADE:
        return text[2:], ("cn",)
    return text, regions


def _split_industry(text: str, industries: Vocabulary) -> tuple[str, Codes, str]:
    """Trade name, industry codes and unknown words behind the trade name."""
    trade = text
    found: list[str] = []
    while length := _longest_suffix(trade, industries, keep=_SHORTEST_TRADE):
        found[:0] = industries.han[trade[-length:]]
        trade = trade[:-length]
    if len(trade) < _LONGEST_TRADE or (len(trade) == _LONGEST_TRADE and not found):
        return trade, _distinct(found), ""
    if len(trade) == _LONGEST_TRADE:
        return _split_homophone(trade, found, industries)
    start = _first_word(trade, industries)
    if start is None:
        return _split_homophone(trade, found, industries)
    inner = _words_inside(trade[start:], industries)
    return trade[:start], _distinct([*inner, *found]), trade[start:]


def _split_homophone(trade: str, found: list[str], industries: Vocabulary) -> tuple[str, Codes, str]:
    """An industry word typed with wrong characters of the right sound: 处理 as 出理."""
    for length in range(min(6, len(trade) - _SHORTEST_TRADE), 1, -1):
        letters = pinyin_key(trade[-length:])
        codes = industries.pinyin.get(letters)
        if codes and len(letters) >= _SHORTEST_HOMOPHONE:
            return trade[:-length], _distinct([*codes, *found]), ""
    return trade, _distinct(found), ""


def _is_industry(text: str, industries: Vocabulary) -> bool:
    """Whether nothing but industry words is left, so that what stands before them must be the trade name."""
    while length := _longest_suffix(text, industries):
        text = text[:-length]
    return not text


def _first_word(text: str, words: Vocabulary) -> int | None:
    places = range(_SHORTEST_TRADE, len(text) - 1)
    return next((at for at in places if _longest_prefix(text[at:], words) >= 2), None)


def _words_inside(text: str, words: Vocabulary) -> list[str]:
    found: list[str] = []
    at = 0
    while at < len(text):
        length = _longest_prefix(text[at:], words)
        found.extend(words.han[text[at : at + length]] if length else ())
        at += length or 1
    return found


def _longest_suffix(text: str, words: Vocabulary, *, keep: int = 0) -> int:
    most = min(words.longest_han, len(text) - keep)
    return next((n for n in range(most, 1, -1) if text[-n:] in words.han), 0)


def _longest_prefix(text: str, words: Vocabulary) -> int:
    most = min(words.longest_han, len(text))
    return next((n for n in range(most, 1, -1) if text[:n] in words.han), 0)


def _distinct(codes: list[str]) -> Codes:
    return tuple(dict.fromkeys(codes))
