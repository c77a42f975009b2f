"""The dashboard: how the queue flows, how stewards decide, how clean sources and golden records are, and trends.

Figures come from one statement each over whole tables. What takes longer on a large hub (completeness, validity,
duplicates) is kept as a snapshot per day by a job; the page reads the latest one.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import Any

from mdm.domain.access import Permission
from mdm.domain.errors import InvalidInputError
from mdm.services import access
from mdm.services.unit_of_work import UnitOfWork
from mdm.storage import dashboard as dashboard_store
from mdm.storage import golden as golden_store

DAYS = 30
"""Days that flows and trends look back."""
LISTED = 500
"""Records of a drill-down."""


@dataclass(frozen=True, slots=True)
class Flow:
    """One figure per day: parallel to the ``days`` of the dashboard."""

    opened: tuple[int, ...]
    closed: tuple[int, ...]
    decided: tuple[int, ...]
    golden: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class SourceShare:
    """Current records of a source and the things they stand for; ``duplicates`` = records - things."""

    source: str
    records: int
    things: int
    duplicates: int


@dataclass(frozen=True, slots=True)
class AttributeShare:
    """``filled`` of the golden records have a value; of ``held`` source values ``findings`` break a rule."""

    attribute: str
    filled: int
    held: int
    findings: int


@dataclass(frozen=True, slots=True)
class Stock:
    """What a snapshot keeps: golden records in use, duplicates per source, completeness and validity."""

    golden: int
    sources: tuple[SourceShare, ...]
    attributes: tuple[AttributeShare, ...]


@dataclass(frozen=True, slots=True)
class Trend:
    """One kept day: golden records, and share of duplicates, filled and valid values (0 to 1, None without any)."""

    day: str
    golden: int
    duplicates: float | None
    filled: float | None
    valid: float | None


@dataclass(frozen=True, slots=True)
class Dashboard:
    """All figures of an entity; ages in hours, None where nothing waits; ``stock_at``: when the stock was counted."""

    entity: str
    days: tuple[str, ...]
    flow: Flow
    open: int
    age_p50: float | None
    age_p95: float | None
    verdicts: int
    verdicts_per_hour: float | None
    undone: int
    compared: int
    agreed: int
    stock: Stock
    stock_at: str
    trends: tuple[Trend, ...]


@dataclass(frozen=True, slots=True)
class DrillLine:
    """One record behind a figure: a golden record, or a source record."""

    golden_id: str
    source: str
    source_id: str
    title: str
    detail: str


def measure(uow: UnitOfWork, entity: str) -> Dashboard:
    """The figures of an entity now, with the latest stock and the trends."""
    access.require(uow.actor, Permission.QUALITY_READ)
    uow.hub.dictionary.entity(entity)
    days = _days(uow.now.date())
    since = days[0]
    kept = dashboard_store.snapshots(uow.connection, entity, since)
    stock = _stock_of(json.loads(kept[-1].content)) if kept else count_stock(uow, entity)
    said = dashboard_store.verdicts(uow.connection, entity, since)
    both = dashboard_store.agreement(uow.connection, entity, since)
    waiting = dashboard_store.count_open(uow.connection, entity)
    return Dashboard(
        entity,
        days,
        _flow(uow, entity, days),
        waiting,
        _age(uow, entity, waiting, 0.5),
        _age(uow, entity, waiting, 0.95),
        said.verdicts,
        round(said.verdicts / said.hours, 1) if said.hours else None,
        said.undone,
        both.pairs,
        int(both.agreed),
        stock,
        kept[-1].taken_at if kept else uow.at,
        tuple(_trend(row.day, _stock_of(json.loads(row.content))) for row in kept),
    )


def count_stock(uow: UnitOfWork, entity: str) -> Stock:
    """Duplicates, completeness and validity, counted now."""
    filled = dashboard_store.filled(uow.connection, entity)
    held = dashboard_store.holding(uow.connection, entity)
    broken = dashboard_store.with_findings(uow.connection, entity)
    return Stock(
        dashboard_store.count_golden(uow.connection, entity),
        tuple(
            SourceShare(row.source, row.records, row.things, row.records - row.things)
            for row in dashboard_store.per_source(uow.connection, entity)
        ),
        tuple(
            AttributeShare(name, filled.get(name, 0), held.get(name, 0), broken.get(name, 0))
            for name in uow.hub.dictionary.entity(entity).attributes
        ),
    )


def keep_stock(uow: UnitOfWork, entity: str) -> None:
    """Keep the stock of today as a snapshot."""
    content = json.dumps(asdict(count_stock(uow, entity)), ensure_ascii=False)
    dashboard_store.save_snapshot(uow.connection, entity, uow.at[:10], content, uow.at)


def drill(uow: UnitOfWork, entity: str, figure: str, of: str) -> tuple[DrillLine, ...]:
    """The records behind ``duplicates`` of a source, or ``missing`` or ``findings`` of an attribute."""
    access.require(uow.actor, Permission.QUALITY_READ)
    entity_type = uow.hub.dictionary.entity(entity)
    if figure == "duplicates":
        rows = dashboard_store.doubled(uow.connection, entity, of, LISTED)
        titles = golden_store.titles_of(uow.connection, [row.golden_id for row in rows])
        return tuple(
            DrillLine(r.golden_id, "", "", titles.get(r.golden_id, ""), str(r.records)) for r in rows
        )
    name = entity_type.attribute(of).name
    if figure == "missing":
        lacking = dashboard_store.lacking(uow.connection, entity, name, LISTED)
        return tuple(DrillLine(r.golden_id, "", "", r.title, "") for r in lacking)
    if figure == "findings":
        found = dashboard_store.finding_records(uow.connection, entity, name, LISTED)
        return tuple(DrillLine("", r.source, r.source_key, r.value, r.rule) for r in found)
    raise InvalidInputError("Figures are duplicates, missing and findings.", field="figure")


def _days(today: date) -> tuple[str, ...]:
    return tuple((today - timedelta(days=back)).isoformat() for back in range(DAYS - 1, -1, -1))


def _flow(uow: UnitOfWork, entity: str, days: Sequence[str]) -> Flow:
    since = days[0]
    counts = [
        per_day(uow.connection, entity, since)
        for per_day in (
            dashboard_store.opened_per_day,
            dashboard_store.closed_per_day,
            dashboard_store.decided_per_day,
        )
    ]
    issued = dashboard_store.issued_per_day(uow.connection, entity, since)
    ended = dashboard_store.ended_per_day(uow.connection, entity, since)
    in_use = dashboard_store.count_golden(uow.connection, entity)
    golden: list[int] = []
    for day in reversed(days):  # back from what is in use now
        golden.append(in_use)
        in_use -= issued.get(day, 0) - ended.get(day, 0)
    opened, closed, decided = (tuple(each.get(day, 0) for day in days) for each in counts)
    return Flow(opened, closed, decided, tuple(reversed(golden)))


def _age(uow: UnitOfWork, entity: str, waiting: int, quantile: float) -> float | None:
    """Hours that the task at this quantile of age has waited."""
    if not waiting:
        return None
    # Oldest first: the age that 95 of 100 tasks stay under belongs to the one at 5 percent of the order.
    opened = dashboard_store.opened_at_rank(uow.connection, entity, int((1 - quantile) * (waiting - 1)))
    if opened is None:
        return None
    return round((uow.now - datetime.fromisoformat(opened)).total_seconds() / 3600, 1)


def _trend(day: str, stock: Stock) -> Trend:
    records = sum(each.records for each in stock.sources)
    values = sum(each.held for each in stock.attributes)
    used = [each for each in stock.attributes if each.held or each.filled]
    cells = len(used) * stock.golden
    return Trend(
        day,
        stock.golden,
        sum(each.duplicates for each in stock.sources) / records if records else None,
        sum(each.filled for each in used) / cells if cells else None,
        1 - sum(each.findings for each in stock.attributes) / values if values else None,
    )


def _stock_of(content: Mapping[str, Any]) -> Stock:  # Any: JSON, as ``keep_stock`` wrote it
    return Stock(
        content["golden"],
        tuple(SourceShare(**each) for each in content["sources"]),
        tuple(AttributeShare(**each) for each in content["attributes"]),
    )
