"""Goods that are told in words: when a record counts as such, what its words and model codes are."""

from __future__ import annotations

from typing import Any

import pytest

from mdm.domain.features import build_features
from mdm.domain.rules import Feature, parts
from mdm.domain.source import StandardRecord
from mdm.domain.standardise.material_text import parse_material_text
from mdm.services.dictionary import load_dictionary

CODES = load_dictionary().code_lists
TEXTS = ("material_name", "description")
WORDS = parts(TEXTS, "words", "models")


def features_of(
    name: str, description: str = ""
) -> dict[str, Any]:  # Any: a feature is a text, a number or a list
    told = {
        attribute: parse_material_text(text, CODES)
        for attribute, text in (("material_name", name), ("description", description))
        if text
    }
    kinds = (
        ("told_in_words", WORDS),
        ("wording", WORDS + parts(TEXTS, "figures", "noun", "colour")),
        ("telling_words", WORDS),
        ("word_pairs", WORDS),
        ("models", WORDS),
        ("chief_model", WORDS),
        ("chief_kind", WORDS),
        ("model_stems", WORDS),
        ("named_numbers", WORDS + parts(TEXTS, "spelled")),
    )
    declared = tuple(Feature(kind, kind, of) for kind, of in kinds)
    return dict(build_features(declared, StandardRecord(raw={}, values={}, parts=told)))


def test_a_catalogue_line_is_told_in_words_and_a_standard_part_is_not() -> None:
    assert features_of("Kestrel ergonomic swivel chair RT-450BK black")["told_in_words"] == ["words"]
    assert features_of("无线手持扫码枪 便携底座 白色 RT450")["told_in_words"] == ["words"]
    screw = features_of("Hexagon socket head cap screw M3x8 A2-70 zinc plated", "内六角螺钉 M3*8 304 镀锌")
    assert not any(screw.values())


def test_words_of_lists_count_by_their_code_in_either_language() -> None:
    english = features_of("Kestrel ergonomic swivel chair black")["wording"]
    chinese = features_of("Kestrel 升降靠背 转椅 办公 黑色")["wording"]
    assert {"kestrel", "black"} <= set(english) & set(chinese)


@pytest.mark.parametrize("written", ["RT-450BK", "rt450bk", "RT-450/BK", "RT450-BK"])
def test_a_model_is_one_key_however_it_is_set_apart(written: str) -> None:
    assert features_of(f"Kestrel ergonomic office swivel chair {written}")["models"] == ["RT450BK"]


def test_the_letters_of_a_colour_do_not_hide_the_model() -> None:
    with_colour = features_of("Kestrel ergonomic swivel chair RT450BK")
    without = features_of("Kestrel swivel chair ergonomic RT-450")
    assert with_colour["models"] != without["models"]
    assert with_colour["model_stems"] == without["model_stems"] == ["RT450"]


def test_a_name_with_its_number_apart_meets_the_code_written_as_one() -> None:
    apart = features_of("Verano ergonomic swivel chair kestrel 450")
    joined = features_of("Verano ergonomic swivel chair KESTREL450BK")
    assert set(apart["named_numbers"]) & set(joined["named_numbers"])


def test_codes_of_a_description_count_only_where_the_name_has_none() -> None:
    fitting = "spare armrest pair seen on chair RT450"
    assert features_of("Kestrel padded armrest AR77K", fitting)["models"] == ["AR77K"]
    assert features_of("Kestrel padded armrest pair", fitting)["models"] == ["RT450"]


@pytest.mark.parametrize(
    "told", ["spare armrest for the RT450", "spare armrest fits RT450", "备用扶手 适用于RT450"]
)
def test_the_model_that_a_thing_is_made_for_is_not_its_own(told: str) -> None:
    assert features_of(f"Kestrel padded soft {told} AR77K")["models"] == ["AR77K"]


def test_the_longest_code_is_the_chief_one_and_its_kind_is_how_it_begins() -> None:
    found = features_of("Kestrel swivel chair RT45 RT4500BK")
    assert (found["chief_model"], found["chief_kind"]) == (["RT4500BK"], ["RT"])
    assert features_of("Kestrel ergonomic swivel chair 450817")["chief_kind"] == ["999999"]


def test_ratings_are_no_models() -> None:
    assert features_of("Kestrel portable storage drive 500GB")["models"] == []


@pytest.mark.parametrize(
    ("written", "right"),
    [
        ("Dowwel pin 2x10", "Dowel pin 2x10"),
        ("BEARRING,BALL 625", "BEARING,BALL 625"),
        ("深沟球轴程 6000", "深沟球轴承 6000"),
        ("六角头栓 M5x20", "六角头螺栓 M5x20"),
    ],
)
def test_a_noun_with_one_slip_is_read(written: str, right: str) -> None:
    assert parse_material_text(written, CODES)["noun"] == parse_material_text(right, CODES)["noun"] != ""


@pytest.mark.parametrize(
    "written",
    [
        "straight 4 holes left TC4",  # a unit is no hose
        "portable disc player with remote",  # prose is no place to look for slips
        "layer",  # two slips
    ],
)
def test_what_is_no_slip_of_a_noun_is_left_alone(written: str) -> None:
    assert parse_material_text(written, CODES)["noun"] == ""


@pytest.mark.parametrize("written", ["RT-450-BLUE-V2", "rt450-blue-v2", "RT450BLUEV2"])
def test_a_model_stays_whole_where_a_listed_word_stands_inside_it(written: str) -> None:
    assert features_of(f"Kestrel ergonomic swivel chair {written}")["models"] == ["RT450BLUEV2"]


def test_a_grade_is_no_model() -> None:
    told = features_of("Kestrel ergonomic swivel footrest plate SUS304 brushed RT450")
    assert told["models"] == ["RT450"]


def test_numbers_of_qualities_are_words_too() -> None:
    wording = features_of("Kestrel chest freezer quiet 24.70 cu ft RT450")["wording"]
    assert "24.7" in wording
    assert "500" in features_of("Kestrel video recorder, very quiet, 500GB")["wording"]


@pytest.mark.parametrize(
    ("name", "model"),
    [
        ("Kestrel broad flat screen KV-38QR70T", "KV38QR70T"),
        ("Kestrel RB-5200LT voice recorder silver", "RB5200LT"),
        ("Kestrel drip coffee maker FK60W", "FK60W"),
        ("Kestrel keyed notebook lock 73051F", "73051F"),
        ("Kestrel garden projector smart 3820-KVTMQS", "3820KVTMQS"),
    ],
)
def test_a_model_is_read_although_it_reads_like_a_size(name: str, model: str) -> None:
    assert features_of(name)["models"] == [model]


@pytest.mark.parametrize("end", ["OD25mm", "500GB", "D100", "50W"])
def test_a_size_at_the_end_of_a_line_is_no_model(end: str) -> None:
    assert features_of(f"Kestrel flexible garden hose kit {end}")["models"] == []


def test_a_long_number_stands_for_the_code_that_has_letters_before_it() -> None:
    whole = features_of("Kestrel roof antenna millennium TV24734")
    bare = features_of("Kestrel millennium antenna roof 24734")
    assert set(whole["model_stems"]) & set(bare["model_stems"]) == {"24734"}


def test_a_name_with_a_number_counts_only_where_no_code_is_told() -> None:
    assert features_of("Verano ergonomic chair kestrel 450 RX88")["named_numbers"] == ["RX88"]


def test_two_words_of_a_name_are_a_key_and_those_of_a_description_are_none() -> None:
    pairs = features_of("Kestrel garden shears", "supple and kink free")["word_pairs"]
    assert "kestrel|shears" in pairs
    assert not any("supple" in pair for pair in pairs)
