"""Company names taken apart: region, trade name 字号, industry, legal form, branch, former name.

Chinese, English and pinyin spellings of one name give the same region, industry, legal form and branch codes.
The trade name compares by its pinyin; legal form and industry are weak evidence, a branch tells sites apart.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

from mdm.domain.code_list import CodeList
from mdm.domain.standardise.company_han import parse_han
from mdm.domain.standardise.company_latin import parse_latin
from mdm.domain.standardise.company_lexicon import Lexicon, Vocabulary, lexicon_of
from mdm.domain.standardise.company_name import CompanyName
from mdm.domain.standardise.kind import ABSENT, Env, Kind, Parts, Standard
from mdm.domain.standardise.place import country_code
from mdm.domain.standardise.sound import sound_keys
from mdm.domain.standardise.text import clean, comparison_key, has_han, pinyin_key, script_of

__all__ = ["KINDS", "CompanyName", "company_name", "parse_company"]

_FORMER = re.compile(
    r"^(?:原名?称?|曾用名|前身为?|旧名|更名前"
    r"|formerly(?: known as)?|former(?: name)?|f/?k/?a|previously|prev\.?|ex(?=[\s:.]))"
    r"\s*[:：]?\s*(?P<name>.+)$"
)
_FORMER_TAIL = re.compile(
    r"[\s,;/-]+(?:曾用名|formerly(?: known as)?|f/k/a|previously)\s*[:：]?\s*(?P<name>[^()]+)$"
)
_BRACKET = re.compile(r"\(([^()]*)(?:\)|$)")
_LONGEST_TRADE = 4
_SHORTEST_HEAD = 4
_MASK = "xx"
_NOTE = re.compile(r"[#*]+|[<{].*?[>}]|[-_]\d{1,2}$|\s-\s*(?:new|old|dup|duplicate|obsolete|do not use)$")
_TWO_SCRIPTS = re.compile(r"^(?P<han>[^a-z]*[\u3040-\u9fff)])[\s/|,-]+(?P<latin>[a-z][a-z0-9 .,&'-]+)$")


def parse_company(text: str, codes: Mapping[str, CodeList]) -> CompanyName:
    """The pieces of a name in any script; ``codes``: legal_forms, cities_cn, industry_words."""
    return _parse(comparison_key(text), lexicon_of(codes))


def company_name(text: str, env: Env) -> Standard:
    """Clean name; parts trade, trade_pinyin, region, industry, broad, legal_form, branch, core, former, script."""
    shown = clean(text)
    if not shown:
        return ABSENT
    parts = _parts(shown, lexicon_of(env.codes))
    return Standard(shown, with_aliases(parts, env.codes.get("trade_names")))


def with_aliases(parts: Parts, confirmed: CodeList | None) -> Parts:
    """The parts with the letters of names that stewards confirmed as names of the same company.

    ``confirmed`` holds these alone, ``alias`` also the Latin name that stands behind a Chinese one.
    """
    trade = str(parts.get("trade", ""))
    if confirmed is None or not trade or not confirmed.candidates(trade):
        return parts
    entries = [confirmed.by_code[code] for code in confirmed.candidates(trade)]
    letters = [pinyin_key(text) for entry in entries for text in (entry.code, *entry.spellings)]
    held = [*parts.get("alias", ()), *letters]
    return {
        **parts,
        "alias": tuple(dict.fromkeys(text for text in held if text)),
        "confirmed": tuple(dict.fromkeys(text for text in letters if text)),
    }


@lru_cache(maxsize=65536)
def _parts(shown: str, lexicon: Lexicon) -> Parts:
    key = comparison_key(shown)
    name = _parse(key, lexicon)
    parent_of = lexicon.parent_of
    pieces: dict[str, str | tuple[str, ...]] = {
        "trade": name.trade,
        "trade_pinyin": name.trade_pinyin,
        "region": name.region,
        "province": tuple(dict.fromkeys(parent_of.get(code, code) for code in name.region)),
        "industry": name.industry,
        "legal_form": name.legal_form,
        "branch": name.branch,
        "broad": _broad(name, lexicon.industries),
        "core": name.core,
        "former": name.former,
        "former_pinyin": tuple(_parse(former, lexicon).trade_pinyin for former in name.former),
        "trade_heads": _heads(name),
        "alias": _aliases(key, lexicon),
        "trade_sound": sound_keys(name.trade),
        "key": key,
        "script": script_of(shown).value,
    }
    return {piece: value for piece, value in pieces.items() if value}


def _heads(name: CompanyName) -> tuple[str, ...]:
    """Letters of the trade name; of a long one, which may hold words that no list knows, also of its beginnings."""
    if has_han(name.trade):
        longest = _LONGEST_TRADE if name.legal_form else _LONGEST_TRADE - 1
        lengths = (2, 3) if len(name.trade) > longest and name.trade.isalpha() else ()
        heads = [pinyin_key(name.trade[:length]) for length in lengths]
    else:
        words = name.trade.split()
        heads = ["".join(words[:length]) for length in range(1, min(len(words), 4))]
    return tuple(head for head in dict.fromkeys((name.trade_pinyin, *heads)) if len(head) >= _SHORTEST_HEAD)


def _broad(name: CompanyName, industries: Vocabulary) -> tuple[str, ...]:
    """Industry codes with those of the first word alone: of medical supplies a short name keeps medical."""
    if not name.core.startswith(name.trade):
        return name.industry
    behind = name.core[len(name.trade) :].strip()
    if has_han(behind):
        first = [code for length in (2, 3) for code in industries.han.get(behind[:length], ())]
    else:
        first = list(industries.latin.get(behind.split(" ")[0], ()))
    return tuple(dict.fromkeys((*name.industry, *first)))


def _aliases(key: str, lexicon: Lexicon) -> tuple[str, ...]:
    """Trade name of the Latin text behind a Chinese name, as letters."""
    both = _TWO_SCRIPTS.match(key)
    return (_parse(both["latin"].strip(), lexicon).trade_pinyin,) if both else ()


@lru_cache(maxsize=65536)
def _parse(key: str, lexicon: Lexicon) -> CompanyName:
    both = _TWO_SCRIPTS.match(key)
    text, brackets = _resolve_brackets(_NOTE.sub(" ", both["han"] if both else key).strip(), lexicon)
    name = _parse_plain(text, brackets.trade, lexicon)
    if not name.trade:
        whole = text or key
        name = replace(name, trade=whole, trade_pinyin=pinyin_key(whole), core=whole)
    return replace(
        name,
        region=brackets.region or name.region,
        branch=name.branch or brackets.branch,
        former=brackets.former,
    )


def _parse_plain(text: str, trade: str, lexicon: Lexicon) -> CompanyName:
    """A name without brackets; ``trade``, where brackets showed it, is not read as a place."""
    masked = _MASK + text[len(trade) :] if trade and text.startswith(trade) else text
    name = parse_han(masked, lexicon) if has_han(text) else parse_latin(masked, lexicon)
    if masked is text or not name.trade.startswith(_MASK):
        return name
    shown = trade + name.trade[len(_MASK) :]
    core = trade + name.core[len(_MASK) :] if name.core.startswith(_MASK) else name.core
    return replace(name, trade=shown, trade_pinyin=pinyin_key(shown), core=core)


@dataclass(frozen=True, slots=True)
class _Brackets:
    """What the brackets of a name say; ``trade``: a place name before a bracketed place, so a trade name."""

    region: tuple[str, ...] = ()
    branch: str = ""
    former: tuple[str, ...] = ()
    trade: str = ""


def _resolve_brackets(text: str, lexicon: Lexicon) -> tuple[str, _Brackets]:
    """The name without its brackets, and what they said; words that belong to the name stay in it."""
    found = _Brackets()
    tail = _FORMER_TAIL.search(text)
    if tail:
        text, found = text[: tail.start()], replace(found, former=(tail["name"].strip(),))
    while bracket := _BRACKET.search(text):
        inside = bracket[1].strip()
        read = _read_bracket(inside, found, lexicon)
        at_end = not text[bracket.end() :].strip()
        stays = "" if read is not None or at_end else inside
        found = read or found
        before = text[: bracket.start()].strip()
        if found.region and not found.trade and not at_end and _region(before, lexicon):
            found = replace(found, trade=before)
        text = f"{text[: bracket.start()]} {stays} {text[bracket.end() :]}"
    return " ".join(text.replace(")", " ").split()), found


def _read_bracket(inside: str, found: _Brackets, lexicon: Lexicon) -> _Brackets | None:
    """``found`` with what a bracket says; None when it says nothing of region, branch or former name."""
    former = _FORMER.match(inside)
    if former:
        return replace(found, former=(*found.former, former["name"].strip()))
    region = _region(inside, lexicon)
    if region:
        return replace(found, region=region)
    if re.search(r"分(?:公司|厂|部|店)$|\bbranch\b", inside):
        probe = f"xx{inside}" if has_han(inside) else f"xx {inside}"
        name = parse_han(probe, lexicon) if has_han(inside) else parse_latin(probe, lexicon)
        return replace(found, branch=name.branch)
    return None


def _region(inside: str, lexicon: Lexicon) -> tuple[str, ...]:
    regions = lexicon.regions
    known = regions.han.get(inside) if has_han(inside) else regions.of_letters(re.sub("[^a-z]", "", inside))
    if known:
        return known
    country = country_code(inside) if len(inside) > 1 else None
    return (country.lower(),) if country else ()


KINDS: Mapping[str, Kind] = {"company_name": company_name}
