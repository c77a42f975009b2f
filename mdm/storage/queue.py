"""The lines of the queue: narrow rows of the open tasks, to filter, count, search and order them by.

Invariant: every open task has exactly one line, every other task none; ``services/line.py`` makes them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    Select,
    and_,
    case,
    delete,
    exists,
    func,
    literal_column,
    or_,
    select,
    true,
    update,
)

from mdm.domain.gram import grams
from mdm.storage.database import Row, among, insert_rows
from mdm.storage.schema import decision, queue_gram, queue_line, review_task, task_holder

FACETS = ("entity", "sources", "band", "reason", "languages", "risk")
"""Columns that a queue is narrowed by and counted per value of."""

FEW = 4000
"""So many lines are fetched and sorted sooner than the whole queue is walked in its order."""


TRIED = 8
"""So many grams of a text are counted at most, to find a rare one."""


class Wanted(NamedTuple):
    """Which lines: values of facets, days, whose, and a text; '' or empty narrows nothing.

    ``opened``, ``due``: ISO dates from and to, both included, '' for no end. ``holder``: lines that this person holds
    at ``now``; ``free_for``: lines that nobody but this person holds, or nobody at all for ''.
    ``not_doubted_by``: lines that none of these actors was unsure of.
    """

    facets: Mapping[str, str]
    opened: tuple[str, str] = ("", "")
    due: tuple[str, str] = ("", "")
    holder: str = ""
    text: str = ""
    free_for: str | None = None
    not_doubted_by: tuple[str, ...] = ()
    now: str = ""


Span = tuple[str, str, str]
"""Name of a stretch of days, its first and its last day, '' for no end."""


class Cell(NamedTuple):
    """How many lines share these facets, these stretches of days and this holder; '' for whoever holds them."""

    entity: str
    sources: str
    band: str
    reason: str
    languages: str
    risk: str
    age: str
    due: str
    holder: str
    tasks: int


def save_lines(
    connection: Connection, rows: Sequence[Mapping[str, Any]], grams: Mapping[int, Iterable[str]]
) -> None:
    """Write lines anew, with their grams by task."""
    drop_lines(connection, [row["task_id"] for row in rows])
    insert_rows(connection, queue_line, rows)
    insert_rows(
        connection,
        queue_gram,
        [{"gram": gram, "task_id": task_id} for task_id, held in grams.items() for gram in sorted(held)],
    )


def drop_lines(connection: Connection, task_ids: Sequence[int]) -> None:
    """Take lines out of the queue."""
    if task_ids:
        connection.execute(delete(queue_gram).where(among(connection, queue_gram.c.task_id, task_ids)))
        connection.execute(delete(queue_line).where(among(connection, queue_line.c.task_id, task_ids)))


def rank_line(connection: Connection, task_id: int, priority: float, band: str) -> None:
    """Move a line to another place."""
    connection.execute(
        update(queue_line).where(queue_line.c.task_id == task_id).values(priority=priority, band=band)
    )


def tasks_without_line(connection: Connection) -> list[int]:
    """Open tasks that no line shows, as after a migration."""
    lacking = ~exists().where(queue_line.c.task_id == review_task.c.task_id)
    return list(
        connection.scalars(select(review_task.c.task_id).where(review_task.c.status == "open", lacking))
    )


def cells(connection: Connection, ages: Sequence[Span], dues: Sequence[Span], text: str = "") -> list[Cell]:
    """Counts of the queue, or of the lines with this text, by all facets and stretches of days at once."""
    lines = _with_text(connection, text) if text else queue_line
    rows = connection.execute(_counted(select(lines), lines, ages, dues))
    return [Cell._make((*row[:-1], "", int(row[-1]))) for row in rows]


def held_cells(
    connection: Connection, ages: Sequence[Span], dues: Sequence[Span], now: str, text: str = ""
) -> list[Cell]:
    """The same of the lines that somebody holds at ``now``, by holder too."""
    # A sum is no column of an index: the few holders are walked and their lines looked up, not the other way round
    held = select(queue_line).join(task_holder, task_holder.c.task_id + 0 == queue_line.c.task_id)
    held = held.where(_live(now), _contains(connection, text) if text else true())
    rows = connection.execute(_counted(held, queue_line, ages, dues, task_holder.c.holder))
    return [Cell._make((*row[:-1], int(row[-1]))) for row in rows]


def page(
    connection: Connection,
    wanted: Wanted,
    *,
    order: str,
    after: tuple[float | str, int] | None,
    limit: int,
    expected: int,
    back: bool = False,
) -> list[tuple[int, float | str]]:
    """(task id, its place) of the next lines in ``order``: ``value``, ``age`` or ``due``; ``back``: of those before.

    ``after``: place and task id of the last line seen; ``expected``: how many lines the facets leave at most, which
    decides whether to walk the order or to fetch and sort.
    """
    place = _place(order)
    few, query = _narrowed(connection, wanted, expected)
    falls = (order == "value") != back
    number = queue_line.c.task_id
    if after is not None:
        beyond = place < after[0] if falls else place > after[0]
        within = number < after[1] if back else number > after[1]
        query = query.where(or_(beyond, and_(place == after[0], within)))
    # An expression is no column of an index: few lines are sorted instead of walking the whole queue in its order
    first = func.coalesce(place, place) if few else place
    then: ColumnElement[int] = number + 0 if few else number
    query = query.add_columns(place).order_by(first.desc() if falls else first, then.desc() if back else then)
    return [(int(row[0]), row[1]) for row in connection.execute(query.limit(limit))]


def place_of(connection: Connection, task_id: int, order: str) -> tuple[float | str, int] | None:
    """(place, task id) of an open task."""
    place = connection.scalar(select(_place(order)).where(queue_line.c.task_id == task_id))
    return None if place is None else (place, task_id)


def alike(connection: Connection, task_id: int, limit: int) -> list[int]:
    """Open tasks judged exactly as this one, itself first, the most valuable first; none for a blind one."""
    pattern = select(queue_line.c.pattern).where(queue_line.c.task_id == task_id).scalar_subquery()
    query = (
        select(queue_line.c.task_id)
        .where(queue_line.c.pattern == pattern, queue_line.c.pattern != "")
        .order_by(queue_line.c.task_id != task_id, queue_line.c.priority.desc(), queue_line.c.task_id)
    )
    return list(connection.scalars(query.limit(limit)))


def count_alike(connection: Connection, task_id: int) -> int:
    """How many open tasks are judged exactly as this one, itself included."""
    pattern = select(queue_line.c.pattern).where(queue_line.c.task_id == task_id).scalar_subquery()
    query = select(func.count()).where(queue_line.c.pattern == pattern, queue_line.c.pattern != "")
    return int(connection.scalar(query) or 0)


def lines_of(connection: Connection, task_ids: Iterable[int]) -> dict[int, Row]:
    """The lines of these tasks, with whoever holds them (``holder``, ``lease_until``)."""
    query = select(queue_line, task_holder.c.holder, task_holder.c.lease_until).outerjoin(
        task_holder, task_holder.c.task_id == queue_line.c.task_id
    )
    rows = connection.execute(query.where(among(connection, queue_line.c.task_id, task_ids)))
    return {row.task_id: row for row in rows}


def due_counts(connection: Connection, holder: str, today: str) -> tuple[int, int]:
    """(held by this actor, due until ``today`` among them)."""
    query = (
        select(func.count(), func.count().filter(queue_line.c.due_on <= today))
        .join(task_holder, task_holder.c.task_id == queue_line.c.task_id)
        .where(task_holder.c.holder == holder)
    )
    row = connection.execute(query).one()
    return int(row[0]), int(row[1])


def _with_text(connection: Connection, text: str) -> FromClause:
    """The lines that hold the text, as far as they are counted by.

    Found first and once (materialised): SQLite would otherwise look each of all lines up in the order of an index.
    """
    query = select(*(queue_line.c[name] for name in (*FACETS, "opened_on", "due_on")))
    gram = _rarest(connection, text)
    if gram is not None:
        query = query.where(_holds(gram))
    return query.where(_contains(connection, text)).cte("found").prefix_with("MATERIALIZED")


def _counted(
    query: Select[Any],  # Any: the columns of the lines
    lines: FromClause,
    ages: Sequence[Span],
    dues: Sequence[Span],
    *more: ColumnElement[str],
) -> Select[Any]:  # Any: facets, age, due, more, count
    """Lines of the query counted by day, which an index answers in its own order, then these by stretch of days."""
    columns = [*(lines.c[name] for name in (*FACETS, "opened_on", "due_on")), *more]
    by_day = (
        query.with_only_columns(*columns, func.count().label("tasks")).group_by(*columns).subquery("by_day")
    )
    same = [by_day.c[name] for name in FACETS]
    spans = [
        _span(by_day.c.opened_on, ages).label("age"),
        _span(by_day.c.due_on, dues).label("due"),
    ]
    rest = [by_day.c[column.name] for column in more]
    counted = select(*same, *spans, *rest, func.sum(by_day.c.tasks))
    return counted.group_by(*same, "age", "due", *rest)


def _span(day: ColumnElement[str], spans: Sequence[Span]) -> ColumnElement[str]:
    """In which stretch a day is; the last one takes whatever the others leave."""
    *told, (last, *_) = spans
    return case(*((_within(day, first, until), name) for name, first, until in told), else_=last)


def _within(day: ColumnElement[str], first: str, last: str) -> ColumnElement[bool]:
    return and_(true(), *([day >= first] if first else []), *([day <= last] if last else []))


def _place(order: str) -> ColumnElement[Any]:  # Any: a number or a date
    return {
        "value": queue_line.c.priority,
        "age": queue_line.c.opened_on,
        "due": queue_line.c.due_on,
    }[order]


def _narrowed(
    connection: Connection, wanted: Wanted, expected: int
) -> tuple[bool, Select[Any]]:  # Any: what is selected
    """Whether few lines are left, and a query for them."""
    query = select(queue_line.c.task_id).where(*_facets(wanted.facets), *_days(wanted))
    few = expected <= FEW
    if wanted.holder:
        query, few = query.where(_held_by(wanted.holder, wanted.now)), True
    if wanted.free_for is not None:
        query = query.where(~_held_by_others(wanted.free_for, wanted.now))
    if wanted.not_doubted_by:
        query = query.where(~_doubted_by(wanted.not_doubted_by))
    if wanted.text:
        gram = _rarest(connection, wanted.text)
        if gram is not None:
            query, few = query.where(_holds(gram)), True
        query = query.where(_contains(connection, wanted.text))
    return few, query


def _holds(gram: str) -> ColumnElement[bool]:
    return queue_line.c.task_id.in_(select(queue_gram.c.task_id).where(queue_gram.c.gram == gram))


def _facets(facets: Mapping[str, str]) -> list[ColumnElement[bool]]:
    return [queue_line.c[name] == value for name, value in facets.items() if value]


def _days(wanted: Wanted) -> list[ColumnElement[bool]]:
    found = []
    for days, column in ((wanted.opened, queue_line.c.opened_on), (wanted.due, queue_line.c.due_on)):
        if any(days):
            found.append(_within(column, *days))
    return found


def _live(now: str) -> ColumnElement[bool]:
    return or_(task_holder.c.lease_until.is_(None), task_holder.c.lease_until > now)


def _held_by(holder: str, now: str) -> ColumnElement[bool]:
    held = select(task_holder.c.task_id).where(task_holder.c.holder == holder, _live(now))
    return queue_line.c.task_id.in_(held)


def _held_by_others(actor: str, now: str) -> ColumnElement[bool]:
    return exists().where(
        task_holder.c.task_id == queue_line.c.task_id, task_holder.c.holder != actor, _live(now)
    )


def _doubted_by(actors: Sequence[str]) -> ColumnElement[bool]:
    return exists().where(
        decision.c.task_id == queue_line.c.task_id,
        decision.c.verdict == literal_column("'unsure'"),  # as the partial index has it
        decision.c.actor.in_(list(actors)),
        decision.c.undone_by.is_(None),
    )


def _contains(connection: Connection, text: str) -> ColumnElement[bool]:
    """Plain substring, so that signs of LIKE stand for themselves."""
    find = func.instr if connection.dialect.name == "sqlite" else func.strpos
    return find(queue_line.c.text, text) > 0


def _rarest(connection: Connection, text: str) -> str | None:
    """The gram of the text that fewest lines hold, when these are few; None: walking the queue is no slower."""
    found = sorted(grams(text))[:TRIED]
    if not found:
        return None
    counts = []
    for gram in found:
        some = select(queue_gram.c.task_id).where(queue_gram.c.gram == gram).limit(FEW + 1).subquery()
        counts.append(select(func.count()).select_from(some).scalar_subquery())
    count, gram = min(zip(connection.execute(select(*counts)).one(), found, strict=True))
    return gram if count <= FEW else None
