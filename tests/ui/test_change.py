"""The pages of change requests and code lists."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from mdm.domain.access import Actor, ActorKind, Role, system_actor
from mdm.domain.code_list import CodeEdit
from mdm.services import access, change, session, whatif
from mdm.services.hub import Hub
from tests.ui.conftest import Post

GOVERNANCE = Actor("gina", ActorKind.USER, frozenset({Role.GOVERNANCE}), user_id="01GINA")


@pytest.fixture
def governor(app: Flask, stocked_hub: Hub) -> FlaskClient:
    """The browser of a person who may approve."""
    with stocked_hub.unit_of_work(system_actor("cli:test"), "a person joins") as uow:
        user = access.add_user(uow, "gina", ["governance"]).user
    browser = app.test_client()
    browser.set_cookie("mdm", session.open_session(stocked_hub, access.user_actor(user)))
    return browser


def proposed(hub: Hub, **limits: float) -> str:
    with hub.unit_of_work(
        Actor("li.na", ActorKind.USER, frozenset({Role.STEWARD})), "fewer questions"
    ) as uow:
        return change.propose_thresholds(uow, "supplier", limits, "fewer <b>questions</b>")


def press(browser: FlaskClient, page: str, path: str, **fields: str) -> TestResponse:
    csrf = re.search(r'name="csrf_token" value="([^"]+)"', browser.get(page).text)[1]
    return browser.post(path, data={"csrf_token": csrf, **fields})


def test_a_change_is_proposed_examined_approved_and_put_in_force_on_pages(
    steward: FlaskClient, governor: FlaskClient, stocked_hub: Hub
) -> None:
    made = press(steward, "/changes", "/changes", entity="supplier", link="8", reason="fewer questions")
    assert made.status_code == 303
    page = made.location
    assert "Not examined yet" in steward.get(f"{page}?lang=en").text
    assert press(steward, page, f"{page}/examine").status_code == 303
    shown = governor.get(f"{page}?lang=en").text
    assert "<del>9</del>" in shown
    assert "<ins>8</ins>" in shown
    assert press(governor, page, f"{page}/approve", reason="").status_code == 422
    assert press(governor, page, f"{page}/approve", reason="seen").status_code == 303
    assert press(governor, page, f"{page}/activate").status_code == 303
    assert "in force" in governor.get(f"{page}?lang=en").text
    with stocked_hub.reading(GOVERNANCE) as uow:
        assert uow.hub.rules["supplier"].thresholds[0].min_weight == 8.0


def test_a_stale_report_is_told_and_offers_no_approval(
    governor: FlaskClient, stocked_hub: Hub, post: Post, task_ids: list[int], steward: FlaskClient
) -> None:
    change_id = proposed(stocked_hub, link=8.0)
    whatif.examine(stocked_hub, GOVERNANCE, change_id)
    page = f"/changes/{change_id}"
    assert f"{page}/approve" in governor.get(page).text
    press(steward, f"/review/{task_ids[0]}", f"/review/{task_ids[0]}", verdict="match", reason="same")
    assert f"{page}/approve" not in governor.get(page).text
    answer = press(governor, page, f"{page}/approve", reason="late")
    assert answer.status_code == 409


def test_the_author_is_offered_no_decision(governor: FlaskClient) -> None:
    made = press(governor, "/changes", "/changes", entity="supplier", link="8", reason="mine")
    shown = governor.get(made.location).text
    assert f"{made.location}/approve" not in shown
    assert press(governor, made.location, f"{made.location}/reject", reason="mine").status_code == 403


@pytest.mark.parametrize("fields", [{"link": "warm"}, {"link": "9"}, {"review": "99"}, {}])
def test_a_proposal_that_does_not_fit_is_told_on_the_page(
    steward: FlaskClient, fields: dict[str, str]
) -> None:
    answer = press(steward, "/changes", "/changes", entity="supplier", reason="r", **fields)
    assert answer.status_code == 422
    assert 'class="fault"' in answer.text


def test_the_report_is_one_document_without_markup_of_others(steward: FlaskClient, stocked_hub: Hub) -> None:
    change_id = proposed(stocked_hub, link=-5.0)
    assert steward.get(f"/changes/{change_id}/report").status_code == 404
    whatif.examine(stocked_hub, GOVERNANCE, change_id)
    answer = steward.get(f"/changes/{change_id}/report")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert "fewer &lt;b&gt;questions" in answer.text
    assert "<b>华泰</b>" not in answer.text
    assert "src=" not in answer.text


def test_examples_stand_side_by_side_with_escaped_values(steward: FlaskClient, stocked_hub: Hub) -> None:
    change_id = proposed(stocked_hub, link=-5.0)
    whatif.examine(stocked_hub, GOVERNANCE, change_id)
    shown = steward.get(f"/changes/{change_id}?lang=en").text
    assert "Would become one" in shown
    assert "&lt;b&gt;华泰&lt;/b&gt;" in shown


def test_codes_are_searched_and_proposed(steward: FlaskClient, app: Flask) -> None:
    assert "colours" in steward.get("/dictionary/codes").text
    page = "/dictionary/codes/colours"
    assert steward.get("/dictionary/codes/nothings").status_code == 404
    assert "This list is empty" not in steward.get(f"{page}?lang=en").text
    assert "Nothing found" in steward.get(f"{page}?q=zzzz&lang=en").text
    assert press(steward, page, page, code="x", reason="").status_code == 422
    taken = press(steward, page, page, code="x", en="red", reason="r")
    assert taken.status_code == 422
    made = press(steward, page, page, code="xanthic", zh="试验黄", add="a\nb\n", reason="r")
    assert made.status_code == 303


def test_versions_name_the_change_they_came_from(steward: FlaskClient, stocked_hub: Hub) -> None:
    with stocked_hub.unit_of_work(Actor("li.na", ActorKind.USER, frozenset({Role.STEWARD})), "r") as uow:
        change_id = change.propose_code_list(uow, "colours", [CodeEdit("xanthic", en="xanthic")], "r")
    whatif.examine(stocked_hub, GOVERNANCE, change_id)
    with stocked_hub.unit_of_work(GOVERNANCE, "fine") as uow:
        change.approve(uow, change_id, "fine")
        change.activate(uow, change_id)
    shown = steward.get("/dictionary/codes/colours").text
    assert f"/changes/{change_id}" in shown
    assert "xanthic" in shown


def test_the_thresholds_in_force_stand_in_the_form_with_their_unit(steward: FlaskClient) -> None:
    shown = steward.get("/changes?entity=supplier&lang=en").text
    assert re.search(r'Link from this match weight on \(bits\)<input name="link"[^>]* value="9\.0"', shown)
    assert re.search(r'Ask from this match weight on \(bits\)<input name="review"[^>]* value="-6\.0"', shown)


def test_approving_what_nobody_examined_says_so_and_offers_the_step(
    governor: FlaskClient, stocked_hub: Hub
) -> None:
    page = f"/changes/{proposed(stocked_hub, link=8.0)}"
    assert "Examine it first" in governor.get(f"{page}?lang=en").text
    answer = press(governor, page, f"{page}/approve?lang=en", reason="looks fine")
    assert answer.status_code == 409
    assert "Nobody has examined this change yet" in answer.text
    assert "moved on" not in answer.text
    assert f'action="{page}/examine"' in answer.text


def test_the_page_calls_records_rules_and_codes_by_their_names(
    browse: Callable[..., FlaskClient], stocked_hub: Hub
) -> None:
    change_id = proposed(stocked_hub, link=-5.0)
    whatif.examine(stocked_hub, GOVERNANCE, change_id)
    zh = browse("steward", "zh").get(f"/changes/{change_id}").text
    assert '<span class="about">链接</span>' in zh
    assert re.search(r'<th scope="col"><span( lang="[^"]+")?>[^<]+</span> <span class="source">', zh)
    assert "记录对有三种计法" in zh
    en = browse("steward", "en").get(f"/changes/{change_id}").text
    assert '<span class="about">link</span>' in en
    codes = browse("steward", "zh").get("/dictionary/codes").text
    assert "工程技术" in codes
    assert ">engineering<" not in codes
    assert "ERP（资源计划）" in browse("steward", "zh").get("/sources").text


def test_the_report_to_print_speaks_both_languages(steward: FlaskClient, stocked_hub: Hub) -> None:
    change_id = proposed(stocked_hub, link=-5.0)
    whatif.examine(stocked_hub, GOVERNANCE, change_id)
    text = steward.get(f"/changes/{change_id}/report").text
    for words in (
        "变更申请 Change",
        "阈值 thresholds",
        "已评估 examined",
        "供应商 Supplier",
        "链接 link",
        "合并 would become one",
    ):
        assert words in text
    assert "legal_name" not in text
