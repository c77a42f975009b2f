"""A record that no source system owns: made with a reason, matched like others, taken back like others."""

from __future__ import annotations

import pytest

from mdm.domain.errors import ForbiddenError, InvalidInputError, StaleVersionError, UnknownAttributeError
from mdm.services import creation, decision, decision_log, golden, source
from tests import factories as f
from tests.invariants.oracle import assert_holds


@pytest.fixture
def hub(hub):
    f.with_widgets(hub)
    f.put_all(hub, {"ERP:1": f.widget("A", "alpha"), "MES:1": f.widget("", "gamma")})
    return hub


def create(hub, actor=f.STEWARD, **attributes):
    return f.act(hub, creation.create, f.ENTITY, attributes, "needed before the ERP has it", actor=actor)


def test_it_is_matched_like_any_other_record(hub):
    made = create(hub, code="A", name="alpha")
    assert made.result.outcome == "linked"
    assert f.golden_ids(hub)[f"IN_HOUSE:{made.source_id}"] == f.golden_ids(hub)["ERP:1"]
    new = create(hub, code="Z", name="omega")
    assert new.result.outcome == "new"
    (kind,) = [each.kind for each in f.read(hub, source.list_sources) if each.code == "IN_HOUSE"]
    assert kind == "STEWARD"
    assert_holds(hub)


def test_it_stands_among_the_decisions_and_is_taken_back(hub):
    made = create(hub, code="Z", name="omega")
    told = f.read(hub, decision_log.list_decisions)[0]
    assert (told.kind, told.actor, told.reason) == ("create", "anna", "needed before the ERP has it")
    f.act(hub, decision.undo, made.decision_id, "a mistake")
    assert f.read(hub, golden.get, f.ENTITY, made.result.golden_id).status == "retired"
    assert f"IN_HOUSE:{made.source_id}" not in f.golden_ids(hub)
    assert_holds(hub)


def test_what_has_no_name_or_an_unknown_attribute_is_refused(hub):
    before = f.golden_ids(hub)
    with pytest.raises(InvalidInputError):
        create(hub, note="something")
    with pytest.raises(UnknownAttributeError):
        create(hub, name="omega", weight="1")
    with pytest.raises(ForbiddenError):
        create(hub, actor=f.GOVERNANCE, name="omega")
    assert f.golden_ids(hub) == before


def test_what_came_in_since_the_search_is_looked_at_first(hub):
    f.put(hub, "ERP:77", f.widget("Z", "omega"))
    golden_id = f.golden_ids(hub)["ERP:77"]
    given = f.widget("Z", "omega")
    for stale in ((), ("WID-0",), (golden_id, "WID-0")):
        with pytest.raises(StaleVersionError):
            f.act(hub, creation.create, f.ENTITY, given, "new", seen=stale)
    assert f.act(hub, creation.create, f.ENTITY, given, "none of these", seen=[golden_id]).source_id
