"""The page of aliases that verdicts show."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from mdm.domain.access import Actor, ActorKind, Role, system_actor
from mdm.domain.code_list import CodeEdit
from mdm.services import access, change, session
from mdm.services.hub import Hub

STEWARD = Actor("li.na", ActorKind.USER, frozenset({Role.STEWARD}))


@pytest.fixture
def governor(app: Flask, stocked_hub: Hub) -> FlaskClient:
    """The browser of a person who may approve."""
    with stocked_hub.unit_of_work(system_actor("cli:test"), "a person joins") as uow:
        user = access.add_user(uow, "gina", ["governance"]).user
    browser = app.test_client()
    browser.set_cookie("mdm", session.open_session(stocked_hub, access.user_actor(user)))
    return browser


@pytest.fixture
def alias_ids(stocked_hub: Hub, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Two aliases that a steward's verdicts show."""
    monkeypatch.setattr(change, "is_in_doubt", lambda uow, found: False)
    made = []
    for zh, en in (("蓝鲸", "bluewhale"), ("白鹭", "egret & <co>")):
        with stocked_hub.unit_of_work(STEWARD, "a verdict") as uow:
            made.append(change.propose_alias(uow, CodeEdit(zh, zh, None, add=(en,)), "D") or "")
    return made


def send(browser: FlaskClient, **fields: object) -> TestResponse:
    csrf = re.search(r'name="csrf_token" value="([^"]+)"', browser.get("/changes/aliases").text)[1]
    return browser.post("/changes/aliases?lang=en", data={"csrf_token": csrf, **fields})


def test_aliases_are_chosen_and_put_in_force_together(
    governor: FlaskClient, stocked_hub: Hub, alias_ids: list[str]
) -> None:
    shown = governor.get("/changes/aliases?lang=en").text
    assert "egret &amp; &lt;co&gt;" in shown
    assert send(governor, reason="seen").status_code == 422
    assert send(governor, change_id=alias_ids, reason=" ").status_code == 422
    assert send(governor, change_id=["01NOBODY"], reason="seen").status_code == 404
    made = send(governor, change_id=alias_ids, reason="seen both")
    assert made.status_code == 303
    after = governor.get("/changes/aliases?lang=en").text
    assert "蓝鲸 = bluewhale: in force" in after
    assert "No alias waits" in after
    with stocked_hub.reading(system_actor("cli:test")) as uow:
        assert {each.code for each in uow.hub.dictionary.code_list("trade_names").entries} == {"蓝鲸", "白鹭"}


def test_a_steward_sees_them_and_approves_none(
    browse: Callable[..., FlaskClient], alias_ids: list[str]
) -> None:
    browser = browse("steward", "zh")
    shown = browser.get("/changes/aliases").text
    assert "别名" in shown
    assert "批准并生效" not in shown
    csrf = re.search(r'name="csrf_token" value="([^"]+)"', shown)[1]
    data = {"csrf_token": csrf, "change_id": alias_ids, "reason": "mine"}
    assert browser.post("/changes/aliases", data=data).status_code == 403
    assert 'href="/changes/aliases"' in browser.get("/changes").text
