"""The page of a golden record: values with their origin, records, history, times."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from mdm.domain.access import system_actor
from mdm.services import xref
from mdm.services.hub import Hub


@pytest.fixture
def path(stocked_hub: Hub) -> str:
    with stocked_hub.reading(system_actor("cli:test")) as uow:
        return f"/golden/supplier/{xref.look_up(uow, 'supplier', 'ERP1', 'E-1').golden_id}"


def test_each_value_names_its_source_record_version_and_rule(steward: FlaskClient, path: str) -> None:
    text = steward.get(path).text
    assert "苏州恒瑞精密机械有限公司" in text
    assert "only value" in text
    assert text.count("E-1") > 2
    assert "NET30" in text


def test_the_history_leads_to_past_states(steward: FlaskClient, path: str) -> None:
    text = steward.get(path).text
    assert "as_of=" in text
    assert "As it was on" in steward.get(path + "?as_of=2999-01-01T00:00").text


def test_a_time_that_is_none_is_refused(steward: FlaskClient, path: str) -> None:
    answer = steward.get(path + "?as_of=yesterday")
    assert answer.status_code == 422
    assert "A value does not fit." in answer.text


def test_a_merged_id_says_so_and_shows_the_one_that_holds_it(steward: FlaskClient, stocked_hub: Hub) -> None:
    from mdm.services import decision

    actor = system_actor("cli:test")
    with stocked_hub.reading(actor) as uow:
        one, other = (xref.look_up(uow, "supplier", "ERP1", key).golden_id for key in ("E-1", "E-4"))
    with stocked_hub.unit_of_work(actor, "same") as uow:
        decision.merge(uow, "supplier", one, other, "same")
    pages = [steward.get(f"/golden/supplier/{each}").text for each in (one, other)]
    assert sum("was merged into this record." in page for page in pages) == 1
    assert all("E-1" in page and "E-4" in page for page in pages)
