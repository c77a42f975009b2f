"""How suppliers are compared and merged: one golden record per legally registered unit."""

from __future__ import annotations

from mdm.domain.rules import (
    Action,
    BlockingRule,
    Comparison,
    Criterion,
    Feature,
    RuleSet,
    Survivorship,
    Threshold,
    Veto,
    disjoint,
    overlap,
    shared,
)

RULES = RuleSet(
    entity="supplier",
    version="0",
    features=(
        Feature("uscc", "values", ("uscc.key", "tax_id.key")),
        Feature("org", "values", ("uscc.org", "tax_id.org")),
        Feature("trade", "values", ("legal_name.trade_pinyin", "name_en.trade_pinyin")),
        Feature("phone", "values", ("phone.last8",)),
        Feature("branch", "values", ("legal_name.branch", "name_en.branch")),
        Feature("grams", "bigrams", ("legal_name.core",)),
        Feature("words", "words_rare", ("name_en", "legal_name"), weighted=True),
        Feature("keys", "keys", ("uscc.org", "tax_id.org", "legal_name.trade_pinyin", "name_en.trade_pinyin", "phone.last8")),
    ),
    comparisons=(
        Comparison("org", "Registration number", "登记号", (shared("org", "same number", "号码相同"),)),
        Comparison(
            "name",
            "Name",
            "名称",
            (shared("trade", "same trade name", "字号相同"), overlap("grams", 0.7, "similar", "相似")),
        ),
        Comparison("words", "Words", "词", (overlap("words", 0.8, "same", "同"), overlap("words", 0.4, "some", "部分"))),
        Comparison("phone", "Phone", "电话", (shared("phone", "same", "相同"),)),
    ),
    blocking=(BlockingRule("keys", 60), BlockingRule("words", 40)),
    thresholds=(Threshold(Action.LINK, 6.0, "link"), Threshold(Action.REVIEW, 0.0, "review")),
    vetoes=(Veto("other_registration", disjoint("org"), "different registration numbers", "登记号不同"),),
    survivorship=(
        Survivorship("*", (Criterion.TRUST, Criterion.MOST_COMMON, Criterion.MOST_COMPLETE), ("ERP", "QMS", "CRM")),
    ),
    training=("keys",),
)
