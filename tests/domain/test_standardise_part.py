from __future__ import annotations

from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mdm.domain.code_list import CodeEntry, CodeList, code_list_faults, parse_code_list
from mdm.domain.entity_type import Attribute
from mdm.domain.features_part import FEATURES, GROUPED_FEATURES
from mdm.domain.standardise import material_text, part
from mdm.domain.standardise.bearing import find_bearings
from mdm.domain.standardise.code_token import find_codes
from mdm.domain.standardise.dimension import loosen, parse_dimensions
from mdm.domain.standardise.kind import Env, SourceContext, Standard
from mdm.domain.standardise.material_text import parse_material_text
from mdm.domain.standardise.part import fold_twins, part_key, split_revision
from mdm.domain.standardise.standard_ref import find_standards


def code_list(name: str, *entries: CodeEntry) -> CodeList:
    return CodeList(name, "1", "engineering", entries)


CODES = {
    "material_nouns": code_list(
        "material_nouns",
        CodeEntry("wing_nut", "蝶形螺母", "Wing nut", ("NUT, WING",)),
        CodeEntry("nut", "螺母", "Nut"),
        CodeEntry("cap_nut", "盖形螺母", "Acorn nut"),
        CodeEntry("needle", "一次性使用无菌穿刺针", "Puncture needle"),
    ),
    "grades": code_list("grades", CodeEntry("304", "304 不锈钢", "304", ("SUS304", "不锈钢304"))),
    "finishes": code_list("finishes", CodeEntry("zinc", "镀锌", "Zinc plated", ("蓝白锌",))),
    "colours": code_list("colours", CodeEntry("green", "绿色", "Green", ("绿", "GRN"))),
    "sides": code_list(
        "sides", CodeEntry("left", "左", "Left", ("LH",)), CodeEntry("right", "右", "Right", ("RH",))
    ),
    "sterility": code_list(
        "sterility",
        CodeEntry("sterile", "无菌", "Sterile"),
        CodeEntry("non_sterile", "非无菌", "Non-sterile"),
    ),
    "variants": code_list(
        "variants",
        CodeEntry("lang_de", "德文", "German", ("DE",), "language"),
        CodeEntry("lang_fr", "法文", "French", ("FR",), "language"),
    ),
    "units": code_list(
        "units",
        CodeEntry("KGM", "千克", "kilogram", ("KG", "公斤")),
        CodeEntry("H87", "个", "piece", ("PCS",)),
    ),
}


def env(kind: str) -> Env:
    attribute = Attribute(name="a", zh="甲", en="A", meaning="m", owner="o", kind=kind)
    return Env(CODES, SourceContext(), attribute)


def standard(kind: str, text: str) -> Standard:
    return {**part.KINDS, **material_text.KINDS}[kind](text, env(kind))


@pytest.mark.parametrize(
    "text",
    [
        "蝶形螺母 M7x11 SUS304 镀锌 左 绿",
        "NUT, WING-M7*11MM-不锈钢304-蓝白锌-LH-GRN",
        "Wing nut, M7.0×11, 304, Zinc plated, L, Green",
    ],
)
def test_a_text_gives_the_same_parts_in_every_language_and_order(text: str) -> None:
    parts = parse_material_text(text, CODES)
    assert (parts["noun"], parts["grade"], parts["finish"]) == ("wing_nut", ("304",), ("zinc",))
    assert (parts["side"], parts["colour"]) == (("left",), ("green",))
    assert FEATURES["dims"](tuple(parts["dims"])) == ["M7", "11mm"]


def test_the_word_sterile_in_a_registered_name_says_nothing_about_the_part() -> None:
    assert parse_material_text("一次性使用无菌穿刺针 22G 非无菌", CODES)["sterile"] == ("non_sterile",)


def test_codes_are_kept_apart_from_dimensions_grades_and_standards() -> None:
    parts = parse_material_text("螺母 QX35-18K24ABC UVX-300 M7 304, ISO 7042", CODES)
    assert parts["codes"] == ("QX3518K24ABC", "UVX300")
    assert parts["standard"] == ("ISO 7042",)
    assert parts["dims"] == ("thread:M7",)


def test_words_that_are_nothing_else_remain() -> None:
    assert "专用" in parse_material_text("专用 螺母 M7", CODES)["words"]


def test_a_text_cut_at_forty_characters_loses_its_last_word_only() -> None:
    text = "NUT, WING M7x11 SUS304 ZINC PLATED LH 30"
    assert len(text) == 40
    assert "30" not in parse_material_text(text, CODES)["words"]
    assert parse_material_text(text, CODES)["side"] == ("left",)


def test_a_chinese_word_at_the_end_of_forty_characters_stays() -> None:
    text = "QX3318X65BA F18-65cm-Straight-coating-无菌"
    assert len(text) == 40
    assert parse_material_text(text, CODES)["sterile"] == ("sterile",)


def test_a_name_in_catalogue_order_means_the_noun_it_makes_together() -> None:
    assert parse_material_text("NUT,ACORN ZINC M4", CODES)["noun"] == "cap_nut"
    assert parse_material_text("NUT, ZINC M4", CODES)["noun"] == "nut"


@pytest.mark.parametrize(
    "text",
    ["replaces AB-1207X", "(supersedes AB 1207X", "替代AB-1207X", "代替 AB1207X", "替代AB X1207"],
)
def test_the_number_of_the_part_it_replaces_is_not_its_own(text: str) -> None:
    assert parse_material_text(f"Nut M4 AB-1207Y {text}", CODES)["codes"] == ("AB1207Y",)


@pytest.mark.parametrize("text", ["6 Fr 65cm", "needle-6 Fr 65cm", "6 FR, 65cm"])
def test_a_french_size_is_no_french_text(text: str) -> None:
    parts = parse_material_text(text, CODES)
    assert (parts["variant"], parts["dims"][0]) == ((), "french:6Fr")


def test_a_language_after_a_product_is_no_french_size() -> None:
    parts = parse_material_text("AB-90 FR", CODES)
    assert (parts["variant"], parts["dims"]) == (("language:lang_fr",), ())


@pytest.mark.parametrize("text", ["M4x8SUS304", "M4x8 SUS304", "M4X8mmSUS304"])
def test_a_grade_glued_to_a_size_is_cut_off(text: str) -> None:
    parts = parse_material_text(text, CODES)
    assert (parts["grade"], parts["dims"], parts["codes"]) == (("304",), ("thread:M4", "8mm"), ())


def test_a_component_housing_is_no_code() -> None:
    assert parse_material_text("LQFP64 AB1207C", CODES)["codes"] == ("AB1207C",)


@pytest.mark.parametrize("text", ["CAT-AB12-07", "CAT. NO. AB12-07", "REF AB12-07", "货号:AB12-07"])
def test_a_label_before_a_number_does_not_count(text: str) -> None:
    assert part_key(text) == "AB1207"


@pytest.mark.parametrize("text", ["Maker AB-1207", "AB AB-1207", "AB-1207"])
def test_a_makers_name_before_its_number_does_not_count(text: str) -> None:
    assert standard("mpn", text).parts["key"] == "AB1207"


def test_a_pack_is_a_part_of_its_own() -> None:
    assert parse_material_text("螺母 60PCS/盒", CODES)["pack"] == ("60pcs",)


def test_options_of_one_group_can_contradict() -> None:
    german, french = (parse_material_text(text, CODES)["variant"] for text in ("说明书 DE", "IFU, French"))
    language = FEATURES["variant_language"]
    assert (language(tuple(german)), language(tuple(french))) == (["lang_de"], ["lang_fr"])


@pytest.mark.parametrize(
    ("text", "base", "revision"),
    [
        ("ZK-44-7001/C;2-Bracket", "ZK-44-7001", "C"),
        ("ZK-44-7001-B", "ZK-44-7001", "B"),
        ("ZK-44-7001 Rev.B", "ZK-44-7001", "B"),
        ("ZK-44-7001_V2", "ZK-44-7001", "2"),
        ("ZK-44-7001_03", "ZK-44-7001", "3"),
        ("ZK-44-7001(D版)", "ZK-44-7001", "D"),
        ("ZK447001RevC", "ZK447001", "C"),
        ("'ZK-44-7001", "ZK-44-7001", ""),
        ("ZK-44-7001-15", "ZK-44-7001-15", ""),
    ],
)
def test_base_and_revision_of_a_part_number_are_told_apart(text: str, base: str, revision: str) -> None:
    assert split_revision(text) == (base, revision)
    assert standard("part_number", text).parts["base"] == part_key(base)


@pytest.mark.parametrize("text", ["ab-120.7", "AB 1207", "'AB1207#", "AB_1207(新)", "ＡＢ－１２０７"])
def test_separators_case_and_quotes_do_not_count_in_a_makers_part_number(text: str) -> None:
    assert standard("mpn", text).parts["key"] == "AB1207"


def test_one_digit_apart_is_another_part_but_a_misread_letter_is_not() -> None:
    assert fold_twins("AB12O7") == fold_twins("AB1207") != fold_twins("AB1208")


@pytest.mark.parametrize(
    ("text", "value"), [("Rev. 002", "2"), ("B", "B"), ("C版", "C"), ("V3", "3"), ("0", "0")]
)
def test_a_revision_is_its_mark(text: str, value: str) -> None:
    assert standard("revision", text).value == value


def test_an_unknown_unit_is_kept_and_told() -> None:
    assert standard("uom", "公斤").value == "KGM"
    assert standard("uom", "furlong") == Standard("furlong", findings=(("unknown_code", "warning"),))


def test_a_quantity_keeps_number_and_unit_apart() -> None:
    assert standard("quantity", "2.50 KG").parts == {"number": "2.5", "unit": "KGM", "base": "2500g"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("GB/T70.1", "GB/T 70.1"),
        ("gbt 70.1-2008", "GB/T 70.1"),
        ("DIN 912", "DIN 912"),
        ("YY/T 0698", "YY/T 0698"),
    ],
)
def test_standards_have_one_spelling(text: str, expected: str) -> None:
    assert [each.text for each in find_standards(text)] == [expected]


def test_sizes_are_compared_by_rank_and_derived_diameters_do_not_disturb() -> None:
    ring, other = ("od:20mm", "2mm", "id:16mm"), ("16mm", "2mm")
    assert FEATURES["size_largest"](ring) == FEATURES["size_largest"](other) == ["16mm"]
    assert FEATURES["size_smallest"](ring) == FEATURES["size_smallest"](other) == ["2mm"]
    assert FEATURES["size_largest"](("16mm",)) == []


def test_only_long_codes_name_a_part() -> None:
    codes = {"specification.codes": ("UVX300", "QX3518K24ABC")}
    assert GROUPED_FEATURES["part_codes"](codes) == ["QX3518K24ABC"]
    assert FEATURES["code_tokens"](("UVX300", "WORD", "A1")) == ["UVX300"]


@given(
    st.text(alphabet="M3x10 ΦABC-/.无菌左304;REV", max_size=40),
    st.sampled_from(sorted({**part.KINDS, **material_text.KINDS})),
)
def test_standardising_twice_equals_once(text: str, kind: str) -> None:
    once = standard(kind, text).value
    assert once is None or standard(kind, str(once)).value == once


def test_a_number_that_begins_like_a_longer_one_is_not_the_same_part() -> None:
    told = {"specification.codes": ("EXV6080A", "EXV6080AB40")}
    assert GROUPED_FEATURES["part_codes"](told) == ["EXV6080AB40"]
    written = {"manufacturer_part_number.key": ("EXV6080A",), **told}
    assert GROUPED_FEATURES["part_codes"](written) == ["EXV6080A", "EXV6080AB40"]
    revised = {"specification.codes": ("TK583001", "TK583001B")}
    assert GROUPED_FEATURES["part_codes"](revised) == ["TK583001", "TK583001B"]


def test_drawings_and_part_numbers_are_compared_apart() -> None:
    told = {"drawing_number.base": ("DWG771204",), "specification.codes": ("TK583001",)}
    assert GROUPED_FEATURES["known_numbers"](told) == ["TK583001"]
    assert GROUPED_FEATURES["drawings"](told) == ["DWG771204"]


def test_an_own_number_is_found_in_any_revision_and_a_bought_one_is_not() -> None:
    told = {"specification.codes": ("TK583001B",), "specification.bases": ("TK583001",)}
    assert GROUPED_FEATURES["own_numbers"]({**told, "specification.noun_class": ("labelling",)}) == [
        "TK583001"
    ]
    assert GROUPED_FEATURES["own_numbers"]({**told, "specification.noun_class": ("electronic",)}) == []


@pytest.mark.parametrize(
    "text", ["608-2Z C3", "608ZZ/C3", "608ZZC3", "deep groove ball bearing 608 2Z/C3", "轴承-608-ZZ-C3"]
)
def test_one_bearing_has_many_designations(text: str) -> None:
    assert [each.text for each in find_bearings(text)] == ["bearing:608-2Z-C3"]


def test_an_open_bearing_needs_the_word_beside_it() -> None:
    assert [each.text for each in find_bearings("轴承 6204")] == ["bearing:6204"]
    assert find_bearings("连接器 6204") == find_bearings("轴承 Φ62x6204") == ()


def test_the_designation_of_a_bearing_is_no_makers_number() -> None:
    assert standard("mpn", "6204-2RS").parts["key"] == ""
    assert standard("mpn", "6204-2RS").parts["dims"] == ("bearing:6204-2RS",)
    assert standard("mpn", "QXF-6204").parts["key"] == "QXF6204"


@pytest.mark.parametrize(
    ("glued", "apart"),
    [
        ("M6*20.08.8级", "M6*20.0 8.8级"),
        ("M6x208.8级", "M6x20 8.8级"),
        ("φ2X20304 GB", "φ2X20 304 GB"),
        ("M8*40A4", "M8*40 A4"),
        ("M3X25MMA4-80", "M3X25MM A4-80"),
        ("M2*60.0GR12.9DACROMET", "M2*60.0 GR12.9 DACROMET"),
        ("φ4x0.5ANNEALEDASTM F138", "φ4x0.5 ANNEALED ASTM F138"),
        ("ZK-40V2", "ZK-40 V2"),
        ("GEQPA627IDBVR", "GEQPA627IDBVR"),
        ("BX16-30AEA100", "BX16-30AEA100"),
    ],
)
def test_facts_that_run_together_come_apart(glued: str, apart: str) -> None:
    assert loosen(glued) == apart


def test_a_running_number_on_a_device_says_nothing() -> None:
    device = {"material_name.noun_class": ("device",), "part_number.base": ("QLM855705",)}
    assert GROUPED_FEATURES["known_numbers"](device) == ["QLM855705"]
    running = standard("part_number", "QLM855705").parts["running"]
    assert isinstance(running, str)
    assert GROUPED_FEATURES["known_numbers"]({**device, "part_number.running": (running,)}) == []
    assert standard("part_number", "QV96-D75DDA12").parts["running"] == ""


@pytest.mark.parametrize("text", ["60CCLUER", "60MLLLw/needle", "0.22UMD4PES"])
def test_a_quantity_with_a_word_stuck_to_it_is_no_code(text: str) -> None:
    assert find_codes(text) == ()


def test_a_source_that_writes_small_names_the_same_codes() -> None:
    keys = [
        [each.key for each in find_codes(text)] for text in ("XAVO PS-QX350H player", "xavo ps-qx350h player")
    ]
    assert keys == [["PSQX350H"], ["PSQX350H"]]
    assert [each.key for each in find_codes("motor DI-H1717")] == ["DIH1717"]


def test_a_long_description_tells_of_other_parts_at_its_end() -> None:
    told = "stand for monitors " + "with a shelf " * 8 + "fits QXV7288A"
    assert parse_material_text(told, CODES)["codes"] == ()
    assert parse_material_text("stand fits QXV7288A", CODES)["codes"] == ("QXV7288A",)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("470KΩ 5% 1206", {"470000ohm", "SMD1206"}),
        ("470K 5% 3216 metric", {"470000ohm", "SMD1206"}),
        ("5-pin", {"5pin"}),
        ("Φ5.0 L24", {"5mm", "24mm"}),
    ],
)
def test_more_notations_of_sizes(text: str, expected: set[str]) -> None:
    assert expected <= {each.measure for each in parse_dimensions(text)}


def test_a_bare_plastic_is_the_raw_material() -> None:
    assert GROUPED_FEATURES["nouns_named"]({"material_name.stuff": ("resin",)}) == ["resin"]
    named = {"material_name.noun": ("suture",), "specification.stuff": ("resin",)}
    assert GROUPED_FEATURES["nouns_named"](named) == ["suture"]


def test_kinds_of_a_standard_part_are_told_apart_and_a_general_name_fits_all() -> None:
    def kind(noun: str) -> list[str]:
        return GROUPED_FEATURES["noun_kind"]({"name.noun": (noun,), "name.noun_class": ("fastener",)})

    assert (kind("screw_set"), kind("screw_hex_bolt"), kind("screw")) == (
        ["screw_set"],
        ["screw_hex_bolt"],
        [],
    )
    assert GROUPED_FEATURES["noun_kind"]({"name.noun": ("cover",), "name.noun_class": ("own_design",)}) == []


def test_every_group_of_the_shipped_variants_has_its_feature() -> None:
    shipped = (files("mdm") / "dictionary" / "codes" / "variants.toml").read_text(encoding="utf-8")
    faults: list[str] = []
    variants = parse_code_list("variants", shipped, faults)
    assert (faults, code_list_faults(variants)) == ([], [])
    assert {f"variant_{entry.parent}" for entry in variants.entries} <= set(FEATURES)


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("right angle QX-462A/2", ["QX462A2"]),
        ("amplifier ORX211IDBV/2 SOT23-5", ["ORX211IDBV2"]),
        ("glove QXN1234/2只", ["QXN1234"]),
        ("QXN1234/20 pcs", ["QXN1234"]),
        ("base XR-300/2", ["XR300"]),
    ],
)
def test_a_digit_set_off_behind_a_long_code_belongs_to_it(text: str, keys: list[str]) -> None:
    """The successor of a bought part is another part; behind a product or a count a slash means anything."""
    assert [each.key for each in find_codes(text)] == keys
