"""How each source system writes a material down: its columns, habits and errors."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from random import Random

from mdm.demo import dirt, goods_text, measure
from mdm.demo.dirt import Pen, weighted
from mdm.demo.makers import write_maker
from mdm.demo.part import Part
from mdm.demo.part_text import description, finish, measures, noun, revision, specification, with_revision
from mdm.demo.recipe import Known, digits

Row = dict[str, str]

_UNITS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "SAP_ECC": {
        "piece": ("ST", "EA", "PC"),
        "mass": ("KG",),
        "length": ("M",),
        "box": ("KAR",),
        "bottle": ("FL",),
    },
    "KINGDEE_K3C": {
        "piece": ("个", "件", "PCS", "只", "支", "EA"),
        "mass": ("千克", "公斤", "KG"),
        "length": ("米", "M"),
        "box": ("盒",),
        "bottle": ("瓶",),
    },
    "MES": {
        "piece": ("PC", "PCS", "EA", "ST", "Each"),
        "mass": ("KG", "KGM", "kg"),
        "length": ("M", "MTR"),
        "box": ("BOX", "Box"),
        "bottle": ("BT", "Bottle"),
    },
}
_UNITS = {**_UNITS, "YONYOU_U8": _UNITS["KINGDEE_K3C"], "PLM_TC": _UNITS["MES"]}
_TYPES = {"FG": "FERT", "PART": "HALB", "PCBA": "HALB", "PACK": "VERP", "CONS": "HIBE", "TOOL": "HIBE"}


def _sap(key: str, part: Part, pen: Pen, known: Known) -> Row:
    rng = pen.rng
    group = part.kind["group"][0]
    chinese = description(part, pen, "zh") if rng.random() < 0.82 else ""
    english = description(part, pen, "en") if not chinese or rng.random() < 0.5 else ""
    sizes = [i for i, value in enumerate(part.values) if isinstance(value, tuple)]
    size = measure.write(part.params[sizes[0]][0], part.values[sizes[0]], rng, "en") if sizes else ""
    return {
        "MATNR": key,
        "MANDT": "800",
        "MTART": _TYPES.get(group, "ROH"),
        "MATKL": f"{group}0{rng.randint(1, 3)}",
        "MEINS": _unit(part, "SAP_ECC", rng),
        "MAKTX_ZH": chinese[:40],
        "MAKTX_EN": english[:40],
        "BISMT": pen.maybe(0.33, _old(part, rng)),
        "ZEINR": pen.maybe(0.62, with_revision(part, rng)) if part.drawing else "",
        "ZEIVR": pen.maybe(0.45, revision(rng)) if part.drawing else "",
        "MFRNR": pen.maybe(0.42, write_maker(part.maker, rng, chinese=0.14)) if part.number else "",
        "MFRPN": pen.maybe(0.66, _number(part, rng)) if part.number or part.catalog else "",
        "NORMT": pen.maybe(0.28, _standard(part, rng)),
        "WRKST": pen.maybe(0.42, _grade(part, rng)),
        "GROES": pen.maybe(0.46, size),
        "NTGEW": part.weight if rng.random() < 0.5 else "0.000",
        "GEWEI": "KG",
        "EAN11": pen.maybe(0.48, _gtin(part, rng)),
        "XCHPF": "X" if rng.random() < 0.58 else "",
        "MHDHB": pen.maybe(0.62, rng.choice(("730", "1095", "1825"))),
        "WERKS": rng.choice(("1000", "1100", "1110", "1200", "1300", "1400", "2100")),
        "MSTAE": rng.choice(("Z1", "Z9")) if rng.random() < 0.1 else "",
        "LVORM": "X" if rng.random() < 0.03 else "",
        "ERSDA": dirt.sap_date(dirt.later(rng, part.since, 3)),
    }


def _kingdee(key: str, part: Part, pen: Pen, known: Known) -> Row:
    rng = pen.rng
    joined = rng.random() < 0.06
    return {
        "编码": key,
        "名称": description(part, pen, "zh") if joined else finish(noun(part, rng, "zh"), rng),
        "规格型号": "" if joined else specification(part, pen, "zh"),
        "旧物料编码": pen.maybe(0.3, _old(part, rng)),
        "物料分组": str(part.kind["group"][1]),
        "物料属性": "自制" if part.catalog or part.kind["code"] == "pcba" else "外购",
        "基本单位": _unit(part, "KINGDEE_K3C", rng),
        "材质": pen.maybe(0.5, _grade(part, rng)),
        "品牌": pen.maybe(0.68, write_maker(part.maker, rng, chinese=0.5)) if part.number else "",
        "制造商型号": pen.maybe(0.45, _number(part, rng)) if part.number or part.catalog else "",
        "图号": pen.maybe(0.6, with_revision(part, rng)) if part.drawing else "",
        "条码": pen.maybe(0.45, _gtin(part, rng)),
        "描述": pen.maybe(0.15, description(part, pen, rng.choice(("zh", "en")))),
        "启用批号管理": "是" if rng.random() < 0.58 else "否",
        "禁用状态": "是" if rng.random() < 0.06 else "否",
        "创建日期": dirt.k3_date(rng, dirt.later(rng, part.since, 2)),
    }


def _yonyou(key: str, part: Part, pen: Pen, known: Known) -> Row:
    rng = pen.rng
    ended = (rng.randint(2019, 2025), rng.randint(1, 12), rng.randint(1, 28))
    return {
        "cInvCode": key,
        "cInvName": finish(noun(part, rng, "zh"), rng),
        "cInvStd": specification(part, pen, "zh"),
        "cInvAddCode": pen.maybe(0.23, _old(part, rng)),
        "cInvCCode": f"{rng.randint(1, 28):02}",
        "cComUnitName": _unit(part, "YONYOU_U8", rng),
        "cInvDefine1": pen.maybe(0.27, _grade(part, rng)),
        "cInvDefine2": pen.maybe(0.34, write_maker(part.maker, rng, chinese=0.25)) if part.number else "",
        "bInvBatch": "True" if rng.random() < 0.6 else "False",
        "dSDate": dirt.u8_date(part.since),
        "dEDate": dirt.u8_date(ended) if rng.random() < 0.07 else "",
    }


def _plm(key: str, part: Part, pen: Pen, known: Known) -> Row:
    rng = pen.rng
    own = part.drawing or part.catalog
    item = dirt.spoil_code(rng, with_revision(part, rng), 0.8)
    if part.catalog and rng.random() < 0.12:
        item = f"CAT-{item}"
    drawing = part.drawing if rng.random() < 0.75 else f"DWG-{part.item[-6:]}"
    long = rng.random() < 0.52
    changed = dirt.later(rng, part.since, 3)
    return {
        "item_uid": key,
        "item_id": item if own else rng.choice((part.item, f"TC{digits(rng, 7)}")),
        "item_revision_id": revision(rng),
        "object_name": description(part, pen, "en") if long else finish(noun(part, rng, "en"), rng),
        "object_desc": pen.maybe(0.4 if long else 0.95, _plm_text(part, pen)),
        "object_type": "Product"
        if part.catalog
        else "Assembly"
        if part.kind["code"] == "pcba"
        else "Part"
        if part.drawing
        else "CommercialPart",
        "uom_tag": _unit(part, "PLM_TC", rng),
        "material_spec": pen.maybe(0.44, _grade(part, rng)),
        "drawing_no": pen.maybe(0.6, drawing) if part.drawing else "",
        "mfr_name": pen.maybe(0.72, write_maker(part.maker, rng, chinese=0.2)) if part.number else "",
        "mfr_part_no": pen.maybe(0.8, _number(part, rng)) if part.number else "",
        "erp_item": _reference(pen, known, 0.46),
        "release_status": weighted(
            rng, [("Released", 64.0), ("TCM Released", 14.0), ("In Work", 12.0), ("Obsolete", 10.0)]
        ),
        "last_mod_date": f"{dirt.english_date(changed)} 10:{rng.randint(1, 30):02}",
    }


def _plm_text(part: Part, pen: Pen) -> str:
    if pen.chance(0.55):
        return description(part, pen, "zh")
    return finish(measures(part, pen, "en"), pen.rng)


def _mes(key: str, part: Part, pen: Pen, known: Known) -> Row:
    rng = pen.rng
    return {
        "MaterialDefinitionID": key,
        "Description": description(part, pen, "zh" if rng.random() < 0.76 else "en"),
        "MaterialClassID": str(part.kind["group"][0]),
        "UnitOfMeasure": _unit(part, "MES", rng),
        "LotControl": "1" if rng.random() < 0.6 else "0",
        "ErpRef": _reference(pen, known, 0.46),
        "GTIN": pen.maybe(0.38, _gtin(part, rng)),
        "Status": "Inactive" if rng.random() < 0.08 else "Active",
    }


def _lims(key: str, part: Part, pen: Pen, known: Known) -> Row:
    rng = pen.rng
    sizes = measures(part, pen, rng.choice(("zh", "en")), lose=0.3)
    return {
        "product_code": key,
        "product_name": description(part, pen, "en"),
        "local_name": pen.maybe(0.51, finish(noun(part, rng, "zh"), rng)),
        "specification_ref": pen.maybe(0.42, finish(sizes, rng)),
        "sample_type": str(part.kind["group"][0]),
        "manufacturer": pen.maybe(0.6, write_maker(part.maker, rng, chinese=0.2)) if part.number else "",
        "catalog_no": pen.maybe(0.62, _number(part, rng)) if part.number else "",
        "cas_no": pen.maybe(0.9, str(part.kind.get("cas", ""))) if part.kind.get("cas") else "",
        "storage": pen.maybe(0.82, rng.choice(("室温", "RT", "RT", "15-25 °C", "15-25 °C", "2-8℃", "常温"))),
        "erp_code": _reference(pen, known, 0.4),
    }


def _udi(key: str, part: Part, pen: Pen, known: Known) -> Row:
    rng = pen.rng
    code = dirt.spoil_code(rng, part.catalog, 0.5)
    model = code if rng.random() < 0.42 else finish(measures(part, pen, "zh"), rng) or code
    return {
        "deviceRecordKey": key,
        "zxxsdycpbs": part.gtin,
        "cpmctymc": noun(part, rng, "zh"),
        "spmc": pen.maybe(0.33, part.catalog.split("-")[0]),
        "ggxh": model,
        "cpms": pen.maybe(0.58, finish(measures(part, pen, "zh"), rng)),
        "cphhhbh": pen.maybe(0.66, code),
        "zczbhhzbapzbh": part.registration,
        "ylqxzcrbarmc": "本公司",
        "tyshxydm": "91330206MA2XXXXX5T",
        "flbm": f"{part.kind['device']}-0{rng.randint(1, 5)}",
        "cpbsfbrq": dirt.iso_date(dirt.later(rng, (2020, 1, 1), 4)),
        "versionStauts": rng.choice(("新增", "变更", "变更")),
    }


def _unit(part: Part, source: str, rng: Random) -> str:
    return rng.choice(_UNITS[source][part.kind.get("uom", "piece")])


def _grade(part: Part, rng: Random) -> str:
    for (kind, _), value in zip(part.params, part.values, strict=True):
        if kind in {"grade", "rubber"}:
            return measure.write(kind, value, rng, "zh" if rng.random() < 0.5 else "en")
    return ""


def _standard(part: Part, rng: Random) -> str:
    standards = part.kind.get("standards", ())
    return str(rng.choice(standards)) if standards else ""


def _number(part: Part, rng: Random) -> str:
    """The maker's number (or catalogue number) as typed: maker in front, packing behind, separators lost."""
    if goods_text.is_goods(part):
        return goods_text.model(part, rng)
    number = dirt.spoil_code(rng, part.number or part.catalog)
    if not part.number:
        return number
    roll = rng.random()
    if roll < 0.07:
        return f"{rng.choice((part.maker.prefix, part.maker.brand))} {number}"
    return number + rng.choice((" T&R", "-REEL", " (TR)", "/TRAY")) if roll > 0.96 else number


def _gtin(part: Part, rng: Random) -> str:
    """The device code, sometimes without its leading zero, wrong, or destroyed by a spreadsheet."""
    if not part.gtin:
        return ""
    roll = rng.random()
    if roll < 0.86:
        return part.gtin
    if roll < 0.94:
        return part.gtin[1:]
    return dirt.spreadsheet_number(part.gtin[1:]) if roll < 0.95 else dirt.spoil_code(rng, part.gtin, 5.0)


def _old(part: Part, rng: Random) -> str:
    """The old number; people also keep the drawing or the maker's number here."""
    if part.key and rng.random() < 0.05:
        return dirt.spoil_code(rng, part.key)
    return part.old if rng.random() < 0.75 else dirt.spoil_code(rng, part.old, 1.5)


def _reference(pen: Pen, known: Known, share: float) -> str:
    """The ERP number of this thing if it has one, typed by hand: sometimes another's."""
    if pen.rng.random() < 0.012:
        return f"{pen.rng.choice('1245')}{digits(pen.rng, 7)}"
    if not known.get("SAP_ECC"):
        return ""
    return pen.maybe(share, pen.rng.choice(known["SAP_ECC"]).lstrip("0"))


WRITERS: Mapping[str, Callable[[str, Part, Pen, Known], Row]] = {
    "SAP_ECC": _sap,
    "KINGDEE_K3C": _kingdee,
    "YONYOU_U8": _yonyou,
    "PLM_TC": _plm,
    "MES": _mes,
    "LIMS": _lims,
    "UDI_NMPA": _udi,
}
"""Source system to the function that writes one row of it."""
