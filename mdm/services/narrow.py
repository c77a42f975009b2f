"""Narrowing the queue: what it is filtered by, and how many tasks each further choice would leave."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from mdm.domain.access import Permission
from mdm.domain.errors import InvalidInputError
from mdm.domain.gram import fold
from mdm.services import access, claim
from mdm.services.unit_of_work import UnitOfWork
from mdm.storage import queue as queue_store
from mdm.storage.queue import FACETS, Cell, Wanted

AGES = {"day": (0, 0), "week": (1, 7), "month": (8, 30), "older": (31, None)}
"""Age of a task -> days since it was opened, from and to."""
DUE = {"overdue": (None, -1), "today": (0, 0), "week": (1, 7), "later": (8, None)}
"""When a task is due -> days from today, from and to."""
ORDERS = ("value", "age", "due")
ME, NOBODY = "me", "nobody"


@dataclass(frozen=True, slots=True)
class Narrow:
    """What a list of open tasks is narrowed to; '' narrows nothing.

    ``holder``: ``me``, ``nobody`` or a person; ``order``: ``value`` of a verdict, ``age`` or ``due``.
    """

    entity: str = ""
    sources: str = ""
    band: str = ""
    reason: str = ""
    languages: str = ""
    risk: str = ""
    age: str = ""
    due: str = ""
    holder: str = ""
    q: str = ""
    order: str = "value"


@dataclass(frozen=True, slots=True)
class Facets:
    """``counts``: facet -> value -> tasks, each under all other filters but the text; ``total`` under all of them."""

    counts: Mapping[str, Mapping[str, int]]
    total: int


def wanted_of(uow: UnitOfWork, narrow: Narrow) -> Wanted:
    """The lines that these filters leave; raises InvalidInputError for an unknown age, due or order."""
    for field, value, known in (
        ("age", narrow.age, AGES),
        ("due", narrow.due, DUE),
        ("order", narrow.order, ORDERS),
    ):
        if value and value not in known:
            raise InvalidInputError(f"{field} is one of {', '.join(known)}.", field=field)
    if narrow.entity:
        uow.hub.dictionary.entity(narrow.entity)
    today = uow.now.date()
    holder = claim.person(uow) if narrow.holder == ME else narrow.holder
    return Wanted(
        {name: getattr(narrow, name) for name in FACETS},
        opened=_opened(today, narrow.age),
        due=_due(today, narrow.due),
        holder="" if holder == NOBODY else holder,
        text=fold(narrow.q),
        free_for="" if holder == NOBODY else None,
        now=uow.at,
    )


def facets(uow: UnitOfWork, narrow: Narrow) -> Facets:
    """How many tasks each value of each facet would leave, in two queries whatever the size of the queue."""
    access.require(uow.actor, Permission.REVIEW_READ)
    wanted = wanted_of(uow, narrow)
    cells = queue_store.cells(uow.connection)
    today = uow.now.date()
    chosen = {name: value for name in FACETS if (value := getattr(narrow, name))}
    tests = _tests(chosen, narrow, today)
    counts, total = _count(cells, tests, today)
    counts["holder"] = _holders(uow, wanted, total)
    if narrow.holder:
        total = counts["holder"].get(narrow.holder, 0)
    return Facets(counts, total)


Test = Callable[[Cell], bool]


def _tests(chosen: Mapping[str, str], narrow: Narrow, today: date) -> dict[str, Test]:
    """Facet -> whether a cell passes what was chosen of it."""
    tests: dict[str, Test] = {}
    for name, value in chosen.items():
        tests[name] = _equal(FACETS.index(name), value)
    for name, value, days in (
        ("age", narrow.age, _opened(today, narrow.age)),
        ("due", narrow.due, _due(today, narrow.due)),
    ):
        if value:
            tests[name] = _between(name, *days)
    return tests


def _equal(place: int, value: str) -> Test:
    return lambda cell: cell[place] == value


def _between(name: str, first: str, last: str) -> Test:
    field = "opened_on" if name == "age" else "due_on"

    def passes(cell: Cell) -> bool:
        day: str = getattr(cell, field)
        return (not first or day >= first) and (not last or day <= last)

    return passes


def _count(
    cells: list[Cell], tests: Mapping[str, Test], today: date
) -> tuple[dict[str, Mapping[str, int]], int]:
    """A cell that fails one facet's choice still counts for the values of that facet itself."""
    names = (*FACETS, "age", "due")
    counts: dict[str, Counter[str]] = {name: Counter() for name in names}
    days = {day for cell in cells for day in (cell.opened_on, cell.due_on)}
    ages, dues = ({day: _span(day, today, spans) for day in days} for spans in (_opened, _due))
    total = 0
    for cell in cells:
        failed = [name for name, test in tests.items() if not test(cell)] if tests else []
        if len(failed) > 1:
            continue
        values = (
            cell.entity,
            cell.sources,
            cell.band,
            cell.reason,
            cell.languages,
            cell.risk,
            ages[cell.opened_on],
            dues[cell.due_on],
        )
        if failed:
            counts[failed[0]][values[names.index(failed[0])]] += cell.tasks
            continue
        total += cell.tasks
        for name, value in zip(names, values, strict=True):
            counts[name][value] += cell.tasks
    return {name: dict(found) for name, found in counts.items()}, total


def _span(day: str, today: date, spans: Callable[[date, str], tuple[str, str]]) -> str:
    """Which age, or which time until it is due, a day stands for."""
    for name in AGES if spans is _opened else DUE:
        first, last = spans(today, name)
        if (not first or day >= first) and (not last or day <= last):
            return name
    raise ValueError(f"{day} is in no span")


def _holders(uow: UnitOfWork, wanted: Wanted, total: int) -> dict[str, int]:
    held = queue_store.held_counts(uow.connection, wanted)
    me = claim.person(uow)
    mine = held.pop(me, 0)
    return {ME: mine, NOBODY: total - mine - sum(held.values()), **held}


def _opened(today: date, age: str) -> tuple[str, str]:
    """Days of opening, from and to: the older, the earlier."""
    if not age:
        return "", ""
    least, most = AGES[age]
    first = "" if most is None else (today - timedelta(days=most)).isoformat()
    last = "" if least == 0 else (today - timedelta(days=least)).isoformat()
    return first, last


def _due(today: date, due: str) -> tuple[str, str]:
    if not due:
        return "", ""
    least, most = DUE[due]
    first = "" if least is None else (today + timedelta(days=least)).isoformat()
    return first, "" if most is None else (today + timedelta(days=most)).isoformat()
