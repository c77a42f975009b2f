"""Every page passes axe-core: filled and empty, Chinese and English, light and dark, wide and narrow."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page

from mdm.domain.access import system_actor
from mdm.domain.review import Verdict
from mdm.services import change, review, whatif
from tests.browser.addresses import addresses
from tests.browser.harness import AXE, Live, faults_of

STRANGERS = {"ui.access.log_in", "ui.access.accept"}
"""Pages of somebody who is not logged in; the others are looked at by a steward."""


def fill(live: Live) -> None:
    """A decision and a change with its report, so that every list has something to show."""
    actor = system_actor("cli:test")
    with live.hub.unit_of_work(actor, "same register number") as uow:
        task = review.list_tasks(uow, entity="supplier").lines[-1]
        review.decide(uow, task.task_id, Verdict.NON_MATCH, "same register number")
    with live.hub.unit_of_work(live.actor("gina"), "too many questions") as uow:
        change_id = change.propose_thresholds(uow, "supplier", {"review": -1.0}, "too many questions")
    whatif.examine(live.hub, live.actor("gina"), change_id)


def look_at(page: Page, address: str) -> str:
    """Open a page; a document to keep, which a browser stores instead of showing, is shown all the same.

    ``page``, ``document`` (its tables may be wider than a narrow window), or '' for a workbook.
    """
    answer = page.request.get(address)
    assert answer.status < 500, address
    if not answer.headers["content-type"].startswith("text/html"):
        return ""
    if "attachment" in answer.headers.get("content-disposition", ""):
        page.set_content(answer.text())
        page.add_script_tag(path=AXE)
        return "document"
    page.goto(address)
    return "page"


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("stock", ["demo", "empty"])
def test_no_page_has_a_serious_fault(
    request: pytest.FixtureRequest, browser: Browser, stock: str, language: str
) -> None:
    live: Live = request.getfixturevalue(stock)
    if stock == "demo":
        fill(live)
    visits = {
        who: live.visit(browser, who, language, bypass_csp=True, reduced_motion="reduce")
        for who in ("", "gina")
    }
    faults = []
    for endpoint, address in addresses(live).items():
        context = visits["" if endpoint in STRANGERS else "gina"]
        context.add_init_script(path=AXE) if not context.pages else None
        page = context.pages[0] if context.pages else context.new_page()
        kind = look_at(page, address)
        if not kind:
            continue
        for width in (1280, 360):
            page.set_viewport_size({"width": width, "height": 900})
            for theme in ("light", "dark"):
                page.emulate_media(color_scheme=theme)
                faults += [f"{address} {theme} {width}: {each}" for each in faults_of(page)]
            scrolls = page.evaluate("document.documentElement.scrollWidth - innerWidth")
            if scrolls > 0 and kind == "page":
                faults.append(f"{address} {width}: wider than the window by {scrolls}")
    for context in visits.values():
        context.close()
    assert not faults, "\n".join(faults)
