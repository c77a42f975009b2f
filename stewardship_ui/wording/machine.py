"""Why something was done: what the machine says in the language of the page, what people wrote as they wrote it."""

from __future__ import annotations

from mdm.domain.machine_reason import in_words, read_reason
from mdm.domain.reason import Words
from stewardship_ui.door import current_hub
from stewardship_ui.label import Labels
from stewardship_ui.language import language


def told(text: str) -> str:
    """A stored reason in the language of the page."""
    found = read_reason(text)
    name = found.values.get("entity", "") if found else ""
    words = in_words(text, Words(*[Labels(current_hub().dictionary).entity(name)] * 2))
    return words.zh if language() == "zh" else words.en
