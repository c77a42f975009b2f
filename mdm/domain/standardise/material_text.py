"""Names, specifications and descriptions of materials taken apart: noun, dimensions, grade, finish, colour, codes.

Whatever column a fact stands in, it gets the same part, so that parts of several columns can be pooled. Each piece
of the text is read once, by the first of: standard, noun, grade, finish, sterility, colour, side, code, dimension.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from itertools import pairwise

from mdm.domain.code_list import CodeList
from mdm.domain.standardise.bearing import find_bearings
from mdm.domain.standardise.code_token import CodeToken, code_key, find_codes
from mdm.domain.standardise.dimension import Dimension, loosen, read_dimensions
from mdm.domain.standardise.grade import find_bare_class, find_strength_classes, grade_codes, is_grade
from mdm.domain.standardise.kind import Env, Kind, Parts, Standard
from mdm.domain.standardise.model_code import find_figures, find_models, find_spelled
from mdm.domain.standardise.near_noun import mend_nouns
from mdm.domain.standardise.same import Same, cache_key
from mdm.domain.standardise.standard_ref import StandardRef, find_standards
from mdm.domain.standardise.term import Term, blank, find_terms, find_terms_of_lists
from mdm.domain.standardise.text import clean, simplified, tokens

_LISTS = ("material_nouns", "grades", "variants", "finishes", "sterility", "colours", "sides")
_PARTS = ("noun", "grade", "variant", "finish", "sterile", "colour", "side")
_CUT_LENGTH = 40
"""Where the short text of a common ERP system ends (SAP MAKTX): the last word there may be cut in the middle."""
_LONGEST_TELLING = 120
"""Characters in which a text says what a thing is."""
_LAST_RUN = re.compile(r"[^ ,;/()]*$")
_LAST_FIELD = re.compile(r"[^ ,;/()_-]*$")
_LETTER_SIDE = re.compile(r"(?:^|(?<=[ ,;/_()-]))([LR])(?=[ ,;/_()-]|$)")
_HAN_RUN = re.compile(r"[\u3400-\u9fff]{2,}")
_LONGEST_RUN = 6
_NEGATION = re.compile(r"(?:NON|UN|NOT|非|未)[- ]?$", re.IGNORECASE)
_FIELD_END = re.compile(r"[,;/()|]| - ")
_OTHER_PART = re.compile(
    r"(?:\b(?:replaces|replacing|replacement for|replaced by|supersedes|superseded by|instead of)\b"
    r"|替代|代替|取代|替换)"
    r"[ :：]{0,2}(?:[A-Z]{2,4} (?=[A-Z]?\d))?(?=[A-Z0-9._/-]*\d)[A-Z0-9](?:[A-Z0-9._/-]*[A-Z0-9])?",
    re.IGNORECASE,
)
"""The number of the part that this one took the place of, or that took its place: not its own."""
_INVERTED = re.compile(
    r"(?P<noun>[A-Z]{3,}), ?(?P<modifier>[A-Z]{3,}(?: [A-Z]{2,})?)(?![A-Z0-9])", re.IGNORECASE
)
_MARKED = re.compile(r"(.*\d{2}.*[A-Za-z0-9])[-_/](?:[A-Za-z]|\d)$")
_THREAD = re.compile(r"(?<![A-Za-z0-9])M ?\d+(?:\.\d+)?(?:(?![A-Za-z0-9.])| ?[xX×*-])")
_LATIN = re.compile(r"[A-Za-z]+")
_RAW_PLASTIC = "resin"
_POLYMERS = frozenset({"plastic", "rubber"})
_COUNTED = re.compile(r"\d ?(?:[支只个包片件根条套枚粒张副双]|pcs?|ea)? ?/ ?$", re.IGNORECASE)
"""What stands after a count and a slash holds so many of the thing: 50/box."""
_FRENCH = re.compile(r"(?<![A-Za-z0-9.×*x-])\d{1,2}(?:\.\d)? ?$")
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
    """Parts of one text.

    ``noun``, ``noun_class``: code and class of material_nouns; ``stuff``: the noun that a bare plastic stands for;
    ``dims``, ``pack``: canonical dimensions; ``grade``, ``variant`` (``group:code``), ``finish``, ``sterile``,
    ``colour``, ``side``: codes of their lists; ``standard``; ``codes``: keys of code tokens; ``bases``: the same
    without a revision of one character; ``words``: what is left; ``models``, ``spelled``: codes of
    goods told in words, and their names with a number.
    """
    return _parse(
        _before_prose(simplified(clean(text))),
        tuple(cache_key(codes[name]) if name in codes else None for name in _LISTS),
    )


def _before_prose(text: str) -> str:
    """The text up to where a long description turns to use and to other parts."""
    return (
        text if len(text) <= _LONGEST_TELLING else text[: text.rfind(" ", 0, _LONGEST_TELLING) + 1].rstrip()
    )


@lru_cache(maxsize=32768)
def _parse(text: str, lists: tuple[Same | None, ...]) -> Parts:
    text = loosen(_whole_words(text))
    text = blank(text, (match.span() for match in _OTHER_PART.finditer(text)))
    standards = find_standards(text)
    bearings = find_bearings(text)
    said = [(each.start, each.end) for each in standards] + [(each.start, each.end) for each in bearings]
    named, rest = _named(blank(text, said), lists)
    nouns = lists[_PARTS.index("noun")]
    if nouns is not None and not named["noun"] and (mended := mend_nouns(text, rest, nouns)) != text:
        return _parse(mended, lists)
    noun = _inverted_noun(text, nouns) or _head_noun(text, named["noun"])
    grades = (
        *_grades_by_standard(standards, lists),
        *named["grade"],
        *_grades_in_nouns(text, named["noun"], lists),
    )
    finishes, colours = _codes_of(named["finish"]), _codes_of(named["colour"])
    if _THREAD.search(text) and not finishes and "black" in colours:
        finishes, colours = ("black_oxide",), ()  # nobody dyes a screw: black is how its surface was treated
    sides, rest = _letter_sides(rest, named["side"])
    code_tokens = find_codes(rest)
    sized = read_dimensions(blank(rest, ((each.start, each.end) for each in code_tokens)))
    words = _words(sized.rest)
    return {
        "noun": noun,
        "stuff": _stuff(noun, grades, sized.dimensions, lists),
        "noun_class": _class_of(noun, nouns),
        "grade": grade_codes(grades),
        "variant": _variants(named["variant"], lists[_PARTS.index("variant")]),
        "finish": finishes,
        "sterile": _sterile(text, named["sterile"]),
        "colour": colours,
        "side": sides,
        "dims": tuple(
            dict.fromkeys((*(each.text for each in bearings), *(each.text for each in sized.dimensions)))
        ),
        "pack": tuple(each.measure for each in sized.dimensions if each.role == "pack"),
        "standard": tuple(dict.fromkeys(each.text for each in standards)),
        "codes": _with_joined(rest, code_tokens),
        "bases": _bases(rest, code_tokens),
        "words": words,
        "figures": find_figures(sized.rest, code_tokens) if words else (),
        "models": find_models(text, _codes_beside(text, said, rest)) if words else (),
        "spelled": find_spelled(text) if words else (),
    }


def _codes_beside(text: str, said: list[tuple[int, int]], rest: str) -> list[CodeToken]:
    """Codes of the whole text, not in pieces where a term stands inside one; those that are a term are none."""
    found = find_codes(blank(text, said))
    return [code for code in found if not rest[code.start : code.end].isspace()]


def _named(text: str, lists: tuple[Same | None, ...]) -> tuple[dict[str, tuple[Term, ...]], str]:
    """Terms by part, and the text without them; strength classes go first and, where unnamed, last."""
    same = lists[_PARTS.index("grade")]
    grades = same.codes if same else None
    classes = find_strength_classes(text, grades)
    rest = _without(text, classes)
    found = dict(zip(_PARTS, find_terms_of_lists(rest, lists), strict=True))
    found["grade"] = tuple(term for term in found["grade"] if is_grade(rest, term))
    found["colour"] = tuple(
        term for term in found["colour"] if rest[term.start : term.end] not in _NOT_COLOURS
    )
    found["variant"] = tuple(term for term in found["variant"] if not _is_french(rest, term))
    found["noun"] = tuple(term for term in found["noun"] if not _COUNTED.search(rest, 0, term.start))
    for terms in found.values():
        rest = _without(rest, terms)
    bare = find_bare_class(rest, grades)
    found["grade"] += (*classes, *bare)
    return found, _without(rest, bare)


def _is_french(text: str, term: Term) -> bool:
    """``6 Fr`` is a diameter on the French scale; a language stands by itself or after a product (AX-90 FR)."""
    spelled, before = text[term.start : term.end], text[: term.start]
    if spelled == "Fr":
        return before.rstrip()[-1:].isdigit()
    return spelled.upper() == "FR" and _FRENCH.search(before) is not None


def _letter_sides(text: str, named: tuple[Term, ...]) -> tuple[tuple[str, ...], str]:
    """The side by its name or else by a lone L or R, and the text without that letter."""
    if named:
        return _codes_of(named), text
    match = _LETTER_SIDE.search(text)
    return ((_SIDES[match[1]],), blank(text, [match.span()])) if match else ((), text)


def _words(text: str) -> tuple[str, ...]:
    """Remaining words: Latin ones, Han ones by word list, and short Han runs as they stand."""
    runs = [run for run in _HAN_RUN.findall(text) if len(run) <= _LONGEST_RUN]
    words = [word for word in tokens(text) if len(word) > 1 and not word.isdigit()]
    return tuple(dict.fromkeys((*words, *runs)))


def _without(text: str, terms: Iterable[Term]) -> str:
    return blank(text, ((term.start, term.end) for term in terms))


def _whole_words(text: str) -> str:
    """The text without its last word where it may be cut inside it, and without a code that may be cut.

    A Chinese word stays: what is left of a cut one is seldom another.
    """
    if len(text) != _CUT_LENGTH:
        return text
    run = _start_of(_LAST_RUN, text)
    codes = find_codes(text[run:])
    if codes and codes[-1].end == len(text) - run:
        return text[: run + codes[-1].start]
    field = _start_of(_LAST_FIELD, text)
    return text if _HAN_RUN.fullmatch(text, field) else text[:field]


def _start_of(pattern: re.Pattern[str], text: str) -> int:
    match = pattern.search(text)
    return match.start() if match else len(text)


def _codes_of(terms: tuple[Term, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(term.code for term in terms))


def _variants(terms: tuple[Term, ...], variants: Same | None) -> tuple[str, ...]:
    """``group:code`` of each option named; two codes of one group in two texts contradict each other."""
    groups = variants.codes.by_code if variants else {}
    return tuple(dict.fromkeys(f"{groups[term.code].parent}:{term.code}" for term in terms))


def _class_of(noun: str, nouns: Same | None) -> str:
    """The class of parts (fastener, electronic …) that a noun belongs to."""
    return nouns.codes.by_code[noun].parent if noun and nouns else ""


def _sterile(text: str, terms: tuple[Term, ...]) -> tuple[str, ...]:
    """Not sterile outweighs the word sterile, which may be part of a registered name or glued to its negation."""
    codes = _codes_of(terms)
    negated = any(_NEGATION.search(text, 0, term.start) for term in terms)
    return ("non_sterile",) if negated or "non_sterile" in codes else codes


def _grades_by_standard(
    standards: tuple[StandardRef, ...], lists: tuple[Same | None, ...]
) -> tuple[Term, ...]:
    """A standard that describes one material (ASTM F136) names its grade."""
    grades = lists[_PARTS.index("grade")]
    codes = [(grades.codes.resolve(each.text) if grades else None, each) for each in standards]
    return tuple(Term(code, each.start, each.end) for code, each in codes if code)


def _head_noun(text: str, terms: tuple[Term, ...]) -> str:
    """The longest noun of the first field that has one: ``SYRINGE, LUER LOCK`` is a syringe, not a lock."""
    if not terms:
        return ""
    field_end = _FIELD_END.search(text, terms[0].end)
    end = field_end.start() if field_end else len(text)
    return max((term for term in terms if term.start < end), key=lambda term: term.end - term.start).code


def _inverted_noun(text: str, nouns: Same | None) -> str:
    """The noun that a name in catalogue order means, if it is one only together: ``PLATE, LOCKING``."""
    match = _INVERTED.match(text)
    if match is None or nouns is None:
        return ""
    modifiers = dict.fromkeys((match["modifier"], match["modifier"].partition(" ")[0]))
    found = (
        term
        for modifier in modifiers
        for term in find_terms(f"{modifier} {match['noun']}", nouns.codes)
        if term.end - term.start == len(modifier) + 1 + len(match["noun"])
    )
    return next((term.code for term in found), "")


def _bases(text: str, found: tuple[CodeToken, ...]) -> tuple[str, ...]:
    """Codes without one last letter or digit set off by a mark: P-583001_B and 204415-45-1 in their revisions."""
    bases = (_MARKED.match(text[each.start : each.end]) for each in found)
    return tuple(dict.fromkeys(code_key(base[1]) for base in bases if base))


def _grades_in_nouns(text: str, nouns: tuple[Term, ...], lists: tuple[Same | None, ...]) -> tuple[Term, ...]:
    """What raw stock is made of stands in its name: PVC tube, PEEK rod."""
    grades, known = lists[_PARTS.index("grade")], lists[_PARTS.index("noun")]
    if grades is None or known is None:
        return ()
    return tuple(
        term
        for noun in nouns
        if known.codes.by_code[noun.code].parent == "stock"
        for term in find_terms(_spaced(text[noun.start : noun.end]), grades.codes)
        if grades.codes.by_code[term.code].parent in _POLYMERS
    )


def _stuff(
    noun: str, grades: tuple[Term, ...], sizes: tuple[Dimension, ...], lists: tuple[Same | None, ...]
) -> str:
    """The noun of a text that names a plastic without any size and nothing made of it: the raw material itself."""
    known = lists[_PARTS.index("grade")]
    if noun or known is None or any(each.unit == "mm" for each in sizes):
        return ""
    parents = {known.codes.by_code[term.code].parent for term in grades if term.code in known.codes.by_code}
    return _RAW_PLASTIC if "plastic" in parents else ""


def _spaced(noun: str) -> str:
    """A noun with the Latin letters in it set apart, so that they read as a word."""
    return _LATIN.sub(r" \g<0> ", noun)


def _with_joined(text: str, found: tuple[CodeToken, ...]) -> tuple[str, ...]:
    """Keys of the code tokens, and of neighbours written with a space between them (``QK51 20CFD250``)."""
    keys = [each.key for each in found]
    for left, right in pairwise(found):
        if text[left.end : right.start] == " " and len(left.key) <= _LONGEST_HEAD and right.key[0].isdigit():
            keys.append(left.key + right.key)
    return tuple(dict.fromkeys(keys))


KINDS: Mapping[str, Kind] = {"material_text": material_text, "dimension_text": dimension_text}
