"""Deciding on a golden record: a preview first, then the deed, then the way back."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from mdm.domain.access import system_actor
from mdm.services import decision, golden, xref
from mdm.services.hub import Hub

Post = Callable[..., TestResponse]
SYSTEM = system_actor("cli:test")


def golden_id(hub: Hub, system: str, key: str) -> str:
    with hub.reading(SYSTEM) as uow:
        return xref.look_up(uow, "supplier", system, key).golden_id


@pytest.fixture
def pair(stocked_hub: Hub) -> tuple[str, str]:
    """Two golden records made one: (keeper, other)."""
    one, other = golden_id(stocked_hub, "ERP1", "E-1"), golden_id(stocked_hub, "ERP1", "E-4")
    with stocked_hub.unit_of_work(SYSTEM, "same") as uow:
        decision.merge(uow, "supplier", one, other, "same")
    return one, other


def page_of(hub: Hub, action: str, key: str = "E-1") -> str:
    return f"/golden/supplier/{golden_id(hub, 'ERP1', key)}/decide/{action}"


def sent_by(text: str) -> dict[str, str]:
    """The hidden fields of the form that does what was previewed."""
    form = re.search(r'<form class="stack".*?</form>', text, re.DOTALL)
    assert form
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', form[0]))


def test_taking_apart_is_offered_where_something_was_merged(
    steward: FlaskClient, stocked_hub: Hub, pair: tuple[str, str]
) -> None:
    assert "/decide/unmerge" in steward.get(f"/golden/supplier/{pair[0]}").text
    with stocked_hub.reading(SYSTEM) as uow:
        found = [each.golden_id for each in golden.search(uow, "supplier")]
    others = [steward.get(f"/golden/supplier/{each}").text for each in found if each not in pair]
    assert others
    assert all("/decide/unmerge" not in page for page in others)


def test_a_merge_is_previewed_done_and_taken_back(steward: FlaskClient, post: Post, stocked_hub: Hub) -> None:
    path, other = page_of(stocked_hub, "merge"), golden_id(stocked_hub, "ERP1", "E-4")
    assert "锐达" in steward.get(path + "?q=锐达").text
    shown = post(steward, path, path, other_id=other, reason="one firm")
    assert shown.status_code == 200
    assert "What it will do, exactly" in shown.text
    assert golden_id(stocked_hub, "ERP1", "E-4") == other, "a preview changes nothing"
    fields = sent_by(shown.text)
    del fields["csrf_token"]
    done = post(steward, path, path, step="do", **fields)
    assert done.status_code == 303
    assert golden_id(stocked_hub, "ERP1", "E-4") == golden_id(stocked_hub, "ERP1", "E-1")
    page = steward.get(done.location).text
    assert "Merge: done." in page
    undo = re.search(r'action="(/decisions/\w+/undo)"', page)
    assert undo
    assert post(steward, "/about", undo[1], task="").status_code == 303
    assert golden_id(stocked_hub, "ERP1", "E-4") == other


def test_a_split_parts_the_ticked_records(
    steward: FlaskClient, post: Post, stocked_hub: Hub, pair: tuple[str, str]
) -> None:
    path = page_of(stocked_hub, "split")
    nothing = post(steward, path, path, reason="two firms")
    assert nothing.status_code == 422
    assert "A split needs some" in nothing.text
    shown = post(steward, path, path, record="ERP1:E-4", reason="two firms")
    assert pair[1] in shown.text
    assert "comes back" in shown.text
    post(
        steward,
        path,
        path,
        step="do",
        record="ERP1:E-4",
        reason="two firms",
        version=sent_by(shown.text)["version"],
    )
    assert golden_id(stocked_hub, "ERP1", "E-4") == pair[1]


def test_a_merge_is_taken_apart(
    steward: FlaskClient, post: Post, stocked_hub: Hub, pair: tuple[str, str]
) -> None:
    path = page_of(stocked_hub, "unmerge")
    assert "comes back" in post(steward, path, path, reason="two firms").text
    assert post(steward, path, path, step="do", reason="two firms").status_code == 303
    assert golden_id(stocked_hub, "ERP1", "E-4") == pair[1]


def test_a_record_moves_to_another_golden_record(
    steward: FlaskClient, post: Post, stocked_hub: Hub, pair: tuple[str, str]
) -> None:
    path, there = page_of(stocked_hub, "rehome"), golden_id(stocked_hub, "ERP1", "E-2")
    fields = {"record": "ERP1:E-4", "other_id": there, "reason": "it is theirs"}
    assert there in post(steward, path, path, **fields).text
    assert post(steward, path, path, step="do", **fields).status_code == 303
    # Which of the two IDs stays is the rule of golden IDs: E-4 may bring back the one it once had.
    assert golden_id(stocked_hub, "ERP1", "E-4") == golden_id(stocked_hub, "ERP1", "E-2")
    assert golden_id(stocked_hub, "ERP1", "E-4") != golden_id(stocked_hub, "ERP1", "E-1")
    assert "Record moved" in steward.get("/decisions").text


def test_a_value_is_set_and_a_record_retired(steward: FlaskClient, post: Post, stocked_hub: Hub) -> None:
    path = page_of(stocked_hub, "override")
    fields = {"attribute": "payment_terms", "value": "NET45", "reason": "contract of today"}
    preview = post(steward, path, path, **fields).text
    assert "<del><span>NET30</span></del> → <ins><span>NET45</span></ins>" in preview
    assert "Cross-references stay as they are." in preview
    assert "NET45" not in steward.get(path.rsplit("/decide", 1)[0]).text
    shown = post(steward, path, path, step="do", **fields)
    assert "NET45" in steward.get(shown.location).text
    path = page_of(stocked_hub, "retire")
    assert "ends; it still answers" in post(steward, path, path, reason="gone").text
    done = post(steward, path, path, step="do", reason="gone")
    assert "retired" in steward.get(done.location).text


def test_a_form_that_somebody_overtook_does_nothing(
    steward: FlaskClient, post: Post, stocked_hub: Hub
) -> None:
    path = page_of(stocked_hub, "override")
    fields = {"attribute": "payment_terms", "value": "NET45", "reason": "contract"}
    answer = post(steward, path, path, step="do", version="99", **fields)
    assert answer.status_code == 409
    assert "Someone changed this" in answer.text
    assert "NET45" not in steward.get(path.rsplit("/decide", 1)[0]).text


def test_refusals_are_told_beside_the_form_in_chinese(
    browse: Callable[..., FlaskClient], post: Post, stocked_hub: Hub
) -> None:
    client, path = browse("steward", "zh"), page_of(stocked_hub, "merge")
    wrong = post(client, path, path, other_id="SUP-NOTHING", reason="x")
    assert wrong.status_code == 422
    assert "从未签发" in wrong.text or "未曾" in wrong.text or "黄金 ID" in wrong.text
    assert "决定" in post(client, path, path, other_id="x").text
    own = golden_id(stocked_hub, "ERP1", "E-1")
    assert "同一条黄金记录" in post(client, path, path, other_id=own, reason="x").text


def test_who_may_not_decide_gets_no_form(browse: Callable[..., FlaskClient], stocked_hub: Hub) -> None:
    auditor, path = browse("auditor"), page_of(stocked_hub, "merge")
    assert auditor.get(path).status_code == 403
    assert "/decide/" not in auditor.get(path.rsplit("/decide", 1)[0]).text
    assert browse("steward").get(path.replace("/merge", "/nothing")).status_code == 404
