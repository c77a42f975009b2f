"""Aids to read a pair across languages: how Chinese sounds, and what names were taken apart into."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from flask_babel import lazy_gettext
from pypinyin import Style, lazy_pinyin

from mdm.domain.review import Side, Task
from mdm.domain.source import Json
from stewardship_ui.label import Labels
from stewardship_ui.language import is_empty

PARTS: Mapping[str, object] = {
    "region": lazy_gettext("place"),
    "trade": lazy_gettext("own name"),
    "trade_pinyin": lazy_gettext("own name, as it sounds"),
    "industry": lazy_gettext("trade"),
    "legal_form": lazy_gettext("legal form"),
    "branch": lazy_gettext("branch"),
    "noun": lazy_gettext("what it is"),
    "stuff": lazy_gettext("made of"),
    "dims": lazy_gettext("sizes"),
    "grade": lazy_gettext("grade"),
    "colour": lazy_gettext("colour"),
    "sterile": lazy_gettext("sterile"),
    "side": lazy_gettext("side"),
    "standard": lazy_gettext("standard"),
    "variant": lazy_gettext("variant"),
    "codes": lazy_gettext("codes"),
    "base": lazy_gettext("base number"),
    "revision": lazy_gettext("revision"),
}
"""Parts that help a reader, in the order they are shown."""


class PartRow(NamedTuple):
    """One part of the names of both records; '' where a side has none."""

    words: str
    left: str
    right: str


def pinyin(text: str) -> str:
    """How the Chinese in a text sounds, '' where there is none."""
    if not any("\u3400" <= character <= "\u9fff" for character in text):
        return ""
    return " ".join(lazy_pinyin(text, style=Style.TONE))


def part_rows(task: Task, labels: Labels) -> list[PartRow]:
    """What the names of both records were taken apart into, side by side."""
    left, right = (_parts(side, labels.naming(task.line.entity)) for side in (task.left, task.right))
    return [
        PartRow(str(words), left.get(name, ""), right.get(name, ""))
        for name, words in PARTS.items()
        if left.get(name) or right.get(name)
    ]


def _parts(side: Side, names: Sequence[str]) -> dict[str, str]:
    """The parts of the first name that has any."""
    for name in names:
        held = side.parts.get(name)
        if isinstance(held, Mapping) and held:
            return {part: _text(value) for part, value in held.items() if not is_empty(value)}
    return {}


def _text(value: Json) -> str:
    if isinstance(value, Sequence) and not isinstance(value, str):
        return ", ".join(_text(each) for each in value)
    if isinstance(value, Mapping):
        return " ".join(_text(each) for each in value.values())
    return str(value)
