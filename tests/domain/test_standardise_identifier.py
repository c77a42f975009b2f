"""Identifiers, phones, addresses, places, dates and plain values."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mdm.domain.code_list import CodeEntry, CodeList
from mdm.domain.entity_type import Attribute
from mdm.domain.standardise import KINDS, Env, SourceContext, Standard

CITIES = CodeList(
    "cities_cn",
    "1",
    "test",
    (
        CodeEntry("shenzhen", "深圳", "Shenzhen", ("深圳市",), "CN-GD"),
        CodeEntry("suzhou", "苏州", "Suzhou", ("苏州市",)),
        CodeEntry("taizhou_js", "泰州", "Taizhou"),
        CodeEntry("taizhou_zj", "台州", "Taizhou"),
    ),
    shared_synonyms=True,
)
GRADES = CodeList("risk", "1", "test", (CodeEntry("A", "关键", "Critical", ("Class A",)),))
ATTRIBUTE = Attribute("x", "x", "x", "x", "x", "text", code_list="risk")


def read(kind: str, text: str, *, order: str | None = None, country: str | None = "CN") -> Standard:
    env = Env({"cities_cn": CITIES, "risk": GRADES}, SourceContext(order, frozenset(), country), ATTRIBUTE)
    return KINDS[kind](text, env)


USCC = "91440300708461136T"


@pytest.mark.parametrize(
    "text",
    [
        USCC,
        USCC.lower(),
        "９１４４０３００７０８４６１１３６Ｔ",
        "914403 00708461136-T",
        f"{USCC}（三证合一）",
    ],
)
def test_a_credit_code_has_one_spelling_and_holds_the_older_numbers(text: str) -> None:
    standard = read("uscc", text)
    assert standard.value == USCC
    assert standard.parts == {"key": USCC, "org": "708461136", "tax15": "440300708461136", "valid": "1"}


@pytest.mark.parametrize("text", ["440300708461136", "70846113-6", USCC])
def test_old_tax_and_organisation_numbers_share_the_key_of_the_credit_code(text: str) -> None:
    assert read("tax_id", text).parts["org"] == "708461136"


def test_a_wrong_check_digit_is_kept_and_told() -> None:
    standard = read("uscc", "91440300708461136A")
    assert standard.value == "91440300708461136A"
    assert standard.parts["valid"] == "0"
    assert standard.findings == (("check_digit", "warning"),)


def test_a_misread_letter_is_mended_only_when_the_check_digit_agrees() -> None:
    assert read("uscc", "9144O300708461136T").value == USCC
    assert read("uscc", "9144O300708461136A").value == "9144O300708461136A"


def test_digits_that_a_spreadsheet_rounded_are_no_value() -> None:
    standard = read("uscc", "914403007084611000")
    assert (standard.value, standard.findings) == (None, (("spreadsheet_destroyed", "warning"),))


@pytest.mark.parametrize(
    ("kind", "text", "value", "valid"),
    [
        ("vat", "DE 136 695 976", "DE136695976", "1"),
        ("vat", "DE136695977", "DE136695977", "0"),
        ("lei", "5493 00KJTIIGC8Y1R212", "549300KJTIIGC8Y1R212", None),
        ("gtin", "4006381333931", "04006381333931", "1"),
        ("gtin", "04006381333932", "04006381333932", "0"),
        ("gln", "4006381333931", "4006381333931", "1"),
        ("cas_no", "7732185", "7732-18-5", "1"),
        ("cas_no", "7732-18-6", "7732-18-6", "0"),
        ("duns", "15-048-3782", "150483782", None),
        ("bank_account", "6222 0210 0100", "622202100100", None),
        ("registration_no", "国械注准 20193140123", "国械注准20193140123", None),
        ("identifier", "0000 1234", "0000 1234", None),
    ],
)
def test_identifiers_are_compacted_and_checked(kind: str, text: str, value: str, valid: str | None) -> None:
    standard = read(kind, text)
    assert standard.value == value
    assert valid is None or standard.parts["valid"] == valid


@pytest.mark.parametrize(
    ("text", "country", "value"),
    [
        ("0755-2671 1234", "CN", "+8675526711234"),
        ("（0755）26711234", "CN", "+8675526711234"),
        ("86-755-26711234", "CN", "+8675526711234"),
        ("0086 755 26711234", "CN", "+8675526711234"),
        ("+86 (0755) 26711234", None, "+8675526711234"),
        ("138-0013-8000", "CN", "+8613800138000"),
        ("8613800138000", "CN", "+8613800138000"),
        ("400 800 1234", "CN", "+864008001234"),
        ("010-62345678-806", "CN", "+861062345678 ext. 806"),
        ("010-62345678转806", "CN", "+861062345678 ext. 806"),
        ("26711234", "CN", "26711234"),
        ("+49 (0)221 4710-0", "CN", "+4922147100"),
        ("(415) 555-2671", "US", "+14155552671"),
        ("0755-26711234/13800138000", "CN", "+8675526711234; +8613800138000"),
        ("call reception", "CN", None),
    ],
)
def test_phone_numbers_become_e164_where_they_can(text: str, country: str | None, value: str | None) -> None:
    assert read("phone", text, country=country).value == value


@pytest.mark.parametrize(
    ("text", "located"),
    [
        ("+49 911 4293522", ("+499114293522",)),
        ("0086 755 26711234", ("+8675526711234",)),
        ("138-0013-8000", ("+8613800138000",)),
        ("0911-4293522", ()),
    ],
)
def test_a_number_names_a_country_only_where_it_says_so_itself(text: str, located: tuple[str, ...]) -> None:
    """A German number typed into a Chinese system without +49 must not make its firm Chinese."""
    assert read("phone", text, country="CN").parts["located"] == located


def test_a_number_without_its_area_code_shares_its_last_digits() -> None:
    assert read("phone", "26711234").parts["last7"] == read("phone", "+86 755 26711234").parts["last7"]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("广东省深圳市南山区科技中路12号", "No. 12 Keji Middle Road, Nanshan District, Shenzhen"),
        ("苏州市中山北路458号标准厂房", "458 North Zhongshan Rd., Suzhou"),
        ("深圳市南山区科苑大道８号3栋", "NO.8 Keyuan Ave, Nanshan Qu"),
    ],
)
def test_an_address_gives_one_key_in_both_languages(one: str, other: str) -> None:
    assert read("address", one).parts["key"] == read("address", other).parts["key"]


def test_a_chinese_address_is_taken_apart() -> None:
    parts = read("address", "广东省深圳市南山区科苑路12-14号3栋").parts
    assert parts == {
        "province": "guangdong",
        "city": "shenzhen",
        "district": "nanshan",
        "road": "keyuan",
        "number": "12",
        "building": "3",
        "key": "keyuan|12",
        "place": ("shenzhen",),
    }


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("江苏省泰州市海陵区和平路87号", ("taizhou_js",)),
        ("No. 8, Qianjin Road, Suzhou", ("suzhou",)),
        ("深圳市苏州区前进路8号", ("shenzhen",)),
        ("科苑路12号", ()),
    ],
)
def test_the_cities_of_an_address_are_codes(text: str, places: tuple[str, ...]) -> None:
    assert read("address", text).parts.get("place", ()) == places


def test_a_western_address_gives_street_and_number() -> None:
    assert read("address", "Lindenstraße 52").parts["key"] == read("address", "52 Lindenstrasse").parts["key"]


@pytest.mark.parametrize("text", ["深圳", "深圳市", "SHENZHEN", "Shenzhen City", "Shen Zhen", "深圳 "])
def test_a_city_is_one_code_in_every_spelling(text: str) -> None:
    assert read("city", text).value == "shenzhen"


def test_a_spelling_of_two_cities_keeps_both() -> None:
    standard = read("city", "Taizhou")
    assert standard.value == "Taizhou"
    assert standard.parts["code"] == ("taizhou_js", "taizhou_zj")


@pytest.mark.parametrize(
    ("text", "code"),
    [("PRC", "CN"), ("P.R. China", "CN"), ("中国", "CN"), ("Germany", "DE"), ("德国", "DE"), ("台湾", "TW"),
     ("Taiwan", "TW"), ("香港", "HK"), ("USA", "US"), ("jp", "JP"), ("DEU", "DE"), ("Atlantis", "Atlantis")],
)  # fmt: skip
def test_countries_are_codes(text: str, code: str) -> None:
    assert read("country", text).value == code


@pytest.mark.parametrize(
    ("text", "order", "value"),
    [
        ("2014-02-20 00:00:00.000", None, "2014-02-20"),
        ("20140220", None, "2014-02-20"),
        ("2014年2月20日", None, "2014-02-20"),
        ("2014/2/20", None, "2014-02-20"),
        ("12-Jul-2023 10:12", None, "2023-07-12"),
        ("July 12, 2023", None, "2023-07-12"),
        ("2015-05-23T08:15:00.000+0000", None, "2015-05-23"),
        ("05/29/2006", None, "2006-05-29"),
        ("05/06/2006", "MDY", "2006-05-06"),
        ("05.06.2006", "DMY", "2006-06-05"),
        ("05/06/2006", None, None),
        ("00000000", None, None),
        ("9999-12-31", None, None),
        ("2014-02-31", None, None),
        ("soon", None, None),
    ],
)
def test_dates_are_read_only_when_they_mean_one_day(text: str, order: str | None, value: str | None) -> None:
    assert read("date", text, order=order).value == value


def test_an_ambiguous_date_is_told() -> None:
    assert read("date", "05/06/2006").findings == (("ambiguous_date", "warning"),)
    assert read("date", "05/06/2006").parts == {"readings": ("2006-05-06", "2006-06-05")}
    assert read("date", "05/06/2006", order="DMY").parts == {}


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        ("flag", "X", True), ("flag", "是", True), ("flag", "否", False), ("flag", "0", False), ("flag", "N", False),
        ("flag", "maybe", None),
        ("integer", "1,200", 1200), ("integer", "1.5", None), ("decimal", "1,250.50", "1250.5"),
        ("decimal", "0,5", "0.5"), ("decimal", "1E+400", None), ("code", "class a", "A"), ("code", "关键", "A"),
        ("code", "other", "other"),
        ("currency", "人民币", "CNY"), ("currency", "usd", "USD"), ("currency", "XXY", "XXY"),
        ("email", "Sales@Acme-Tools.COM", "sales@acme-tools.com"), ("website", "https://www.acme.com/", "acme.com"),
        ("postal_code", "518 000", "518000"), ("person_name", "Li  Wei", "Li Wei"), ("text", "　a　", "a"),
    ],
)  # fmt: skip
def test_plain_values_have_one_spelling(kind: str, text: str, value: object) -> None:
    assert read(kind, text).value == value


def test_public_mail_services_are_no_evidence_of_a_firm() -> None:
    assert read("email", "acme@qq.com").parts["domain"] == ()
    assert read("email", "acme@qq.com").parts["free"] == "1"
    assert read("email", "a@mail.acme.com.cn").parts["domain"] == ("acme.com.cn",)
    assert read("website", "www.acme.com").parts["stem"] == "acme"


def test_an_unknown_code_is_kept_and_told() -> None:
    assert read("code", "other").findings == (("unknown_code", "warning"),)


@pytest.mark.parametrize("kind", sorted(set(KINDS)))
@pytest.mark.parametrize("text", ["", "华安 A-1", "12", "１２", "x" * 300, "(", "ß\u0000", "+86", "1/2/3"])
def test_no_kind_fails_on_any_text_and_reading_twice_changes_nothing(kind: str, text: str) -> None:
    first = read(kind, text)
    if isinstance(first.value, str):
        assert read(kind, first.value).value == first.value


def test_an_attribute_without_code_list_keeps_its_code() -> None:
    env = Env({}, SourceContext(), replace(ATTRIBUTE, code_list=""))
    assert KINDS["code"]("ZVEN", env).value == "ZVEN"
