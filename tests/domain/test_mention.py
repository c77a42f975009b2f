"""Mentions: where a login ends is told by the accounts."""

from __future__ import annotations

import pytest

from mdm.domain.mention import named_in

LOGINS = frozenset({"name", "wang.li", "bert", "王丽", "王丽华", "o'neil", "li2"})


@pytest.mark.parametrize(
    ("text", "logins", "strangers"),
    [
        ("@name请看", ["name"], []),
        ("请@name看一下", ["name"], []),
        ("＠Ｎame，请看", ["name"], []),
        ("@王丽华请看", ["王丽华"], []),
        ("@王丽请看", ["王丽"], []),
        ("@wang.li, and @BERT. @bert again", ["wang.li", "bert"], []),
        ("@o'neil?", ["o'neil"], []),
        ("@li2号", ["li2"], []),
        ("@bertram", [], ["bertram"]),
        ("@wang.lin-3.", [], ["wang.lin-3"]),
        ("@name.x请看", [], ["name.x"]),
        ("@nobody请看", [], ["nobody"]),
        ("@张三 @bert", ["bert"], ["张三"]),
        ("x@bert.com, a.b-@bert, 8 @ 2 mm, @", [], []),
    ],
)
def test_a_name_ends_where_an_account_does(text, logins, strangers):
    assert named_in(text, LOGINS) == (tuple(logins), tuple(strangers))
