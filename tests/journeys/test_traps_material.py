"""Materials that must not merge, by the shipped rules and weights, and what keeps each pair apart.

Each trap is a pair that differs in one thing. It must stay apart with its veto named; with that veto away and the
difference read as agreement it must merge, so that the test can fail.
"""

from __future__ import annotations

import pytest

from mdm.domain.rules import LevelKind
from tests.journeys.traps import APART, TOGETHER, Record, Trap, shipped

SHIPPED = shipped("material")


def part(name: str, specification: str, **more: str) -> Record:
    return {"material_name": name, "specification": specification, **more}


TRAPS = {
    "one dimension: M3x10 and M3x12": Trap(
        "other_size",
        part("内六角圆柱头螺钉", "M3x10 A2-70 钝化"),
        {"name_en": "Socket head cap screw M3x12, SS304, passivated"},
    ),
    "one dimension: outer diameter of a ring": Trap(
        "other_size", part("O型圈", "ID12×CS1.8 FKM 70HA"), part("O型密封圈", "12.5*1.8 氟胶 70°")
    ),
    "one rating: ohms": Trap(
        "other_rating", part("贴片电阻", "4.7K 1% 0603"), {"name_en": "Chip resistor 47K 1% 0603"}
    ),
    "model: the next one of a series, in the same words": Trap(
        "other_model",
        {"name_en": "Kestrel ergonomic swivel armchair with lumbar cushion RT-450BK"},
        {"name_en": "Kestrel ergonomic swivel armchair with lumbar cushion RT-460BK"},
    ),
    "grade: 304 and 316L": Trap(
        "other_grade", part("圆棒", "Φ10x1000 06Cr19Ni10 h8"), part("圆棒", "Φ10x1000 1.4404 h8")
    ),
    "grade: ELI and standard titanium": Trap(
        "other_grade", part("钛棒", "Φ12x500 TC4 ELI"), {"name_en": "Round bar dia 12x500 Ti-6Al-4V"}
    ),
    "side: left and right": Trap(
        "other_side",
        part("锁定接骨板", "锁骨 8孔 左 TC4 无菌"),
        {"name_en": "Locking plate clavicle 8 holes right TC4 sterile"},
    ),
    "sterile and non-sterile": Trap(
        "sterile_state",
        part("皮质骨螺钉", "Φ3.5x30 TC4 无菌"),
        {"name_en": "Cortical bone screw 3.5x30 TC4 non-sterile"},
    ),
    "risk class": Trap(
        "risk_class",
        part("皮质骨螺钉", "Φ3.5x30 TC4", registration_no="国械注准20213130101"),
        part("皮质骨螺钉", "Φ3.5x30 TC4", registration_no="苏械注准20212130101"),
    ),
    "UDI-DI of one packaging level": Trap(
        "other_udi",
        part("皮质骨螺钉", "Φ3.5x30 TC4 无菌", udi_di="06901234567892"),
        part("皮质骨螺钉", "Φ3.5x30 TC4 无菌", udi_di="06901234567908"),
    ),
    "cure of a silicone": Trap(
        "other_option", part("硅胶管", "ID3xOD5 50A 铂金硫化"), part("硅胶管", "内径3外径5 50A 过氧化物硫化")
    ),
    "plasticiser": Trap(
        "other_option",
        part("PVC软管", "ID4*OD6 70A 含DEHP"),
        {"name_en": "PVC tubing ID4xOD6 70A DEHP-free"},
    ),
    "colour of a moulded part": Trap(
        "other_colour",
        part("上壳体", "ZQ-310 左 蓝色", part_number="ZQ-771-2040"),
        {"name_en": "Upper housing ZQ-310 left white", "part_number": "ZQ-771-2040"},
    ),
    "language of a label": Trap(
        "other_option",
        part("产品标签", "ZQ-310 80x50mm 德文", part_number="ZQ-900-1207"),
        {"name_en": "Product label ZQ-310 80x50mm French", "part_number": "ZQ-900-1207"},
    ),
    "purity of a chemical": Trap(
        "other_grade", part("异丙醇", "分析纯 500ml"), {"name_en": "Isopropanol HPLC grade 500 mL"}
    ),
    "pack of a chemical": Trap("other_rating", part("异丙醇", "分析纯 500ml"), part("异丙醇", "AR 2.5L")),
    "pack of a device": Trap(
        "other_pack",
        part("丁腈手套", "M码 非无菌 100只/盒"),
        {"name_en": "Nitrile gloves, size M, non-sterile, 50/box"},
    ),
    "finish of a screw": Trap(
        "other_finish",
        part("内六角圆柱头螺钉", "M5x20 12.9级 发黑"),
        part("内六角圆柱头螺钉", "M5x20 12.9级 镀锌"),
    ),
    "kind of a screw": Trap(
        "other_kind", part("外六角螺栓", "M8x45 12.9级 发黑"), part("内六角螺钉", "M8x45 12.9级 发黑")
    ),
    "another maker's equivalent": Trap(
        "other_number",
        part("连接器", "12PIN 卧式", manufacturer_part_number="QV43045-1210"),
        part("接插件", "1x12 弯针", manufacturer_part_number="BRX51021-1200"),
    ),
    "another maker's bearing of one designation": Trap(
        "other_maker",
        part("深沟球轴承", "6204-2RS C3", manufacturer_name="Norbrook Bearings AB"),
        part("深沟球轴承", "6204DDU C3", manufacturer_name="Haldane Wälzlager GmbH"),
    ),
    "successor of a maker's number": Trap(
        "other_number",
        part("连接器", "5PIN 立式", manufacturer_part_number="QV51021-0500X"),
        part("连接器", "5PIN 立式 (replaces QV51021-0500X)", manufacturer_part_number="QV51021-0500X/2"),
    ),
    "successor named in the text only": Trap(
        "other_number",
        part("连接器", "5PIN 立式", manufacturer_part_number="QV51021-0500X"),
        part("连接器", "5PIN 立式 QV51021-0500X/2"),
    ),
    "successor of a short maker's number": Trap(
        "other_number",
        part("硅脂", "100g", manufacturer_part_number="QX 685"),
        part("硅脂", "100g", manufacturer_part_number="QX 685G"),
    ),
    "same noun, other drawing": Trap(
        "other_number",
        part("支架", "ZQ-310 黑色", part_number="203-22465"),
        part("支架", "ZQ-310 黑色", part_number="203-22466"),
    ),
    "same noun, other drawing column": Trap(
        "other_drawing",
        part("支架", "ZQ-310 黑色", drawing_number="DWG-588213"),
        part("支架", "ZQ-310 黑色", drawing_number="DWG-477190"),
    ),
    "other product, same part": Trap(
        "other_product", part("底座", "ZQ-310 黑色 长型"), part("底座", "VN-45 黑色 长型")
    ),
}


@pytest.mark.parametrize("name", TRAPS)
def test_two_that_differ_in_one_thing_stay_apart(name: str) -> None:
    trap = TRAPS[name]
    assert SHIPPED.groups(trap.sides) == APART
    assert trap.guard in SHIPPED.vetoes(trap.sides)


@pytest.mark.parametrize("name", TRAPS)
def test_without_its_veto_the_pair_would_merge(name: str) -> None:
    trap = TRAPS[name]
    easy = SHIPPED.indulgent()
    assert easy.without().groups(trap.sides) == APART
    assert easy.without(trap.guard).groups(trap.sides) == TOGETHER


@pytest.mark.parametrize("name", TRAPS)
def test_each_side_of_a_trap_is_itself(name: str) -> None:
    """The same record twice is not contradicted by what it says."""
    for side in TRAPS[name].sides:
        assert SHIPPED.vetoes((side, side)) == set()


def test_what_regulators_tell_apart_has_a_veto_with_a_clause() -> None:
    clauses = {veto.name: veto.clause for veto in SHIPPED.rules.vetoes}
    assert all(
        clauses[name] for name in ("sterile_state", "risk_class", "other_udi", "other_size", "other_grade")
    )
    assert clauses["other_side"]
    regulated = {veto.name for veto in SHIPPED.rules.vetoes if veto.regulated}
    assert regulated == {"sterile_state", "risk_class", "other_udi"}
    assert all(veto.hard for veto in SHIPPED.rules.vetoes if veto.name in regulated)


def test_another_revision_is_no_contradiction() -> None:
    left = part("支架", "ZQ-310 黑色", part_number="203-22465-A")
    right = part("支架", "ZQ-310 黑色 203-22465 REV.B")
    assert SHIPPED.groups((left, right)) == TOGETHER
    assert SHIPPED.vetoes((left, right)) == set()


def test_a_device_is_linked_by_its_parameters_only_where_both_tell_whether_it_is_sterile() -> None:
    told = (
        part("造影导管", "6Fr 100cm JL4 亲水涂层 1支/盒 无菌"),
        {"name_en": "Angiographic catheter 6Fr 100cm JL4 hydrophilic 1/box sterile"},
    )
    untold = told[0], {"name_en": "Angiographic catheter 6Fr 100cm JL4 hydrophilic 1/box"}
    assert SHIPPED.groups(told) == TOGETHER
    assert SHIPPED.groups(untold) == APART
    assert SHIPPED.vetoes(untold) == set()


def test_every_veto_of_the_shipped_rules_has_a_trap() -> None:
    assert {trap.guard for trap in TRAPS.values()} | {"other_class"} == {
        veto.name for veto in SHIPPED.rules.vetoes
    }
    assert LevelKind.DISJOINT in {veto.when.kind for veto in SHIPPED.rules.vetoes}
