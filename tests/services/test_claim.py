"""Claims: nobody gets a task that a colleague works on, whoever is first and however long they stay away."""

from __future__ import annotations

from datetime import timedelta

import pytest

from mdm.domain.errors import (
    ForbiddenError,
    InvalidInputError,
    TaskHeldError,
    TaskNotOpenError,
    UnknownTaskError,
    UnknownUserError,
)
from mdm.domain.review import Verdict
from mdm.services import access, claim, decision, review
from mdm.services.narrow import Narrow, wanted_of
from tests import factories as f
from tests.invariants.oracle import assert_holds

COUNT = 4


@pytest.fixture
def queue(any_hub):
    """Four open tasks; anna and bert have accounts."""
    hub = f.with_widgets(any_hub)
    for n in range(COUNT):
        f.put(hub, f"ERP:{n}", f.widget(f"C{n}", f"part {n}"))
        f.put(hub, f"MES:{n}", f.widget("", f"part {n}"))
    with f.any_unit(hub) as uow:
        for login in ("anna", "bert"):
            access.add_user(uow, login, ["steward"])
        access.add_user(uow, "gina", ["auditor"])
    return hub


def tasks(hub):
    return [task.task_id for task in f.open_tasks(hub).values()]


def take_next(hub, actor, after=None):
    with hub.unit_of_work(actor, "next") as uow:
        place = None if after is None else claim.place_of(uow, after, "value")
        return claim.next_task(uow, wanted_of(uow, Narrow()), after=place)


def test_next_gives_each_steward_a_task_of_their_own(queue):
    taken = [take_next(queue, actor) for actor in (f.STEWARD, f.OTHER_STEWARD)]
    assert len(set(taken)) == 2
    assert take_next(queue, f.STEWARD) == taken[0], "what one holds is given again, not another"


def test_skipping_goes_on_and_comes_round(queue):
    seen = [take_next(queue, f.STEWARD)]
    for _ in range(COUNT - 1):
        seen.append(take_next(queue, f.STEWARD, after=seen[-1]))
    assert sorted(seen) == tasks(queue)


def test_a_task_that_a_colleague_holds_is_neither_claimed_nor_decided(queue):
    task = tasks(queue)[0]
    f.act(queue, claim.claim, task)
    for use_case, *rest in ((claim.claim,), (review.decide, Verdict.MATCH, "same"), (claim.release,)):
        with pytest.raises(TaskHeldError) as told:
            f.act(queue, use_case, task, *rest, actor=f.OTHER_STEWARD)
        assert told.value.details["state"]["holder"] == "anna"
    f.act(queue, review.decide, task, Verdict.MATCH, "same")
    assert_holds(queue)


def test_a_claim_lapses_when_it_is_not_used(queue, monkeypatch):
    task = tasks(queue)[0]
    f.act(queue, claim.claim, task)
    monkeypatch.setattr(queue, "_clock", f.Clock(queue.now() + claim.LEASE + timedelta(seconds=60)))
    made = f.act(queue, claim.claim, task, actor=f.OTHER_STEWARD)
    assert made.holder == "bert"


def test_a_use_renews_a_claim_but_not_at_every_look(queue):
    made = f.act(queue, claim.claim, tasks(queue)[0])
    assert not claim.is_due_for_renewal(made, "anna", queue.now())
    assert claim.is_due_for_renewal(made, "anna", queue.now() + claim.RENEW_AFTER + timedelta(seconds=60))
    assert not claim.is_due_for_renewal(made, "bert", queue.now() + claim.RENEW_AFTER * 2)


def test_what_was_handed_over_stays_and_is_found_by_its_new_holder(queue, monkeypatch):
    task = tasks(queue)[0]
    f.act(queue, claim.hand_over, task, "bert", "your supplier")
    monkeypatch.setattr(queue, "_clock", f.Clock(queue.now() + timedelta(days=3)))
    with pytest.raises(TaskHeldError):
        f.act(queue, claim.claim, task)
    page = f.read(queue, review.list_tasks, narrow=Narrow(holder="me"), actor=f.OTHER_STEWARD)
    assert [(line.task_id, line.holder, line.lease_until) for line in page.lines] == [(task, "bert", None)]


def test_a_task_is_handed_only_to_who_may_decide_it(queue):
    task = tasks(queue)[0]
    for login, error in (("nobody", UnknownUserError), ("gina", InvalidInputError)):
        with pytest.raises(error):
            f.act(queue, claim.hand_over, task, login, "yours")
    with pytest.raises(InvalidInputError):
        f.act(queue, claim.hand_over, task, "bert", " ")


def test_unsure_lets_the_task_go(queue):
    task = tasks(queue)[0]
    f.act(queue, claim.claim, task)
    f.act(queue, review.decide, task, Verdict.UNSURE, "ask the source")
    assert f.act(queue, claim.claim, task, actor=f.OTHER_STEWARD).holder == "bert"


def test_a_decided_task_is_held_by_nobody_and_not_claimed(queue):
    task = tasks(queue)[0]
    f.act(queue, claim.claim, task)
    made = f.act(queue, review.decide, task, Verdict.MATCH, "same")
    assert f.read(queue, claim.holding, task) is None
    with pytest.raises(TaskNotOpenError):
        f.act(queue, claim.claim, task)
    with pytest.raises(UnknownTaskError):
        f.act(queue, claim.claim, 2**62)
    f.act(queue, decision.undo, made.decision_id, "a slip")
    assert_holds(queue)


def test_a_claim_leaves_an_audit_entry_and_an_event(queue):
    task = tasks(queue)[0]
    f.act(queue, claim.claim, task)
    f.act(queue, claim.release, task)
    kinds = f.sql(
        queue, f"select type from event where subject = '{task}' and type like 'task.%' order by seq"
    )
    assert [row.type for row in kinds][-2:] == ["task.claimed", "task.released"]
    rows = f.sql(
        queue, "select operation, actor from audit_event where table_name = 'task_holder' order by id"
    )
    assert [tuple(row) for row in rows] == [("insert", "anna"), ("delete", "anna")]


def test_who_may_not_decide_claims_nothing(queue):
    with pytest.raises(ForbiddenError):
        f.act(queue, claim.claim, tasks(queue)[0], actor=f.GOVERNANCE)


def test_a_number_no_task_has_is_unknown_to_every_use_of_it(queue):
    for task_id in (0, -1, 2**63, 10**30):
        for use in (claim.claim, claim.release):
            with pytest.raises(UnknownTaskError):
                f.act(queue, use, task_id)
        assert f.act(queue, claim.place_of, task_id, "value") is None


def test_who_claims_while_a_task_is_handed_over_keeps_it(queue, monkeypatch):
    """A lease that begins between the look and the hand-over is not overwritten (PostgreSQL writes in parallel)."""
    if queue.database.is_sqlite:
        pytest.skip("one writer at a time")
    task_id = tasks(queue)[0]
    look = claim.require_free

    def somebody_is_faster(uow, task_id):
        look(uow, task_id)
        monkeypatch.undo()
        f.act(queue, claim.claim, task_id, actor=f.OTHER_STEWARD)

    monkeypatch.setattr(claim, "require_free", somebody_is_faster)
    with pytest.raises(TaskHeldError):
        f.act(queue, claim.hand_over, task_id, "anna", "please look")
    with queue.reading(f.SYSTEM) as uow:
        assert claim.holding(uow, task_id).holder == claim.person_of(f.OTHER_STEWARD.name)


def test_what_one_was_unsure_of_comes_last_for_oneself_only(queue):
    first = take_next(queue, f.STEWARD)
    outcome = f.act(queue, review.decide, first, Verdict.UNSURE, "cannot tell")
    assert outcome.next_task_id != first
    following = take_next(queue, f.STEWARD)
    assert following != first
    f.act(queue, claim.release, following)
    assert take_next(queue, f.OTHER_STEWARD) == first
    f.act(queue, claim.release, first, actor=f.OTHER_STEWARD)
    for task in tasks(queue):
        if task != first:
            f.act(queue, review.decide, task, Verdict.NON_MATCH, "other")
    assert take_next(queue, f.STEWARD) == first, "nothing else is left"


def test_a_doubt_taken_back_is_given_out_as_before(queue):
    first = take_next(queue, f.STEWARD)
    decided = f.act(queue, review.decide, first, Verdict.UNSURE, "cannot tell")
    f.act(queue, decision.undo, decided.decision_id, "a slip")
    assert take_next(queue, f.STEWARD) == first
