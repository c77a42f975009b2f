"""What differs between two rule sets or code lists, line by line, for people who approve the change."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass
from enum import StrEnum
from typing import Any

from mdm.domain.code_list import CodeEntry, CodeList
from mdm.domain.rules import Comparison, Level, RuleSet, Veto
from mdm.domain.whatif import ChangeLine

_ACTIONS = {"link": "链接", "review": "复核", "non_link": "不链接"}


def rule_changes(old: RuleSet, new: RuleSet) -> tuple[ChangeLine, ...]:
    """Every declaration that differs; levels of comparisons one by one."""
    lines: list[ChangeLine] = []
    for each, then in zip(old.thresholds, new.thresholds, strict=False):
        if each.min_weight != then.min_weight:
            lines.append(
                ChangeLine(
                    "threshold",
                    each.action.value,
                    f"{each.min_weight:g}",
                    f"{then.min_weight:g}",
                    _ACTIONS.get(each.action.value, ""),
                )
            )
    lines += _named("feature", old.features, new.features, "name")
    lines += _named("blocking", old.blocking, new.blocking, "on")
    lines += _comparisons(old.comparisons, new.comparisons)
    lines += _named("veto", old.vetoes, new.vetoes, "name")
    lines += _listed("anchor", old.anchors, new.anchors)
    if old.partners != new.partners:
        lines.append(ChangeLine("partners", "", _told(old.partners), _told(new.partners)))
    lines += _named("survivorship", old.survivorship, new.survivorship, "attribute")
    if old.contradiction_share != new.contradiction_share:
        lines.append(ChangeLine("share", "", f"{old.contradiction_share:g}", f"{new.contradiction_share:g}"))
    return tuple(lines)


def code_changes(old: CodeList, new: CodeList) -> tuple[ChangeLine, ...]:
    """Codes and spellings that come, go or are renamed; ``name`` is the code."""
    lines: list[ChangeLine] = []
    for code in dict.fromkeys((*old.by_code, *new.by_code)):
        was, becomes = old.by_code.get(code), new.by_code.get(code)
        if was is None or becomes is None:
            lines.append(ChangeLine("code", code, _entry(was), _entry(becomes)))
            continue
        for part in ("zh", "en", "parent"):
            before, after = getattr(was, part), getattr(becomes, part)
            if before != after:
                lines.append(ChangeLine(f"code_{part}", code, before, after))
        lines += [
            ChangeLine("synonym", code, "", text) for text in becomes.synonyms if text not in was.synonyms
        ]
        lines += [
            ChangeLine("synonym", code, text, "") for text in was.synonyms if text not in becomes.synonyms
        ]
    return tuple(lines)


def _comparisons(old: Sequence[Comparison], new: Sequence[Comparison]) -> Iterator[ChangeLine]:
    before, after = _by_name(old, "name"), _by_name(new, "name")
    for name in dict.fromkeys((*before, *after)):
        was, becomes = before.get(name), after.get(name)
        if was is None or becomes is None:
            shown = becomes or was
            zh = shown.zh if shown else ""
            yield ChangeLine("comparison", name, was.en if was else "", becomes.en if becomes else "", zh)
        elif was != becomes:
            levels = list(_listed("level", was.levels, becomes.levels, name))
            yield from levels or [ChangeLine("comparison", name, _told(was), _told(becomes), becomes.zh)]


def _named(part: str, old: Sequence[Any], new: Sequence[Any], key: str) -> Iterator[ChangeLine]:
    """Declarations of one kind (``Any``: of any class) by their name."""
    before, after = _by_name(old, key), _by_name(new, key)
    for name in dict.fromkeys((*before, *after)):
        was, becomes = before.get(name), after.get(name)
        if was != becomes:
            shown = becomes if becomes is not None else was
            zh = shown.zh if isinstance(shown, Veto) else ""
            yield ChangeLine(part, name, _told(was), _told(becomes), zh)


def _listed(part: str, old: Sequence[Level], new: Sequence[Level], name: str = "") -> Iterator[ChangeLine]:
    """Levels, which have no name: those that go, then those that come."""
    yield from (ChangeLine(part, name, _told(each), "", each.zh) for each in old if each not in new)
    yield from (ChangeLine(part, name, "", _told(each), each.zh) for each in new if each not in old)


def _by_name(declared: Sequence[Any], key: str) -> Mapping[str, Any]:
    """``Any``: as ``_named``."""
    return {getattr(each, key): each for each in declared}


def _told(value: object) -> str:
    """A declaration as a rule file would write it, without what is left at its default or is there for people."""
    if value is None:
        return ""
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, tuple):
        return "(" + ", ".join(_told(each) for each in value) + ")"
    if not is_dataclass(value) or isinstance(value, type):
        return repr(value)
    if isinstance(value, Level):
        inner = [_told(each) for each in value.parts] or [value.column, f"{value.threshold:g}"]
        return f"{value.kind.value}({', '.join(inner)})"
    told = [
        f"{each.name}={_told(getattr(value, each.name))}"
        for each in fields(value)
        if each.name not in ("zh", "name") and getattr(value, each.name) != each.default
    ]
    return ", ".join(told)


def _entry(entry: CodeEntry | None) -> str:
    return "" if entry is None else " / ".join((*entry.spellings, *filter(None, [entry.parent])))
