"""A hub served on a port of its own, and a browser that looks at it."""

from __future__ import annotations

import json
import os
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from werkzeug.serving import WSGIRequestHandler, make_server

from mdm.app import create_app
from mdm.domain.access import Actor, system_actor
from mdm.services import access, session
from mdm.services.hub import Hub

CHROMIUM = os.environ.get("MDM_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
AXE = Path(__file__).parent / "axe-core-4.14.1" / "axe.min.js"
PEOPLE = {
    "li.na": ("steward", "李娜"),
    "wang.wei": ("steward", "王伟"),
    "gina": ("governance,steward", "Gina Rossi"),
    "ada": ("admin", "Ada Admin"),
}
"""Login -> roles, display name."""


RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
"""WCAG 2.2 AA with targets of 24 px, which axe-core leaves out unless asked."""


@contextmanager
def open_browser() -> Iterator[Browser]:
    """Debian's Chromium without its sandbox (containers forbid that) and without calls home."""
    with sync_playwright() as driver:
        browser = driver.chromium.launch(
            executable_path=CHROMIUM,
            args=[
                "--no-sandbox",
                "--disable-gpu",
                "--disable-dev-shm-usage",
                "--disable-background-networking",
            ],
        )
        yield browser
        browser.close()


class _Quiet(WSGIRequestHandler):
    """Says nothing of each request."""

    def log(self, type: str, message: str, *args: object) -> None:
        """Nothing."""


class Live:
    """The pages of a hub over HTTP, in this process, so that a test may also ask the hub itself."""

    def __init__(self, hub: Hub) -> None:
        self.hub = hub
        self.app = create_app(hub)
        self._server = make_server("127.0.0.1", 0, self.app, threaded=True, request_handler=_Quiet)
        self.origin = f"http://127.0.0.1:{self._server.port}"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop serving."""
        self._server.shutdown()
        self._thread.join(timeout=10)
        self._server.server_close()

    def actor(self, login: str) -> Actor:
        """The person with this login."""
        with self.hub.reading(system_actor("cli:test")) as uow:
            return next(access.user_actor(each) for each in access.list_users(uow) if each.login == login)

    def visit(
        self, browser: Browser, login: str = "", language: str = "en", **given: object
    ) -> BrowserContext:
        """A browser of one's own; with ``login`` somebody is logged in already."""
        context = browser.new_context(
            base_url=self.origin,
            locale="zh-CN" if language == "zh" else "en-GB",
            viewport={"width": 1280, "height": 900},
            **given,
        )
        context.set_default_timeout(20_000)
        if login:  # without the password, which is slow to check on purpose
            token = session.open_session(self.hub, self.actor(login))
            context.add_cookies([{"name": "mdm", "value": token, "url": self.origin}])
        return context


def add_people(hub: Hub) -> None:
    """Stewards, governance and an administrator."""
    with hub.unit_of_work(system_actor("cli:test"), "people join") as uow:
        for login, (roles, name) in PEOPLE.items():
            access.add_user(uow, login, roles.split(","), name)


def faults_of(page: Page) -> list[str]:
    """What axe-core calls serious or critical on the page as it is: rule, then the first places."""
    found = json.loads(
        page.evaluate(
            "async (tags) => JSON.stringify((await axe.run(document, {runOnly: tags, resultTypes: ['violations'],"
            " iframes: false, elementRef: false})).violations.map(({id, impact, nodes}) => ({id, impact, nodes})))",
            list(RULES),
        )
    )
    return [
        f"{each['id']}: {'; '.join(' '.join(map(str, node['target'])) for node in each['nodes'][:3])}"
        for each in found
        if each["impact"] in {"serious", "critical"}
    ]
