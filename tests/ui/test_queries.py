"""How often a page asks the database: always the same, however much there is to show."""

from __future__ import annotations

from flask.testing import FlaskClient

from mdm.domain.access import system_actor
from mdm.domain.review import Verdict
from mdm.services import review
from mdm.services.hub import Hub
from mdm.storage.database import counted_queries

MOST = 38
"""Of the page of a pair: what a match would leave is tried out on the records around it. Two ask what governs: the
page's unit of work, and that which reads the session."""


def test_pages_ask_as_often_for_one_decision_as_for_three(
    steward: FlaskClient, stocked_hub: Hub, task_ids: list[int]
) -> None:
    pages = ("/review", "/search?entity=supplier", "/decisions", "/sources", f"/review/{task_ids[-1]}")
    counts = []
    for task_id, verdict in (
        (task_ids[0], Verdict.UNSURE),  # from here on somebody is shown, whose name is asked for once
        (task_ids[0], Verdict.MATCH),
        (task_ids[1], Verdict.MATCH),
    ):
        with stocked_hub.unit_of_work(system_actor("cli:test"), "fewer") as uow:
            review.decide(uow, task_id, verdict, "same")
        row = []
        for path in pages:
            steward.get(path)
            with counted_queries(stocked_hub.database) as seen:
                assert steward.get(path).status_code == 200
            row.append(len(seen))
        counts.append(row)
    assert counts[0] == counts[1] == counts[2]
    assert max(counts[0]) <= MOST
