"""Excel templates: a workbook per entity with the words of the dictionary, that the import page knows again."""

from __future__ import annotations

import tempfile
from pathlib import Path

from mdm.connectors.template import TemplateColumn, TemplateWords, write_template
from mdm.domain.access import Permission
from mdm.domain.dictionary import Dictionary
from mdm.domain.entity_type import Attribute, EntityType, Required
from mdm.services import access
from mdm.services.unit_of_work import UnitOfWork

_WORDS = {
    "zh": {
        "id": "记录编号",
        "id_meaning": "源系统中此记录的唯一编号，原样保留（含前导零）。",
        "example": "示例",
        "codes": "代码表",
        "standard": "标准",
        "unit": "单位",
        "example_of": "例",
        "required": "必填",
    },
    "en": {
        "id": "Record ID",
        "id_meaning": "What names this record in its source system; kept to the last leading zero.",
        "example": "Example",
        "codes": "Codes",
        "standard": "Standard",
        "unit": "Unit",
        "example_of": "Example",
        "required": "Required",
    },
}


def entity_template(uow: UnitOfWork, entity: str, language: str) -> bytes:
    """The template of an entity in ``zh`` or ``en``, as the bytes of an XLSX file."""
    access.require(uow.actor, Permission.DICTIONARY_READ)
    dictionary = uow.hub.dictionary
    entity_type = dictionary.entity(entity)
    words = _WORDS["zh" if language == "zh" else "en"]
    columns = [
        TemplateColumn(words["id"], words["id_meaning"], "10001", required=True),
        *(_column(dictionary, attribute, language) for attribute in entity_type.attributes.values()),
    ]
    with tempfile.TemporaryDirectory(dir=uow.hub.settings.scratch) as folder:
        path = Path(folder) / "template.xlsx"
        write_template(path, columns, _names(entity_type, language))
        return path.read_bytes()


def _names(entity: EntityType, language: str) -> TemplateWords:
    words = _WORDS["zh" if language == "zh" else "en"]
    return TemplateWords(entity.label(language), words["example"], words["codes"])


def _column(dictionary: Dictionary, attribute: Attribute, language: str) -> TemplateColumn:
    words = _WORDS["zh" if language == "zh" else "en"]
    required = attribute.required is Required.ALWAYS
    lines = [attribute.meaning] if language == "en" else []  # the dictionary says it in English only
    lines += [words["required"]] if required else []
    lines += [f"{words['standard']}: {attribute.standard}"] if attribute.standard else []
    lines += [f"{words['unit']}: {attribute.unit}"] if attribute.unit else []
    lines += [f"{words['example_of']}: {attribute.example}"] if attribute.example else []
    choices = _choices(dictionary, attribute, language)
    example = attribute.example or (choices[0] if choices else "")
    return TemplateColumn(attribute.label(language), "\n".join(lines), example, required, choices)


def _choices(dictionary: Dictionary, attribute: Attribute, language: str) -> tuple[str, ...]:
    """Names of the codes, each of which the hub reads as its code; a name that means several codes is left out."""
    if attribute.code_list not in dictionary.code_lists:
        return ()
    listed = dictionary.code_list(attribute.code_list)
    named = (
        (entry.code, label if listed.resolve(label := entry.label(language)) == entry.code else entry.code)
        for entry in listed.entries
    )
    return tuple(dict.fromkeys(text for _, text in named))
