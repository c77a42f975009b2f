"""Names, specifications and descriptions of materials taken apart: noun, dimensions, grade, finish, colour, codes.

Whatever column a fact stands in, it gets the same part, so that parts of several columns can be pooled. Each piece
of the text is read once, by the first of: standard, noun, grade, finish, sterility, colour, side, code, dimension.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from itertools import pairwise

from mdm.domain.code_list import CodeList
from mdm.domain.standardise.code_token import CodeToken, find_codes
from mdm.domain.standardise.dimension import loosen, read_dimensions
from mdm.domain.standardise.grade import find_bare_class, find_strength_classes, grade_codes, is_grade
from mdm.domain.standardise.kind import Env, Kind, Parts, Standard
from mdm.domain.standardise.same import Same
from mdm.domain.standardise.standard_ref import find_standards
from mdm.domain.standardise.term import Term, blank, find_terms_of_lists
from mdm.domain.standardise.text import clean, tokens

_LISTS = ("material_nouns", "grades", "variants", "finishes", "sterility", "colours", "sides")
_PARTS = ("noun", "grade", "variant", "finish", "sterile", "colour", "side")
_CUT_LENGTHS = frozenset({35, 40})
"""Where the short texts of common ERP systems end: what stands there may be cut in the middle."""
_LAST_RUN = re.compile(r"[^ ,;/()]*$")
_LAST_FIELD = re.compile(r"[^ ,;/()_-]*$")
_LETTER_SIDE = re.compile(r"(?:^|(?<=[ ,;/_()-]))([LR])(?=[ ,;/_()-]|$)")
_SIDES = {"L": "left", "R": "right"}
_LONGEST_HEAD = 6
_NOT_COLOURS = frozenset({"米", "粉"})


def material_text(text: str, env: Env) -> Standard:
    """The clean text with its parts (see ``parse_material_text``)."""
    cleaned = clean(text)
    return Standard(cleaned, parse_material_text(cleaned, env.codes))


def dimension_text(text: str, env: Env) -> Standard:
    """A size column, whatever else people write into it, with the same parts as any other text of a material."""
    cleaned = clean(text)
    parts = parse_material_text(cleaned, env.codes)
    return Standard("; ".join(parts["dims"]) or cleaned, parts)


def parse_material_text(text: str, codes: Mapping[str, CodeList]) -> Parts:
    """Parts of one text: noun, dims, grade, finish, colour, side, sterile, pack, standard, codes, words."""
    return _parse(clean(text), tuple(Same(codes[name]) if name in codes else None for name in _LISTS))


@lru_cache(maxsize=32768)
def _parse(text: str, lists: tuple[Same | None, ...]) -> Parts:
    grades, variants = (same.codes if same else None for same in lists[1:3])
    text = loosen(_whole_words(text))
    standards = find_standards(text)
    classes = find_strength_classes(text, grades)
    rest = _without(blank(text, ((each.start, each.end) for each in standards)), classes)
    found = dict(zip(_PARTS, find_terms_of_lists(rest, lists), strict=True))
    found["grade"] = tuple(term for term in found["grade"] if is_grade(rest, term))
    found["colour"] = tuple(
        term for term in found["colour"] if rest[term.start : term.end] not in _NOT_COLOURS
    )
    for terms in found.values():
        rest = _without(rest, terms)
    bare = find_bare_class(rest, grades)
    found["grade"] += (*classes, *bare)
    rest = _without(rest, bare)
    letter_sides = [] if found["side"] else list(_LETTER_SIDE.finditer(rest))[:1]
    rest = blank(rest, (match.span() for match in letter_sides))
    code_tokens = find_codes(rest)
    sized = read_dimensions(blank(rest, ((each.start, each.end) for each in code_tokens)))
    return {
        **{
            part: _codes_of(terms)
            for part, terms in found.items()
            if part not in ("noun", "side", "sterile", "grade", "variant")
        },
        "variant": _variants(found["variant"], variants),
        "grade": grade_codes(found["grade"]),
        "sterile": _sterile(found["sterile"]),
        "noun": _head_noun(found["noun"]),
        "side": _codes_of(found["side"]) or tuple(_SIDES[match[1]] for match in letter_sides),
        "dims": tuple(each.text for each in sized.dimensions),
        "pack": tuple(each.measure for each in sized.dimensions if each.role == "pack"),
        "standard": tuple(dict.fromkeys(each.text for each in standards)),
        "codes": _with_joined(rest, code_tokens),
        "words": tuple(
            dict.fromkeys(word for word in tokens(sized.rest) if not word.isdigit() and len(word) > 1)
        ),
    }


def _without(text: str, terms: tuple[Term, ...]) -> str:
    return blank(text, ((term.start, term.end) for term in terms))


def _whole_words(text: str) -> str:
    """The text without its last word where it may be cut inside it, and without a code that may be cut."""
    if len(text) not in _CUT_LENGTHS:
        return text
    run = _start_of(_LAST_RUN, text)
    codes = find_codes(text[run:])
    if codes and codes[-1].end == len(text) - run:
        return text[: run + codes[-1].start]
    return text[: _start_of(_LAST_FIELD, text)]


def _start_of(pattern: re.Pattern[str], text: str) -> int:
    match = pattern.search(text)
    return match.start() if match else len(text)


def _codes_of(terms: tuple[Term, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(term.code for term in terms))


def _variants(terms: tuple[Term, ...], variants: CodeList | None) -> tuple[str, ...]:
    """``group:code`` of each option named; two codes of one group in two texts contradict each other."""
    groups = variants.by_code if variants else {}
    return tuple(dict.fromkeys(f"{groups[term.code].parent}:{term.code}" for term in terms))


def _sterile(terms: tuple[Term, ...]) -> tuple[str, ...]:
    """Not sterile outweighs the word sterile, which may be part of a registered name."""
    codes = _codes_of(terms)
    return ("non_sterile",) if "non_sterile" in codes else codes


def _head_noun(terms: tuple[Term, ...]) -> str:
    """The longest spelling names the thing best; of equals the first."""
    return max(terms, key=lambda term: term.end - term.start).code if terms else ""


def _with_joined(text: str, found: tuple[CodeToken, ...]) -> tuple[str, ...]:
    """Keys of the code tokens, and of neighbours written with a space between them (``CV73 10BEB100``)."""
    keys = [each.key for each in found]
    for left, right in pairwise(found):
        if text[left.end : right.start] == " " and len(left.key) <= _LONGEST_HEAD and right.key[0].isdigit():
            keys.append(left.key + right.key)
    return tuple(dict.fromkeys(keys))


KINDS: Mapping[str, Kind] = {"material_text": material_text, "dimension_text": dimension_text}
