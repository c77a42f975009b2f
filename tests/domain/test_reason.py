"""Sentences about a pair: what a buyer reads, in both languages, for each of the three entities."""

from __future__ import annotations

import pytest

from mdm.domain.counterfactual import Stance
from mdm.domain.reason import Fact, Objection, Words, blocked_words, sentence, two_scripts
from mdm.domain.review import Against

REGISTRATION = Words("Registration number", "登记号")
NAME = Words("Name", "名称")
PLACE = Words("Place", "地区")
CONTACT = Words("Address and contact", "地址与联系方式")
NUMBER = Words("Part, drawing, catalogue or maker's number", "件号、图号、货号或制造商型号")
KIND = Words("Kind of part", "名称类别")
DEVICE = Words("Size and options of a device", "器械的规格与选项")
IDENTIFIER = Words("Serial number, tag, asset number", "出厂编号、位号、资产编号")
START = Words("Put into use", "启用日期")
MAKER = Words("Maker", "制造厂商")


def agrees(label, en, zh, weight, **more):
    return Fact(label, Words(en, zh), weight, stance=Stance.AGREES, **more)


def differs(label, en, zh, weight, **more):
    return Fact(label, Words(en, zh), weight, stance=Stance.DIFFERS, **more)


def silent(label):
    return Fact(label, Words("not comparable", "无法比较"), 0.0, heard=False)


SAME_CODE = agrees(REGISTRATION, "same registered organisation", "统一社会信用代码或税号相同", 9.0)
SAME_FIRM = agrees(NAME, "same trade name and industry", "字号与行业相同", 4.0, two_scripts=True)
OTHER_ROAD = differs(CONTACT, "different address", "地址不同", -1.2)
OTHER_CITY = differs(PLACE, "different cities", "城市不同", -3.0)
SAME_CITY = agrees(PLACE, "same city", "城市相同", 1.4)

STERILE = Objection(
    Words("sterile and non-sterile are different devices", "无菌与非无菌是不同产品"),
    regulated=True,
    columns=frozenset({"sterile"}),
)
UNITS = Objection(Words("different unit numbers", "机台序号不同"), hard=False, columns=frozenset({"unit"}))

EXAMPLES = [
    (
        "supplier: what agrees, then what differs",
        [SAME_FIRM, OTHER_ROAD, SAME_CODE, SAME_CITY],
        [],
        "Same registered organisation; same trade name and industry, one in Chinese, one in Latin letters; same city; "
        "but different address.",
        "统一社会信用代码或税号相同；字号与行业相同（一方中文，一方拉丁字母）；城市相同；但地址不同。",
    ),
    (
        "supplier: what decides against comes first",
        [differs(NAME, "different names", "名称不同", -6.0), SAME_CITY, OTHER_ROAD],
        [],
        "Different names; different address; but same city.",
        "名称不同；地址不同；但城市相同。",
    ),
    (
        "supplier: a veto says it better than the comparison",
        [SAME_FIRM, differs(REGISTRATION, "different registration numbers", "登记号不同", -4.0), SAME_CITY],
        [
            Objection(
                Words(
                    "different registration numbers: two legally registered units",
                    "统一社会信用代码不同：不是同一登记主体",
                ),
                regulated=True,
            )
        ],
        "Same trade name and industry, one in Chinese, one in Latin letters; same city; "
        "but different registration numbers: two legally registered units.",
        "字号与行业相同（一方中文，一方拉丁字母）；城市相同；但统一社会信用代码不同：不是同一登记主体。",
    ),
    (
        "supplier: only the names can be compared",
        [
            agrees(NAME, "same trade name", "字号相同", 1.0),
            silent(REGISTRATION),
            silent(PLACE),
            silent(CONTACT),
        ],
        [],
        "Not enough evidence: only the name can be compared (same trade name).",
        "证据不足：只有名称可以比较（字号相同）。",
    ),
    (
        "material: a regulated veto before the rest",
        [
            agrees(DEVICE, "most stated parameters agree", "大部分参数相同", 3.0),
            agrees(KIND, "same kind of part", "品名相同", 1.0),
            differs(NUMBER, "different part or maker's numbers", "件号或型号不同", -2.0),
        ],
        [STERILE],
        "Most stated parameters agree; same kind of part; but sterile and non-sterile are different devices; "
        "different part or maker's numbers.",
        "大部分参数相同；品名相同；但无菌与非无菌是不同产品；件号或型号不同。",
    ),
    (
        "material: what the veto looked at is not told twice",
        [
            agrees(NUMBER, "same part or maker's number", "件号或型号相同", 5.0),
            differs(
                DEVICE, "contradicting parameters", "参数矛盾", -5.0, columns=frozenset({"sterile", "dia"})
            ),
            agrees(KIND, "same kind of part", "品名相同", 1.0),
        ],
        [STERILE],
        "Same part or maker's number; same kind of part; but sterile and non-sterile are different devices.",
        "件号或型号相同；品名相同；但无菌与非无菌是不同产品。",
    ),
    (
        "material: nothing can be compared",
        [silent(NUMBER), silent(KIND), silent(DEVICE)],
        [],
        "Not enough evidence: nothing of the two can be compared.",
        "证据不足：两者没有可比的内容。",
    ),
    (
        "equipment: a level of one word takes the name of its comparison",
        [
            agrees(IDENTIFIER, "same serial number", "出厂编号相同", 6.0),
            differs(MAKER, "differ", "不同", -1.0),
            agrees(START, "put into use on the same day", "启用日期相同", 2.0),
        ],
        [],
        "Same serial number; put into use on the same day; but different maker.",
        "出厂编号相同；启用日期相同；但制造厂商不同。",
    ),
    (
        "equipment: a soft veto is told as well",
        [
            agrees(IDENTIFIER, "same tag or number", "位号或编号相同", 2.0),
            agrees(START, "put into use within a month", "启用日期相差一个月以内", 1.5),
            silent(MAKER),
        ],
        [UNITS],
        "Same tag or number; put into use within a month; but different unit numbers.",
        "位号或编号相同；启用日期相差一个月以内；但机台序号不同。",
    ),
    (
        "equipment: likeness that speaks against is not called a difference",
        [
            agrees(IDENTIFIER, "same serial number", "出厂编号相同", 6.0),
            agrees(NAME, "some other words of the name agree", "名称其他词部分相同", -1.5),
            silent(MAKER),
        ],
        [],
        "Same serial number.",
        "出厂编号相同。",
    ),
]


@pytest.mark.parametrize(
    ("facts", "objections", "en", "zh"), [e[1:] for e in EXAMPLES], ids=[e[0] for e in EXAMPLES]
)
def test_the_evidence_is_told_in_one_sentence(facts, objections, en, zh):
    weight = sum(fact.weight for fact in facts)
    assert sentence(facts, objections, weight=weight, review=-1.0) == (en, zh)


def test_the_order_of_facts_does_not_matter():
    facts = [SAME_FIRM, OTHER_ROAD, SAME_CODE, SAME_CITY]
    assert len({sentence(each, [], weight=9, review=0) for each in (tuple(facts), tuple(facts[::-1]))}) == 1


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        ({"name": ["恒瑞"]}, {"name": ["hengrui"]}, True),
        ({"name": ["恒瑞"], "sound": ["hengrui"]}, {"name": None, "sound": ["hengrui"]}, True),
        ({"name": ["恒瑞"]}, {"name": ["恒瑞 hengrui"]}, False),
        ({"name": ["hengrui"]}, {"name": ["heng rui"]}, False),
        ({"name": ["恒瑞"]}, {"name": ["123"]}, False),
        ({"name": ["恒瑞"]}, {"name": None}, False),
        ({"year": 2020.0}, {"year": 2021.0}, False),
    ],
)
def test_two_scripts_are_seen(left, right, expected):
    assert two_scripts(left, right) is expected
    assert two_scripts(right, left) is expected


@pytest.mark.parametrize(
    ("regulated", "en", "zh"),
    [
        (False, "only a verdict can unite", "只有人工裁决"),
        (True, "a second person confirms", "只有经第二人确认的裁决"),
    ],
)
def test_other_records_that_contradict_are_named_with_clause(regulated, en, zh):
    against = Against("side", "left and right", "左右不同", "ERP:1", "MES:2", "plant rule 7", regulated)
    told = blocked_words(against)
    assert en in told.en
    assert zh in told.zh
    for text in told:
        assert "ERP:1" in text
        assert "MES:2" in text
        assert "plant rule 7" in text
