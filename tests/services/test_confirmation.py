"""A match across a regulated veto: it waits for a second person, and nobody is that person for themselves."""

from __future__ import annotations

import pytest
from sqlalchemy.exc import IntegrityError

from mdm.domain.access import Actor, ActorKind, Role, system_actor
from mdm.domain.errors import (
    ForbiddenError,
    FourEyesError,
    ProposalClosedError,
    ProposalOpenError,
    StaleVersionError,
)
from mdm.services import access, candidate, confirmation, decision, decision_log, event, review
from tests import factories as f
from tests.invariants.oracle import assert_holds

HARD = f.RULES.replace('"颜色不同")', '"颜色不同", clause="plant rule 7", regulated=True)')
SOFT = HARD.replace("regulated=True", "regulated=True, hard=False")
APART, TOGETHER = f.groups("ERP:1 | MES:1"), f.groups("ERP:1 MES:1")
CLIENT = Actor(
    "client:mes",
    ActorKind.CLIENT,
    frozenset({Role.CLIENT}),
    "MES",
    frozenset({"tasks:decide", "golden:decide", "tasks:read"}),
)


def with_rules(hub, text):
    f.with_widgets(hub)
    f.write_rules(hub.settings.home, text)
    f.load_rules(hub)
    return hub


@pytest.fixture
def hub(any_hub):
    """Two golden records alike in all but the colour, and the task that asks about them."""
    with_rules(any_hub, SOFT)
    f.put_all(
        any_hub,
        {"ERP:1": f.widget("A", "alpha", colour="red"), "MES:1": f.widget("A", "alpha", colour="blue")},
    )
    assert f.partition(any_hub) == APART
    return any_hub


def task(hub):
    return next(iter(f.open_tasks(hub).values()))


def propose(hub, actor=f.STEWARD):
    return f.act(hub, review.decide, task(hub).task_id, "match", "same thing", actor=actor)


def merge(hub, actor=f.STEWARD, **more):
    ids = f.golden_ids(hub)
    return f.act(hub, decision.merge, f.ENTITY, ids["ERP:1"], ids["MES:1"], "same thing", actor=actor, **more)


def test_the_page_of_the_pair_tells_beforehand(hub):
    shown = f.read(hub, review.get_task, task(hub).task_id)
    assert [(v.name, v.clause, v.regulated) for v in shown.regulated] == [("colour", "plant rule 7", True)]
    assert shown.proposal is None


@pytest.mark.parametrize("begin", [propose, merge])
def test_one_person_alone_binds_nothing(hub, begin):
    made = begin(hub)
    assert made.proposal_id
    assert f.partition(hub) == APART
    assert len(f.open_tasks(hub)) == 1
    (waiting,) = f.read(hub, confirmation.list_open)
    assert (waiting.proposed_by, waiting.reason, waiting.state) == ("anna", "same thing", "open")
    assert [v.name for v in waiting.vetoes] == ["colour"]
    assert_holds(hub)


@pytest.mark.parametrize("begin", [propose, merge])
def test_a_second_person_confirms_and_it_binds_every_run(hub, begin):
    proposal_id = begin(hub).proposal_id
    made = f.act(hub, confirmation.confirm, proposal_id, "seen both", actor=f.OTHER_STEWARD)
    assert f.partition(hub) == TOGETHER
    f.run(hub, full=True)
    assert f.partition(hub) == TOGETHER
    (found,) = [d for d in f.read(hub, decision_log.list_decisions) if d.decision_id == made.decision_id]
    assert (found.actor, found.subject["proposed_by"]) == ("bert", "anna")
    told = [e.type for e in f.read(hub, event.changes, 0, 10_000).events]
    assert "proposal.opened" in told
    assert "proposal.confirmed" in told
    assert f.read(hub, confirmation.list_open) == ()
    assert_holds(hub)


@pytest.mark.parametrize("begin", [propose, merge])
@pytest.mark.parametrize(
    "same",
    [f.STEWARD, *map(system_actor, ("cli:anna", "cli:ANNA", "cli:ａｎｎａ"))],
    ids=lambda who: who.name,
)
def test_nobody_confirms_their_own_under_whichever_name(hub, begin, same):
    proposal_id = begin(hub).proposal_id
    with pytest.raises(FourEyesError):
        f.act(hub, confirmation.confirm, proposal_id, "me again", actor=same)
    assert f.partition(hub) == APART


def test_no_machine_is_the_second_person(hub):
    proposal_id = propose(hub).proposal_id
    for do in (confirmation.confirm, confirmation.reject):
        with pytest.raises(ForbiddenError):
            f.act(hub, do, proposal_id, "beep", actor=CLIENT)


@pytest.mark.parametrize("by", ["anna", "ANNA", "cli:anna", "Cli:Anna"])
def test_the_database_refuses_it_too(hub, by):
    proposal_id = propose(hub).proposal_id
    with pytest.raises(IntegrityError), f.any_unit(hub) as uow:
        uow.connection.exec_driver_sql(
            f"update match_proposal set state = 'confirmed', closed_by = '{by}', closed_reason = 'x' "
            f"where proposal_id = '{proposal_id}'"
        )


@pytest.mark.parametrize(
    ("actor", "state"), [(f.STEWARD, "withdrawn"), (f.OTHER_STEWARD, "rejected")], ids=["own", "other"]
)
def test_a_rejected_proposal_leaves_the_question_open(hub, actor, state):
    proposal_id = propose(hub).proposal_id
    closed = f.act(hub, confirmation.reject, proposal_id, "no", actor=actor)
    assert closed.state == state
    assert len(f.open_tasks(hub)) == 1
    with pytest.raises(ProposalClosedError):
        f.act(hub, confirmation.confirm, proposal_id, "too late", actor=f.OTHER_STEWARD)
    assert propose(hub).proposal_id != proposal_id


@pytest.mark.parametrize("begin", [propose, merge])
def test_the_same_match_is_proposed_once(hub, begin):
    begin(hub)
    with pytest.raises(ProposalOpenError):
        begin(hub, f.OTHER_STEWARD)


def test_who_looks_at_an_old_page_is_told_that_somebody_proposed(hub):
    before = task(hub)
    propose(hub)
    with pytest.raises(StaleVersionError):
        f.act(hub, review.decide, before.task_id, "match", "same", before.version, actor=f.OTHER_STEWARD)


def test_a_negative_verdict_ends_the_proposal(hub):
    proposal_id = propose(hub).proposal_id
    f.act(hub, review.decide, task(hub).task_id, "non-match", "two", actor=f.OTHER_STEWARD)
    assert f.read(hub, confirmation.list_open) == ()
    with pytest.raises(ProposalClosedError):
        f.act(hub, confirmation.confirm, proposal_id, "late", actor=f.OTHER_STEWARD)
    assert f.partition(hub) == APART


@pytest.mark.parametrize("begin", [propose, merge])
def test_values_that_change_meanwhile_make_the_proposal_stale(hub, begin):
    proposal_id = begin(hub).proposal_id
    f.put(hub, "MES:1", f.widget("A", "alpha", "acme", "blue"))
    with pytest.raises((StaleVersionError, ProposalClosedError)):
        f.act(hub, confirmation.confirm, proposal_id, "seen", actor=f.OTHER_STEWARD)
    assert f.partition(hub) == APART
    assert_holds(hub)


def test_a_hard_regulated_veto_waits_as_well_when_the_pair_is_asked_again(any_hub):
    with_rules(any_hub, HARD)
    f.put_all(any_hub, {"ERP:1": f.widget("", "alpha"), "MES:1": f.widget("A", "alpha")})
    f.act(any_hub, review.decide, task(any_hub).task_id, "non-match", "two")
    f.put_all(
        any_hub,
        {"ERP:1": f.widget("A", "alpha", colour="red"), "MES:1": f.widget("A", "alpha", colour="blue")},
    )
    assert task(any_hub).reason == "changed"
    assert propose(any_hub).status == "proposed"
    assert f.partition(any_hub) == APART


def test_a_match_that_leaves_the_contradicting_records_apart_needs_no_second_person(any_hub):
    """Two groups contradict in colour; joining a pair of them moves one record and crosses nothing."""
    with_rules(any_hub, HARD)
    f.put_all(
        any_hub,
        {
            "ERP:1": f.widget("A", "alpha", "acme", "red"),
            "MES:1": f.widget("", "alpha", "acme"),
            "ERP:2": f.widget("B", "beta", "bolt", "blue"),
            "MES:2": f.widget("B", "alpha", "bolt"),
        },
    )
    assert f.partition(any_hub) == f.groups("ERP:1 MES:1 | ERP:2 MES:2")
    assert propose(any_hub).proposal_id is None
    assert f.partition(any_hub) == f.groups("ERP:1 | MES:1 ERP:2 MES:2")
    ids = f.golden_ids(any_hub)
    made = f.act(any_hub, decision.merge, f.ENTITY, ids["ERP:1"], ids["ERP:2"], "all one")
    assert made.proposal_id
    f.act(any_hub, confirmation.confirm, made.proposal_id, "seen", actor=f.OTHER_STEWARD)
    assert len(f.partition(any_hub)) == 1
    assert_holds(any_hub)


def test_a_preview_of_a_merge_names_the_regulated_veto(hub):
    shown = merge(hub, preview=True)
    assert shown.regulated == ("colour",)
    assert shown.proposal_id is None
    assert f.read(hub, confirmation.list_open) == ()


def test_without_a_regulated_veto_between_them_one_person_is_enough(hub):
    f.put_all(hub, {"QMS:8": f.widget("C", "gamma"), "QMS:9": f.widget("", "gamma")})
    asked = next(row for pair, row in f.open_tasks(hub).items() if "QMS:9" in pair)
    made = f.act(hub, review.decide, asked.task_id, "match", "same")
    assert made.proposal_id is None
    assert made.status == "decided"


def test_a_confirmed_match_can_be_taken_back(hub):
    made = f.act(hub, confirmation.confirm, propose(hub).proposal_id, "seen", actor=f.OTHER_STEWARD)
    f.act(hub, review.undo, made.decision_id, "wrong after all")
    assert f.partition(hub) == APART
    assert_holds(hub)


def test_search_still_answers_while_a_proposal_waits(hub):
    propose(hub)
    assert f.read(hub, candidate.search_before_create, f.ENTITY, f.widget("A", "alpha"))


@pytest.mark.parametrize("owner", ["bert", ""], ids=["named", "whoever added it"])
def test_the_owner_of_a_token_is_no_second_person(hub, owner):
    scopes = ("tasks:decide", "golden:decide", "tasks:read")
    with hub.unit_of_work(system_actor("cli:bert"), "the line's token") as uow:
        if owner:
            access.add_user(uow, owner, ("steward",))
        client = access.authenticate_client(
            uow, access.add_client(uow, "line", "MES", scopes, owner=owner).token
        )
    proposal_id = propose(hub, actor=client).proposal_id
    with pytest.raises(FourEyesError):
        f.act(hub, confirmation.confirm, proposal_id, "me again", actor=f.OTHER_STEWARD)
    third = Actor("carl", ActorKind.USER, frozenset({Role.STEWARD}), user_id="01CARL")
    f.act(hub, confirmation.confirm, proposal_id, "seen both", actor=third)
    assert f.partition(hub) == TOGETHER
