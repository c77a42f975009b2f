"""A match verdict proposes an alias; its undoing puts the alias in doubt."""

from __future__ import annotations

import json

import pytest

from mdm.domain.code_list import CodeEdit
from mdm.domain.errors import ForbiddenError, InvalidInputError, StaleVersionError, WriteConflictError
from mdm.domain.whatif import WhatIf
from mdm.services import alias, alias_approval, change, decision, source
from mdm.services.intake import put_record
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
    (change_id,) = f.act(hub, alias.propose, "supplier", *records(hub), effect.decision_id)
    return effect.decision_id, change_id


def test_the_proposal_names_its_proof_and_is_made_once(supplied):
    hub, ids = supplied
    decision_id, change_id = merged(hub, ids)
    found = f.read(hub, change.get, change_id)
    assert (found.content["list"], found.content["proof"]) == ("trade_names", decision_id)
    assert f.act(hub, alias.propose, "supplier", *records(hub), decision_id) == ()
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
        assert alias.propose(uow, "supplier", *records(hub), "D") == ()
    assert ids


MAKER = {"material": "material_name", "equipment": "equipment_name"}
"""Entity -> how its things are called."""


@pytest.mark.parametrize("entity", list(MAKER))
def test_makers_of_matched_things_prove_an_alias_and_dealers_prove_none(hub, entity):
    with f.any_unit(hub) as uow:
        for code, kind in f.SOURCES:
            source.add_source(uow, code, kind, code)
    makers = ("苏州蓝鲸精密机械有限公司", "Bluewhale Precision Machinery Co., Ltd.")
    for system, maker in zip(("ERP", "MES"), makers, strict=True):
        put_record(hub, f.SYSTEM, entity, system, "1", {MAKER[entity]: "泵", "manufacturer_name": maker})
    (change_id,) = f.act(hub, alias.propose, entity, *records(hub), "D")
    (edit,) = f.read(hub, change.get, change_id).content["edits"]
    assert (edit["code"], edit["add"]) == ("蓝鲸", ["bluewhale"])
    dealers = {"material": "brand", "equipment": "supplier_name"}[entity]
    for system, name in zip(("ERP", "MES"), ("宁波海川贸易有限公司", "Cetacea Ltd."), strict=True):
        put_record(hub, f.SYSTEM, entity, system, "2", {MAKER[entity]: "泵", dealers: name})
    assert f.act(hub, alias.propose, entity, *records(hub)[2:], "D") == ()


def test_a_confirmed_maker_is_evidence_for_machines(hub):
    with f.any_unit(hub) as uow:
        source.add_source(uow, "ERP", "ERP", "ERP")
        edit = CodeEdit("蓝鲸", "蓝鲸", None, add=("bluewhale",))
        change_id = change.propose_alias(uow, edit, "D")
    f.examined(hub, change_id)
    f.act(hub, change.approve, change_id, "fine", actor=f.GOVERNANCE)
    f.act(hub, change.activate, change_id, actor=f.GOVERNANCE)
    machine = {"equipment_name": "泵", "manufacturer_name": "苏州蓝鲸精密机械有限公司"}
    put_record(hub, f.SYSTEM, "equipment", "ERP", "1", machine)
    (row,) = f.sql(hub, "select features from standard_record")
    held = json.loads(row.features)
    assert "bluewhale" in held["maker"]
    assert "bluewhale" in held["builder"]


def waiting(hub, names, actor=f.STEWARD):
    """Aliases proposed by ``actor``, one per pair of names."""
    made = []
    for zh, en in names:
        made.append(f.act(hub, change.propose_alias, CodeEdit(zh, zh, None, add=(en,)), "D", actor=actor))
    return made


@pytest.fixture
def proven(hub, monkeypatch):
    """The hub, in which every alias counts as proven."""
    monkeypatch.setattr(change, "is_in_doubt", lambda uow, found: found.content["edits"][0]["code"] == "可疑")
    return hub


def test_a_batch_puts_every_alias_in_force_that_a_second_person_may_approve(proven):
    ids = waiting(proven, [("蓝鲸", "bluewhale"), ("白鹭", "egret"), ("可疑", "doubtful")])
    own = waiting(proven, [("青山", "greenhill")], actor=f.GOVERNANCE)
    listed = f.read(proven, alias_approval.list_proposed, actor=f.GOVERNANCE)
    assert [each.change_id for each in listed] == [*ids, *own]
    assert [(each.own, each.in_doubt) for each in listed] == [
        (False, False),
        (False, False),
        (False, True),
        (True, False),
    ]
    answers = alias_approval.approve_many(proven, f.GOVERNANCE, [*ids, *own], "seen them all")
    assert [each.outcome for each in answers] == ["in_force", "in_force", "in_doubt", "own"]
    assert answers[0].names == ("蓝鲸", "bluewhale")
    codes = f.read(proven, lambda uow: uow.hub.dictionary.code_list("trade_names"))
    assert {entry.code for entry in codes.entries} == {"蓝鲸", "白鹭"}
    assert [e.decided_by for e in (f.read(proven, change.get, each) for each in ids[:2])] == ["gina", "gina"]
    assert {each.change_id for each in f.read(proven, alias_approval.list_proposed)} == {ids[2], *own}


def test_a_batch_of_what_is_no_alias_or_by_a_steward_does_nothing(proven):
    (change_id,) = waiting(proven, [("蓝鲸", "bluewhale")])
    other = f.act(proven, change.propose_code_list, "colours", [CodeEdit("xanthic", None, "Xanthic")], "new")
    with pytest.raises(InvalidInputError):
        alias_approval.approve_many(proven, f.GOVERNANCE, [change_id, other], "all")
    with pytest.raises(InvalidInputError):
        alias_approval.approve_many(proven, f.GOVERNANCE, [], "all")
    with pytest.raises(ForbiddenError):
        alias_approval.approve_many(proven, f.OTHER_STEWARD, [change_id], "all")
    for reason in ("", "  ", "x" * 2001):
        with pytest.raises(InvalidInputError):
            alias_approval.approve_many(proven, f.GOVERNANCE, [change_id], reason)
    assert f.read(proven, change.get, change_id).state == "proposed"


@pytest.mark.parametrize("error", [StaleVersionError, WriteConflictError, InvalidInputError])
def test_an_alias_that_cannot_be_put_in_force_does_not_hide_what_became_of_the_others(
    proven, monkeypatch, error
):
    ids = waiting(proven, [("蓝鲸", "bluewhale"), ("白鹭", "egret"), ("青山", "greenhill")])
    real = change.activate

    def activate(uow, change_id):
        if change_id == ids[1]:
            raise error("somebody was first")
        return real(uow, change_id)

    monkeypatch.setattr(change, "activate", activate)
    answers = alias_approval.approve_many(proven, f.GOVERNANCE, ids, "seen them all")
    assert [each.outcome for each in answers] == ["in_force", "moved_on", "in_force"]
    assert f.read(proven, change.get, ids[1]).decided_by is None


def test_an_alias_that_goes_against_a_verdict_is_left_for_a_look_of_its_own(proven, monkeypatch):
    with f.any_unit(proven) as uow:
        source.add_source(uow, "ERP", "ERP", "ERP")
    put_record(proven, f.SYSTEM, "supplier", "ERP", "1", LEFT)
    (change_id,) = waiting(proven, [("蓝鲸", "bluewhale")])
    monkeypatch.setattr(WhatIf, "newly_contradicted", 1)
    (answer,) = alias_approval.approve_many(proven, f.GOVERNANCE, [change_id], "all")
    assert answer.outcome == "against_verdicts"
    left = f.read(proven, change.get, change_id)
    assert (left.state, left.decided_by) == ("examined", None)
