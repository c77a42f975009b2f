"""What the queue is narrowed to; carried through every link and form, so that the next task is of the same kind."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import asdict, dataclass, replace
from typing import Any

from flask import request

from mdm.domain.review import Band, RiskClass, TaskReason
from mdm.services.narrow import AGES, DUE, ORDERS, Narrow
from stewardship_ui.door import current_hub

LONGEST = 200

LANGUAGES = ("zh-zh", "zh-en", "en-en")


@dataclass(frozen=True, slots=True)
class Filters:
    """One value per facet, a text, an order and the place on the page; '' narrows nothing."""

    narrow: Narrow
    cursor: str = ""

    def query(self, **other: str) -> dict[str, Any]:  # as url_for takes it
        """The part of an address that says the same but for ``other``, without what is not set."""
        named = asdict(self.narrow) | {"cursor": self.cursor} | other
        named["why"] = named.pop("reason")
        if named["order"] == "value":
            del named["order"]
        return {name: value for name, value in named.items() if value}

    def with_facet(self, name: str, value: str) -> dict[str, Any]:
        """The address that also narrows to this value, or no longer where it does already; from the first page."""
        chosen = "" if getattr(self.narrow, name) == value else value
        return self.query(cursor="", **{name: chosen})

    @property
    def entity(self) -> str:
        """The entity type; '' for all."""
        return self.narrow.entity

    @property
    def q(self) -> str:
        """The text that is searched for."""
        return self.narrow.q

    @property
    def is_set(self) -> bool:
        """Whether anything is left out of the queue."""
        return replace(self.narrow, order="value") != Narrow()


def read_filters() -> Filters:
    """The filters of this request; values that mean nothing are left out."""
    values = request.values

    def one_of(name: str, known: Container[str]) -> str:
        value = values.get(name, "")
        return value if value in known else ""

    return Filters(
        Narrow(
            entity=one_of("entity", current_hub().dictionary.entities),
            sources=values.get("sources", "")[:LONGEST],
            band=one_of("band", set(Band)),
            reason=one_of("why", set(TaskReason)),
            languages=one_of("languages", LANGUAGES),
            risk=one_of("risk", set(RiskClass)),
            age=one_of("age", AGES),
            due=one_of("due", DUE),
            holder=values.get("holder", "")[:LONGEST],
            q=values.get("q", "").strip()[:LONGEST],
            order=one_of("order", ORDERS) or "value",
        ),
        values.get("cursor", "")[:LONGEST],
    )
