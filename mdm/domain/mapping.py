"""Suggestions for the mapping of a file that nobody has a profile for: which column names which attribute, and why.

Evidence in this order: the profile that this source or another one has, the label of the dictionary, what the cells
hold (check digits, codes, forms), a label written alike. An attribute is suggested for one column only.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import StrEnum
from typing import NamedTuple

from rapidfuzz import fuzz

from mdm.domain.code_list import CodeList
from mdm.domain.entity_type import Attribute, EntityType
from mdm.domain.quality import IDENTIFIER_CHECKS

ALIKE = 85
"""Percent of equal letters from which a label counts as the same one, misspelt."""
MOST = 0.8
"""Share of the filled cells that must hold such values."""
LEAST_CELLS = 3
LEAST_CODES = 2
"""Different codes in a column before it counts as one of that list: a constant says nothing."""

_ID_NAMES = frozenset(
    {"id", "key", "code", "no", "number", "recordid", "sourceid"}
    | {"编号", "编码", "代码", "记录编号", "源记录键", "主键", "序号"}
)
_ID_WORDS = frozenset({"id", "key", "code", "no", "number", "编号", "编码", "代码", "号"})
"""What follows the name of the entity type in the name of its key column: ``supplier code``, ``供应商编码``."""
_SPEAKING_CHECKS = frozenset({"uscc", "lei", "gtin", "gln", "cas"})
"""Checks that a number does not pass by chance; nine digits (DUNS) or any foreign VAT number say nothing."""


class Why(StrEnum):
    """What a suggestion rests on."""

    PROFILE = "profile"
    LABEL = "label"
    CONTENT = "content"
    ALIKE = "alike"


class Suggestion(NamedTuple):
    """The attribute that a column seems to hold."""

    attribute: str
    why: Why


class Mapped(NamedTuple):
    """Column -> suggestion, and the column that seems to name the records ('' when none does)."""

    columns: Mapping[str, Suggestion]
    id_column: str


Profile = Mapping[str, object]


def suggest(
    entity: EntityType,
    codes: Mapping[str, CodeList],
    columns: Sequence[str],
    rows: Sequence[Sequence[str]],
    profiles: Iterable[Profile] = (),
) -> Mapped:
    """What each column seems to be; ``profiles`` are known ones of this entity, the most fitting first."""
    known = list(profiles)
    found: dict[str, Suggestion] = {}
    for column in columns:
        _take(found, column, _by_profile(column, known, entity), Why.PROFILE)
    labels = {fold(text): a.name for a in entity.attributes.values() for text in (a.name, a.zh, a.en)}
    for column in columns:
        _take(found, column, labels.get(fold(column)), Why.LABEL)
    id_column = _id_column(entity, columns, rows, known, found)
    for column, cells in zip(columns, _cells(columns, rows), strict=True):
        if column != id_column:
            _take(found, column, _by_content(entity, codes, cells, found), Why.CONTENT)
    for column in columns:
        if column != id_column:
            _take(found, column, _by_likeness(column, labels), Why.ALIKE)
    return Mapped(found, id_column)


def fold(text: str) -> str:
    """The form in which column names are compared: width, case, blanks, signs and the mark of a required one go."""
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", text)).casefold()


def _take(found: dict[str, Suggestion], column: str, attribute: str | None, why: Why) -> None:
    taken = {suggestion.attribute for suggestion in found.values()}
    if attribute is not None and column not in found and attribute not in taken:
        found[column] = Suggestion(attribute, why)


def _by_profile(column: str, profiles: Sequence[Profile], entity: EntityType) -> str | None:
    for profile in profiles:
        held = profile.get("columns")
        target = held.get(column) if isinstance(held, Mapping) else None
        name = target.get("attribute") if isinstance(target, Mapping) else target
        if isinstance(name, str) and name in entity.attributes:
            return name
    return None


def _id_column(
    entity: EntityType,
    columns: Sequence[str],
    rows: Sequence[Sequence[str]],
    profiles: Sequence[Profile],
    found: Mapping[str, Suggestion],
) -> str:
    """That of a known profile, one called so, or the first free column whose cells are all filled and different."""
    for profile in profiles:
        if profile.get("id_column") in columns:
            return str(profile["id_column"])
    held = dict(zip(columns, _cells(columns, rows), strict=True))
    named = [column for column in columns if _names_a_key(column, entity, found)]
    # A row without a key is a reject, not a reason to take another column for the key.
    named.sort(key=lambda c: not (len(set(held[c])) == len(held[c]) >= MOST * len(rows)))
    distinct = [c for c, cells in held.items() if cells and len(cells) == len(rows) == len(set(cells))]
    free = [column for column in distinct if column not in found]
    return next(iter([*named, *free, *distinct]), "")


def _names_a_key(column: str, entity: EntityType, found: Mapping[str, Suggestion]) -> bool:
    """Whether a column is called a key, or the key of this entity type and nothing that the dictionary knows."""
    name = fold(column)
    if name in _ID_NAMES:
        return True
    called = (fold(entity.zh), fold(entity.en))
    return column not in found and any(name.removeprefix(each) in _ID_WORDS for each in called if each)


def _cells(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> list[list[str]]:
    """The filled cells of each column."""
    return [[text for row in rows if (text := row[place].strip())] for place in range(len(columns))]


def _by_content(
    entity: EntityType, codes: Mapping[str, CodeList], cells: Sequence[str], found: Mapping[str, Suggestion]
) -> str | None:
    """The one attribute whose form the cells have; several that would fit equally are none."""
    if len(cells) < LEAST_CELLS:
        return None
    taken = {suggestion.attribute for suggestion in found.values()}
    fitting = [a.name for a in entity.attributes.values() if a.name not in taken and _holds(a, codes, cells)]
    titles = [name for name in entity.title if name in fitting and _script_fits(name, entity, cells)]
    return fitting[0] if len(fitting) == 1 else next(iter(titles), None)


def _script_fits(name: str, entity: EntityType, cells: Sequence[str]) -> bool:
    """Whether names of this script belong into the attribute: one that hands Latin on is for Chinese, and reverse."""
    attribute = entity.attributes[name]
    is_han = _mostly(cells, lambda text: _HAN.search(text) is not None)
    return not (attribute.latin_to if not is_han else attribute.han_to)


def _holds(attribute: Attribute, codes: Mapping[str, CodeList], cells: Sequence[str]) -> bool:
    if attribute.check in _SPEAKING_CHECKS:
        judge = IDENTIFIER_CHECKS[attribute.check]
        return _mostly(cells, lambda text: judge(re.sub(r"[\s\-]", "", text.upper())))
    if attribute.code_list in codes:
        listed = codes[attribute.code_list]
        resolved = {listed.resolve(text) for text in cells} - {None}
        return len(resolved) >= LEAST_CODES and _mostly(cells, lambda text: listed.resolve(text) is not None)
    form = _FORMS.get(attribute.kind)
    return form is not None and _mostly(cells, lambda text: form.search(text) is not None)


def _mostly(cells: Sequence[str], judge: Callable[[str], bool]) -> bool:
    return sum(map(judge, cells)) >= MOST * len(cells)


_HAN = re.compile("[\u3400-\u9fff]")

_FORMS: Mapping[str, re.Pattern[str]] = {
    "company_name": re.compile(
        r"(公司|集团|工厂|制造厂|商行|经营部|事务所|中心|厂)([(（].*[)）])?$"
        r"|\b(ltd|limited|inc|corp|gmbh|ag|llc|co|s\.?a|s\.?r\.?l|b\.?v|plc|kg|pte|oy|ab)\b\.?\s*$",
        re.IGNORECASE,
    ),
    "email": re.compile(r"^[^@\s]+@[^@\s]+\.[^@\s]+$"),
    "website": re.compile(r"^(https?://)?(www\.)?[\w-]+(\.[\w-]+)*\.[a-z]{2,}(/\S*)?$", re.IGNORECASE),
    "dimension_text": re.compile(r"\d\s*(mm|cm|µm|um|m|\")?\s*[x×*✕]\s*[\dφΦØ]|[φΦØ]\s*\d", re.IGNORECASE),
    "address": re.compile(
        r"(省|市|区|县).*(路|街|道|号|镇|村)|\d+\S* .*\b(road|rd|street|st|avenue|ave)\b", re.IGNORECASE
    ),
}
"""Kinds whose values show by themselves."""


def _by_likeness(column: str, labels: Mapping[str, str]) -> str | None:
    asked = fold(column)
    if len(asked) < LEAST_CELLS:
        return None
    within = {
        name
        for label, name in labels.items()
        if asked in label or (len(label) > LEAST_CELLS and label in asked)
    }
    if len(within) == 1:
        return within.pop()
    best = max(labels, key=lambda label: fuzz.ratio(asked, label), default="")
    return labels[best] if best and fuzz.ratio(asked, best) >= ALIKE else None
