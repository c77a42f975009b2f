"""Getting in and out: log-in, invitation, log-out, and the language people choose."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from mdm.domain.access import system_actor
from mdm.services import access
from mdm.services.hub import Hub
from stewardship_ui.door import safe_path


def test_a_wrong_password_is_refused_without_saying_what_was_wrong(
    post: Callable[..., TestResponse],
    browse: Callable[..., FlaskClient],
) -> None:
    for login in ("steward", "nobody"):
        answer = post(browse(), "/login", "/login", login=login, password="wrong but long enough")
        assert answer.status_code == 401
        assert "Login or password is wrong" in answer.text


def test_the_log_in_leads_back_to_the_page_that_was_wanted(
    post: Callable[..., TestResponse], password: str, browse: Callable[..., FlaskClient]
) -> None:
    client = browse()
    wanted = client.get("/search?entity=supplier").location
    answer = post(
        client, wanted, "/login", login="steward", password=password, next="/search?entity=supplier"
    )
    assert answer.location == "/search?entity=supplier"


@pytest.mark.parametrize(
    "path", ["https://elsewhere.example", "//elsewhere.example", "/\\elsewhere.example", "/\t/x", "", None]
)
def test_an_address_from_a_form_never_leads_to_another_host(path: str | None) -> None:
    assert safe_path(path) is None


def test_the_cookie_of_the_session_is_closed_to_scripts_and_bound_to_https(
    browse: Callable[..., FlaskClient], password: str
) -> None:
    for base, name in (("http://localhost", "mdm="), ("https://localhost", "__Host-mdm=")):
        client = browse()
        token = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/login", base_url=base).text)
        assert token
        sent = {"csrf_token": token[1], "login": "steward", "password": password}
        answer = client.post("/login", base_url=base, data=sent, headers={"Referer": f"{base}/login"})
        cookie = next(each for each in answer.headers.getlist("Set-Cookie") if each.startswith(name))
        assert "HttpOnly" in cookie
        assert "SameSite=Lax" in cookie
        assert ("Secure" in cookie) is base.startswith("https")


def test_after_the_log_out_the_old_cookie_opens_nothing(
    post: Callable[..., TestResponse], steward: FlaskClient
) -> None:
    cookie = steward.get_cookie("mdm")
    assert cookie
    assert post(steward, "/review", "/logout").status_code == 303
    steward.set_cookie("mdm", cookie.value)
    assert steward.get("/review").status_code == 302


def test_an_invitation_sets_the_password_and_logs_in_once(
    post: Callable[..., TestResponse], password: str, browse: Callable[..., FlaskClient], stocked_hub: Hub
) -> None:
    with stocked_hub.unit_of_work(system_actor("cli:test"), "a person joins") as uow:
        path = f"/invitation/{access.add_user(uow, 'li.na', ['steward'], '李娜').token}"
    client = browse()
    assert post(client, path, path, password="short", again="short").status_code == 422
    assert post(client, path, path, password=password, again=password + "!").status_code == 422
    assert post(client, path, path, password=password, again=password).status_code == 303
    assert "李娜" in client.get("/review").text
    assert post(browse(), path, path, password=password, again=password).status_code == 401


def test_the_language_is_switched_in_place_and_kept_with_the_account(
    post: Callable[..., TestResponse], browse: Callable[..., FlaskClient], steward: FlaskClient
) -> None:
    answer = post(steward, "/review?q=E-3", "/language", language="zh", next="/review?q=E-3")
    assert answer.location == "/review?q=E-3"
    assert "复核队列" in steward.get("/review?lang=en").text  # the person's choice comes before the address
    assert "复核队列" in browse("steward", "en").get("/review").text


def test_the_address_chooses_the_language_before_the_browser_does(browse: Callable[..., FlaskClient]) -> None:
    assert "登录名" in browse("", "en").get("/login?lang=zh").text
    assert "登录名" in browse("", "zh-TW,zh;q=0.9").get("/login").text
    assert "Password" in browse("", "de").get("/login").text
