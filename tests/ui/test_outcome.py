"""What the page of a pair promises of a match."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from flask import Flask, g, render_template

from mdm.domain.access import Actor, ActorKind, Role, system_actor
from mdm.domain.review import Against, Beside, Foreseen, Task
from mdm.services import review
from mdm.services.hub import Hub
from mdm.services.narrow import Narrow
from stewardship_ui.comparison import compare_records
from stewardship_ui.filters import Filters
from stewardship_ui.label import Labels
from stewardship_ui.outcome import Leaves, SourceKey, leaves
from stewardship_ui.review import Place, page_words


@pytest.fixture
def task(stocked_hub: Hub, task_ids: list[int]) -> Task:
    with stocked_hub.reading(system_actor("cli:test")) as uow:
        return review.get_task(uow, task_ids[0])


def shown(app: Flask, hub: Hub, task: Task, language: str = "en") -> str:
    """The page of this task as a steward sees it, without tags and doubled spaces."""
    with app.test_request_context(f"/review/{task.line.task_id}?lang={language}"):
        g.actor = Actor("steward", ActorKind.USER, frozenset({Role.STEWARD}), user_id="steward")
        page = render_template(
            "compare.html",
            rows=compare_records(task, Labels(hub.dictionary)),
            filters=Filters(Narrow()),
            queue_place=Place(None, None),
            comments=(),
            alike=1,
            sides=[task.left, task.right],
            further=Beside((), 0),
            now=hub.now(),
            **page_words(task),
        )
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def test_records_are_told_apart_by_whether_they_move() -> None:
    foreseen = (Foreseen("?", ("A:1", "B:x:2"), ("B:x:2",)),)
    assert leaves(foreseen) == [Leaves("", 2, [SourceKey("B", "x:2")], [SourceKey("A", "1")])]


def test_a_match_that_joins_everything_is_told_in_one_line(app: Flask, stocked_hub: Hub, task: Task) -> None:
    joined = replace(task, if_match=(Foreseen("SUP-1", ("A:1", "A:2", "B:3"), ("B:3",)),))
    text = shown(app, stocked_hub, joined)
    assert "One golden record with 3 records: SUP-1 stays" in text
    assert "does not make them all one" not in text


def test_a_match_that_moves_records_names_each_golden_record_and_what_moves(
    app: Flask, stocked_hub: Hub, task: Task
) -> None:
    parted = (Foreseen("SUP-1", ("A:1", "B:3"), ("B:3",)), Foreseen("?", ("A:2",), ("A:2",)))
    text = shown(app, stocked_hub, replace(task, if_match=parted))
    assert "Other facts speak against joining them all: 2 golden records remain" in text
    assert "SUP-1 · 2 records → B 3 moves here A 1" in text
    assert "a new golden record · 1 record → A 2 moves here" in text
    assert "One golden record" not in text


@pytest.mark.parametrize(("language", "told"), [("en", "different cities"), ("zh", "城市不同")])
def test_the_banner_names_the_two_records_that_contradict(
    app: Flask, stocked_hub: Hub, task: Task, language: str, told: str
) -> None:
    against = Against("city", "different cities", "城市不同", "SAP_ECC:123", "CRM:456")
    text = shown(app, stocked_hub, replace(task, against=against), language)
    assert re.search(rf"SAP_ECC 123 .{{1,5}} CRM 456 .{{1,8}}{told}", text)
