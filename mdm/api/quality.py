"""The quality of the machine over HTTP: the blind sample that measures it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict

from flask import Response
from marshmallow import Schema, fields, validate

from mdm.api.blueprint import ApiBlueprint
from mdm.api.idempotency import HEADER_DOC, Answer, write
from mdm.api.security import reading
from mdm.services import dashboard, judged, quality, recalibration, retraining, sample
from mdm.services.quality import Quality
from mdm.services.unit_of_work import UnitOfWork

blueprint = ApiBlueprint("quality", "Quality of automatic matching, measured by people")


class SampleSizeSchema(Schema):
    """How many automatic decisions to draw."""

    links = fields.Integer(load_default=50, strict=True, validate=validate.Range(0, sample.MOST))
    non_links = fields.Integer(load_default=50, strict=True, validate=validate.Range(0, sample.MOST))


class SampleDrawnSchema(Schema):
    """What was drawn: open audit tasks, and how many pairs each stratum had to draw from."""

    sample_id = fields.String()
    entity = fields.String()
    links = fields.Integer()
    non_links = fields.Integer()
    populations = fields.Dict(keys=fields.String(), values=fields.Integer())


class ShareSchema(Schema):
    """A share with its 95 % interval and its one-sided 95 % bounds; null while nothing is judged."""

    number = fields.Integer(metadata={"description": "Verdicts behind it"})
    hits = fields.Integer()
    value = fields.Float(allow_none=True)
    low = fields.Float(allow_none=True)
    high = fields.Float(allow_none=True)
    at_least = fields.Float(allow_none=True, metadata={"description": "Wilson's one-sided bound"})
    at_least_exact = fields.Float(allow_none=True, metadata={"description": "Clopper and Pearson's"})


class SampleQualitySchema(Schema):
    """From the blind sample: speaks for all automatic decisions."""

    drawn = fields.Integer()
    answered = fields.Integer()
    precision = fields.Nested(ShareSchema)
    missed = fields.Nested(ShareSchema)
    recall = fields.Nested(ShareSchema)


class AskedQualitySchema(Schema):
    """From the queue: speaks only for what the machine asked."""

    answered = fields.Integer()
    yield_ = fields.Nested(ShareSchema, data_key="yield")
    precision = fields.Nested(ShareSchema)
    recall = fields.Nested(ShareSchema)


class SliceSchema(Schema):
    """The figures of one pair of sources or languages."""

    name = fields.String()
    sample = fields.Nested(SampleQualitySchema)
    queue = fields.Nested(AskedQualitySchema)


class ReliabilityBinSchema(Schema):
    """Pairs of like stated probability, and the share of matches among them."""

    pairs = fields.Integer()
    stated = fields.Float()
    found = fields.Nested(ShareSchema)


class ReliabilitySchema(Schema):
    """Stated against found probability in the queue."""

    pairs = fields.Integer()
    ece = fields.Float(allow_none=True)
    brier = fields.Float(allow_none=True)
    curve = fields.List(fields.Nested(ReliabilityBinSchema))


class QualitySchema(Schema):
    """What verdicts tell about the matching of an entity."""

    entity = fields.String()
    verdicts = fields.Integer()
    verdicts_needed = fields.Integer()
    calibrated = fields.Boolean(metadata={"description": "Probabilities rest on verdicts of this hub"})
    trained_on = fields.String()
    state = fields.String(metadata={"enum": ["unknown", "holds", "open", "below"]})
    limit = fields.Float()
    target = fields.Float()
    clean_needed = fields.Integer()
    sample = fields.Nested(SampleQualitySchema)
    queue = fields.Nested(AskedQualitySchema)
    reliability = fields.Nested(ReliabilitySchema)
    by_sources = fields.List(fields.Nested(SliceSchema))
    by_language = fields.List(fields.Nested(SliceSchema))


class DashboardSchema(Schema):
    """Figures of the dashboard of one entity, over the last 30 days."""

    entity = fields.String()
    days = fields.List(fields.String(), metadata={"description": "Days that the lists of `flow` stand for"})
    flow = fields.Dict(metadata={"description": "opened, closed, decided, golden: one number per day"})
    open = fields.Integer()
    age_p50 = fields.Float(allow_none=True, metadata={"description": "Hours"})
    age_p95 = fields.Float(allow_none=True, metadata={"description": "Hours"})
    verdicts = fields.Integer()
    verdicts_per_hour = fields.Float(allow_none=True)
    undone = fields.Integer()
    compared = fields.Integer(metadata={"description": "Pairs that several people judged"})
    agreed = fields.Integer()
    stock = fields.Dict()
    stock_at = fields.String(metadata={"format": "date-time"})
    trends = fields.List(fields.Dict())


@blueprint.route("/quality/<entity>/dashboard", methods=["GET"])
@blueprint.response(200, DashboardSchema)
def read_dashboard(entity: str) -> dict[str, object]:
    """Read the figures of the dashboard"""
    return asdict(dashboard.measure(reading(), entity))


@blueprint.route("/quality/<entity>", methods=["GET"])
@blueprint.response(200, QualitySchema)
def read(entity: str) -> Quality:
    """Read precision and recall by verdicts, with their bounds"""
    return quality.measure(reading(), entity)


class JudgedQuerySchema(Schema):
    """Which figure, and of which pair of sources or languages."""

    figure = fields.String(load_default="links", validate=validate.OneOf(judged.FIGURES))
    of = fields.String(load_default="", validate=validate.Length(max=130))


class JudgedPairSchema(Schema):
    """One pair behind a figure: what the machine said, what people said, and whether they differ."""

    task_id = fields.Integer()
    left_source = fields.String()
    left_id = fields.String()
    left_title = fields.String()
    right_source = fields.String()
    right_id = fields.String()
    right_title = fields.String()
    match_probability = fields.Float(allow_none=True)
    match_weight = fields.Float(allow_none=True)
    verdict = fields.String()
    against = fields.Boolean()
    at = fields.String(metadata={"format": "date-time"})
    by = fields.String()


class JudgedPairListSchema(Schema):
    """At most 500 pairs, those against the figure first, then the newest."""

    pairs = fields.List(fields.Nested(JudgedPairSchema))


@blueprint.route("/quality/<entity>/pairs", methods=["GET"])
@blueprint.arguments(JudgedQuerySchema, location="query")
@blueprint.response(200, JudgedPairListSchema)
def read_pairs(query: Mapping[str, str], entity: str) -> dict[str, object]:
    """Read the pairs behind a figure of quality"""
    return {"pairs": judged.drill(reading(), entity, query["figure"], query["of"])}


class RecalibratedSchema(Schema):
    """A proposed model, and how far the probabilities of the queue are off before and after (cross-validated)."""

    change_id = fields.String()
    entity = fields.String()
    verdicts = fields.Integer()
    from_queue = fields.Integer()
    from_sample = fields.Integer()
    before = fields.Nested(ReliabilitySchema)
    after = fields.Nested(ReliabilitySchema)
    trained_on = fields.String()


@blueprint.route("/quality/<entity>/recalibration", methods=["POST"])
@blueprint.response(200, RecalibratedSchema)
@blueprint.doc(parameters=[HEADER_DOC])
def recalibrate(entity: str) -> Response:
    """Propose a model whose probabilities are learned from verdicts

    Needs the scope matching:propose; the change waits for its report and for the approval of somebody else.
    """

    def act(uow: UnitOfWork) -> Answer:
        return Answer(recalibration.propose(uow, entity))

    return write(f"recalibrate {entity}", RecalibratedSchema(), act)


class LevelMovedSchema(Schema):
    """A level whose evidence would move, in bits."""

    comparison = fields.String()
    level = fields.String()
    was = fields.Float()
    becomes = fields.Float()


class RetrainedSchema(Schema):
    """A proposed model, and the bits of surprise per verdict before and after (cross-validated)."""

    change_id = fields.String()
    entity = fields.String()
    verdicts = fields.Integer()
    matches = fields.Integer()
    left_out = fields.Integer()
    before = fields.Float()
    after = fields.Float()
    moved = fields.List(fields.Nested(LevelMovedSchema))
    trained_on = fields.String()


@blueprint.route("/quality/<entity>/retraining", methods=["POST"])
@blueprint.response(200, RetrainedSchema)
@blueprint.doc(parameters=[HEADER_DOC])
def retrain(entity: str) -> Response:
    """Propose a model whose evidence is learned from verdicts

    Needs the scope matching:propose; the change waits for its report and for the approval of somebody else.
    """

    def act(uow: UnitOfWork) -> Answer:
        return Answer(retraining.propose(uow, entity))

    return write(f"retrain {entity}", RetrainedSchema(), act)


@blueprint.route("/quality/<entity>/sample", methods=["POST"])
@blueprint.arguments(SampleSizeSchema)
@blueprint.response(200, SampleDrawnSchema)
@blueprint.doc(parameters=[HEADER_DOC])
def draw(body: Mapping[str, int], entity: str) -> Response:
    """Draw a blind sample of automatic links and non-links into the queue"""

    def act(uow: UnitOfWork) -> Answer:
        return Answer(sample.draw(uow, entity, body["links"], body["non_links"]))

    return write(f"blind sample of {entity}", SampleDrawnSchema(), act)
