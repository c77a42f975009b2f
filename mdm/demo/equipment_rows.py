"""How each source system writes a machine down: its columns, habits and errors."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from random import Random

from mdm.demo import dirt
from mdm.demo.dirt import Pen, weighted
from mdm.demo.machine import Machine
from mdm.demo.makers import write_maker
from mdm.demo.recipe import Known, digits
from mdm.demo.vocabulary import words

Row = dict[str, str]

_PLACEHOLDERS = ("见铭牌", "不详", "无", "N/A", "000000", "UNKNOWN", "无编号", "-")
_FLOORS = ("", "", "", "一楼", "二楼", "A区", "B区")


def _sap(key: str, machine: Machine, pen: Pen, known: Known) -> Row:
    rng = pen.rng
    tag, serial = _numbers(machine, pen)
    area, site = machine.area[0], machine.site
    place = f"{site['code']}-{area}-L{machine.line:02}"
    name = _name(machine, pen, "zh") if rng.random() < 0.57 else _name(machine, pen, "en").upper()
    started = dirt.sap_date(_about(machine, rng)) if rng.random() < 0.55 else "00000000"
    return {
        "EQUNR": key,
        "EQKTX": name[:40],
        "EQART": machine.kind["code"] + rng.choice(("", "01")),
        "HERST": pen.maybe(0.83, write_maker(machine.maker, rng, chinese=0.32, dealer=0.02)[:30]),
        "TYPBZ": pen.maybe(0.82, _model(machine, rng)),
        "SERGE": pen.maybe(0.85, serial),
        "INVNR": pen.maybe(0.66, _asset(machine, rng)),
        "TIDNR": pen.maybe(0.72, tag),
        "TPLNR": pen.maybe(0.79, place + (f"-{rng.randint(1, 8):02}" if rng.random() < 0.12 else "")),
        "SWERK": site["plant"],
        "STORT": pen.maybe(0.43, area),
        "KOSTL": pen.maybe(0.52, machine.cost_center),
        "ANLNR": pen.maybe(0.4, f"000{machine.asset}"),
        "ANSWT": pen.maybe(0.45, machine.value),
        "WAERS": "CNY",
        "BAUJJ": pen.maybe(0.65, str(machine.year)),
        "INBDT": started,
        "ABCKZ": pen.maybe(0.66, rng.choice("AABBC")),
        "STTXT": "INAC DLFL"
        if machine.retired
        else rng.choice(("INST", "INST CRTE", "AVLB", "INST CRTE", "INAC DLFL")),
    }


def _cmms(key: str, machine: Machine, pen: Pen, known: Known) -> Row:
    rng = pen.rng
    tag, serial = _numbers(machine, pen)
    site = machine.site
    reference = known["SAP_PM"][0].lstrip("0") if known.get("SAP_PM") else ""
    if rng.random() < 0.012:
        reference = f"1{digits(rng, 7)}"
    return {
        "Asset ID": key,
        "Asset Tag": pen.maybe(0.88, tag),
        "Description": _name(machine, pen, "en"),
        "Manufacturer": pen.maybe(0.82, write_maker(machine.maker, rng, chinese=0.11, dealer=0.03)),
        "Model No.": pen.maybe(0.8, _model(machine, rng)),
        "Serial No.": pen.maybe(0.8, serial),
        "Site": site["en"] if rng.random() < 0.68 else site["code"],
        "Location": pen.maybe(0.77, _english_place(machine, rng)),
        "Parent Asset": pen.maybe(0.6, machine.parent),
        "Install Date": pen.maybe(0.68, dirt.american_date(_about(machine, rng))),
        "Criticality": rng.choice(("High", "High", "Medium", "Medium", "Low")),
        "Status": "Retired"
        if machine.retired
        else weighted(
            rng, [("Active", 40.0), ("In Service", 21.0), ("Out of Service", 20.0), ("Retired", 19.0)]
        ),
        "SAP Equip No": pen.maybe(0.45, reference) if reference else "",
    }


def _mes(key: str, machine: Machine, pen: Pen, known: Known) -> Row:
    rng = pen.rng
    tag, _ = _numbers(machine, pen)
    return {
        "EquipmentID": key,
        "Description": _name(machine, pen, "zh" if rng.random() < 0.61 else "en"),
        "EquipmentLevel": rng.choice(("WorkUnit", "WorkUnit", "WorkCenter")),
        "HierarchyScope": f"ENT/{machine.site['code']}/{machine.area[0]}/L{machine.line:02}",
        "EquipmentClassID": machine.kind["code"],
        "PhysicalAssetID": pen.maybe(0.87, tag),
        "Vendor": pen.maybe(0.31, write_maker(machine.maker, rng, chinese=0.12, dealer=0.05)),
        "Model": pen.maybe(0.36, _model(machine, rng)),
    }


def _ledger(key: str, machine: Machine, pen: Pen, known: Known) -> Row:
    rng = pen.rng
    tag, serial = _numbers(machine, pen)
    checked = (machine.due[0] - 1, *machine.due[1:])
    return {
        "序号编码": key,
        "设备编号": pen.maybe(0.86, tag),
        "设备名称": _name(machine, pen, "zh"),
        "型号规格": pen.maybe(0.88, _model(machine, rng)),
        "制造厂商": pen.maybe(0.83, write_maker(machine.maker, rng, chinese=0.72, dealer=0.08)),
        "出厂编号": pen.maybe(0.78, serial),
        "使用部门": pen.maybe(0.68, _department(rng)),
        "存放地点": pen.maybe(0.71, _chinese_place(machine, rng)),
        "启用日期": pen.maybe(0.43, dirt.ledger_date(rng, _about(machine, rng))),
        "校准日期": dirt.ledger_date(rng, checked),
        "有效期至": dirt.iso_date(machine.due),
        "校准证书号": pen.maybe(0.77, machine.certificate),
        "状态": rng.choice(("停用", "合格", "限用", "在用")),
    }


def _asset_card(key: str, machine: Machine, pen: Pen, known: Known) -> Row:
    rng = pen.rng
    _, serial = _numbers(machine, pen)
    dealer = machine.maker.legal_zh if rng.random() < 0.4 else machine.maker.dealer_zh
    return {
        "卡片编号": key,
        "固定资产编号": pen.maybe(0.93, _asset(machine, rng)),
        "固定资产名称": _name(machine, pen, "zh"),
        "规格型号": pen.maybe(0.72, _model(machine, rng)),
        "生产厂家": pen.maybe(0.52, write_maker(machine.maker, rng, chinese=0.66, dealer=0.07)),
        "出厂编号": pen.maybe(0.64, serial),
        "供应商": pen.maybe(0.41, dealer),
        "使用部门": _department(rng),
        "存放地点": pen.maybe(0.52, _chinese_place(machine, rng)),
        "开始使用日期": dirt.iso_date(_about(machine, rng)),
        "原值": machine.value,
        "使用状况": rng.choice(("在用", "在用", "不需用", "未使用")),
    }


def _lims(key: str, machine: Machine, pen: Pen, known: Known) -> Row:
    rng = pen.rng
    tag, serial = _numbers(machine, pen)
    return {
        "instrument_id": key,
        "name": _name(machine, pen, "en"),
        "instrument_type": machine.kind["code"],
        "maker": pen.maybe(0.85, write_maker(machine.maker, rng, chinese=0.12, dealer=0.02)),
        "model": pen.maybe(0.86, _model(machine, rng)),
        "serial": pen.maybe(0.88, serial),
        "asset_no": pen.maybe(0.44, tag),
        "lab": pen.maybe(0.64, _english_place(machine, rng)),
        "calibration_due": pen.maybe(0.7, dirt.iso_date(machine.due)),
        "state": "retired" if machine.retired else rng.choice(("active", "active", "inactive", "retired")),
    }


def _department(rng: Random) -> str:
    return str(rng.choice(words("machines")["areas"]["departments"]))


def _numbers(machine: Machine, pen: Pen) -> tuple[str, str]:
    """Tag and serial as typed; now and then one stands in the other's column, or the old tag is kept."""
    rng = pen.rng
    tag = machine.former_tag if machine.former_tag and rng.random() < 0.4 else machine.tag
    tag, serial = _tag(tag, rng), _serial(machine, rng)
    roll = rng.random()
    if roll < 0.014:
        return tag, tag
    if roll < 0.02:
        return serial, tag
    return (serial, serial) if roll < 0.026 else (tag, serial)


def _tag(tag: str, rng: Random) -> str:
    return dirt.spoil_code(rng, tag, 1.1)


def _serial(machine: Machine, rng: Random) -> str:
    if rng.random() < 0.01:
        return rng.choice(_PLACEHOLDERS)
    serial = dirt.spoil_code(rng, machine.serial, 0.9)
    if rng.random() < 0.07:
        return rng.choice(("S/N {}", "SN{}", "SN:{}", "No.{}", "出厂编号{}", "#{}")).format(serial)
    return serial


def _model(machine: Machine, rng: Random) -> str:
    """The model: separators kept or lost, brand in front, voltage behind."""
    model = dirt.spoil_code(rng, machine.model, 0.9)
    roll = rng.random()
    if roll < 0.06:
        return f"{rng.choice((machine.maker.brand, machine.maker.zh))} {model}"
    if roll < 0.08:
        return machine.maker.zh + model
    if roll < 0.10:
        return model + rng.choice((" (220V)", "(380V)", " 50Hz", "型"))
    return model.replace("-", "") if roll < 0.18 else model


def _asset(machine: Machine, rng: Random) -> str:
    """The fixed asset number; systems put different letters before it."""
    style = int(machine.asset) % 4
    number = ("", "01", "FA", "GD")[style] + machine.asset
    return dirt.spoil_code(rng, number, 0.4)


def _name(machine: Machine, pen: Pen, language: str) -> str:
    """Type word, perhaps with maker before and number or model behind; status notes sink in here."""
    rng = pen.rng
    forms = machine.kind[language]
    text = str(forms[0] if rng.random() < 0.55 else rng.choice(forms))
    roll = rng.random()
    if roll < 0.13 and not pen.sparse:
        text += f" {machine.model}"
    elif roll < 0.19:
        text = f"{machine.maker.zh}{text}" if language == "zh" else f"{machine.maker.brand} {text}"
    elif roll < 0.29:
        count = machine.order if rng.random() < 0.98 else rng.randint(1, 9)
        text = _counted(text, count, rng, language)
    note = rng.random()
    if note < 0.05 or (machine.retired and note < 0.4):
        notes = dirt.NOTES_ZH if language == "zh" else dirt.NOTES_EN
        return text + rng.choice(notes)
    return dirt.spoil_name(rng, text, 0.7)


def _counted(text: str, count: int, rng: Random, language: str) -> str:
    if language == "zh":
        return rng.choice((f"{text}{count}#", f"{count}号{text}", f"{count}#{text}"))
    return f"{text} #{count}"


def _english_place(machine: Machine, rng: Random) -> str:
    area, site = machine.area, machine.site
    return weighted(
        rng,
        [
            (area[1], 38.0),
            (f"{area[1]} Line {machine.line}", 27.0),
            (f"{site['en']} / {area[1]}", 20.0),
            (f"{site['code']}-{area[0]}-L{machine.line:02}", 20.0),
        ],
    )


def _chinese_place(machine: Machine, rng: Random) -> str:
    head = weighted(rng, [("", 62.0), (machine.site["zh"], 26.0), (machine.site["zh"][:2], 12.0)])
    line = rng.choice((*(f"{machine.line}线", f"{machine.line:02}线") * 2, *_FLOORS))
    return f"{head}{machine.area[2]}{line}"


def _about(machine: Machine, rng: Random) -> dirt.Date:
    """The day of first use; systems differ by weeks."""
    year, month, day = machine.since
    if rng.random() < 0.68:
        return machine.since
    if rng.random() < 0.6:
        return year, month, min(28, max(1, day + rng.randint(-6, 6)))
    return year + (month == 12), month % 12 + 1, day


WRITERS: Mapping[str, Callable[[str, Machine, Pen, Known], Row]] = {
    "SAP_PM": _sap,
    "CMMS": _cmms,
    "MES": _mes,
    "GAUGE_LEDGER": _ledger,
    "FA_U8": _asset_card,
    "LIMS": _lims,
}
"""Source system to the function that writes one row of it."""
