"""Grouping in parts: how much is looked at together must not show in what comes of it."""

from __future__ import annotations

import pytest

from mdm.services import cluster, rule
from tests import factories as f

WIDGETS = [(f"{n}", f.widget("ABCDEFGH"[n // 3], note=f"n{n}")) for n in range(24)]


@pytest.fixture
def hub(widgets):
    f.ingest(widgets, "ERP", WIDGETS[::2])
    f.ingest(widgets, "PLM", WIDGETS[1::2])
    f.run(widgets, full=True)
    return widgets


def grouped(hub, gather):
    return f.read(hub, lambda uow: cluster.regroup(gather(uow, rule.matcher(uow, "widget"))))


@pytest.mark.parametrize("gather", [cluster.gather_all, cluster.gather_whole])
def test_grouping_some_components_at_a_time_gives_what_grouping_all_gives(hub, monkeypatch, gather):
    whole = grouped(hub, gather)
    monkeypatch.setattr(cluster, "PART", 1)
    assert grouped(hub, gather) == whole
    assert any(len(members) > 1 for members in whole.clusters)


def test_what_was_let_go_is_read_again(hub):
    with hub.reading(f.SYSTEM) as uow:
        scope = cluster.gather_whole(uow, rule.matcher(uow, "widget"))
        one, other = sorted(scope.records)[:2]
        before = scope.contradiction(one, other), scope.prepare(one).values
        scope.let_go()
        assert not scope.packed
        assert not scope.features
        assert (scope.contradiction(one, other), scope.prepare(one).values) == before
