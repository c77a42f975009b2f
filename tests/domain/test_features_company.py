"""Feature kinds of companies."""

from __future__ import annotations

import pytest

from mdm.domain.features_company import (
    cities,
    latin_only,
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
