"""Change requests: one way to walk, two pairs of eyes, a report for exactly the present state."""

from __future__ import annotations

from itertools import product

import pytest

from mdm.domain.change import (
    STEPS,
    Change,
    ChangeKind,
    ChangeState,
    Step,
    canonical,
    check_basis,
    check_decider,
    check_report,
    fingerprint_of,
    person_of,
    take,
)
from mdm.domain.errors import ChangeStateError, FourEyesError, StaleReportError


def made(state: ChangeState = ChangeState.PROPOSED, **more: object) -> Change:
    fields = {
        "change_id": "C",
        "entity": "widget",
        "kind": ChangeKind.MODEL,
        "content": {},
        "fingerprint": "",
    }
    fields |= {"reason": "r", "author": "anna", "created_at": "", "version": 1}
    return Change(**fields | {"state": state} | more)


@pytest.mark.parametrize(("state", "step"), [*product(ChangeState, Step)])
def test_a_step_is_taken_where_the_table_says_so_and_nowhere_else(state, step):
    allowed, then = STEPS[step]
    if state in allowed:
        assert take(made(state), step) is then
    else:
        with pytest.raises(ChangeStateError) as caught:
            take(made(state), step)
        assert caught.value.details["state"] == state


def test_what_has_ended_never_moves_again():
    ended = {ChangeState.REJECTED, ChangeState.ACTIVATED, ChangeState.WITHDRAWN}
    assert all(not made(state).is_open for state in ended)
    assert all(not allowed & ended for allowed, _ in STEPS.values())


@pytest.mark.parametrize(
    "actor", ["anna", "Anna", "cli:anna", "cli:ANNA", "ａｎｎａ", "ＡＮＮＡ", "Cli:anna"]
)
def test_nobody_decides_their_own_change_not_even_from_the_command_line(actor):
    with pytest.raises(FourEyesError):
        check_decider(made(), person_of(actor), person_of("anna"))
    with pytest.raises(FourEyesError):
        check_decider(made(author=actor), person_of("anna"), person_of(actor))
    check_decider(made(), person_of("bert"), person_of("anna"))


def test_a_job_is_nobody_else_than_itself():
    assert person_of("job:learn") == "job:learn"


def test_an_approval_needs_a_report_on_the_present_state():
    for stale in (made(), made(report_hash="R", examined_state="old")):
        with pytest.raises(StaleReportError):
            check_report(stale, "now")
    check_report(made(report_hash="R", examined_state="now"), "now")


def test_coming_into_force_needs_the_rules_that_the_report_was_made_against():
    with pytest.raises(StaleReportError):
        check_basis(made(basis="old"), "now")
    check_basis(made(basis="now"), "now")


def test_the_same_content_has_the_same_fingerprint_in_any_order():
    assert canonical({"b": 1, "a": "字"}) == canonical({"a": "字", "b": 1}) == '{"a":"字","b":1}'
    assert fingerprint_of(canonical({"a": 1})) != fingerprint_of(canonical({"a": 2}))
