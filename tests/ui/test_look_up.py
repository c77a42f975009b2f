"""Many codes on a page, and the answer as a file."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO

import python_calamine
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

Post = Callable[..., TestResponse]
PAGE = "/look-up/many?entity=supplier"


def test_codes_are_answered_on_the_page(steward: FlaskClient, post: Post) -> None:
    text = post(steward, PAGE, "/look-up/many", entity="supplier", codes="ERP1\tE-1\nQ/2 中\nnothing").text
    assert "苏州恒瑞精密机械有限公司" in text
    assert "unknown: 1" in text
    assert "active: 2" in text


def test_the_answer_is_a_file_that_runs_no_formula(steward: FlaskClient, post: Post) -> None:
    fields = {"entity": "supplier", "codes": "ERP1,E-1\n=1+1"}
    csv = post(steward, PAGE, "/look-up/many", format="csv", **fields)
    assert csv.data.startswith(b"\xef\xbb\xbf")
    assert b"\n'=1+1," in csv.data
    assert "attachment" in csv.headers["Content-Disposition"]
    xlsx = post(steward, PAGE, "/look-up/many", format="xlsx", **fields)
    rows = (
        python_calamine.CalamineWorkbook.from_filelike(BytesIO(xlsx.data)).get_sheet_by_index(0).to_python()
    )
    assert rows[1][4] == "active"
    assert rows[2][0] == "=1+1"


def test_too_many_codes_are_told(steward: FlaskClient, post: Post) -> None:
    codes = "\n".join(map(str, range(10_001)))
    answer = post(steward, PAGE, "/look-up/many", entity="supplier", codes=codes)
    assert answer.status_code == 422
    assert "At most 10,000 codes" in answer.text
