"""A match verdict proposes an alias; its undoing puts the alias in doubt."""

from __future__ import annotations

import pytest

from mdm.services import alias, change, decision, source
from mdm.services.match import put_record
from tests import factories as f

LEFT = {"legal_name": "苏州蓝鲸精密机械有限公司"}
RIGHT = {"legal_name": "Bluewhale Precision Machinery Co., Ltd."}


@pytest.fixture
def supplied(hub):
    with f.any_unit(hub) as uow:
        for code, kind in f.SOURCES:
            source.add_source(uow, code, kind, code)
    ids = {}
    for system, attributes in (("ERP", LEFT), ("MES", RIGHT)):
        ids[system] = put_record(hub, f.SYSTEM, "supplier", system, "1", attributes).golden_id
    return hub, ids


def records(hub):
    return [row[0] for row in f.sql(hub, "select record_id from source_record order by record_id")]


def merged(hub, ids):
    """The two made one; returns the decision and the change that proposes the alias."""
    effect = f.act(hub, decision.merge, "supplier", ids["ERP"], ids["MES"], "one company")
    change_id = f.act(hub, alias.propose, "supplier", *records(hub), effect.decision_id)
    return effect.decision_id, change_id


def test_the_proposal_names_its_proof_and_is_made_once(supplied):
    hub, ids = supplied
    decision_id, change_id = merged(hub, ids)
    found = f.read(hub, change.get, change_id)
    assert (found.content["list"], found.content["proof"]) == ("trade_names", decision_id)
    assert f.act(hub, alias.propose, "supplier", *records(hub), decision_id) is None
    assert not f.read(hub, change.is_in_doubt, found)


def test_an_undone_decision_puts_its_alias_in_doubt(supplied):
    hub, ids = supplied
    decision_id, change_id = merged(hub, ids)
    f.act(hub, decision.undo, decision_id, "a mistake")
    assert f.read(hub, change.is_in_doubt, f.read(hub, change.get, change_id))


def test_an_approved_alias_is_evidence_for_the_next_record(supplied):
    hub, ids = supplied
    _, change_id = merged(hub, ids)
    f.examined(hub, change_id)
    f.act(hub, change.approve, change_id, "fine", actor=f.GOVERNANCE)
    f.act(hub, change.activate, change_id, actor=f.GOVERNANCE)
    put_record(hub, f.SYSTEM, "supplier", "QMS", "9", {"legal_name": "宁波蓝鲸贸易有限公司"})
    (row,) = f.sql(
        hub,
        "select features from standard_record s join source_record r on r.record_id = s.record_id "
        "where r.source = 'QMS'",
    )
    assert "bluewhale" in row.features


def test_who_may_not_propose_decides_all_the_same(supplied):
    hub, ids = supplied
    plain = f.STEWARD.__class__("c", f.STEWARD.kind, frozenset())
    with hub.unit_of_work(plain, "r") as uow:
        assert alias.propose(uow, "supplier", *records(hub), "D") is None
    assert ids
