"""What differs between two rule sets, declaration by declaration."""

from __future__ import annotations

import json
from dataclasses import asdict, replace

from mdm.domain.rule_change import rule_changes
from mdm.domain.rule_file import read_rule_set, rule_set_from_json
from mdm.domain.rules import BlockingRule, Comparison, Partners, exact, shared
from mdm.services import rule
from mdm.services.dictionary import load_dictionary
from tests import factories as f

RULES = read_rule_set(f.RULES, "widget.py")


def told(changed):
    return [(line.part, line.name, line.was, line.becomes) for line in rule_changes(RULES, changed)]


def test_the_same_rules_differ_in_nothing():
    assert told(RULES) == []


def test_each_kind_of_declaration_is_told():
    code, *others = RULES.comparisons
    levels = (exact("code", "equal", "相等"), *code.levels)
    size = Comparison("colour", "Colour", "颜色", (shared("colour", "same", "相同"),))
    changed = replace(
        RULES,
        comparisons=(replace(code, levels=levels), *others, size),
        blocking=(BlockingRule("keys", 80),),
        vetoes=(),
        anchors=(shared("name"),),
        thresholds=(replace(RULES.thresholds[0], min_weight=7.5), RULES.thresholds[1]),
        contradiction_share=0.3,
        partners=Partners(shared("name"), least=-4.0, margin=1.0),
    )
    assert told(changed) == [
        ("threshold", "link", "6", "7.5"),
        ("blocking", "keys", "on='keys', max_records=60", "on='keys', max_records=80"),
        ("level", "code", "", "exact(code, 1)"),
        ("comparison", "colour", "", "Colour"),
        ("veto", "colour", "when=disjoint(colour, 1), en='another colour'", ""),
        ("anchor", "", "", "shared(name, 1)"),
        ("partners", "", "", "when=shared(name, 1), least=-4.0, margin=1.0"),
        ("share", "", "0.2", "0.3"),
    ]


def test_every_shipped_rule_set_comes_back_from_its_json():
    for rules in rule.load_rule_sets(load_dictionary()).values():
        assert rule_set_from_json(json.dumps(asdict(rules))) == rules
