"""Two records side by side: what differs, what is equal, what only one has, and names in two attributes."""

from __future__ import annotations

from dataclasses import replace

import pytest
from flask import Flask

from mdm.domain.access import system_actor
from mdm.domain.review import Task
from mdm.services import review
from mdm.services.hub import Hub
from stewardship_ui.comparison import Comparison, compare_records
from stewardship_ui.difference import Run
from stewardship_ui.label import Labels


def compared(app: Flask, hub: Hub, task_id: int, left: dict[str, str], right: dict[str, str]) -> Comparison:
    with hub.reading(system_actor("cli:test")) as uow:
        task: Task = review.get_task(uow, task_id)
    shown = replace(task, left=replace(task.left, values=left), right=replace(task.right, values=right))
    with app.test_request_context("/review/1?lang=en"):
        return compare_records(shown, Labels(hub.dictionary))


def text(runs: tuple[Run, ...]) -> str:
    return "".join(run.text for run in runs)


@pytest.mark.parametrize("swapped", [False, True])
def test_a_chinese_and_an_english_name_stand_side_by_side(
    app: Flask, stocked_hub: Hub, task_ids: list[int], swapped: bool
) -> None:
    sides = (
        {"legal_name": "苏州恒瑞精密机械有限公司"},
        {"name_en": "Suzhou Hengrui Precision Machinery Co., Ltd."},
    )
    left, right = sides[::-1] if swapped else sides
    found = compared(app, stocked_hub, task_ids[0], left, right)
    (row,) = found.different
    assert {text(row.left), text(row.right)} == {*sides[0].values(), *sides[1].values()}
    assert " / " in row.label
    assert found.one_sided == []


def test_names_that_can_be_compared_as_they_are_stay_in_their_rows(
    app: Flask, stocked_hub: Hub, task_ids: list[int]
) -> None:
    found = compared(
        app,
        stocked_hub,
        task_ids[0],
        {"legal_name": "恒瑞", "name_en": "Hengrui"},
        {"legal_name": "恒端", "short_name": "恒端"},
    )
    assert [row.name for row in found.different] == ["legal_name"]
    assert {row.name for row in found.one_sided} == {"name_en", "short_name"}


def test_only_names_are_paired(app: Flask, stocked_hub: Hub) -> None:
    labels = Labels(stocked_hub.dictionary)
    assert labels.naming("equipment") == ("equipment_name", "name_en")
    assert labels.naming("material") == ("material_name", "name_en")
    assert labels.naming("nonsense") == ()


def test_one_name_alone_stays_on_its_side(app: Flask, stocked_hub: Hub, task_ids: list[int]) -> None:
    found = compared(app, stocked_hub, task_ids[0], {"legal_name": "恒瑞"}, {"phone": "1"})
    assert found.different == []
    assert {row.name for row in found.one_sided} == {"legal_name", "phone"}
