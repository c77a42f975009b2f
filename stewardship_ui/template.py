"""What every template can use: the words of the dictionary, the catalogue, the person, the assets, the filters."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from flask import g, request, session, url_for

from mdm.services.upload import Shown
from stewardship_ui import asset, wording
from stewardship_ui.door import allowed, current_hub, is_logged_in, with_query
from stewardship_ui.label import Labels, compared
from stewardship_ui.language import (
    TAGS,
    language,
    language_of,
    show_age,
    show_bits,
    show_number,
    show_percent,
    show_share,
    show_time,
)
from stewardship_ui.person import show_person
from stewardship_ui.review import OFFER_KEY

_GAPS = re.compile(r"\|{2,}")


def squeezed(raw: str) -> str:
    """A rejected row without its runs of empty cells."""
    return _GAPS.sub(" | ", raw).strip("| ")


def in_order(cells: Sequence[Shown], names: Sequence[str]) -> list[Shown]:
    """The cells of these attributes, in their order."""
    held = {cell.attribute: cell for cell in cells}
    return [held[name] for name in names]


FILTERS: Mapping[str, Callable[..., object]] = {
    "age": show_age,
    "bits": show_bits,
    "lang_of": language_of,
    "in_order": in_order,
    "number": show_number,
    "percent": show_percent,
    "person": show_person,
    "share": show_share,
    "squeezed": squeezed,
    "time": show_time,
}


def context() -> dict[str, Any]:  # values of templates have no common type
    """The names that every template knows."""
    return {
        "allowed": allowed,
        "asset": asset,
        "compared": compared,
        "display_name": g.get("display_name", ""),
        "is_logged_in": is_logged_in(),
        "labels": Labels(current_hub().dictionary),
        "language": language(),
        "page_lang": TAGS[language()],
        "say": wording,
        "shortcuts": g.get("shortcuts", True),
        "switch_languages": {"zh": "中文", "en": "English"},
        "taken_offer": _taken_offer,
        "this_path": _this_path(),
    }


def _taken_offer() -> Mapping[str, str | int] | None:
    """What was decided on the page before, told once."""
    offer: Mapping[str, str | int] | None = session.pop(OFFER_KEY, None)
    return offer


def _this_path() -> str:
    """The address of this page without its language, to come back to; that of the form after a POST."""
    if request.method != "GET":
        return url_for("ui.access.home")
    if not request.endpoint:
        return "/"
    query = [(name, value) for name, value in request.args.items(multi=True) if name != "lang"]
    return with_query(url_for(request.endpoint, **(request.view_args or {})), query)
