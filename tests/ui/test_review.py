"""Deciding: the way from the queue through the pairs, with a reason, and back again."""

from __future__ import annotations

import html
import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from mdm.domain.access import Actor, system_actor
from mdm.domain.errors import TaskNotOpenError
from mdm.domain.review import Verdict
from mdm.services import access, claim, comment, decision, decision_log, intake, review, xref
from mdm.services.hub import Hub

Post = Callable[..., TestResponse]


def read_status(hub: Hub, task_id: int) -> str:
    with hub.reading(system_actor("cli:test")) as uow:
        return review.get_task(uow, task_id).line.status


def test_the_queue_says_where_two_records_differ_and_what_the_evidence_is(steward: FlaskClient) -> None:
    text = steward.get("/review").text
    assert "<del>瑞</del>" in text
    assert "<ins>端</ins>" in text
    assert re.search(r"[Ss]ame phone", text)
    assert "%</span>" in text
    assert "3 pairs wait for a steward." in text


def test_the_sentence_stands_on_top_and_what_would_turn_it_below_the_verdict(
    browse: Callable[..., FlaskClient], task_ids: list[int]
) -> None:
    english = browse("steward").get(f"/review/{task_ids[0]}").text
    assert re.search(r'<p class="telling">[^<]*[Ss]ame phone[^<]*\.</p>', english)
    assert english.index('value="unsure"') < english.index("Would link by itself if this held: same")
    chinese = browse("auditor", "zh").get(f"/review/{task_ids[0]}").text
    assert re.search(r'<p class="telling">[^<]*电话相同[^<]*。</p>', chinese)
    assert "则自动归并。" in chinese


def test_the_filters_narrow_the_queue(steward: FlaskClient) -> None:
    assert steward.get("/review?q=E-3").text.count("data-row") == 1
    assert "No pair fits this filter" in steward.get("/review?entity=material").text


def test_the_page_of_a_pair_shows_raw_text_source_version_and_golden_record(
    steward: FlaskClient, task_ids: list[int]
) -> None:
    pages = "".join(steward.get(f"/review/{task_id}").text for task_id in task_ids)
    assert "0512-62551234" in pages  # as the source wrote it
    assert "+8651262551234" in pages  # as it is compared
    assert "version 1" in pages
    assert re.search(r"/golden/supplier/SUP-\w{17}\"", pages)


def test_the_waterfall_is_drawn_and_written(steward: FlaskClient, stocked_hub: Hub) -> None:
    with stocked_hub.reading(system_actor("cli:test")) as uow:
        heaviest = max(review.list_tasks(uow).lines, key=lambda line: line.match_weight or 0)
    text = steward.get(f"/review/{heaviest.task_id}").text
    assert text.count('<td class="draw"><svg') == 4  # prior, name, phone, sum
    assert "Says nothing:" in text  # the number, which one of them lacks
    assert "Before any evidence" in text
    assert "+3.0" in text


def test_a_verdict_is_recorded_in_the_name_of_the_person_and_the_next_pair_follows(
    post: Callable[..., TestResponse], steward: FlaskClient, stocked_hub: Hub, task_ids: list[int]
) -> None:
    page = f"/review/{task_ids[0]}"
    answer = post(
        steward,
        page,
        page,
        verdict="non-match",
        preset="Different identifier",
        reason="asked",
        next=task_ids[1],
    )
    assert answer.status_code == 303
    assert answer.location == f"/review/{task_ids[1]}"
    assert read_status(stocked_hub, task_ids[0]) == "decided"
    with stocked_hub.reading(system_actor("cli:test")) as uow:
        made = decision_log.list_decisions(uow)[0]
    assert (made.verdict, made.reason) == ("non-match", "Different identifier: asked")
    assert "steward" in made.actor


def test_filters_are_kept_from_pair_to_pair(
    post: Callable[..., TestResponse], steward: FlaskClient, task_ids: list[int]
) -> None:
    page = f"/review/{task_ids[0]}?entity=supplier&q=q"
    answer = post(
        steward,
        page,
        page.partition("?")[0],
        verdict="unsure",
        reason="?",
        entity="supplier",
        q="q",
        next=task_ids[1],
    )
    assert answer.location == f"/review/{task_ids[1]}?entity=supplier&q=q"


def test_an_undo_is_offered_once_and_takes_the_verdict_back(
    post: Callable[..., TestResponse], steward: FlaskClient, stocked_hub: Hub, task_ids: list[int]
) -> None:
    page = f"/review/{task_ids[0]}"
    following = steward.get(post(steward, page, page, verdict="match", reason="same").location).text
    path = re.search(r'action="(/decisions/\w+/undo)"', following)
    assert path
    assert "/undo" not in steward.get("/review").text
    answer = post(steward, "/review", path[1])
    assert answer.status_code == 303
    assert "The decision was taken back." in steward.get(answer.location).text
    with stocked_hub.reading(system_actor("cli:test")) as uow:
        made = {each.decision_id: each for each in decision_log.list_decisions(uow)}
        waiting = review.list_tasks(uow).total
    assert made[path[1].split("/")[2]].undone_by
    assert waiting == 3


def test_the_old_address_of_a_pair_leads_to_the_task_that_asks_again(
    post: Callable[..., TestResponse], steward: FlaskClient, task_ids: list[int]
) -> None:
    page = f"/review/{task_ids[0]}"
    following = steward.get(post(steward, page, page, verdict="match", reason="same").location).text
    assert "asked again" not in steward.get(page).text
    path = re.search(r'action="(/decisions/\w+/undo)"', following)
    assert path
    again = post(steward, "/review", path[1]).location
    assert again != page
    late = post(steward, again, page, verdict="match", reason="same")
    assert late.status_code == 409
    for shown in (late.text, steward.get(page).text):
        assert "The question is asked again:" in shown
        assert f'href="{again}"' in shown
    assert "asked again" not in steward.get(again).text


def test_taking_back_a_doubt_leads_back_to_the_pair(
    post: Callable[..., TestResponse], steward: FlaskClient, task_ids: list[int]
) -> None:
    page = f"/review/{task_ids[0]}"
    following = steward.get(post(steward, page, page, verdict="unsure", reason="?").location).text
    path = re.search(r'action="(/decisions/\w+/undo)"', following)
    assert path
    assert post(steward, "/review", path[1], task=task_ids[0]).location == page


def test_any_decision_can_be_taken_back_later_with_a_reason(
    post: Callable[..., TestResponse], steward: FlaskClient, task_ids: list[int]
) -> None:
    page = f"/review/{task_ids[0]}"
    post(steward, page, page, verdict="match", reason="same")
    listed = steward.get("/decisions").text
    path = re.search(r'action="(/decisions/\w+/undo)"', listed)
    assert path
    assert post(steward, "/decisions", path[1], reason="wrong after all").status_code == 303
    assert "taken back" in steward.get("/decisions").text
    assert post(steward, "/decisions", path[1], reason="again").status_code == 409


@pytest.mark.parametrize(
    "fields", [{"verdict": "match"}, {"verdict": "match", "reason": "  "}, {"reason": "same"}]
)
def test_a_verdict_needs_a_reason_and_keeps_the_page(
    post: Callable[..., TestResponse],
    steward: FlaskClient,
    stocked_hub: Hub,
    task_ids: list[int],
    fields: dict[str, str],
) -> None:
    page = f"/review/{task_ids[0]}"
    answer = post(steward, page, page, **fields)
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    assert read_status(stocked_hub, task_ids[0]) == "open"


def test_who_comes_second_is_told_and_changes_nothing(
    post: Callable[..., TestResponse], steward: FlaskClient, stocked_hub: Hub, task_ids: list[int]
) -> None:
    page = f"/review/{task_ids[0]}"
    text = steward.get(page).text
    token = re.search(r'name="csrf_token" value="([^"]+)"', text)
    assert token
    with stocked_hub.unit_of_work(system_actor("cli:other"), "first") as uow:
        review.decide(uow, task_ids[0], Verdict.NON_MATCH, "first")
    answer = steward.post(page, data={"csrf_token": token[1], "verdict": "match", "reason": "same"})
    assert answer.status_code == 409
    assert "Someone else was first" in answer.text
    assert 'name="verdict"' not in answer.text


def test_an_auditor_cannot_decide(
    post: Callable[..., TestResponse],
    browse: Callable[..., FlaskClient],
    stocked_hub: Hub,
    task_ids: list[int],
) -> None:
    page = f"/review/{task_ids[0]}"
    assert post(browse("auditor"), page, page, verdict="match", reason="same").status_code == 403
    assert read_status(stocked_hub, task_ids[0]) == "open"


def test_a_pair_asked_again_shows_the_verdict_on_the_earlier_values(
    steward: FlaskClient, stocked_hub: Hub, task_ids: list[int]
) -> None:
    actor = system_actor("cli:test")
    with stocked_hub.reading(actor) as uow:
        pair = next(t for t in (review.get_task(uow, i) for i in task_ids) if t.left.source_id == "E-1")
    with stocked_hub.unit_of_work(actor, "a verdict") as uow:
        review.decide(uow, pair.line.task_id, Verdict.NON_MATCH, "the numbers differ, says the register")
    changed = {"legal_name": "苏州恒瑞精密机械有限公司", "phone": "0512-62551234"}
    intake.put_record(stocked_hub, actor, "supplier", "QMS1", "Q-1", changed)
    with stocked_hub.reading(actor) as uow:
        again = review.list_tasks(uow, reason="changed").lines[0]
    text = steward.get(f"/review/{again.task_id}").text
    assert "on earlier values" in text
    assert "the numbers differ, says the register" in text


@pytest.mark.parametrize("count", ["²", "１２", "", "-1", "9" * 400, "1.0"])
def test_a_count_that_no_preview_shows_decides_nothing(
    post: Callable[..., TestResponse], steward: FlaskClient, task_ids: list[int], count: str
) -> None:
    page = f"/review/{task_ids[0]}/alike"
    answer = post(steward, page, page, verdict="match", reason="x", count=count)
    assert answer.status_code == 422
    assert "Choose a verdict and a reason, or write one." in answer.text


def test_a_number_that_no_task_has_is_a_page_that_does_not_exist(
    post: Callable[..., TestResponse], steward: FlaskClient, task_ids: list[int]
) -> None:
    page = f"/review/{task_ids[0]}"
    for step in ("", "/claim", "/release", "/comments", "/hand-over"):
        sent = {"verdict": "unsure", "reason": "x", "text": "x", "login": "second", "note": "x"}
        assert post(steward, page, f"/review/{2**63}{step}", **sent).status_code == 404, step


def test_a_holder_who_may_no_longer_decide_still_reads_the_task(
    post: Callable[..., TestResponse], steward: FlaskClient, stocked_hub: Hub, task_ids: list[int]
) -> None:
    page = f"/review/{task_ids[0]}"
    assert post(steward, page, f"{page}/claim").status_code == 303
    with stocked_hub.unit_of_work(system_actor("cli:test"), "moves on") as uow:
        access.set_user(uow, "steward", roles=["auditor"])
    later = stocked_hub.now() + claim.RENEW_AFTER + claim.RENEW_AFTER / 2
    stocked_hub._clock = lambda: later
    assert steward.get(page).status_code == 200


def test_a_task_that_is_decided_while_its_page_is_drawn_is_shown_nevertheless(
    post: Callable[..., TestResponse],
    steward: FlaskClient,
    stocked_hub: Hub,
    task_ids: list[int],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    page = f"/review/{task_ids[0]}"
    assert post(steward, page, f"{page}/claim").status_code == 303
    later = stocked_hub.now() + claim.RENEW_AFTER + claim.RENEW_AFTER / 2
    stocked_hub._clock = lambda: later

    def closed(*_: object) -> None:
        raise TaskNotOpenError("somebody was first")

    monkeypatch.setattr(claim, "claim", closed)
    assert steward.get(page).status_code == 200


def test_people_are_shown_by_name_and_namesakes_with_their_login(
    steward: FlaskClient, stocked_hub: Hub, task_ids: list[int]
) -> None:
    def join(login: str) -> Actor:
        with stocked_hub.unit_of_work(system_actor("cli:test"), "a person joins") as uow:
            return access.user_actor(access.add_user(uow, login, ["steward"], "王丽").user)

    with stocked_hub.unit_of_work(join("W.Li"), "work") as uow:
        comment.add(uow, task_ids[0], "two plants")
        review.decide(uow, task_ids[0], Verdict.NON_MATCH, "two plants")
        claim.claim(uow, task_ids[1])
    pages = ("/decisions", f"/review/{task_ids[0]}", f"/review/{task_ids[1]}", "/review")
    for path in pages:
        shown = steward.get(path).text
        assert "王丽" in shown, path
        assert "W.Li" not in shown, path
    join("wang.li")
    for path in pages:
        assert "王丽 (W.Li)" in steward.get(path).text, path


def test_whoever_is_named_finds_where_although_they_may_not_decide(
    browse: Callable[..., FlaskClient], stocked_hub: Hub, task_ids: list[int]
) -> None:
    auditor = browse("auditor")
    assert 'id="mentions"' not in auditor.get("/review").text
    first, second = task_ids[:2]
    for count, task_id in enumerate((first, second), start=1):
        with stocked_hub.unit_of_work(system_actor("cli:test"), "a question") as uow:
            comment.add(uow, task_id, "@auditor, is this the old plant?")
        text = auditor.get("/review").text
        assert (
            f'<dd>{count}</dd><dt><a href="#mentions">{"mention" if count == 1 else "mentions"}</a>' in text
        )
    assert [f'href="/review/{each}#comments"' in text for each in (first, second)] == [True, True]
    assert "decided today" not in text
    assert 'id="mentions"' not in browse("governance").get("/review").text


def test_a_refused_comment_stays_in_its_box(
    steward: FlaskClient, post: Post, task_ids: list[int], stocked_hub: Hub
) -> None:
    text = "Is this <b>the old</b> plant, @nobody?"
    place = f"/review/{task_ids[0]}"
    refused = post(steward, place, f"{place}/comments", text=text)
    assert refused.status_code == 422
    assert "Nobody who reads tasks is called @nobody" in refused.text
    kept = re.search(r'<textarea name="text"[^>]*>\n([^<]*)</textarea>', refused.text)
    assert kept is not None
    assert html.unescape(kept[1]) == text
    with stocked_hub.reading(system_actor("cli:test")) as uow:
        assert comment.of_task(uow, task_ids[0]) == ()
    accepted = post(steward, place, f"{place}/comments", text="Is this the old plant, @second?")
    assert accepted.location.endswith("#comments")
    assert "comment-fault" not in steward.get(place).text


@pytest.mark.parametrize("extra", [3, 5])
def test_further_records_are_counted_and_those_left_out_are_told(
    steward: FlaskClient, stocked_hub: Hub, task_ids: list[int], extra: int
) -> None:
    machine = system_actor("cli:test")
    with stocked_hub.reading(machine) as uow:
        left = review.get_task(uow, task_ids[0]).left
    for count in range(extra):
        name = f"第{count}工厂"
        intake.put_record(stocked_hub, machine, "supplier", "ERP1", f"X-{count}", {"legal_name": name})
        with stocked_hub.unit_of_work(machine, "same") as uow:
            made = xref.look_up(uow, "supplier", "ERP1", f"X-{count}").golden_id
            home = xref.look_up(uow, "supplier", left.source_system, left.source_id).golden_id
            decision.merge(uow, "supplier", home, made, "same")
    assert f"Show {extra} more records of both golden records" in steward.get(f"/review/{task_ids[0]}").text
    wide = steward.get(f"/review/{task_ids[0]}?wide=1").text
    with stocked_hub.reading(machine) as uow:
        task = review.get_task(uow, task_ids[0])
    if extra == 3:
        assert "All records of both golden records" in wide
        assert "not shown here" not in wide
        return
    told = wide[wide.index("2 more records are not shown here") :]
    for side in (task.left, task.right):
        assert f'href="/golden/supplier/{side.golden_id}"' in told.split("</p>")[0]
