"""How persons are compared and merged: the rule file an installation would write; no weights are shipped."""

from mdm.domain.rules import (
    Action,
    BlockingRule,
    Comparison,
    Criterion,
    Feature,
    RuleSet,
    Survivorship,
    Threshold,
    edits,
    exact,
    jaro_winkler,
    shared,
    within,
)

RULES = RuleSet(
    entity="person",
    version="1",
    features=(
        Feature("given", "values", ("given_name.key",), array=False),
        Feature("surname", "values", ("surname.key",), array=False),
        Feature("names", "values", ("surname.key",)),
        Feature("born", "values", ("date_of_birth",), array=False),
        Feature("birthdays", "values", ("date_of_birth",)),
        Feature("place", "values", ("address.key",)),
        Feature("phone", "values", ("phone.last8",)),
        Feature("weight", "values", ("weight.number",), array=False, number=True),
        Feature("blood", "values", ("blood_group",), array=False),
    ),
    comparisons=(
        Comparison(
            "given",
            "Given name",
            "名",
            (exact("given", "same", "相同"), jaro_winkler("given", 0.85, "alike", "相似")),
        ),
        Comparison(
            "surname",
            "Surname",
            "姓",
            (exact("surname", "same", "相同"), jaro_winkler("surname", 0.85, "alike", "相似")),
        ),
        Comparison(
            "born",
            "Birth",
            "出生",
            (exact("born", "same day", "同日"), edits("born", 1, "one digit off", "差一位")),
        ),
        Comparison("place", "Address", "地址", (shared("place", "same", "相同"),)),
        Comparison("phone", "Phone", "电话", (shared("phone", "same", "相同"),)),
        Comparison("weight", "Weight", "体重", (within("weight", 3, "close", "相近"),)),
        Comparison("blood", "Blood group", "血型", (exact("blood", "same", "相同"),)),
    ),
    blocking=(
        BlockingRule("birthdays", 60),
        BlockingRule("phone", 60),
        BlockingRule("place", 60),
        BlockingRule("names", 60),
    ),
    thresholds=(Threshold(Action.LINK, 8.0, "link"), Threshold(Action.REVIEW, 0.0, "review")),
    survivorship=(
        Survivorship("*", (Criterion.MOST_COMMON, Criterion.MOST_COMPLETE, Criterion.MOST_RECENT)),
    ),
    training=("phone", "birthdays"),
)
