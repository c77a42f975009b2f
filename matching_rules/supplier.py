"""How suppliers are compared and merged: one golden record per legally registered unit.

Names are taken apart into trade name, industry, place, legal form and branch, because two firms of one town and
trade differ in the trade name alone, while one firm is written in Chinese, in pinyin and in English.
"""

from __future__ import annotations

from mdm.domain.rules import (
    Action,
    BlockingRule,
    Comparison,
    Criterion,
    Feature,
    Risk,
    RuleSet,
    Survivorship,
    Threshold,
    Veto,
    all_of,
    any_of,
    disjoint,
    edits,
    exact,
    jaro_winkler,
    missing,
    overlap,
    shared,
    subset,
)

RULES = RuleSet(
    entity="supplier",
    version="6",
    features=(
        Feature("org", "values", ("uscc.org", "tax_id.org")),
        Feature("registered", "checked_orgs", ("uscc.org", "tax_id.org")),
        Feature("vat", "values", ("vat_id.key",)),
        Feature("lei", "values", ("lei.key",)),
        Feature("duns", "values", ("duns.key",)),
        # Numbers of any kind: people type them into the neighbouring column.
        Feature("numbers", "values", ("uscc.org", "tax_id.org", "uscc.key", "tax_id.key", "vat_id.key")),
        Feature("quoted", "references", ("erp_vendor_ref", "@source_id")),
        Feature(
            "trade",
            "values",
            (
                "legal_name.trade_pinyin",
                "name_en.trade_pinyin",
                "legal_name.alias",
                "legal_name.former_pinyin",
                "former_name.trade_pinyin",
                "short_name.trade_pinyin",
            ),
        ),
        Feature(
            "heads", "values", ("legal_name.trade_heads", "name_en.trade_heads", "short_name.trade_heads")
        ),
        Feature(
            "han",
            "han_only",
            ("legal_name.trade", "legal_name.former", "former_name.trade", "short_name.trade"),
        ),
        Feature(
            "sound",
            "values",
            ("legal_name.trade_sound", "name_en.trade_sound", "short_name.trade_sound"),
        ),
        Feature(
            "calls",
            "calls",
            (
                "legal_name.trade_pinyin",
                "name_en.trade_pinyin",
                "legal_name.alias",
                "short_name.trade_pinyin",
                "email.stem",
                "website.stem",
            ),
        ),
        Feature("signs", "calls", ("legal_name.core", "email.stem", "website.stem")),
        Feature("core", "values", ("legal_name.core", "name_en.core")),
        Feature("whole", "pinyin", ("legal_name.key", "name_en.key")),
        Feature("latin", "latin_only", ("legal_name.trade", "name_en.trade")),
        Feature("industry", "telling_trades", ("legal_name.industry", "name_en.industry")),
        Feature("line", "telling_trades", ("legal_name.broad", "name_en.broad")),
        Feature("city", "cities", ("legal_name.region", "name_en.region", "city.code", "address.place")),
        Feature(
            "province", "provinces", ("legal_name.province", "name_en.province", "city.province", "city.code")
        ),
        Feature("branch", "or_none", ("legal_name.branch", "name_en.branch")),
        Feature("form", "values", ("legal_name.legal_form", "name_en.legal_form")),
        Feature(
            "family",
            "telling_forms",
            ("legal_name.legal_form", "name_en.legal_form", "legal_name.industry", "name_en.industry"),
        ),
        Feature(
            "grouping",
            "group_or_not",
            ("legal_name.legal_form", "name_en.legal_form", "legal_name.industry", "name_en.industry"),
        ),
        Feature(
            "local",
            "trades_by_city",
            (
                "legal_name.region",
                "name_en.region",
                "city.code",
                "address.place",
                "legal_name.industry",
                "name_en.industry",
            ),
        ),
        Feature(
            "grouped",
            "group_or_other",
            ("legal_name.legal_form", "name_en.legal_form", "legal_name.industry", "name_en.industry"),
        ),
        Feature("letters", "first", ("name_en.trade_pinyin", "legal_name.trade_pinyin"), array=False),
        Feature(
            "home",
            "homes",
            (
                "country_code",
                "vat_id.country",
                "tax_id.country",
                "phone.located",
                "legal_name.legal_form",
                "name_en.legal_form",
            ),
        ),
        Feature("words", "words_rare", ("legal_name.core", "name_en.core"), weighted=True),
        Feature("phone", "values", ("phone.last8", "mobile.last8")),
        Feature("mailbox", "values", ("email.key",)),
        Feature("person", "people", ("contact_person",)),
        Feature("road", "values", ("address.key", "postal_address.key")),
        Feature("domain", "values", ("email.stem", "website.stem")),
        Feature("account", "values", ("bank_account.key",)),
    ),
    comparisons=(
        Comparison(
            "registration",
            "Registration number",
            "登记号",
            (
                shared("org", "same registered organisation", "统一社会信用代码或税号相同"),
                any_of(
                    shared("numbers"),
                    shared("lei"),
                    shared("duns"),
                    en="same VAT, LEI or D-U-N-S number",
                    zh="增值税号、LEI 或邓白氏码相同",
                ),
                # A number is only compared with one of its own kind, and one that fails its check with none.
                all_of(
                    missing("registered"),
                    missing("vat"),
                    missing("lei"),
                    missing("duns"),
                    en="numbers that cannot be compared",
                    zh="号码无法比较",
                ),
            ),
            null=all_of(
                missing("registered"), missing("numbers"), missing("vat"), missing("lei"), missing("duns")
            ),
            otherwise_en="different registration numbers",
            otherwise_zh="登记号不同",
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
            "name",
            "Name",
            "名称",
            (
                all_of(
                    disjoint("han"),
                    any_of(shared("trade"), shared("sound")),
                    en="trade names sound alike, written differently",
                    zh="字号读音相近而用字不同",
                ),
                all_of(
                    any_of(shared("whole"), shared("core")),
                    shared("industry"),
                    en="same name",
                    zh="名称相同",
                ),
                all_of(
                    shared("trade"), exact("industry"), en="same trade name and industry", zh="字号与行业相同"
                ),
                all_of(
                    shared("trade"),
                    shared("industry"),
                    en="same trade name, related industry",
                    zh="字号相同，行业相近",
                ),
                all_of(
                    shared("trade"),
                    shared("line"),
                    en="same trade name, one industry part of the other",
                    zh="字号相同，行业有包含关系",
                ),
                all_of(
                    shared("trade"),
                    disjoint("industry"),
                    en="same trade name, other industry",
                    zh="字号相同而行业不同",
                ),
                shared("trade", "same trade name", "字号相同"),
                all_of(
                    missing("han"),
                    any_of(shared("calls"), shared("signs")),
                    en="the web address carries the other's name",
                    zh="域名含对方名称",
                ),
                all_of(
                    any_of(
                        shared("heads"), shared("sound"), overlap("words", 0.6), jaro_winkler("letters", 0.93)
                    ),
                    shared("industry"),
                    en="similar trade name, same industry",
                    zh="字号相近，行业相同",
                ),
                all_of(
                    missing("han"),
                    missing("industry"),
                    any_of(subset("words"), jaro_winkler("letters", 0.93)),
                    en="the same words, or nearly the same name",
                    zh="词语相同或名称几乎相同",
                ),
                all_of(
                    any_of(shared("heads"), shared("sound"), overlap("words", 0.6)),
                    missing("industry"),
                    en="similar trade name",
                    zh="字号相近",
                ),
                all_of(
                    missing("han"),
                    missing("latin"),
                    shared("industry"),
                    en="names in two scripts, same industry",
                    zh="中英文名称，行业相同",
                ),
                all_of(
                    missing("han"),
                    disjoint("trade"),
                    shared("industry"),
                    en="different Latin names, same industry",
                    zh="外文名称不同，行业相同",
                ),
                all_of(
                    missing("han"),
                    missing("latin"),
                    missing("industry"),
                    en="names in two scripts",
                    zh="中英文名称",
                ),
            ),
            null=missing("core"),
            otherwise_en="different names",
            otherwise_zh="名称不同",
        ),
        Comparison(
            "place",
            "Place",
            "地区",
            (
                shared("city", "same city", "城市相同"),
                disjoint("city", "different cities", "城市不同"),
                shared("province", "same province", "省份相同"),
            ),
            null=all_of(missing("city"), missing("province")),
            otherwise_en="different provinces",
            otherwise_zh="省份不同",
        ),
        Comparison(
            "form",
            "Legal form",
            "组织形式",
            (
                all_of(shared("form"), shared("family"), en="same legal form", zh="组织形式相同"),
                shared("family", "legal forms that translations do not tell apart", "译名难以区分的组织形式"),
                all_of(
                    missing("family"),
                    disjoint("grouped"),
                    en="one is a group, the other names no form",
                    zh="一方为集团，另一方未写组织形式",
                ),
            ),
            null=all_of(missing("family"), shared("grouped")),
            otherwise_en="different legal forms",
            otherwise_zh="组织形式不同",
        ),
        Comparison(
            "country",
            "Country",
            "国家",
            (shared("home", "same country", "国家相同"),),
            otherwise_en="different countries",
            otherwise_zh="国家不同",
        ),
        Comparison(
            "contact",
            "Address and contact",
            "地址与联系方式",
            (
                all_of(
                    any_of(shared("phone"), shared("account")),
                    any_of(shared("road"), shared("mailbox"), shared("person")),
                    en="same telephone or account, and same address, mailbox or person",
                    zh="电话或账号相同，且地址、邮箱或联系人相同",
                ),
                any_of(
                    shared("phone"),
                    shared("account"),
                    en="same telephone or bank account",
                    zh="电话或银行账号相同",
                ),
                all_of(
                    shared("mailbox"),
                    any_of(shared("road"), shared("person")),
                    en="same mailbox, and same address or person",
                    zh="邮箱相同，且地址或联系人相同",
                ),
                all_of(
                    shared("road"),
                    any_of(shared("person"), shared("domain")),
                    en="same address, and same person or domain",
                    zh="地址相同，且联系人或域名相同",
                ),
                shared("mailbox", "same mailbox", "邮箱相同"),
                shared("road", "same road and number", "路名与门牌号相同"),
                all_of(
                    shared("person"), shared("domain"), en="same person and domain", zh="联系人与域名相同"
                ),
                shared("person", "same contact person", "联系人相同"),
                shared("domain", "same mail or web domain", "邮箱或网站域名相同"),
                disjoint("road", "different address", "地址不同"),
                all_of(
                    disjoint("phone"),
                    disjoint("person"),
                    en="different telephone and person",
                    zh="电话与联系人都不同",
                ),
                disjoint("phone", "different telephone", "电话不同"),
                disjoint("domain", "different domain", "域名不同"),
            ),
            null=all_of(
                missing("road"),
                missing("phone"),
                missing("domain"),
                missing("mailbox"),
                missing("person"),
                missing("account"),
            ),
            otherwise_en="different person or account",
            otherwise_zh="联系人或账号不同",
        ),
    ),
    blocking=(
        BlockingRule("numbers", 60),
        BlockingRule("duns", 60),
        BlockingRule("lei", 60),
        BlockingRule("phone", 60),
        BlockingRule("account", 60),
        BlockingRule("mailbox", 60),
        BlockingRule("road", 60),
        BlockingRule("calls", 60),
        BlockingRule("signs", 60),
        BlockingRule("heads", 60),
        BlockingRule("trade", 60),
        BlockingRule("sound", 30),
        BlockingRule("words", 30),
        BlockingRule("quoted", 20),
        BlockingRule("local", 20, refine_by="branch"),
    ),
    thresholds=(Threshold(Action.LINK, 1.5, "link"), Threshold(Action.REVIEW, 0.4, "review")),
    vetoes=(
        Veto(
            "other_registration",
            disjoint("registered"),
            "different registration numbers: two legally registered units",
            "统一社会信用代码不同：不是同一登记主体",
            clause="GB 32100-2015",
            regulated=True,
        ),
        Veto(
            "branch",
            disjoint("branch"),
            "a branch and its head office are different units",
            "分公司与总公司是不同的登记主体",
            clause="GB 32100-2015",
        ),
        Veto(
            "homophone",
            all_of(disjoint("han"), shared("trade")),
            "trade names sound alike but are written with other characters",
            "字号读音相同而用字不同",
            unless=any_of(shared("org"), shared("phone"), shared("account")),
            hard=False,
        ),
        Veto(
            "group_and_member",
            disjoint("grouping"),
            "one is a group, the other is not: a parent and its subsidiary",
            "一方为集团而另一方不是：可能是母公司与子公司",
            unless=any_of(shared("org"), shared("account"), shared("quoted")),
            hard=False,
        ),
        Veto(
            "own_words",
            all_of(
                missing("han"),
                missing("industry"),
                disjoint("trade"),
                overlap("words", 0.3),
            ),
            "names share words, but each has a word of its own: two units of one house",
            "名称有相同的词，但各有不同的词：可能是同一处的两个单位",
            unless=any_of(
                subset("words"),
                edits("letters", 2),
                shared("numbers"),
                shared("mailbox"),
                shared("quoted"),
            ),
            hard=False,
        ),
        Veto(
            "other_country",
            disjoint("home"),
            "different countries",
            "国家不同",
            unless=any_of(shared("org"), shared("vat"), shared("lei"), shared("duns"), shared("phone")),
        ),
        Veto(
            "other_number",
            any_of(disjoint("vat"), disjoint("lei"), disjoint("duns")),
            "different VAT, LEI or D-U-N-S numbers",
            "增值税号、LEI 或邓白氏码不同",
            hard=False,
        ),
        Veto(
            "other_city", disjoint("city"), "different cities", "城市不同", unless=shared("org"), hard=False
        ),
        Veto(
            "other_industry",
            all_of(disjoint("industry"), disjoint("line")),
            "different industries",
            "行业不同",
            unless=shared("org"),
            hard=False,
        ),
    ),
    anchors=(
        any_of(shared("numbers"), shared("mailbox"), en="same number or mailbox", zh="号码或邮箱相同"),
        shared("domain", "same mail or web domain", "邮箱或网站域名相同"),
        all_of(shared("road"), shared("person"), en="same address and person", zh="地址与联系人相同"),
        shared("org", "same registered organisation", "统一社会信用代码或税号相同"),
        any_of(
            shared("vat"),
            shared("lei"),
            shared("duns"),
            en="same VAT, LEI or D-U-N-S number",
            zh="增值税号、LEI 或邓白氏码相同",
        ),
        shared("quoted", "one quotes the other's number", "一方引用了另一方的编号"),
        any_of(
            shared("phone"), shared("account"), en="same telephone or bank account", zh="电话或银行账号相同"
        ),
        shared("industry", "same industry", "行业相同"),
        shared("whole", "same full name", "全称相同"),
    ),
    survivorship=(
        Survivorship(
            "uscc", (Criterion.VERIFIED, Criterion.MOST_COMMON, Criterion.TRUST), ("ERP", "QMS", "CRM")
        ),
        Survivorship("tax_id", (Criterion.VERIFIED, Criterion.MOST_COMMON, Criterion.TRUST), ("ERP", "CRM")),
        Survivorship("vat_id", (Criterion.VERIFIED, Criterion.MOST_COMMON, Criterion.TRUST), ("ERP", "CRM")),
        Survivorship("lei", (Criterion.VERIFIED, Criterion.MOST_COMMON, Criterion.TRUST), ("CRM", "ERP")),
        Survivorship("duns", (Criterion.MOST_COMMON, Criterion.TRUST), ("CRM", "QMS", "ERP")),
        Survivorship(
            "legal_name", (Criterion.MOST_COMMON, Criterion.TRUST, Criterion.MOST_COMPLETE), ("ERP", "QMS")
        ),
        Survivorship(
            "name_en", (Criterion.MOST_COMMON, Criterion.TRUST, Criterion.MOST_COMPLETE), ("QMS", "CRM")
        ),
        Survivorship("qualification_status", (Criterion.TRUST, Criterion.MOST_RECENT), ("QMS",)),
        Survivorship("criticality", (Criterion.TRUST, Criterion.MOST_RECENT), ("QMS",)),
        Survivorship("iso13485_cert_no", (Criterion.TRUST, Criterion.MOST_RECENT), ("QMS",)),
        Survivorship("cert_expiry_date", (Criterion.TRUST, Criterion.MOST_RECENT), ("QMS",)),
        Survivorship(
            "address", (Criterion.TRUST, Criterion.MOST_COMPLETE, Criterion.MOST_RECENT), ("ERP", "CRM")
        ),
        Survivorship(
            "*", (Criterion.TRUST, Criterion.MOST_RECENT, Criterion.MOST_COMMON), ("ERP", "QMS", "CRM", "PLM")
        ),
    ),
    prior=0.05,
    rival_margin=2.0,
    training=("numbers", "trade"),
    risks=(
        Risk("criticality", ("A",)),
        Risk("supplier_type", ("CONTRACT_MFR", "OUTSOURCING"), 0.7),
        Risk("criticality", ("B",), 0.5),
    ),
)
