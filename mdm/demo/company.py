"""Companies of a demo world: who they are, where they sit, which numbers they carry."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from random import Random
from typing import Any

from mdm.demo.dirt import Date, random_date, weighted
from mdm.demo.recipe import digits, letters
from mdm.demo.vocabulary import words

_USCC = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_ORG = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a company sits; ``area`` is the telephone code without its zero."""

    country: str
    zh: str
    en: str
    province: str
    code: str
    area: str
    postal: str
    district_zh: str
    district_en: str
    road_zh: str
    road_en: str
    number: int = 0
    extra_zh: str = ""


@dataclass(frozen=True, slots=True)
class Company:
    """One legally registered unit and everything a source system may know of it."""

    kind: str  # cn, tw or foreign
    place: Place
    trade_zh: str
    trade_py: tuple[str, ...]
    brand: str  # the Latin name it uses: its pinyin, or a brand unlike it
    industry: dict[str, Any]  # one entry of the vocabulary, as it stands there
    form: dict[str, Any]  # the same
    layout: str  # city, bracket or province
    uscc: str = ""
    duns: str = ""
    lei: str = ""
    vat: str = ""
    phone: str = ""
    mobile: str = ""
    domain: str = ""
    mail: str = ""
    person: tuple[str, str] = ("", "")
    bank: tuple[str, str] = ("", "")
    cert: str = ""
    since: Date = (2015, 1, 1)
    branch: Place | None = None
    other_place: Place | None = None  # a works or an earlier seat in the same city
    former: str = ""
    foreign_code: str = ""  # a relative's code, typed on this record now and then
    japanese: tuple[str, str] = field(default=("", ""))


def uscc_check(body: str) -> str:
    """The 18th character of a unified social credit code (GB 32100-2015, modulus 31)."""
    total = sum(_USCC.index(char) * pow(3, place, 31) for place, char in enumerate(body))
    return _USCC[-total % 31]


def organisation_check(body: str) -> str:
    """The 9th character of an organisation code (GB 11714)."""
    total = sum(
        _ORG.index(char) * weight for char, weight in zip(body, (3, 7, 9, 10, 5, 8, 4, 2), strict=True)
    )
    value = -total % 11
    return "X" if value == 10 else str(value)


def new_uscc(rng: Random, district: str, authority: str = "91") -> str:
    """A valid unified social credit code of a firm registered in the district."""
    recent = rng.random() < 0.4
    body = "MA" + letters(rng, 6, _USCC) if recent else digits(rng, 8)
    front = authority + district + body + organisation_check(body)
    return front + uscc_check(front)


def new_lei(rng: Random) -> str:
    """A valid legal entity identifier (ISO 17442, modulus 97)."""
    body = rng.choice(("836800", "655600", "875500", "222100")) + letters(rng, 12, _ORG)
    number = int("".join(str(int(char, 36)) for char in body) + "00")
    return f"{body}{98 - number % 97:02}"


def new_vat(rng: Random, country: str) -> str:
    """A value added tax or employer number in the style of the country (without its check digits)."""
    styles = {
        "DE": f"DE{digits(rng, 9)}",
        "US": f"{digits(rng, 2)}-{digits(rng, 7)}",
        "JP": digits(rng, 13),
        "SE": f"SE{digits(rng, 10)}01",
        "CH": f"CHE-{digits(rng, 3)}.{digits(rng, 3)}.{digits(rng, 3)}",
        "IT": f"IT{digits(rng, 11)}",
        "FR": f"FR{digits(rng, 11)}",
        "GB": f"GB{digits(rng, 9)}",
        "NL": f"NL{digits(rng, 9)}B01",
        "TW": digits(rng, 8),
    }
    return styles[country]


def find_city(name: str) -> list[Any]:
    """The row of the vocabulary for a Chinese city."""
    found: list[Any] = next(city for city in words("places")["cities"] if city[0] == name)
    return found


def new_place(rng: Random, city: list[Any] | None = None) -> Place:
    """An address in a Chinese city (a random one, or this row of the vocabulary)."""
    places = words("places")
    zh, en, province, code, area, postal, districts = city or rng.choice(places["cities"])
    district = rng.choice(districts)
    road = rng.choice(places["roads"])
    building = rng.randint(1, 18)
    extra = weighted(
        rng,
        [
            ("", 55),
            (rng.choice(places["parks"]), 14),
            (f"{building}幢", 9),
            (f"{building}号楼{rng.randint(1, 5)}层", 8),
            (f"{rng.choice(places['parks'])}{building}栋", 9),
            (f"{rng.randint(2, 6)}楼", 5),
        ],
    )
    postal += f"{rng.choice((0, 0, 0, rng.randint(0, 99))):02}"
    where = Place("CN", zh, en, province, code, area, postal, district[0], district[1], road[0], road[1])
    return replace(where, number=rng.randint(1, 999), extra_zh=extra)


def taiwan_place(rng: Random) -> Place:
    """An address on Taiwan, in the simple form in which mainland systems keep it."""
    places = words("places")
    zh, en, area, postal = rng.choice(places["taiwan"])
    road = rng.choice(places["roads"])
    return Place("TW", zh, en, "台灣", "", area, postal, "", "", road[0], road[1], rng.randint(1, 600))


def foreign_place(rng: Random, country: str) -> Place:
    """An address in a foreign town; the street is one text in every language."""
    abroad = words("places")["abroad"][country]
    town, area, pattern = rng.choice(abroad["towns"])
    street = rng.choice(abroad["streets"]).format(
        n=rng.randint(1, 240), a=rng.randint(1, 9), b=rng.randint(1, 30), c=rng.randint(1, 20)
    )
    fill = {"#": lambda: digits(rng, 1), "@": lambda: rng.choice("ABDEFGHJLNPQRSTUWXYZ")}
    postal = "".join(fill[char]() if char in fill else char for char in pattern)
    return Place(country, town, town, "", "", area, postal, "", "", street, street)


def new_phone(rng: Random, place: Place) -> str:
    """The subscriber number, without country and area code."""
    if place.country not in {"CN", "TW"}:
        return str(rng.randint(2, 8)) + digits(rng, 6)
    long = place.area in {"21", "10", "22", "23", "25", "28", "27", "24", "29", "20"}
    count = 8 if long or place.area in _EIGHT_DIGITS or place.country == "TW" else 7
    return str(rng.randint(2, 8)) + digits(rng, count - 1)


_EIGHT_DIGITS = {
    *(
        "512",
        "510",
        "519",
        "513",
        "514",
        "516",
        "515",
        "571",
        "574",
        "577",
        "573",
        "572",
        "575",
        "579",
        "591",
    ),
    *("531", "532", "755", "769", "757", "760", "731", "371", "311", "411", "431", "451", "595", "576"),
}


def new_mobile(rng: Random) -> str:
    """A Chinese mobile number."""
    return rng.choice(
        ("138", "139", "136", "135", "150", "158", "159", "186", "187", "188", "177", "133")
    ) + digits(rng, 8)


def new_person(rng: Random, kind: str) -> tuple[str, str]:
    """A contact: Chinese and Latin writing of the name."""
    people = words("companies")["people"]
    if kind == "foreign":
        name = rng.choice(people["foreign"])
        return name, name
    (family_zh, family_en), (given_zh, given_en) = rng.choice(people["family"]), rng.choice(people["given"])
    return family_zh + given_zh, f"{given_en} {family_en}"


def new_mail(rng: Random, domain: str, stem: str, person: tuple[str, str], *, free: bool) -> str:
    """A mail address: an office box, the contact's, or one at a free mail service."""
    vocabulary = words("companies")["mail"]
    if free:
        box = stem.lower() + digits(rng, 4) if rng.random() < 0.6 else digits(rng, 9)
        return f"{box}@{rng.choice(vocabulary['free'])}"
    if rng.random() < 0.6:
        return f"{rng.choice(vocabulary['boxes'])}@{domain}"
    given, _, family = person[1].lower().replace(" de ", " de").partition(" ")
    return f"{rng.choice((given, f'{given}.{family}', f'{family}{given[:1]}'))}@{domain}"


def new_bank(rng: Random) -> tuple[str, str]:
    """Bank and account number."""
    return rng.choice(words("companies")["bank"]["names"]), digits(rng, 16)


def founded(rng: Random) -> Date:
    """The day on which the first system learned of the company."""
    return random_date(rng, 2006, 2023)
