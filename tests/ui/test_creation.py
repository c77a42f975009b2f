"""Search before create on a page: the answer first, then the record."""

from __future__ import annotations

import re
from collections.abc import Callable

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

Post = Callable[..., TestResponse]
PAGE = "/create/supplier"


def searched(text: str) -> str:
    found = re.search(r'name="searched" value="(\w+)"', text)
    assert found
    return found[1]


def seen(text: str) -> str:
    found = re.search(r'name="seen" value="([^"]*)"', text)
    assert found
    return found[1]


def test_what_the_hub_has_is_told_with_the_reason(steward: FlaskClient, post: Post) -> None:
    text = post(steward, PAGE, PAGE, legal_name="苏州恒瑞精密机械有限公司", duns="150483782").text
    assert "The hub has this already" in text
    assert "SUP-" in text
    assert "What would make it really new" in text


def test_a_record_is_created_only_from_what_was_searched(steward: FlaskClient, post: Post) -> None:
    fields = {"legal_name": "常州新飞轴承有限公司", "phone": "0519-85551234"}
    shown = post(steward, PAGE, PAGE, **fields)
    assert "nothing like it" in shown.text
    mark = searched(shown.text)
    for wrong in (
        {"searched": "0"},
        {"searched": mark, "reason": " "},
        {"searched": mark, "reason": "new", "legal_name": "另一家有限公司"},
    ):
        assert post(steward, PAGE, PAGE, step="create", **{**fields, **wrong}).status_code == 422
    done = post(steward, PAGE, PAGE, step="create", searched=mark, reason="quote of today", **fields)
    assert done.status_code == 303
    page = steward.get(done.location).text
    assert "The record was created." in page
    assert "IN_HOUSE" in page
    undo = re.search(r'action="(/decisions/\w+/undo)"', page)
    assert undo
    assert post(steward, "/about", undo[1], task="").status_code == 303
    assert "retired" in steward.get(done.location).text


def test_over_a_find_it_takes_a_tick(steward: FlaskClient, post: Post) -> None:
    fields = {"legal_name": "苏州恒瑞精密机械有限公司", "duns": "150483782"}
    text = post(steward, PAGE, PAGE, **fields).text
    sent = {**fields, "step": "create", "searched": searched(text), "seen": seen(text), "reason": "a branch"}
    assert post(steward, PAGE, PAGE, **sent).status_code == 422
    assert post(steward, PAGE, PAGE, none_of_these="1", **sent).status_code == 303


def test_who_may_not_search_does_not_get_the_page(browse: Callable[..., FlaskClient]) -> None:
    assert browse("auditor").get(PAGE).status_code == 403
    assert 'value="create"' not in browse("governance").get(PAGE).text


def test_a_form_that_is_sent_twice_creates_once(steward: FlaskClient, post: Post) -> None:
    fields = {"legal_name": "苏州恒瑞精密机械有限公司", "duns": "150483782"}
    text = post(steward, PAGE, PAGE, **fields).text
    sent = {**fields, "step": "create", "searched": searched(text), "seen": seen(text), "reason": "a branch"}
    form = re.search(r'name="form_id" value="(\w{26})"', text)
    assert form
    sent["form_id"] = form[1]
    assert post(steward, PAGE, PAGE, none_of_these="1", **sent).status_code == 303
    again = post(steward, PAGE, PAGE, none_of_these="1", **sent)
    assert again.status_code == 409
    assert "The form was sent before" in again.text
    assert post(steward, PAGE, PAGE, none_of_these="1", **{**sent, "form_id": "x"}).status_code == 422
