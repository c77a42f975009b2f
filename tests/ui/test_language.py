"""The catalogue: complete, without doubtful entries, and compiled as committed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from flask import Flask

import stewardship_ui
from stewardship_ui.label import country
from stewardship_ui.language import show_age

HERE = Path(stewardship_ui.__file__).parent
FOLDER = HERE / "translations" / "zh_Hans_CN" / "LC_MESSAGES"
KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2), "lazy_gettext": None}
METHODS = [("**.py", "python"), ("templates/**.html", "jinja2")]


def catalogue() -> Catalog:
    with (FOLDER / "messages.po").open("rb") as file:
        return read_po(file, locale="zh_Hans_CN")


def test_every_text_of_the_pages_is_in_the_chinese_catalogue() -> None:
    translated = {each.id if isinstance(each.id, str) else each.id[0] for each in catalogue() if each.id}
    found = {
        message if isinstance(message, str) else message[0]
        for _, _, message, _, _ in extract_from_dir(HERE, METHODS, keywords=KEYWORDS)
    }
    assert len(found) > 200
    assert found - translated == set(), "add these to messages.po"
    assert translated - found == set(), "take these out of messages.po"


def test_no_chinese_text_is_missing_or_doubtful_or_loses_a_value() -> None:
    for each in catalogue():
        texts = [each.string] if isinstance(each.string, str) else list(each.string)
        assert all(texts), f"not translated: {each.id}"
        assert each.id == "" or not each.fuzzy, f"doubtful: {each.id}"
        assert not list(each.check(catalogue())), each.id
        asked = each.id if isinstance(each.id, str) else each.id[0]
        assert "%" in asked or not any("%" in text for text in texts), (
            f"a sign that is read as a place: {asked}"
        )


def test_the_compiled_catalogue_is_that_of_the_texts() -> None:
    compiled = BytesIO()
    write_mo(compiled, catalogue())
    assert compiled.getvalue() == (FOLDER / "messages.mo").read_bytes(), (
        "run: pybabel compile -d stewardship_ui/translations -l zh_Hans_CN"
    )


@pytest.mark.parametrize(
    ("language", "minutes", "shown"),
    [("en", 0, "just now"), ("zh", 0, "刚刚"), ("en", 3, "3 minutes ago"), ("zh", 3, "3分钟前")],
)
def test_an_age_says_that_it_lies_in_the_past(app: Flask, language: str, minutes: int, shown: str) -> None:
    now = datetime(2026, 1, 1, 12, tzinfo=UTC)
    with app.test_request_context(f"/?lang={language}"):
        assert show_age(now - timedelta(minutes=minutes), now) == shown


@pytest.mark.parametrize(
    ("language", "code", "shown"),
    [
        ("zh", "TW", "中国台湾"),
        ("zh", "HK", "中国香港"),
        ("zh", "DE", "德国"),
        ("en", "TW", "Taiwan"),
        ("zh", "X", "X"),
    ],
)
def test_countries_and_territories_bear_their_official_names(
    app: Flask, language: str, code: str, shown: str
) -> None:
    with app.test_request_context(f"/?lang={language}"):
        assert country(code) == shown
