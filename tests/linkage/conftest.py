"""A small invented world of people, kept by three systems that write names and places in their own ways."""

from __future__ import annotations

import random
from collections.abc import Iterator

import duckdb
import pytest

from mdm.domain.rules import (
    Action,
    BlockingRule,
    Comparison,
    Feature,
    RuleSet,
    Threshold,
    Veto,
    all_of,
    any_of,
    disjoint,
    edits,
    exact,
    jaccard,
    jaro_winkler,
    missing,
    overlap,
    shared,
    subset,
    within,
)
from mdm.engine import open_engine
from mdm.linkage.record import FeatureRecord

RULES = RuleSet(
    entity="person",
    version="1",
    features=(
        Feature("name", "text", ("name",), array=False),
        Feature("tokens", "tokens", ("name",), weighted=True),
        Feature("ids", "ids", ("id",)),
        Feature("places", "tokens", ("place",)),
        Feature("born", "number", ("born",), number=True),
    ),
    comparisons=(
        Comparison(
            "name",
            "name",
            "姓名",
            (
                exact("name", "same", "相同"),
                any_of(edits("name", 1), jaro_winkler("name", 0.93), en="one typing error", zh="一处差错"),
                overlap("tokens", 0.7, "most words", "多数词相同"),
                jaccard("tokens", 0.3, "some words", "部分词相同"),
                subset("tokens", "one holds the other", "包含"),
            ),
        ),
        Comparison("ids", "identity number", "证件号", (shared("ids", "shared", "有相同号码"),)),
        Comparison(
            '地点 and "birth"',
            "place and birth",
            "地点与出生",
            (
                all_of(shared("places"), within("born", 0), en="both", zh="都相同"),
                shared("places", "same place", "同一地点", at_least=1),
                disjoint("places", "other place", "地点不同"),
            ),
            null=all_of(missing("places"), missing("born")),
        ),
    ),
    blocking=(BlockingRule("tokens", 30), BlockingRule("ids", 20)),
    thresholds=(Threshold(Action.LINK, 6.0, "sure"), Threshold(Action.REVIEW, 0.0, "maybe")),
    vetoes=(
        Veto("ids", disjoint("ids"), "other number", "号码不同", unless=exact("name")),
        Veto("born", disjoint("born"), "other year", "年份不同", hard=False),
    ),
    anchors=(shared("ids"), shared("tokens", at_least=6)),
    training=("ids", "tokens"),
)

FAMILY = [
    "ahlberg",
    "brandt",
    "castell",
    "dorn",
    "eriksson",
    "falk",
    "grun",
    "hollis",
    "ivers",
    "janda",
    "kessel",
    "lund",
    "欧阳",
    "司马",
    "诸葛",
    "上官",
]
GIVEN = [
    "anna",
    "bert",
    "clara",
    "dora",
    "emil",
    "frida",
    "gustav",
    "hilde",
    "ida",
    "jonas",
    "小明",
    "建国",
    "晓红",
    "秀英",
]
PLACES = ["north", "south", "east", "west", "harbour", "hill", "河边", "山上"]


def make_world(seed: int, people: int = 120) -> tuple[list[FeatureRecord], dict[int, str]]:
    """Records and the person each belongs to."""
    chance = random.Random(seed)
    records: list[FeatureRecord] = []
    truth: dict[int, str] = {}
    for person in range(people):
        name = [chance.choice(GIVEN), chance.choice(FAMILY), f"x{chance.randrange(people // 2)}"]
        number, born = f"N{seed}-{person}", float(chance.randrange(1950, 1990))
        place = chance.choice(PLACES)
        for source in chance.sample(["HR", "CRM", "ERP"], chance.randint(1, 3)):
            record_id = len(records) + 1
            records.append(_record(chance, record_id, source, name, number, place, born))
            truth[record_id] = f"P{person}"
    return records, truth


def _record(
    chance: random.Random, record_id: int, source: str, name: list[str], number: str, place: str, born: float
) -> FeatureRecord:
    words = [word for word in name if chance.random() < 0.9]
    written = " ".join(words)
    if chance.random() < 0.15:
        written = written[:-1]
    return FeatureRecord(
        record_id,
        source,
        {
            "name": written,
            "tokens": written.split(),
            "ids": [number] if chance.random() < 0.6 else [],
            "places": [place] if chance.random() < 0.8 else None,
            "born": born if chance.random() < 0.7 else None,
        },
    )


@pytest.fixture(scope="session")
def rules() -> RuleSet:
    return RULES


@pytest.fixture(scope="session")
def world() -> tuple[list[FeatureRecord], dict[int, str]]:
    return make_world(1)


@pytest.fixture(scope="session")
def connection(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    with open_engine(tmp_path_factory.mktemp("engine"), threads=1) as opened:
        yield opened


@pytest.fixture(scope="session")
def other_world() -> tuple[list[FeatureRecord], dict[int, str]]:
    return make_world(2)


@pytest.fixture(scope="session")
def third_world() -> tuple[list[FeatureRecord], dict[int, str]]:
    return make_world(3)
