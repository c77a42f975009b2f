"""A profile says how an extract maps to the dictionary, and is refused by name where it does not fit."""

import pytest

from mdm.domain.dictionary import Attribute, EntityType
from mdm.domain.errors import ProfileError
from mdm.domain.profile import FileFormat, join_parts, map_cells, parse_profile
from mdm.domain.source import SourceKind

SUPPLIER = EntityType(
    name="supplier",
    zh="供应商",
    en="Supplier",
    id_prefix="SU",
    owner="Purchasing",
    identity="one legally registered unit",
    title=("legal_name",),
    summary=("legal_name",),
    attributes={
        name: Attribute(name, name, name, name, "Purchasing", "text")
        for name in ("legal_name", "city", "phone")
    },
)

FULL: dict[str, object] = {
    "kind": "ERP",
    "format": "csv",
    "encoding": "GB18030",
    "delimiter": "|",
    "header_row": 2,
    "id_column": "LIFNR",
    "columns": {
        "NAME1": {"attribute": "legal_name", "part": 1},
        "NAME2": {"attribute": "legal_name", "part": 2},
        "ORT01": "city",
    },
    "unmapped": ["MANDT"],
    "duplicate_free": True,
    "date_order": "dmy",
    "nulls": ["-"],
    "country": "cn",
}


def test_every_key_is_read() -> None:
    profile = parse_profile(FULL, SUPPLIER, "SAP")
    assert (profile.source, profile.kind, profile.format) == ("SAP", SourceKind.ERP, FileFormat.CSV)
    assert (profile.encoding, profile.delimiter, profile.header_row) == ("gb18030", "|", 2)
    assert profile.columns == {"NAME1": ("legal_name", 1), "NAME2": ("legal_name", 2), "ORT01": ("city", 0)}
    assert (profile.unmapped, profile.duplicate_free) == (("MANDT",), True)
    assert profile.context.date_order == "DMY"
    assert profile.context.nulls == {"-"}
    assert profile.context.country == "CN"


def test_null_and_absent_keys_have_defaults() -> None:
    given = {"id_column": "id", "columns": {"c": "city"}, "delimiter": None, "header_row": None, "kind": None}
    profile = parse_profile(given, SUPPLIER, "X")
    assert (profile.format, profile.encoding, profile.delimiter, profile.header_row) == (
        "csv",
        "utf-8",
        ",",
        1,
    )
    assert (profile.kind, profile.date_order, profile.nulls, profile.duplicate_free) == (
        None,
        None,
        (),
        False,
    )


@pytest.mark.parametrize("form", ["csv", "xlsx", "jsonl", "xml"])
def test_a_profile_written_as_json_reads_back_the_same(form: str) -> None:
    profile = parse_profile({**FULL, "format": form, "sheet": "表", "record_path": "a/b"}, SUPPLIER, "SAP")
    again = parse_profile(profile.to_json(), SUPPLIER, "SAP")
    assert again.to_json() == profile.to_json()
    assert again.columns == profile.columns


def test_one_source_is_taken_out_of_a_whole_mapping() -> None:
    mapping = {"entity_type": "supplier", "note": "n", "sources": {"SAP": FULL, "CRM": {}}}
    assert parse_profile(mapping, SUPPLIER, "SAP") == parse_profile(FULL, SUPPLIER, "SAP")


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"columns": {"A": "legal_nmae"}}, "A: supplier has no attribute 'legal_nmae'"),
        ({"columns": {"A": {"attribute": "nope", "part": 1}}}, "has no attribute 'nope'"),
        ({"columns": {"A": "city", "B": "city"}}, "city is mapped more than once"),
        ({"columns": {"A": "city", "B": {"attribute": "city", "part": 1}}}, "city is mapped more than once"),
        (
            {"columns": {"A": {"attribute": "city", "part": 1}, "B": {"attribute": "city", "part": 1}}},
            "city is mapped more than once",
        ),
        ({"columns": {"A": {"attribute": "city", "part": "1"}}}, "A must be an attribute"),
        ({"columns": {"A": {"attribute": "city", "part": True}}}, "A must be an attribute"),
        ({"columns": {"A": 7}}, "A must be an attribute"),
        ({"columns": {}}, "columns are missing"),
        ({"columns": ["city"]}, "columns must be a table"),
        ({"id_column": None}, "id_column is missing"),
        ({"id_column": " "}, "id_column is missing"),
        ({"id_column": 5}, "id_column must be text"),
        ({"format": "pdf"}, "format 'pdf' is not one of csv, xlsx, jsonl, xml"),
        ({"format": ["csv"]}, "format"),
        ({"kind": "XYZ"}, "kind 'XYZ' is not one of"),
        ({"encoding": "utf-7"}, "encoding 'utf-7' is not one of"),
        ({"encoding": "idna"}, "encoding 'idna'"),
        ({"date_order": "DYM"}, "date_order 'DYM'"),
        ({"delimiter": "||"}, "delimiter '||'"),
        ({"delimiter": '"'}, "delimiter"),
        ({"header_row": 0}, "header_row must be a positive whole number"),
        ({"header_row": "1"}, "header_row must be a positive whole number"),
        ({"duplicate_free": "yes"}, "duplicate_free must be true or false"),
        ({"nulls": "-"}, "nulls must be a list of texts"),
        ({"country": "China"}, "country 'China'"),
        ({"date_oder": "DMY"}, "unknown key 'date_oder'"),
    ],
)
def test_what_does_not_fit_is_refused_by_name(change: dict[str, object], named: str) -> None:
    with pytest.raises(ProfileError) as caught:
        parse_profile({**FULL, **change}, SUPPLIER, "SAP")
    assert named in caught.value.message
    assert caught.value.message.startswith("profile of SAP")


def test_all_faults_are_told_at_once() -> None:
    with pytest.raises(ProfileError) as caught:
        parse_profile({"format": "pdf", "columns": {"A": "nope"}}, SUPPLIER, "SAP")
    faults = caught.value.details["faults"]
    assert isinstance(faults, list)
    assert len(faults) == 3


@pytest.mark.parametrize(
    ("data", "named"),
    [
        ([], "must be a JSON object"),
        ("x", "must be a JSON object"),
        ({"sources": {"CRM": {}}}, "no profile for source 'SAP'"),
        ({"sources": []}, "no profile for source 'SAP'"),
        ({"sources": {"SAP": "x"}}, "no profile for source 'SAP'"),
        ({"entity_type": "material", **FULL}, "for 'material', not for 'supplier'"),
    ],
)
def test_what_is_no_profile_of_this_source_is_refused(data: object, named: str) -> None:
    with pytest.raises(ProfileError, match=named):
        parse_profile(data, SUPPLIER, "SAP")


def test_cells_become_attributes_and_blank_ones_are_absent() -> None:
    profile = parse_profile(FULL, SUPPLIER, "SAP")
    cells = {"LIFNR": "1", "NAME1": " Hall & Co ", "NAME2": "  ", "ORT01": "-", "MANDT": "800"}
    assert map_cells(profile, cells) == {"legal_name": " Hall & Co ", "city": "-"}
    assert map_cells(profile, {"LIFNR": "1", "NAME1": None}) == {}


def test_a_null_text_is_no_part_of_a_joined_value() -> None:
    profile = parse_profile(FULL, SUPPLIER, "SAP")
    assert map_cells(profile, {"NAME1": "Hall", "NAME2": "-"}) == {"legal_name": "Hall"}


def test_parts_are_joined_in_the_order_of_their_numbers() -> None:
    columns = {
        "B": {"attribute": "city", "part": 10},
        "A": {"attribute": "city", "part": 2},
        "C": {"attribute": "city", "part": 1},
    }
    profile = parse_profile({"id_column": "id", "columns": columns}, SUPPLIER, "SAP")
    assert map_cells(profile, {"A": "two", "B": "ten", "C": "one"}) == {"city": "one two ten"}


@pytest.mark.parametrize(
    ("parts", "joined"),
    [
        (["NORTHERN PRECISION BEARINGS COMPANY", "LIMITED"], "NORTHERN PRECISION BEARINGS COMPANYLIMITED"),
        (["Northern Precision Bearing Works Gm", "bH"], "Northern Precision Bearing Works GmbH"),
        (["Northern Bearings", "Asia Ltd."], "Northern Bearings Asia Ltd."),
        (["Northern ", "Ltd."], "Northern Ltd."),
        (["北方轴承", "有限公司"], "北方轴承有限公司"),
        (["北方轴承", "Northern Bearings"], "北方轴承 Northern Bearings"),
        (["北方轴承（", "上海）"], "北方轴承（上海）"),
        (["one"], "one"),
    ],
)
def test_a_cut_line_continues_directly_and_others_are_set_apart(parts: list[str], joined: str) -> None:
    assert join_parts(parts) == joined
