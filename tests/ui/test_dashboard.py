"""The dashboard on a page: charts with table twins, files, and the records behind a figure."""

from __future__ import annotations

from collections.abc import Callable

from flask.testing import FlaskClient


def test_figures_have_charts_tables_files_and_records(steward: FlaskClient) -> None:
    text = steward.get("/dashboard?entity=supplier").text
    assert text.count('class="chart course"') >= 2
    assert "As a table" in text
    assert "Duplicates per source" in text
    assert "/dashboard/supplier/missing?of=" in text
    missing = steward.get("/dashboard/supplier/missing?of=duns").text
    assert "Golden records without" in missing
    assert "/golden/supplier/SUP-" in missing
    csv = steward.get("/dashboard?entity=supplier&table=flow&format=csv")
    assert csv.data.startswith(b"\xef\xbb\xbf")
    assert len(csv.text.splitlines()) == 31
    for table in ("sources", "attributes", "trends"):
        assert steward.get(f"/dashboard?entity=supplier&table={table}&format=xlsx").data[:2] == b"PK"
    assert steward.get("/dashboard/supplier/missing?of=duns&format=csv").status_code == 200
    assert steward.get("/dashboard/supplier/nothing?of=duns").status_code == 404
    assert steward.get("/dashboard/supplier/missing?of=nothing").status_code == 404


def test_an_empty_entity_has_a_page_too(browse: Callable[..., FlaskClient]) -> None:
    text = browse("auditor", "zh").get("/dashboard?entity=material").text
    assert "看板" in text
    assert browse("admin").get("/dashboard").status_code == 403
