"""How good the machine is, by what stewards said: figures with their bounds, per source pair and language."""

from __future__ import annotations

from dataclasses import asdict

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext, ngettext
from markupsafe import Markup
from werkzeug.wrappers import Response

from mdm.domain.chart import Point, reliability_svg
from mdm.domain.errors import InvalidInputError
from mdm.services import judged, quality, recalibration, retraining, sample
from mdm.services.quality import Quality
from stewardship_ui.door import current_hub, entity_or_404, page, reading, require, writing
from stewardship_ui.download import table_answer

blueprint = Blueprint("quality", __name__)

SAMPLE = 50
"""Links and non-links that the button draws."""


@blueprint.get("/quality")
@page
def show() -> str:
    """The figures of one entity."""
    with_rules = [name for name in current_hub().dictionary.entities if name in current_hub().rules]
    entity = entity_or_404(request.args.get("entity", "") or with_rules[0])
    with reading() as uow:
        found = quality.measure(uow, entity)
    return render_template(
        "quality.html", found=found, entity=entity, chart=_chart(found), sample_size=SAMPLE
    )


@blueprint.get("/quality/<entity>/pairs/<figure>")
@page
def pairs(entity: str, figure: str) -> str | Response:
    """The pairs behind one figure, those against it first; ``of`` names a pair of sources or languages."""
    require("quality.read")
    entity, of = entity_or_404(entity), request.args.get("of", "")[:130]
    if figure not in judged.FIGURES:
        abort(404)
    with reading() as uow:
        found = judged.drill(uow, entity, figure, of)
    form = request.args.get("format")
    if form:
        columns = list(judged.JudgedPair.__dataclass_fields__)
        rows = [list(asdict(each).values()) for each in found]
        return table_answer(f"{figure}-{entity}", columns, rows, "xlsx" if form == "xlsx" else "csv")
    return render_template("pairs.html", entity=entity, figure=figure, of=of, pairs=found)


@blueprint.post("/quality/<entity>/sample")
@page
def draw(entity: str) -> Response:
    """Draw a blind sample into the queue and go there."""
    with writing(gettext("Blind sample")) as uow:
        drawn = sample.draw(uow, entity_or_404(entity), SAMPLE, SAMPLE)
    number = drawn.links + drawn.non_links
    flash(ngettext("%(num)s pair was drawn.", "%(num)s pairs were drawn.", number), "status")
    return redirect(url_for("ui.review.queue", entity=entity, why="audit"), 303)


@blueprint.post("/quality/<entity>/recalibration")
@page
def recalibrate(entity: str) -> Response:
    """Propose a model that learned from the verdicts; somebody else approves it."""
    with writing(gettext("Learn from verdicts")) as uow:
        made = recalibration.propose(uow, entity_or_404(entity))
    flash(
        gettext(
            "A model was proposed (%(id)s); it waits for its report and for a second person.",
            id=made.change_id,
        ),
        "status",
    )
    return redirect(url_for("ui.quality.show", entity=entity), 303)


@blueprint.post("/quality/<entity>/retraining")
@page
def retrain(entity: str) -> Response:
    """Propose a model whose evidence is learned from the verdicts; somebody else approves it."""
    entity = entity_or_404(entity)
    try:
        with writing(gettext("Learn from verdicts")) as uow:
            made = retraining.propose(uow, entity)
        told = gettext(
            "A model was proposed (%(id)s); it waits for its report and for a second person.",
            id=made.change_id,
        )
    except InvalidInputError:
        told = gettext(
            "No model was proposed: the verdicts are too few, or teach nothing beyond the weights in force."
        )
    flash(told, "status")
    return redirect(url_for("ui.quality.show", entity=entity), 303)


def _chart(found: Quality) -> Markup | None:
    points = [
        Point(part.stated, part.found.value, part.found.low, part.found.high, part.pairs)
        for part in found.reliability.curve
        if part.found.value is not None and part.found.low is not None and part.found.high is not None
    ]
    if not points:
        return None
    drawn = reliability_svg(
        points,
        gettext("probability shown"),
        gettext("share of matches"),
        gettext("Shown and found probability"),
    )
    return Markup(drawn)
