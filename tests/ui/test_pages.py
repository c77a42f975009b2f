"""Every page: in both languages, for everybody, without foreign hosts, inline script or inline style."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import pytest
from flask import Flask
from flask.testing import FlaskClient

from mdm.domain.access import system_actor
from mdm.services import source
from mdm.services import xref as xrefs
from mdm.services.hub import Hub


@pytest.fixture
def pages(stocked_hub: Hub, task_ids: list[int]) -> list[str]:
    with stocked_hub.reading(system_actor("cli:test")) as uow:
        golden_id = xrefs.look_up(uow, "supplier", "ERP1", "E-1").golden_id
        load_id = source.list_loads(uow)[0].load_id
    return [
        "/review",
        "/review?entity=supplier&why=uncertain&q=" + quote("精密"),
        "/review?q=nothing-like-this",
        *(f"/review/{task_id}" for task_id in task_ids),
        "/search",
        "/search?entity=supplier&q=" + quote("恒瑞"),
        f"/golden/supplier/{golden_id}",
        f"/golden/supplier/{golden_id}?as_of=2099-01-01T00:00",
        "/sources",
        f"/loads/{load_id}",
        "/record?entity=supplier&system=QMS1&key=" + quote("Q/2 中"),
        "/decisions",
        "/explain",
        "/explain?entity=supplier&left=ERP1:E-1&right=QMS1:Q-1",
        "/explain?entity=supplier&left=ERP1:E-1&right=ERP1:E-4",
        "/about",
    ]


def test_there_is_a_queue_to_look_at(task_ids: list[int]) -> None:
    assert len(task_ids) == 3


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_page_speaks_the_language_that_was_asked_for(
    browse: Callable[..., FlaskClient], pages: list[str], language: str
) -> None:
    client = browse("steward", language)
    for path in pages:
        answer = client.get(path)
        assert answer.status_code == 200, path
        assert f'<html lang="{"zh-Hans" if language == "zh" else "en"}">' in answer.text, path
        assert ("退出登录" if language == "zh" else "Log out") in answer.text, path


def test_pages_load_nothing_from_other_hosts(steward: FlaskClient, pages: list[str]) -> None:
    for path in [*pages, "/login", "/invitation/x", "/no-such-page"]:
        text = steward.get(path, follow_redirects=True).text
        loaded = re.findall(r"(?:src|href|action|hx-get|hx-post|srcset)=[\"']?([^\"' >]+)", text)
        assert loaded
        assert [each for each in loaded if not re.match(r"/(?!/)|#|\?", each)] == [], path


def test_pages_hold_no_inline_script_style_or_handler(steward: FlaskClient, pages: list[str]) -> None:
    for path in [*pages, "/login", "/no-such-page"]:
        text = steward.get(path, follow_redirects=True).text
        assert re.findall(r"<script(?![^>]* src=)", text) == [], path
        assert "<style" not in text, path
        assert re.findall(r"<[^>]+ (?:style|on\w+|hx-on[^=]*)=", text) == [], path
        assert "javascript:" not in text, path


def test_scripts_and_styles_carry_their_hash(steward: FlaskClient) -> None:
    text = steward.get("/review").text
    tags = re.findall(r"<(?:script src|link rel=\"stylesheet\")[^>]*>", text)
    assert len(tags) == 4
    assert all('integrity="sha384-' in tag for tag in tags)


def test_values_of_sources_are_text_and_never_markup(steward: FlaskClient, pages: list[str]) -> None:
    shown = "".join(steward.get(path).text for path in pages)
    assert "<b>华泰" not in shown
    assert "<i>of the plant" not in shown
    assert "&lt;i&gt;of the plant" in shown


def test_every_form_that_changes_something_carries_the_token(steward: FlaskClient, pages: list[str]) -> None:
    for path in pages:
        forms = re.findall(r"<form[^>]*method=\"post\".*?</form>", steward.get(path).text, re.DOTALL)
        assert forms, path
        assert all('name="csrf_token"' in form for form in forms), path


def test_a_form_without_the_token_is_refused(steward: FlaskClient, task_ids: list[int]) -> None:
    sent = {"verdict": "match", "reason": "looks alike"}
    assert steward.post(f"/review/{task_ids[0]}", data=sent).status_code == 400
    assert steward.post("/logout").status_code == 400


def test_pages_send_people_who_are_not_logged_in_to_the_log_in(
    browse: Callable[..., FlaskClient], pages: list[str]
) -> None:
    stranger = browse()
    for path in pages:
        answer = stranger.get(path)
        assert answer.status_code == 302
        assert answer.location.startswith("/login?next=")


def test_an_unknown_address_is_told_on_a_page(steward: FlaskClient) -> None:
    for path, told in (
        ("/no-such-page", "There is no such page."),
        ("/review/999999", "There is no such review task."),
        ("/golden/supplier/SUP-1", "golden ID"),
        ("/golden/nothing/SUP-1", "There is no such page."),
        ("/loads/nothing", "There is no such load."),
    ):
        answer = steward.get(path)
        assert answer.status_code in {404, 422}, path
        assert told in answer.text or "does not fit" in answer.text, path
        assert "Log out" in answer.text, path


def test_a_role_that_may_not_look_is_told_so(browse: Callable[..., FlaskClient]) -> None:
    admin = browse("admin")
    assert admin.get("/", follow_redirects=True).request.path == "/sources"
    assert admin.get("/review").status_code == 403


def test_what_a_role_may_not_do_names_who_may_and_leads_back(steward: FlaskClient) -> None:
    came = {"Referer": "http://localhost/sources?entity=supplier"}
    told = steward.get("/imports", headers=came)
    assert told.status_code == 403
    assert "This is done by governance. Ask: governance" in told.text
    assert 'href="/sources?entity=supplier"' in told.text
    for elsewhere in ("http://elsewhere.example/sources", "http://localhost/imports", ""):
        text = steward.get("/imports", headers={"Referer": elsewhere}).text
        assert "Back to where you were" not in text, elsewhere


def test_who_may_not_decide_sees_no_buttons(browse: Callable[..., FlaskClient], task_ids: list[int]) -> None:
    page = browse("auditor").get(f"/review/{task_ids[0]}").text
    assert 'name="verdict"' not in page
    assert "Why the machine doubts" in page


def test_every_address_of_the_pages_stands_in_the_documentation(app: Flask) -> None:
    text = (Path(__file__).parents[2] / "docs" / "pages.md").read_text(encoding="utf-8")
    rules = [rule for rule in app.url_map.iter_rules() if rule.endpoint.startswith("ui.")]
    paths = {re.sub(r"<\w+:", "<", rule.rule) for rule in rules if rule.endpoint != "ui.static"}
    assert sorted(path for path in paths if f"`{path}`" not in text) == []


def test_two_chinese_characters_find_a_golden_record(steward: FlaskClient) -> None:
    assert "深圳市锐达科技有限公司" in steward.get("/search?entity=supplier&q=" + quote("锐达")).text


def test_a_source_key_leads_to_its_golden_record(steward: FlaskClient) -> None:
    found = steward.get("/look-up?entity=supplier&system=QMS1&key=" + quote("Q/2 中", safe=""))
    assert found.status_code == 302
    assert "/golden/supplier/SUP-" in found.location
    missing = steward.get("/look-up?entity=supplier&system=QMS1&key=nothing")
    assert missing.status_code == 404
    assert "No record with this key." in missing.text
