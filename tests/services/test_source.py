"""Taking in extracts: what is accepted, unchanged, rejected or refused, and what is known of each record."""

from __future__ import annotations

import pytest

from mdm.domain.access import Actor, ActorKind, Role
from mdm.domain.errors import (
    ForbiddenError,
    InvalidInputError,
    MdmError,
    ProfileError,
    UnknownEntityError,
    UnknownLoadError,
    UnknownRecordError,
    UnreadableFileError,
)
from mdm.domain.source import Reject
from mdm.services import intake, load, source
from tests import factories as f

WRITTEN = (
    *(
        "load",
        "load_reject",
        "landing_file",
        "source_record",
        "source_version",
        "standard_record",
        "source_profile",
    ),
    *("source_system", "fact", "event", "audit_event", "candidate_key", "quality_finding"),
)


@pytest.fixture
def hub(hub):
    return f.with_widgets(hub)


def everything(hub):
    return {table: f.sql(hub, f"select * from {table}") for table in WRITTEN}


def ingest_text(hub, text, *, profile=None, encoding="utf-8", system="ERP", **more):
    path = hub.settings.scratch / "extract.csv"
    path.write_bytes(text.encode(encoding))
    return source.ingest_file(hub, f.SYSTEM, "widget", path, system, profile or f.profile(), **more)


def record(hub, key):
    system, _, source_id = key.partition(":")
    return f.read(hub, source.get_record, "widget", system, source_id)


HEAD = "id,code,name,maker,colour,note\n"


# -- registering


def test_registering_twice_changes_nothing(hub):
    before = f.sql(hub, "select count(*) from event")
    again = f.act(hub, source.add_source, "ERP", "erp", "ERP of the plant", actor=f.SYSTEM)
    assert (again.code, again.kind, again.records) == ("ERP", "ERP", 0)
    assert f.sql(hub, "select count(*) from event") == before


def test_a_source_can_be_renamed(hub):
    f.act(hub, source.add_source, "ERP", "PLM", "Another", actor=f.SYSTEM)
    found = {item.code: (item.kind, item.name) for item in f.read(hub, source.list_sources)}
    assert found["ERP"] == ("PLM", "Another")


@pytest.mark.parametrize(
    ("code", "kind"), [("", "ERP"), ("x" * 61, "ERP"), ("a\nb", "ERP"), ("NEW", "WAREHOUSE")]
)
def test_a_bad_code_or_kind_is_refused(hub, code, kind):
    with pytest.raises(InvalidInputError):
        f.act(hub, source.add_source, code, kind, "Name", actor=f.SYSTEM)


def test_a_source_never_registered_is_registered_with_the_kind_of_its_profile(hub):
    ingest_text(hub, HEAD + "1,A,,,,\n", system="NEW", profile={**f.profile(), "kind": "PLM"})
    ingest_text(hub, HEAD + "1,A,,,,\n", system="PLAIN")
    kinds = {item.code: (item.kind, item.records) for item in f.read(hub, source.list_sources)}
    assert (kinds["NEW"], kinds["PLAIN"]) == (("PLM", 1), ("OTHER", 1))


# -- taking in


def test_received_is_accepted_and_unchanged_and_rejected(hub):
    receipt = ingest_text(hub, HEAD + "1,A,,,,\n1,A,,,,\n1,B,,,,\n,C,,,,\n3,C\n4,D,,,,\n")
    assert (receipt.received, receipt.accepted, receipt.unchanged, receipt.rejected) == (6, 2, 1, 3)
    line = f.read(hub, source.list_loads, "widget")[0]
    assert (line.received, line.accepted, line.unchanged, line.rejected) == (6, 2, 1, 3)
    assert (line.load_id, line.source, line.file_name, line.status) == (
        receipt.load_id,
        "ERP",
        "extract.csv",
        "accepted",
    )


def test_a_reject_is_kept_with_row_field_reason_and_what_it_held(hub):
    receipt = ingest_text(hub, HEAD + "1,A,,,,\n,C,alpha,,,\n3,C\n1,B,,,,\n")
    missing, short, repeated = f.read(hub, source.list_rejects, receipt.load_id)
    assert (missing.row, missing.field, missing.reason) == (2, "id", "missing_id")
    assert "alpha" in missing.raw
    assert (short.row, short.reason) == (3, "column_count")
    assert (repeated.row, repeated.field, repeated.reason) == (4, "id", "repeated_id")
    assert "B" in repeated.raw
    assert isinstance(missing, Reject)


def test_the_same_file_twice_accepts_nothing(hub):
    rows = [(str(number), f.widget(code=f"C{number}")) for number in range(20)]
    assert f.ingest(hub, "ERP", rows).accepted == 20
    again = f.ingest(hub, "ERP", rows)
    assert (again.received, again.accepted, again.unchanged) == (20, 0, 20)
    assert f.sql(hub, "select count(*) from source_version")[0][0] == 20


def test_one_changed_row_makes_one_version(hub):
    f.ingest(hub, "ERP", [("1", f.widget("A")), ("2", f.widget("B"))])
    again = f.ingest(hub, "ERP", [("1", f.widget("A")), ("2", f.widget("B", note="new"))])
    assert (again.accepted, again.unchanged) == (1, 1)
    assert [version.version for version in record(hub, "ERP:2").versions] == [1, 2]
    assert record(hub, "ERP:1").version == 1
    assert record(hub, "ERP:2").values["note"] == "new"


def test_the_order_of_columns_changes_nothing(hub):
    ingest_text(hub, "id,code,name,maker,colour,note\n1,A,n,m,c,x\n")
    assert ingest_text(hub, "note,colour,maker,name,code,id\nx,c,m,n,A,1\n").unchanged == 1


def test_a_retired_record_that_comes_again_is_current_again(hub):
    f.ingest(hub, "ERP", [("1", f.widget("A"))])
    f.run(hub, full=True)
    f.act(hub, intake.retire_record, "widget", "ERP", "1", actor=f.SYSTEM)
    assert f.ingest(hub, "ERP", [("1", f.widget("A"))]).accepted == 1
    assert record(hub, "ERP:1").status == "active"


def test_columns_without_a_mapping_stay_in_the_raw_record(hub):
    profile = {"id_column": "id", "columns": {"code": "code"}}
    ingest_text(hub, "id,code,secret\n1,A,kept\n", profile=profile)
    assert record(hub, "ERP:1").versions[0].cells == {"id": "1", "code": "A", "secret": "kept"}
    assert record(hub, "ERP:1").values == {"code": "A"}


def test_a_changed_profile_maps_stored_rows_anew_and_matching_uses_them(hub):
    small = {"id_column": "id", "columns": {"code": "note"}}
    ingest_text(hub, "id,code\n1,A\n2,A\n", profile=small)
    f.run(hub, full=True)
    assert f.partition(hub) == f.groups("ERP:1 | ERP:2")
    receipt = ingest_text(
        hub, "id,code\n1,A\n2,A\n", profile={"id_column": "id", "columns": {"code": "code"}}
    )
    assert (receipt.accepted, receipt.unchanged) == (0, 2)
    assert record(hub, "ERP:1").values == {"code": "A"}
    assert record(hub, "ERP:1").version == 1
    f.run(hub)
    assert f.partition(hub) == f.groups("ERP:1 ERP:2")


# -- refusing


@pytest.mark.parametrize(
    ("text", "encoding", "says"),
    [
        ("", "utf-8", "empty"),
        ("id,code\n1,A\n", "utf-8", "name"),
        ("key,code,name,maker,colour,note\n1,A,,,,\n", "utf-8", "id"),
        (HEAD + "1,阀门,,,,\n", "gb18030", "utf-8"),
        (HEAD + '1,"never closed,,,,\n', "utf-8", "quote"),
    ],
)
def test_a_file_that_does_not_fit_changes_nothing(hub, text, encoding, says):
    before = everything(hub)
    with pytest.raises(UnreadableFileError) as refused:
        ingest_text(hub, text, encoding=encoding)
    assert says in refused.value.message.lower()
    assert "\n" not in refused.value.message
    assert everything(hub) == before


def test_a_file_that_is_not_there_is_refused(hub):
    with pytest.raises(UnreadableFileError):
        source.ingest_file(hub, f.SYSTEM, "widget", hub.settings.scratch / "none.csv", "ERP", f.profile())


@pytest.mark.parametrize(
    ("profile", "says"),
    [
        ({"id_column": "id", "columns": {"code": "weight_of_soul"}}, "weight_of_soul"),
        ({"columns": {"code": "code"}}, "id_column"),
        ({"id_column": "id", "columns": {"code": "code"}, "colour_of_file": "red"}, "colour_of_file"),
        ({"id_column": "id", "columns": {"code": "code"}, "encoding": "klingon"}, "klingon"),
        ({"id_column": "id", "columns": {"code": "code", "name": "code"}}, "code"),
        ({"entity_type": "supplier", "id_column": "id", "columns": {"code": "code"}}, "supplier"),
        ({"sources": {"MES": f.profile()}}, "ERP"),
    ],
)
def test_a_profile_that_does_not_fit_is_refused_by_name(hub, profile, says):
    before = everything(hub)
    with pytest.raises(ProfileError) as refused:
        ingest_text(hub, HEAD + "1,A,,,,\n", profile=profile)
    assert says in refused.value.message
    assert everything(hub) == before


def test_an_unknown_entity_is_refused(hub):
    with pytest.raises(UnknownEntityError):
        source.ingest_file(hub, f.SYSTEM, "gadget", hub.settings.scratch / "x.csv", "ERP", f.profile())


def test_a_steward_loads_no_files(hub):
    path = f.write_file(hub.settings.scratch / "x.csv", [("1", f.widget("A"))])
    auditor = Actor("olga", ActorKind.USER, frozenset({Role.AUDITOR}))
    with pytest.raises(ForbiddenError):
        source.ingest_file(hub, auditor, "widget", path, "ERP", f.profile())


@pytest.mark.parametrize(
    ("service", "arguments", "error"),
    [
        (source.list_rejects, ("none",), UnknownLoadError),
        (source.get_record, ("widget", "ERP", "none"), UnknownRecordError),
        (source.get_record, ("widget", "NOWHERE", "none"), UnknownRecordError),
        (source.get_record, ("gadget", "ERP", "none"), UnknownEntityError),
    ],
)
def test_what_was_never_there_is_unknown(hub, service, arguments, error):
    with pytest.raises(error):
        f.read(hub, service, *arguments)


# -- trials and complete extracts


def test_a_dry_run_tells_and_changes_nothing(hub):
    f.ingest(hub, "ERP", [("1", f.widget("A"))])
    before = everything(hub)
    receipt = ingest_text(hub, HEAD + "1,A,,,,\n2,B,,,,\n,C,,,,\n", system="ERP", dry_run=True)
    assert (receipt.received, receipt.accepted, receipt.unchanged, receipt.rejected) == (3, 1, 1, 1)
    assert receipt.dry_run
    assert everything(hub) == before


def test_a_dry_run_of_a_new_source_registers_nothing(hub):
    before = everything(hub)
    ingest_text(hub, HEAD + "1,A,,,,\n", system="NEW", dry_run=True)
    assert everything(hub) == before


def test_a_snapshot_lists_what_the_file_no_longer_holds(hub):
    f.ingest(hub, "ERP", [("1", f.widget("A")), ("2", f.widget("B")), ("3", f.widget("C"))])
    f.ingest(hub, "MES", [("9", f.widget("A"))])
    receipt = ingest_text(hub, HEAD + "2,B,,,,\n", snapshot=True)
    assert receipt.missing_ids == ("1", "3")
    assert record(hub, "ERP:1").status == "active"


def test_what_is_missing_is_retired_on_request_only(hub):
    f.ingest(hub, "ERP", [("1", f.widget("A")), ("2", f.widget("B"))])
    f.run(hub, full=True)
    golden_id = f.golden_ids(hub)["ERP:1"]
    assert f.act(hub, load.retire_missing, "widget", "ERP", ["1"], actor=f.SYSTEM) == 1
    assert f.act(hub, load.retire_missing, "widget", "ERP", ["1"], actor=f.SYSTEM) == 0
    assert record(hub, "ERP:1").status == "retired"
    assert record(hub, "ERP:1").golden_id == golden_id
    assert set(f.golden_ids(hub)) == {"ERP:2"}


# -- quality


def test_a_value_that_breaks_a_rule_of_the_dictionary_is_kept_with_a_finding(hub):
    f.ingest(hub, "ERP", [("1", f.widget("A", note="x" * 201)), ("2", f.widget("A", note="x" * 200))])
    found = record(hub, "ERP:1")
    assert [(finding.attribute, finding.rule) for finding in found.findings] == [("note", "max_length")]
    assert len(found.values["note"]) == 201
    assert record(hub, "ERP:2").findings == ()


def test_what_the_standardiser_told_is_not_told_again(hub):
    path = hub.settings.scratch / "supplier.csv"
    path.write_text("id,code,name\n1,91440300708461130X,阀门厂\n", "utf-8")
    profile = {"id_column": "id", "columns": {"code": "uscc", "name": "legal_name"}}
    source.ingest_file(hub, f.SYSTEM, "supplier", path, "ERP", profile)
    found = f.read(hub, source.get_record, "supplier", "ERP", "1").findings
    assert [finding.attribute for finding in found] == ["uscc"]


def test_a_number_that_a_spreadsheet_destroyed_is_no_value_but_a_finding(hub):
    path = hub.settings.scratch / "supplier.csv"
    path.write_text("id,code,name\n1,9.14403E+17,阀门厂\n", "utf-8")
    profile = {"id_column": "id", "columns": {"code": "uscc", "name": "legal_name"}}
    source.ingest_file(hub, f.SYSTEM, "supplier", path, "ERP", profile)
    found = f.read(hub, source.get_record, "supplier", "ERP", "1")
    assert found.values.get("uscc") is None
    assert [(x.attribute, x.rule, x.value) for x in found.findings] == [
        ("uscc", "spreadsheet_destroyed", "9.14403E+17")
    ]
    assert found.raw["uscc"] == "9.14403E+17"


@pytest.mark.parametrize("key", ["", "x" * 301, "a\0b", "\ud800"])
def test_a_key_that_cannot_name_a_record_is_refused(key):
    with pytest.raises(MdmError):
        source.check_key(key)
