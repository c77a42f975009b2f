"""The entity dictionary: what each attribute of each entity type means, holds, needs and who answers for it.

Invariant: a ``Dictionary`` that exists has no contradiction; all its faults are told at once.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields

from mdm.domain.code_list import CodeEntry, CodeList, code_list_faults, merge_code_lists, parse_code_list
from mdm.domain.entity_type import (
    CHECKS,
    KINDS,
    OTHER_REASONS,
    Attribute,
    EntityType,
    Required,
    Sensitivity,
    ValueType,
)
from mdm.domain.errors import DictionaryError, UnknownEntityError
from mdm.domain.review import TaskReason
from mdm.domain.toml_table import TomlTable, read_toml

__all__ = [
    "Attribute",
    "CodeEntry",
    "CodeList",
    "Dictionary",
    "EntityType",
    "Required",
    "Sensitivity",
    "ValueType",
    "parse_dictionary",
]

_NAME = re.compile(r"[a-z][a-z0-9_]*")
_ID_PREFIX = re.compile(r"[A-Z]{2,4}")

_KINDS_OF_TYPE: Mapping[ValueType, frozenset[str]] = {
    ValueType.DATE: frozenset({"date"}),
    ValueType.QUANTITY: frozenset({"quantity", "dimension_text"}),
    ValueType.INTEGER: frozenset({"integer"}),
    ValueType.DECIMAL: frozenset({"decimal"}),
    ValueType.FLAG: frozenset({"flag"}),
    ValueType.REFERENCE: frozenset({"reference"}),
    ValueType.CODE: frozenset({"code", "country", "currency", "uom", "status", "grade", "region", "city"}),
}
"""Types that admit only some kinds; text and identifier admit every kind not bound to another type."""


@dataclass(frozen=True, slots=True)
class Dictionary:
    """All entity types and code lists that are in force."""

    entities: Mapping[str, EntityType]
    code_lists: Mapping[str, CodeList]

    def entity(self, name: str) -> EntityType:
        """The entity type of this name; raises UnknownEntityError."""
        if name not in self.entities:
            raise UnknownEntityError(f"no entity type {name!r}", entity=name, known=sorted(self.entities))
        return self.entities[name]

    def code_list(self, name: str) -> CodeList:
        """The code list of this name; raises DictionaryError."""
        if name not in self.code_lists:
            raise DictionaryError(f"no code list {name!r}", code_list=name)
        return self.code_lists[name]

    @property
    def matched(self) -> tuple[EntityType, ...]:
        """The entity types whose records are matched by evidence, in order."""
        return tuple(entity for entity in self.entities.values() if entity.matched)


def parse_dictionary(
    entity_texts: Mapping[str, str],
    code_texts: Mapping[str, str],
    more_code_texts: Sequence[Mapping[str, str]] = (),
) -> Dictionary:
    """The dictionary written in TOML texts, keyed by file stem (``supplier``, ``units``).

    ``more_code_texts`` are merged into the lists of the same name. Raises DictionaryError listing every
    fault with file, entity and attribute (also as ``details['faults']``).
    """
    faults: list[str] = []
    code_lists = _code_lists((code_texts, *more_code_texts), faults)
    drafts = [_draft(stem, text, faults) for stem, text in entity_texts.items()]
    names = {draft.entity.name for draft in drafts}
    for draft in drafts:
        faults += _entity_faults(draft)
        for attribute in draft.attributes:
            faults += _attribute_faults(draft, attribute, code_lists, names)
    faults += _clashes(drafts)
    if faults:
        raise DictionaryError("The dictionary contradicts itself:\n" + "\n".join(faults), faults=faults)
    return Dictionary({draft.entity.name: draft.entity for draft in drafts}, code_lists)


@dataclass(frozen=True, slots=True)
class _Draft:
    """An entity type before its checks, with repeated attributes still in place."""

    place: str
    entity: EntityType
    attributes: tuple[Attribute, ...]

    def fault(self, text: str, attribute: str = "") -> str:
        where = f"{self.entity.name}.{attribute}" if attribute else self.entity.name
        return f"{self.place}: {where}: {text}"


def _code_lists(layers: Sequence[Mapping[str, str]], faults: list[str]) -> dict[str, CodeList]:
    found: dict[str, list[CodeList]] = {}
    for layer in layers:
        for name, text in layer.items():
            found.setdefault(name, []).append(parse_code_list(name, text, faults))
    merged = {name: merge_code_lists(lists) for name, lists in found.items()}
    for code_list in merged.values():
        faults += code_list_faults(code_list)
    return merged


def _draft(stem: str, text: str, faults: list[str]) -> _Draft:
    whole = read_toml(f"{stem}.toml", text, faults)
    whole.refuse_others({"entity", "attribute"})
    head = whole.table("entity")
    name = head.text("name", needed=True)
    attributes = tuple(_attribute(whole.place, name, row) for row in whole.tables("attribute"))
    return _Draft(whole.place, _entity(name, head.placed(f"{whole.place}: {name}"), attributes), attributes)


def _entity(name: str, head: TomlTable, attributes: tuple[Attribute, ...]) -> EntityType:
    head.refuse_others({each.name for each in fields(EntityType)} - {"attributes"})
    return EntityType(
        name=name,
        zh=head.text("zh", needed=True),
        en=head.text("en", needed=True),
        id_prefix=head.text("id_prefix", needed=True),
        owner=head.text("owner", needed=True),
        identity=head.text("identity", needed=True),
        title=head.texts("title"),
        summary=head.texts("summary"),
        attributes={attribute.name: attribute for attribute in attributes},
        matched=head.flag("matched", default=True),
        key=head.texts("key"),
        due_days=_due_days(head.table("due_days")),
    )


def _due_days(row: TomlTable) -> dict[str, int]:
    row.refuse_others({*TaskReason, OTHER_REASONS})
    return {reason: days for reason in row.values if (days := row.number(reason)) is not None}


def _attribute(place: str, entity: str, row: TomlTable) -> Attribute:
    row = row.placed(f"{place}: {entity}.{row.values.get('name', row.place)}")
    row.refuse_others({each.name for each in fields(Attribute)})
    when = row.table("required_when")
    return Attribute(
        name=row.text("name", needed=True),
        zh=row.text("zh", needed=True),
        en=row.text("en", needed=True),
        meaning=row.text("meaning", needed=True),
        owner=row.text("owner", needed=True),
        kind=row.text("kind", needed=True),
        type=row.choice("type", ValueType.TEXT),
        required=row.choice("required", Required.OPTIONAL),
        sensitivity=row.choice("sensitivity", Sensitivity.INTERNAL),
        max_length=row.number("max_length"),
        standard=row.text("standard"),
        check=row.text("check"),
        unit=row.text("unit"),
        code_list=row.text("code_list"),
        refers_to=row.text("refers_to"),
        latin_to=row.text("latin_to"),
        han_to=row.text("han_to"),
        multiple=row.flag("multiple", default=False),
        alias_group=row.text("alias_group"),
        example=row.text("example"),
        required_when={key: when.texts(key) for key in when.values},
    )


def _entity_faults(draft: _Draft) -> list[str]:
    entity = draft.entity
    faults = [] if _NAME.fullmatch(entity.name) else [draft.fault("name must be lower case, digits and _")]
    if not _ID_PREFIX.fullmatch(entity.id_prefix):
        faults.append(draft.fault(f"id_prefix {entity.id_prefix!r} must be 2 to 4 capital letters"))
    if not entity.title:
        faults.append(draft.fault("title names no attribute"))
    if not entity.matched and not entity.key:
        faults.append(draft.fault("is not matched, so it needs a key"))
    faults += [
        draft.fault(f"{role} names unknown attribute {name!r}")
        for role in ("title", "summary", "key")
        for name in getattr(entity, role)
        if name not in entity.attributes
    ]
    repeated = _repeated(attribute.name for attribute in draft.attributes)
    return faults + [draft.fault("appears twice", name) for name in repeated]


def _attribute_faults(
    draft: _Draft, attribute: Attribute, code_lists: Mapping[str, CodeList], entities: set[str]
) -> list[str]:
    known = draft.entity.attributes
    told = (
        (not _NAME.fullmatch(attribute.name), "name must be lower case, digits and _"),
        (attribute.kind not in KINDS, f"unknown kind {attribute.kind!r}"),
        (not _kind_fits(attribute), f"kind {attribute.kind!r} does not fit type {attribute.type.value!r}"),
        (attribute.check and attribute.check not in CHECKS, f"unknown check {attribute.check!r}"),
        (attribute.kind == "code" and not attribute.code_list, "kind 'code' needs a code_list"),
        (_unknown(attribute.code_list, code_lists), f"unknown code list {attribute.code_list!r}"),
        (_unknown(attribute.latin_to, known), f"latin_to names unknown attribute {attribute.latin_to!r}"),
        (_unknown(attribute.han_to, known), f"han_to names unknown attribute {attribute.han_to!r}"),
        (_unknown(attribute.refers_to, entities), f"refers_to unknown entity {attribute.refers_to!r}"),
        (_unknown_unit(attribute.unit, code_lists), f"unit {attribute.unit!r} is not in the code list units"),
        *(
            (name not in known, f"required_when names unknown attribute {name!r}")
            for name in attribute.required_when
        ),
        (
            attribute.required_when and attribute.required is not Required.CONDITIONAL,
            "required_when needs required = 'conditional'",
        ),
    )
    return [draft.fault(text, attribute.name) for wrong, text in told if wrong]


def _kind_fits(attribute: Attribute) -> bool:
    if attribute.type in _KINDS_OF_TYPE:
        return attribute.kind in _KINDS_OF_TYPE[attribute.type]
    return attribute.kind not in {"date", "integer", "decimal", "flag", "reference"}


def _unknown(name: str, known: Iterable[str]) -> bool:
    return bool(name) and name not in known


def _unknown_unit(unit: str, code_lists: Mapping[str, CodeList]) -> bool:
    return bool(unit) and "units" in code_lists and unit not in code_lists["units"].by_code


def _clashes(drafts: Sequence[_Draft]) -> list[str]:
    faults = []
    for name in _repeated(draft.entity.name for draft in drafts):
        faults.append(f"entity {name!r} is defined in two files")
    for prefix in _repeated(draft.entity.id_prefix for draft in drafts):
        owners = [draft.entity.name for draft in drafts if draft.entity.id_prefix == prefix]
        faults.append(f"id_prefix {prefix!r} is used by {', '.join(owners)}")
    return faults


def _repeated(names: Iterable[str]) -> list[str]:
    return [name for name, count in Counter(names).items() if count > 1]
