"""Suppliers that must not merge, by the shipped rules and weights, and what keeps them apart.

Each trap is a pair of legal units that people mistake for one. It must stay apart with its guard named: a veto, or
the weight of a comparison. With that guard away and the difference read as agreement it must merge, so that the test
can fail.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from mdm.domain.cluster import Reason
from tests.journeys.traps import APART, TOGETHER, Record, Trap, Trial, shipped

SHIPPED = shipped("supplier")
BY_WEIGHT = "weight of the name"
"""The guard of a trap that no veto decides."""


def firm(name: str, **more: str) -> Record:
    return {"legal_name": name, "country_code": "CN", **more}


TRAPS = {
    "another valid credit code": Trap(
        "other_registration",
        firm("苏州瑞拓恩精密机械有限公司", uscc="91320505MA5X9XY79K", phone="0512-61237788"),
        firm("苏州瑞拓恩精密机械有限公司", uscc="913205054374238239", phone="0512-61237788"),
    ),
    "another valid tax number of before 2016": Trap(
        "other_registration",
        firm("苏州瑞拓恩精密机械有限公司", tax_id="320505437423823"),
        firm("苏州瑞拓恩精密机械有限公司", tax_id="320505887341016"),
    ),
    "sister plants in two cities": Trap(
        "other_city",
        firm("苏州瑞拓恩精密机械有限公司", email="info@ruituoen.com"),
        firm("无锡瑞拓恩精密机械有限公司", email="info@ruituoen.com"),
    ),
    "sister plants, one written in English": Trap(
        "other_city",
        firm("苏州瑞拓恩精密机械有限公司"),
        {"name_en": "Ruituoen Precision Machinery (Wuxi) Co., Ltd.", "country_code": "CN"},
    ),
    "branch and head office": Trap(
        "branch",
        firm("苏州瑞拓恩精密机械有限公司", phone="0512-61237788"),
        firm("苏州瑞拓恩精密机械有限公司无锡分公司", phone="0512-61237788"),
    ),
    "branch and head office in English": Trap(
        "branch",
        {"name_en": "Suzhou Ruituoen Precision Machinery Co., Ltd.", "country_code": "CN"},
        {"name_en": "Suzhou Ruituoen Precision Machinery Co., Ltd. Wuxi Branch", "country_code": "CN"},
    ),
    "parent and subsidiary": Trap(
        "group_and_member",
        firm("苏州瑞拓恩精密机械有限公司", address="苏州市工业园区星港街88号", phone="0512-61237788"),
        firm("苏州瑞拓恩精密机械集团有限公司", address="苏州市工业园区星港街88号", phone="0512-61237788"),
    ),
    "two firms of one owner": Trap(
        "other_industry",
        firm("苏州瑞拓恩精密机械有限公司", contact_person="周立明", phone="0512-61237788"),
        firm("苏州瑞拓恩包装材料有限公司", contact_person="周立明", phone="0512-61237788"),
    ),
    "homophone trade names": Trap(
        "homophone", firm("苏州瑞拓恩精密机械有限公司"), firm("苏州锐拓恩精密机械有限公司")
    ),
    "same address": Trap(
        BY_WEIGHT,
        firm("苏州瑞拓恩精密机械有限公司", address="苏州市工业园区星港街88号3幢"),
        firm("苏州博岚特精密机械有限公司", address="苏州市工业园区星港街88号5幢"),
    ),
    "same switchboard": Trap(
        BY_WEIGHT,
        firm("苏州瑞拓恩精密机械有限公司", phone="0512-61237788"),
        firm("苏州博岚特精密机械有限公司", phone="0512-61237788-802"),
    ),
    "same mail domain": Trap(
        BY_WEIGHT,
        firm("苏州瑞拓恩精密机械有限公司", email="sales@yuanqupark.cn"),
        firm("苏州博岚特精密机械有限公司", email="office@yuanqupark.cn"),
    ),
    "foreign parent and its China company": Trap(
        "other_country",
        {"legal_name": "Haldwick Precision GmbH", "country_code": "DE", "email": "info@haldwick.com"},
        {
            "name_en": "Haldwick Precision (Suzhou) Co., Ltd.",
            "country_code": "CN",
            "email": "info@haldwick.com",
        },
    ),
    "foreign sisters told by their legal forms": Trap(
        "other_country",
        {"legal_name": "Haldwick Precision GmbH"},
        {"legal_name": "Haldwick Precision S.p.A."},
    ),
    "another VAT number": Trap(
        "other_number",
        {"legal_name": "Haldwick Precision GmbH", "country_code": "DE", "vat_id": "DE136695976"},
        {"legal_name": "Haldwick Precision GmbH", "country_code": "DE", "vat_id": "DE129273398"},
    ),
    "two units of one house": Trap(
        "own_words",
        {"legal_name": "cafe grand marlow", "address": "12 harbour street", "phone": "+1 404 555 2671"},
        {
            "legal_name": "ballroom grand marlow",
            "address": "12 harbour street",
            "phone": "+1 404 555 2671",
        },
    ),
}


@pytest.mark.parametrize("name", TRAPS)
def test_two_legal_units_stay_apart(name: str) -> None:
    trap = TRAPS[name]
    vetoes = SHIPPED.vetoes(trap.sides)
    assert SHIPPED.groups(trap.sides) == APART
    assert trap.guard in vetoes or (trap.guard == BY_WEIGHT and not vetoes)


@pytest.mark.parametrize("name", TRAPS)
def test_without_its_guard_the_pair_would_merge(name: str) -> None:
    trap = TRAPS[name]
    easy = SHIPPED.indulgent()
    assert easy.groups(trap.sides) == (TOGETHER if trap.guard == BY_WEIGHT else APART)
    assert easy.without(trap.guard).groups(trap.sides) == TOGETHER


@pytest.mark.parametrize("name", TRAPS)
def test_each_side_of_a_trap_is_itself(name: str) -> None:
    for side in TRAPS[name].sides:
        assert SHIPPED.vetoes((side, side)) == set()


HOMOPHONES = (
    firm("苏州瑞拓恩精密机械有限公司", uscc="91320505MA5X9XY79K"),
    firm("苏州锐拓恩精密机械有限公司", uscc="913205054374238239"),
)
LATIN = {"name_en": "Suzhou Ruituoen Precision Machinery Co., Ltd.", "country_code": "CN"}


def test_a_latin_record_that_sounds_like_two_chinese_firms_joins_neither() -> None:
    careless = Trial(replace(SHIPPED.rules, rival_margin=None), SHIPPED.weights)

    found = SHIPPED.partition((*HOMOPHONES, LATIN))

    assert found.clusters == ((1,), (2,), (3,))
    assert {refusal.reason for refusal in found.refused} == {Reason.AMBIGUOUS}
    assert len(careless.groups((*HOMOPHONES, LATIN))) == 2


def test_other_evidence_decides_between_homophones() -> None:
    known = {**LATIN, "tax_id": "320505437423823"}

    found = SHIPPED.partition((*HOMOPHONES, known))

    assert found.clusters == ((1,), (2, 3))


MISTYPED = ("913205054374238239", "913205054374283239")
"""The same code with two digits exchanged: its check characters are wrong."""


def test_a_mistyped_credit_code_tells_no_firms_apart() -> None:
    firms = [firm("苏州瑞拓恩精密机械有限公司", uscc=code, phone="0512-61237788") for code in MISTYPED]

    assert (SHIPPED.groups(firms), SHIPPED.vetoes(firms)) == (TOGETHER, set())


def test_every_veto_of_the_shipped_rules_has_a_trap() -> None:
    assert {trap.guard for trap in TRAPS.values()} - {BY_WEIGHT} == {
        veto.name for veto in SHIPPED.rules.vetoes
    }
