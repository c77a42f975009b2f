"""The page that answers why, or why not, and the ties on the page of a golden record."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from mdm.domain.access import system_actor
from mdm.services import review, xref
from mdm.services.hub import Hub

ASKED = "/explain?entity=supplier&left={}&right={}"


@pytest.mark.parametrize(
    ("language", "told"),
    [("en", "They were never compared: they share no key."), ("zh", "两者从未比较：没有共同的键。")],
)
def test_two_records_that_never_met_are_answered_with_the_keys_of_each(
    browse: Callable[..., FlaskClient], language: str, told: str
) -> None:
    text = browse("steward", language).get(ASKED.format("ERP1:E-1", "ERP1:E-4")).text
    assert told in text
    assert "phone.last8:62551234" in text
    assert "phone.last8:26771234" in text


def test_an_open_question_links_to_its_task(steward: FlaskClient, task_ids: list[int]) -> None:
    text = steward.get(ASKED.format("ERP1:E-1", "QMS1:Q-1")).text
    assert any(f'href="/review/{task_id}"' in text for task_id in task_ids)
    assert '<td class="draw"><svg' in text


def test_a_verdict_is_quoted_on_both_pages(
    steward: FlaskClient, stocked_hub: Hub, task_ids: list[int]
) -> None:
    actor = system_actor("cli:test")
    with stocked_hub.reading(actor) as uow:
        task = next(t for t in (review.get_task(uow, i) for i in task_ids) if t.left.source_id == "E-1")
    with stocked_hub.unit_of_work(actor, "a verdict") as uow:
        review.decide(uow, task.line.task_id, "match", "one firm, says the register")
    with stocked_hub.reading(actor) as uow:
        golden_id = xref.look_up(uow, "supplier", "ERP1", "E-1").golden_id
    for path in (ASKED.format("ERP1:E-1", "QMS1:Q-1"), f"/golden/supplier/{golden_id}"):
        text = steward.get(path).text
        assert "one firm, says the register" in text
        assert "cli:test" in text


@pytest.mark.parametrize("left", ["ERP1:nobody", "SUP-0", "nonsense", "<script>:1"])
def test_what_is_not_known_is_told(steward: FlaskClient, left: str) -> None:
    answer = steward.get(ASKED.format(left, "ERP1:E-1"))
    assert answer.status_code == 404
    assert 'role="alert"' in answer.text
    assert "<script>:1" not in answer.text


def test_who_may_not_read_data_gets_no_answer(browse: Callable[..., FlaskClient]) -> None:
    assert browse("admin").get(ASKED.format("ERP1:E-1", "QMS1:Q-1")).status_code == 403


def test_keys_are_named_by_attributes_and_both_probabilities_by_what_they_are_of(
    browse: Callable[..., FlaskClient],
) -> None:
    asked = ASKED.format("ERP1:E-1", "QMS1:Q-1")
    zh = browse("steward", "zh").get(asked).text
    assert re.search(r'<th scope="row">邓白氏码、[^<]*电话[^<]*</th>', zh)
    en = browse("steward", "en").get(asked).text
    assert "Of all pairs of this weight" in en
    assert "that is what the queue shows" in en
    never = browse("steward", "en").get(ASKED.format("ERP1:E-1", "ERP1:E-4")).text
    assert "that is what the queue shows" not in never


def test_a_name_that_is_none_is_answered_with_the_form_of_one(steward: FlaskClient) -> None:
    assert "SAP_ECC:100234" in steward.get(ASKED.format("bad", "ERP1:E-1")).text
