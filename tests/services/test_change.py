"""Change requests in a hub: proposed, examined, decided by somebody else, in force from the next run on."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier

import pytest
from sqlalchemy.exc import DBAPIError

from mdm.domain.access import Actor, ActorKind, Role
from mdm.domain.change import ChangeState
from mdm.domain.errors import (
    ChangeStateError,
    ForbiddenError,
    FourEyesError,
    InvalidInputError,
    RuleError,
    StaleReportError,
    UnknownChangeError,
    UntrainedLevelError,
)
from mdm.services import access, change, decision, rule
from tests import factories as f

OTHER_GOVERNANCE = replace(f.GOVERNANCE, name="hugo", user_id="01HUGO")


@pytest.fixture
def hub(widgets):
    f.put_all(widgets, {"ERP:1": f.widget("A", "alpha"), "MES:1": f.widget("A", "alpha")})
    f.run(widgets, full=True)
    return widgets


def weights(hub, **more):
    held = f.read(hub, lambda uow: rule.weights_in_force(uow.hub, uow.hub.rules[f.ENTITY]))
    return replace(held, trained_on="verdicts", **more)


def propose(hub, actor=f.STEWARD, prior=0.1):
    return f.act(hub, change.propose_model, f.ENTITY, weights(hub, prior=prior), "more data", actor=actor)


def approved(hub):
    change_id = propose(hub)
    f.examined(hub, change_id)
    f.act(hub, change.approve, change_id, "fine", actor=f.GOVERNANCE)
    return change_id


def test_an_approved_model_takes_over_at_the_next_run_and_the_old_one_stays_as_it_was(hub):
    before = f.sql(hub, "select fingerprint, content from match_model")
    change_id = approved(hub)
    f.act(hub, change.activate, change_id, actor=f.GOVERNANCE)
    assert not f.read(hub, rule.has_current_model, f.ENTITY)
    report = f.run(hub)
    assert f.read(hub, rule.has_current_model, f.ENTITY)
    assert f.read(hub, rule.matcher, f.ENTITY).model.weights.prior == 0.1
    assert report.model != before[0].fingerprint
    assert before[0] in f.sql(hub, "select fingerprint, content from match_model")


def test_a_restart_keeps_what_was_approved_whatever_the_files_say(hub):
    f.change_in_force(hub, link=7.0)
    other = f.reopen(hub)
    assert f.read(other, rule.matcher, f.ENTITY).link_weight == 7.0
    other.close()


def test_another_process_notices_at_its_next_unit_of_work(hub):
    other = f.reopen(hub)
    assert f.read(other, rule.matcher, f.ENTITY).link_weight == 6.0
    f.change_in_force(hub, link=7.0)
    assert f.read(other, rule.matcher, f.ENTITY).link_weight == 7.0
    other.close()


def test_a_unit_of_work_keeps_what_governed_when_it_began(hub):
    with hub.reading(f.SYSTEM) as uow:
        f.change_in_force(hub, link=7.0)
        assert rule.matcher(uow, f.ENTITY).link_weight == 6.0
    assert f.read(hub, rule.matcher, f.ENTITY).link_weight == 7.0


def test_changes_follow_each_other_as_versions(hub):
    f.change_in_force(hub, link=7.0)
    f.change_in_force(hub, link=8.0)
    rows = f.sql(hub, "select version, change_id from matching_version order by version")
    assert [row.version for row in rows] == [1, 2]
    assert f.read(hub, rule.matcher, f.ENTITY).link_weight == 8.0


@pytest.mark.invariant("I15")
def test_without_a_report_nothing_is_approved(hub):
    change_id = propose(hub)
    with pytest.raises(ChangeStateError):
        f.act(hub, change.approve, change_id, "blind", actor=f.GOVERNANCE)


@pytest.mark.invariant("I15")
@pytest.mark.parametrize("what", ["record", "verdict", "other change"])
def test_a_report_on_another_state_does_not_count(hub, what):
    change_id = propose(hub)
    f.examined(hub, change_id)
    if what == "record":
        f.put(hub, "QMS:1", f.widget("B", "beta"))
    elif what == "verdict":
        f.act(hub, decision.override, f.ENTITY, f.golden_ids(hub)["ERP:1"], "note", "checked", "seen")
    else:
        f.change_in_force(hub, link=7.0)
    with pytest.raises(StaleReportError):
        f.act(hub, change.approve, change_id, "late", actor=f.GOVERNANCE)
    assert f.read(hub, change.get, change_id).state is ChangeState.EXAMINED


@pytest.mark.invariant("I15")
def test_of_two_approved_changes_the_second_is_examined_again(hub):
    first, second = approved(hub), propose(hub, prior=0.2)
    f.examined(hub, second)
    f.act(hub, change.approve, second, "fine", actor=f.GOVERNANCE)
    f.act(hub, change.activate, first, actor=f.GOVERNANCE)
    with pytest.raises(StaleReportError):
        f.act(hub, change.activate, second, actor=f.GOVERNANCE)
    f.examined(hub, second)
    again = f.read(hub, change.get, second)
    assert (again.state, again.decided_by) == (ChangeState.EXAMINED, None)


@pytest.mark.invariant("I14")
def test_nobody_decides_what_they_proposed(hub):
    change_id = propose(hub, actor=f.GOVERNANCE)
    f.examined(hub, change_id)
    for decide in (change.approve, change.reject):
        with pytest.raises(FourEyesError):
            f.act(hub, decide, change_id, "mine", actor=f.GOVERNANCE)
    f.act(hub, change.approve, change_id, "seen", actor=OTHER_GOVERNANCE)


@pytest.mark.invariant("I14")
def test_the_database_refuses_an_author_who_decides(hub):
    change_id = propose(hub)
    for name in ("anna", "cli:anna", "ANNA"):
        with pytest.raises(DBAPIError, match="four_eyes"), f.any_unit(hub) as uow:
            uow.connection.exec_driver_sql(
                f"update change_request set decided_by = '{name}' where change_id = '{change_id}'"
            )


@pytest.mark.invariant("I15")
def test_the_database_refuses_an_approval_without_a_report(hub):
    change_id = propose(hub)
    with pytest.raises(DBAPIError, match="approved_on_report"), f.any_unit(hub) as uow:
        uow.connection.exec_driver_sql(
            "update change_request set state = 'approved', decided_by = 'bert' "
            f"where change_id = '{change_id}'"
        )


@pytest.mark.parametrize("bears", ["'forged'", "report_hash"])
def test_a_report_slipped_in_by_sql_is_not_taken_for_the_one_examined(hub, bears):
    change_id = propose(hub)
    f.examined(hub, change_id)
    before = f.read(hub, change.report, change_id)
    with f.any_unit(hub) as uow:
        uow.connection.exec_driver_sql(
            f"insert into change_report select change_id, number + 1, {bears}, "
            """'{"fingerprint":"","parts":[]}', created_at from change_report"""
        )
    assert f.read(hub, change.report, change_id) == before


def test_a_steward_proposes_and_does_not_approve_a_machine_neither(hub):
    change_id = propose(hub)
    f.examined(hub, change_id)
    with pytest.raises(ForbiddenError):
        f.act(hub, change.approve, change_id, "me too", actor=f.OTHER_STEWARD)
    machine = Actor("client:x", ActorKind.CLIENT, frozenset({Role.GOVERNANCE}), "ERP")
    with pytest.raises(ForbiddenError):
        f.act(hub, change.approve, change_id, "beep", actor=machine)


def test_a_change_is_withdrawn_by_its_author_or_by_who_may_approve(hub):
    change_id = propose(hub)
    with pytest.raises(ForbiddenError):
        f.act(hub, change.withdraw, change_id, "not mine", actor=f.OTHER_STEWARD)
    assert f.act(hub, change.withdraw, change_id, "a slip").state is ChangeState.WITHDRAWN
    assert f.act(hub, change.withdraw, propose(hub), "old", actor=f.GOVERNANCE).state is ChangeState.WITHDRAWN


def test_what_would_change_nothing_or_cannot_work_is_refused(hub):
    held = weights(hub)
    with pytest.raises(InvalidInputError, match="nothing"):
        f.act(hub, change.propose_thresholds, f.ENTITY, {"link": 6.0}, "as it is")
    with pytest.raises(InvalidInputError, match="review"):
        f.act(hub, change.propose_thresholds, f.ENTITY, {"review": 9.0}, "upside down")
    with pytest.raises(InvalidInputError, match="maybe"):
        f.act(hub, change.propose_thresholds, f.ENTITY, {"maybe": 9.0}, "no such thing")
    with pytest.raises(UntrainedLevelError):
        f.act(hub, change.propose_model, f.ENTITY, replace(held, comparisons=held.comparisons[1:]), "half")
    with pytest.raises(RuleError, match="gadget"):
        f.act(hub, change.propose_model, f.ENTITY, replace(held, entity="gadget"), "wrong file")
    with pytest.raises(InvalidInputError, match="reason"):
        f.act(hub, change.propose_model, f.ENTITY, weights(hub, prior=0.1), "  ")
    with pytest.raises(UnknownChangeError):
        f.read(hub, change.get, "C")
    assert f.sql(hub, "select * from change_request") == []


def test_every_step_is_told_as_an_event(hub):
    f.change_in_force(hub, link=7.0)
    told = f.sql(hub, "select type from event where type like 'change.%' order by seq")
    assert [row.type for row in told] == [
        "change.proposed",
        "change.examined",
        "change.approved",
        "change.activated",
    ]


def test_open_changes_are_listed_without_those_that_ended(hub):
    ended, waiting = propose(hub), propose(hub, prior=0.2)
    f.act(hub, change.withdraw, ended, "a slip")
    listed = f.read(hub, change.list_changes, f.ENTITY, open_only=True)
    assert [each.change_id for each in listed] == [waiting]
    assert len(f.read(hub, change.list_changes)) == 2


@pytest.mark.invariant("I15")
def test_of_two_changes_put_in_force_at_once_one_wins_and_the_other_is_told(any_hub):
    """On PostgreSQL both wait for their turn with what governed before either; the second must look again."""
    hub = f.with_widgets(any_hub)
    f.put_all(hub, {"ERP:1": f.widget("A", "alpha"), "MES:1": f.widget("A", "alpha")})
    f.run(hub, full=True)
    ids = [f.act(hub, change.propose_thresholds, f.ENTITY, {"link": n}, "fewer") for n in (7.0, 8.0)]
    for change_id in ids:
        f.examined(hub, change_id)
    for change_id in ids:
        f.act(hub, change.approve, change_id, "fine", actor=f.GOVERNANCE)

    gate = Barrier(2)

    def put_in_force(change_id):
        try:
            with hub.unit_of_work(f.GOVERNANCE, "activate") as uow:
                if not hub.database.is_sqlite:  # which lets one begin at a time
                    gate.wait(20)
                return change.activate(uow, change_id).state.value
        except StaleReportError as error:
            return error.details["state"]["state"]

    with ThreadPoolExecutor(2) as pool:
        told = list(pool.map(put_in_force, ids))
    assert sorted(told) == ["activated", "approved"]
    assert len(f.sql(hub, "select * from matching_version")) == 1
    assert f.read(hub, rule.matcher, f.ENTITY).link_weight == (7.0, 8.0)[told.index("activated")]


def test_one_change_put_in_force_twice_at_once_comes_into_force_once(any_hub):
    hub = f.with_widgets(any_hub)
    change_id = approved(hub)

    def put_in_force(_):
        try:
            return f.act(hub, change.activate, change_id, actor=f.GOVERNANCE).state.value
        except ChangeStateError as error:
            return f"refused: {error.details['state']}"

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(put_in_force, range(2))) == ["activated", "refused: activated"]
    assert len(f.sql(hub, "select * from matching_version")) == 1


def test_what_nobody_examined_is_not_said_to_have_moved_on(hub):
    with pytest.raises(ChangeStateError, match="examine it first"):
        f.act(hub, change.approve, propose(hub), "fine", actor=f.GOVERNANCE)


@pytest.mark.invariant("I14")
def test_the_owner_of_a_token_does_not_decide_what_the_token_proposed(hub):
    with hub.unit_of_work(f.SYSTEM, "the line's token") as uow:
        access.add_user(uow, "gina", ("governance",))
        token = access.add_client(uow, "line", "MES", ("matching:propose",), owner="gina").token
        client = access.authenticate_client(uow, token)
    change_id = propose(hub, actor=client)
    f.examined(hub, change_id)
    for decide in (change.approve, change.reject):
        with pytest.raises(FourEyesError):
            f.act(hub, decide, change_id, "mine", actor=f.GOVERNANCE)
    f.act(hub, change.approve, change_id, "seen", actor=OTHER_GOVERNANCE)
