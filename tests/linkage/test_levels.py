"""The plain-Python form of every level against its DuckDB form, pair by pair."""

from __future__ import annotations

from dataclasses import replace

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mdm.domain.errors import RuleError
from mdm.domain.rules import (
    Comparison,
    Feature,
    Level,
    LevelKind,
    RuleSet,
    all_of,
    any_of,
    disjoint,
    edits,
    exact,
    jaccard,
    jaro_winkler,
    missing,
    overlap,
    rare,
    shared,
    subset,
    within,
)
from mdm.linkage.level_sql import null_to_sql, to_sql
from mdm.linkage.levels import Columns, compile_level, compile_null, describe
from mdm.linkage.member import FeatureValue
from mdm.linkage.record import FeatureRecord, prepare_all
from mdm.linkage.statistics import Statistics
from mdm.linkage.table import comparison_table

FEATURES = (
    Feature("text", "text", ("a",), array=False),
    Feature("set", "tokens", ("a",)),
    Feature("rare", "tokens", ("a",), weighted=True),
    Feature("niche", "tokens", ("a",), counted=True),
    Feature("number", "number", ("b",), number=True),
)
THINGS = {"niche": {"shaft": 4, "轴": 5, "m3": 70_000}}
STATISTICS = Statistics(1000, {"rare": {"shaft": 400, "轴": 90, "m3": 9}}, things=THINGS)

TEXTS: list[str | None] = [
    None,
    "",
    "bearing",
    "baering",
    "bearings",
    "BEARING",
    "b",
    "bx",
    "ball bearing 6204",
    "ball bearing 6205",
    "深圳轴承",
    "深州轴承",
    "深圳轴承厂",
    "轴",
    "深圳abc轴承6204",
    "深圳abc轴承6205",
    "ＢＥＡＲＩＮＧ",
    "Müller",
    "Muller",
    "a" * 200,
    "a" * 199 + "b",
    "轴" * 200,
    "x\0y",
    "o'neil",
    "100%_",
    " ",
]
SETS: list[FeatureValue] = [
    None,
    [],
    [""],
    ["m3"],
    ["m3", "shaft"],
    ["shaft", "m3", "m3"],
    ["m3", "shaft", "轴"],
    ["轴"],
    ["轴", "承"],
    ["ＡＢＣ", "轴abc"],
    ["shaft", "key", "nut", "bolt", "cap"],
    ["shaft", "key", "nut", "bolt", "rod"],
    ["a" * 200],
    ["轴" * 200, "a" * 200],
    [f"t{place}" for place in range(60)],
    [f"t{place}" for place in range(30, 90)],
]
NUMBERS: list[FeatureValue] = [
    None,
    0.0,
    -0.0,
    0.1,
    0.3,
    0.2,
    1.0,
    1.1,
    -1.0,
    1e9,
    float("nan"),
    float("inf"),
    5,
]

LEVELS: list[Level] = [
    exact("text"),
    exact("set"),
    exact("rare"),
    exact("number"),
    shared("set"),
    shared("set", at_least=2),
    shared("rare", at_least=9),
    shared("niche"),
    shared("niche", at_least=2),
    rare("niche", 2),
    rare("niche", 4),
    rare("niche", 5),
    disjoint("niche"),
    overlap("set", 0.5),
    overlap("rare", 0.8),
    overlap("set", 1.0),
    overlap("set", 0.0),
    jaccard("set", 0.6),
    jaccard("rare", 1 / 3),
    subset("set"),
    subset("rare"),
    disjoint("text"),
    disjoint("set"),
    disjoint("rare"),
    disjoint("number"),
    jaro_winkler("text", 0.9),
    jaro_winkler("text", 0.5),
    edits("text", 1),
    edits("text", 3),
    within("number", 0.1),
    within("number", 0),
    missing("text"),
    missing("set"),
    missing("number"),
    all_of(),
    any_of(),
    all_of(shared("set"), within("number", 1)),
    any_of(missing("set"), exact("text")),
    any_of(all_of(edits("text", 1), disjoint("set")), all_of(missing("number"), subset("rare"))),
]

COMPARISONS: list[Comparison] = [
    Comparison("by default", "", "", (exact("text"), jaro_winkler("text", 0.9))),
    Comparison("of two columns", "", "", (exact("text"), overlap("set", 0.5))),
    Comparison("of its own", "", "", (shared("set"),), null=all_of(missing("set"), missing("number"))),
]


def rule_set(*comparisons: Comparison) -> RuleSet:
    return RuleSet("part", "1", FEATURES, comparisons, (), ())


EVERYTHING = rule_set(Comparison("all", "", "", tuple(LEVELS)))
COLUMNS = Columns.of(EVERYTHING)


def make_record(number: int, text: FeatureValue, members: FeatureValue, size: FeatureValue) -> FeatureRecord:
    return FeatureRecord(
        number, "X", {"text": text, "set": members, "rare": members, "niche": members, "number": size}
    )


def in_python(level: Level | Comparison, records: list[FeatureRecord]) -> dict[tuple[int, int], bool]:
    compiled = compile_level(level, COLUMNS) if isinstance(level, Level) else compile_null(level, COLUMNS)
    prepared = prepare_all(EVERYTHING, STATISTICS, records).values()
    return {
        (left.record_id, right.record_id): compiled(left.values, right.values)
        for left in prepared
        for right in prepared
    }


def in_duckdb(
    connection: duckdb.DuckDBPyConnection,
    levels: list[Level] | list[Comparison],
    records: list[FeatureRecord],
) -> list[dict[tuple[int, int], bool]]:
    """All levels in one statement, one answer each."""
    conditions = [
        to_sql(level, COLUMNS) if isinstance(level, Level) else null_to_sql(level, COLUMNS)
        for level in levels
    ]
    table = comparison_table(EVERYTHING, list(prepare_all(EVERYTHING, STATISTICS, records).values()))
    for side in "lr":
        renamed = table.rename_columns([f"{name}_{side}" for name in table.column_names])
        connection.register(f"side_{side}", renamed)
    found = connection.sql(
        f"SELECT record_id_l, record_id_r, {', '.join(conditions)} FROM side_l, side_r"
    ).fetchall()
    return [{(row[0], row[1]): row[2 + place] for row in found} for place in range(len(levels))]


def assorted() -> list[FeatureRecord]:
    """Every text, set and number at least once, each beside several others."""
    return [
        make_record(place, TEXTS[place % len(TEXTS)], SETS[place % len(SETS)], NUMBERS[place % len(NUMBERS)])
        for place in range(max(len(TEXTS), len(SETS), len(NUMBERS)))
    ]


@pytest.mark.parametrize("level", LEVELS, ids=describe)
def test_both_forms_of_a_level_agree_on_assorted_pairs(
    level: Level, connection: duckdb.DuckDBPyConnection
) -> None:
    records = assorted()

    plain = in_python(level, records)

    assert in_duckdb(connection, [level], records) == [plain]  # equal to True or False, so never NULL
    assert len(plain) >= 30 * len(records) / 2
    if level.parts or level.kind not in (LevelKind.ALL, LevelKind.ANY):
        assert set(plain.values()) == {True, False}


@pytest.mark.parametrize("comparison", COMPARISONS, ids=lambda comparison: comparison.name)
def test_both_forms_of_silence_agree(comparison: Comparison, connection: duckdb.DuckDBPyConnection) -> None:
    assert in_duckdb(connection, [comparison], assorted()) == [in_python(comparison, assorted())]


words = st.text("ab轴承Ａ １é-", max_size=6) | st.text(max_size=12) | st.text("abc 1", max_size=20)
members = st.none() | st.lists(words, max_size=8)
sizes = st.none() | st.floats(-10, 10) | st.integers(-3, 3).map(float)


@given(st.lists(st.tuples(st.none() | words, members, sizes), min_size=6, max_size=6))
@settings(max_examples=25, deadline=None)
def test_both_forms_agree_on_generated_pairs(
    connection: duckdb.DuckDBPyConnection, drawn: list[tuple[str | None, list[str] | None, float | None]]
) -> None:
    records = [make_record(place, *values) for place, values in enumerate(drawn)]

    for level, found in zip(LEVELS, in_duckdb(connection, LEVELS, records), strict=True):
        assert found == in_python(level, records), describe(level)


def holds(level: Level, left: FeatureValue, right: FeatureValue) -> bool:
    records = [make_record(1, left, left, left), make_record(2, right, right, right)]
    return in_python(level, records)[1, 2]


@pytest.mark.parametrize(
    ("level", "left", "right", "expected"),
    [
        (exact("text"), "深圳", "深圳", True),
        (exact("text"), "", "", False),
        (exact("set"), ["a", "b"], ["b", "a", "a"], True),
        (shared("set", at_least=2), ["a", "b", "c"], ["b", "c"], True),
        (shared("set", at_least=2), ["a", "b"], ["b", "c"], False),
        (overlap("set", 0.5), ["a", "b"], ["b", "c", "d"], True),
        (overlap("set", 0.51), ["a", "b"], ["b", "c", "d"], False),
        (jaccard("set", 0.25), ["a", "b"], ["b", "c", "d"], True),
        (jaccard("set", 0.26), ["a", "b"], ["b", "c", "d"], False),
        (subset("set"), ["a"], ["a", "b"], True),
        (subset("set"), ["a", "c"], ["a", "b"], False),
        (disjoint("set"), ["a"], ["b"], True),
        (disjoint("set"), ["a"], [], False),
        (jaro_winkler("text", 0.84), "dwayne", "duane", True),  # 0.84 in Winkler 1990
        (jaro_winkler("text", 0.85), "dwayne", "duane", False),
        (jaro_winkler("text", 0.5), "Müller", "Müller", False),  # not ASCII
        (edits("text", 1), "6204", "6205", True),
        (edits("text", 1), "6204", "6250", False),
        (edits("text", 1), "深圳", "深州", False),  # no edit distance on Chinese text
        (within("number", 0.1), 0.2, 0.3, True),
        (within("number", 0.1), 0.2, 0.31, False),
        (missing("set"), [""], ["a"], True),
        (missing("set"), ["a"], ["a"], False),
    ],
)
def test_a_level_means_what_its_docstring_says(
    level: Level, left: FeatureValue, right: FeatureValue, expected: bool
) -> None:
    assert holds(level, left, right) is expected
    assert holds(level, right, left) is expected


def test_rare_members_weigh_more_than_common_ones() -> None:
    common = (["shaft", "m3"], ["shaft", "m4"])  # shaft: 1 bit of 1 + 6
    rare = (["shaft", "m3"], ["cap", "m3"])  # m3: 6 bits of 1 + 6

    assert not holds(overlap("rare", 0.5), *common)
    assert holds(overlap("rare", 0.5), *rare)
    assert holds(overlap("set", 0.5), *common)


def test_two_names_that_cannot_be_spelt_alike_are_not_compared_by_spelling() -> None:
    silent = in_python(
        COMPARISONS[0],
        [
            make_record(1, "bearing", None, None),
            make_record(2, "轴承", None, None),
            make_record(3, "shaft", None, None),
        ],
    )

    assert silent[1, 2]
    assert not silent[2, 2]
    assert not silent[1, 3]


@pytest.mark.parametrize(
    "level",
    [shared("text"), jaro_winkler("set", 0.9), within("text", 1), edits("number", 1), exact("colour")],
    ids=describe,
)
def test_a_level_on_a_column_it_cannot_judge_is_refused(level: Level) -> None:
    for form in (compile_level, to_sql):
        with pytest.raises(RuleError):
            form(level, COLUMNS)


@pytest.mark.parametrize("name", ["text", "Text", "x y", "x;--", "名称", "1x", ""])
def test_a_feature_name_that_cannot_be_a_column_of_its_own_is_refused(name: str) -> None:
    one_more = replace(EVERYTHING, features=(*FEATURES, Feature(name, "text", ("a",))))

    with pytest.raises(RuleError):
        Columns.of(one_more)
