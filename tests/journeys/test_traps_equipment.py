"""Machines that must not merge, by the shipped rules and weights, and what keeps each pair apart.

Each trap is a pair that must stay apart with its veto named; with that veto away and every difference read as
agreement it must merge, so that the test can fail. What no pair can tell (a tag after a replacement, a model alone) is
shown with the anchors and the search for rivals.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.journeys.traps import APART, TOGETHER, Record, Trap, Trial, shipped

SHIPPED = shipped("equipment")


def mill(**more: str) -> Record:
    """A machining centre of one maker and model."""
    return {
        "equipment_name": "立式加工中心",
        "manufacturer_name": "Brenwald GmbH",
        "model": "VT-650",
        **more,
    }


def bare(**more: str) -> Record:
    """A machining centre of which the maker is not told."""
    return {"name_en": "Machining center", **more}


TRAPS = {
    "consecutive serial numbers of one delivery": Trap(
        "other_serial",
        mill(serial_number="KT-2015113", commissioning_date="2015-06-11", functional_location="NJ1-MCH-L04"),
        mill(
            serial_number="KT-2015114", commissioning_date="2015-06-11", functional_location="ENT/NJ1/MCH/L04"
        ),
    ),
    "replacement under the old tag": Trap(
        "other_serial",
        mill(serial_number="KT-2015113", asset_tag="NJ1-MIL-004", functional_location="NJ1-MCH-L04"),
        mill(serial_number="TM-7733120", asset_tag="NJ1MIL004", functional_location="ENT/NJ1/MCH/L04"),
    ),
    "replacement of another maker": Trap(
        "other_maker",
        mill(asset_tag="NJ1-MIL-004", functional_location="NJ1-MCH-L04"),
        {**mill(asset_tag="NJ1-MIL-004"), "manufacturer_name": "Ostermark AG"},
    ),
    "replacement years later": Trap(
        "other_era",
        mill(asset_tag="NJ1-MIL-004", commissioning_date="2009-03-02"),
        mill(asset_tag="NJ1-MIL-004", commissioning_date="2018-10-20"),
    ),
    "replacement of another model": Trap(
        "other_model",
        mill(asset_tag="NJ1-MIL-004"),
        {**mill(asset_tag="NJ1-MIL-004"), "model": "VT-850"},
    ),
    "same serial number of another maker": Trap(
        "other_model",
        mill(serial_number="20214711", functional_location="NJ1-MCH-L04"),
        {
            "equipment_name": "数控车床",
            "manufacturer_name": "Ostermark AG",
            "model": "SL-32",
            "serial_number": "20214711",
            "functional_location": "NJ1-MCH-L04",
        },
    ),
    "robot attached to its host": Trap(
        "other_kind",
        {
            "equipment_name": "注塑机",
            "asset_tag": "NJ1-IMM-002",
            "functional_location": "NJ1-MLD-L02",
            "commissioning_date": "2019-04-08",
        },
        {
            "equipment_name": "取出机械手",
            "asset_tag": "NJ1-IMM-002-A",
            "functional_location": "NJ1-MLD-L02",
            "commissioning_date": "2019-04-08",
        },
    ),
    "same model at another site": Trap(
        "other_tag",
        mill(asset_tag="NJ1-MIL-004", commissioning_date="2015-06-11", site="NJ1"),
        mill(asset_tag="HZ2-MIL-004", commissioning_date="2015-06-11", site="HZ2"),
    ),
    "twin on another card of assets": Trap(
        "other_asset",
        mill(fixed_asset_number="FA201512207", commissioning_date="2015-06-11"),
        mill(fixed_asset_number="01201512208", commissioning_date="2015-06-11"),
    ),
    "twin at another price": Trap(
        "other_value",
        mill(acquisition_value="412000.00", commissioning_date="2015-06-11"),
        mill(acquisition_value="418500.00", commissioning_date="2015-06-11"),
    ),
    "gauge calibrated on another day": Trap(
        "other_due",
        {
            "name_en": "Torque meter",
            "model": "TQ-12",
            "location": "QC lab",
            "calibration_due_date": "2026-02-01",
        },
        {
            "equipment_name": "扭力计",
            "model": "TQ12",
            "location": "质检室",
            "calibration_due_date": "2026-05-17",
        },
    ),
    "twin with another running number": Trap(
        "other_unit",
        {"equipment_name": "3号立式加工中心", "functional_location": "NJ1-MCH-L04"},
        bare(asset_tag="NJ1-MIL-004", functional_location="ENT/NJ1/MCH/L04"),
    ),
    "twin on another line": Trap(
        "other_line",
        mill(functional_location="NJ1-MCH-L04", commissioning_date="2015-06-11"),
        mill(functional_location="NJ1-MCH-L05", commissioning_date="2015-06-11"),
    ),
    "twin in another shop": Trap(
        "other_area",
        mill(site="NJ1", location="包装车间", commissioning_date="2015-06-11"),
        mill(site="NJ1", location="Moulding shop", commissioning_date="2015-06-11"),
    ),
    "twin put into use later in the year": Trap(
        "other_start",
        mill(commissioning_date="2015-01-11", functional_location="NJ1-MCH-L04"),
        mill(commissioning_date="2015-09-30", functional_location="NJ1-MCH-L04"),
    ),
    "another model told in the name": Trap(
        "other_code",
        bare(asset_tag="NJ1-MIL-004", model="VT-650"),
        {"name_en": "Machining center VT-850", "asset_tag": "NJ1-MIL-004"},
    ),
    "a serial number one digit apart": Trap(
        "serial_slip",
        mill(serial_number="KT-2015113", asset_tag="NJ1-MIL-004"),
        mill(serial_number="KT-2075113", asset_tag="NJ1-MIL-004"),
    ),
}


@pytest.mark.parametrize("name", TRAPS)
def test_two_machines_stay_apart(name: str) -> None:
    trap = TRAPS[name]
    assert SHIPPED.groups(trap.sides) == APART
    assert trap.guard in SHIPPED.vetoes(trap.sides)


@pytest.mark.parametrize("name", TRAPS)
def test_without_its_vetoes_the_pair_would_merge(name: str) -> None:
    trap = TRAPS[name]
    spoken, easy = SHIPPED.vetoes(trap.sides), SHIPPED.indulgent()
    assert easy.without(*(spoken - {trap.guard})).groups(trap.sides) == APART
    assert easy.without(*spoken).groups(trap.sides) == TOGETHER


@pytest.mark.parametrize("name", TRAPS)
def test_each_side_of_a_trap_is_itself(name: str) -> None:
    """The same record in two systems is not contradicted by what it says."""
    for side in TRAPS[name].sides:
        assert SHIPPED.vetoes((side, side)) == set()


def test_every_veto_of_the_shipped_rules_has_a_trap() -> None:
    assert {trap.guard for trap in TRAPS.values()} == {veto.name for veto in SHIPPED.rules.vetoes}


def test_model_and_place_alone_make_no_two_records_one_machine() -> None:
    told = (mill(functional_location="NJ1-MCH-L04"), mill(functional_location="ENT/NJ1/MCH/L04"))
    assert SHIPPED.indulgent().groups(told) == APART
    assert SHIPPED.indulgent().without().groups(told) == TOGETHER


def test_one_tag_twice_in_one_system_may_be_the_replacement() -> None:
    """A tag alone links records of two systems; within one system it takes more."""
    record = bare(asset_tag="NJ1-MIL-004")
    scorer, ready = SHIPPED.scorer_of((record, record))
    assert scorer.anchored(ready[1], ready[2])
    twice = [scorer.prepare(SHIPPED.read(number, record, "MES")) for number in (10001, 10002)]
    assert not scorer.anchored(*twice)


def test_a_tag_that_two_machines_bear_links_only_in_one_shop() -> None:
    """Alone it may be either's, whichever of the two is known better."""
    known = [
        mill(serial_number=number, asset_tag="NJ1-MIL-004", functional_location="NJ1-MCH-L04")
        for number in ("KT-2009113", "TM-7733120")
    ]
    alone, beside = bare(asset_tag="NJ1-MIL-004"), bare(asset_tag="NJ1-MIL-004", location="机加车间")
    scorer, ready = SHIPPED.scorer_of((*known, alone, beside))
    assert not scorer.anchored(ready[1], ready[3])
    assert scorer.anchored(ready[1], ready[4])
    scorer, ready = SHIPPED.scorer_of((known[0], alone))
    assert scorer.anchored(ready[1], ready[2])


def test_a_running_number_links_where_no_other_machine_fits() -> None:
    numbered = {"equipment_name": "3号立式加工中心", "functional_location": "NJ1-MCH-L04"}
    tagged = mill(serial_number="KT-2009113", asset_tag="NJ1-MIL-003", site="NJ1")
    scorer, ready = SHIPPED.scorer_of((numbered, tagged))
    assert scorer.anchored(ready[1], ready[2])
    twin = mill(serial_number="KT-2009114", asset_tag="NJ1-MIL-003", site="NJ1")
    scorer, ready = SHIPPED.scorer_of((numbered, tagged, twin))
    assert not scorer.anchored(ready[1], ready[2])


def test_a_record_with_only_the_tag_joins_neither_the_old_machine_nor_the_new() -> None:
    old = mill(serial_number="KT-2009113", asset_tag="NJ1-MIL-004", functional_location="NJ1-MCH-L04")
    new = mill(serial_number="TM-7733120", asset_tag="NJ1-MIL-004", functional_location="NJ1-MCH-L04")
    told = (old, new, bare(asset_tag="NJ1-MIL-004", functional_location="ENT/NJ1/MCH/L04"))
    careless = Trial(replace(SHIPPED.rules, rival_margin=None), SHIPPED.weights)
    assert SHIPPED.groups(told) == {frozenset({1}), frozenset({2}), frozenset({3})}
    assert len(careless.groups(told)) == 2
    assert SHIPPED.groups((told[0], told[2])) == TOGETHER


@pytest.mark.parametrize(
    "after",
    [
        mill(serial_number="KT-2015113", functional_location="HZ2-PKG-L01", site="HZ2"),
        mill(serial_number="KT-2015113", asset_tag="HZ2-MIL-011", functional_location="HZ2-PKG-L01"),
        {"name_en": "Machining center", "serial_number": "S/N: KT2015113", "asset_tag": "HZ2-MIL-011"},
    ],
    ids=["another place", "another tag", "another tag, hardly described"],
)
def test_a_machine_that_moved_stays_one(after: Record) -> None:
    before = mill(serial_number="KT-2015113", asset_tag="NJ1-MIL-004", functional_location="NJ1-MCH-L04")
    assert SHIPPED.groups((before, after)) == TOGETHER


def test_a_slip_in_the_serial_number_is_excused_by_two_other_numbers() -> None:
    right = mill(serial_number="KT-2015113", asset_tag="NJ1-MIL-004", fixed_asset_number="FA201512207")
    slip = mill(serial_number="KT-2075113", asset_tag="NJ1-MIL-004", fixed_asset_number="01201512207")
    neighbour = {**slip, "serial_number": "KT-2015114"}
    assert SHIPPED.groups((right, slip)) == TOGETHER
    assert SHIPPED.groups((right, neighbour)) == APART


def test_a_machine_moved_under_a_tag_of_its_own_stays_one_and_a_bare_tag_does_not() -> None:
    before = mill(serial_number="KT-2015113", asset_tag="NJ1-MIL-004", functional_location="NJ1-MCH-L04")
    after = mill(asset_tag="NJ1-MIL-004", functional_location="ENT/NJ1/PKG/L01")
    unnamed = bare(asset_tag="NJ1-MIL-004", functional_location="ENT/NJ1/PKG/L01")
    assert SHIPPED.groups((before, after)) == TOGETHER
    assert SHIPPED.groups((before, unnamed)) == APART


def test_tag_and_serial_number_in_each_others_column_are_found() -> None:
    right = mill(serial_number="KT-2015113", asset_tag="NJ1-MIL-004")
    swapped = mill(serial_number="NJ1-MIL-004", asset_tag="KT-2015113")
    assert SHIPPED.groups((right, swapped)) == TOGETHER
