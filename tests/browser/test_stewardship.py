"""A steward's day in a real browser: by keyboard alone, beside colleagues, in both languages."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import combinations
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from python_calamine import CalamineWorkbook

from mdm.domain.access import system_actor
from mdm.domain.review import Side, Task
from mdm.services import bulk, confirmation, decision, decision_log, golden, review, source
from mdm.services import xref as xrefs
from tests.browser.harness import Live

SYSTEM = system_actor("cli:test")
PAIRS = 60
ENTITIES = ("supplier", "material", "equipment")

Key = tuple[str, str, str]
"""Entity, system, source key."""


@pytest.fixture
def li_na(browser: Browser, demo: Live) -> Iterator[Page]:
    """A steward who reads English."""
    context = demo.visit(browser, "li.na")
    yield context.new_page()
    context.close()


@pytest.fixture
def wang_wei(browser: Browser, demo: Live) -> Iterator[Page]:
    """A colleague who reads Chinese."""
    context = demo.visit(browser, "wang.wei", "zh")
    yield context.new_page()
    context.close()


def queue(live: Live) -> list[int]:
    """Open tasks, the most valuable first."""
    with live.hub.reading(SYSTEM) as uow:
        return [line.task_id for line in review.list_tasks(uow, limit=200).lines]


def read_task(live: Live, task_id: int) -> Task:
    with live.hub.reading(SYSTEM) as uow:
        return review.get_task(uow, task_id)


def task_on(page: Page, live: Live) -> Task:
    found = re.search(r"/review/(\d+)", page.url)
    assert found, page.url
    return read_task(live, int(found[1]))


def truth_of(live: Live) -> dict[Key, str]:
    """What the demo knows: which thing each record stands for."""
    known = {}
    for entity in ENTITIES:
        path = live.hub.settings.home / "demo" / entity / "truth.csv"
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                known[entity, row["source_system"], row["source_id"]] = row["entity_id"]
    return known


def key_of(task: Task, side: Side) -> Key:
    return task.line.entity, side.source_system, side.source_id


def press_on(page: Page, *keys: str) -> None:
    """Press keys, the last of which leads to another address, and wait until that is shown."""
    before = page.url
    for key in keys:
        page.keyboard.press(key)
    page.wait_for_function("before => location.href !== before", arg=before)
    page.wait_for_load_state()
    expect(page.locator("h1")).to_be_visible()


def home_of(live: Live, key: Key) -> str:
    with live.hub.reading(SYSTEM) as uow:
        return xrefs.look_up(uow, *key).golden_id


def test_the_sixty_hardest_pairs_are_decided_by_keyboard_alone(li_na: Page, demo: Live) -> None:
    truth = truth_of(demo)
    loads: list[str] = []
    li_na.on("request", lambda sent: loads.append(sent.url) if sent.is_navigation_request() else None)
    li_na.goto("/review")
    press_on(li_na, "Enter")
    asked = len(loads)
    said: dict[tuple[Key, Key], bool] = {}
    for _ in range(PAIRS):
        task = task_on(li_na, demo)
        pair = key_of(task, task.left), key_of(task, task.right)
        said[pair] = truth[pair[0]] == truth[pair[1]]
        press_on(li_na, *(("1", "m") if said[pair] else ("4", "n")))
    assert len(said) == PAIRS
    assert len(loads) == asked, "a decision loads the next pair in place"
    with demo.hub.reading(SYSTEM) as uow:
        waiting = {frozenset(each.records) for each in confirmation.list_open(uow)}
    for (left, right), same in said.items():
        proposed = frozenset((f"{left[1]}:{left[2]}", f"{right[1]}:{right[2]}")) in waiting
        assert (home_of(demo, left) == home_of(demo, right)) is (same and not proposed), (left, right)


def test_two_browsers_race_for_one_task_and_the_loser_is_told(
    li_na: Page, wang_wei: Page, demo: Live
) -> None:
    task_id, *_ = queue(demo)
    for page in (li_na, wang_wei):
        page.goto(f"/review/{task_id}")
        page.keyboard.press("4")
    press_on(li_na, "n")
    wang_wei.keyboard.press("n")
    expect(wang_wei.get_by_role("alert")).to_contain_text("他人已先行处理")
    assert [each.actor for each in read_task(demo, task_id).decisions] == ["li.na"]


def test_a_claim_hides_the_buttons_from_colleagues_and_next_skips_it(
    li_na: Page, wang_wei: Page, demo: Live
) -> None:
    first, *_ = queue(demo)
    li_na.goto(f"/review/{first}")
    li_na.keyboard.press("c")
    expect(li_na.locator(".holder-line")).to_contain_text("Yours")
    wang_wei.goto(f"/review/{first}")
    expect(wang_wei.get_by_role("alert")).to_contain_text("李娜 正在处理此任务")
    expect(wang_wei.locator("button[name=verdict]")).to_have_count(0)
    wang_wei.goto("/review")
    press_on(wang_wei, "Enter")
    assert task_on(wang_wei, demo).line.task_id != first


def test_a_comment_reaches_the_colleague_it_names(li_na: Page, wang_wei: Page, demo: Live) -> None:
    first, *_ = queue(demo)
    li_na.goto(f"/review/{first}")
    li_na.get_by_placeholder("Ask or tell").fill("@wang.wei 同一家工厂吗？ <b>")
    li_na.locator("#comments button").click()
    expect(li_na.locator("#comments li")).to_contain_text("<b>")
    wang_wei.goto("/review")
    wang_wei.get_by_role("link", name="提及").click()
    wang_wei.locator("#mentions a").click()
    expect(wang_wei.locator("#comments li")).to_contain_text("同一家工厂吗？")


def test_undo_is_offered_at_once_and_at_any_time_later(li_na: Page, demo: Live) -> None:
    first, *_ = queue(demo)
    li_na.goto(f"/review/{first}")
    press_on(li_na, "4", "n")
    press_on(li_na, "z")
    expect(li_na.locator(".notice").first).to_contain_text("taken back")
    press_on(li_na, "4", "n")
    li_na.goto("/about")
    li_na.goto("/decisions")
    line = li_na.locator(".decisions > li").first
    line.locator("summary").click()
    line.locator("input[name=reason]").fill("looked again")
    line.get_by_role("button", name="Take back").click()
    expect(li_na.locator(".notice").first).to_contain_text("taken back")


def test_a_value_chosen_by_cell_survives_the_match(li_na: Page, demo: Live) -> None:
    for task_id in queue(demo):
        task = read_task(demo, task_id)
        if task.regulated or len(task.if_match) != 1:
            continue
        li_na.goto(f"/review/{task_id}")
        if li_na.locator(".keep input[value=B]").count():
            break
    cell = li_na.locator(".keep input[value=B]").first
    attribute = (cell.get_attribute("name") or "").removeprefix("value.")
    cell.check()
    press_on(li_na, "Escape", "2", "m")
    expect(li_na.locator(".offer")).to_contain_text("1 value was set")
    with demo.hub.reading(SYSTEM) as uow:
        held = golden.get(uow, task.line.entity, home_of(demo, key_of(task, task.right)))
    assert held.attributes[attribute] == task.right.values[attribute]
    assert held.provenance[attribute].rule == "override"


def test_a_merge_is_taken_apart_and_the_past_stays_as_it_was(li_na: Page, demo: Live) -> None:
    with demo.hub.reading(SYSTEM) as uow:
        found = [each.golden_id for each in golden.search(uow, "supplier", limit=20)]
        one, other = next(  # any two that no second person has to be asked about
            pair for pair in combinations(found, 2) if not decision.regulated_between(uow, "supplier", *pair)
        )
        issued = datetime.fromisoformat(golden.get(uow, "supplier", one).created_at)
    li_na.goto(f"/golden/supplier/{one}/decide/merge")
    li_na.locator("input[name=other_id]").fill(other)
    do_on_form(li_na, "one firm after all")
    (survivor,) = both_lead_to(demo, one, other)

    li_na.goto(f"/golden/supplier/{survivor}/decide/unmerge")
    do_on_form(li_na, "two firms, as the register says")
    assert both_lead_to(demo, one, other) == {one, other}

    li_na.goto(f"/golden/supplier/{one}")
    title = li_na.locator("h1").inner_text()
    li_na.locator("input[name=as_of]").fill(f"{issued + timedelta(minutes=1):%Y-%m-%dT%H:%M}")
    li_na.locator("form.as-of button").click()
    expect(li_na.locator(".notice").first).to_contain_text("As it was on")
    expect(li_na.locator("h1")).to_have_text(title)


def do_on_form(page: Page, reason: str) -> None:
    """Give the reason, look at the preview, and do it."""
    page.locator("textarea[name=reason]").fill(reason)
    page.get_by_role("button", name="Show what it would do").click()
    expect(page.locator("#effect-title")).to_be_visible()
    page.get_by_role("button", name="Do it").click()
    expect(page.locator(".offer, .notice").first).to_be_visible()


def both_lead_to(live: Live, *golden_ids: str) -> set[str]:
    with live.hub.reading(SYSTEM) as uow:
        return {found for each in golden_ids for found in golden.resolve(uow, each)}


def test_a_file_is_imported_and_what_was_not_taken_is_mended_and_sent_again(
    browser: Browser, demo: Live, tmp_path: Path
) -> None:
    context = demo.visit(browser, "gina", accept_downloads=True)
    page = context.new_page()
    rows = ["F1,F2", "N-1,苏州新海精密机械有限公司", ",没有编号的一行", "N-2,无锡锐特电子有限公司"]
    import_file(page, tmp_path / "new.csv", "\n".join(rows))
    page.locator("select[name=column-1]").select_option("legal_name")
    page.locator("input[name=id_column]").first.check()
    page.get_by_role("button", name="Renew the preview").click()
    expect(page.locator("#refused-title")).to_contain_text("1 row would not be taken")
    page.get_by_role("button", name="Load").click()
    expect(page.locator("#progress")).to_contain_text("The file is loaded", timeout=30_000)
    with page.expect_download() as kept:
        page.get_by_role("link", name="as XLSX, to mend").click()
    kept.value.save_as(tmp_path / "rejects.xlsx")
    header, (_, name, *_) = workbook_rows(tmp_path / "rejects.xlsx")[:2]
    assert (header[0], name) == ("F1", "没有编号的一行")

    import_file(page, tmp_path / "mended.csv", f"F1,F2\nN-3,{name}")
    page.get_by_role("button", name="Load").first.click()
    expect(page.locator("#progress")).to_contain_text("The file is loaded", timeout=30_000)
    with demo.hub.reading(SYSTEM) as uow:
        loads = source.list_loads(uow, "supplier")[:2]
    assert [(load.received, load.accepted, load.rejected) for load in loads] == [(1, 1, 0), (3, 2, 1)]
    context.close()


def import_file(page: Page, path: Path, text: str) -> None:
    """Send a file of a source system of its own, as far as its columns."""
    path.write_text(text, "utf-8")
    page.goto("/imports")
    page.locator("select[name=entity]").select_option("supplier")
    if page.locator("select[name=source] option[value=DRAWER]").count():
        page.locator("select[name=source]").select_option("DRAWER")
    else:
        page.get_by_text("A new source system").click()
        page.locator("input[name=new_source]").fill("DRAWER")
    page.locator("input[name=file]").set_input_files(path)
    page.get_by_role("button", name="Go on to the columns").click()
    expect(page.locator("#columns-title")).to_be_attached()


def workbook_rows(path: Path) -> list[list[str]]:
    return CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()


def test_one_verdict_for_all_that_were_judged_alike(li_na: Page, demo: Live) -> None:
    with demo.hub.reading(SYSTEM) as uow:
        task_id = max(queue(demo), key=lambda each: review.count_alike(uow, each))
        count = bulk.preview(uow, task_id).count
    assert count > 1, "the demo has pairs that were judged alike"
    before = len(queue(demo))
    li_na.goto(f"/review/{task_id}")
    li_na.get_by_role("link", name="judged exactly alike").click()
    expect(li_na.locator("h1")).to_contain_text(f"{count} pairs")
    li_na.get_by_role("button", name="None is a match").click()
    expect(li_na.locator("legend")).to_contain_text("Choose a reason")
    li_na.get_by_text("Related, but a thing of its own").click()
    expect(li_na.locator(".notice").first).to_contain_text("decided")
    assert len(queue(demo)) <= before - count + 1


def test_the_language_is_switched_in_place_and_kept(li_na: Page, demo: Live) -> None:
    first, *_ = queue(demo)
    li_na.goto(f"/review/{first}?why=uncertain")
    li_na.get_by_role("button", name="中文").click()
    expect(li_na.locator("html")).to_have_attribute("lang", "zh-Hans")
    assert li_na.url.endswith(f"/review/{first}?why=uncertain")
    li_na.goto("/review")
    expect(li_na.locator("h1")).to_have_text("复核队列")


def test_keys_can_be_switched_off_for_good(li_na: Page, demo: Live) -> None:
    first, *_ = queue(demo)
    li_na.goto(f"/review/{first}")
    li_na.keyboard.press("?")
    expect(li_na.get_by_role("button", name="Close")).to_be_focused()  # Enter closes the help, nothing else
    li_na.get_by_role("button", name="Switch off").click()
    li_na.goto(f"/review/{first}")
    li_na.keyboard.press("4")
    expect(li_na.locator("[name=preset]:checked")).to_have_count(0)
    with demo.hub.reading(SYSTEM) as uow:
        assert [each for each in decision_log.list_decisions(uow) if each.kind == "review"] == []


def test_on_a_narrow_screen_the_verdicts_stay_in_sight(li_na: Page, demo: Live) -> None:
    first, *_ = queue(demo)
    li_na.set_viewport_size({"width": 360, "height": 740})
    li_na.goto(f"/review/{first}")
    no = li_na.locator(".verdict-bar").get_by_role("button", name="Not a match")
    expect(no).to_be_in_viewport(ratio=1)
    no.click()
    expect(li_na.locator("legend").first).to_contain_text("Choose a reason")
    li_na.locator(".reasons label").nth(3).click()
    expect(li_na.locator(".notice").first).to_contain_text("recorded")
    assert [each.verdict for each in read_task(demo, first).decisions] == ["non-match"]


def test_everything_works_without_script(browser: Browser, demo: Live) -> None:
    context = demo.visit(browser, "li.na", java_script_enabled=False)
    page = context.new_page()
    page.goto("/review")
    page.get_by_role("button", name="Next task").click()
    task = task_on(page, demo)
    page.locator("[name=preset]").nth(3).check()
    page.get_by_role("button", name="Not a match").click()
    assert [each.verdict for each in read_task(demo, task.line.task_id).decisions] == ["non-match"]
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".notice").first).to_contain_text("taken back")
    page.goto("/review")
    page.locator("input[name=q]").fill("zzzz")
    page.get_by_role("button", name="Filter").click()
    page.get_by_placeholder("Keep these filters").fill("nothing")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("link", name="nothing")).to_be_visible()
    context.close()


def test_pages_stay_quiet_under_their_own_rules(li_na: Page, demo: Live) -> None:
    complaints: list[str] = []
    li_na.on("console", lambda told: complaints.append(told.text) if told.type == "error" else None)
    first, *_ = queue(demo)
    for path in ("/review", f"/review/{first}", f"/review/{first}?wide=1", "/decisions", "/quality"):
        li_na.goto(path)
    assert complaints == []
