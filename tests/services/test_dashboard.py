"""The figures of the dashboard, on both databases, against what is plainly there."""

from __future__ import annotations

from datetime import timedelta

import pytest

from mdm.domain.errors import ForbiddenError, InvalidInputError, UnknownAttributeError
from mdm.services import dashboard, job, review
from tests import factories as f


def filled(hub):
    f.with_widgets(hub)
    f.put_all(
        hub,
        {
            "ERP:1": f.widget("A", "alpha", colour="no such colour"),
            "ERP:2": f.widget("A", "alpha"),
            "MES:1": f.widget("", "alpha"),
            "QMS:1": f.widget("B", "beta"),
        },
    )
    return hub


def measured(hub):
    return f.read(hub, dashboard.measure, f.ENTITY)


def test_every_figure_is_what_is_plainly_there(any_hub):
    hub = filled(any_hub)
    found = measured(hub)
    sources = {each.source: (each.records, each.things, each.duplicates) for each in found.stock.sources}
    assert sources == {"ERP": (2, 1, 1), "MES": (1, 1, 0), "QMS": (1, 1, 0)}
    assert found.stock.golden == 3
    shares = {each.attribute: (each.filled, each.held) for each in found.stock.attributes}
    assert shares["code"] == (2, 3)
    assert shares["name"] == (3, 4)
    assert shares["note"] == (0, 0)
    assert (found.open, found.flow.opened[-1], found.flow.golden[-1]) == (1, 1, 3)
    assert found.flow.golden[0] == 0
    assert found.age_p50 == found.age_p95
    assert (found.verdicts, found.verdicts_per_hour, found.compared) == (0, None, 0)


def test_decisions_flow_and_agreement_count_people(any_hub):
    hub = filled(any_hub)
    (task,) = f.open_tasks(hub).values()
    outcome = f.act(hub, review.decide, task.task_id, "match", "same")
    f.act(hub, review.undo, outcome.decision_id, "wait")
    (again,) = f.open_tasks(hub).values()
    f.act(hub, review.decide, again.task_id, "non-match", "two", actor=f.OTHER_STEWARD)
    found = measured(hub)
    assert (found.verdicts, found.undone, found.compared, found.agreed) == (2, 1, 1, 0)
    assert found.verdicts_per_hour == 1.0
    assert (found.open, found.flow.closed[-1]) == (0, 2)
    assert found.age_p50 is None


def test_each_figure_leads_to_its_records(any_hub):
    hub = filled(any_hub)

    def behind(figure, of):
        return f.read(hub, dashboard.drill, f.ENTITY, figure, of)

    (doubled,) = behind("duplicates", "ERP")
    assert (doubled.golden_id, doubled.detail) == (f.golden_ids(hub)["ERP:1"], "2")
    assert {line.golden_id for line in behind("missing", "code")} == {f.golden_ids(hub)["MES:1"]}
    found = {each.attribute: each.findings for each in measured(hub).stock.attributes}
    for name, number in found.items():
        assert len({(line.source, line.source_id) for line in behind("findings", name)}) == number
    with pytest.raises(InvalidInputError):
        behind("nothing", "code")
    with pytest.raises(UnknownAttributeError):
        behind("missing", "x\"') or 1=1")
    with pytest.raises(ForbiddenError):
        f.read(
            hub,
            dashboard.measure,
            f.ENTITY,
            actor=f.Actor("x", f.STEWARD.kind, frozenset()),
        )


def test_the_job_keeps_one_point_a_day_for_the_trends(any_hub):
    hub = filled(any_hub)
    start = hub.now()
    for day in range(3):
        hub._clock = lambda day=day: start + timedelta(days=day)
        for hour in range(2):
            hub._clock = lambda day=day, hour=hour: start + timedelta(days=day, hours=hour)
            assert "kept" in job.keep_stock(hub, f.SYSTEM)
    found = measured(hub)
    assert [each.golden for each in found.trends] == [3, 3, 3]
    assert found.trends[-1].duplicates == 0.25
    assert 0 < found.trends[-1].filled < 1
