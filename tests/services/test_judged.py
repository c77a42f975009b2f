"""Each figure of quality leads to its pairs."""

from __future__ import annotations

import pytest

from mdm.domain.access import Actor, ActorKind, Role
from mdm.domain.errors import ForbiddenError, InvalidInputError
from mdm.services import judged, quality, review
from tests import factories as f
from tests.services import test_quality
from tests.services.test_quality import answer

sampled = test_quality.judged
ADMIN = Actor("ada", ActorKind.USER, frozenset({Role.ADMIN}))


def drill(hub, figure, of="", **more):
    return f.read(hub, judged.drill, f.ENTITY, figure, of, **more)


def test_links_that_stewards_took_apart_come_first(sampled):
    assert drill(sampled, "links") == ()
    answer(sampled, wrong={3, 7})
    found = drill(sampled, "links")
    precision = f.read(sampled, quality.measure, f.ENTITY).sample.precision
    assert (len(found), sum(not each.against for each in found)) == (precision.number, precision.hits)
    assert [each.against for each in found[:3]] == [True, True, False]
    assert {each.verdict for each in found[:2]} == {"non-match"}
    first = found[0]
    assert (first.left_source, first.right_source) == ("ERP", "MES")
    assert first.left_title.startswith(("name", "名称"))
    assert len(drill(sampled, "recall")) == precision.hits


def test_a_slice_leads_to_its_own_pairs(sampled):
    answer(sampled)
    assert len(drill(sampled, "links", "zh-zh")) == len(drill(sampled, "links", "en-en")) == 15
    assert len(drill(sampled, "links", "ERP + MES")) == 30
    assert drill(sampled, "links", "ERP + QMS") == ()


@pytest.fixture
def asked(any_hub):
    """Three questions of the queue: a match that the machine leant away from, and two that wait."""
    hub = f.with_widgets(any_hub)
    for n in range(3):
        f.put(hub, f"ERP:{n}", f.widget(f"C{n}", f"part {n}"))
        f.put(hub, f"MES:{n}", f.widget("", f"part {n}"))
    return hub


def test_questions_and_what_the_machine_leant_to(asked):
    first, second, _ = (task.task_id for task in f.open_tasks(asked).values())
    f.act(asked, review.decide, first, "match", "same")
    f.act(asked, review.decide, second, "non-match", "two")
    figures = f.read(asked, quality.measure, f.ENTITY).queue
    assert len(drill(asked, "questions")) == figures.answered == 2
    assert len(drill(asked, "leaning")) == figures.precision.number
    assert [each.task_id for each in drill(asked, "found")] == [first]


def test_verdicts_taken_back_and_pairs_that_two_judged_name_the_people(asked):
    first, *_ = (task.task_id for task in f.open_tasks(asked).values())
    made = f.act(asked, review.decide, first, "match", "same")
    assert drill(asked, "undone") == drill(asked, "agreement") == ()
    again = f.act(asked, review.undo, made.decision_id, "a slip").task_id
    assert [(each.task_id, each.by) for each in drill(asked, "undone")] == [(first, "anna")]
    f.act(asked, review.decide, again, "non-match", "two", actor=f.OTHER_STEWARD)
    (both,) = drill(asked, "agreement")
    assert (both.against, both.by) == (True, "anna: match; bert: non-match")


def test_only_figures_there_are_and_only_for_who_reads_quality(asked):
    with pytest.raises(InvalidInputError):
        drill(asked, "nothing")
    with pytest.raises(ForbiddenError):
        drill(asked, "links", actor=ADMIN)
