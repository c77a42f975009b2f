"""Features of machines: what systems that write differently have in common."""

from __future__ import annotations

import pytest

from mdm.domain.code_list import CodeEntry, CodeList
from mdm.domain.features import build_features
from mdm.domain.rules import Feature
from mdm.domain.source import StandardRecord
from mdm.domain.standardise.plant import area_codes, plant_code

CITIES = CodeList(
    "cities_cn",
    "1",
    "o",
    (CodeEntry("nanjing", "南京", "Nanjing"), CodeEntry("sh", "上海市", "Shanghai", ("上海",))),
)
AREAS = CodeList(
    "plant_areas", "1", "o",
    (CodeEntry("packaging", "包装车间", "Packaging", ("包装",)), CodeEntry("moulding", "注塑车间", "Moulding shop")),
)  # fmt: skip


def build(kind: str, *texts: str) -> list[str]:
    record = StandardRecord(raw={}, values={"a": list(texts)}, parts={})
    found = build_features((Feature("f", kind, ("a",)),), record)["f"]
    assert isinstance(found, list)
    return found


@pytest.mark.parametrize("text", ["nanjing plant 2", "南京二厂", "南京2厂"])
def test_a_plant_is_known_in_either_language(text: str) -> None:
    assert plant_code("", text, CITIES) == "nj2"


def test_a_plant_code_stays_and_a_municipality_has_two_letters() -> None:
    assert (plant_code("nj2", "", CITIES), plant_code("上海研发中心", "", CITIES)) == ("nj2", "sh")


def test_a_shop_without_city_names_no_plant() -> None:
    assert plant_code("", "包装车间", CITIES) == ""


@pytest.mark.parametrize("text", ["包装车间", "packaging", "pkg", "南京包装车间"])
def test_a_shop_is_known_by_name_and_by_letters_of_its_name(text: str) -> None:
    assert area_codes(text, AREAS) == ("packaging",)


def test_a_plant_without_number_agrees_with_every_number() -> None:
    assert build("plants", "NJO") == ["nj0"]
    assert "nj2" in str(build("plants", "nj"))


def test_an_asset_number_is_its_last_digits() -> None:
    assert build("asset_digits", "FA201207362", "000201207362", "12") == ["201207362"]


def test_a_class_is_read_alone_and_from_the_tag_of_a_whole_machine() -> None:
    assert build("class_codes", "LTH01") == build("class_codes", "NJ1-LTH-004") == ["LTH"]
    assert build("class_codes", "NJ1-LTH-004-A") == []


def test_tags_and_serial_numbers_are_told_apart() -> None:
    assert build("position_tags", "NJ1-LTH-OO4", "MC-5917") == ["NJ1LTH004"]
    assert build("serials", "NJ1LTH004", "KT20151") == ["KT20151"]


def test_a_maker_meets_its_transliteration() -> None:
    assert set(build("maker_keys", "Siemens")) & set(build("maker_keys", "西门子"))


def told(kind: str, *makers: str) -> set[str]:
    record = StandardRecord(raw={}, values={}, parts={"maker": {"trade": makers}})
    found = build_features((Feature("f", kind, ("maker.trade",)),), record)["f"]
    return set(found) if isinstance(found, list) else set()


@pytest.mark.parametrize("written", ["brenwald", "brenwlad", "brenwad", "brenwaldd"])
def test_a_makers_name_with_a_typing_error_is_no_other_maker(written: str) -> None:
    assert told("maker_forms", "brenwald") & told("maker_forms", written)


def test_two_makers_share_no_form_and_dealers_and_initials_have_none() -> None:
    assert not told("maker_forms", "brenwald") & told("maker_forms", "ostermark")
    assert told("maker_forms", "宏达贸易") == told("maker_forms", "BW") == set()


@pytest.mark.parametrize(
    ("latin", "han"),
    [("Garmann", "加尔曼"), ("Bridgeton", "布里奇顿"), ("Marwen", "马尔文"), ("Tellmex", "泰尔迈")],
)
def test_a_foreign_name_keeps_its_frame_in_chinese(latin: str, han: str) -> None:
    assert told("maker_frames", latin) & told("maker_frames", han)


def test_names_of_two_makers_have_two_frames() -> None:
    assert not told("maker_frames", "Siemens") & told("maker_frames", "布伦瓦德")


def test_scripts_of_a_maker_are_told() -> None:
    assert told("maker_scripts", "布伦瓦德", "brenwald") == {"han", "latin"}


def test_a_maker_told_in_both_scripts_is_known_by_either() -> None:
    assert told("maker_keys", "格莱泰/Gretec") >= {"gelaitai", "gretec"}
    assert told("maker_forms", "格莱泰/Gretec") & told("maker_forms", "gretec")
    assert told("maker_scripts", "格莱泰/Gretec") == {"han", "latin"}
    assert "gretecbrenwald" in told("maker_keys", "Gretec/Brenwald")


def test_a_slip_of_the_pen_is_near_and_the_next_serial_number_is_not() -> None:
    def near(one: str, other: str) -> bool:
        return bool(set(build("serial_slips", one)) & set(build("serial_slips", other)))

    assert near("KT2015113", "KT2075113")
    assert near("KT2015113", "KT2051113")
    assert near("KT2015113", "KT215113")
    assert not near("KT2015113", "KT2015114")
    assert not near("KT2015119", "KT2015120")
    assert build("serial_slips", "12345") == []


@pytest.mark.parametrize("text", ["2012-05-01", "2012", "201207362", "FA201207362", "01201207362"])
def test_the_year_is_read_from_dates_and_asset_numbers(text: str) -> None:
    assert build("years", text) == ["2012"]


def test_days_around_the_end_of_a_month_meet() -> None:
    assert build("months", "2020-01-31") == ["24241", "24242"]
    assert build("months", "2020-02-01") == ["24242", "24243"]
    assert (build("days", "2020-02-01"), build("days", "2020")) == (["751503"], [])


def test_kin_are_of_one_kind_and_one_maker_or_shop() -> None:
    parts = {
        "name": {"noun": "lathe"},
        "maker": {"trade": "brenwald"},
        "place": {"area_code": ("machining",)},
    }
    record = StandardRecord(raw={}, values={}, parts=parts)
    of = ("name.noun", "maker.trade", "place.area_code")
    found = build_features((Feature("f", "kin_keys", of),), record)["f"]
    assert {"lathe|brenwald", "lathe|machining"} <= set(found)


def test_a_running_number_is_a_place_among_its_kind() -> None:
    parts = {"name": {"noun": "lathe", "number": "4"}, "tag": {"site": "NJ2", "unit": "4"}}
    record = StandardRecord(raw={}, values={}, parts=parts)
    of = ("name.noun", "name.number", "tag.site", "tag.unit")
    assert build_features((Feature("f", "where_keys", of),), record)["f"] == ["lathe|nj2", "lathe|nj2|#4"]


def test_a_niche_is_what_a_machine_is_with_where_and_when() -> None:
    parts = {
        "equipment_name": {"noun": "lathe", "number": "4"},
        "manufacturer_name": {"trade": "brenwald"},
        "model": {"folded": "SL60"},
        "location": {"plant": "nj2", "area_code": ("machining",), "line": "7"},
        "commissioning_date": {"readings": ("2020-02-01", "2020-01-02")},
    }
    record = StandardRecord(raw={}, values={}, parts=parts)
    of = tuple(f"{attribute}.{part}" for attribute, held in parts.items() for part in held)
    found = build_features((Feature("f", "niche_keys", of),), record)["f"]
    assert {
        "lathe|nj2",
        "lathe|nj2/machining/7",
        "lathe|/machining#4",
        "lathe|brenwald",
        "lathe|brenwald|nj2@2020",
        "*SL60",
        "*SL60|2020-02-01",
        "*SL60|2020-01-02",
    } <= set(found)
    assert "lathe" not in found


def test_a_model_is_one_member_however_the_name_spells_it() -> None:
    parts = {
        "equipment_name": {"noun": "lathe", "codes": ("OI650", "Y1000", "ZX9")},
        "model": {"folded": "01650"},
    }
    record = StandardRecord(raw={}, values={}, parts=parts)
    of = ("equipment_name.noun", "equipment_name.codes", "model.folded")
    assert build_features((Feature("f", "niche_keys", of),), record)["f"] == ["*01650", "*Y1000", "*ZX9"]
    longer = StandardRecord(raw={}, values={}, parts={**parts, "model": {"folded": "Y10001"}})
    assert build_features((Feature("f", "niche_keys", of),), longer)["f"] == ["*Y10001", "*01650", "*ZX9"]


def test_where_and_when_need_a_kind_of_machine() -> None:
    parts = {
        "name": {"noun": "lathe"},
        "place": {"plant": "nj2", "area_code": ("machining",), "line": "4"},
    }
    record = StandardRecord(raw={}, values={"start_date": "2020-01-31"}, parts=parts)
    of = ("name.noun", "place.plant", "place.area_code", "place.line")
    found = build_features(
        (Feature("f", "where_keys", of), Feature("g", "when_keys", ("name.noun", "start_date"))), record
    )
    assert found["f"] == ["lathe|nj2", "lathe|nj2|machining", "lathe|machining|L4"]
    assert found["g"] == ["lathe|24241", "lathe|24242"]
