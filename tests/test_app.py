"""The application as a whole: what is public, headers, health, limits, logs."""

from __future__ import annotations

import re

import pytest

from mdm.app import PUBLIC, create_app
from mdm.domain.access import system_actor
from mdm.services import access, setup, source

ELSEWHERE = {"REMOTE_ADDR": "203.0.113.9"}


@pytest.fixture
def app(hub):
    made = create_app(hub)
    made.testing = True
    return made


@pytest.fixture
def web(app):
    return app.test_client()


def filled(rule):
    """An address of this rule, with something in every gap."""
    return re.sub(r"<(?:([^:<>]+):)?[^<>]+>", lambda gap: "1" if gap.group(1) == "int" else "x", rule.rule)


def test_every_route_off_the_public_list_is_closed_to_strangers(app):
    seen = set()
    for rule in app.url_map.iter_rules():
        if rule.endpoint in PUBLIC:
            seen.add(rule.endpoint)
            continue
        for method in rule.methods - {"HEAD", "OPTIONS"}:
            answer = app.test_client().open(filled(rule), method=method, environ_base=ELSEWHERE)
            to_login = answer.status_code in {302, 303} and "/login" in answer.headers["Location"]
            # 400: a form without the token of a session goes no further.
            refused = answer.status_code in {401, 403} or (method == "POST" and answer.status_code == 400)
            assert to_login or refused, (method, rule.rule, answer.status_code)
    assert seen == PUBLIC


def test_answers_forbid_the_browser_what_pages_do_not_need(web):
    headers = web.get("/login").headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cache-Control"] == "no-store"
    assert "Strict-Transport-Security" not in headers


def test_https_is_demanded_once_it_was_used(web):
    assert "max-age" in web.get("/login", base_url="https://hub").headers["Strict-Transport-Security"]


def test_every_answer_has_a_nonce_of_its_own(web):
    policies = {web.get("/login").headers["Content-Security-Policy"] for _ in range(3)}
    assert len(policies) == 3


def test_a_page_that_is_not_there_is_a_page_and_a_call_a_problem_document(web):
    assert (web.get("/nowhere").status_code, web.get("/nowhere").mimetype) == (404, "text/html")
    assert web.get("/api/v1/nowhere").mimetype == "application/problem+json"


def test_slashes_are_kept_as_they_are(web):
    assert web.get("/api//v1/openapi.json").status_code == 404


def test_the_hub_lives_and_is_ready(web):
    assert web.get("/livez").json == {"status": "alive"}
    assert web.get("/readyz").json == {"status": "ready"}


def test_a_hub_without_database_lives_but_is_not_ready(settings, scratch):
    (settings.home / "mdm.db").unlink()
    opened = setup.open_hub(settings)
    web = create_app(opened).test_client()
    assert web.get("/livez").status_code == 200
    assert web.get("/readyz").status_code == 503
    opened.close()


def test_metrics_count_by_route_and_not_by_address(web):
    web.get("/api/v1/xref/supplier/ERP1/secret-number")
    told = web.get("/metrics")
    assert told.status_code == 200
    assert 'route="/api/v1/xref/<entity>/<source>/<source_id:source_id>"' in told.text
    assert "secret-number" not in told.text


@pytest.mark.parametrize(
    "more", [{"environ_base": ELSEWHERE}, {"headers": {"X-Forwarded-For": "203.0.113.9"}}]
)
def test_metrics_are_for_the_machine_itself_or_a_token(web, hub, more):
    assert web.get("/metrics", **more).status_code == 401
    with hub.unit_of_work(system_actor("cli:test"), "test") as uow:
        source.add_source(uow, "ERP1", "ERP", "ERP")
        token = access.add_client(uow, "monitor", "ERP1", ["xref:read"]).token
    headers = {**more.get("headers", {}), "Authorization": f"Bearer {token}"}
    assert web.get("/metrics", headers=headers, environ_base=ELSEWHERE).status_code == 200


def test_guessing_passwords_is_slowed_down(hub, monkeypatch):
    monkeypatch.setattr("mdm.app.LOG_IN_LIMIT", "3 per minute")
    app = create_app(hub)
    web = app.test_client()
    app.config["WTF_CSRF_METHODS"] = set()  # a guesser fetches the form token; here it is left out
    answers = [web.post("/login", data={"login": "x", "password": "y"}).status_code for _ in range(4)]
    assert answers == [401, 401, 401, 429]
    assert web.get("/login").status_code == 200


def test_a_request_is_logged_by_its_route_without_personal_data(web, capsys):
    web.get("/invitation/secret-token")
    web.get("/api/v1/xref/supplier/ERP1/secret-number?as_of=secret")
    logged = capsys.readouterr()
    assert "request.answered" in logged.out + logged.err
    assert "secret" not in logged.out + logged.err


def test_a_flood_of_calls_is_slowed_down_before_anything_is_read(hub, monkeypatch):
    monkeypatch.setattr("mdm.app.API_LIMIT", "2 per minute")
    web = create_app(hub).test_client()
    answers = [web.get("/api/v1/xref/supplier/ERP1/1") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [401, 401, 429]
    assert answers[-1].json["status"] == 429
    assert web.get("/livez").status_code == 200
