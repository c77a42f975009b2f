"""Addresses and telephone numbers as people write them, in Chinese and in English."""

from __future__ import annotations

import re
from random import Random

from mdm.demo import dirt
from mdm.demo.company import Company, Place
from mdm.demo.dirt import weighted
from mdm.demo.recipe import digits


def chinese_city(place: Place, rng: Random) -> str:
    """The city with or without its 市; foreign towns as they are."""
    return place.zh + ("市" if place.country == "CN" and rng.random() < 0.5 else "")


def chinese_address(company: Company, rng: Random) -> str:
    """The address in Chinese: any of its leading parts may be missing, numbers and buildings vary."""
    place = company.branch or company.place
    if place.country not in {"CN", "TW"}:
        return place.road_en
    city = place.zh + weighted(rng, [("市", 88.0), ("", 12.0)])
    province = (
        "" if place.province == place.zh else place.province + weighted(rng, [("省", 85.0), ("", 15.0)])
    )
    head = weighted(
        rng,
        [
            (f"{province}{city}{place.district_zh}", 40.0),
            (f"{city}{place.district_zh}", 34.0),
            (place.district_zh, 9.0),
            (f"{province}{city}", 5.0),
            (city, 9.0),
            ("", 3.0),
        ],
    )
    number = weighted(
        rng,
        [
            (f"{place.number}号", 80.0),
            (str(place.number), 10.0),
            (f"{place.number}-{place.number + 2}号", 10.0),
        ],
    )
    text = head + place.road_zh + number + _extra(place, rng)
    if rng.random() < 0.05:
        text = text.translate({ord(str(d)): chr(0xFF10 + d) for d in range(10)})
    return dirt.traditional(text) if rng.random() < (0.5 if place.country == "TW" else 0.025) else text


def _extra(place: Place, rng: Random) -> str:
    """Park, building and floor in the writer's style; often left out."""
    text = place.extra_zh
    if not text or rng.random() < 0.35:
        return f"{rng.randint(1, 9)}楼" if not text and rng.random() < 0.04 else ""
    text = re.sub(r"(\d+)(幢|号楼|栋)", lambda found: found[1] + rng.choice(("幢", "号楼", "栋", "#")), text)
    return re.sub(r"(\d+)(楼|层)$", lambda found: found[1] + rng.choice(("楼", "层", "F")), text)


def english_address(company: Company, rng: Random) -> str:
    """The address in English, Chinese roads translated or half translated."""
    place = company.branch or company.place
    if place.country not in {"CN", "TW"}:
        return place.road_en.replace("straße", "str.") if rng.random() < 0.2 else place.road_en
    road = _english_road(place.road_en, rng)
    number = str(place.number)
    street = weighted(
        rng,
        [
            (f"No.{number} {road}", 25.0),
            (f"No. {number} {road}", 20.0),
            (f"{number} {road}", 22.0),
            (f"NO.{number}, {road}", 15.0),
            (f"No.{number}, {road}", 18.0),
        ],
    )
    building = re.search(r"(\d+)(幢|号楼|栋)", place.extra_zh)
    if building and rng.random() < 0.5:
        street = rng.choice(("Building {}, {}", "Bldg. {}, {}", "#{}, {}")).format(building[1], street)
    parts = [street]
    if place.district_en and rng.random() < 0.55:
        parts.append(_english_district(place.district_en, rng))
    if rng.random() < 0.28:
        parts.append(place.en)
    return ", ".join(parts)


def _english_road(road: str, rng: Random) -> str:
    style = rng.random()
    if style < 0.45:
        return road
    short = road.replace("Road", "Rd.").replace("Avenue", "Ave.").replace("Street", "St.")
    if style < 0.85:
        return short
    return short.replace("Rd.", "Lu").replace("Ave.", "Dadao").replace("St.", "Jie")


def _english_district(district: str, rng: Random) -> str:
    if district.endswith(("Town", "District")):
        return district
    return district + rng.choice((" District", " Dist.", " Qu", ""))


def phone_text(company: Company, rng: Random) -> str:
    """A number as people write it: mobile or office, with or without area code, extension, plus sign."""
    if company.mobile and rng.random() < 0.2:
        return _mobile_text(company.mobile, rng)
    place = company.branch or company.place
    if company.kind == "foreign":
        return _foreign_text(place, company.phone, rng)
    if company.kind == "tw":
        return rng.choice((f"+886-{place.area}-{company.phone}", f"0{place.area}-{company.phone}"))
    area, number = place.area, company.phone
    grouped = f"{number[:4]} {number[4:]}"
    text = weighted(
        rng,
        [
            (f"0{area}-{number}", 24.0),
            (f"(0{area}){number}", 11.0),
            (f"+86-{area}-{number}", 16.0),
            (f"86-{area}-{number}", 9.0),
            (f"+86 {area} {grouped}", 10.0),
            (f"0{area}{number}", 12.0),
            (f"0{area}－{number}", 4.0),
            (f"{area}{number}", 6.0),
            (number, 6.0),
            (f"0{area}-{number}/{number[:-1]}{(int(number[-1]) + 1) % 10}", 2.0),
        ],
    )
    if rng.random() < 0.05:
        return f"{text}-{digits(rng, 3)}"
    # One switchboard has neighbouring numbers.
    return text[:-1] + str(rng.randint(0, 9)) if rng.random() < 0.03 else text


def _mobile_text(number: str, rng: Random) -> str:
    return rng.choice(
        (
            number,
            number,
            f"{number[:3]} {number[3:7]} {number[7:]}",
            f"{number[:3]}-{number[3:7]}-{number[7:]}",
            f"+86 {number}",
            f"86{number}",
        )
    )


_DIAL = {
    "DE": "49",
    "US": "1",
    "JP": "81",
    "SE": "46",
    "CH": "41",
    "IT": "39",
    "FR": "33",
    "GB": "44",
    "NL": "31",
}


def _foreign_text(place: Place, number: str, rng: Random) -> str:
    dial = _DIAL[place.country]
    if place.country == "US":
        styles = (
            f"+1 {place.area}-{number[:3]}-{number[3:]}",
            f"({place.area}) {number[:3]}-{number[3:]}",
            f"1-{place.area}-{number}",
        )
        return rng.choice(styles)
    return rng.choice(
        (
            f"+{dial} {place.area} {number}",
            f"+{dial} (0){place.area} {number}",
            f"00{dial} {place.area} {number}",
            f"+{dial}-{place.area}-{number}",
            f"0{place.area} {number}",
        )
    )
