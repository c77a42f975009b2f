"""Records made comparable: nulls, scripts, statuses, and the same result the second time."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mdm.domain.code_list import CodeEntry, CodeList
from mdm.domain.entity_type import Attribute, EntityType
from mdm.domain.source import StandardRecord
from mdm.domain.standardise import SourceContext, standardise_record


def _attribute(name: str, kind: str, latin_to: str = "", han_to: str = "", code_list: str = "") -> Attribute:
    return Attribute(name, name, name, "m", "o", kind, latin_to=latin_to, han_to=han_to, code_list=code_list)


ATTRIBUTES = (
    _attribute("legal_name", "company_name", latin_to="name_en"),
    _attribute("name_en", "company_name", han_to="legal_name"),
    _attribute("uscc", "uscc"),
    _attribute("tax_id", "tax_id"),
    _attribute("country_code", "country"),
    _attribute("city", "city"),
    _attribute("phone", "phone"),
    _attribute("address", "address"),
    _attribute("email", "email"),
    _attribute("created_date", "date"),
    _attribute("blocked", "flag"),
    _attribute("stock", "integer"),
    _attribute("weight", "decimal"),
    _attribute("status", "status", code_list="status"),
    _attribute("part_no", "identifier"),
)
FIRM = EntityType(
    "firm", "企业", "Firm", "FI", "o", "x", ("legal_name",), (), {each.name: each for each in ATTRIBUTES}
)
CODES = {
    "null_words": CodeList(
        "null_words", "1", "o", (CodeEntry("null", "无", "N/A", ("待定", "unknown", "0")),)
    ),
    "status": CodeList(
        "status", "1", "o", (CodeEntry("inactive", "停用", "Inactive", ("作废", "obsolete")),)
    ),
    "status_words": CodeList(
        "status_words",
        "1",
        "o",
        (
            CodeEntry("inactive", "停用", "Inactive", ("作废", "OBSOLETE", "DO NOT USE", "OLD")),
            CodeEntry("test", "测试", "Test"),
            CodeEntry("new", "新", "New"),
        ),
    ),
    "legal_forms": CodeList("legal_forms", "1", "o", (CodeEntry("ltd", "有限公司", "Co., Ltd.", ("Ltd",)),)),
}


def standard(raw: Mapping[str, str], context: SourceContext | None = None) -> StandardRecord:
    return standardise_record(FIRM, raw, codes=CODES, context=context or SourceContext("YMD", country="CN"))


def rules(record: StandardRecord) -> set[tuple[str, str]]:
    return {(finding.attribute, finding.rule) for finding in record.findings}


@pytest.mark.parametrize(
    "text", ["", " ", "-", "N/A", "n/a", "无", "待定", "0", "0000", "／", "???", "keine Angabe"]
)
def test_a_null_in_disguise_is_no_value(text: str) -> None:
    record = standard({"part_no": text}, SourceContext(nulls=frozenset({"keine Angabe"})))
    assert record.values == {}
    assert record.raw == {"part_no": text}


def test_zero_is_a_number_where_numbers_are_meant() -> None:
    assert standard({"stock": "0", "blocked": "0"}).values == {"stock": 0, "blocked": False}


@pytest.mark.parametrize(("attribute", "text"), [("uscc", "9.14403E+17"), ("part_no", "4.00638E+12")])
def test_an_identifier_destroyed_by_a_spreadsheet_is_no_value(attribute: str, text: str) -> None:
    record = standard({attribute: text})
    assert record.values == {}
    assert rules(record) == {(attribute, "spreadsheet_destroyed")}


def test_the_leading_apostrophe_of_a_spreadsheet_is_no_part_of_the_value() -> None:
    assert standard({"part_no": "'00123"}).values["part_no"] == "00123"
    assert standard({"address": "'s-Gravenweg 5"}).values["address"] == "'s-Gravenweg 5"


def test_a_chinese_text_in_the_english_attribute_goes_to_the_chinese_one() -> None:
    record = standard({"name_en": "锦晨有限公司"})
    assert record.values == {"legal_name": "锦晨有限公司"}
    assert rules(record) == {("name_en", "script_routed")}


def test_an_english_text_in_the_chinese_attribute_goes_to_the_english_one() -> None:
    assert standard({"legal_name": "Jinchen Ltd", "country_code": "PRC"}).values["name_en"] == "Jinchen Ltd"


def test_abroad_the_registered_name_stays_where_it_is() -> None:
    assert standard({"legal_name": "Vendel Ltd", "country_code": "GB"}).values["legal_name"] == "Vendel Ltd"


def test_a_text_is_not_moved_onto_another() -> None:
    raw = {"legal_name": "Jinchen Ltd", "name_en": "Jin Chen Co., Ltd."}
    assert standard(raw).values == raw


def test_two_names_in_one_field_go_to_an_attribute_each() -> None:
    record = standard({"legal_name": "锦晨有限公司 Jinchen Seals Co., Ltd."})
    assert record.values == {"legal_name": "锦晨有限公司", "name_en": "Jinchen Seals Co., Ltd."}


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("锦晨有限公司(停用)", "锦晨有限公司"),
        ("锦晨有限公司【作废 见1234】", "锦晨有限公司"),
        ("停用-锦晨有限公司", "锦晨有限公司"),
        ("锦晨有限公司_停用", "锦晨有限公司"),
        ("作废锦晨有限公司", "锦晨有限公司"),
        ("*OBSOLETE* 锦晨有限公司", "锦晨有限公司"),
        ("锦晨有限公司 DO NOT USE", "锦晨有限公司"),
    ],
)
def test_a_status_sunk_into_a_name_is_cut_out_and_fills_the_status(text: str, name: str) -> None:
    record = standard({"legal_name": text})
    assert record.values == {"legal_name": name, "status": "inactive"}
    assert ("legal_name", "status_in_name") in rules(record)


@pytest.mark.parametrize("text", ["锦晨 (obſolete)", "锦晨 (Obsolete)", "锦晨 (OBSOLETE)"])
def test_a_status_word_is_found_in_any_case_and_width(text: str) -> None:
    assert standard({"legal_name": text}).values == {"legal_name": "锦晨", "status": "inactive"}


def test_a_stated_status_is_not_overwritten_by_one_in_the_name() -> None:
    assert standard({"legal_name": "锦晨(停用)", "status": "frozen"}).values["status"] == "frozen"


@pytest.mark.parametrize("text", ["新锦晨有限公司", "测试锦晨有限公司", "锦晨停用轴承", "Old Mill Ltd"])
def test_words_that_may_belong_to_the_name_stay(text: str) -> None:
    record = standard({"legal_name": text, "country_code": "GB"})
    assert record.values["legal_name"] == text


def test_numbers_are_read_for_the_country_of_the_record() -> None:
    record = standard({"phone": "0221 4710123", "country_code": "Germany"})
    assert record.values["phone"] == "+492214710123"


def test_attributes_that_the_entity_does_not_know_are_left_out() -> None:
    assert standard({"colour": "red"}).values == {}


_PIECES = st.sampled_from(
    ["锦晨", "有限公司", "(停用)", "停用-", "Jinchen", " Co., Ltd.", "（", "）", "'", "-", " ", "OBSOLETE", "12", "#",
     "原", "１", "*", "臺灣", "Ø5", "/", "转12", "0755-26711234", "+86", "No. 5 Keji Rd", "新", "N/A", "0"]
)  # fmt: skip
_TEXTS = st.lists(_PIECES, max_size=6).map("".join) | st.text(max_size=25)
_RECORDS = st.dictionaries(st.sampled_from([each.name for each in ATTRIBUTES]), _TEXTS, max_size=6)


@settings(max_examples=300, deadline=None)
@given(_RECORDS)
def test_standardising_a_standard_record_changes_nothing(raw: dict[str, str]) -> None:
    once = standard(raw)
    twice = standard({name: str(value) for name, value in once.values.items()})
    assert twice.values == once.values


def test_a_status_word_between_two_scripts_is_cut_at_once() -> None:
    once = standard({"legal_name": "锦晨停用-No. 5 Keji Rd"})
    assert once.values == {"legal_name": "锦晨", "name_en": "No. 5 Keji Rd", "status": "inactive"}


@settings(max_examples=100, deadline=None)
@given(_RECORDS)
def test_the_order_of_attributes_does_not_matter(raw: dict[str, str]) -> None:
    assert standard(raw).values == standard(dict(reversed(raw.items()))).values


IN_USE = CodeList(
    "status",
    "1",
    "o",
    (
        CodeEntry("active", "启用", "Active", ("在用",)),
        CodeEntry("inactive", "停用", "Inactive", ("禁用", "Disabled")),
        CodeEntry("blocked", "冻结", "Blocked"),
    ),
)


@pytest.mark.parametrize(
    ("column", "text", "found"),
    [
        ("禁用状态", "否", "active"),
        ("禁用状态", "是", "inactive"),
        ("是否启用", "是", "active"),
        ("是否启用", "否", "inactive"),
        ("Disabled?", "N", "active"),
        ("Blocked", "x", "blocked"),
        ("禁用状态", "停用", "inactive"),
        ("状态", "否", "否"),
        ("Flag", "no", "no"),
    ],
)
def test_a_yes_or_no_counts_for_the_status_that_its_column_asks_about(
    column: str, text: str, found: str
) -> None:
    context = SourceContext(columns={"status": column})
    made = standardise_record(FIRM, {"status": text}, codes={"status": IN_USE}, context=context)
    assert made.values["status"] == found
    unknown = found == text and found not in IN_USE.by_code
    assert (("status", "unknown_code") in rules(made)) == unknown


def test_a_status_without_a_column_is_read_as_it_is() -> None:
    made = standardise_record(FIRM, {"status": "否"}, codes={"status": IN_USE}, context=SourceContext())
    assert made.values["status"] == "否"
