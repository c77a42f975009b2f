"""Company names taken apart."""

from __future__ import annotations

import pytest

from mdm.domain.code_list import CodeEntry, CodeList
from mdm.domain.entity_type import Attribute
from mdm.domain.standardise import KINDS, Env, SourceContext
from mdm.domain.standardise.company import parse_company


def _list(name: str, *entries: CodeEntry) -> CodeList:
    return CodeList(name, "1", "test", entries, shared_synonyms=True)


CODES = {
    "cities_cn": _list(
        "cities_cn",
        CodeEntry("CN-GD", "广东省", "Guangdong"),
        CodeEntry("CN-JS", "江苏省", "Jiangsu", ("苏",)),
        CodeEntry("shanghai", "上海", "Shanghai", ("上海市",), "CN-SH"),
        CodeEntry("shenzhen", "深圳", "Shenzhen", (), "CN-GD"),
        CodeEntry("chongqing", "重庆", "Chongqing", (), "CN-CQ"),
        CodeEntry("tianjin", "天津", "Tianjin", (), "CN-TJ"),
        CodeEntry("nantong", "南通", "Nantong", (), "CN-JS"),
        CodeEntry("xinyu", "新余", "Xinyu", (), "CN-JX"),
        CodeEntry("suzhou", "苏州", "Suzhou", (), "CN-JS"),
        CodeEntry("suzhou_anhui", "宿州", "Suzhou", (), "CN-AH"),
    ),
    "legal_forms": _list(
        "legal_forms",
        CodeEntry("ltd", "有限公司", "Co., Ltd.", ("Ltd", "Limited", "有限责任公司", "公司")),
        CodeEntry("jsc", "股份有限公司", "Joint Stock Company"),
        CodeEntry("gmbh", "", "GmbH", ("GmbH & Co. KG",)),
        CodeEntry("spa", "", "S.p.A."),
        CodeEntry("kk", "株式会社", "K.K."),
    ),
    "industry_words": _list(
        "industry_words",
        CodeEntry("vacuum", "真空", "Vacuum"),
        CodeEntry("equipment", "设备", "Equipment"),
        CodeEntry("bearing", "轴承", "Bearing"),
        CodeEntry("polymer_material", "高分子材料", "Polymer Materials"),
        CodeEntry("precision", "精密", "Precision"),
        CodeEntry("technology", "科技", "Technology", ("Tech",)),
        CodeEntry("seal", "密封件", "Seals"),
        CodeEntry("rubber_plastic", "橡塑", "Rubber & Plastic"),
    ),
}
VACUUM = ("vacuum", "equipment")


@pytest.mark.parametrize(
    "text",
    [
        "上海锦晨真空设备有限公司",
        "锦晨（上海）真空设备有限公司",
        "上海市锦晨真空设备有限责任公司",
        "上海錦晨真空設備有限公司",
        "上海锦晨真空设备有线公司",
        "上海锦晨真空设备有限工司",
        "上海锦晨真空设备有限",
        "Shanghai Jinchen Vacuum Equipment Co., Ltd.",
        "SHANGHAI JIN CHEN VACUUM EQUIPMENT CO.,LTD",
        "Jinchen (Shanghai) Vacuum Equipment Limited",
        "Shanghai Jin-Chen Zhenkongshebei Youxian Gongsi",
        "Shang Hai Jin Chen Zhen Kong She Bei You Xian Gong Si",
        "Shanghai Jinchen Zhenkong Shebei YouxianGongsi",
        "Shanghai Jinchen Vacuum Equ ipment Co., Lt",
        "Shanghai Jinchen Vacum Equipment Co Ltd",
        "Jinchen Vacuum Equipment Co., Ltd., Shanghai",
        "*上海锦晨真空设备有限公司-1",
        "Shangha Jinchen Vacuum Equipment Co., Ltd.",
    ],
)
def test_one_name_gives_the_same_pieces_in_every_writing(text: str) -> None:
    name = parse_company(text, CODES)
    assert (name.trade_pinyin, name.region, name.industry, name.legal_form) == (
        "jinchen",
        ("shanghai",),
        VACUUM,
        "ltd",
    )


@pytest.mark.parametrize(
    ("text", "trade", "region", "industry", "legal_form"),
    [
        ("重庆长城轴承股份有限公司", "changcheng", ("chongqing",), ("bearing",), "jsc"),
        ("锦晨", "jinchen", (), (), ""),
        ("Vendel Precision GmbH & Co. KG", "vendel", (), ("precision",), "gmbh"),
        ("Martoni S.p.A.", "martoni", (), (), "spa"),
        ("Suzhou Jinchen Tech Ltd", "jinchen", ("suzhou", "suzhou_anhui"), ("technology",), "ltd"),
        ("广东深圳锦晨科技", "jinchen", ("shenzhen",), ("technology",), ""),
        ("江苏锦晨橡塑有限公司", "jinchen", ("CN-JS",), ("rubber_plastic",), "ltd"),
        ("Jiangsu Jinchen Rubber and Plastic Co Ltd", "jinchen", ("CN-JS",), ("rubber_plastic",), "ltd"),
        ("Nantong Xinyu Seals Co Ltd", "xinyu", ("nantong",), ("seal",), "ltd"),
        ("南通新余密封件有限公司", "xinyu", ("nantong",), ("seal",), "ltd"),
        ("Vendel (China) Technology Ltd", "vendel", ("cn",), ("technology",), "ltd"),
        ("Jinchenzhenkongshebei", "jinchen", (), VACUUM, ""),
        ("3M精密有限公司", "3m", (), ("precision",), "ltd"),
        ("You Rui Ke Ji Co Ltd", "yourui", (), ("technology",), "ltd"),
        ("锦晨精蜜轴承有限公司", "jinchen", (), ("precision", "bearing"), "ltd"),
        ("株式会社锦晨精密", "jinchen", (), ("precision",), "kk"),
        ("上海锦晨高份子财料有限公司", "jinchen", ("shanghai",), ("polymer_material",), "ltd"),
    ],
)
def test_names_of_all_sorts_are_taken_apart(
    text: str, trade: str, region: tuple[str, ...], industry: tuple[str, ...], legal_form: str
) -> None:
    name = parse_company(text, CODES)
    assert (name.trade_pinyin, name.region, name.industry, name.legal_form) == (
        trade,
        region,
        industry,
        legal_form,
    )


@pytest.mark.parametrize(
    ("text", "branch"),
    [
        ("上海锦晨密封件有限公司天津分公司", "tianjin"),
        ("上海锦晨密封件天津分公司", "tianjin"),
        ("上海锦晨密封件有限公司(天津分公司)", "tianjin"),
        ("Shanghai Jinchen Seals Co., Ltd. Tianjin Branch", "tianjin"),
        ("Shanghai Jinchen Mifengjian Youxian Gongsi Tianjin Fengongsi", "tianjin"),
        ("上海锦晨密封件有限公司第二分厂", "2"),
        ("上海锦晨密封件有限公司分公司", "branch"),
        ("Shanghai Jinchen Seals Co., Ltd. Branch", "branch"),
        ("上海锦晨密封件有限公司", ""),
    ],
)
def test_a_branch_is_told_from_its_head_office(text: str, branch: str) -> None:
    name = parse_company(text, CODES)
    assert (name.trade_pinyin, name.region, name.industry) == ("jinchen", ("shanghai",), ("seal",))
    assert name.branch == branch


@pytest.mark.parametrize(
    ("text", "former"),
    [
        ("上海锦晨密封件有限公司（原上海福星密封件厂）", "上海福星密封件厂"),
        ("Shanghai Jinchen Seals Co Ltd (formerly Fuxing Seals)", "fuxing seals"),
        ("Shanghai Jinchen Seals Co Ltd, f/k/a Fuxing Seals", "fuxing seals"),
    ],
)
def test_a_former_name_is_kept_apart(text: str, former: str) -> None:
    name = parse_company(text, CODES)
    assert (name.trade_pinyin, name.former) == ("jinchen", (former,))


def test_a_name_that_is_only_a_note_keeps_its_text() -> None:
    assert parse_company("(华安)", CODES).trade


def test_core_leaves_out_region_and_legal_form_only() -> None:
    assert parse_company("上海锦晨真空设备有限公司", CODES).core == "锦晨真空设备"
    assert parse_company("Shanghai Jinchen Vacuum Co., Ltd.", CODES).core == "jinchen vacuum"


def test_without_code_lists_a_name_is_still_a_name() -> None:
    assert parse_company("上海锦晨有限公司", {}).trade == "上海锦晨有限公司"


def test_a_place_before_a_bracketed_place_is_the_trade_name() -> None:
    chinese = parse_company("南通(上海)轴承有限公司", CODES)
    english = parse_company("Nantong (Shanghai) Bearing Co., Ltd.", CODES)

    assert (chinese.trade, chinese.region, chinese.industry) == ("南通", ("shanghai",), ("bearing",))
    assert (english.trade, english.trade_pinyin, english.region) == ("nantong", "nantong", ("shanghai",))


def test_a_group_typed_with_wrong_characters_is_no_part_of_the_name() -> None:
    assert parse_company("锦晨轴承吉团有限公司", CODES).core == "锦晨轴承"


def test_a_branch_with_a_wrong_character_stays_a_branch() -> None:
    assert parse_company("上海锦晨轴承有限公司深圳分工司", CODES).branch == "shenzhen"
    assert parse_company("上海锦晨轴承有限公司深圳粉公司", CODES).branch == "shenzhen"
    assert parse_company("Shanghai Jinchen Bearing Co., Ltd. Shennzhen Branch", CODES).branch == "shenzhen"


def test_a_legal_form_is_known_by_its_sound() -> None:
    forms = _list("legal_forms", CodeEntry("shop", "经营部", "Trading shop"))

    assert parse_company("锦晨轴承经营布", {**CODES, "legal_forms": forms}).legal_form == "shop"


def test_a_bare_name_is_not_corrected_into_a_trade() -> None:
    assert parse_company("Hotel Precison", CODES).industry == ()
    assert parse_company("Jinchen Vacum Co., Ltd.", CODES).industry == ("vacuum",)


def test_a_note_behind_the_name_hides_no_legal_form() -> None:
    assert parse_company("Jinchen Bearing Co., Ltd. - NEW", CODES).legal_form == "ltd"


def test_words_that_a_field_end_glued_together_are_parted() -> None:
    name = parse_company("Jinchen Polymer MaterialsJoint Stock Company", CODES)

    assert (name.trade, name.industry, name.legal_form) == ("jinchen", ("polymer_material",), "jsc")


def test_sheng_behind_a_city_begins_a_trade_name() -> None:
    assert parse_company("Suzhou Sheng-Kai Vacuum Ltd", CODES).trade == "sheng kai"
    assert parse_company("Jiangsu Sheng Jinchen Vacuum Ltd", CODES).trade == "jinchen"


def test_a_short_name_keeps_the_first_word_of_a_trade() -> None:
    def broad(text: str) -> object:
        return KINDS["company_name"](text, env).parts["broad"]

    env = Env(CODES, SourceContext(None, frozenset(), "CN"), Attribute("x", "x", "x", "x", "x", "text"))

    assert broad("锦晨高分子材料精密轴承有限公司") == ("polymer_material", "precision", "bearing")
    assert broad("锦晨轴承有限公司") == ("bearing",)
