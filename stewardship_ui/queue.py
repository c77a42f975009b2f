"""The queue as a page: its lines, what it can be narrowed to and by how much, one's own views and one's own day."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from mdm.domain.review import TaskLine
from mdm.services import day, narrow, review, view
from mdm.services.narrow import Facets
from mdm.services.review import TaskPage
from mdm.services.unit_of_work import UnitOfWork
from stewardship_ui import wording
from stewardship_ui.difference import Run, Runs, mark_differences
from stewardship_ui.door import current_hub, reading
from stewardship_ui.filters import Filters
from stewardship_ui.label import Labels

PAGE_SIZE = 50
SHOWN = 8
"""Values of a facet that are seen at once; the rest opens on demand."""

FACETS = ("entity", "reason", "band", "due", "holder", "age", "languages", "risk", "sources")


class QueueRow(NamedTuple):
    """One line of the queue, ready to show; ``due``: its class and words, None while there is time."""

    line: TaskLine
    left: Runs
    right: Runs
    due: tuple[str, str]


class Choice(NamedTuple):
    """A value of a facet: what it is called, how many tasks it leaves, whether it is chosen, where it leads."""

    words: str
    tasks: int
    chosen: bool
    query: Mapping[str, Any]  # as url_for takes it


class Facet(NamedTuple):
    """What the queue can be narrowed by; ``more`` opens on demand."""

    name: str
    words: str
    choices: list[Choice]
    more: list[Choice]


def page_of(uow: UnitOfWork, filters: Filters) -> tuple[TaskPage, Facets]:
    """A page of the queue, and the counts of its facets."""
    counted = narrow.facets(uow, filters.narrow)
    tasks = review.list_tasks(
        uow, limit=PAGE_SIZE, cursor=filters.cursor, narrow=filters.narrow, expected=counted.total
    )
    return tasks, counted


def queue_values(filters: Filters) -> dict[str, Any]:  # values of templates have no common type
    """All that the page of the queue shows."""
    with reading() as uow:
        tasks, counted = page_of(uow, filters)
        mine = day.my_day(uow)
        views = view.list_views(uow)
        today = uow.now.date().isoformat()
    labels = Labels(current_hub().dictionary)
    return {
        "rows": [line_row(line, today) for line in tasks.lines],
        "total": tasks.total,
        "next_cursor": tasks.next_cursor,
        "filters": filters,
        "facets": [_facet(name, counted, filters, labels) for name in FACETS],
        "day": mine,
        "views": views,
        "now": current_hub().now(),
    }


def line_row(line: TaskLine, today: str) -> QueueRow:
    """A line with its differences marked and its due day in words."""
    left, right = mark_differences(line.left_title, line.right_title)
    if not any(run.same for run in left):  # two languages: marking everything would show nothing
        left, right = (Run(line.left_title, True),), (Run(line.right_title, True),)
    return QueueRow(line, left, right, wording.due(line.due_on, today))


def _facet(name: str, counted: Facets, filters: Filters, labels: Labels) -> Facet:
    chosen = getattr(filters.narrow, name)
    counts = dict(counted.counts[name])
    if chosen:
        counts.setdefault(chosen, 0)
    order = wording.facet_order(name)
    ranked = sorted(
        (value for value, count in counts.items() if count or value == chosen),
        key=lambda value: (order.index(value) if value in order else len(order), -counts[value], value),
    )
    choices = [
        Choice(
            wording.facet_value(name, value, labels),
            counts[value],
            value == chosen,
            filters.with_facet(name, value),
        )
        for value in ranked
        if value
    ]
    shown = [each for at, each in enumerate(choices) if at < SHOWN or each.chosen]
    return Facet(name, wording.facet(name), shown, [each for each in choices if each not in shown])
