"""Narrowing the queue: what it is filtered by, and how many tasks each further choice would leave."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from mdm.domain.access import Permission
from mdm.domain.errors import InvalidInputError
from mdm.domain.gram import fold
from mdm.services import access, claim
from mdm.services.unit_of_work import UnitOfWork
from mdm.storage import queue as queue_store
from mdm.storage.queue import FACETS, Wanted

AGES = {"day": (0, 0), "week": (1, 7), "month": (8, 30), "older": (31, None)}
"""Age of a task -> days since it was opened, from and to."""
DUE = {"overdue": (None, -1), "today": (0, 0), "week": (1, 7), "later": (8, None)}
"""When a task is due -> days from today, from and to."""
ORDERS = ("value", "age", "due")
ME, NOBODY = "me", "nobody"
NAMES = (*FACETS, "age", "due", "holder")
"""All facets, in the order of the values of a cell."""


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
    """``counts``: facet -> value -> tasks, each under all other filters; ``total`` under all of them."""

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
    """How many tasks each value of each facet would leave, in as many queries whatever the size of the queue."""
    access.require(uow.actor, Permission.REVIEW_READ)
    wanted = wanted_of(uow, narrow)
    me = claim.person(uow)
    chosen = {at: value for at, name in enumerate(NAMES) if (value := getattr(narrow, name))}
    if narrow.holder == me:
        chosen[NAMES.index("holder")] = ME
    return _count(_cells(uow, wanted, me), chosen)


def _cells(uow: UnitOfWork, wanted: Wanted, me: str) -> Counter[tuple[str, ...]]:
    """Values of all facets -> tasks that share them."""
    today = uow.now.date()
    ages = [(name, *_opened(today, name)) for name in AGES]
    dues = [(name, *_due(today, name)) for name in DUE]
    found: Counter[tuple[str, ...]] = Counter()
    for *values, _, tasks in queue_store.cells(uow.connection, ages, dues, wanted.text):
        found[(*values, NOBODY)] += tasks
    for *values, holder, tasks in queue_store.held_cells(uow.connection, ages, dues, uow.at, wanted.text):
        found[(*values, ME if holder == me else holder)] += tasks
        found[(*values, NOBODY)] -= tasks
    return found


def _count(cells: Mapping[tuple[str, ...], int], chosen: Mapping[int, str]) -> Facets:
    """A cell that fails the choice of one facet still counts for the values of that facet itself."""
    counts: list[defaultdict[str, int]] = [defaultdict(int) for _ in NAMES]
    total = 0
    for values, tasks in cells.items():
        failed = [at for at, value in chosen.items() if values[at] != value]
        if len(failed) > 1:
            continue
        for at in failed or range(len(NAMES)):
            counts[at][values[at]] += tasks
        total += 0 if failed else tasks
    return Facets({name: dict(found) for name, found in zip(NAMES, counts, strict=True)}, total)


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
