"""Reasons of the machine: stored as text, read back as code and values; what people write stays what it is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mdm.domain.machine_reason import LONGEST, ReasonCode, in_words, machine_reason, read_reason
from mdm.domain.reason import Words


@given(st.sampled_from(list(ReasonCode)), st.dictionaries(st.sampled_from("abc"), st.text(max_size=LONGEST)))
def test_what_is_stored_is_read_back(code, values):
    assert read_reason(machine_reason(code, **values)) == (code, values)


def test_a_value_of_any_length_leaves_a_reason_that_can_be_read():
    found = read_reason(machine_reason(ReasonCode.FILE_CAME, file="x" * 5000))
    assert found.values == {"file": "x" * LONGEST}


@pytest.mark.parametrize(
    "text",
    [
        "same thing",
        "match supplier in full",
        "match.full and more",
        "no.code",
        "match.full {",
        "match.full {1}",
        "",
    ],
)
def test_what_people_wrote_is_no_code(text):
    assert read_reason(text) is None


def test_every_code_has_words_in_both_languages():
    values = dict.fromkeys(("entity", "record", "file", "verdicts", "decision"), "{x}")
    for code in ReasonCode:
        text = machine_reason(code, **values)
        said = in_words(text)
        assert text not in said
        assert "{entity}" not in said.en + said.zh
        assert any("\u4e00" <= sign <= "\u9fff" for sign in said.zh)


def test_a_person_is_quoted_and_an_entity_is_called_by_its_name():
    assert in_words("same thing") == ("same thing", "same thing")
    text = machine_reason(ReasonCode.MATCHED_IN_FULL, entity="supplier")
    assert in_words(text, Words("Supplier", "供应商")) == (
        "Matching everything: Supplier",
        "全量匹配：供应商",
    )
    assert in_words("match.full") == ("Matching everything: ", "全量匹配：")
    assert in_words("load.file") == ("load.file", "load.file")
