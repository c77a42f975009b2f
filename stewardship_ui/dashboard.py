"""The dashboard: figures with charts, the same as tables and CSV, and the records behind each of them."""

from __future__ import annotations

from flask import Blueprint, abort, render_template, request
from flask_babel import gettext
from markupsafe import Markup
from werkzeug.wrappers import Response

from mdm.domain.chart_course import Course, course_svg
from mdm.domain.source import Json
from mdm.services import dashboard, quality
from mdm.services.dashboard import Dashboard
from stewardship_ui.door import current_hub, entity_or_404, page, reading
from stewardship_ui.download import table_answer
from stewardship_ui.label import Labels

blueprint = Blueprint("dashboard", __name__)

FIGURES = ("duplicates", "missing", "findings")
TABLES = ("flow", "sources", "attributes", "trends")
Table = tuple[list[str], list[list[Json]]]


@blueprint.get("/dashboard")
@page
def show() -> str | Response:
    """All figures of one entity; ``table`` and ``format`` give one of them as a file."""
    with_rules = [each.name for each in current_hub().dictionary.matched]
    entity = entity_or_404(request.args.get("entity", "") or with_rules[0])
    with reading() as uow:
        found = dashboard.measure(uow, entity)
        measured = quality.measure(uow, entity) if entity in current_hub().rules else None
    wanted = request.args.get("table", "")
    if wanted in TABLES:
        columns, rows = _table(found, wanted)
        return table_answer(f"{wanted}-{entity}", columns, rows, _format())
    return render_template(
        "dashboard.html",
        entity=entity,
        found=found,
        quality=measured,
        charts={name: Markup(svg) for name, svg in _charts(found).items()},
        tables={name: _table(found, name) for name in ("flow", "trends")},
        now=current_hub().now(),
    )


@blueprint.get("/dashboard/<entity>/<figure>")
@page
def drill(entity: str, figure: str) -> str | Response:
    """The records behind one figure; ``of`` names the source or the attribute."""
    entity_or_404(entity)
    if figure not in FIGURES:
        abort(404)
    of = request.args.get("of", "")[:60]
    with reading() as uow:
        lines = dashboard.drill(uow, entity, figure, of)
    if request.args.get("format"):
        columns = ["golden_id", "source_system", "source_id", "value", "detail"]
        rows: list[list[Json]] = [[e.golden_id, e.source, e.source_id, e.title, e.detail] for e in lines]
        return table_answer(f"{figure}-{entity}", columns, rows, _format())
    return render_template("drill.html", entity=entity, figure=figure, of=of, lines=lines)


def _format() -> str:
    return "xlsx" if request.args.get("format") == "xlsx" else "csv"


def _charts(found: Dashboard) -> dict[str, str]:
    flow = found.flow
    trends = found.trends
    return {
        "flow": course_svg(
            found.days,
            [Course(gettext("came in"), flow.opened), Course(gettext("went out"), flow.closed)],
            gettext("Review tasks that came in and went out per day"),
        ),
        "golden": course_svg(
            found.days,
            [Course(gettext("golden records"), flow.golden)],
            gettext("Golden records in use per day"),
        ),
        "trends": course_svg(
            [each.day for each in trends],
            [
                Course(gettext("duplicates"), [each.duplicates for each in trends]),
                Course(gettext("completeness"), [each.filled for each in trends]),
                Course(gettext("validity"), [each.valid for each in trends]),
            ],
            gettext("Shares of duplicates, filled and valid values per day"),
        ),
    }


def _table(found: Dashboard, name: str) -> Table:
    """One of the figures as columns and rows: what the chart shows, and what the file holds."""
    labels = Labels(current_hub().dictionary)
    if name == "flow":
        flow = found.flow
        columns = [
            gettext("Day"),
            gettext("came in"),
            gettext("went out"),
            gettext("decided"),
            gettext("golden records"),
        ]
        lines = zip(found.days, flow.opened, flow.closed, flow.decided, flow.golden, strict=True)
        return columns, [list(line) for line in lines]
    if name == "sources":
        return [gettext("Source"), gettext("Records"), gettext("Things"), gettext("duplicates")], [
            [e.source, e.records, e.things, e.duplicates] for e in found.stock.sources
        ]
    if name == "attributes":
        columns = [gettext("Attribute"), gettext("filled"), gettext("source values"), gettext("Findings")]
        return columns, [
            [labels.attribute(found.entity, e.attribute), e.filled, e.held, e.findings]
            for e in found.stock.attributes
        ]
    columns = [
        gettext("Day"),
        gettext("golden records"),
        gettext("duplicates"),
        gettext("completeness"),
        gettext("validity"),
    ]
    return columns, [
        [e.day, e.golden, _share(e.duplicates), _share(e.filled), _share(e.valid)] for e in found.trends
    ]


def _share(share: float | None) -> Json:
    return None if share is None else round(share, 4)
