"""Checks come from the dictionary, and each can fail."""

import pytest

from mdm.domain.dictionary import parse_dictionary
from mdm.domain.entity_type import CHECKS
from mdm.domain.quality import (
    IDENTIFIER_CHECKS,
    compile_checks,
    compile_text_checks,
    is_valid_identifier,
    missing_required,
    run_checks,
)

TOOL = """
[entity]
name = "tool"
zh = "工具"
en = "Tool"
id_prefix = "TOL"
owner = "workshop"
identity = "One tool."
title = ["tool_name"]
"""
FIELDS = {
    "tool_name": 'kind = "text"\nmax_length = 6\nrequired = "always"',
    "colour": 'type = "code"\nkind = "code"\ncode_list = "paints"',
    "bought": 'type = "date"\nkind = "date"',
    "teeth": 'type = "integer"\nkind = "integer"',
    "weight": 'type = "decimal"\nkind = "decimal"',
    "sharp": 'type = "flag"\nkind = "flag"',
    "barcode": 'type = "identifier"\nkind = "gtin"\ncheck = "gtin"\nrequired = "conditional"\n'
    'required_when = { colour = ["red"] }',
}
PAINTS = 'version = "1"\nowner = "w"\nentries = [{ code = "red" }, { code = "blue" }]'


def attribute(name: str, rest: str) -> str:
    return f'[[attribute]]\nname = "{name}"\nzh = "x"\nen = "x"\nmeaning = "x."\nowner = "w"\n{rest}\n'


DICTIONARY = parse_dictionary(
    {"tool": TOOL + "".join(attribute(*each) for each in FIELDS.items())}, {"paints": PAINTS}
)
ENTITY = DICTIONARY.entity("tool")
CHECKED = compile_checks(ENTITY, DICTIONARY.code_lists)


def rules_broken(**values):
    return [(finding.attribute, finding.rule) for finding in run_checks(CHECKED, values)]


@pytest.mark.parametrize(
    ("name", "good", "bad", "rule"),
    [
        ("tool_name", "Hammer", "Hammers", "max_length"),
        ("colour", "red", "rouge", "code_list"),
        ("bought", "2024-02-29", "2023-02-29", "type.date"),
        ("bought", "2024-02-29", "20240229", "type.date"),
        ("teeth", 12, "twelve", "type.integer"),
        ("weight", "0.50", "NaN", "type.decimal"),
        ("sharp", True, "X", "type.flag"),
        ("barcode", "06901234567892", "06901234567893", "check_digit.gtin"),
    ],
)
def test_each_rule_lets_a_good_value_pass_and_names_a_bad_one(name, good, bad, rule):
    assert rules_broken(**{name: good}) == []
    assert rules_broken(**{name: bad}) == [(name, rule)]


@pytest.mark.parametrize("name", FIELDS)
def test_checks_made_ready_for_texts_find_what_checks_of_a_record_find(name):
    checks = [check for check in CHECKED if check.attribute == name]
    find = compile_text_checks(checks)
    for text in (
        "hammer",
        "a long text",
        "red",
        "2024-02-30",
        "2024-02-29",
        "12",
        "1.5",
        "true",
        "4006381333931",
    ):
        assert find(text) == run_checks(checks, {name: text})


def test_absent_values_break_no_check_of_values():
    assert rules_broken(tool_name="", colour=None, barcode=[]) == []


def test_each_member_of_a_list_is_checked():
    assert rules_broken(colour=["red", "rouge", "noir"]) == [("colour", "code_list")] * 2


def test_a_wrong_check_digit_is_an_error_and_a_long_text_a_warning():
    findings = run_checks(CHECKED, {"tool_name": "Hammers", "barcode": "06901234567893"})

    assert [finding.severity for finding in findings] == ["warning", "error"]


def test_required_is_judged_on_the_golden_record():
    assert [each.attribute for each in missing_required(ENTITY, {})] == ["tool_name"]
    assert missing_required(ENTITY, {"tool_name": "Hammer"}) == ()


def test_a_conditional_attribute_is_due_only_when_its_condition_holds():
    named = {"tool_name": "Hammer"}

    assert missing_required(ENTITY, named | {"colour": "blue"}) == ()
    assert [each.attribute for each in missing_required(ENTITY, named | {"colour": "red"})] == ["barcode"]


@pytest.mark.parametrize(
    ("kind", "good", "bad"),
    [
        ("uscc", "91110000600037341L", "91110000600037341M"),
        ("gtin", "4012345000009", "4012345000008"),
        ("gln", "4012345000009", "06901234567892"),
        ("lei", "529900T8BM49AURSDO55", "529900T8BM49AURSDO56"),
        ("vat", "DE136695976", "DE136695977"),
        ("cas", "64-17-5", "64-17-6"),
        ("duns", "150483782", "15-048-3782"),
        ("udi", "06901234567892", "06901234567893"),
    ],
)
def test_each_identifier_check_tells_right_from_wrong(kind, good, bad):
    assert is_valid_identifier(kind, good)
    assert not is_valid_identifier(kind, bad)


def test_numbers_of_other_issuers_are_not_judged():
    assert is_valid_identifier("vat", "US12-3456789")
    assert is_valid_identifier("udi", "+A999001XC0/$$52001510X3C")


def test_every_check_the_dictionary_may_name_exists():
    assert set(IDENTIFIER_CHECKS) == CHECKS
