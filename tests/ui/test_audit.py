"""The page of the audit trail: filters, values before and after, proof, and reviews that are recorded."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mdm.domain.audit import AuditFilter
from mdm.services import audit, checkpoint, job
from tests import factories as f


@pytest.fixture
def hub(stocked_hub):
    return stocked_hub


@pytest.fixture
def auditor(browse):
    return browse("auditor")


def test_an_entry_tells_who_what_why_and_both_values(auditor, hub):
    shown = auditor.get("/audit?table=source_system&lang=en").text
    entry = f.read(hub, audit.entries, AuditFilter(table="source_system"), limit=1)[0]
    assert f"no. {entry.entry_id}" in shown
    assert all(told in shown for told in (entry.row_key, entry.reason, "<ins>"))


@pytest.mark.parametrize(
    ("query", "fault"),
    [("first_day=2026-13-01", "2026-01-31"), ("operation=truncate", "insert, update, delete")],
)
def test_a_filter_that_means_nothing_says_so(auditor, query, fault):
    assert fault in auditor.get(f"/audit?{query}").text


def test_nothing_found_is_an_empty_list(auditor):
    answer = auditor.get("/audit?row_key=nobody")
    assert answer.status_code == 200
    assert '<ol class="decisions">' not in answer.text


def test_exposure_places_and_the_last_verification_are_told(auditor, hub, tmp_path):
    hub.settings = replace(hub.settings, checkpoint_folders=(tmp_path / "one", tmp_path / "two"))
    checkpoint.keep(hub, f.SYSTEM)
    shown = auditor.get("/audit?lang=en").text
    assert str(tmp_path / "two") in shown
    assert "Only one place vouches" not in shown
    assert "Not verified yet" in shown
    assert job.run_slot(hub, "verify_audit", "worker")
    assert "nothing was altered" in auditor.get("/audit?lang=en").text


def test_a_review_is_recorded_and_is_itself_in_the_trail(auditor, hub, post):
    last = f.read(hub, audit.entries, limit=1)[0].entry_id
    sent = {"first_entry": "1", "last_entry": str(last), "finding": "逐条核对，无异常", "objection": "1"}
    assert post(auditor, "/audit", "/audit/reviews", **sent).status_code == 303
    shown = auditor.get("/audit?lang=en").text
    assert "逐条核对，无异常" in shown
    assert "to be followed up" in shown
    assert f.read(hub, audit.entries, limit=1)[0].table == "audit_review"


@pytest.mark.parametrize(
    "sent",
    [
        {"first_entry": "1", "last_entry": "2", "finding": " "},
        {"first_entry": "x", "last_entry": "2", "finding": "ok"},
        {"first_entry": "9000000", "last_entry": "9000001", "finding": "ok"},
        {"first_entry": "9" * 30, "last_entry": "9" * 30, "finding": "ok"},
    ],
)
def test_a_review_of_nothing_is_refused(auditor, post, sent):
    assert post(auditor, "/audit", "/audit/reviews", **sent).status_code == 422


def test_entries_go_out_as_a_file(auditor):
    answer = auditor.get("/audit/download?format=csv&table=source_system")
    assert answer.text.lstrip("\ufeff").startswith("id,at,actor,reason,table,operation,row,content")


def test_a_steward_finds_no_audit_trail(steward):
    assert steward.get("/audit").status_code == 403
