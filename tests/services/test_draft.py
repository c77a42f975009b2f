"""Drafts: files that somebody has in hand, tried and proposed."""

from __future__ import annotations

import json

import pytest

from mdm.domain.change import ChangeKind
from mdm.domain.errors import DictionaryError, InvalidInputError, RuleError, UnreadableFileError
from mdm.services import change, draft
from tests import factories as f


@pytest.fixture
def hub(widgets):
    f.put_all(widgets, {"ERP:1": f.widget("A", "alpha"), "MES:1": f.widget("A", "alpha")})
    f.run(widgets, full=True)
    return widgets


def read(hub, **files):
    return draft.read_draft(hub, f.ENTITY, **files)


def propose(hub, **files):
    made = read(hub, **files)
    change_id = f.act(hub, draft.propose, f.ENTITY, made, "better")
    return f.read(hub, change.get, change_id)


def test_each_kind_of_draft_becomes_its_kind_of_change(hub, tmp_path):
    weights = json.loads((hub.settings.home / "matching_rules/widget.weights.json").read_text("utf-8"))
    (tmp_path / "w.json").write_text(json.dumps(weights | {"prior": 0.2}), "utf-8")
    (tmp_path / "r.py").write_text(
        f.RULES.replace('BlockingRule("keys", 60)', 'BlockingRule("keys", 70)'), "utf-8"
    )
    (tmp_path / "colours.toml").write_text(
        'version = "1"\nowner = "engineering"\n[[entries]]\ncode = "xanthic"\nzh = "试验黄"\nen = "xanthic"\n',
        "utf-8",
    )
    assert propose(hub, thresholds=["link=7"]).kind is ChangeKind.THRESHOLD
    assert propose(hub, weights=tmp_path / "w.json").kind is ChangeKind.MODEL
    assert propose(hub, rules=tmp_path / "r.py").kind is ChangeKind.RULES
    assert (
        propose(hub, rules=tmp_path / "r.py", thresholds=["link=8"]).content["rules"]["thresholds"][0][
            "min_weight"
        ]
        == 8.0
    )
    listed = propose(hub, code_list=tmp_path / "colours.toml")
    assert (listed.kind, listed.entity, listed.content["list"]) == (ChangeKind.CODE_LIST, "", "colours")
    assert [edit["code"] for edit in listed.content["edits"]] == ["xanthic"]


def test_what_cannot_be_read_or_does_not_fit_is_refused_by_name(hub, tmp_path):
    (tmp_path / "r.py").write_text(f.RULES.replace('entity="widget"', 'entity="gadget"'), "utf-8")
    (tmp_path / "colours.toml").write_text("[[entries]]\ncode = 1\n", "utf-8")
    (tmp_path / "w.json").write_text("{}", "utf-8")
    with pytest.raises(InvalidInputError, match="at least one"):
        read(hub)
    for text in ("link", "link=", "link=warm", "link=nan", "link=inf"):
        with pytest.raises(InvalidInputError, match="threshold"):
            read(hub, thresholds=[text])
    with pytest.raises(RuleError, match="gadget"):
        read(hub, rules=tmp_path / "r.py")
    with pytest.raises(RuleError, match="weights"):
        read(hub, weights=tmp_path / "w.json")
    with pytest.raises(DictionaryError):
        read(hub, code_list=tmp_path / "colours.toml")
    (tmp_path / "nothings.toml").write_text('version = "1"\nowner = "x"\n', "utf-8")
    with pytest.raises(DictionaryError, match="nothings"):
        read(hub, code_list=tmp_path / "nothings.toml")
    for missing in ({"rules": tmp_path / "no.py"}, {"weights": tmp_path / "no.json"}):
        with pytest.raises(UnreadableFileError):
            read(hub, **missing)


def test_a_draft_is_tried_without_being_proposed(hub):
    made = read(hub, thresholds=["link=30", "review=20"])
    report = f.read(hub, draft.foresee, f.ENTITY, made)
    assert report.moved.issued == 1
    assert f.sql(hub, "select * from change_request") == []


def test_a_code_is_trimmed_and_needs_a_name_of_its_own():
    made = draft.code_edit(" X ", zh=" ", en=" y ", add=(" a ", "", "a"))
    assert (made.code, made.zh, made.en, made.add) == ("X", None, "y", ("a",))
    with pytest.raises(InvalidInputError):
        draft.code_edit("  ")
    with pytest.raises(InvalidInputError, match="200"):
        draft.code_edit("x" * 201)
