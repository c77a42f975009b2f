"""The blind sample: drawn at random, shown without the machine's opinion, judged like any task."""

from __future__ import annotations

import pytest

from mdm.domain.errors import ForbiddenError, InvalidInputError
from mdm.domain.review import Telling
from mdm.services import confirmation, decision_log, event, intake, neighbours, reason, review, sample
from tests import factories as f
from tests.invariants.oracle import assert_holds


@pytest.fixture
def linked(hub):
    """Eight widgets of two records each, and four names that two colours keep apart."""
    f.with_widgets(hub)
    for n in range(8):
        f.ingest(hub, "ERP", [(f"{n}", f.widget(f"C{n}", f"name {n}"))], f"e{n}.csv")
        f.ingest(hub, "MES", [(f"{n}", f.widget(f"C{n}", f"name {n}"))], f"m{n}.csv")
    apart = [
        (f"9{n}", f.widget(f"D{n // 2}", f"other {n // 2}", colour=("red", "blue")[n % 2])) for n in range(8)
    ]
    f.ingest(hub, "QMS", apart)
    f.run(hub, full=True)
    return hub


def draw(hub, links=4, non_links=4):
    return f.act(hub, sample.draw, f.ENTITY, links, non_links, actor=f.SYSTEM)


def audit_tasks(hub):
    return f.read(hub, review.list_tasks, f.ENTITY, reason="audit").lines


def test_links_and_vetoed_pairs_are_drawn_into_the_queue(linked):
    drawn = draw(linked)
    assert (drawn.links, drawn.non_links) == (4, 4)
    assert drawn.populations["link"] == 8
    assert drawn.populations["vetoed"] == 4
    assert len(audit_tasks(linked)) == 8
    assert_holds(linked)


def test_a_hub_of_the_same_chance_draws_the_same(linked):
    rows = f.sql(linked, "select seed from sample")
    draw(linked)
    (first,) = f.sql(linked, "select seed from sample")[len(rows) :]
    assert len(first.seed) == 16


def test_an_open_audit_task_tells_nothing_of_what_the_machine_thinks(linked):
    draw(linked)
    for line in audit_tasks(linked):
        assert (line.match_weight, line.match_probability, line.evidence, line.vetoes) == (None, None, (), ())
        assert line.telling == Telling()
        task = f.read(linked, review.get_task, line.task_id)
        assert (task.evidence, task.vetoes, task.against, task.if_match) == ((), (), None, ())
        assert {task.left.golden_id, task.right.golden_id} == {""}
        assert {task.left.golden_members, task.right.golden_members} == {0}
    assert len({(line.priority, line.settles) for line in audit_tasks(linked)}) == 1


def test_nobody_asks_why_while_the_check_is_open(linked):
    draw(linked, 1, 0)
    (line,) = audit_tasks(linked)
    sides = (f"{line.left_system}:{line.left_id}", f"{line.right_system}:{line.right_id}")
    with pytest.raises(InvalidInputError, match="blind check"):
        f.read(linked, reason.explain, f.ENTITY, *sides)
    f.act(linked, review.decide, line.task_id, "match", "the same code")
    assert f.read(linked, reason.explain, f.ENTITY, *sides).evidence


def test_no_golden_record_tells_the_tie_while_the_check_is_open(linked):
    draw(linked, 8, 0)
    line = next(line for line in audit_tasks(linked) if line.left_id == "3")
    ids = [
        row.record_id for row in f.sql(linked, "select record_id from source_record where source_key = '3'")
    ]
    assert f.read(linked, reason.why_together, f.ENTITY, ids) == {}
    f.act(linked, review.decide, line.task_id, "unsure", "cannot tell")
    assert f.read(linked, reason.why_together, f.ENTITY, ids) == {}
    f.act(linked, review.decide, line.task_id, "match", "the same code")
    assert set(f.read(linked, reason.why_together, f.ENTITY, ids)) == set(ids)


def test_no_graph_of_another_task_tells_the_tie_while_the_check_is_open(linked):
    f.put(linked, "QMS:3", f.widget("", "name 3"))
    (task_id,) = [
        line.task_id
        for line in f.read(linked, review.list_tasks, f.ENTITY).lines
        if "3" in (line.left_id, line.right_id)
    ]

    def told():
        with linked.reading(f.SYSTEM) as uow:
            found = neighbours.around(uow, review.get_task(uow, task_id))
        return [edge for edge in found.edges if edge.kind == "compared" and edge.weight and edge.weight > 6]

    assert told()
    draw(linked, 8, 0)
    assert told() == []


def test_an_unsure_verdict_does_not_give_the_opinion_away_to_the_next_steward(linked):
    draw(linked, 1, 0)
    (line,) = audit_tasks(linked)
    f.act(linked, review.decide, line.task_id, "unsure", "cannot tell")
    (made,) = f.read(linked, decision_log.list_decisions, 1)
    assert (made.task_id, made.telling) == (line.task_id, Telling())


def test_the_opinion_is_shown_after_the_verdict(linked):
    draw(linked, 1, 0)
    (line,) = audit_tasks(linked)
    f.act(linked, review.decide, line.task_id, "match", "the same code")
    task = f.read(linked, review.get_task, line.task_id)
    assert task.evidence
    assert task.line.match_weight > 6


def test_a_verdict_against_a_link_parts_it_and_one_against_a_veto_joins(linked):
    before = len(f.partition(linked))
    drawn = draw(linked, 1, 1)
    assert drawn.links == drawn.non_links == 1
    strata = {row.task_id: row.stratum for row in f.sql(linked, "select task_id, stratum from sample_pair")}
    for line in audit_tasks(linked):
        said = "non-match" if strata[line.task_id] == "link" else "match"
        f.act(linked, review.decide, line.task_id, said, "looked at both")
        before += 1 if said == "non-match" else -1
        assert len(f.partition(linked)) == before
    assert_holds(linked)


def test_audit_tasks_outlive_a_full_run_and_end_with_their_record(linked):
    draw(linked)
    f.run(linked, full=True)
    lines = audit_tasks(linked)
    assert len(lines) == 8
    with f.any_unit(linked) as uow:
        intake.retire_record(uow, f.ENTITY, lines[0].left_system, lines[0].left_id)
    assert lines[0].task_id not in {line.task_id for line in audit_tasks(linked)}
    assert_holds(linked)


def test_a_changed_record_shows_its_present_version(linked):
    draw(linked, 8, 0)
    line = next(line for line in audit_tasks(linked) if line.left_id == "3")
    f.put(linked, "ERP:3", f.widget("C3", "name 3", note="moved"))
    task = f.read(linked, review.get_task, line.task_id)
    assert task.left.version == 2
    f.act(linked, review.decide, line.task_id, "match", "the same", task.line.version)


def test_what_was_drawn_or_decided_is_not_drawn_again(linked):
    draw(linked, 8, 4)
    assert draw(linked, 8, 4).links == 0
    for line in audit_tasks(linked):
        f.act(linked, review.decide, line.task_id, "unsure", "cannot tell")
    assert draw(linked, 8, 4).non_links == 0


def test_audit_tasks_are_no_part_of_the_queue_that_the_machine_reports(linked, tmp_path):
    waiting = f.run(linked, full=True).tasks_open
    draw(linked)
    assert f.run(linked, full=True).tasks_open == waiting
    assert f.read(linked, review.export_tasks, f.ENTITY, tmp_path / "tasks.csv") == waiting


def test_only_governance_draws_and_only_sensible_numbers(linked):
    with pytest.raises(ForbiddenError):
        f.act(linked, sample.draw, f.ENTITY, 1, 1)
    for numbers in ((-1, 0), (0, 2001)):
        with pytest.raises(InvalidInputError):
            draw(linked, *numbers)


REGULATED = f.RULES.replace('"颜色不同")', '"颜色不同", clause="plant rule 7", regulated=True)')


def test_a_proposal_on_an_open_audit_task_tells_no_veto_and_no_golden_record(linked):
    f.write_rules(linked.settings.home, REGULATED)
    f.load_rules(linked)
    f.run(linked, full=True)
    draw(linked, 0, 1)
    (line,) = audit_tasks(linked)
    made = f.act(linked, review.decide, line.task_id, "match", "the same to me")
    (waiting,) = f.read(linked, confirmation.list_open)
    assert (waiting.proposal_id, waiting.vetoes, waiting.golden_ids) == (made.proposal_id, (), ())
    assert len(waiting.records) == 2
    opened = [e for e in f.read(linked, event.changes, 0, 10_000).events if e.type == "proposal.opened"]
    assert [e.payload for e in opened] == [{"kind": "review"}]
    rejected = f.act(linked, confirmation.reject, made.proposal_id, "no", actor=f.OTHER_STEWARD)
    assert (rejected.vetoes, rejected.golden_ids) == ((), ())


def test_a_search_does_not_find_an_open_audit_task_by_its_golden_record(linked):
    f.put(linked, "QMS:50", f.widget("C1", "written out in full"))
    draw(linked, 24, 0)
    titles = {row.title for row in f.sql(linked, "select title from golden_version")}
    for title in titles:
        found = f.read(linked, review.list_tasks, f.ENTITY, q=title).lines
        for line in (line for line in found if line.reason == "audit"):
            own = (line.left_title, line.right_title, line.left_id, line.right_id)
            assert any(title.casefold() in text.casefold() for text in own), "told by what the machine linked"
    assert f.read(linked, review.list_tasks, f.ENTITY, q="50").lines


def test_a_pair_that_is_judged_blind_is_not_asked_openly_too(linked):
    draw(linked, 8, 0)
    line = next(line for line in audit_tasks(linked) if line.left_id == "3")
    pair = frozenset({"ERP:3", "MES:3"})
    f.put(linked, "MES:3", f.widget("", "name 3"))
    assert len(f.partition(linked)) > 12
    asked = f.sql(
        linked,
        "select reason from review_task where status = 'open' and left_id in "
        "(select record_id from source_record where source_key = '3')",
    )
    assert [row.reason for row in asked] == ["audit"]
    f.act(linked, review.decide, line.task_id, "unsure", "cannot tell")
    f.run(linked, full=True)
    assert f.open_tasks(linked)[pair].reason == "audit"
    f.act(linked, review.decide, line.task_id, "match", "the same code")
    assert pair not in f.open_tasks(linked)
    assert pair in f.partition(linked)
    assert_holds(linked)


def test_when_the_blind_question_ends_without_a_verdict_the_open_one_is_asked(linked):
    draw(linked, 8, 0)
    f.put(linked, "MES:3", f.widget("", "name 3"))
    (task_id,) = {line.task_id for line in audit_tasks(linked) if line.left_id == "3"}
    f.act(linked, review.decide, task_id, "non-match", "two things")
    undone = f.read(linked, decision_log.list_decisions, 1)[0].decision_id
    f.act(linked, review.undo, undone, "a slip")
    assert f.open_tasks(linked)[frozenset({"ERP:3", "MES:3"})].reason != "audit"
