"""Which two languages the names of a pair are written in."""

from __future__ import annotations


def language_of(text: str) -> str:
    """``zh`` for a text with a Chinese character, else ``en``; '' for no text."""
    if not text.strip():
        return ""
    return "zh" if any("\u3400" <= character <= "\u9fff" for character in text) else "en"


def language_pair(one: str, other: str) -> str:
    """``zh-zh``, ``zh-en``, ``en-en``, or '' where a name is missing."""
    found = sorted((language_of(one), language_of(other)), reverse=True)
    return "-".join(found) if all(found) else ""
