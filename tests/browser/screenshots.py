"""``make screenshots``: the pages of the demo hub as pictures under docs/images, taken anew at each call."""

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


if __name__ == "__main__":
    sys.exit(main())
