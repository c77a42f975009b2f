"""What of a file would not be taken, told before it is loaded."""

from __future__ import annotations

import pytest

from mdm.domain.errors import ForbiddenError
from mdm.services import upload, upload_check
from tests import factories as f

PROFILE = {"id_column": "id", "columns": {"code": "code"}}
TEXT = b"id,code\n1,A\n2,B\n1,C\n1,A\n,D\n"


@pytest.fixture
def hub(hub):
    return f.with_widgets(hub)


def check(hub, content=TEXT, actor=f.GOVERNANCE):
    held = f.act(hub, upload.receive, f.ENTITY, "ERP", "w.csv", content, actor=f.GOVERNANCE)
    return f.read(hub, upload_check.check, held, PROFILE, actor=actor)


def test_a_key_repeated_with_other_content_is_told_and_one_with_the_same_is_not(hub):
    found = check(hub)
    assert (found.rows, found.whole, found.refused) == (5, True, 2)
    assert found.reasons == {"repeated_id": 1, "missing_id": 1}
    assert [(each.row, each.reason) for each in found.rejects] == [(3, "repeated_id"), (5, "missing_id")]
    assert (found.flaw_of(3), found.flaw_of(4)) == ("repeated_id", "")
    assert f.sql(hub, "select count(*) from source_version") == [(0,)]


def test_only_the_first_rows_of_a_long_file_are_read(hub, monkeypatch):
    monkeypatch.setattr(upload_check, "CHECKED", 2)
    found = check(hub)
    assert (found.rows, found.whole, found.refused) == (2, False, 0)


def test_who_may_not_load_is_told_nothing(hub):
    with pytest.raises(ForbiddenError):
        check(hub, actor=f.STEWARD)
