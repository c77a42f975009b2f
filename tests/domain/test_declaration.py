"""Rule files and dictionary files from outside: whatever they hold, they are read as data or refused, soon."""

from __future__ import annotations

import time

import pytest

from mdm.domain.dictionary import parse_dictionary
from mdm.domain.errors import DictionaryError, RuleError
from mdm.domain.rule_file import check_rule_set, read_rule_set
from mdm.domain.rules import RuleSet
from tests import factories as f


def doubled(first, template):
    return f"a0 = {first}\n" + "".join(f"a{n + 1} = {template.format(a=f'a{n}')}\n" for n in range(60))


HOSTILE = {
    "import": "import os",
    "import from": "from os import system",
    "star import": "from mdm.domain.rules import *",
    "import under another name": "from mdm.domain.rules import shared as x",
    "relative import": "from . import rules",
    "import of what the vocabulary itself imports": "from mdm.domain.rules import dataclass",
    "private name": "from mdm.domain.rules import __builtins__",
    "class of a tuple": "RULES = ().__class__.__bases__[0].__subclasses__()",
    "globals of a word": "RULES = shared.__globals__",
    "attribute of a function": "RULES = shared.func_globals",
    "method of an enumeration": "RULES = Action.mro()",
    "private member of an enumeration": "RULES = Action._member_map_",
    "method of a member": "RULES = Action.LINK.join(('a', 'b'))",
    "method of a text": "RULES = 'x'.ljust(99999999999)",
    "format": "RULES = '{:>99999999999}'.format(1)",
    "f-string": "RULES = f'{1:>99999999999}'",
    "getattr": "RULES = getattr(shared, '__globals__')",
    "eval": "RULES = eval('1')",
    "type": "RULES = type('x', (), {})",
    "comprehension": "RULES = [x for x in (1,)]",
    "generator": "RULES = tuple(x for x in (1,))",
    "lambda": "RULES = (lambda: 1)()",
    "call of a call": "RULES = shared('a')('b')",
    "subscript": "RULES = (1,)[0]",
    "dictionary": "RULES = {'a': 1}",
    "set": "RULES = {1}",
    "power": "RULES = 9**9**9",
    "multiplied text": "RULES = 'x' * 10**10",
    "multiplied tuple": "RULES = (0,) * 10**10",
    "shift": "RULES = 1 << 10**10",
    "number of 5,000 digits": "RULES = " + "9" * 5000,
    "infinity": "RULES = 1e999",
    "complex number": "RULES = 1j",
    "bytes": "RULES = b'x'",
    "ellipsis": "RULES = ...",
    "walrus": "RULES = (x := 1)",
    "condition": "RULES = 1 if 2 else 3",
    "comparison": "RULES = 1 < 2",
    "await": "RULES = await x",
    "poisoned word": "shared = overlap",
    "poisoned member": "Action.LINK = 'non_link'",
    "poisoned class": "RuleSet.entity = 'x'",
    "name assigned twice": "a = 1\na = 2",
    "two targets": "a = b = 1",
    "unpacked": "a, b = (1, 2)",
    "augmented": "a = 1\na += 1",
    "deleted": "del shared",
    "double star": "RULES = shared(**{'column': 'x'})",
    "spread text": "RULES = ('x', *'abc')",
    "unknown member": "RULES = Action.DELETE",
    "enumeration called": "RULES = Action('link')",
    "wrong arguments": "RULES = shared()",
    "class": "class RULES: pass",
    "function": "def f(): pass",
    "decorator": "@shared\ndef f(): pass",
    "loop": "while True: pass",
    "assert": "assert True",
    "try": "try:\n    pass\nexcept E:\n    pass",
    "with": "with open('x') as f: pass",
    "match": "match 1:\n    case 1: pass",
    "global": "global x",
    "text doubled 60 times": doubled("'xx'", "{a} + {a}"),
    "tuple doubled 60 times": doubled("(1, 2)", "{a} + {a}"),
    "shared tuple": doubled("(1, 2)", "({a}, {a})"),
    "spread tuple": doubled("(1, 2)", "(*{a}, *{a})"),
    "shared level": doubled("shared('x')", "all_of({a}, {a})"),
    "10,000 brackets": "RULES = " + "(" * 10_000 + ")" * 10_000,
    "150 brackets": "RULES = " + "(" * 150 + "1," + ")" * 150,
    "10,000 additions": "RULES = " + "+".join(["'x'"] * 10_000),
    "3,000 additions": "RULES = " + "+".join(["'x'"] * 3_000),
    "10,000 signs": "RULES = " + "-" * 10_000 + "1",
    "10,000 attributes": "RULES = a" + ".b" * 10_000,
    "10,000 calls": "RULES = " + "shared(" * 10_000 + ")" * 10_000,
    "a text of a million": "RULES = '" + "x" * 1_000_000 + "'",
    "a text of 150,000": "RULES = '" + "x" * 150_000 + "'",
    "50,000 elements and more": "a = (" + "1," * 90_000 + ")\nRULES = (*a, *a)",
    "NUL": "RULES = 1\0",
    "lone surrogate": "RULES = '\ud800'",
    "not Python": "]",
    "empty": "",
    "another encoding asked for": "# coding: utf-7\nRULES = 1",
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_rule_file_is_refused_soon(name):
    before, began = vars(RuleSet).copy(), time.process_time()
    with pytest.raises(RuleError):
        read_rule_set(HOSTILE[name], "hostile.py")
    assert time.process_time() - began < 3
    assert vars(RuleSet) == before


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('entity="widget"', "entity=1"),
        ('version="1"', 'version=("1",)'),
        ('"values", ("code",)', '"values", "code"'),
        ('"values", ("code",)', '"values", (1,)'),
        ("Threshold(Action.LINK, 6.0", 'Threshold("link", 6.0'),
        ("Threshold(Action.LINK, 6.0", 'Threshold(Action.LINK, "6"'),
        ('(shared("code", "same", "相同"),)', 'shared("code", "same", "相同")'),
        ("(Criterion.MOST_RECENT,)", '("most_recent",)'),
        ('BlockingRule("keys", 60)', 'BlockingRule("keys", 60.5)'),
    ],
)
def test_a_value_of_another_kind_is_refused_by_its_place(old, new):
    assert old in f.RULES
    with pytest.raises(RuleError, match=r"RULES\.\w+.* cannot be"):
        read_rule_set(f.RULES.replace(old, new), "widget.py")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('Feature("code", "values"', 'Feature("code\\" from x; --", "values"'),
        ('Feature("code", "values"', 'Feature("Code", "values"'),
        ('Feature("code", "values"', 'Feature("code", "__import__"'),
        ('Feature("code", "values"', 'Feature("name", "values"'),
        ('Comparison("name"', 'Comparison("code"'),
    ],
)
def test_names_that_are_none_and_unknown_kinds_are_refused(old, new):
    entity = parse_dictionary({"widget": f.dictionary_text()}, {}).entity("widget")
    check_rule_set(read_rule_set(f.RULES, "widget.py"), entity)
    with pytest.raises(RuleError):
        check_rule_set(read_rule_set(f.RULES.replace(old, new), "widget.py"), entity)


TOML = {
    "not TOML": "[[[",
    "10,000 brackets": "a = " + "[" * 10_000 + "]" * 10_000,
    "10,000 tables": "a = " + "{a = " * 10_000 + "1" + "}" * 10_000,
    "a dotted key of 10,000": ".".join("a" * 10_000) + " = 1",
    "a number of 100,000 digits": "a = " + "9" * 100_000,
    "infinity": f.dictionary_text().replace("max_length = 200", "max_length = inf"),
    "2^63 as a length": f.dictionary_text().replace("max_length = 200", "max_length = 9223372036854775808"),
    "a date as a name": f.dictionary_text().replace('name = "widget"', "name = 2026-01-01"),
    "a path as a name": f.dictionary_text().replace('name = "widget"', 'name = "../widget"'),
    "SQL as a name": f.dictionary_text().replace('name = "code"', 'name = "code; drop table x"'),
    "a dunder as an attribute": f.dictionary_text().replace('name = "code"', 'name = "__class__"'),
    "an unknown kind": f.dictionary_text().replace('kind = "text"', 'kind = "os.system"'),
    "an unknown check": f.dictionary_text() + 'check = "(a+)+$"\n',
    "NUL": 'a = "\0"',
    "a list as a table": "entity = []\nattribute = [[]]",
    "an empty file": "",
}


@pytest.mark.parametrize("name", TOML)
def test_a_hostile_dictionary_is_refused_soon(name):
    began = time.process_time()
    with pytest.raises(DictionaryError):
        parse_dictionary({"widget": TOML[name]}, {})
    assert time.process_time() - began < 3


@pytest.mark.parametrize("name", ["not TOML", "10,000 brackets", "NUL", "a list as a table", "an empty file"])
def test_a_hostile_code_list_is_refused_soon(name):
    with pytest.raises(DictionaryError):
        parse_dictionary({"widget": f.dictionary_text()}, {"units": TOML[name]})


@pytest.mark.parametrize("name", ["bytes that are no UTF-8", "folder"])
def test_files_that_cannot_be_read_are_refused_by_name(tmp_path, name):
    from mdm.services.dictionary import load_dictionary
    from mdm.services.rule import load_rule_sets

    for file in (tmp_path / "widget.py", tmp_path / "widget.toml"):
        if name == "folder":
            file.mkdir()
        else:
            file.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(DictionaryError, match=r"widget\.toml"):
        load_dictionary(tmp_path)
    with pytest.raises(RuleError, match=r"widget\.py"):
        load_rule_sets(load_dictionary(), tmp_path)


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "null", "{}", '{"entity": "x", "prior": 0.1, "comparisons": 5}', '{"a":' * 20_000,
     '{"entity": "x", "prior": NaN, "comparisons": []}', '{"entity": "x", "prior": 1e999, "comparisons": []}',
     '{"entity": "x", "prior": 0.1, "comparisons": [{"comparison": "c", "levels": [{"level": "", "m": 0, "u": 1}]}]}',
     '{"entity": "x", "prior": 0.1, "comparisons": [{"comparison": "c", "levels": [{"level": "", "m": "", "u": 1}]}]}'],
)  # fmt: skip
def test_hostile_weights_are_refused(tmp_path, text):
    from mdm.linkage.model import load_weights

    file = tmp_path / "widget.weights.json"
    file.write_text(text, "utf-8")
    with pytest.raises(RuleError, match=r"widget\.weights\.json"):
        load_weights(file)


def test_a_regulated_veto_without_a_clause_is_refused_by_its_name():
    entity = parse_dictionary({"widget": f.dictionary_text()}, {}).entity("widget")
    text = f.RULES.replace('"颜色不同")', '"颜色不同", regulated=True)')
    with pytest.raises(RuleError, match="veto colour is regulated but names no clause"):
        check_rule_set(read_rule_set(text, "widget.py"), entity)
    check_rule_set(
        read_rule_set(text.replace("regulated=True", 'clause="plant rule 7", regulated=True'), "w.py"), entity
    )
