"""How each source system writes a supplier down: its columns, habits and errors."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from random import Random

from mdm.demo import dirt
from mdm.demo.company import Company
from mdm.demo.dirt import Pen, weighted
from mdm.demo.recipe import Known, digits
from mdm.demo.supplier_names import chinese_name, english_name, latin_province
from mdm.demo.supplier_places import chinese_address, chinese_city, english_address, phone_text

Row = dict[str, str]

_PLACEHOLDERS = ("000000000000000000", "91000000000000000X", "111111111111111111", "123456789012345678")

_CURRENCY = {"CN": "CNY", "TW": "TWD", "US": "USD", "JP": "JPY", "CH": "CHF", "GB": "GBP"}
_COUNTRY_ZH = {"CN": "中国", "TW": "中国台湾", "DE": "德国", "US": "美国", "JP": "日本", "SE": "瑞典"}
_COUNTRY_ZH |= {"CH": "瑞士", "IT": "意大利", "FR": "法国", "GB": "英国", "NL": "荷兰"}
_COUNTRY_EN = {
    "CN": ("CN", "PRC", "P.R. China", "China", "CHINA"),
    "TW": ("Taiwan", "TW"),
    "DE": ("Germany", "DE"),
    "US": ("USA", "United States", "US"),
    "JP": ("Japan", "JP"),
    "SE": ("Sweden", "SE"),
    "CH": ("Switzerland", "CH"),
    "IT": ("Italy", "IT"),
    "FR": ("France", "FR"),
    "GB": ("United Kingdom", "UK", "GB"),
    "NL": ("Netherlands", "The Netherlands", "NL"),
}


def _sap(key: str, company: Company, pen: Pen, known: Known) -> Row:
    rng = pen.rng
    english = rng.random() < (0.42 if company.kind == "cn" else 0.8)
    if english:
        name, second = english_name(company, pen, upper=0.6), ""
    else:
        name, second = chinese_name(company, pen), ""
        if rng.random() < 0.15:
            second = english_name(company, pen)[:35]
    name, second = name[:35], name[35:70] or second
    search = rng.choice((company.trade_zh, company.brand.upper(), company.brand.upper()))
    address = (
        english_address(company, rng)
        if english or company.kind == "foreign"
        else chinese_address(company, rng)
    )
    city = company.branch or company.place
    return {
        "LIFNR": key,
        "MANDT": "800",
        "KTOKK": weighted(rng, [("ZVEN", 50.0), ("ZPLT", 17.0), ("ZONE", 17.0), ("ZADR", 16.0)]),
        "LAND1": company.place.country,
        "NAME1": name,
        "NAME2": second,
        "SORTL": pen.maybe(0.8, search[:10]),
        "STRAS": pen.maybe(0.86, address[:35]),
        "ORT01": pen.maybe(0.92, city.en if english else chinese_city(city, rng)),
        "PSTLZ": pen.maybe(0.74, city.postal),
        "REGIO": "",
        "STCD1": pen.maybe(0.28, _tax(company, rng)),
        "STCD5": pen.maybe(0.64, _code(company, rng)) if company.kind == "cn" else "",
        "STCEG": pen.maybe(0.7, dirt.spoil_code(rng, company.vat)) if company.kind == "foreign" else "",
        "TELF1": pen.maybe(0.69, phone_text(company, rng)),
        "SMTP_ADDR": pen.maybe(0.48, company.mail),
        "SPERR": "X" if rng.random() < 0.04 else "",
        "LOEVM": "X" if rng.random() < 0.03 else "",
        "ZTERM": rng.choice(("0001", "Z030", "Z060", "Z090")),
        "WAERS": _CURRENCY.get(company.place.country, "EUR"),
        "ERDAT": "00000000" if rng.random() < 0.03 else dirt.sap_date(dirt.later(rng, company.since, 2)),
    }


def _kingdee(key: str, company: Company, pen: Pen, known: Known) -> Row:
    rng = pen.rng
    code = _code(company, rng) if company.kind == "cn" else company.vat
    bank, account = company.bank
    currency = "人民币" if company.kind == "cn" else rng.choice(("欧元", "美元"))
    return {
        "编码": key,
        "名称": chinese_name(company, pen),
        "简称": pen.maybe(0.58, _short(company, rng)),
        "国家": pen.maybe(0.58, _COUNTRY_ZH[company.place.country]),
        "统一社会信用代码": pen.maybe(0.68, code),
        "注册地址": pen.maybe(0.58, chinese_address(company, rng)),
        "通讯地址": pen.maybe(0.31, chinese_address(company, rng)),
        "联系人": pen.maybe(0.58, company.person[0]),
        "联系电话": pen.maybe(0.64, phone_text(company, rng)),
        "电子邮箱": pen.maybe(0.32, company.mail),
        "供应类别": rng.choice(("服务", "委外", "采购", "综合")),
        "结算币别": currency,
        "开户银行": pen.maybe(0.37, bank),
        "银行账号": pen.maybe(0.39, dirt.spoil_code(rng, account, 0.4)),
        "禁用状态": "是" if rng.random() < 0.07 else "否",
        "创建日期": dirt.k3_date(rng, dirt.later(rng, company.since, 2)),
    }


def _yonyou(key: str, company: Company, pen: Pen, known: Known) -> Row:
    rng = pen.rng
    name = chinese_name(company, pen)
    bank, account = company.bank
    grouped = " ".join(account[i : i + 4] for i in range(0, 16, 4))
    tax = _tax(company, rng)
    return {
        "cVenCode": key,
        "cVenName": name,
        "cVenAbbName": name if rng.random() < 0.42 else _abbreviation(company, rng),
        "cVCCode": rng.choice(("01", "0101", "02", "03")),
        "cVenRegCode": pen.maybe(
            0.49, dirt.spreadsheet_number(tax) if rng.random() < 0.04 and len(tax) > 14 else tax
        ),
        "cVenAddress": pen.maybe(0.56, chinese_address(company, rng)),
        "cVenPostCode": pen.maybe(0.32, (company.branch or company.place).postal),
        "cVenPhone": pen.maybe(0.58, phone_text(company, rng)),
        "cVenHand": pen.maybe(0.21, company.mobile),
        "cVenPerson": pen.maybe(0.49, company.person[0]),
        "cVenBank": pen.maybe(0.3, bank),
        "cVenAccount": pen.maybe(0.4, grouped if rng.random() < 0.15 else account),
        "cVenEmail": pen.maybe(0.14, company.mail),
        "dVenDevDate": dirt.u8_date(dirt.later(rng, company.since, 1)),
        "dEndDate": dirt.u8_date((rng.randint(2019, 2025), rng.randint(1, 12), rng.randint(1, 28)))
        if rng.random() < 0.05
        else "",
    }


def _quality(key: str, company: Company, pen: Pen, known: Known) -> Row:
    rng = pen.rng
    industry = company.industry["en"][0]
    approved = dirt.later(rng, (2016, 1, 1), 9)
    reference = known["SAP_ECC"][0].lstrip("0") if known.get("SAP_ECC") else ""
    if rng.random() < 0.03:
        reference = digits(rng, 6)
    return {
        "ASL No": key,
        "Supplier Name": english_name(company, pen),
        "Local Name": pen.maybe(0.28, chinese_name(company, pen)) if company.kind != "foreign" else "",
        "City": pen.maybe(0.53, (company.branch or company.place).en),
        "Country": rng.choice(_COUNTRY_EN[company.place.country]),
        "Scope of Supply": pen.maybe(0.8, industry + rng.choice(("", "", " parts", " / components"))),
        "Criticality": rng.choice(
            ("M", "M", "Class C", "Class C", "Minor", "Class B", "Major", "Critical", "Class A", "C")
        ),
        "Status": weighted(
            rng,
            [
                ("Approved", 66.0),
                ("Conditional", 12.0),
                ("Pending", 8.0),
                ("APPROVED", 6.0),
                ("Disqualified", 4.0),
                ("Expired", 4.0),
            ],
        ),
        "Certificate No": pen.maybe(0.35, company.cert),
        "Cert Expiry": pen.maybe(0.5, dirt.english_date(dirt.later(rng, (2024, 1, 1), 4))),
        "Approved On": dirt.english_date(approved),
        "Next Evaluation": dirt.english_date((approved[0] + 2, *approved[1:])),
        "Contact": pen.maybe(0.52, company.person[1]),
        "Email": pen.maybe(0.54, company.mail),
        "Phone": pen.maybe(0.35, phone_text(company, rng)),
        "D-U-N-S": pen.maybe(0.31, _duns(company, rng)),
        "ERP Vendor No": pen.maybe(0.55, reference) if reference else "",
    }


def _account(key: str, company: Company, pen: Pen, known: Known) -> Row:
    rng = pen.rng
    place = company.branch or company.place
    site = rng.choice(("www.{}", "{}", "http://www.{}/", "https://{}")).format(company.domain)
    hour = f"{rng.randint(0, 9):02}:{rng.randint(0, 59):02}:00.000+0000"
    return {
        "Id": key,
        "Name": english_name(company, pen),
        "Name_Local__c": pen.maybe(0.37, chinese_name(company, pen)) if company.kind != "foreign" else "",
        "Type": rng.choice(("Supplier", "Vendor", "Partner", "Contract Manufacturer")),
        "BillingStreet": pen.maybe(0.72, english_address(company, rng)),
        "BillingCity": pen.maybe(0.82, place.en),
        "BillingState": pen.maybe(0.45, latin_province(place)),
        "BillingPostalCode": pen.maybe(0.52, place.postal),
        "BillingCountryCode": company.place.country,
        "Phone": pen.maybe(0.68, phone_text(company, rng)),
        "Website": pen.maybe(0.58, site),
        "DunsNumber": pen.maybe(0.4, dirt.spoil_code(rng, company.duns, 0.3)),
        "LEI__c": pen.maybe(0.1, company.lei),
        "Tax_Id__c": pen.maybe(0.25, _tax(company, rng)),
        "CreatedDate": f"{dirt.iso_date(dirt.later(rng, company.since, 1))}T{hour}",
    }


def _manufacturer(key: str, company: Company, pen: Pen, known: Known) -> Row:
    rng = pen.rng
    local = company.kind == "cn" and rng.random() < 0.31
    pen = Pen(rng, sparse=pen.sparse or rng.random() < 0.28)  # engineers know a brand, not a company
    return {
        "mfr_code": key,
        "mfr_name": chinese_name(company, pen) if local else english_name(company, pen, upper=0.16),
        "country": pen.maybe(0.58, company.place.country),
        "url": pen.maybe(0.3, f"www.{company.domain}"),
        "remark": rng.choice(("见QMS", "old code", "to be confirmed", "distributor", "代理", "see ERP"))
        if rng.random() < 0.1
        else "",
    }


def _code(company: Company, rng: Random) -> str:
    """The credit code as typed: mostly right; else case, width, notes, an older number, a relative's."""
    code = company.foreign_code if company.foreign_code and rng.random() < 0.6 else company.uscc
    roll = rng.random()
    if roll < 0.83:
        return code
    if roll > 0.996:
        return rng.choice(_PLACEHOLDERS)
    options: tuple[Callable[[], str], ...] = (
        code.lower,
        lambda: dirt.full_width(code),
        lambda: code + rng.choice((" ", ".", "（三证合一）", "(新)")),
        lambda: code[2:17],
        lambda: f"{code[8:16]}-{code[16]}",
        lambda: code[:6] + digits(rng, 1) + code[7:],
        lambda: code[:12] + code[13] + code[12] + code[14:],
        lambda: f"{code[:6]} {code[6:]}",
    )
    return rng.choice((*options, code.lower))()


def _tax(company: Company, rng: Random) -> str:
    """What stands in a tax field: credit code, tax number before 2016, organisation code or VAT number."""
    if company.kind != "cn":
        return dirt.spoil_code(rng, company.vat, 0.5)
    code = company.foreign_code if company.foreign_code and rng.random() < 0.4 else company.uscc
    organisation = code[8:17]
    dashed = f"{organisation[:8]}-{organisation[8]}"
    chosen = weighted(rng, [(code, 55.0), (code[2:17], 27.0), (organisation, 9.0), (dashed, 9.0)])
    return dirt.spoil_code(rng, chosen, 0.3)


def _duns(company: Company, rng: Random) -> str:
    number = company.duns
    return f"{number[:2]}-{number[2:5]}-{number[5:]}" if rng.random() < 0.45 else number


def _short(company: Company, rng: Random) -> str:
    if company.kind == "foreign":
        return rng.choice((company.brand, company.brand, company.trade_zh))
    return rng.choice((company.trade_zh, company.place.zh + company.trade_zh))


def _abbreviation(company: Company, rng: Random) -> str:
    if company.kind == "foreign":
        return rng.choice((company.brand, company.trade_zh + str(company.industry["zh"])))
    return company.trade_zh + str(company.industry["zh"])[:2]


WRITERS: Mapping[str, Callable[[str, Company, Pen, Known], Row]] = {
    "SAP_ECC": _sap,
    "KINGDEE_K3C": _kingdee,
    "YONYOU_U8": _yonyou,
    "QMS_ASL": _quality,
    "CRM_ACCOUNT": _account,
    "PLM_AML": _manufacturer,
}
"""Source system to the function that writes one row of it."""
