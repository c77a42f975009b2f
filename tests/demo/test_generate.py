"""Demo worlds: the same bytes for the same seed, files that parse, a truth that covers every record."""

from __future__ import annotations

import csv
import json
import re
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random

import pytest
from lxml import etree
from python_calamine import CalamineWorkbook
from stdnum import ean, lei
from stdnum.cn import uscc

from mdm.demo import goods, goods_text, material
from mdm.demo.dirt import Pen
from mdm.demo.vocabulary import speaking, words
from mdm.demo.world import World, generate
from mdm.domain.errors import UnknownEntityError

ENTITIES = ("supplier", "material", "equipment")
KINDS = {
    "supplier": {
        *("sister_plant", "other_industry_same_owner", "parent_subsidiary", "branch", "same_trade_unrelated"),
        *("homophone", "same_address", "foreign_sister", "foreign_parent_vs_china_sub", "same_family"),
    },
    "material": {
        *("one_dimension_or_parameter", "grade", "left_right", "sterile_vs_nonsterile", "one_parameter"),
        *("other_maker_same_spec", "superseded_part_number", "same_name_other_drawing", "other_product_line"),
        *("other_colour", "accessory", "same_family"),
    },
    "equipment": {
        *(
            "same_model_next_serial",
            "same_model_other_site",
            "replacement_same_tag",
            "sister_model_same_area",
        ),
        *("sub_unit_same_line", "same_serial_other_maker", "same_family"),
    },
}
Rows = dict[str, list[dict[str, str]]]


@pytest.fixture(scope="module")
def worlds(tmp_path_factory: pytest.TempPathFactory) -> dict[str, World]:
    folder = tmp_path_factory.mktemp("worlds")
    return {entity: generate(entity, folder / entity, records=3000, seed=11) for entity in ENTITIES}


def read(world: World) -> Rows:
    readers: dict[str, Callable[..., Iterator[dict[str, str]]]] = {
        "csv": _read_csv,
        "xlsx": _read_xlsx,
        "jsonl": _read_jsonl,
        "xml": _read_xml,
    }
    return {
        source: list(readers[profile["format"]](world.folder / profile["file"], profile))
        for source, profile in world.mapping["sources"].items()
    }


def _read_csv(path: Path, profile: dict[str, str]) -> Iterator[dict[str, str]]:
    with path.open(encoding=profile["encoding"], newline="") as handle:
        yield from csv.DictReader(handle, delimiter=profile["delimiter"], strict=True)


def _read_xlsx(path: Path, profile: dict[str, str]) -> Iterator[dict[str, str]]:
    header, *rows = CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python()
    for row in rows:
        yield {str(name): str(cell) for name, cell in zip(header, row, strict=True)}


def _read_jsonl(path: Path, profile: dict[str, str]) -> Iterator[dict[str, str]]:
    for line in path.read_text(encoding="utf-8").splitlines():
        yield {name: cell or "" for name, cell in json.loads(line).items()}


def _read_xml(path: Path, profile: dict[str, str]) -> Iterator[dict[str, str]]:
    for device in etree.parse(str(path)).getroot().iter("device"):
        yield {cell.tag: cell.text or "" for cell in device}


def column(rows: Rows, source: str, name: str) -> list[str]:
    return [row[name] for row in rows[source] if row[name]]


@pytest.mark.parametrize("entity", ENTITIES)
def test_the_same_seed_gives_the_same_bytes(entity: str, tmp_path: Path) -> None:
    first = generate(entity, tmp_path / "first", records=300, seed=3)
    second = generate(entity, tmp_path / "second", records=300, seed=3)
    names = sorted(path.name for path in first.folder.iterdir())
    assert names == sorted(path.name for path in second.folder.iterdir())
    assert all((first.folder / name).read_bytes() == (second.folder / name).read_bytes() for name in names)


@pytest.mark.parametrize("entity", ENTITIES)
def test_another_seed_gives_another_world(entity: str, tmp_path: Path) -> None:
    worlds = [generate(entity, tmp_path / str(seed), records=60, seed=seed) for seed in (1, 2)]
    assert worlds[0].truth != worlds[1].truth


@pytest.mark.parametrize("entity", ENTITIES)
@pytest.mark.parametrize("records", [1, 30, 300])
def test_small_worlds_work(entity: str, records: int, tmp_path: Path) -> None:
    world = generate(entity, tmp_path, records=records, seed=5)
    assert records <= len(world.truth) <= records + 25
    assert sum(len(rows) for rows in read(world).values()) == len(world.truth)


@pytest.mark.parametrize("entity", ENTITIES)
def test_the_truth_covers_every_record_once(entity: str, worlds: dict[str, World]) -> None:
    world = worlds[entity]
    sources = world.mapping["sources"]
    written = [
        (source, row[sources[source]["id_column"]]) for source, rows in read(world).items() for row in rows
    ]
    assert len(written) == len(set(written))
    assert sorted(written) == [(source, key) for source, key, _ in world.truth]
    with (world.folder / "truth.csv").open(encoding="utf-8", newline="") as handle:
        assert [tuple(row.values()) for row in csv.DictReader(handle)] == list(world.truth)


@pytest.mark.parametrize("entity", ENTITIES)
def test_every_mapped_column_is_written_and_used(entity: str, worlds: dict[str, World]) -> None:
    world = worlds[entity]
    never_used = {"REGIO", "TELFX", "cVenFax"}
    for source, rows in read(world).items():
        for name in world.mapping["sources"][source]["columns"]:
            assert name in never_used or column({source: rows}, source, name), (source, name)


@pytest.mark.parametrize("entity", ENTITIES)
def test_every_kind_of_hard_negative_occurs_between_different_things(
    entity: str, worlds: dict[str, World]
) -> None:
    world = worlds[entity]
    things = {thing for _, _, thing in world.truth}
    assert {kind for _, _, kind in world.negatives} == KINDS[entity]
    assert all(left != right and {left, right} <= things for left, right, _ in world.negatives)


@pytest.mark.parametrize("entity", ENTITIES)
def test_a_third_of_the_things_is_in_one_source_and_some_are_doubled_inside_one(
    entity: str, worlds: dict[str, World]
) -> None:
    held: dict[str, Counter[str]] = {}
    for source, _, thing in worlds[entity].truth:
        held.setdefault(thing, Counter())[source] += 1
    alone = sum(len(sources) == 1 for sources in held.values()) / len(held)
    doubled = sum(max(sources.values()) > 1 for sources in held.values()) / len(held)
    assert 0.22 < alone < 0.42
    assert 0.07 < doubled < 0.24
    assert 2.2 < len(worlds[entity].truth) / len(held) < 2.9


def test_credit_codes_are_mostly_valid_and_sometimes_spoiled(worlds: dict[str, World]) -> None:
    codes = column(read(worlds["supplier"]), "SAP_ECC", "STCD5")
    assert 0.75 < sum(uscc.is_valid(code) for code in codes) / len(codes) < 0.97
    assert any(re.search("[０-９]", code) for code in codes)
    assert any(re.search("[a-z]", code) for code in codes)
    assert any(len(code) == 15 for code in codes)
    assert any(re.fullmatch(r"[0-9A-Z]{18}", code) and not uscc.is_valid(code) for code in codes)


def test_legal_entity_identifiers_and_device_codes_have_their_check_digits(worlds: dict[str, World]) -> None:
    ids = [code for code in column(read(worlds["supplier"]), "CRM_ACCOUNT", "LEI__c") if len(code) == 20]
    devices = column(read(worlds["material"]), "UDI_NMPA", "zxxsdycpbs")
    assert ids
    assert all(lei.is_valid(code) for code in ids)
    assert devices
    assert all(ean.is_valid(code) for code in devices)


SUPPLIER_DIRT = {
    "cut at 35": r"SAP_ECC NAME1 .{35}$",
    "bracket city": r"NAME1 .*[（(]",
    "branch": r"名称 .*分公司",
    "no legal form": r"名称 [^公厂部行団式社]{2,12}$",
    "traditional script": r"名称 .*[灣機電業醫療]",
    "status note": r"(名称|NAME1|cVenName|Local Name|Name_Local__c) .*(停用|作废|勿用|重复)",
    "english note": r"(Name|Supplier Name|mfr_name|NAME\d) .*(DO NOT USE|INACTIVE|OBSOLETE|OLD)",
    "pinyin joined": r"Supplier Name .*Youxian Gongsi",
    "pinyin syllables apart": r"mfr_name .*[A-Z][a-z]{1,4} [A-Z][a-z]{1,4} [A-Z][a-z]{1,4} [A-Z][a-z]{1,4} ",
    "hyphenated trade name": r"Name .*[A-Z][a-z]+-[A-Z][a-z]+",
    "organisation code": r"(STCD1|cVenRegCode|Tax_Id__c) [0-9A-Z]{8}-[0-9X]$",
    "spreadsheet number": r"(cVenRegCode|STCD1|STCD5) \d\.\d{4}E\+1[47]",
    "free mail": r"电子邮箱 .*@(163|126|qq|sina)\.com",
    "extension": r"TELF1 .*-\d{3}$",
    "no area code": r"TELF1 \d{7,8}$",
    "lost leading zero": r"联系电话 [57]\d{9,10}$",
    "abbreviated road": r"BillingStreet .*Rd\.",
    "road in pinyin": r"BillingStreet .* Lu",
    "full-width house number": r"注册地址 .*[０-９]",
    "dashed D-U-N-S": r"D-U-N-S \d{2}-\d{3}-\d{4}$",
    "disguised null": r"\w+ (-|/|N/A|无|待定|TBD|暂无|NULL)$",
    "country words": r"Country P\.R\. China$",
    "no date": r"ERDAT 00000000$",
    "Japanese company": r"\w+ .*(株式会社|K\.K\.|Kabushiki)",
    "foreign VAT number": r"STCEG DE\d{9}$",
}
MATERIAL_DIRT = {
    "cut at 40": r"SAP_ECC MAKTX_\w\w .{40}$",
    "status note": r"(MAKTX_ZH|名称|cInvName) .*(停用|作废|勿用|报废)",
    "full-width text": r"(规格型号|cInvStd|MAKTX_ZH) .*[Ａ-Ｚ０-９]{3}",
    "star as separator": r"MAKTX_ZH .*M\d+\*\d+",
    "multiplication sign": r"规格型号 .*\d×\d",
    "decimal zero": r"cInvStd .*M\d+\.0",
    "inner and outer diameter": r"(规格型号|cInvStd) .*ID[\d.]+[* ]OD",
    "diameters in words": r"\w+ .*(内径|外径)[\d.]+(外径|壁厚|线径)",
    "inch": r"\w+ .*\d+G.{1,3}[\d.]+\"",
    "centimetre": r"\w+ .*\dcm",
    "French sizes": r"\w+ .*\d ?(Fr|FR|CH)",
    "ohm notations": r"\w+ .*(\dK\d|\dKΩ|\d+ohm)",
    "capacitor code": r"\w+ .*(?<!\d)[124][027][1-6](?!\d)",
    "grade by another designation": r"\w+ .*(06Cr19Ni10|022Cr17Ni12Mo2|1\.4301|1\.4404)",
    "Chinese inside English": r"MAKTX_EN .*[一-龥]",
    "revision stuck to the drawing": r"(ZEINR|图号|item_id) .*(REV|版|Rev)",
    "packing behind the number": r"(MFRPN|mfr_part_no|制造商型号) .*(T&R|REEL|TR\))",
    "apostrophe from a spreadsheet": r"\w+ '",
    "successor note": r"\w+ .*(替代|replaces|代替|supersedes)",
    "sterile in two languages": r"MAKTX_ZH .*(STERILE|sterile)",
    "grams": r"\w+ .*\d ?(g|G|克)",
    "dealer code without leading zero": r"(条码|EAN11|GTIN) 69\d{11}$",
    "noun only": r"Description [^\dA-Za-z]{2,6}$",
    "weight zero": r"NTGEW 0\.000$",
}
EQUIPMENT_DIRT = {
    "status note": r"(设备名称|固定资产名称|EQKTX) .*(停用|报废|备用|作废)",
    "english note": r"(Description|name) .*(DECOMMISSIONED|INACTIVE|DO NOT USE)",
    "prefix of serial": r"(SERGE|Serial No\.|出厂编号|serial) (S/N|SN|No\.|出厂编号)",
    "tag in the serial column": r"(SERGE|Serial No\.|出厂编号) .*(NB1|NB2|KUL)-[A-Z]{3}-\d{3}",
    "serial in the tag column": r"(TIDNR|Asset Tag|设备编号) [A-Z]{0,2}\d{6,9}$",
    "dealer for maker": r"(制造厂商|生产厂家) .*(贸易|商贸|机电设备)有限公司",
    "legal name of the maker": r"(HERST|Manufacturer) .*(GmbH|Inc\.|Co\., ?)",
    "brand and Chinese": r"\w+ [一-龥]+/[A-Z][a-z]+$",
    "voltage behind the model": r"(TYPBZ|Model No\.|型号规格|规格型号) .*(220V|380V)",
    "full-width": r"(SERGE|TIDNR|Asset Tag|出厂编号|型号规格|规格型号) .*[Ａ-Ｚ０-９]{3}",
    "old tag": r"(TIDNR|Asset Tag|PhysicalAssetID|设备编号) (Q|E|OLD-|B)\d{4}$",
    "running number in the name": r"(设备名称|固定资产名称) .*\d(#|号)",
    "ledger date": r"校准日期 \d+年\d+月\d+日$",
    "American date": r"Install Date \d\d/\d\d/\d{4}$",
    "no date": r"INBDT 00000000$",
    "lower case": r"(Asset Tag|TIDNR) [a-z]{3}",
    "host of a unit": r"Parent Asset .+",
}


@pytest.mark.parametrize(
    ("entity", "dirt"),
    [("supplier", SUPPLIER_DIRT), ("material", MATERIAL_DIRT), ("equipment", EQUIPMENT_DIRT)],
)
def test_every_kind_of_dirt_occurs(entity: str, dirt: dict[str, str], worlds: dict[str, World]) -> None:
    rows = read(worlds[entity])
    cells = "\n".join(
        f"{source} {name} {cell}\n{name} {cell}"
        for source, records in rows.items()
        for record in records
        for name, cell in record.items()
        if cell
    )
    missing = [name for name, pattern in dirt.items() if not re.search(f"^{pattern}", cells, re.MULTILINE)]
    assert missing == []


def test_an_unknown_entity_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnknownEntityError):
        generate("patient", tmp_path, records=10, seed=1)


@pytest.mark.parametrize("entity", ["supplier", "material", "equipment"])
def test_the_second_vocabulary_makes_another_world(entity, tmp_path):
    first = generate(entity, tmp_path / "first", records=400, seed=3)
    second = generate(entity, tmp_path / "second", records=400, seed=3, vocabulary="second")
    assert 400 <= len(second.truth) < 420
    assert {source for source, _, _ in second.truth} == {source for source, _, _ in first.truth}
    for code, profile in second.mapping["sources"].items():
        made = [(tmp_path / name / profile["file"]).read_bytes() for name in ("first", "second")]
        assert made[0] != made[1], code


def test_the_vocabularies_share_no_word_of_their_own():
    def told(vocabulary):
        with speaking(vocabulary):
            companies, machines, parts = words("companies"), words("machines"), words("parts")
            return (
                set(companies["sounds"]) | {row["zh"] for row in companies["industry"]},
                {name for row in machines["machine"] for name in (*row["zh"], *row["en"])},
                {name for row in parts["part"] for name in (*row["zh"], *row["en"])},
                {city[0] for city in words("places")["cities"]},
            )

    for one, other in zip(told("first"), told("second"), strict=True):
        assert one & other == set()


def test_an_unknown_vocabulary_is_refused(tmp_path):
    with pytest.raises(ValueError, match="klingon"):
        generate("supplier", tmp_path, records=10, seed=1, vocabulary="klingon")


@pytest.mark.parametrize("vocabulary", ["first", "second"])
def test_goods_are_told_in_words_of_their_vocabulary(vocabulary: str) -> None:
    rng = Random(5)
    with speaking(vocabulary):
        recipe = material.recipe(rng)
        things = [thing for _ in range(400) for thing in recipe.family()[0]]
        goods = [thing for thing in things if goods_text.is_goods(thing)]
        told = [goods_text.title(thing, Pen(rng), "en", long=True) for thing in goods]
    assert len(goods) > 20
    assert sum(len(line.split()) >= 5 for line in told) > 0.9 * len(told)
    assert (
        sum(
            thing.stem.lower() in line.lower().replace("-", "")
            for thing, line in zip(goods, told, strict=True)
        )
        > len(told) / 3
    )


def test_the_same_goods_in_another_colour_keep_all_but_the_end_of_their_number() -> None:
    rng = Random(5)
    recipe = material.recipe(rng)
    base = next(t for _ in range(400) for t in recipe.family()[0] if goods_text.is_goods(t) and not t.fits)
    other = goods.in_other_colour(base, rng)
    assert other.number != base.number
    assert (other.stem, other.values[:-1]) == (base.stem, base.values[:-1])
