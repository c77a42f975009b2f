"""Feature kinds of companies."""

from __future__ import annotations

import pytest

from mdm.domain.features_company import (
    calls,
    checked_orgs,
    cities,
    group_or_not,
    group_or_other,
    homes,
    latin_only,
    people,
    provinces,
    telling_forms,
    telling_trades,
    trades_by_city,
)


def test_a_name_that_may_be_a_province_names_no_city() -> None:
    by_reference = {
        "legal_name.region": ("CN-JL", "jilin"),
        "city.code": ("wuxi",),
        "address.city": ("CN-SH",),
    }

    assert cities(by_reference) == ["wuxi", "CN-SH"]


def test_provinces_leave_cities_and_countries_out() -> None:
    assert provinces(("kunshan", "CN-JS", "cn", "CN-JS")) == ["CN-JS"]


def test_latin_names_are_joined_letters_without_the_han_ones() -> None:
    assert latin_only(("金川", "Jin Chuan", "")) == ["jinchuan"]


@pytest.mark.parametrize(
    ("texts", "told"),
    [
        (("CN_LLC", "UK_LTD"), ["limited"]),
        (("CN_GROUP", "CN_LLC"), ["CN_GROUP"]),
        (("CN_LLC", "packaging", "group"), ["CN_GROUP"]),
        (("packaging",), []),
        ((), []),
    ],
)
def test_a_legal_form_tells_what_translation_left_of_it(texts: tuple[str, ...], told: list[str]) -> None:
    assert telling_forms(texts) == told


def test_words_of_any_trade_tell_no_trade() -> None:
    assert telling_trades(("technology", "rubber", "international")) == ["rubber"]


def test_every_city_meets_every_telling_trade() -> None:
    by_reference = {
        "city.code": ("wuxi",),
        "legal_name.industry": ("rubber", "technology"),
        "name_en.industry": ("seal",),
    }

    assert trades_by_city(by_reference) == ["wuxi|rubber", "wuxi|seal"]


@pytest.mark.parametrize(
    ("texts", "alone", "told"),
    [
        (("CN_GROUP", "CN_LLC"), ["group"], ["group"]),
        (("CN_LLC",), ["member"], ["other"]),
        (("DE_GMBH",), ["member"], ["other"]),
        ((), [], ["other"]),
    ],
)
def test_only_a_named_legal_form_says_that_a_firm_is_no_group(
    texts: tuple[str, ...], alone: list[str], told: list[str]
) -> None:
    assert (group_or_not(texts), group_or_other(texts)) == (alone, told)


@pytest.mark.parametrize(
    "name", ["王小明", "Xiaoming Wang", "WANG Xiao Ming", "王小明先生", "Mr. Wang Xiaoming"]
)
def test_a_person_is_one_in_both_scripts_and_orders(name: str) -> None:
    assert set(people((name,))) & {"wang xiaoming", "ming wang xiao"}


def test_surnames_are_read_as_surnames() -> None:
    assert people(("曾丽",)) == ["li zeng"]
    assert people(("欧阳明",)) == ["ming ouyang"]
    assert people(("王", "Info")) == []


def test_a_web_address_meets_the_name_it_carries() -> None:
    named = calls({"name_en.trade_pinyin": ("Hengtong",), "email.stem": ()})
    signs = calls({"legal_name.core": ("恒通精密机械",)})

    assert named == ["hengtong"]
    assert "hengtong" in calls({"website.stem": ("hengtong-group",)})
    assert "hengtong" in calls({"website.stem": ("hengtongtech",)})
    assert signs == ["htjm", "htjmj", "htjmjx"]
    assert calls({"website.stem": ("abc",)}) == []


def test_the_home_of_a_firm_is_told_by_the_first_that_knows() -> None:
    references = ("country_code", "vat_id.country", "phone.located", "name_en.legal_form")

    def home(*texts: tuple[str, ...]) -> list[str]:
        return homes(dict(zip(references, texts, strict=True)))

    assert home(("CN",), ("DE",), (), ()) == ["CN"]
    assert home((), (), ("+4672211",), ("DE_GMBH",)) == ["SE"]
    assert home((), (), (), ("DE_GMBH",)) == ["DE", "AT", "CH"]
    assert home((), (), (), ("CN_LLC",)) == []


def test_an_organisation_code_counts_only_with_its_check_character() -> None:
    assert checked_orgs(("123456788", "123456789", "12345678", "MA1X")) == ["123456788"]
