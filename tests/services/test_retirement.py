"""Taking a golden record out of use, and back."""

from __future__ import annotations

import pytest

from mdm.domain.errors import ForbiddenError, InvalidInputError
from mdm.services import decision, golden, retirement, xref
from tests import factories as f
from tests.invariants.oracle import assert_holds


@pytest.fixture
def hub(hub):
    f.with_widgets(hub)
    f.put_all(
        hub,
        {
            "ERP:1": f.widget("A", "alpha"),
            "MES:1": f.widget("A", "alpha"),
            "QMS:1": f.widget("", "alpha"),
        },
    )
    return hub


def retire(hub, **more):
    return f.act(hub, retirement.retire, f.ENTITY, f.golden_ids(hub)["ERP:1"], "no longer used", **more)


def test_a_retired_golden_record_still_answers_and_asks_nothing(hub):
    golden_id = f.golden_ids(hub)["ERP:1"]
    assert f.open_tasks(hub)
    effect = retire(hub)
    assert effect.ended == (golden_id,)
    assert len(effect.tasks_closed) == 1
    assert f.open_tasks(hub) == {}
    assert f.read(hub, golden.get, f.ENTITY, golden_id).status == "retired"
    assert f.read(hub, xref.look_up, f.ENTITY, "ERP", "1").status == "retired"
    assert_holds(hub)


def test_a_preview_retires_nothing(hub):
    foreseen = retire(hub, preview=True)
    assert foreseen.decision_id is None
    assert len(f.golden_ids(hub)) == 3
    assert foreseen.ended == retire(hub).ended


def test_undoing_brings_id_members_and_questions_back(hub):
    before, asked = f.golden_ids(hub), f.questions(hub)
    effect = retire(hub)
    f.act(hub, decision.undo, effect.decision_id, "still used")
    assert f.golden_ids(hub) == before
    assert f.questions(hub) == asked
    f.run(hub, full=True)
    assert f.golden_ids(hub) == before
    assert_holds(hub)


def test_what_is_retired_cannot_be_retired_again(hub):
    golden_id = f.golden_ids(hub)["ERP:1"]
    retire(hub)
    with pytest.raises(InvalidInputError):
        f.act(hub, retirement.retire, f.ENTITY, golden_id, "again")


def test_governance_may_not(hub):
    with pytest.raises(ForbiddenError):
        f.act(hub, retirement.retire, f.ENTITY, f.golden_ids(hub)["ERP:1"], "x", actor=f.GOVERNANCE)
