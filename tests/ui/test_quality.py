"""The page of measured quality, and what an audit task shows and hides."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from mdm.domain.access import system_actor
from mdm.services import intake, review, sample
from mdm.services.hub import Hub

SYSTEM = system_actor("cli:test")


@pytest.fixture
def audit_task(stocked_hub: Hub) -> int:
    """An open audit task on an automatic link."""
    same = {"legal_name": "宁波远航紧固件有限公司", "duns": "804735132", "phone": "0574-87650000"}
    for system in ("ERP1", "QMS1"):
        intake.put_record(stocked_hub, SYSTEM, "supplier", system, "twin", same)
    with stocked_hub.unit_of_work(SYSTEM, "draw") as uow:
        sample.draw(uow, "supplier", 1, 0)
    with stocked_hub.reading(SYSTEM) as uow:
        (line,) = review.list_tasks(uow, reason="audit").lines
    return line.task_id


def test_the_page_claims_nothing_before_verdicts_are_in(steward: FlaskClient) -> None:
    text = steward.get("/quality?entity=supplier").text
    assert "Not yet calibrated on your data: 0 of 200 verdicts are in." in text
    assert "not yet measured" in text
    assert "539 verdicts without an error state 99.5 %" in text
    assert "Draw 50 links" not in text  # a steward is measured with the machine, governance draws


def test_governance_draws_a_sample_and_lands_in_its_queue(
    browse: Callable[..., FlaskClient], post: Callable[..., TestResponse]
) -> None:
    governance = browse("governance")
    answer = post(governance, "/quality?entity=supplier", "/quality/supplier/sample")
    assert answer.status_code == 303
    assert answer.headers["Location"].endswith("why=audit")
    assert "Blind check" in governance.get(answer.headers["Location"]).text


def test_a_blind_task_shows_two_records_and_no_opinion(steward: FlaskClient, audit_task: int) -> None:
    page = steward.get(f"/review/{audit_task}").text
    assert "Drawn at random to measure the machine" in page
    for telling in ("Why the machine doubts", 'class="waterfall"', "/golden/supplier/", "bits", 'percent">9'):
        assert telling not in page, telling
    queue = steward.get("/review?why=audit").text
    assert "blind check" in queue


def test_a_verdict_on_a_blind_task_counts_and_then_the_opinion_shows(
    steward: FlaskClient, post: Callable[..., TestResponse], audit_task: int
) -> None:
    page = f"/review/{audit_task}"
    post(steward, page, page, verdict="match", reason="the same number", version="1")
    assert "Why the machine doubts" in steward.get(page).text
    text = steward.get("/quality?entity=supplier").text
    assert "1 of 1 drawn pairs are answered." in text
    assert "from 1 verdicts" in text


def test_the_page_speaks_chinese(browse: Callable[..., FlaskClient]) -> None:
    text = browse("steward", "zh").get("/quality?entity=supplier").text
    assert "匹配质量" in text
    assert "尚未按您的数据校准" in text


def test_each_figure_leads_to_its_pairs(
    steward: FlaskClient, post: Callable[..., TestResponse], audit_task: int
) -> None:
    page = f"/review/{audit_task}"
    post(steward, page, page, verdict="non-match", reason="two firms")
    path = "/quality/supplier/pairs/links"
    assert f'href="{path}"' in steward.get("/quality?entity=supplier").text
    assert f'href="{path}"' in steward.get("/dashboard?entity=supplier").text
    text = steward.get(path).text
    assert f'href="{page}"' in text
    assert "linked, but no match" in text
    assert "宁波远航紧固件有限公司" in steward.get(f"{path}?format=csv").data.decode("utf-8-sig")
    assert steward.get("/quality/supplier/pairs/nothing").status_code == 404
