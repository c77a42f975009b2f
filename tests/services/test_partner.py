"""One-to-one between sources that hold each thing once: what is linked, what is asked, one by one as in full."""

from __future__ import annotations

import pytest

from mdm.domain.rule_file import check_rule_set, read_rule_set
from mdm.services import reason
from tests import factories as f

RULES = f.RULES.replace("Feature, RuleSet", "Feature, Partners, RuleSet").replace(
    'training=("keys",),', 'training=("keys",), partners=Partners(shared("name"), least=-1.0, margin=1.0),'
)
RECORDS = {
    "ERP:1": f.widget("A1", "rod"),
    "MES:1": f.widget("X1", "rod"),
    "ERP:2": f.widget("A2", "cap"),
    "MES:2": f.widget("X2", "cap"),
    "MES:3": f.widget("X3", "cap"),
    "ERP:4": f.widget("A4", "pin", "acme"),
    "MES:4": f.widget("X4", "pin", "acme"),
    "MES:5": f.widget("X5", "pin"),
    "ERP:6": f.widget("A6", "nut", colour="red"),
    "MES:6": f.widget("X6", "nut", colour="blue"),
}
"""Names alone with other codes weigh -0.2 bits, less than what is asked; with the maker 3.8, less than a link."""


@pytest.fixture(params=["once", "twice"])
def declared(widgets, request):
    """The hub, and whether both sources say that they hold each thing once."""
    f.write_rules(widgets.settings.home, RULES)
    f.load_rules(widgets)
    once = request.param == "once"
    for system in ("ERP", "MES"):
        path = f.write_file(widgets.settings.scratch / "none.csv", [("0", f.widget(f"{system}0"))])
        profile = {**f.profile(), "duplicate_free": once}
        f.source.ingest_file(widgets, f.SYSTEM, f.ENTITY, path, system, profile)
    f.run(widgets, full=True)
    return widgets, once


def groups(hub):
    return {tuple(sorted(group)) for group in f.partition(hub) if len(group) > 1}


def state(hub):
    """How many pairs are stored and how many questions are open."""
    tasks = f.sql(hub, "select count(*) from review_task where status = 'open'")
    return f.sql(hub, "select count(*) from match_pair")[0][0], tasks[0][0]


def test_clear_partners_are_linked_one_by_one_as_in_full_and_lighter_pairs_are_not_asked(declared):
    hub, once = declared
    f.put_all(hub, RECORDS)
    expected = {("ERP:1", "MES:1"), ("ERP:4", "MES:4")} if once else set()
    before = state(hub)
    assert groups(hub) == expected
    assert before == (8 if once else 1, 0 if once else 1)
    f.run(hub, full=True)
    assert groups(hub) == expected
    assert state(hub) == before


def test_a_later_record_that_fits_as_well_takes_partners_apart_again(declared):
    hub, once = declared
    for key in ("ERP:2", "MES:2"):
        f.put(hub, key, RECORDS[key])
    assert groups(hub) == ({("ERP:2", "MES:2")} if once else set())
    f.put(hub, "MES:3", RECORDS["MES:3"])
    assert groups(hub) == set()


def test_partners_are_explained_as_such(declared):
    hub, once = declared
    for key in ("ERP:1", "MES:1"):
        f.put(hub, key, RECORDS[key])
    found = f.read(hub, reason.explain, f.ENTITY, "ERP:1", "MES:1")
    assert (found.answer, found.together) == (("partners", True) if once else ("too_weak", False))


def test_partners_need_a_margin():
    rules = read_rule_set(RULES.replace("margin=1.0", "margin=0.0"), "widget.py")
    with pytest.raises(Exception, match="partners need a margin above 0"):
        check_rule_set(rules, f._dictionary(f.dictionary_text()).entity("widget"))
