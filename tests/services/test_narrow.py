"""Narrowing the queue: filters, counts, search and orders agree with a plain reading of the tasks."""

from __future__ import annotations

from datetime import timedelta

import pytest

from mdm.domain.errors import InvalidInputError
from mdm.domain.review import Verdict
from mdm.services import claim, comment, day, narrow, review, view
from mdm.services.narrow import Narrow
from tests import factories as f


@pytest.fixture
def queue(any_hub, monkeypatch):
    """Six open tasks of two days, between two pairs of sources, in Chinese and Latin."""
    hub = f.with_widgets(any_hub)
    names = ["恒瑞 轴承", "华康 螺钉", "锐达 阀门", "bearing one", "screw two", "valve % three"]
    for n, name in enumerate(names):
        if n == 3:
            monkeypatch.setattr(hub, "_clock", f.Clock(hub.now() + timedelta(days=12)))
        f.put(hub, f"ERP:E{n}", f.widget(f"C{n}", name))
        f.put(hub, f"{'MES' if n % 2 else 'QMS'}:Q{n}", f.widget("", name))
    return hub


def lines(hub, **wish):
    return f.read(hub, review.list_tasks, narrow=Narrow(**wish)).lines


def facets(hub, **wish):
    return f.read(hub, narrow.facets, Narrow(**wish))


def test_every_count_is_what_its_filter_leaves(queue):
    found = facets(queue)
    assert found.total == 6
    for name in ("entity", "sources", "band", "reason", "languages", "risk", "age", "due", "holder"):
        assert sum(found.counts[name].values()) == 6, name
        for value, count in found.counts[name].items():
            assert len(lines(queue, **{name: value})) == count, (name, value)


def test_a_facet_counts_under_all_other_filters(queue):
    found = facets(queue, sources="ERP – MES", languages="zh-zh")
    assert found.total == len(lines(queue, sources="ERP – MES", languages="zh-zh")) == 1
    assert found.counts["sources"] == {"ERP – MES": 1, "ERP – QMS": 2}
    assert found.counts["languages"] == {"zh-zh": 1, "en-en": 2}


@pytest.mark.parametrize("text", ["恒瑞", "e", "E4", "no such text"])
def test_counts_and_total_are_of_the_lines_that_the_text_leaves(queue, text):
    found = facets(queue, q=text)
    assert found.total == len(lines(queue, q=text)) == f.read(queue, review.list_tasks, q=text).total
    for name in narrow.NAMES:
        assert sum(found.counts[name].values()) == found.total, name
        for value, count in found.counts[name].items():
            assert len(lines(queue, q=text, **{name: value})) == count, (name, value)


def test_counts_follow_whose_tasks_are_asked_for(queue):
    def mine(what, **wish):
        return f.read(queue, what, actor=f.STEWARD, **wish)

    first, second, *_ = [line.task_id for line in lines(queue, order="age")]
    f.act(queue, claim.claim, first)
    f.act(queue, claim.claim, second, actor=f.OTHER_STEWARD)
    me, other = (f.read(queue, claim.person, actor=each) for each in (f.STEWARD, f.OTHER_STEWARD))
    for holder, count in (("me", 1), (me, 1), ("nobody", 4), (other, 1)):
        wish = Narrow(holder=holder)
        found = f.read(queue, narrow.facets, wish, actor=f.STEWARD)
        assert found.total == len(mine(review.list_tasks, narrow=wish).lines) == count
        assert sum(found.counts["sources"].values()) == count
        assert found.counts["holder"] == {"me": 1, "nobody": 4, other: 1}


@pytest.mark.parametrize(
    ("text", "count"),
    [("恒瑞", 1), ("承", 1), ("E4", 1), ("ＥARING".lower(), 1), ("%", 1), ("ne", 1), ("恒达", 0), ("'", 0)],
)
def test_search_finds_two_chinese_characters_and_any_part_of_a_key(queue, text, count):
    assert len(lines(queue, q=text)) == count


def test_orders_and_pages_show_every_task_once(queue):
    for order in narrow.ORDERS:
        seen, cursor = [], ""
        while True:
            page = f.read(queue, review.list_tasks, limit=2, cursor=cursor, narrow=Narrow(order=order))
            seen += [line.task_id for line in page.lines]
            cursor = page.next_cursor
            if not cursor:
                break
        assert len(seen) == len(set(seen)) == 6
    oldest = lines(queue, order="age")
    assert [line.opened_at for line in oldest] == sorted(line.opened_at for line in oldest)


def test_a_decided_task_leaves_the_queue_its_counts_and_its_search(queue):
    (line,) = lines(queue, q="恒瑞")
    f.act(queue, review.decide, line.task_id, Verdict.NON_MATCH, "two things")
    assert lines(queue, q="恒瑞") == ()
    assert facets(queue).total == 5


def test_unknown_filters_and_cursors_are_refused(queue):
    for wish in ({"age": "old"}, {"due": "never"}, {"order": "random"}):
        with pytest.raises(InvalidInputError):
            lines(queue, **wish)
    for cursor in ("x:1", "1:x", "nan:1", "2026-13-01:4"):
        with pytest.raises(InvalidInputError):
            f.read(queue, review.list_tasks, cursor=cursor)


def test_my_day_counts_what_is_mine(queue):
    first, second, third, *_ = [line.task_id for line in lines(queue, order="age")]
    f.act(queue, review.decide, first, Verdict.NON_MATCH, "two things")
    f.act(queue, review.decide, second, Verdict.UNSURE, "ask")
    f.act(queue, claim.claim, third)
    f.act(queue, comment.add, second, "see the drawing", actor=f.OTHER_STEWARD)
    mine = f.read(queue, day.my_day, actor=f.STEWARD)
    assert (mine.decided, mine.last_hour, mine.held, mine.due, mine.mentions) == (2, 2, 1, 1, ())
    assert f.read(queue, day.my_day, actor=f.OTHER_STEWARD).decided == 0


def test_views_belong_to_one_person_and_a_name_is_used_once(queue):
    f.act(queue, view.save, " overdue  suppliers ", {"entity": "widget"})
    f.act(queue, view.save, "overdue suppliers", {"due": "overdue"})
    (mine,) = f.read(queue, view.list_views, actor=f.STEWARD)
    assert (mine.name, mine.query) == ("overdue suppliers", {"due": "overdue"})
    assert f.read(queue, view.list_views, actor=f.OTHER_STEWARD) == ()
    with pytest.raises(view.UnknownViewError):
        f.act(queue, view.remove, mine.view_id, actor=f.OTHER_STEWARD)
    f.act(queue, view.remove, mine.view_id)
    assert f.read(queue, view.list_views, actor=f.STEWARD) == ()
