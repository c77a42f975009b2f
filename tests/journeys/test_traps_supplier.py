"""Suppliers that must not merge, by the shipped rules and weights, and what keeps them apart.

Each trap is a pair of legal units that people mistake for one. It must stay apart with its guard named: a veto, or
the weight of a comparison. With that guard away and the difference read as agreement it must merge, so that the test
can fail.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

import pytest

from mdm.domain.cluster import Edge, Node, Partition, Reason, partition
from mdm.domain.features import build_features
from mdm.domain.rules import Action, RuleSet
from mdm.domain.standardise.kind import SourceContext
from mdm.domain.standardise.record import standardise_record
from mdm.linkage.model import ComparisonWeights, Weights, build_model
from mdm.linkage.record import FeatureRecord
from mdm.linkage.score import Scorer
from mdm.linkage.statistics import collect_statistics
from mdm.services.dictionary import load_dictionary
from mdm.services.rule import load_rule_set, shipped_weights

Record = Mapping[str, str]

DICTIONARY = load_dictionary()
RULES = load_rule_set(DICTIONARY, "supplier")
BY_WEIGHT = "weight of the name"
"""The guard of a trap that no veto decides."""


@dataclass(frozen=True)
class Trap:
    """Two records of two legal units, and what says so."""

    guard: str
    left: Record
    right: Record


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


def read(number: int, record: Record) -> FeatureRecord:
    entity = DICTIONARY.entity("supplier")
    context = SourceContext(None, frozenset(), None)
    standard = standardise_record(entity, record, codes=DICTIONARY.code_lists, context=context)
    return FeatureRecord(number, "ERP", build_features(RULES.features, standard, source_id=f"A{number}"))


def group(records: Sequence[Record], rules: RuleSet, weights: Weights) -> tuple[Partition, set[str]]:
    """The partition of the records by these rules, and the vetoes that speak between any two of them."""
    features = [read(number, record) for number, record in enumerate(records)]
    scorer = Scorer(rules, build_model(rules, weights, collect_statistics(rules, features)))
    ready = [scorer.prepare(record) for record in features]
    pairs = list(combinations(range(len(ready)), 2))
    found = partition(
        [Node(number, f"A{number}") for number in range(len(ready))],
        [Edge(a, b, scorer.score(ready[a], ready[b]).match_weight) for a, b in pairs],
        link_weight=next(t.min_weight for t in rules.thresholds if t.action is Action.LINK),
        contradiction=lambda a, b: scorer.contradiction(ready[a], ready[b]),
        contradiction_share=rules.contradiction_share,
        anchored=lambda a, b: scorer.anchored(ready[a], ready[b]),
        rival_margin=rules.rival_margin,
    )
    spoken = {veto.name for a, b in pairs for veto in scorer.violated_vetoes(ready[a], ready[b])}
    return found, spoken


def merged(trap: Trap, rules: RuleSet, weights: Weights) -> tuple[bool, set[str]]:
    found, vetoes = group((trap.left, trap.right), rules, weights)
    return len(found.clusters) == 1, vetoes


def shipped() -> Weights:
    weights = shipped_weights(RULES)
    assert weights is not None
    return weights


def indulgent(weights: Weights) -> Weights:
    """Weights that read every difference as agreement: each comparison speaks with its best level."""
    return replace(
        weights,
        comparisons=tuple(
            ComparisonWeights(
                part.comparison,
                tuple(
                    replace(level, m=best.m, u=best.u)
                    for best in [max(part.levels, key=lambda each: each.bits)]
                    for level in part.levels
                ),
            )
            for part in weights.comparisons
        ),
    )


@pytest.mark.parametrize("name", TRAPS)
def test_two_legal_units_stay_apart(name: str) -> None:
    trap = TRAPS[name]
    together, vetoes = merged(trap, RULES, shipped())
    assert not together
    assert trap.guard in vetoes or (trap.guard == BY_WEIGHT and not vetoes)


@pytest.mark.parametrize("name", TRAPS)
def test_without_its_guard_the_pair_would_merge(name: str) -> None:
    trap = TRAPS[name]
    easy = indulgent(shipped())
    kept = tuple(veto for veto in RULES.vetoes if veto.name != trap.guard)
    assert merged(trap, RULES, easy)[0] is (trap.guard == BY_WEIGHT)
    assert merged(trap, replace(RULES, vetoes=kept, anchors=()), easy)[0] is True


@pytest.mark.parametrize("name", TRAPS)
def test_each_side_of_a_trap_is_itself(name: str) -> None:
    trap = TRAPS[name]
    for side in (trap.left, trap.right):
        assert merged(Trap(trap.guard, side, side), RULES, shipped())[1] == set()


HOMOPHONES = (
    firm("苏州瑞拓恩精密机械有限公司", uscc="91320505MA5X9XY79K"),
    firm("苏州锐拓恩精密机械有限公司", uscc="913205054374238239"),
)
LATIN = {"name_en": "Suzhou Ruituoen Precision Machinery Co., Ltd.", "country_code": "CN"}


def test_a_latin_record_that_sounds_like_two_chinese_firms_joins_neither() -> None:
    found, _ = group((*HOMOPHONES, LATIN), RULES, shipped())

    assert found.clusters == ((0,), (1,), (2,))
    assert {refusal.reason for refusal in found.refused} == {Reason.AMBIGUOUS}
    careless, _ = group((*HOMOPHONES, LATIN), replace(RULES, rival_margin=None), shipped())
    assert len(careless.clusters) == 2


def test_other_evidence_decides_between_homophones() -> None:
    known = {**LATIN, "tax_id": "320505437423823"}

    found, _ = group((*HOMOPHONES, known), RULES, shipped())

    assert found.clusters == ((0,), (1, 2))


MISTYPED = ("913205054374238239", "913205054374283239")
"""The same code with two digits exchanged: its check characters are wrong."""


def test_a_mistyped_credit_code_tells_no_firms_apart() -> None:
    firms = [firm("苏州瑞拓恩精密机械有限公司", uscc=code, phone="0512-61237788") for code in MISTYPED]

    assert merged(Trap("", *firms), RULES, shipped()) == (True, set())


def test_every_veto_of_the_shipped_rules_has_a_trap() -> None:
    assert {trap.guard for trap in TRAPS.values()} - {BY_WEIGHT} == {veto.name for veto in RULES.vetoes}
