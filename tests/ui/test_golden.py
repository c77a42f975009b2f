"""The page of a golden record: values with their origin, records, history, times."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from mdm.domain.access import system_actor
from mdm.services import decision, intake, xref
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


@pytest.fixture
def joined(stocked_hub: Hub) -> str:
    """The page of a golden record of two source records that write its name differently."""
    actor = system_actor("cli:test")
    with stocked_hub.reading(actor) as uow:
        one = xref.look_up(uow, "supplier", "ERP1", "E-1").golden_id
        other = xref.look_up(uow, "supplier", "QMS1", "Q-1").golden_id
    with stocked_hub.unit_of_work(actor, "same") as uow:
        return f"/golden/supplier/{decision.merge(uow, 'supplier', one, other, 'same').golden_ids[0]}"


def test_a_click_tells_every_value_with_source_time_and_trust(steward: FlaskClient, joined: str) -> None:
    text = steward.get(joined).text
    table = text[text.index('<table class="choices-table">') :]
    table = table[: table.index("</table>")]
    for told in ("苏州恒瑞精密机械有限公司", "苏州恒端精密机械有限公司", "Said by", "E-1", "Q-1", "<time"):
        assert told in table
    assert table.count("this one stays") == 2  # the sign and its words
    assert re.findall(r"</svg>([\d.]+)</span>", table) == ["1.0", "0.7"]


def test_a_value_set_by_hand_names_who_and_why(steward: FlaskClient, stocked_hub: Hub, path: str) -> None:
    golden_id = path.rsplit("/", 1)[1]
    with stocked_hub.unit_of_work(system_actor("cli:anna"), "contract") as uow:
        decision.override(uow, "supplier", golden_id, "payment_terms", "NET45", "contract of today")
    text = steward.get(path).text
    assert "set by a steward: cli:anna" in text
    assert "contract of today" in text
    assert "STEWARD" not in text


def test_the_document_to_print_unfolds_everything(steward: FlaskClient, joined: str) -> None:
    text = steward.get(joined + "/print").text
    assert "<details" not in text
    for told in ("苏州恒端精密机械有限公司", "History", "Drawn up on", "Related records"):
        assert told in text
    assert "As it was on" in steward.get(joined + "/print?as_of=2999-01-01T00:00").text


def test_a_comment_reaches_the_colleague_and_survives_a_merge(
    browse: Callable[..., FlaskClient],
    post: Callable[..., TestResponse],
    steward: FlaskClient,
    stocked_hub: Hub,
    path: str,
) -> None:
    sent = post(steward, path, f"{path}/comments", text="@second, is that the old plant?")
    assert sent.location.endswith("#comments")
    assert f'href="{path}#comments"' in browse("second").get("/review").text
    with stocked_hub.reading(system_actor("cli:test")) as uow:
        other = xref.look_up(uow, "supplier", "ERP1", "E-4").golden_id
    with stocked_hub.unit_of_work(system_actor("cli:test"), "same") as uow:
        kept = decision.merge(uow, "supplier", path.rsplit("/", 1)[1], other, "same").golden_ids[0]
    assert "is that the old plant?" in steward.get(f"/golden/supplier/{kept}").text
    post(browse("second"), path, f"/golden/supplier/{kept}/comments", text="it is")
    assert "#comments" not in browse("second").get("/review").text


def test_the_history_leads_to_past_states(steward: FlaskClient, path: str) -> None:
    text = steward.get(path).text
    assert "as_of=" in text
    assert "As it was on" in steward.get(path + "?as_of=2999-01-01T00:00").text


def test_a_time_that_is_none_is_refused(steward: FlaskClient, path: str) -> None:
    answer = steward.get(path + "?as_of=yesterday")
    assert answer.status_code == 422
    assert "A value does not fit." in answer.text


def test_a_merged_id_says_so_and_shows_the_one_that_holds_it(steward: FlaskClient, stocked_hub: Hub) -> None:
    actor = system_actor("cli:test")
    with stocked_hub.reading(actor) as uow:
        one, other = (xref.look_up(uow, "supplier", "ERP1", key).golden_id for key in ("E-1", "E-4"))
    with stocked_hub.unit_of_work(actor, "same") as uow:
        decision.merge(uow, "supplier", one, other, "same")
    pages = [steward.get(f"/golden/supplier/{each}").text for each in (one, other)]
    assert sum("was merged into this record." in page for page in pages) == 1
    assert all("E-1" in page and "E-4" in page for page in pages)


def test_references_of_the_dictionary_lead_both_ways(steward: FlaskClient, stocked_hub: Hub) -> None:
    actor = system_actor("cli:test")
    child = {"legal_name": "深圳市锐达科技有限公司东莞分公司", "parent_supplier": "E-4"}
    stranger = {"legal_name": "成都华科塑料有限公司", "parent_supplier": "E-4"}
    intake.put_record(stocked_hub, actor, "supplier", "ERP1", "E-9", child)
    intake.put_record(stocked_hub, actor, "supplier", "QMS1", "Q-9", stranger)
    with stocked_hub.reading(actor) as uow:
        pages = {
            key: f"/golden/supplier/{xref.look_up(uow, 'supplier', system, key).golden_id}"
            for system, key in (("ERP1", "E-4"), ("ERP1", "E-9"), ("QMS1", "Q-9"))
        }
    named = {key: steward.get(f"{page}?referring=1").text for key, page in pages.items()}
    assert "Find what refers to it" in steward.get(pages["E-4"]).text
    assert "Nothing refers to it." in named["E-9"]
    assert f'href="{pages["E-4"]}"' in named["E-9"]
    assert "It refers to" in named["E-9"]
    assert f'href="{pages["E-9"]}"' in named["E-4"]
    assert "Referred to by" in named["E-4"]
    assert "It refers to" not in named["Q-9"], "E-4 is a key of ERP1, not of QMS1"
    assert f'href="{pages["Q-9"]}"' not in named["E-4"]


def test_a_refused_comment_stays_in_its_box(
    steward: FlaskClient, post: Callable[..., TestResponse], path: str
) -> None:
    refused = post(steward, path, f"{path}/comments", text="the old plant, @nobody?")
    assert refused.status_code == 422
    assert "Nobody who reads tasks is called @nobody" in refused.text
    assert "the old plant, @nobody?</textarea>" in refused.text


def test_a_value_set_by_hand_is_taken_back_from_its_place(
    browse: Callable[..., FlaskClient],
    steward: FlaskClient,
    post: Callable[..., TestResponse],
    stocked_hub: Hub,
    path: str,
) -> None:
    with stocked_hub.unit_of_work(system_actor("cli:anna"), "contract") as uow:
        decision.override(uow, "supplier", path.rsplit("/", 1)[1], "payment_terms", "NET45", "of today")
    link = re.search(r'href="(/decisions/\w+)">take back', steward.get(path).text)
    assert link is not None
    for page in (link[1], "/decisions"):
        told = steward.get(page).text
        assert re.search(r"<p>Payment terms: <b><span[^>]*>NET45</span></b>", told), page
        assert f'href="{path}"' in told
    assert "<details open>" in steward.get(link[1]).text
    assert "take back" not in browse("auditor").get(path).text
    assert "撤回" in browse("steward", "zh").get(path).text
    assert post(steward, link[1], f"{link[1]}/undo", reason="a slip").status_code == 303
    after = steward.get(path).text
    assert "take back" not in after
    assert "NET30" in after
    assert steward.get("/decisions/01NONE").status_code == 404
