"""Judging the partition that the machine makes by itself."""

from __future__ import annotations

import csv

import pytest

from mdm.domain.errors import UnreadableFileError
from mdm.services import decision, evaluation
from tests import factories as f

RECORDS = {
    "ERP:1": f.widget("A", "alpha", "acme"),
    "MES:1": f.widget("A", "alpha", "acme"),
    "QMS:1": f.widget("", "alpha"),
    "ERP:2": f.widget("B", "beta", "acme"),
    "MES:2": f.widget("B", "beta", "acme"),
}
ENTITIES = {"ERP:1": "a", "MES:1": "a", "QMS:1": "a", "ERP:2": "b", "MES:2": "c"}


@pytest.fixture
def hub(widgets):
    f.ingest_all(widgets, RECORDS)
    f.run(widgets, full=True)
    return widgets


def write(path, head, rows):
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([head, *rows])
    return path


@pytest.fixture
def truth(hub):
    rows = [(*key.split(":"), entity) for key, entity in ENTITIES.items()]
    return write(hub.settings.scratch / "truth.csv", ("source_system", "source_id", "entity_id"), rows)


@pytest.fixture
def negatives(hub):
    rows = [("b", "c", "next_size"), ("a", "b", "other")]
    return write(hub.settings.scratch / "negatives.csv", ("entity_a", "entity_b", "kind"), rows)


def judge(hub, *files):
    return f.read(hub, evaluation.evaluate_entity, "widget", *files)


def test_what_was_linked_rightly_wrongly_and_not_at_all_is_counted(hub, truth, negatives):
    found = judge(hub, truth, negatives)
    assert (found.records, found.entities, found.clusters) == (5, 3, 3)
    assert (found.pairwise.precision, found.pairwise.recall) == (1 / 2, 1 / 3)
    kinds = {kind: (item.merged, item.pairs) for kind, item in found.false_merges.items()}
    assert kinds == {"next_size": (1, 1), "other": (0, 1)}
    assert (found.queue.pairs, found.queue.matches, found.queue.recall_if_answered) == (1, 1.0, 1.0)


def test_verdicts_do_not_count(hub, truth):
    before = judge(hub, truth)
    held = f.golden_ids(hub)
    f.act(hub, decision.merge, "widget", held["ERP:1"], held["QMS:1"], "one thing")
    assert judge(hub, truth).pairwise == before.pairwise


def test_records_without_truth_are_left_out(hub, truth):
    f.ingest(hub, "QMS", [("9", f.widget("A"))])
    f.run(hub)
    assert judge(hub, truth).pairwise.recall == 1 / 3


def test_a_table_without_its_columns_is_refused_by_name(hub, truth):
    with pytest.raises(UnreadableFileError, match="entity_a"):
        judge(hub, truth, truth)
    with pytest.raises(UnreadableFileError):
        judge(hub, truth.with_name("none.csv"))
    truth.write_bytes("source_system,source_id,entity_id\nERP,阀门,1\n".encode("gb18030"))
    with pytest.raises(UnreadableFileError):
        judge(hub, truth)


def test_the_report_stands_alone_and_shows_errors_side_by_side(hub, truth, negatives):
    found, document = f.read(hub, evaluation.evaluate_with_report, "widget", truth, negatives)
    assert found == judge(hub, truth, negatives)
    assert not any(word in document for word in ("http://", "https://", "<script", "<link", "url("))
    assert document.count('<section class="error">') == 3  # b with c, and QMS:1 with both records of a
    assert "误链接 Wrong links: 1" in document
    assert "漏匹配 Missed matches: 2" in document
    assert document.count("<svg") == 2
    assert "next_size" in document
    assert document == f.read(hub, evaluation.evaluate_with_report, "widget", truth, negatives)[1]


def test_what_records_say_cannot_break_the_report(hub, truth):
    f.ingest(
        hub,
        "QMS",
        [("7", f.widget("Z", "<b onload=x>&", "acme")), ("8", f.widget("Z", "<i>", "acme"))],
        "odd.csv",
    )
    f.run(hub, full=True)
    with truth.open("a", encoding="utf-8") as file:
        file.write("QMS,7,y\r\nQMS,8,z\r\n")
    _, document = f.read(hub, evaluation.evaluate_with_report, "widget", truth)
    assert "<b onload" not in document
    assert "&lt;b onload" in document


def test_another_order_moves_no_record(hub):
    found = f.read(hub, evaluation.stability, "widget")
    assert (found.records, found.rerun, found.permuted) == (5, 0, 0)


def test_kinds_of_negatives_and_automatic_links_come_with_intervals(hub, truth, negatives):
    found = judge(hub, truth, negatives)
    assert found.false_merges["next_size"].low == pytest.approx(0.025)
    assert (found.automatic.links, found.automatic.share) == (2, 2 / 3)
    assert found.automatic.precision.at_least < 0.5
