"""Why, and why not, for any two records; and the evidence of a decision derived again."""

from __future__ import annotations

import json

import pytest

from mdm.domain.access import ANONYMOUS
from mdm.domain.errors import (
    ForbiddenError,
    InvalidInputError,
    UnknownDecisionError,
    UnknownGoldenIdError,
    UnknownRecordError,
)
from mdm.domain.review import Telling
from mdm.services import decision, intake, reason, review, rule, sample
from tests import factories as f


def why(hub, left, right):
    return f.read(hub, reason.explain, f.ENTITY, left, right)


@pytest.fixture
def hub(widgets):
    """ERP:1, MES:1 and QMS:1 are one thing by two links; the others stand apart for a reason each."""
    f.put_all(
        widgets,
        {
            "ERP:1": f.widget("A", "alpha", "acme"),
            "MES:1": f.widget("A", "alfa", "acme"),
            "QMS:1": f.widget("", "alpha", "acme"),
            "ERP:2": f.widget("B", "alpha"),
            "ERP:3": f.widget("Z", "zeta"),
            "ERP:4": f.widget("A", "alpha", "acme", "red"),
            "MES:4": f.widget("D", "delta", "acme", "red"),
            "MES:5": f.widget("D", "delta", "acme", "blue"),
        },
    )
    return widgets


def test_two_linked_records_tell_their_link_and_what_would_undo_it(hub):
    found = why(hub, "ERP:1", "MES:1")
    assert (found.answer, found.together) == ("linked", True)
    assert found.left_golden_id == found.right_golden_id
    assert [(t.left.source_id, t.right.source_id) for t in found.chain] == [("1", "1")]
    assert "ame code" in found.telling.sentence_en
    assert "代码相同" in found.telling.sentence_zh
    assert "no longer link" in found.telling.counterfactual_en
    assert sum(e.weight for e in found.evidence) == pytest.approx(found.match_weight + 4.247927, abs=1e-4)


def test_a_pair_under_a_blind_check_is_named_on_the_way_and_tells_no_more(hub):
    f.act(hub, sample.draw, f.ENTITY, 50, 0, actor=f.SYSTEM)
    ids = {(row.source, row.source_key): row.record_id for row in f.sql(hub, "select * from source_record")}
    with f.any_unit(
        hub
    ) as uow:  # the two that are asked about are under no check, the links between them are
        uow.connection.exec_driver_sql(
            "update review_task set status = 'expired', closed_reason = 'x' where reason = 'audit' "
            f"and {ids['MES', '1']} in (left_id, right_id) and {ids['QMS', '1']} in (left_id, right_id)"
        )
    found = why(hub, "MES:1", "QMS:1")
    assert found.answer == "through_others"
    assert [(tie.weight, tie.telling, tie.said) for tie in found.chain] == [(None, Telling(), None)] * 2


def test_a_third_record_that_ties_two_is_named_with_its_links(hub):
    found = why(hub, "MES:1", "QMS:1")
    assert found.answer == "through_others"
    assert [t.left.source_system for t in found.chain] + [found.chain[-1].right.source_system] == [
        "MES",
        "ERP",
        "QMS",
    ]
    assert all(tie.telling.sentence_en and tie.said is None for tie in found.chain)


def test_records_that_share_no_key_were_never_compared(hub):
    found = why(hub, "ERP:1", "ERP:3")
    assert (found.answer, found.together) == ("never_compared", False)
    (keys,) = found.keys
    assert keys.shared == ()
    assert "code:A" in keys.left
    assert "code:Z" in keys.right
    assert "never compared" in found.answer_en


def test_a_hard_veto_is_named(hub):
    found = why(hub, "MES:4", "MES:5")
    assert found.answer == "vetoed"
    assert [v.name for v in found.vetoes] == ["colour"]
    assert found.telling.counterfactual_en == "Only a verdict can unite them: another colour."


def test_an_open_question_names_its_task(hub):
    found = why(hub, "ERP:1", "ERP:2")
    if found.answer == "too_weak":
        found = why(hub, "QMS:1", "ERP:2")
    assert found.answer in {"uncertain", "refused", "contradiction"}
    assert found.task_id == next(row.task_id for pair, row in f.open_tasks(hub).items() if "ERP:2" in pair)


def test_a_verdict_that_keeps_apart_is_quoted_with_person_time_and_reason(hub):
    task = next(row for pair, row in f.open_tasks(hub).items() if "ERP:2" in pair)
    made = f.act(hub, review.decide, task.task_id, "non-match", "two firms, says the register")
    found = why(hub, "QMS:1", "ERP:2")
    assert found.answer == "kept_apart"
    (said,) = found.verdicts
    assert (said.decision_id, said.actor, said.reason) == (
        made.decision_id,
        "anna",
        "two firms, says the register",
    )
    assert said.at
    assert why(hub, "ERP:1", "ERP:2").answer == "kept_apart"  # another record of the same golden record


def test_a_merge_is_told_as_the_verdict_that_unites(hub):
    ids = f.golden_ids(hub)
    f.act(hub, decision.merge, f.ENTITY, ids["ERP:3"], ids["ERP:2"], "one thing")
    found = why(hub, "ERP:2", "ERP:3")
    assert found.answer == "by_verdict"
    assert found.verdicts[0].reason == "one thing"
    assert found.chain[0].weight is None


def test_a_link_that_other_records_forbid_names_them(make_hub):
    widgets = f.with_widgets(make_hub())
    f.put_all(
        widgets,
        {
            "ERP:1": f.widget("A", "alpha", "acme", "red"),
            "MES:1": f.widget("", "alpha", "acme"),
            "QMS:1": f.widget("A", "alpha", "acme", "blue"),
        },
    )
    keys = ("ERP:1", "QMS:1")
    home = f.golden_ids(widgets)
    away = next(key for key in keys if home[key] != home["MES:1"])
    found = why(widgets, away, "MES:1")
    assert found.answer == "refused"
    assert {found.against.left, found.against.right} == set(keys)
    assert "contradict each other" in found.telling.counterfactual_en


def test_a_retired_record_is_told(hub):
    f.act(hub, intake.retire_record, f.ENTITY, "ERP", "3", actor=f.SYSTEM)
    assert why(hub, "ERP:1", "ERP:3").answer == "retired"


def test_a_record_that_waits_for_the_next_run_is_told(hub):
    f.ingest(hub, "QMS", [("77", f.widget("A", "alpha"))])
    assert why(hub, "ERP:1", "QMS:77").answer == "unmatched"


def test_a_record_and_itself(hub):
    assert why(hub, "ERP:1", "ERP:1").answer == "same_record"


def test_golden_records_are_told_by_their_most_alike_pair(hub):
    ids = f.golden_ids(hub)
    found = why(hub, ids["ERP:1"], ids["ERP:2"])
    pair = {f"{each.source_system}:{each.source_id}" for each in (found.left, found.right)}
    assert "ERP:2" in pair
    assert found.match_weight == max(
        why(hub, key, "ERP:2").match_weight for key in ("ERP:1", "MES:1", "QMS:1")
    )
    assert why(hub, ids["ERP:1"].lower(), ids["ERP:3"]).answer == "never_compared"


@pytest.mark.parametrize(
    ("left", "error"),
    [
        ("ERP:nobody", UnknownRecordError),
        ("WID-0000000000000000X", UnknownGoldenIdError),
        ("", InvalidInputError),
        ("SUP", UnknownGoldenIdError),
    ],
)
def test_what_is_not_there_is_told(hub, left, error):
    with pytest.raises(error):
        why(hub, left, "ERP:1")


def test_nobody_unknown_is_answered(hub):
    with pytest.raises(ForbiddenError):
        f.read(hub, reason.explain, f.ENTITY, "ERP:1", "MES:1", actor=ANONYMOUS)


# -- decisions ------------------------------------------------------------------------------------------------


def decided(hub):
    task = next(iter(f.open_tasks(hub).values()))
    return f.act(hub, review.decide, task.task_id, "non-match", "two").decision_id


def again(hub, decision_id):
    return f.read(hub, reason.explain_decision, decision_id)


def test_the_evidence_of_a_decision_comes_out_again(hub):
    f.run(hub, full=True)
    found = again(hub, decided(hub))
    assert (found.equal, found.intact, found.differences) == (True, True, ())
    assert found.derived["weight"] == found.stored["weight"]
    assert found.derived["sentence_zh"] == found.stored["sentence_zh"]
    assert {"prior", "model", "rules", "thresholds", "features", "counterfactual_en"} <= found.stored.keys()


def test_it_comes_out_again_after_values_rules_and_model_have_changed(hub):
    decision_id = decided(hub)
    f.put(hub, "ERP:2", f.widget("Q", "omega"))
    f.write_rules(
        hub.settings.home, f.RULES.replace("LINK, 6.0", "LINK, 7.0"), {**f.SAME, "name": (0.5, 0.05)}
    )
    f.load_rules(hub)
    f.run(hub, full=True)
    assert rule.rules_of(hub, f.ENTITY).thresholds[0].min_weight == 7.0
    assert again(hub, decision_id).equal is True


def test_evidence_that_was_altered_is_told(hub):
    decision_id = decided(hub)
    with f.any_unit(hub) as uow:
        (text,) = uow.connection.exec_driver_sql(
            f"select evidence from decision where decision_id = '{decision_id}'"
        ).one()
        stored = json.loads(text) | {"weight": 99.0}
        uow.connection.exec_driver_sql(
            "update decision set evidence = ? where decision_id = ?", (json.dumps(stored), decision_id)
        )
    found = again(hub, decision_id)
    assert (found.equal, found.intact, found.differences) == (False, False, ("weight",))


def test_a_decision_without_evidence_says_so_and_an_unknown_one_is_told(hub):
    ids = f.golden_ids(hub)
    made = f.act(hub, decision.override, f.ENTITY, ids["ERP:1"], "note", "x", "seen")
    found = again(hub, made.decision_id)
    assert (found.equal, found.intact, found.stored) == (None, True, {})
    with pytest.raises(UnknownDecisionError):
        again(hub, "NONE")


# -- golden records -------------------------------------------------------------------------------------------


def test_each_record_of_a_golden_record_names_its_strongest_tie(hub):
    keys = ("ERP:1", "MES:1", "QMS:1")
    ids = {key: f.record_id(hub, key) for key in keys}
    found = f.read(hub, reason.why_together, f.ENTITY, list(ids.values()))
    assert set(found) == set(ids.values())
    assert found[ids["QMS:1"]].right.source_system == "ERP"
    assert all(tie.telling.sentence_zh for tie in found.values())
    assert f.read(hub, reason.why_together, f.ENTITY, [ids["ERP:1"]]) == {}
