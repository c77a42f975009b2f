"""A match across a regulated veto on the pages: proposed by one steward, confirmed or rejected by another."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from mdm.domain.access import system_actor
from mdm.domain.rules import Veto, missing
from mdm.services import review
from mdm.services.hub import Hub

LAW = Veto(
    "law", missing("grams"), "two firms by law", "依法为两家企业", "clause 9", hard=False, regulated=True
)


@pytest.fixture
def task_id(stocked_hub: Hub) -> int:
    """A pair of which one has no Chinese name, under rules that forbid such a match by law."""
    rules = stocked_hub.rules["supplier"]
    stocked_hub.rules = {**stocked_hub.rules, "supplier": replace(rules, vetoes=(LAW,))}
    with stocked_hub.reading(system_actor("cli:test")) as uow:
        lines = review.list_tasks(uow).lines
    return next(line.task_id for line in lines if {line.left_id, line.right_id} == {"E-3", "Q-3"})


@pytest.fixture
def proposed(post: Callable[..., TestResponse], steward: FlaskClient, task_id: int) -> str:
    """The address of the page of the pair, after a steward has proposed the match."""
    page = f"/review/{task_id}"
    text = steward.get(page).text
    assert "A match crosses a regulated veto" in text
    assert "clause 9" in text
    answer = post(steward, page, page, verdict="match", reason="the register says so")
    assert answer.location != page  # on to the next
    return page


def form(text: str) -> str:
    found = re.search(r'action="(/proposals/\w+)"', text)
    assert found
    return found[1]


def status(hub: Hub, task_id: int) -> str:
    with hub.reading(system_actor("cli:test")) as uow:
        return review.get_task(uow, task_id).line.status


def test_the_proposer_sees_it_wait_and_cannot_confirm(
    post: Callable[..., TestResponse], steward: FlaskClient, proposed: str, stocked_hub: Hub, task_id: int
) -> None:
    text = steward.get(proposed).text
    assert "Waits for a second person" in text
    assert "the register says so" in text
    assert "Confirm the match" not in text
    assert 'name="verdict"' not in text
    refused = post(steward, proposed, form(text), answer="confirm", reason="me again")
    assert refused.status_code == 403
    assert status(stocked_hub, task_id) == "open"


@pytest.mark.parametrize("where", ["pair", "decisions"])
def test_another_steward_confirms(
    post: Callable[..., TestResponse],
    browse: Callable[..., FlaskClient],
    proposed: str,
    stocked_hub: Hub,
    task_id: int,
    where: str,
) -> None:
    second = browse("second")
    page = proposed if where == "pair" else "/decisions"
    text = second.get(page).text
    assert "two firms by law" in text
    assert post(second, page, form(text), answer="confirm", reason="seen both").status_code == 303
    assert status(stocked_hub, task_id) == "decided"
    listed = second.get("/decisions").text
    assert "Waits for a second person" not in listed
    assert "proposed by" in listed


def test_a_rejected_proposal_gives_the_verdict_back(
    post: Callable[..., TestResponse], browse: Callable[..., FlaskClient], proposed: str
) -> None:
    second = browse("second", "zh")
    text = second.get(proposed).text
    assert "等待第二人确认" in text
    assert "依法为两家企业" in text
    assert post(second, proposed, form(text), answer="reject", reason="不同").status_code == 303
    assert 'name="verdict"' in second.get(proposed).text


def test_an_answer_without_a_reason_is_refused(
    post: Callable[..., TestResponse], browse: Callable[..., FlaskClient], proposed: str
) -> None:
    second = browse("second")
    text = second.get(proposed).text
    assert post(second, proposed, form(text), answer="confirm", reason=" ").status_code == 422
    assert post(second, proposed, "/proposals/NONE", answer="confirm", reason="x").status_code == 404


def test_an_auditor_sees_it_and_has_no_form(browse: Callable[..., FlaskClient], proposed: str) -> None:
    text = browse("auditor").get(proposed).text
    assert "Waits for a second person" in text
    assert "/proposals/" not in text
