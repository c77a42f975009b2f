"""Comments and mentions."""

from __future__ import annotations

import pytest

from mdm.domain.errors import ForbiddenError, InvalidInputError, UnknownTaskError
from mdm.domain.review import Verdict
from mdm.services import access, comment, day, review
from tests import factories as f


@pytest.fixture
def task(any_hub):
    """The number of an open task; anna and bert have accounts."""
    hub = f.with_widgets(any_hub)
    f.put(hub, "ERP:1", f.widget("A", "alpha"))
    f.put(hub, "MES:1", f.widget("", "alpha"))
    with f.any_unit(hub) as uow:
        for login in ("anna", "bert"):
            access.add_user(uow, login, ["steward"])
    (found,) = f.open_tasks(hub).values()
    return hub, found.task_id


def test_a_mention_waits_until_it_is_answered(task):
    hub, task_id = task
    f.act(hub, comment.add, task_id, "@Bert, is that the old plant? (ask x@example.com)")
    assert f.read(hub, day.my_day, actor=f.OTHER_STEWARD).mentions == (task_id,)
    f.act(hub, comment.add, task_id, "it is", actor=f.OTHER_STEWARD)
    assert f.read(hub, day.my_day, actor=f.OTHER_STEWARD).mentions == ()
    said = f.read(hub, comment.of_task, task_id)
    assert [(each.author, each.text[:5]) for each in said] == [("anna", "@Bert"), ("bert", "it is")]


def test_a_mention_in_chinese_needs_no_space(task):
    hub, task_id = task
    f.act(hub, comment.add, task_id, "请＠bert看一下")
    assert f.read(hub, day.my_day, actor=f.OTHER_STEWARD).mentions == (task_id,)


def test_a_decision_answers_a_mention_too(task):
    hub, task_id = task
    f.act(hub, comment.add, task_id, "@bert?")
    f.act(hub, review.decide, task_id, Verdict.MATCH, "same")
    assert f.read(hub, day.my_day, actor=f.OTHER_STEWARD).mentions == ()
    f.act(hub, comment.add, task_id, "it was decided meanwhile")


@pytest.mark.parametrize("text", [" ", "x" * 2001, "@nobody, look", "a\0b"])
def test_what_is_no_comment_is_refused(task, text):
    hub, task_id = task
    with pytest.raises(InvalidInputError):
        f.act(hub, comment.add, task_id, text)
    assert f.read(hub, comment.of_task, task_id) == ()


def test_comments_need_a_task_and_the_right_to_decide(task):
    hub, task_id = task
    with pytest.raises(UnknownTaskError):
        f.act(hub, comment.add, 99, "x")
    with pytest.raises(ForbiddenError):
        f.act(hub, comment.add, task_id, "x", actor=f.GOVERNANCE)
