"""Pasted codes: every way a spreadsheet, a mail or a Chinese keyboard separates them."""

from __future__ import annotations

import pytest

from mdm.domain.pasted import Asked, read_pasted

SYSTEMS = ("SAP_ECC", "MES")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("100\n200\r\n300", [("", "100"), ("", "200"), ("", "300")]),
        ("SAP_ECC\t0000100\nMES\tM-1", [("SAP_ECC", "0000100"), ("MES", "M-1")]),
        ("M-1\tMES", [("MES", "M-1")]),
        ("sap_ecc，0100", [("SAP_ECC", "0100")]),
        ("ＳＡＰ＿ＥＣＣ：0100", [("SAP_ECC", "0100")]),
        ("1；2、3,4", [("", "1"), ("", "2"), ("", "3"), ("", "4")]),
        ("源系统\t编码\nMES\tM-1", [("MES", "M-1")]),
        ("  \n\n 7 \n", [("", "7")]),
        ("A:B", [("", "A:B")]),
        ("MES:A:B", [("MES", "A:B")]),
        ('"100"\t', [("", "100")]),
        ("", []),
    ],
)
def test_codes_are_read_as_they_are_meant(text, expected):
    assert read_pasted(text, SYSTEMS) == [Asked(*each) for each in expected]


def test_the_order_and_the_repeats_stay():
    assert [each.code for each in read_pasted("2\n1\n2", SYSTEMS)] == ["2", "1", "2"]
