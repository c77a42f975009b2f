"""The dictionary says what attributes are, and refuses to contradict itself."""

import pytest

from mdm.domain.code_list import lookup_key
from mdm.domain.dictionary import Dictionary, Required, Sensitivity, ValueType, parse_dictionary
from mdm.domain.entity_type import KINDS
from mdm.domain.errors import DictionaryError, UnknownAttributeError, UnknownEntityError
from mdm.services.dictionary import load_dictionary

HEAD = """
[entity]
name = "tool"
zh = "工具"
en = "Tool"
id_prefix = "TOL"
owner = "workshop"
identity = "One tool."
title = ["tool_name"]
summary = ["colour"]
"""
NAME = """
[[attribute]]
name = "tool_name"
zh = "名称"
en = "Name"
meaning = "What it is called."
kind = "text"
owner = "workshop"
"""
COLOUR = """
[[attribute]]
name = "colour"
zh = "颜色"
en = "Colour"
meaning = "Its colour."
type = "code"
kind = "code"
code_list = "paints"
owner = "workshop"
"""
PAINTS = """
version = "1"
owner = "workshop"
entries = [
  { code = "red", zh = "红色", en = "Red", synonyms = ["rouge", "ＲＤ"] },
  { code = "blue", zh = "蓝色", en = "Blue" },
]
"""
TOOL = HEAD + NAME + COLOUR


def parse(tool: str = TOOL, paints: str = PAINTS, **more: str) -> Dictionary:
    return parse_dictionary({"tool": tool, **more}, {"paints": paints})


def faults_of(tool: str = TOOL, paints: str = PAINTS, **more: str) -> str:
    with pytest.raises(DictionaryError) as caught:
        parse(tool, paints, **more)
    return caught.value.message


def test_a_consistent_dictionary_keeps_the_order_of_attributes():
    tool = parse().entity("tool")

    assert list(tool.attributes) == ["tool_name", "colour"]
    assert tool.attribute("colour").type is ValueType.CODE
    assert tool.attribute("tool_name").required is Required.OPTIONAL
    assert tool.attribute("tool_name").sensitivity is Sensitivity.INTERNAL
    assert tool.label("zh") == "工具"
    assert tool.title_of({"colour": "red", "tool_name": "Hammer"}) == "Hammer"


def test_an_unknown_entity_or_attribute_is_refused_by_name():
    dictionary = parse()

    with pytest.raises(UnknownEntityError):
        dictionary.entity("hammer")
    with pytest.raises(UnknownAttributeError):
        dictionary.entity("tool").attribute("weight")
    with pytest.raises(DictionaryError):
        dictionary.code_list("weights")


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ('kind = "text"', 'kind = "texture"', "tool.toml: tool.tool_name: unknown kind 'texture'"),
        ('"paints"', '"dyes"', "tool.toml: tool.colour: unknown code list 'dyes'"),
        ('code_list = "paints"', "", "tool.colour: kind 'code' needs a code_list"),
        ('name = "colour"', 'name = "tool_name"', "tool.tool_name: appears twice"),
        ('name = "colour"', 'name = "Colour"', "tool.Colour: name must be lower case"),
        ('kind = "text"', 'kind = "text"\nlatin_to = "alias"', "latin_to names unknown attribute 'alias'"),
        ('kind = "text"', 'kind = "text"\nhan_to = "alias"', "han_to names unknown attribute 'alias'"),
        ('kind = "text"', 'kind = "text"\nrefers_to = "box"', "refers_to unknown entity 'box'"),
        ('kind = "text"', 'kind = "text"\ncheck = "luck"', "unknown check 'luck'"),
        (
            'kind = "text"',
            'kind = "text"\nrequired = "often"',
            "required 'often' is not one of always, conditional",
        ),
        (
            'kind = "text"',
            'kind = "text"\nsensitivity = "secret"',
            "sensitivity 'secret' is not one of public",
        ),
        ('kind = "text"', 'kind = "text"\ntype = "date"', "kind 'text' does not fit type 'date'"),
        ('kind = "text"', 'kind = "date"', "kind 'date' does not fit type 'text'"),
        ('kind = "text"', 'kind = "text"\nmax_length = 0', "max_length must be a positive whole number"),
        ('kind = "text"', 'kind = "text"\nmultiple = "yes"', "multiple must be true or false"),
        ('kind = "text"', 'kind = "text"\nkinds = "x"', "tool.tool_name: unknown key 'kinds'"),
        ('kind = "text"\nowner = "workshop"', 'kind = "text"', "tool.toml: tool.tool_name: owner is missing"),
        ('meaning = "Its colour."', "", "tool.colour: meaning is missing"),
        ('id_prefix = "TOL"', 'id_prefix = "T"', "id_prefix 'T' must be 2 to 4 capital letters"),
        ('id_prefix = "TOL"', 'id_prefix = "tol"', "id_prefix 'tol' must be 2 to 4 capital letters"),
        ('title = ["tool_name"]', 'title = ["alias"]', "title names unknown attribute 'alias'"),
        ('title = ["tool_name"]', "title = []", "title names no attribute"),
        ('summary = ["colour"]', 'summary = ["alias"]', "summary names unknown attribute 'alias'"),
        ('summary = ["colour"]', 'key = ["alias"]\nmatched = false', "key names unknown attribute 'alias'"),
        ('summary = ["colour"]', "matched = false", "is not matched, so it needs a key"),
        ('summary = ["colour"]', 'summary = "colour"', "summary must be a list of texts"),
        (
            'kind = "text"',
            'kind = "text"\nrequired = "conditional"\nrequired_when = { shape = ["round"] }',
            "required_when names unknown attribute 'shape'",
        ),
        (
            'kind = "text"',
            'kind = "text"\nrequired_when = { colour = ["red"] }',
            "required_when needs required = 'conditional'",
        ),
        ("[entity]", "[entity", "tool.toml: not TOML"),
    ],
)
def test_each_contradiction_of_an_entity_is_named_with_file_entity_and_attribute(old, new, fault):
    assert old in TOOL

    assert fault in faults_of(TOOL.replace(old, new, 1))


def test_all_faults_are_told_at_once():
    broken = TOOL.replace('kind = "text"', 'kind = "texture"').replace('"paints"', '"dyes"')

    message = faults_of(broken)

    assert "unknown kind 'texture'" in message
    assert "unknown code list 'dyes'" in message


def test_two_entities_may_share_neither_name_nor_prefix():
    assert "entity 'tool' is defined in two files" in faults_of(again=TOOL)
    assert "id_prefix 'TOL' is used by tool, gear" in faults_of(gear=TOOL.replace('"tool"', '"gear"', 1))


def test_a_unit_must_stand_in_the_list_of_units():
    with_unit = TOOL.replace('kind = "text"', 'kind = "text"\nunit = "XXX"', 1)

    with pytest.raises(DictionaryError, match="unit 'XXX' is not in the code list units"):
        parse_dictionary({"tool": with_unit}, {"paints": PAINTS, "units": PAINTS})


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ('version = "1"', "", "codes/paints.toml: version is missing"),
        ('owner = "workshop"', "", "codes/paints.toml: owner is missing"),
        ('code = "blue"', 'code = "red"', "codes/paints.toml: code 'red' appears twice"),
        ('en = "Blue"', 'en = "Rouge"', "'Rouge' means both 'red' and 'blue'"),
        ('en = "Blue"', 'color = "Blue"', "codes/paints.toml: blue: unknown key 'color'"),
        (
            'synonyms = ["rouge", "ＲＤ"]',
            'synonyms = "rouge"',
            "codes/paints.toml: red: synonyms must be a list",
        ),
    ],
)
def test_each_fault_of_a_code_list_is_named(old, new, fault):
    assert old in PAINTS

    assert fault in faults_of(paints=PAINTS.replace(old, new, 1))


@pytest.mark.parametrize("text", ["red", "Red", " RED ", "红色", "ROUGE", "rd", "ｒｄ"])
def test_width_case_and_spaces_do_not_count_in_a_code_list(text):
    assert parse().code_list("paints").resolve(text) == "red"


def test_a_spelling_of_two_codes_names_neither_but_a_code_always_names_itself():
    shared = PAINTS.replace('version = "1"', 'version = "1"\nshared_synonyms = true')
    shared = shared.replace('en = "Blue"', 'en = "Blue", synonyms = ["rouge", "red"]')

    paints = parse(paints=shared).code_list("paints")

    assert paints.resolve("rouge") is None
    assert paints.candidates("rouge") == ("red", "blue")
    assert paints.resolve("red") == "red"
    assert paints.resolve("green") is None


def test_a_later_list_adds_codes_and_synonyms():
    more = 'version = "7"\nowner = "x"\nentries = [{ code = "red", synonyms = ["rot"] }, { code = "green" }]'

    paints = parse_dictionary({}, {"paints": PAINTS}, [{"paints": more}]).code_list("paints")

    assert paints.version == "1+7"
    assert paints.resolve("rot") == paints.resolve("rouge") == "red"
    assert paints.label("red", "zh") == "红色"
    assert paints.label("green", "zh") == "green"


def test_the_lookup_key_of_a_key_is_itself():
    assert lookup_key(lookup_key("Ａ  b\u3000Ｃ")) == lookup_key("Ａ  b\u3000Ｃ") == "a b c"


@pytest.fixture(scope="module")
def shipped() -> Dictionary:
    return load_dictionary()


def test_the_shipped_dictionary_masters_three_matched_and_seven_keyed_entities(shipped):
    assert [entity.name for entity in shipped.matched] == ["equipment", "material", "supplier"]
    assert {name for name, entity in shipped.entities.items() if not entity.matched} == {
        "batch", "bom", "customer", "inspection_item", "process", "serial_number", "site",
    }  # fmt: skip


def test_shipped_names_go_to_the_attribute_of_their_script(shipped):
    for entity, han in (
        ("supplier", "legal_name"),
        ("material", "material_name"),
        ("equipment", "equipment_name"),
    ):
        assert shipped.entity(entity).attribute(han).latin_to == "name_en"
        assert shipped.entity(entity).attribute("name_en").han_to == han


def test_every_shipped_attribute_explains_itself(shipped):
    attributes = [each for entity in shipped.entities.values() for each in entity.attributes.values()]

    assert all(each.meaning.endswith(".") and each.kind in KINDS for each in attributes)
    assert len(attributes) > 200


@pytest.mark.parametrize(
    ("code_list", "texts", "code"),
    [
        ("grades", ["SUS304", "06Cr19Ni10", "0Cr18Ni9", "1.4301", "S30400", "X5CrNi18-10"], "304"),
        ("grades", ["Ti6Al4V", "Gr5", "3.7165"], "TC4"),
        ("grades", ["Gr23", "Ti-6Al-4V ELI"], "TC4 ELI"),
        ("units", ["件", "pcs", "EA", "ST"], "H87"),
        ("units", ["㎜", "毫米", "MM"], "MMT"),
        ("sterility", ["无菌", "已灭菌", "STERILE"], "sterile"),
        ("sterility", ["非无菌", "未灭菌", "Non Sterile"], "non_sterile"),
        ("finishes", ["发黑", "BLK OX"], "black_oxide"),
        ("cities_cn", ["昆山", "昆山市", "Kunshan", "江苏省昆山市"], "kunshan"),
        ("null_words", ["", "Ｎ／Ａ", "无", "1900-01-01", "00000000"], "null"),
        ("qualification_status", ["合格", "approved"], "APPROVED"),
        ("material_nouns", ["O型圈", "O-ring"], "o_ring"),
        ("equipment_nouns", ["注塑机", "Injection molding machine"], "injection_moulding"),
        ("industry_words", ["精密", "Precision"], "precision"),
    ],
)
def test_shipped_codes_know_the_usual_spellings(shipped, code_list, texts, code):
    assert {shipped.code_list(code_list).resolve(text) for text in texts} == {code}


def test_near_grades_and_cities_of_one_pinyin_stay_apart(shipped):
    grades, cities = shipped.code_list("grades"), shipped.code_list("cities_cn")

    assert len({grades.resolve(text) for text in ("304", "304L", "316", "316L", "303")}) == 5
    assert cities.resolve("Suzhou") is None
    assert cities.resolve("苏州") != cities.resolve("宿州")


def test_parents_of_cities_and_machines_exist(shipped):
    cities, machines = shipped.code_list("cities_cn"), shipped.code_list("equipment_nouns")
    types = shipped.code_list("equipment_type").by_code

    assert all(not entry.parent or entry.parent in cities.by_code for entry in cities.entries)
    assert all(entry.parent in types for entry in machines.entries)


def test_a_folder_replaces_an_entity_and_extends_a_code_list(tmp_path):
    (tmp_path / "codes").mkdir()
    (tmp_path / "codes" / "colours.toml").write_text(
        'version = "2"\nowner = "x"\nentries = [{ code = "black", synonyms = ["夜色"] }]', encoding="utf-8"
    )
    (tmp_path / "site.toml").write_text(
        (HEAD + NAME).replace('"tool"', '"site"').replace('summary = ["colour"]', ""), encoding="utf-8"
    )

    dictionary = load_dictionary(tmp_path / "absent", tmp_path)

    assert list(dictionary.entity("site").attributes) == ["tool_name"]
    assert dictionary.code_list("colours").resolve("夜色") == "black"
