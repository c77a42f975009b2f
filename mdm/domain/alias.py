"""Aliases: two trade names of one company that share neither sound nor letters, as a person's verdict shows them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from mdm.domain.code_list import CodeEdit, CodeList
from mdm.domain.standardise.text import has_han

TRADE_NAMES = "trade_names"
"""The code list of confirmed aliases: code and spellings of an entry are names of one company."""

_KEYS = ("trade_pinyin", "alias", "former_pinyin", "trade_sound")


def alias_edit(
    left: Sequence[Mapping[str, Any]], right: Sequence[Mapping[str, Any]], known: CodeList
) -> CodeEdit | None:
    """The alias that two matching records show by their company names' parts; None when nothing new is in them.

    ``Any``: parts are texts or lists of texts. Names that share sound or letters are found without an alias.
    """
    one, other = _trade(left), _trade(right)
    if not one or not other or _heard(left) & _heard(right):
        return None
    held = set(known.candidates(one))
    if held & set(known.candidates(other)):
        return None
    code = min(held, default=one)
    zh, en = (one, None) if has_han(one) else (None, one)
    return CodeEdit(code, add=(other,)) if held else CodeEdit(code, zh, en, add=(other,))


def _trade(names: Sequence[Mapping[str, Any]]) -> str:
    return next((str(parts["trade"]) for parts in names if parts.get("trade")), "")


def _heard(names: Sequence[Mapping[str, Any]]) -> set[str]:
    """Every sound and letter form of the names."""
    held = [parts[key] for parts in names for key in _KEYS if parts.get(key)]
    return {text for each in held for text in ([each] if isinstance(each, str) else each)}
