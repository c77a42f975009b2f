"""Tables made of packed records are those made of prepared ones."""

from __future__ import annotations

import pytest

from mdm.domain.errors import DamagedRecordError, RuleError
from mdm.linkage.packed import compile_packing
from mdm.linkage.packed_table import packed_tables
from mdm.linkage.table import comparison_table, key_table
from tests.linkage.cases import EVERY_KIND, Case, odd_case, shipped_case


def cases(tmp_path_factory: pytest.TempPathFactory) -> list[Case]:
    shipped = [
        shipped_case(entity, tmp_path_factory.mktemp(entity), 150)
        for entity in ("supplier", "material", "equipment")
    ]
    return [odd_case(1), odd_case(2), *shipped]


def test_packed_records_give_the_tables_of_prepared_ones(tmp_path_factory: pytest.TempPathFactory) -> None:
    for case in cases(tmp_path_factory):
        pack = compile_packing(case.rules)
        packed = [(record.record_id, pack(record.record.features)) for record in case.records]

        found = packed_tables(case.rules, case.model.statistics, packed)

        assert found.records == comparison_table(case.rules, case.records)
        assert sorted(map(str, found.keys.to_pylist())) == sorted(
            map(str, key_table(case.rules, case.records).to_pylist())
        )


def test_no_records_give_empty_tables() -> None:
    found = packed_tables(EVERY_KIND, odd_case(1).model.statistics, [])

    assert found.records.schema == comparison_table(EVERY_KIND, []).schema
    assert (found.records.num_rows, found.keys.num_rows) == (0, 0)


def test_records_packed_for_other_rules_are_refused() -> None:
    with pytest.raises(RuleError, match="other rules"):
        packed_tables(EVERY_KIND, odd_case(1).model.statistics, [(1, b"abcd")])


@pytest.mark.parametrize("tail", [b'["abc', b"[]", b"{}", b"\xff", b""])
def test_a_damaged_record_is_named(tail: bytes) -> None:
    whole = compile_packing(EVERY_KIND)({"text": "abc"})
    damaged = whole.removesuffix(b'["abc"]') + tail
    assert damaged != whole
    with pytest.raises(DamagedRecordError, match="record 17") as caught:
        packed_tables(EVERY_KIND, odd_case(1).model.statistics, [(1, whole), (17, damaged)])
    assert caught.value.details["record_id"] == 17


def test_a_record_that_was_cut_is_named() -> None:
    whole = compile_packing(EVERY_KIND)({"set": ["a", "b"]})
    with pytest.raises(DamagedRecordError, match="record 3"):
        packed_tables(EVERY_KIND, odd_case(1).model.statistics, [(3, whole[:-20])])
