"""``make screenshots``: the pages of the demo hub as pictures under docs/images, taken anew at each call.

Those the documents show lie there; one of every page, in each language and theme, wide and narrow, lies in ``pages``
below it, to be looked at and not kept.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from mdm.config import load_settings
from mdm.demo.run import RECORDS, fill_hub
from mdm.domain.access import system_actor
from mdm.services import setup
from tests.browser.addresses import addresses
from tests.browser.harness import CHROMIUM, Live, add_people, open_browser

SHOTS = (
    ("queue", "ui.review.queue", "en", "light", 1280),
    ("compare", "ui.review.compare", "en", "light", 1280),
    ("compare-narrow", "ui.review.compare", "zh", "light", 360),
    ("golden", "ui.golden.show", "zh", "dark", 1280),
)
"""File, page, language, theme, width in CSS pixels."""
LOOKS = (("en", "light", 1280), ("zh", "dark", 1280), ("zh", "light", 360))
"""Language, theme and width in which every page is taken."""
HEIGHT = 900


def main() -> int:
    """Take every picture; returns 1 when there is no Chromium."""
    if CHROMIUM is None:
        sys.stderr.write("There is no chromium; MDM_CHROMIUM=path names one.\n")
        return 1
    with tempfile.TemporaryDirectory(prefix="mdm-screenshots-") as folder:
        hub = setup.open_hub(load_settings({"MDM_HOME": folder}))
        actor = system_actor("cli:demo")
        setup.init(hub, actor)
        fill_hub(hub, actor, Path(folder) / "demo", RECORDS)
        add_people(hub)
        live = Live(hub)
        take(live)
        take_all(live)
        live.close()
        hub.close()
    return 0


def take(live: Live) -> None:
    """Write the pictures of a hub that is served."""
    paths = addresses(live)
    target = ROOT / "docs" / "images"
    with open_browser() as browser:
        for name, endpoint, language, theme, width in SHOTS:
            context = live.visit(browser, "li.na", language, color_scheme=theme)
            page = context.new_page()
            page.set_viewport_size({"width": width, "height": HEIGHT})
            page.goto(paths[endpoint])
            page.screenshot(path=target / f"{name}.png")
            context.close()


def take_all(live: Live) -> None:
    """Write a picture of every page of the URL map that shows HTML."""
    target = ROOT / "docs" / "images" / "pages"
    target.mkdir(exist_ok=True)
    with open_browser() as browser:
        for language, theme, width in LOOKS:
            context = live.visit(browser, "gina", language, color_scheme=theme)
            page = context.new_page()
            page.set_viewport_size({"width": width, "height": HEIGHT})
            for endpoint, path in addresses(live).items():
                answer = page.request.get(path)
                kept = "attachment" in answer.headers.get("content-disposition", "")
                if kept or not answer.headers["content-type"].startswith("text/html"):
                    continue
                page.goto(path)
                name = endpoint.removeprefix("ui.")
                page.screenshot(path=target / f"{name}-{language}-{theme}-{width}.png")
            context.close()


if __name__ == "__main__":
    sys.exit(main())
