"""Grades found in any text: steels, titanium, plastics and rubbers by code list, strength classes of fasteners.

One steel has several designations (304, SUS304, 06Cr19Ni10, 1.4301); the code list says which mean one grade.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache

from mdm.domain.code_list import CodeList
from mdm.domain.standardise.kind import Env, Kind, Standard, kept
from mdm.domain.standardise.same import Same, cache_key
from mdm.domain.standardise.term import Term, blank, find_terms
from mdm.domain.standardise.text import clean

CODE_LIST = "grades"

_CLASSES = r"3\.6|4\.6|4\.8|5\.6|5\.8|6\.8|8\.8|9\.8|10\.9|12\.9|14\.9"
"""Strength classes of ISO 898-1 / GB/T 3098.1."""
_CLASS = re.compile(
    rf"(?<![A-Za-z0-9.])(?:(?:GR(?:ADE)?|CL(?:ASS)?|碳钢|合金钢|强度|等级)[ .:]{{0,2}}(?P<after>{_CLASSES})(?: ?级)?"
    rf"|(?P<before>{_CLASSES}) ?(?:级|GRADE|CLASS))(?![A-Za-z0-9]|\.\d)",
    re.IGNORECASE,
)
_BARE_CLASS = re.compile(
    rf"(?<![A-Za-z0-9.±Φφ×x*#-])(?P<bare>{_CLASSES})(?![A-Za-z0-9%×*\"°]|\.\d| ?(?:mm|x|m\b|ml))", re.I
)
_THREAD = re.compile(r"(?<![A-Za-z0-9])M ?\d", re.IGNORECASE)
_WHOLE_CLASS = re.compile(rf"[^\d.]*(?P<whole>{_CLASSES})[^\d.]*")


_SHORT_CODE = re.compile(r"[A-Za-z]\d{1,2}")
_FASTENER_STEELS = frozenset({"A1", "A2", "A3", "A4", "A5", "C1", "C3", "C4"})
_BRASSES = frozenset({"H59", "H62", "H63", "H65", "H68", "H70"})
"""Brass of GB/T 5231; the fits that begin with H end at 18 (ISO 286-1)."""
_CLASS_AFTER = re.compile(r"[ .]{0,2}\d+(?:\.\d+)?(?![\d.]| ?(?:ml|l|g|kg)(?![a-z]))", re.IGNORECASE)
_SUTURE_SIZE = re.compile(r"USP ?\d{1,2}(?:[-/]0)?(?![\d.]| ?(?:ml|l|g|kg)(?![a-z]))", re.IGNORECASE)

IMPLIED: Mapping[str, str] = {
    **dict.fromkeys(("A2", "A2-50", "A2-70", "A2-80"), "304"),
    **dict.fromkeys(("A4", "A4-50", "A4-70", "A4-80"), "316"),
    "420J1": "420",
}
"""What a designation also says: A2 fasteners are of 304, A4 of 316 (ISO 3506-1); 20Cr13 is AISI 420 (GB/T 20878)."""


GENERAL = frozenset({"TYVEK"})
"""Names of a material that is sold in several grades: they tell none of them."""


def grade_codes(terms: Iterable[Term]) -> tuple[str, ...]:
    """Codes of the grades found, each once, with the grades they imply."""
    codes = [code for term in terms for code in (term.code, IMPLIED.get(term.code, ""))]
    return tuple(dict.fromkeys(code for code in codes if code and code not in GENERAL))


def grade(text: str, env: Env) -> Standard:
    """The grade code as value; part ``codes`` holds all that the text names (``SS304 A2-70``)."""
    found = find_grades(text, env.codes.get(CODE_LIST), whole=True)
    codes = grade_codes(found)
    if not codes:
        return kept(text, "unknown_code")
    return Standard(codes[0], {"codes": codes})


def find_grades(text: str, codes: CodeList | None, *, whole: bool = False) -> tuple[Term, ...]:
    """Every grade that a clean text names, in order; ``whole``: the text is a grade attribute and nothing else."""
    return _find_grades(text, cache_key(codes) if codes else None, whole)


@lru_cache(maxsize=32768)
def _find_grades(text: str, same: Same | None, whole: bool) -> tuple[Term, ...]:
    codes = same.codes if same else None
    text = clean(text)
    classes = find_strength_classes(text, codes)
    rest = blank(text, ((term.start, term.end) for term in classes))
    named = tuple(term for term in find_terms(rest, codes) if whole or is_grade(rest, term))
    named = tuple(term for term in named if not _is_class_number(rest[term.start : term.end]))
    rest = blank(rest, ((term.start, term.end) for term in named))
    return tuple(
        sorted((*classes, *named, *find_bare_class(rest, codes, whole=whole)), key=lambda term: term.start)
    )


def find_strength_classes(text: str, codes: CodeList | None) -> tuple[Term, ...]:
    """Strength classes that are named as such: 12.9级, GR12.9, class 8.8."""
    if "." not in text:
        return ()
    return tuple(
        Term(_class_code(match["after"] or match["before"], codes), match.start(), match.end())
        for match in _CLASS.finditer(text)
    )


def find_bare_class(text: str, codes: CodeList | None, *, whole: bool = False) -> tuple[Term, ...]:
    """A strength class without its word, beside a thread (M6x20 8.8) or alone in a grade attribute."""
    if "." not in text or not (whole or _THREAD.search(text)):
        return ()
    match = (_WHOLE_CLASS.fullmatch(text.strip()) if whole else None) or _BARE_CLASS.search(text)
    return (Term(_class_code(_digits(match), codes), *_place(match, text)),) if match else ()


def is_grade(text: str, term: Term) -> bool:
    """In running text a letter with a digit is a size (D2, T10) unless it is fastener steel or brass.

    70 HA is a hardness; GR before a number is the word grade, alone it is a guaranteed reagent.
    """
    spelled = text[term.start : term.end].upper()
    if _SHORT_CODE.fullmatch(spelled):
        return spelled in _FASTENER_STEELS or spelled in _BRASSES
    if spelled == "USP":
        return _SUTURE_SIZE.match(text, term.start) is None
    if spelled == "GR":
        return _CLASS_AFTER.match(text, term.end) is None
    return not _is_class_number(spelled) and (
        spelled != "HA" or not text[: term.start].rstrip()[-1:].isdigit()
    )


def _digits(match: re.Match[str]) -> str:
    return next(group for group in match.groups() if group)


def _place(match: re.Match[str], text: str) -> tuple[int, int]:
    start = text.index(_digits(match))
    return start, start + len(_digits(match))


def _is_class_number(text: str) -> bool:
    return re.fullmatch(_CLASSES, text) is not None


def _class_code(digits: str, codes: CodeList | None) -> str:
    """The list's own code of a strength class, or ``class 12.9`` where it has none."""
    named = (codes.resolve(f"{digits}级") or codes.resolve(f"class {digits}")) if codes else None
    return named or f"class {digits}"


KINDS: Mapping[str, Kind] = {"grade": grade}
