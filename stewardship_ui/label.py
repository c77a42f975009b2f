"""What pages call attributes, codes and values: the words of the dictionary in the language of the page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flask_babel import get_locale, gettext

from mdm.domain.dictionary import Attribute, Dictionary, EntityType
from mdm.domain.errors import UnknownEntityError
from mdm.domain.source import Json
from stewardship_ui.language import is_empty, language

_LIST_OF_KIND = {"city": "cities_cn", "region": "cities_cn", "grade": "grades"}
"""Kinds whose values are codes of a list that the attribute itself does not name."""


class Labels:
    """The dictionary as pages ask it; unknown names are shown as they are, never refused."""

    def __init__(self, dictionary: Dictionary) -> None:
        self._dictionary = dictionary

    @property
    def entities(self) -> tuple[EntityType, ...]:
        """The entity types that are matched, in the order of the dictionary."""
        return self._dictionary.matched

    def entity(self, name: str) -> str:
        """The name of an entity type."""
        found = self._entity(name)
        return found.label(language()) if found else name

    def attributes(self, entity: str) -> tuple[Attribute, ...]:
        """The attributes of an entity type, in the order of the dictionary."""
        found = self._entity(entity)
        return tuple(found.attributes.values()) if found else ()

    def code_list(self, name: str) -> str:
        """The name of a code list."""
        found = self._dictionary.code_lists.get(name)
        return (found.zh if language() == "zh" else found.en) or name if found else name

    def attribute(self, entity: str, name: str) -> str:
        """The name of an attribute."""
        found = self._attribute(entity, name)
        return found.label(language()) if found else name

    def meaning(self, entity: str, name: str) -> str:
        """What an attribute means, for the tooltip of its name."""
        found = self._attribute(entity, name)
        return found.meaning if found else ""

    def naming(self, entity: str) -> tuple[str, ...]:
        """The names among the attributes that a thing may be called by; a number or a size is no name."""
        found = self._entity(entity)
        return tuple(name for name in found.title if "name" in name.split("_")) if found else ()

    def ordered(self, entity: str, names: Sequence[str]) -> list[str]:
        """Attribute names in the order of the dictionary, unknown ones last."""
        found = self._entity(entity)
        places = {name: place for place, name in enumerate(found.attributes)} if found else {}
        return sorted(names, key=lambda name: (places.get(name, len(places)), name))

    def value(self, entity: str, name: str, value: Json) -> str:
        """A value as text: codes by their label, flags in words, lists and quantities written out."""
        if is_empty(value):
            return ""
        if isinstance(value, bool):
            return str(gettext("yes") if value else gettext("no"))
        if isinstance(value, Mapping):
            return _quantity(value)
        if isinstance(value, Sequence) and not isinstance(value, str):
            return "; ".join(self.value(entity, name, each) for each in value)
        return self._code(entity, name, str(value))

    def title(self, entity: str, values: Mapping[str, Json]) -> str:
        """What to call a thing with these values."""
        found = self._entity(entity)
        return found.title_of(values) if found else ""

    def _code(self, entity: str, name: str, code: str) -> str:
        found = self._attribute(entity, name)
        if found is None:
            return code
        if found.kind == "country":
            return country(code)
        code_list = found.code_list or _LIST_OF_KIND.get(found.kind, "")
        if code_list not in self._dictionary.code_lists:
            return code
        return self._dictionary.code_list(code_list).label(code, language())

    def _entity(self, name: str) -> EntityType | None:
        try:
            return self._dictionary.entity(name)
        except UnknownEntityError:
            return None

    def _attribute(self, entity: str, name: str) -> Attribute | None:
        found = self._entity(entity)
        return found.attributes.get(name) if found else None


def compared(values: Json) -> str:
    """The comparable forms of one side of an evidence, each once."""
    if isinstance(values, Mapping):
        values = list(values.values())
    if isinstance(values, Sequence) and not isinstance(values, str):
        return ", ".join(dict.fromkeys(text for each in values if (text := compared(each))))
    return "" if is_empty(values) else str(values)


_OFFICIAL_NAMES = {("zh", "TW"): "中国台湾", ("zh", "HK"): "中国香港", ("zh", "MO"): "中国澳门"}
"""Names that documents for Chinese authorities must bear, where the locale has another."""


def country(code: str) -> str:
    """The name of a country or territory by its ISO 3166-1 code; any other text as it is."""
    locale = get_locale()
    if locale and (locale.language, code) in _OFFICIAL_NAMES:
        return _OFFICIAL_NAMES[locale.language, code]
    return str(locale.territories.get(code, code)) if locale and len(code) == 2 else code


def _quantity(value: Mapping[str, Json]) -> str:
    """``{"magnitude": "5", "unit": "MMT"}`` as ``5 MMT``; any other mapping as its parts."""
    if "unit" in value and len(value) == 2:
        number = next(part for key, part in value.items() if key != "unit")
        return f"{number} {value['unit']}"
    return "; ".join(f"{key}: {part}" for key, part in value.items() if not is_empty(part))
