"""How materials are compared and merged, by the identity of their class.

Own and makers' numbers decide where they are known. Standard parts are what they are by noun, every defining
parameter, grade and finish, whatever column says so; two that differ in one of these are never one material,
and one that names only its noun is never linked by itself.
"""

from __future__ import annotations

from mdm.domain.rules import (
    Action,
    BlockingRule,
    Comparison,
    Criterion,
    Feature,
    Partners,
    Risk,
    RuleSet,
    Survivorship,
    Threshold,
    Veto,
    all_of,
    any_of,
    contradict,
    disjoint,
    each,
    exact,
    graded,
    missing,
    overlap,
    parts,
    shared,
    subset,
)

TEXTS = ("material_name", "name_en", "specification", "description")
SIZED = (*TEXTS, "size_dimension")

DIMS = ("manufacturer_part_number.dims", *parts(SIZED, "dims"))
GRADES = ("material_grade.codes", *parts(SIZED, "grade"))
VARIANTS = parts(TEXTS, "variant")
FINISHES = parts(TEXTS, "finish")
STERILE = parts(TEXTS, "sterile")
COLOURS = parts(TEXTS, "colour")
SIDES = parts(TEXTS, "side")
CODES = parts(SIZED, "codes")
NOUNS = parts(TEXTS, "noun")
CLASSES = parts(TEXTS, "noun_class")
STUFFS = parts(TEXTS, "stuff")
NUMBERS = ("manufacturer_part_number.key", "part_number.base", "drawing_number.base", "catalog_number.key")
BASES = parts(("part_number", "drawing_number"), "bases") + parts(SIZED, "bases")
MAKERS = parts(("manufacturer_name", "brand"), "trade", "trade_pinyin", "alias", "trade_heads")
FACTS = DIMS + GRADES + VARIANTS + FINISHES + STERILE + COLOURS + SIDES + CODES
WORDS = parts(TEXTS, "words", "models")
FIGURES = parts(TEXTS, "figures")
MODELS = ("manufacturer_part_number.key", "catalog_number.key", *WORDS)

DEFINED_BY = ("PLM", "ERP", "QMS")
PLANNED_BY = ("ERP", "MES", "PLM")
INSPECTED_BY = ("LIMS", "QMS", "ERP")
REGISTERED_BY = ("UDI", "QMS", "PLM", "ERP")

MEASURES = (
    "thread", "dia", "od", "bearing", "section", "thickness", "width", "gauge", "french", "suture", "pins", "holes",
)  # fmt: skip
RATINGS = (
    "hardness", "hardness_d", "curve", "volume", "pore", "percent", "mesh", "resistance", "capacitance", "inductance",
    "voltage", "power", "current", "charge", "frequency", "pressure", "fit", "package", "mass",
)  # fmt: skip
OPTIONS = (
    "orientation", "luer", "language", "cure", "plasticiser", "dielectric", "temper", "length", "wall", "bone_thread",
    "locking", "coating", "wetting", "flute", "sheet_form", "function", "signal", "needle", "bearing_seal",
    "cleanliness", "anatomy", "tip", "version", "type", "trim",
)  # fmt: skip

OTHER_SIZE = contradict(
    *MEASURES,
    "size",
    "inner",
    "wall_thickness",
    "largest",
    "middle",
    "smallest",
    en="different sizes",
    zh="尺寸不同",
)
OTHER_RATING = contradict(*RATINGS, en="different ratings", zh="参数不同")
OTHER_OPTION = contradict(*OPTIONS, en="different variants", zh="型式不同")
CONTRADICTION = any_of(
    OTHER_SIZE,
    OTHER_RATING,
    OTHER_OPTION,
    disjoint("grade"),
    disjoint("sterile"),
    disjoint("side"),
    disjoint("colour"),
    disjoint("finish"),
    disjoint("pack"),
    disjoint("product"),
    en="contradicting parameters",
    zh="参数矛盾",
)

AMOUNTS = ((24, "very many", "很多"), (16, "many", "较多"), (8, "some", "一些"), (0, "few", "很少"))
"""Bits of the parameters that agree."""

ALL_AGREE = (
    CONTRADICTION,
    *graded(exact("facts"), "facts", AMOUNTS, "all stated parameters agree", "所述参数全部相同"),
)
ONE_STATES_MORE = graded(
    subset("facts"), "facts", AMOUNTS, "one states more, nothing contradicts", "一方更详细，无矛盾"
)
FINISH_KNOWN = (
    all_of(
        shared("finish"),
        subset("facts"),
        shared("facts", at_least=16),
        en="one states more, the finish agrees (many agree)",
        zh="表面处理相同，一方更详细（较多）",
    ),
    all_of(
        shared("finish"),
        subset("facts"),
        shared("facts", at_least=8),
        en="one states more, the finish agrees (some agree)",
        zh="表面处理相同，一方更详细（一些）",
    ),
)
FINISH_OPEN = (
    all_of(
        disjoint("treated"),
        subset("facts"),
        shared("facts", at_least=16),
        en="only one states a finish (many agree)",
        zh="仅一方写明表面处理（较多）",
    ),
    all_of(
        disjoint("treated"),
        subset("facts"),
        shared("facts", at_least=8),
        en="only one states a finish (some agree)",
        zh="仅一方写明表面处理（一些）",
    ),
)
MOST_AGREE = (
    all_of(
        overlap("facts", 0.7),
        shared("facts", at_least=16),
        en="most stated parameters agree",
        zh="大部分参数相同",
    ),
    overlap("facts", 0.5, en="half of the stated parameters agree", zh="一半参数相同"),
)

WORD_AMOUNTS = ((40, "very many", "很多"), (24, "many", "较多"), (0, "few", "很少"))
"""Bits of the words that agree."""

WORDS_AGREE = (
    *graded(overlap("wording", 0.9), "wording", WORD_AMOUNTS, "all words agree", "用词全部相同"),
    *graded(overlap("wording", 0.75), "wording", WORD_AMOUNTS, "nearly all words agree", "用词几乎全部相同"),
    *graded(overlap("wording", 0.6), "wording", WORD_AMOUNTS, "most words agree", "大部分用词相同"),
    *graded(overlap("wording", 0.45), "wording", WORD_AMOUNTS, "half of the words agree", "约一半用词相同"),
    *graded(overlap("wording", 0.3), "wording", WORD_AMOUNTS, "some words agree", "部分用词相同"),
    overlap("wording", 0.2, "few words agree", "少数用词相同"),
)

IN_WORDS = shared("in_words")
"""Both are told in words; what is read as a measure or an option there may be anything."""

SAME_MODEL = all_of(IN_WORDS, shared("model"))
"""Where the model code agrees, what looks like a size or rating in prose is another way of telling it."""

RULES = RuleSet(
    entity="material",
    version="1",
    features=(
        Feature("code", "part_codes", NUMBERS + CODES),
        Feature("known_code", "known_numbers", NUMBERS + CODES + CLASSES + STUFFS + ("part_number.running",)),
        Feature("drawing", "drawings", NUMBERS + CODES),
        Feature("own_number", "own_numbers", NUMBERS + CODES + BASES + CLASSES),
        Feature("product", "product_codes", CODES),
        Feature("gtin", "values", ("gtin", "udi_di")),
        Feature("unit_gtin", "unit_identifiers", ("gtin", "udi_di")),
        Feature("risk_class", "risk_class", ("registration_no",)),
        Feature("quoted", "references", ("erp_material_ref", "old_material_number", "@source_id")),
        Feature("noun", "nouns_named", NOUNS + STUFFS),
        Feature("noun_class", "noun_classes", CLASSES + STUFFS),
        Feature("noun_kind", "noun_kind", NOUNS + CLASSES),
        Feature("standard", "standard_part", NOUNS + CLASSES),
        Feature("device", "device", CLASSES),
        Feature("own_class", "own_class", CLASSES),
        Feature("facts", "facts", FACTS, weighted=True),
        Feature("in_words", "told_in_words", WORDS),
        Feature(
            "wording", "wording", WORDS + FIGURES + NOUNS + GRADES + DIMS + COLOURS + FINISHES, weighted=True
        ),
        Feature("word_pair", "word_pairs", WORDS + FIGURES + NOUNS),
        Feature("telling_word", "telling_words", WORDS),
        Feature("model", "models", MODELS, weighted=True),
        Feature("chief", "chief_model", MODELS),
        Feature("chief_kind", "chief_kind", MODELS),
        Feature("stem", "model_stems", MODELS, weighted=True),
        Feature("suffix", "model_suffixes", MODELS),
        Feature(
            "named", "named_numbers", MODELS + parts(("material_name", "name_en"), "spelled"), weighted=True
        ),
        Feature("sizes", "sizes", DIMS),
        Feature("grade", "attr_set", GRADES),
        Feature("finish", "attr_set", FINISHES),
        Feature("treated", "or_none", FINISHES),
        Feature("sterile", "attr_set", STERILE),
        Feature("colour", "attr_set", COLOURS),
        Feature("side", "attr_set", SIDES),
        Feature("pack", "dim_pack", DIMS),
        Feature("size", "dim_size", DIMS),
        Feature("inner", "dim_id", DIMS),
        Feature("wall_thickness", "dim_wall", DIMS),
        Feature("largest", "size_largest", DIMS),
        Feature("middle", "size_middle", DIMS),
        Feature("smallest", "size_smallest", DIMS),
        *each("dim_", MEASURES + RATINGS, DIMS),
        *each("variant_", OPTIONS, VARIANTS),
        Feature("maker", "maker_short", MAKERS),
        Feature("bought_maker", "bought_maker", MAKERS + NOUNS + CLASSES),
        Feature("made_kind", "made_kinds", MAKERS + NOUNS + STUFFS),
        Feature("one_fact", "combined_1", NOUNS + STUFFS + FACTS),
        Feature("two_facts", "combined_2", NOUNS + STUFFS + FACTS),
        Feature("three_facts", "combined_3", FACTS),
    ),
    comparisons=(
        Comparison(
            "number",
            "Part, drawing, catalogue or maker's number",
            "件号、图号、货号或制造商型号",
            (
                shared("gtin", "same GTIN or UDI-DI", "商品条码或产品标识相同"),
                shared("code", "same part or maker's number", "件号或型号相同"),
                shared(
                    "own_number", "same drawing or part number, other revision", "图号或件号相同，版本不同"
                ),
                any_of(
                    disjoint("known_code"),
                    disjoint("gtin"),
                    en="different part or maker's numbers",
                    zh="件号或型号不同",
                ),
            ),
            null=any_of(all_of(missing("code"), missing("known_code"), missing("gtin")), IN_WORDS),
            otherwise_en="no number in common",
            otherwise_zh="没有相同号码",
        ),
        Comparison(
            "quoted",
            "Number quoted from another system",
            "引用的系统编号",
            (shared("quoted", "one quotes the other's number", "一方引用了另一方的编号"),),
            otherwise_en="neither quotes the other",
            otherwise_zh="未互相引用",
        ),
        Comparison(
            "kind",
            "Kind of part",
            "名称类别",
            (
                exact("noun", "same kind of part", "品名相同"),
                shared("noun", "names share a noun", "品名部分相同"),
                shared("noun_class", "same class, other noun", "同类而品名不同"),
            ),
            null=any_of(missing("noun"), disjoint("noun_class"), IN_WORDS),
            otherwise_en="different classes",
            otherwise_zh="类别不同",
        ),
        Comparison(
            "standard_part",
            "Size, grade and finish of a standard part",
            "标准件的尺寸、材质与表面处理",
            ALL_AGREE + FINISH_KNOWN + FINISH_OPEN + ONE_STATES_MORE + MOST_AGREE,
            null=any_of(missing("facts"), missing("standard"), disjoint("standard"), IN_WORDS),
            otherwise_en="few stated parameters agree",
            otherwise_zh="少数参数相同",
        ),
        Comparison(
            "device",
            "Size and options of a device",
            "器械的规格与选项",
            ALL_AGREE + ONE_STATES_MORE + MOST_AGREE,
            null=any_of(missing("facts"), missing("device"), IN_WORDS),
            otherwise_en="few stated parameters agree",
            otherwise_zh="少数参数相同",
        ),
        Comparison(
            "own_part",
            "Product and options of a part of own design",
            "自制件的适用产品与选项",
            ALL_AGREE + ONE_STATES_MORE + MOST_AGREE,
            null=any_of(missing("facts"), missing("own_class"), disjoint("own_class"), IN_WORDS),
            otherwise_en="few stated parameters agree",
            otherwise_zh="少数参数相同",
        ),
        Comparison(
            "other_part",
            "Parameters of another part",
            "其他物料的参数",
            ALL_AGREE + ONE_STATES_MORE + MOST_AGREE,
            null=any_of(
                missing("facts"), shared("standard"), shared("device"), shared("own_class"), IN_WORDS
            ),
            otherwise_en="few stated parameters agree",
            otherwise_zh="少数参数相同",
        ),
        Comparison(
            "model",
            "Model code",
            "型号",
            (
                shared("gtin", "same GTIN or UDI-DI", "商品条码或产品标识相同"),
                all_of(
                    shared("model"),
                    disjoint("chief"),
                    shared("chief_kind"),
                    en="a model code in common, another of its kind differs",
                    zh="有相同型号，但另一同类型号不同",
                ),
                shared("model", "same model code", "型号相同", at_least=8),
                shared("model", "same common code", "常见型号相同", at_least=4),
                all_of(
                    shared("stem", at_least=6),
                    missing("suffix"),
                    en="same model code but for letters that one leaves out",
                    zh="型号相同，一方省略末尾字母",
                ),
                shared("stem", "model codes differ in their last letters", "型号仅末尾字母不同", at_least=6),
                shared("named", "same name and number", "名称与序号相同", at_least=8),
                all_of(
                    disjoint("model"),
                    shared("chief_kind"),
                    en="different model codes of one kind",
                    zh="同类型号不同",
                ),
                disjoint("model", "model codes of different kinds", "型号种类不同"),
            ),
            null=any_of(missing("in_words"), all_of(missing("model"), missing("gtin"))),
            otherwise_en="only one states a model code",
            otherwise_zh="仅一方写明型号",
        ),
        Comparison(
            "wording",
            "Maker, kind and qualities in words",
            "品牌、品名与特征描述",
            WORDS_AGREE,
            null=missing("wording"),
            otherwise_en="hardly a word agrees",
            otherwise_zh="几乎没有相同用词",
        ),
        Comparison(
            "maker",
            "Maker",
            "制造商",
            (shared("maker", "same maker", "制造商相同"),),
            otherwise_en="maker written differently or another one",
            otherwise_zh="制造商写法不同或不是同一制造商",
        ),
    ),
    blocking=(
        BlockingRule("code", 50),
        BlockingRule("gtin", 50),
        BlockingRule("quoted", 20),
        BlockingRule("model", 20),
        BlockingRule("stem", 20),
        BlockingRule("named", 20),
        BlockingRule("telling_word", 25),
        BlockingRule("word_pair", 12),
        BlockingRule("noun", 40),
        BlockingRule("made_kind", 40),
        BlockingRule("one_fact", 40, refine_by="maker"),
        BlockingRule("two_facts", 60),
        BlockingRule("three_facts", 40),
    ),
    thresholds=(Threshold(Action.LINK, 1.2, "link"), Threshold(Action.REVIEW, -0.4, "review")),
    vetoes=(
        Veto(
            "other_size",
            OTHER_SIZE,
            "different sizes: another part",
            "尺寸不同：不是同一物料",
            unless=SAME_MODEL,
            clause="ISO 13485:2016 7.5.8: a part is identified by its size",
        ),
        Veto(
            "other_rating",
            OTHER_RATING,
            "different ratings: another part",
            "参数不同：不是同一物料",
            unless=SAME_MODEL,
            clause="ISO 13485:2016 7.5.8: a part is identified by its ratings",
        ),
        Veto(
            "other_option",
            OTHER_OPTION,
            "different variants: another part",
            "型式不同：不是同一物料",
            unless=SAME_MODEL,
        ),
        Veto(
            "other_grade",
            disjoint("grade"),
            "different grades",
            "材质牌号不同",
            clause="ISO 13485:2016 7.4.1: another material is another purchased product",
        ),
        Veto(
            "sterile_state",
            disjoint("sterile"),
            "sterile and non-sterile are different devices",
            "无菌与非无菌是不同产品",
            clause="ISO 13485:2016 7.5.5",
            regulated=True,
        ),
        Veto(
            "risk_class",
            disjoint("risk_class"),
            "devices of different risk classes",
            "医疗器械风险类别不同",
            clause="State Council Order 739, article 6",
            regulated=True,
        ),
        Veto(
            "other_udi",
            disjoint("unit_gtin"),
            "different UDI-DI of one packaging level",
            "同一包装级别的产品标识不同",
            clause="IMDRF/UDI WG/N7: a new UDI-DI is another device",
            regulated=True,
        ),
        Veto(
            "other_side",
            disjoint("side"),
            "left and right are different parts",
            "左右不同：不是同一物料",
            clause="ISO 13485:2016 7.5.8: a side is part of the identification",
        ),
        Veto("other_colour", disjoint("colour"), "different colours", "颜色不同"),
        Veto("other_finish", disjoint("finish"), "different finishes", "表面处理不同"),
        Veto("other_pack", disjoint("pack"), "different pack sizes", "包装数量不同"),
        Veto(
            "other_number",
            disjoint("known_code"),
            "different part, drawing or maker's numbers",
            "件号、图号或制造商型号不同",
            unless=any_of(shared("code"), shared("gtin"), shared("quoted"), shared("own_number"), IN_WORDS),
            hard=False,
        ),
        Veto(
            "other_model",
            all_of(IN_WORDS, disjoint("stem"), disjoint("chief"), shared("chief_kind")),
            "different model codes",
            "型号不同",
            unless=any_of(shared("gtin"), shared("quoted")),
            hard=False,
        ),
        Veto(
            "other_drawing",
            disjoint("drawing"),
            "different drawings",
            "图号不同",
            unless=any_of(shared("code"), shared("gtin"), shared("quoted"), shared("own_number"), IN_WORDS),
            hard=False,
        ),
        Veto(
            "other_maker",
            disjoint("bought_maker"),
            "another maker's part of the same kind",
            "其他制造商的同类物料",
            unless=any_of(shared("code"), shared("gtin"), shared("quoted"), IN_WORDS),
            hard=False,
        ),
        Veto(
            "other_kind",
            disjoint("noun_kind"),
            "different kinds of standard part",
            "标准件种类不同",
            unless=IN_WORDS,
            hard=False,
        ),
        Veto(
            "other_product",
            disjoint("product"),
            "made for different products",
            "适用产品不同",
            unless=any_of(shared("code"), shared("gtin"), shared("quoted"), IN_WORDS),
            hard=False,
        ),
        Veto(
            "other_class",
            disjoint("noun_class"),
            "different kinds of part",
            "物料类别不同",
            unless=any_of(shared("code"), shared("gtin"), shared("quoted"), IN_WORDS),
            hard=False,
        ),
    ),
    anchors=(
        shared("code"),
        shared("own_number"),
        shared("gtin"),
        shared("quoted"),
        all_of(
            shared("noun_class"),
            shared("sizes"),
            shared("facts", at_least=10),
            any_of(missing("device"), shared("sterile")),
        ),
        all_of(shared("noun"), shared("standard"), shared("sizes"), shared("grade")),
        all_of(missing("noun"), exact("facts"), shared("facts", at_least=24)),
        shared("model", at_least=6),
        all_of(shared("stem", at_least=6), missing("suffix"), shared("wording", at_least=8)),
        all_of(
            overlap("wording", 0.75),
            shared("wording", at_least=32),
            any_of(missing("stem"), disjoint("stem"), missing("suffix"), shared("suffix")),
        ),
    ),
    survivorship=(
        Survivorship(
            "material_name", (Criterion.MOST_COMMON, Criterion.TRUST, Criterion.MOST_COMPLETE), ("PLM", "ERP")
        ),
        Survivorship(
            "name_en", (Criterion.MOST_COMMON, Criterion.TRUST, Criterion.MOST_COMPLETE), ("PLM", "ERP")
        ),
        Survivorship(
            "specification", (Criterion.TRUST, Criterion.MOST_COMPLETE, Criterion.MOST_RECENT), DEFINED_BY
        ),
        Survivorship(
            "description", (Criterion.TRUST, Criterion.MOST_COMPLETE, Criterion.MOST_RECENT), DEFINED_BY
        ),
        Survivorship(
            "size_dimension", (Criterion.VERIFIED, Criterion.MOST_COMMON, Criterion.TRUST), DEFINED_BY
        ),
        Survivorship(
            "material_grade", (Criterion.VERIFIED, Criterion.MOST_COMMON, Criterion.TRUST), DEFINED_BY
        ),
        Survivorship(
            "standard_ref", (Criterion.TRUST, Criterion.MOST_COMMON, Criterion.MOST_RECENT), DEFINED_BY
        ),
        Survivorship(
            "manufacturer_name", (Criterion.MOST_COMMON, Criterion.TRUST, Criterion.MOST_COMPLETE), DEFINED_BY
        ),
        Survivorship("manufacturer_part_number", (Criterion.MOST_COMMON, Criterion.TRUST), DEFINED_BY),
        Survivorship("part_number", (Criterion.TRUST, Criterion.MOST_RECENT), ("PLM",)),
        Survivorship("drawing_number", (Criterion.TRUST, Criterion.MOST_RECENT), ("PLM",)),
        Survivorship("revision", (Criterion.TRUST, Criterion.MOST_RECENT), ("PLM",)),
        Survivorship(
            "catalog_number", (Criterion.TRUST, Criterion.MOST_COMMON, Criterion.MOST_RECENT), REGISTERED_BY
        ),
        Survivorship("gtin", (Criterion.VERIFIED, Criterion.TRUST, Criterion.MOST_COMMON), REGISTERED_BY),
        Survivorship("udi_di", (Criterion.VERIFIED, Criterion.TRUST, Criterion.MOST_COMMON), REGISTERED_BY),
        Survivorship(
            "registration_no", (Criterion.VERIFIED, Criterion.TRUST, Criterion.MOST_RECENT), REGISTERED_BY
        ),
        Survivorship("classification_code", (Criterion.TRUST, Criterion.MOST_RECENT), REGISTERED_BY),
        Survivorship("sterile_flag", (Criterion.TRUST, Criterion.MOST_RECENT), ("UDI", "QMS", "PLM", "ERP")),
        Survivorship("cas_no", (Criterion.VERIFIED, Criterion.MOST_COMMON, Criterion.TRUST), INSPECTED_BY),
        Survivorship("storage_condition", (Criterion.TRUST, Criterion.MOST_RECENT), INSPECTED_BY),
        Survivorship("shelf_life_days", (Criterion.TRUST, Criterion.MOST_RECENT), ("QMS", "ERP", "LIMS")),
        Survivorship("lot_controlled", (Criterion.TRUST, Criterion.MOST_RECENT), PLANNED_BY),
        Survivorship("serial_controlled", (Criterion.TRUST, Criterion.MOST_RECENT), PLANNED_BY),
        Survivorship("procurement_type", (Criterion.TRUST, Criterion.MOST_RECENT), PLANNED_BY),
        Survivorship("material_type", (Criterion.TRUST, Criterion.MOST_COMMON), PLANNED_BY),
        Survivorship("material_group", (Criterion.TRUST, Criterion.MOST_COMMON), PLANNED_BY),
        Survivorship("base_uom", (Criterion.TRUST, Criterion.MOST_COMMON), PLANNED_BY),
        Survivorship("status", (Criterion.TRUST, Criterion.MOST_RECENT), PLANNED_BY),
        Survivorship(
            "*", (Criterion.TRUST, Criterion.MOST_RECENT, Criterion.MOST_COMMON), ("PLM", "ERP", "QMS", "MES")
        ),
    ),
    prior=0.05,
    rival_margin=1.0,
    partners=Partners(IN_WORDS, least=-5.0, margin=0.25),
    training=("code", "three_facts"),
    risks=(
        Risk("udi_di"),
        Risk("sterile_flag", ("sterile",), 0.8),
        Risk("classification_code", (), 0.5),
    ),
)
