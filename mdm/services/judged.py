"""The pairs behind a figure of quality: what the machine said, what people said, the contradictions first."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from mdm.domain.access import Permission
from mdm.domain.errors import InvalidInputError
from mdm.domain.sampling import Stratum
from mdm.services import access
from mdm.services.dashboard import DAYS
from mdm.services.quality import WINDOW, describe_pairs
from mdm.services.unit_of_work import UnitOfWork
from mdm.storage import dashboard as dashboard_store
from mdm.storage import quality as quality_store
from mdm.storage import source as source_store
from mdm.storage.database import time_text

LISTED = 500
"""Pairs of a drill-down."""

SURE = 0.5
"""From this probability on the machine leans to yes."""


@dataclass(frozen=True, slots=True)
class JudgedPair:
    """One pair: both records by name, what the machine said, what people said; ``against``: they differ.

    ``by``: who said what, where that is what the figure is about.
    """

    task_id: int
    left_source: str
    left_id: str
    left_title: str
    right_source: str
    right_id: str
    right_title: str
    match_probability: float | None
    match_weight: float | None
    verdict: str
    against: bool
    at: str
    by: str = ""


@dataclass(frozen=True, slots=True)
class _Figure:
    """Which rows a figure counts, and which of them go against it."""

    sampled: bool
    counts: Callable[[Any], bool]  # Any: a table row
    against: Callable[[Any], bool]


def _is_link(row: Any) -> bool:  # Any: a table row
    return bool(row.stratum == Stratum.LINK)


_FIGURES: Mapping[str, _Figure] = {
    "links": _Figure(True, _is_link, lambda r: r.verdict != "match"),
    "non-links": _Figure(True, lambda r: not _is_link(r), lambda r: r.verdict == "match"),
    "recall": _Figure(True, lambda r: r.verdict == "match", lambda r: not _is_link(r)),
    "questions": _Figure(False, lambda r: True, lambda r: False),
    "leaning": _Figure(False, lambda r: r.match_probability >= SURE, lambda r: r.verdict != "match"),
    "found": _Figure(False, lambda r: r.verdict == "match", lambda r: r.match_probability < SURE),
}
FIGURES = (*_FIGURES, "agreement", "undone")
"""Judged links, judged non-links and matches of the blind sample; questions of the queue, those leant to and matches
among them; pairs that several people judged, and verdicts taken back, both of the days of the dashboard."""


def drill(uow: UnitOfWork, entity: str, figure: str, of: str = "") -> tuple[JudgedPair, ...]:
    """The pairs behind a figure, those against it first, then the newest; ``of``: a pair of sources or languages."""
    access.require(uow.actor, Permission.QUALITY_READ)
    uow.hub.dictionary.entity(entity)
    if figure not in FIGURES:
        raise InvalidInputError(f"Figures are {', '.join(FIGURES)}.", field="figure")
    rows = _rows(uow, entity, figure)
    if of:
        described = describe_pairs(uow, [row for row, _, _ in rows])
        rows = [each for each in rows if of in (described(each[0]).sources, described(each[0]).language)]
    rows.sort(key=lambda each: each[0].at, reverse=True)
    rows.sort(key=lambda each: not each[1])
    return tuple(_named(uow, entity, rows[:LISTED]))


def _rows(uow: UnitOfWork, entity: str, figure: str) -> list[tuple[Any, bool, str]]:  # Any: table rows
    """(row, whether it goes against the figure, who said what)."""
    if figure in _FIGURES:
        asked, since = _FIGURES[figure], time_text(uow.now - WINDOW)
        read = quality_store.sampled if asked.sampled else quality_store.queue_verdicts
        judged = (row for row in read(uow.connection, entity, since) if row.verdict is not None)
        return [(row, asked.against(row), "") for row in judged if asked.counts(row)]
    since = (uow.now.date() - timedelta(days=DAYS - 1)).isoformat()
    said = dashboard_store.said_on_pairs(uow.connection, entity, since)
    if figure == "undone":
        return [(row, True, row.actor) for row in said if row.undone_by is not None]
    return _compared(said)


def _compared(said: Iterable[Any]) -> list[tuple[Any, bool, str]]:  # Any: table rows
    """Pairs on which two people or more gave a yes or no, each by its latest verdict."""
    by_pair: dict[tuple[int, int], list[Any]] = {}
    for row in said:
        if row.verdict in {"match", "non-match"}:
            by_pair.setdefault((row.left_id, row.right_id), []).append(row)
    return [
        (rows[-1], len({row.verdict for row in rows}) > 1, "; ".join(f"{r.actor}: {r.verdict}" for r in rows))
        for rows in by_pair.values()
        if len({row.actor for row in rows}) > 1
    ]


def _named(
    uow: UnitOfWork, entity: str, rows: list[tuple[Any, bool, str]]
) -> Iterable[JudgedPair]:  # Any: table rows
    ids = {side for row, _, _ in rows for side in (row.left_id, row.right_id)}
    records = source_store.records_by_id(uow.connection, ids)
    contents = source_store.standard_contents(uow.connection, ids)
    title_of = uow.hub.dictionary.entity(entity).title_of
    titles = {r: title_of(json.loads(text).get("values", {})) for r, text in contents.items()}
    for row, against, by in rows:
        left, right = records[row.left_id].key, records[row.right_id].key
        yield JudgedPair(
            row.task_id,
            left.system,
            left.key,
            titles.get(row.left_id, ""),
            right.system,
            right.key,
            titles.get(row.right_id, ""),
            row.match_probability,
            row.match_weight,
            row.verdict,
            against,
            row.at,
            by,
        )
