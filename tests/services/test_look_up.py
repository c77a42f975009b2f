"""Looking up many codes: every one is answered, in order, by set."""

from __future__ import annotations

import pytest

from mdm.domain.errors import InvalidInputError
from mdm.services import decision, look_up, retirement
from tests import factories as f


@pytest.fixture
def hub(hub):
    f.with_widgets(hub)
    f.put_all(
        hub,
        {
            "ERP:1": f.widget("A", "alpha"),
            "MES:1": f.widget("B", "beta"),
            "QMS:q": f.widget("C", "gamma"),
        },
    )
    return hub


def ask(hub, text, system=""):
    return [
        (each.asked, each.source_system, each.status, each.resolved_ids)
        for each in f.read(hub, look_up.look_up_text, f.ENTITY, text, system)
    ]


def test_a_code_of_several_systems_has_a_line_for_each_and_an_unknown_one_is_named(hub):
    ids = f.golden_ids(hub)
    assert ask(hub, "1\nnothing\nQMS,q") == [
        ("1", "ERP", "active", (ids["ERP:1"],)),
        ("1", "MES", "active", (ids["MES:1"],)),
        ("nothing", "", "unknown", ()),
        ("QMS:q", "QMS", "active", (ids["QMS:q"],)),
    ]
    assert ask(hub, "１", "MES") == [("MES:１", "MES", "active", (ids["MES:1"],))]


def test_golden_ids_lead_to_where_they_went(hub):
    ids = f.golden_ids(hub)
    merged = f.act(hub, decision.merge, f.ENTITY, ids["ERP:1"], ids["MES:1"], "same")
    (gone,) = merged.ended
    (kept,) = merged.golden_ids
    f.act(hub, retirement.retire, f.ENTITY, ids["QMS:q"], "gone")
    assert ask(hub, f"{gone.lower()}\n{ids['QMS:q']}") == [
        (gone.lower(), "", "merged", (kept,)),
        (ids["QMS:q"], "", "retired", (ids["QMS:q"],)),
    ]
    f.act(hub, decision.split, f.ENTITY, kept, [("MES", "1")], "two")
    assert {line[2] for line in ask(hub, f"{gone}\n{kept}")} <= {"active", "split"}


def test_ten_thousand_codes_cost_as_many_queries_as_three(hub):
    from sqlalchemy import event

    seen = []

    def note(*arguments):
        seen.append(arguments[2])

    def queries(text):
        seen.clear()
        event.listen(hub.database.engine, "before_cursor_execute", note)
        try:
            found = ask(hub, text)
        finally:
            event.remove(hub.database.engine, "before_cursor_execute", note)
        return len(seen), found

    few, _ = queries("ERP,1\nMES,1\nx")
    many, found = queries("ERP,1\nMES,1\n" + "\n".join(f"x{number}" for number in range(9_998)))
    assert few == many
    assert len(found) == 10_000
    with pytest.raises(InvalidInputError):
        ask(hub, "\n".join(map(str, range(10_001))))
