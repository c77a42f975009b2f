"""Excel templates: filled by a person, known again without mapping, in both languages."""

from __future__ import annotations

import zipfile
from io import BytesIO

import pytest
import python_calamine

from mdm.connectors.sniff import sniff
from mdm.connectors.writer import TableFormat, write_table
from mdm.domain.mapping import Why, suggest
from mdm.services import template
from tests import factories as f


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("entity", ["supplier", "material", "equipment"])
def test_every_column_of_a_filled_template_is_known_again(hub, tmp_path, entity, language):
    content = f.read(hub, template.entity_template, entity, language)
    book = python_calamine.CalamineWorkbook.from_filelike(BytesIO(content))
    header, example = book.get_sheet_by_index(1).to_python()[:2]
    path = tmp_path / "filled.xlsx"
    write_table(path, [str(cell) for cell in header], [example, ["10002", *example[1:]]], TableFormat.XLSX)
    seen = sniff(path)
    entity_type = hub.dictionary.entity(entity)
    found = suggest(entity_type, hub.dictionary.code_lists, seen.columns, seen.rows)
    assert {each.attribute for each in found.columns.values()} == set(entity_type.attributes)
    assert {each.why for each in found.columns.values()} == {Why.LABEL}
    assert found.id_column == seen.columns[0]


def test_a_template_has_drop_downs_comments_and_marks_what_is_required(hub):
    content = f.read(hub, template.entity_template, "supplier", "zh")
    with zipfile.ZipFile(BytesIO(content)) as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
        comments = book.read("xl/comments1.xml").decode()
    assert sheet.count("<dataValidation ") >= 4
    assert "<f>" not in sheet
    assert "GB 32100-2015" in comments
    rows = python_calamine.CalamineWorkbook.from_filelike(BytesIO(content)).get_sheet_by_index(0).to_python()
    assert "登记名称*" in rows[0]
    assert "简称" in rows[0]


def test_a_name_from_a_drop_down_is_read_as_its_code(hub):
    dictionary = hub.dictionary
    for entity in dictionary.matched:
        for attribute in entity.attributes.values():
            for text in template._choices(dictionary, attribute, "zh"):
                assert dictionary.code_list(attribute.code_list).resolve(text) is not None, (
                    attribute.name,
                    text,
                )
