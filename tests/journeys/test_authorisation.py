"""Who may do what, walked over every route with every kind of caller; and secrets, looked for everywhere."""

from __future__ import annotations

import json
import re
import shutil
from datetime import UTC, datetime
from uuid import uuid4

import pytest

from mdm.config import load_settings
from mdm.domain.access import SCOPE_PERMISSIONS, Permission, Role, may, system_actor
from mdm.services import access, audit, event, export, golden, review, setup, xref
from tests import factories as f
from tests import hostile as h

CALLS = {
    "xref.look_up": {"xref:read"},
    "xref.look_up_many": {"xref:read"},
    "records.read": {"records:read", "records:write"},
    "records.put": {"records:write"},
    "records.retire": {"records:write"},
    "match.search": {"match:search", "records:create"},
    "creation.create": {"records:create"},
    "golden.search": {"golden:read", "golden:decide"},
    "golden.read": {"golden:read", "golden:decide"},
    "golden.history": {"golden:read", "golden:decide"},
    "lineage.read_lineage": {"golden:read", "golden:decide"},
    "lineage.read_related": {"golden:read", "golden:decide"},
    "lineage.read_comments": {"golden:read", "golden:decide"},
    "lineage.write_comment": {"golden:decide"},
    "golden.merge": {"golden:decide"},
    "golden.unmerge": {"golden:decide"},
    "golden.split": {"golden:decide"},
    "golden.move": {"golden:decide"},
    "golden.retire": {"golden:decide"},
    "golden.override": {"golden:decide"},
    "tasks.list_tasks": {"tasks:read", "tasks:decide"},
    "tasks.read_task": {"tasks:read", "tasks:decide"},
    "tasks.decide": {"tasks:decide"},
    "claims.facets": {"tasks:read", "tasks:decide"},
    "claims.take_next": {"tasks:decide"},
    "claims.take": {"tasks:decide"},
    "claims.release": {"tasks:decide"},
    "claims.hand_over": {"tasks:decide"},
    "claims.list_comments": {"tasks:read", "tasks:decide"},
    "claims.add_comment": {"tasks:decide"},
    "claims.preview_alike": {"tasks:read", "tasks:decide"},
    "claims.decide_alike": {"tasks:decide"},
    "tasks.list_decisions": {"tasks:read", "tasks:decide"},
    "tasks.list_proposals": {"tasks:read", "tasks:decide"},
    "tasks.withdraw": {"tasks:decide", "golden:decide"},
    "reasons.explain": {"tasks:read", "tasks:decide", "golden:read", "golden:decide"},
    "reasons.evidence": {"tasks:read", "tasks:decide"},
    "tasks.undo": {"golden:decide"},  # the decision of this siege is a merge
    "changes.changes": {"changes:read"},
    "audit.entries": {"audit:read"},
    "dossier.read": set(),  # asks for four scopes at once
    "quality.read": {"quality:read", "quality:sample"},
    "quality.read_pairs": {"quality:read", "quality:sample"},
    "quality.read_dashboard": {"quality:read", "quality:sample"},
    "quality.draw": {"quality:sample"},
    "quality.recalibrate": {"matching:propose"},
    "quality.retrain": {"matching:propose"},
    "change_requests.list_changes": {"matching:read", "matching:propose"},
    "change_requests.propose": {"matching:propose"},
    "change_requests.read": {"matching:read", "matching:propose"},
    "change_requests.read_report": {"matching:read", "matching:propose"},
    "change_requests.examine": {"matching:propose"},
    "change_requests.withdraw": {"matching:propose"},
    "uploads.receive": {"loads:write"},
    "uploads.list_uploads": {"loads:read", "loads:write"},
    "uploads.read_upload": {"loads:read", "loads:write"},
    "uploads.read_mapping": {"loads:read", "loads:write"},
    "uploads.preview": {"loads:read", "loads:write"},
    "uploads.start": {"loads:write"},
    "uploads.list_loads": {"loads:read", "loads:write"},
    "uploads.read_load": {"loads:read", "loads:write"},
    "uploads.read_rejects": {"loads:read", "loads:write"},
    "uploads.undo": {"loads:write"},
    "uploads.read_template": {"loads:read", "loads:write", "matching:read", "matching:propose"},
    "code_lists.list_aliases": {"matching:read", "matching:propose"},
    "code_lists.list_code_lists": {"matching:read", "matching:propose", "loads:read", "loads:write"},
    "code_lists.read": {"matching:read", "matching:propose", "loads:read", "loads:write"},
    "code_lists.propose": {"matching:propose"},
}
"""Endpoint -> scopes of which each alone opens it."""

PAGES = {
    "ui.review.queue": Permission.REVIEW_READ,
    "ui.review.compare": Permission.REVIEW_READ,
    "ui.review.decide": Permission.REVIEW_DECIDE,
    "ui.review.decisions": Permission.REVIEW_READ,
    "ui.review.decision": Permission.REVIEW_READ,
    "ui.review.undo": Permission.REVIEW_DECIDE,
    "ui.review.second": Permission.REVIEW_DECIDE,
    "ui.claim.take_next": Permission.REVIEW_DECIDE,
    "ui.claim.take": Permission.REVIEW_DECIDE,
    "ui.claim.release": Permission.REVIEW_DECIDE,
    "ui.claim.hand_over": Permission.REVIEW_DECIDE,
    "ui.comment.add": Permission.REVIEW_DECIDE,
    "ui.bulk.preview": Permission.REVIEW_READ,
    "ui.bulk.decide": Permission.REVIEW_DECIDE,
    "ui.view.save": Permission.REVIEW_READ,
    "ui.view.remove": Permission.REVIEW_READ,
    "ui.reason.explain": Permission.GOLDEN_READ,
    "ui.audit.show": Permission.AUDIT_READ,
    "ui.audit.golden_dossier": Permission.AUDIT_READ,
    "ui.audit.download": Permission.AUDIT_READ,
    "ui.audit.review": Permission.AUDIT_REVIEW,
    "ui.golden.show": Permission.GOLDEN_READ,
    "ui.golden.printable": Permission.GOLDEN_READ,
    "ui.golden.comment": Permission.GOLDEN_DECIDE,
    "ui.golden_decision.form": Permission.GOLDEN_DECIDE,
    "ui.golden_decision.act": Permission.GOLDEN_DECIDE,
    "ui.search.search": Permission.GOLDEN_READ,
    "ui.search.look_up": Permission.XREF_READ,
    "ui.look_up.many": Permission.XREF_READ,
    "ui.look_up.answer": Permission.XREF_READ,
    "ui.creation.form": Permission.MATCH_SEARCH,
    "ui.creation.act": Permission.MATCH_SEARCH,
    "ui.source.sources": Permission.SOURCE_READ,
    "ui.source.load": Permission.SOURCE_READ,
    "ui.source.rejected": Permission.SOURCE_READ,
    "ui.source.undo_form": Permission.SOURCE_LOAD,
    "ui.source.undo": Permission.SOURCE_LOAD,
    "ui.imports.imports": Permission.SOURCE_LOAD,
    "ui.imports.receive": Permission.SOURCE_LOAD,
    "ui.imports.show": Permission.SOURCE_READ,
    "ui.imports.proceed": Permission.SOURCE_LOAD,
    "ui.imports.entity_template": Permission.DICTIONARY_READ,
    "ui.source.record": Permission.RECORD_READ,
    "ui.quality.show": Permission.QUALITY_READ,
    "ui.quality.pairs": Permission.QUALITY_READ,
    "ui.dashboard.show": Permission.QUALITY_READ,
    "ui.dashboard.drill": Permission.QUALITY_READ,
    "ui.quality.draw": Permission.QUALITY_SAMPLE,
    "ui.quality.recalibrate": Permission.CHANGE_PROPOSE,
    "ui.quality.retrain": Permission.CHANGE_PROPOSE,
    "ui.change.changes": Permission.CHANGE_READ,
    "ui.change.aliases": Permission.CHANGE_READ,
    "ui.change.approve_aliases": Permission.CHANGE_APPROVE,
    "ui.change.propose": Permission.CHANGE_PROPOSE,
    "ui.change.show": Permission.CHANGE_READ,
    "ui.change.report": Permission.CHANGE_READ,
    "ui.change.decide": Permission.CHANGE_APPROVE,
    "ui.dictionary.code_lists": Permission.DICTIONARY_READ,
    "ui.dictionary.codes": Permission.DICTIONARY_READ,
    "ui.dictionary.propose": Permission.CHANGE_PROPOSE,
}
"""Endpoint -> what a person must be allowed."""

QUERIES = {
    "reasons.explain": {"left": "ERP:1", "right": "ERP:1"},
    "uploads.receive": {"entity": "widget", "file_name": "x.csv"},
}
"""What calls are asked with."""

CHANGE = {"entity": "widget", "link": "7", "code": "xanthic", "en": "xanthic"}
"""What the forms that propose something are sent."""

FOR_ALL_PEOPLE = {"ui.about.about", "ui.access.home", "ui.golden.find", "ui.view.shortcuts"}
FOR_EVERYBODY = {
    "ui.static", "ui.access.log_in", "ui.access.log_out", "ui.access.accept", "ui.access.set_language",
    "livez", "readyz", "metrics", "api_document.openapi", "api_document.page",
}  # fmt: skip


@pytest.fixture(scope="session")
def walls(scratch, sqlite_template):
    """A hub that everybody may run against: nobody leaves anything behind."""
    home = scratch / uuid4().hex
    shutil.copytree(sqlite_template, home)
    hub = setup.open_hub(load_settings({"MDM_HOME": str(home)}))
    made = h.besiege(hub)
    hub._clock = lambda: datetime(2031, 1, 6, 9, tzinfo=UTC)
    yield made
    hub.close()
    shutil.rmtree(home, ignore_errors=True)


def token(siege, *scopes, source="ERP"):
    with f.any_unit(siege.hub) as uow:
        return access.add_client(uow, "caller", source, scopes)


def address(siege, steps, source="ERP"):
    filled = {
        "entity": "widget", "source": source, "source_system": source, "source_id": "1",
        "task_id": str(siege.ids["task"]), "golden_id": str(siege.ids["golden"]), "load_id": "x",
        "decision_id": str(siege.ids["decision"]), "change_id": str(siege.ids["change"]), "step": "approve",
        "action": "split", "proposal_id": "x", "upload_id": "x", "view_id": "x", "figure": "missing",
        "name": "colours",
        "filename": "mark.svg", "token": "x",
    }  # fmt: skip
    return "/" + "/".join(filled[name] if gap else name for gap, _, name in steps)


def call(siege, method, endpoint, steps, header, source="ERP"):
    body = h.Forger(siege).good(endpoint)
    sent = {"json": body} if method in {"POST", "PUT"} else {}
    if endpoint == "uploads.receive":
        sent = {"data": b"id,name\n1,pump\n", "content_type": "text/csv"}
    if endpoint in QUERIES:
        sent["query_string"] = QUERIES[endpoint]
    return siege.app.test_client().open(
        address(siege, steps, source),
        method=method,
        headers={"Authorization": header} if header else {},
        **sent,
    )


def test_every_route_has_its_line_in_this_walk(walls):
    known = {*CALLS, *PAGES, *FOR_ALL_PEOPLE, *FOR_EVERYBODY}
    assert {rule.endpoint for rule in walls.app.url_map.iter_rules()} == known


def test_no_call_is_answered_without_a_token_in_force(walls):
    revoked = token(walls, *SCOPE_PERMISSIONS)
    with f.any_unit(walls.hub) as uow:
        access.revoke_client(uow, revoked.client_id)
        old = access.add_client(uow, "old", "ERP", tuple(SCOPE_PERMISSIONS), days=-1)
    headers = [
        "", "Bearer", "Bearer x", f"Bearer {revoked.token}", f"Bearer {old.token}", f"Basic {walls.token}",
        f"Bearer {walls.token}x", f"Bearer {walls.token[:-1]}", f"Bearer {walls.sessions['steward']}",
        f"Bearer {access.hash_token(walls.token)}", f"Token {walls.token}", "Bearer \x00", "Bearer ' or 1=1 --",
    ]  # fmt: skip
    before = walls.stamp()
    for method, endpoint, steps in h.routes(walls.app, "/api/v1"):
        if endpoint not in CALLS:
            continue
        for header in headers:
            answer = call(walls, method, endpoint, steps, header)
            assert (answer.status_code, answer.json["code"]) == (401, "access.unauthenticated"), (
                endpoint,
                header,
            )
    assert walls.stamp() == before


def test_a_session_of_a_person_opens_no_call(walls):
    before = walls.stamp()
    for role in h.ROLES:
        for method, endpoint, steps in h.routes(walls.app, "/api/v1"):
            if endpoint in CALLS:
                answer = walls.browser(role).open(address(walls, steps), method=method)
                assert answer.status_code == 401, (role, endpoint)
    assert walls.stamp() == before


@pytest.mark.parametrize("scope", SCOPE_PERMISSIONS)
def test_a_scope_opens_its_calls_and_no_other(walls, scope):
    given = f"Bearer {token(walls, scope).token}"
    for method, endpoint, steps in h.routes(walls.app, "/api/v1"):
        if endpoint not in CALLS or scope in CALLS[endpoint]:
            continue
        before = {name: rows for name, rows in walls.counts().items() if name not in {"event", "fact"}}
        answer = call(walls, method, endpoint, steps, given)
        assert (answer.status_code, answer.json["code"]) == (403, "access.forbidden"), endpoint
        after = {name: rows for name, rows in walls.counts().items() if name not in {"event", "fact"}}
        assert after == before, endpoint


def test_undoing_a_merge_needs_the_scope_that_merges(walls):
    given = {"Authorization": f"Bearer {token(walls, 'tasks:decide').token}"}
    path = f"/api/v1/decisions/{walls.ids['decision']}/undo"
    answer = walls.app.test_client().post(path, json={"reason": "x"}, headers=given)
    assert answer.status_code == 403


def test_no_token_speaks_for_another_system(walls):
    mes = f"Bearer {token(walls, *SCOPE_PERMISSIONS, source='MES').token}"
    with walls.hub.reading(system_actor("test")) as uow:
        seen = event.changes(uow, 0, 10_000).next_cursor
    tried = 0
    for method, endpoint, steps in h.routes(walls.app, "/api/v1"):
        if endpoint.startswith("records."):
            for named in ("ERP", "QMS", "erp"):
                answer = call(walls, method, endpoint, steps, mes, source=named)
                assert answer.status_code == 403, (endpoint, named)
                tried += 1
    with walls.hub.reading(system_actor("test")) as uow:
        denied = [line for line in event.changes(uow, seen, 10_000).events if line.type == "access.denied"]
    assert len(denied) == tried
    assert {line.payload["source"] for line in denied} == {"MES"}


@pytest.mark.parametrize("role", ["", *h.ROLES])
def test_every_page_opens_for_its_roles_only(walls, role):
    browser = walls.browser(role)
    form = browser.get("/about" if role else "/login").text
    csrf = re.search(r'name="csrf_token" value="([^"]+)"', form)[1]
    for method, endpoint, steps in h.routes(walls.app, "/"):
        if endpoint not in PAGES:
            continue
        sent = (
            {"data": {"csrf_token": csrf, "verdict": "wrong", "reason": "x", **CHANGE}}
            if method == "POST"
            else {}
        )
        sent |= {"query_string": {"entity": "widget", "system": "ERP", "key": "1"}} if method == "GET" else {}
        if endpoint == "ui.review.decide":
            sent["data"]["verdict"] = "match"
        if role and allowed(role, PAGES[endpoint]):
            if method == "GET":
                assert browser.get(address(walls, steps), **sent).status_code in {200, 302, 404}, endpoint
            continue
        before = walls.stamp()
        answer = browser.open(address(walls, steps), method=method, **sent)
        if role:
            assert answer.status_code == 403, (role, endpoint)
        else:
            assert (answer.status_code, answer.location.split("?")[0]) == (302, "/login"), endpoint
        assert walls.stamp() == before, endpoint


def allowed(role, permission):
    person = type(f.STEWARD)(role, f.STEWARD.kind, frozenset({Role(role)}), user_id="x")
    return may(person, permission)


# -- log-in, sessions, invitations ---------------------------------


@pytest.fixture
def open_house(hub):
    made = h.besiege(hub)
    with f.any_unit(hub) as uow:
        invited = access.add_user(uow, "li.na", ["steward"]).token
    return made, invited


def enter(browser, path, **fields):
    csrf = re.search(r'name="csrf_token" value="([^"]+)"', browser.get(path).text)[1]
    return browser.post(path, data={"csrf_token": csrf, **fields})


def test_a_session_planted_before_the_log_in_is_worth_nothing(open_house):
    siege, invited = open_house
    enter(siege.app.test_client(), f"/invitation/{invited}", password=h.PASSWORD, again=h.PASSWORD)
    browser = siege.app.test_client()
    browser.set_cookie("mdm", "planted")
    csrf = re.search(r'name="csrf_token" value="([^"]+)"', browser.get("/login").text)[1]
    answer = browser.post("/login", data={"csrf_token": csrf, "login": "li.na", "password": h.PASSWORD})
    assert answer.status_code == 303
    assert browser.get_cookie("mdm").value != "planted"
    thief = siege.browser("")
    thief.set_cookie("mdm", "planted")
    assert thief.get("/review").status_code == 302
    stale = browser.post("/language", data={"csrf_token": csrf, "language": "zh"})
    assert stale.status_code == 400, "the form token from before the log-in still counts"
    again = browser.get_cookie("mdm").value
    assert enter_post(browser, "/logout").status_code == 303
    thief.set_cookie("mdm", again)
    assert thief.get("/review").status_code == 302


def enter_post(browser, path):
    csrf = re.search(r'name="csrf_token" value="([^"]+)"', browser.get("/about").text)[1]
    return browser.post(path, data={"csrf_token": csrf})


def test_six_wrong_passwords_lock_the_login_for_the_right_one_too(open_house):
    siege, invited = open_house
    enter(siege.app.test_client(), f"/invitation/{invited}", password=h.PASSWORD, again=h.PASSWORD)
    stranger = siege.app.test_client()
    answers = [enter(stranger, "/login", login=login, password="wrong and long") for login in
               ("li.na", "LI.NA", "ｌｉ.ｎａ", " li.na ", "li.na", "Li.Na")]  # fmt: skip
    assert {answer.status_code for answer in answers} == {401}
    assert enter(stranger, "/login", login="li.na", password=h.PASSWORD).status_code == 401
    locked = [row for row in f.sql(siege.hub, "select type from event") if row[0] == "access.locked"]
    assert len(locked) == 1


def test_an_invitation_opens_once_and_not_for_who_guesses(open_house):
    siege, invited = open_house
    for guess in (invited[:-1], invited + "x", "x", access.hash_token(invited), "%27%20or%201%3D1"):
        path = f"/invitation/{guess}"
        assert enter(siege.app.test_client(), path, password=h.PASSWORD, again=h.PASSWORD).status_code == 401
    path = f"/invitation/{invited}"
    assert enter(siege.app.test_client(), path, password=h.PASSWORD, again=h.PASSWORD).status_code == 303
    assert enter(siege.app.test_client(), path, password=h.PASSWORD, again=h.PASSWORD).status_code == 401


def test_no_secret_is_found_in_database_files_logs_events_exports_or_pages(open_house, capfd, tmp_path):
    siege, invited = open_house
    password, typed = "Kanarienvogel singt 4711 im Schacht", "Irrtum-Kanarienvogel 0815 im Feld"
    stranger = siege.app.test_client()
    assert enter(stranger, f"/invitation/{invited}", password=password, again=password).status_code == 303
    cookie = stranger.get_cookie("mdm").value
    enter(siege.app.test_client(), "/login", login=typed, password=typed)
    enter(siege.app.test_client(), "/login", login="li.na", password=typed)
    web = siege.app.test_client()
    paths = (
        "/api/v1/changes?limit=10000",
        "/api/v1/decisions",
        "/metrics",
        f"/api/v1/{siege.token}",
        "/livez",
    )
    answers = [web.get(path, headers=siege.headers()).text for path in paths]
    answers += [
        siege.browser(role).get(path).text
        for role in h.ROLES
        for path in ("/about", "/sources", "/decisions")
    ]
    with siege.hub.reading(system_actor("cli:test")) as uow:
        review.export_tasks(uow, "widget", tmp_path / "tasks.csv")
        xref.export_xref(uow, "widget", tmp_path / "xref.csv")
        export.export_golden(uow, "widget", tmp_path / "golden.csv")
        answers += [repr(audit.entries(uow)), repr(access.list_users(uow)), repr(access.list_clients(uow))]
        answers += [repr(golden.search(uow, "widget"))]
    answers += [repr(siege.hub.settings), json.dumps({name: str(value) for name, value in vars(siege).items()
                                                      if name not in {"token", "sessions"}})]  # fmt: skip
    logged = capfd.readouterr()
    secrets = [password, typed, invited, cookie, siege.token, siege.hub.settings.secret_key]
    held = {
        str(path): path.read_bytes()
        for folder in (siege.hub.settings.home, tmp_path)
        for path in folder.rglob("*")
        if path.is_file() and path.name != "secret_key"
    }
    assert held
    for secret in secrets:
        assert secret not in "".join([*answers, logged.out, logged.err]), secret[:4]
        assert [name for name, data in held.items() if secret.encode() in data] == [], secret[:4]
    assert siege.hub.settings.secret_key in (siege.hub.settings.home / "secret_key").read_text()
    assert (siege.hub.settings.home / "secret_key").stat().st_mode & 0o077 == 0
