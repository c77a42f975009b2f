"""No cell becomes a formula, and what was escaped comes back as it was."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mdm.connectors.formula import escape, unescape


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("=1+1", "'=1+1"),
        ("+SUM(A1)", "'+SUM(A1)"),
        ("-2+3", "'-2+3"),
        ("@A1", "'@A1"),
        ("\t=1", "'\t=1"),
        ("\r=1", "'\r=1"),
        ("＝1+1", "'＝1+1"),
        ("'=1", "''=1"),
        ("''=1", "'''=1"),
        ("-12", "-12"),
        ("+8675512345678", "+8675512345678"),
        ("-0.5", "-0.5"),
        ("'TQ-10", "'TQ-10"),
        ("a=b", "a=b"),
        ("", ""),
        ("轴承", "轴承"),
    ],
)
def test_only_texts_that_a_spreadsheet_would_run_are_escaped(text: str, cell: str) -> None:
    assert escape(text) == cell
    assert unescape(cell) == text


@given(st.text(alphabet=st.sampled_from("'=+-@\t\r\n＝a1.")) | st.text())
def test_every_text_survives_escaping(text: str) -> None:
    assert unescape(escape(text)) == text
