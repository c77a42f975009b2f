"""Import on the pages: send, map, preview, load, mend the rejects, take it back."""

from __future__ import annotations

import re
from collections.abc import Callable
from io import BytesIO

import pytest
import python_calamine
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from mdm import jobs
from mdm.services import upload
from mdm.services.hub import Hub
from stewardship_ui import imports
from tests import factories as f

Post = Callable[..., TestResponse]
FILE = "供方编号,登记名称,电话,Farbe\n8001,常州新飞轴承有限公司,0519-85551234,rot\n,无锡明光电子有限公司,,\n".encode(
    "gb18030"
)


@pytest.fixture
def app(app: Flask) -> Flask:
    app.extensions[jobs.BACKGROUND] = lambda work: work()
    return app


@pytest.fixture
def governance(browse: Callable[..., FlaskClient]) -> FlaskClient:
    return browse("governance")


def send(client: FlaskClient, post: Post, content: bytes = FILE, **fields: str) -> TestResponse:
    sent = {"entity": "supplier", "source": "ERP1", "file": (BytesIO(content), "供应商.csv"), **fields}
    return post(client, "/imports", "/imports", **sent)


def chosen(text: str) -> dict[str, str]:
    """The mapping as the page has it."""
    found = {}
    for name, options in re.findall(r'<select name="(column-\d+)"[^>]*>(.*?)</select>', text, re.DOTALL):
        picked = re.search(r'<option value="([^"]*)" selected', options)
        found[name] = picked[1] if picked else ""
    key = re.search(r'name="id_column" value="(\d+)"[^>]* checked', text)
    return found | ({"id_column": key[1]} if key else {})


def test_a_key_that_comes_twice_is_flagged_before_the_load(governance: FlaskClient, post: Post) -> None:
    text = "编号,名称\n1,常州新飞轴承有限公司\n1,无锡明光电子有限公司\n"
    page = send(governance, post, text.encode()).location
    shown = post(governance, page, page, step="preview", **{"column-1": "legal_name", "id_column": "1"}).text
    assert "1 row would not be taken" in shown
    assert shown.count("Its key came before with other content.") == 2  # in the list and in its row


def test_a_filled_template_shows_its_preview_before_its_columns(governance: FlaskClient, post: Post) -> None:
    labels = {"记录编号": "T-1", "登记名称": "常州新飞轴承有限公司", "电话": "0519-85551234", "付款条件": ""}
    text = "\n".join([",".join(labels), ",".join(labels.values())])
    page = send(governance, post, text.encode()).location
    shown = governance.get(page).text
    assert "Every column is known" in shown
    assert shown.index('id="preview-title"') < shown.index('id="columns-title"')
    preview = shown[shown.index('class="preview"') : shown.index('id="columns-title"')]
    assert "Legal name" in preview
    assert "Payment terms" not in preview
    assert "1 mapped column holds nothing in these rows." in preview


def test_a_file_goes_from_upload_to_load_and_back(governance: FlaskClient, post: Post) -> None:
    page = send(governance, post).location
    text = governance.get(page).text
    mapping = chosen(text)
    assert (mapping["column-1"], mapping["column-2"], mapping["column-3"]) == ("legal_name", "phone", "")
    assert "GB18030" in text
    mapping["id_column"] = "1"
    shown = post(governance, page, page, step="preview", **mapping)
    assert "It has no key." in shown.text
    assert "+8651985551234" in shown.text
    assert post(governance, page, page, step="load", **mapping).location == page
    done = governance.get(page).text
    assert "The file is loaded." in done
    assert re.search(r"<dt>Rejected</dt><dd>⚠ 1 <a[^>]+/rejects", done)
    load = re.search(r'href="(/loads/\w+)"', done)
    assert load
    told = governance.get(load[1]).text
    assert "供应商.csv" in told
    assert "Take this load back" in told
    rejects = governance.get(load[1] + "/rejects?format=xlsx")
    rows = (
        python_calamine.CalamineWorkbook.from_filelike(BytesIO(rejects.data))
        .get_sheet_by_index(0)
        .to_python()
    )
    assert rows[0] == ["供方编号", "登记名称", "电话", "Farbe", "Row", "Field", "Error"]
    assert rows[1][1] == "无锡明光电子有限公司"
    assert rows[1][-1] == "It has no key."
    undo = load[1] + "/undo"
    assert "8001" in governance.get(undo).text
    assert "常州新飞轴承有限公司" in governance.get(undo).text
    assert post(governance, undo, undo, reason="").status_code == 422
    assert post(governance, undo, undo, reason="wrong month").status_code == 303
    assert "undone" in governance.get(load[1]).text
    again = post(governance, "/imports", page, step="load", **mapping)
    assert again.status_code == 409


def test_a_mapping_that_is_not_complete_is_told_and_loads_nothing(
    governance: FlaskClient, post: Post
) -> None:
    page = send(governance, post).location
    answer = post(governance, page, page, step="load", **{"column-1": "legal_name"})
    assert answer.status_code == 422
    assert "The mapping is not complete: choose the column that names each record." in answer.text
    assert "waits for its mapping" in governance.get("/imports").text


def test_two_columns_of_one_attribute_become_its_parts(governance: FlaskClient, post: Post) -> None:
    content = "id,a,b\n1,常州新飞,轴承有限公司\n".encode()
    page = send(governance, post, content).location
    shown = post(
        governance, page, page, **{"id_column": "1", "column-1": "legal_name", "column-2": "legal_name"}
    )
    assert "常州新飞轴承有限公司" in shown.text


def test_a_new_source_system_is_registered_on_the_way(governance: FlaskClient, post: Post) -> None:
    assert send(governance, post, source="", new_source="LIMS9", kind="LIMS").status_code == 303
    assert "LIMS9" in governance.get("/sources").text
    assert send(governance, post, source="").status_code == 422


def test_a_known_source_system_is_not_renamed_by_who_calls_it_new(
    governance: FlaskClient, post: Post, stocked_hub: Hub
) -> None:
    before = f.sql(stocked_hub, "select code, kind, name, site from source_system")
    answer = send(governance, post, source="", new_source="ERP1", kind="LIMS")
    assert answer.status_code == 422
    assert "There is a source system ERP1 already" in answer.text
    assert f.sql(stocked_hub, "select code, kind, name, site from source_system") == before


def test_a_load_that_stopped_half_way_can_be_started_again(
    governance: FlaskClient, browse: Callable[..., FlaskClient], post: Post, app: Flask, stocked_hub: Hub
) -> None:
    page = send(governance, post).location
    mapping = chosen(governance.get(page).text) | {"id_column": "1"}
    app.extensions[jobs.BACKGROUND] = lambda work: None  # the process is killed
    post(governance, page, page, step="load", **mapping)
    assert "Start it again" not in governance.get(page).text
    assert post(governance, "/imports", page, step="again").status_code == 409
    later = stocked_hub.now() + upload.SILENT * 2
    stocked_hub._clock = lambda: later
    assert "Start it again" in governance.get(page).text
    assert "Start it again" not in browse("auditor").get(page).text
    assert post(browse("auditor"), "/about", page, step="again").status_code == 403
    app.extensions[jobs.BACKGROUND] = lambda work: work()
    assert post(governance, page, page, step="again").status_code == 303
    assert "The file is loaded." in governance.get(page).text


def test_what_is_no_table_or_too_large_is_refused(
    governance: FlaskClient, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imports, "MAX_BYTES", 200_000)
    monkeypatch.setattr(imports, "MAX_REQUEST", 300_000)
    page = send(governance, post, b"PK\x03\x04 no workbook").location
    assert "The file cannot be read" in governance.get(page).text
    assert send(governance, post, b"").status_code == 422
    assert send(governance, post, b"x" * 250_000).status_code == 422
    assert send(governance, post, b"x" * 400_000).status_code == 413


def test_templates_are_files_in_the_language_of_the_page(browse: Callable[..., FlaskClient]) -> None:
    answer = browse("steward", "zh").get("/templates/supplier")
    rows = (
        python_calamine.CalamineWorkbook.from_filelike(BytesIO(answer.data)).get_sheet_by_index(0).to_python()
    )
    assert rows[0][0] == "记录编号*"
    assert browse("steward").get("/templates/nothing").status_code == 404


def test_stewards_see_no_import_and_may_not(browse: Callable[..., FlaskClient]) -> None:
    steward = browse("steward")
    assert "/imports" not in steward.get("/sources").text
    assert steward.get("/imports").status_code == 403
