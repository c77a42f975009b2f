"""The command line: one JSON object on standard output, messages on standard error, and exit codes 0, 1 and 2."""

from __future__ import annotations

import csv
import getpass
import json
import shutil
import sqlite3
from contextlib import closing

import pytest
from click.testing import CliRunner

from mdm import cli, verifier
from mdm.cli.answer import print_answer
from tests import factories as f


@pytest.fixture(scope="module")
def template(scratch, sqlite_template):
    """A home with widgets in its dictionary and rules."""
    home = scratch / "cli-template"
    shutil.copytree(sqlite_template, home)
    f.write_home(home)
    return home


@pytest.fixture
def home(scratch, template, request):
    home = scratch / f"cli-{abs(hash(request.node.nodeid))}"
    shutil.copytree(template, home)
    yield home
    shutil.rmtree(home, ignore_errors=True)


@pytest.fixture
def mdm(home):
    """Runs a command with --json: (exit code, the JSON object or None, standard error)."""

    def run(*arguments, as_json=True):
        found = CliRunner().invoke(
            cli.main,
            [*map(str, arguments), *(["--json"] if as_json else [])],
            env={"MDM_HOME": str(home), "MDM_DATABASE_URL": "", "COLUMNS": "200"},
        )
        if found.exception is not None and not isinstance(found.exception, SystemExit):
            raise found.exception
        if not as_json:
            return found.exit_code, found.stdout, found.stderr
        lines = found.stdout.splitlines()
        assert len(lines) <= 1
        return found.exit_code, json.loads(lines[0]) if lines else None, found.stderr

    return run


@pytest.fixture
def files(home):
    folder = home / "files"
    folder.mkdir()
    (folder / "profile.json").write_text(json.dumps(f.profile()), "utf-8")
    return folder


@pytest.fixture
def ingest(mdm, files):
    def run(rows, *options, code="ERP", profile="profile.json"):
        path = f.write_file(files / "widgets.csv", rows)
        return mdm("ingest", "widget", path, "--source", code, "--profile", files / profile, *options)

    return run


@pytest.fixture
def filled(mdm, ingest):
    """Two systems, matched: ERP:1 = MES:1, and ERP:2 that may be MES:2."""
    ingest([("1", f.widget("A", note="n")), ("2", f.widget("B", "beta"))])
    ingest([("1", f.widget("A")), ("2", f.widget("", "beta"))], code="MES")
    assert mdm("match", "widget", "--full")[0] == 0
    return mdm


def written(home):
    with closing(sqlite3.connect(home / "mdm.db")) as connection:
        names = [
            name for (name,) in connection.execute("select name from sqlite_master where type = 'table'")
        ]
        return {name: connection.execute(f'select * from "{name}"').fetchall() for name in names}


def golden_of(mdm, files, key):
    mdm("export", "xref", "widget", "--out", files / "xref.csv")
    with (files / "xref.csv").open(encoding="utf-8", newline="") as file:
        rows = {
            f"{row['source_system']}:{row['source_id']}": row["golden_id"] for row in csv.DictReader(file)
        }
    return rows[key]


# -- changes of matching


def test_a_change_goes_from_file_to_force_by_two_people(filled, files, monkeypatch):
    mdm = filled
    out = files / "report.html"
    code, found, _ = mdm("whatif", "widget", "--threshold", "link=0.5", "--out", out)
    assert (code, found["tasks"]["lost"]) == (0, 1)
    text = out.read_text("utf-8")
    assert "<table>" in text
    assert "http" not in text
    assert "<title>假设分析 What if: 部件 Widget</title>" in text
    change_id = mdm("change", "propose", "widget", "--threshold", "link=0.5", "--reason", "few")[1][
        "change_id"
    ]
    assert mdm("change", "approve", change_id, "--reason", "blind")[0] == 1
    assert mdm("change", "examine", change_id)[1]["state"] == "examined"
    code, refused, _ = mdm("change", "approve", change_id, "--reason", "mine")
    assert (code, refused["error"]) == (1, "change.four_eyes")
    monkeypatch.setattr(getpass, "getuser", lambda: "somebody.else")
    assert mdm("change", "approve", change_id, "--reason", "seen")[1]["state"] == "approved"
    assert mdm("change", "activate", change_id)[1]["state"] == "activated"
    shown = mdm("change", "show", change_id, "--out", out)[1]
    assert shown["report"]["parts"][0]["changes"][0]["becomes"] == "0.5"
    assert change_id in out.read_text("utf-8")
    assert [each["state"] for each in mdm("change", "list", "--entity", "widget")[1]["changes"]] == [
        "activated"
    ]
    assert mdm("match", "widget")[1]["tasks_open"] == 0


def test_a_code_list_is_shown_and_extended_by_proposal(filled):
    mdm = filled
    lists = {each["name"]: each for each in mdm("codes", "list")[1]["code_lists"]}
    assert lists["colours"]["version"] == 1
    assert mdm("codes", "show", "colours", "--q", "red")[1]["entries"]
    made = mdm(
        "codes",
        "propose",
        "colours",
        "--code",
        "xanthic",
        "--zh",
        "试验黄",
        "--add",
        "xanthous",
        "--reason",
        "r",
    )
    assert mdm("change", "withdraw", made[1]["change_id"], "--reason", "a slip")[1]["state"] == "withdrawn"
    other = mdm("codes", "propose", "colours", "--code", "xanthic", "--zh", "试验黄", "--reason", "r")[1][
        "change_id"
    ]
    assert mdm("change", "reject", other, "--reason", "mine")[1]["error"] == "change.four_eyes"


# -- every command


def test_every_command_answers_with_one_json_object(filled, files):
    mdm = filled
    one, two = (golden_of(mdm, files, key) for key in ("ERP:1", "ERP:2"))
    load_id = mdm("loads")[1]["loads"][0]["load_id"]
    task = mdm("tasks")[1]["tasks"][0]["task_id"]
    truth, negatives = files / "truth.csv", files / "negatives.csv"
    truth.write_text("source_system,source_id,entity_id\nERP,1,a\nMES,1,a\n", "utf-8")
    negatives.write_text("entity_a,entity_b,kind\na,b,size\n", "utf-8")
    commands = [
        (("init",), {"database", "revision", "entities", "rule_sets"}),
        (("source", "add", "PLM", "--kind", "PLM", "--name", "Teamcenter"), {"code", "kind", "name"}),
        (("source", "list"), {"sources"}),
        (("loads", "--entity", "widget"), {"loads"}),
        (("rejects", load_id), {"rejects"}),
        (("rejects", load_id, "--out", files / "r.xlsx"), {"rows", "file"}),
        (("template", "widget", "--out", files / "t.xlsx"), {"columns", "file"}),
        (
            ("match", "widget"),
            {"records", "pairs_scored", "auto_links", "tasks_open", "golden_records", "seconds"},
        ),
        (
            ("evaluate", "widget", "--truth", truth, "--negatives", negatives),
            {"pairwise", "b_cubed", "false_merges", "queue", "calibration", "slices"},
        ),
        (("export", "xref", "widget", "--out", files / "x.csv"), {"rows", "file"}),
        (("export", "golden", "widget", "--out", files / "g.xlsx"), {"rows", "file"}),
        (("export", "tasks", "widget", "--out", files / "t.jsonl"), {"rows", "file"}),
        (("tasks", "--entity", "widget"), {"total", "tasks"}),
        (("golden", "widget", one), {"golden_id", "attributes", "provenance", "members", "missing"}),
        (("golden", "widget", one, "--lineage", "--related"), {"lineage", "related"}),
        (("golden", "widget", one, "--as-of", "2099-01-01T00:00:00Z"), {"attributes"}),
        (("comment-golden", "widget", one, "see the drawing"), {"comment_id"}),
        (("comment-golden", "widget", one), {"comments"}),
        (("override", "widget", one, "note", "c", "--reason", "s", "--dry-run"), {"values"}),
        (("merge", "widget", one, two, "--reason", "same", "--dry-run"), {"golden_ids", "memberships"}),
        (("merge", "widget", one, two, "--reason", "same"), {"decision_id", "golden_ids"}),
        (("unmerge", "widget", one, "--reason", "not the same"), {"decision_id"}),
        (("split", "widget", one, "MES:1", "--reason", "not the same", "--dry-run"), {"memberships"}),
        (("override", "widget", one, "note", "checked", "--reason", "seen"), {"decision_id"}),
        (("next-task", "--entity", "widget"), {"task_id"}),
        (("claim", task), {"holder", "lease_until"}),
        (("claim", task, "--release"), {"task_id"}),
        (("comment", task, "看图纸"), {"comment_id"}),
        (("comment", task), {"comments"}),
        (("decide-alike", task, "non-match", "--reason", "two"), {"count", "at_once", "sample"}),
        (("decide", task, "unsure", "--reason", "cannot tell"), {"status", "task_id"}),
        (("explain", "widget", "ERP:1", "MES:1"), {"answer", "together", "telling", "keys", "evidence"}),
        (("explain", "widget", one, two), {"answer_zh"}),
        (("quality", "widget", "--pairs", "questions"), {"pairs"}),
        (("proposals", "--entity", "widget"), {"proposals"}),
        (("user", "add", "li.na", "--role", "steward,auditor"), {"user_id", "login", "link"}),
        (("client", "add", "MES line 1", "--source", "MES", "--scope", "xref:read"), {"client_id", "token"}),
        (("audit", "verify"), {"ok", "entries", "sealed", "faults"}),
        (("undo-load", load_id, "--reason", "wrong file", "--dry-run"), {"retired", "records", "events"}),
        (("undo-load", load_id, "--reason", "wrong file"), {"retired", "restored", "left"}),
    ]
    for arguments, keys in commands:
        code, answer, messages = mdm(*arguments)
        assert (code, arguments) == (0, arguments), messages
        assert keys <= set(answer), arguments
        assert "error" not in messages


def test_a_decision_is_undone_by_its_number(filled, files):
    one, two = (golden_of(filled, files, key) for key in ("ERP:1", "ERP:2"))
    decision_id = filled("merge", "widget", one, two, "--reason", "same")[1]["decision_id"]
    assert golden_of(filled, files, "ERP:2") == golden_of(filled, files, "ERP:1")
    assert filled("undo", decision_id, "--reason", "no")[0] == 0
    assert (golden_of(filled, files, "ERP:1"), golden_of(filled, files, "ERP:2")) == (one, two)
    assert filled("undo", decision_id, "--reason", "no")[0] == 1


def test_the_evidence_of_a_decision_is_derived_again(filled, home):
    task = filled("tasks")[1]["tasks"][0]["task_id"]
    decision_id = filled("decide", task, "non-match", "--reason", "two")[1]["decision_id"]
    code, found, _ = filled("explain", "--decision", decision_id)
    assert (code, found["ok"], found["equal"], found["differences"]) == (0, True, True, [])
    assert found["stored"]["sentence_en"] == found["derived"]["sentence_en"]
    with closing(sqlite3.connect(home / "mdm.db")) as connection:
        for (name,) in connection.execute("select name from sqlite_master where type = 'trigger'").fetchall():
            connection.execute(f'drop trigger "{name}"')
        connection.execute(
            "update decision set evidence = replace(evidence, '\"weight\":', '\"weight\":1') where decision_id = ?",
            (decision_id,),
        )
        connection.commit()
    code, found, _ = filled("explain", "--decision", decision_id)
    assert (code, found["ok"], found["intact"]) == (1, False, False)


def test_a_match_across_a_regulated_veto_waits_and_is_refused_to_its_author(filled, home, files):
    f.write_rules(
        home, f.RULES.replace('"颜色不同")', '"颜色不同", clause="plant rule 7", hard=False, regulated=True)')
    )
    path = f.write_file(
        files / "two.csv", [("7", f.widget("C", colour="red")), ("8", f.widget("C", colour="blue"))]
    )
    filled("ingest", "widget", path, "--source", "ERP", "--profile", files / "profile.json")
    filled("match", "widget")
    task = next(each for each in filled("tasks")[1]["tasks"] if each["left"] == "ERP:7")
    made = filled("decide", task["task_id"], "match", "--reason", "same")[1]
    assert (made["status"], made["decision_id"]) == ("proposed", "")
    (waiting,) = filled("proposals")[1]["proposals"]
    assert waiting["proposal_id"] == made["proposal_id"]
    code, told, _ = filled("confirm", made["proposal_id"], "--reason", "me again")
    assert (code, told["error"]) == (1, "change.four_eyes")
    assert filled("reject", made["proposal_id"], "--reason", "a slip")[1]["state"] == "withdrawn"
    assert filled("proposals")[1]["proposals"] == []


def test_people_get_tables(filled):
    for arguments in (("source", "list"), ("tasks",), ("loads",), ("audit", "verify")):
        code, out, _ = filled(*arguments, as_json=False)
        assert (code, bool(out.strip())) == (0, True)
        assert not out.startswith("{")


def test_people_get_tables_of_what_an_answer_holds(capsys):
    answer = {
        "evidence": ({"label": "Name", "weight": 2.5, "keys": ("a", "b"), "held": {"x": 1}, "basis": "f0"},),
        "quality": {"precision": {"n": 3, "rate": None}, "recall": {"n": 4, "rate": 0.5}},
        "moved": {"merged": ({"golden_id": "A"},), "issued": 7},
        "sample": {"answered": 4, "precision": {"rate": 0.75, "low": None, "n": 4}},
        "vetoes": (),
        "against": None,
        "count": 0,
    }
    print_answer(answer, as_json=False)
    out = capsys.readouterr().out
    for text in ("Name", "2.500", "a, b", "precision", "recall", "0.500", "merged", "…", "rate 0.750, n 4"):
        assert text in out
    assert "vetoes: none\nagainst: none\ncount: 0\n" in out
    assert not any(text in out for text in ("held", "basis", "{", "("))


def test_json_calls_the_yield_of_the_queue_as_the_docs_do(filled):
    code, found, _ = filled("quality", "widget")
    assert code == 0
    assert "yield" in found["queue"]
    assert "yield_" not in json.dumps(found)


def test_a_record_that_is_misnamed_is_answered_with_the_form_of_one(filled):
    code, found, messages = filled("explain", "widget", "bad", "ERP:1")
    assert (code, found["error"]) == (1, "golden.unknown")
    assert "'bad'" in messages
    assert "SYSTEM:ID" in messages


def test_aliases_and_lessons_are_told_where_there_are_none(filled):
    assert filled("aliases", "list")[:2] == (0, {"aliases": []})
    assert filled("aliases", "approve", "--all", "--reason", "seen")[:2] == (0, {"aliases": []})
    for wrong in (("--reason", "seen"), ("C", "--all", "--reason", "seen")):
        assert filled("aliases", "approve", *wrong)[1]["error"] == "input.invalid"
    code, found, messages = filled("retrain", "widget")
    assert (code, found["error"]) == (1, "input.invalid")
    assert "200 are needed" in messages


# -- taking in


def test_ingest_counts_every_row(ingest, files, mdm):
    code, receipt, _ = ingest([("1", f.widget("A")), ("1", f.widget("A")), ("", f.widget("B"))], "--dry-run")
    assert (code, receipt["dry_run"]) == (0, True)
    code, receipt, _ = ingest([("1", f.widget("A")), ("1", f.widget("A")), ("", f.widget("B"))])
    numbers = {name: receipt[name] for name in ("received", "accepted", "unchanged", "rejected")}
    assert numbers == {"received": 3, "accepted": 1, "unchanged": 1, "rejected": 1}
    (reject,) = mdm("rejects", receipt["load_id"])[1]["rejects"]
    assert (reject["row"], reject["field"], reject["reason"]) == (3, "id", "missing_id")
    assert "B" in reject["raw"]
    assert ingest([("1", f.widget("A"))])[1]["accepted"] == 0


def test_a_snapshot_previews_and_retires_on_request(ingest, mdm):
    ingest([("1", f.widget("A")), ("2", f.widget("B"))])
    mdm("match", "widget", "--full")
    _, preview, _ = ingest([("1", f.widget("A"))], "--snapshot")
    assert (preview["missing"], preview["missing_ids"], preview["retired"]) == (1, ["2"], 0)
    _, trial, _ = ingest([("1", f.widget("A"))], "--snapshot", "--retire-missing", "--dry-run")
    assert (trial["missing"], trial["retired"]) == (1, 0)
    _, done, _ = ingest([("1", f.widget("A"))], "--snapshot", "--retire-missing")
    assert (done["missing"], done["retired"]) == (1, 1)
    assert ingest([("1", f.widget("A"))], "--snapshot")[1]["missing"] == 0


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "empty"),
        (b"PK\x03\x04 not a table", ""),
        ("id,code,name,maker,colour,note\n1,阀门,,,,\n".encode("gb18030"), "utf-8"),
        (b"key,code,name,maker,colour,note\n1,A,,,,\n", "id"),
        (None, "none.csv"),
    ],
)
def test_a_file_that_cannot_be_used_changes_nothing(mdm, files, home, content, says):
    path = files / ("none.csv" if content is None else "broken.csv")
    if content is not None:
        path.write_bytes(content)
    before = written(home)
    code, answer, messages = mdm(
        "ingest", "widget", path, "--source", "ERP", "--profile", files / "profile.json"
    )
    assert (code, answer["error"]) == (2, "file.unreadable")
    assert says in answer["message"].lower()
    assert [line for line in messages.splitlines() if line.strip()] == [f"error: {answer['message']}"]
    assert written(home) == before


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"{", "profile.json"),
        (b"[]", "object"),
        (b"\xff\xfe", "profile.json"),
        (json.dumps({"id_column": "id", "columns": {"code": "soul"}}).encode(), "soul"),
        (json.dumps({"columns": {"code": "code"}}).encode(), "id_column"),
    ],
)
def test_a_profile_that_cannot_be_used_changes_nothing(ingest, files, home, content, says):
    (files / "profile.json").write_bytes(content)
    before = written(home)
    code, answer, messages = ingest([("1", f.widget("A"))])
    assert (code, answer["error"]) == (2, "profile.invalid")
    assert says in answer["message"]
    assert len([line for line in messages.splitlines() if line.strip()]) == 1
    assert written(home) == before


# -- refusals


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (("match", "gadget"), "entity.unknown"),
        (("match", "customer"), "rule.invalid"),
        (("rejects", "none"), "load.unknown"),
        (("golden", "widget", "WID-1", "--as-of", "yesterday"), "input.invalid"),
        (("golden", "widget", "WID-1", "--as-of", "2026-11-23T08:00:00Z", "--lineage"), "input.invalid"),
        (("undo-load", "none", "--reason", "x"), "load.unknown"),
        (("golden", "widget", "WID-0"), "golden.unknown"),
        (("merge", "widget", "WID-0", "WID-1", "--reason", "x"), "golden.unknown"),
        (("decide", "99", "match", "--reason", "x"), "task.unknown"),
        (("undo", "none", "--reason", "x"), "decision.unknown"),
        (("export", "xref", "gadget", "--out", "x.csv"), "entity.unknown"),
        (("export", "golden", "widget", "--out", "x.doc"), "input.invalid"),
        (("source", "add", "NEW", "--kind", "SOUL"), "input.invalid"),
        (("user", "add", "li.na", "--role", "emperor"), "input.invalid"),
        (("client", "add", "c", "--source", "NOWHERE", "--scope", "xref:read"), "source.unknown"),
        (("client", "add", "c", "--source", "ERP", "--scope", "all"), None),
        (("decide", "1", "match", "--reason", " "), None),
    ],
)
def test_a_refused_command_exits_with_1_and_says_why(mdm, arguments, error):
    code, answer, messages = mdm(*arguments)
    assert code == 1
    assert messages.startswith("error: ")
    assert error is None or answer["error"] == error


@pytest.mark.parametrize(
    "arguments", [("ingest",), ("match",), ("nonsense",), ("decide", "1", "maybe", "--reason", "x")]
)
def test_wrong_usage_exits_with_2_and_leaves_standard_output_empty(mdm, arguments):
    code, answer, messages = mdm(*arguments)
    assert (code, answer) == (2, None)
    assert "Usage" in messages


def test_a_folder_that_is_not_there_is_told_in_one_line(filled, files):
    code, answer, messages = filled("export", "xref", "widget", "--out", files / "no" / "such" / "x.csv")
    assert (code, answer["error"]) == (2, "file.unwritable")
    assert len(messages.splitlines()) == 1


def test_nothing_works_before_init(scratch):
    found = CliRunner().invoke(
        cli.main,
        ["source", "list", "--json"],
        env={"MDM_HOME": str(scratch / "empty"), "MDM_DATABASE_URL": ""},
    )
    assert (found.exit_code, json.loads(found.stdout)["error"]) == (1, "hub.not_initialised")
    assert "mdm init" in found.stderr


# -- audit


def test_verify_exits_with_1_and_names_the_row_that_was_altered(filled, home):
    assert filled("audit", "verify")[0] == 0
    with closing(sqlite3.connect(home / "mdm.db")) as connection:
        connection.execute("drop trigger mdm_keep_audit_event_update")
        (key,) = connection.execute(
            "select row_key from audit_event where table_name = 'golden_record' order by id limit 1"
        ).fetchone()
        connection.execute(
            "update audit_event set content = replace(content, 'active', 'actiwe') where id = "
            "(select min(id) from audit_event where table_name = 'golden_record')"
        )
        connection.commit()
    code, report, _ = filled("audit", "verify")
    assert (code, report["ok"], len(report["faults"])) == (1, False, 2)
    assert f"(golden_record {key}) was altered" in report["faults"][0]
    assert report["faults"][1] == f"golden_record {key} was altered behind the trail"


def test_an_exported_trail_is_verified_without_the_hub(filled, home, tmp_path, capsys):
    assert filled("audit", "checkpoint")[1]["ok"]
    code, answer, _ = filled("audit", "export", "--out", str(tmp_path / "trail.jsonl"))
    trail = (tmp_path / "trail.jsonl").read_text("utf-8")
    assert (code, answer["entries"]) == (0, len(trail.splitlines()))
    arguments = ["trail", str(tmp_path / "trail.jsonl"), str(home / "checkpoints")]
    assert verifier.main(arguments) == 0
    (tmp_path / "trail.jsonl").write_text(trail.replace("active", "actiwe", 1), "utf-8")
    assert verifier.main(arguments) == 1
    assert "was altered" in capsys.readouterr().out


def test_the_newest_entries_are_listed(filled):
    code, answer, _ = filled("audit", "list", "--table", "load", "--limit", "1")
    assert (code, [entry["table"] for entry in answer["entries"]]) == (0, ["load"])


def test_the_actor_of_a_command_is_the_person_at_the_machine(filled, home):
    with closing(sqlite3.connect(home / "mdm.db")) as connection:
        actors = connection.execute(
            "select distinct actor from audit_event where table_name = 'load'"
        ).fetchall()
    assert actors == [(f"cli:{getpass.getuser()}",)]
