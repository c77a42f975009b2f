"""The shipped rules on a small demo world of each entity: every way of matching gives the same golden records."""

from __future__ import annotations

import random
import shutil
from types import SimpleNamespace
from uuid import uuid4

import pytest

from mdm.config import load_settings
from mdm.demo.world import generate
from mdm.domain.access import system_actor
from mdm.services import candidate, evaluation, match, setup, source

SYSTEM = system_actor("cli:test")
RECORDS = 300


@pytest.fixture(scope="module", params=["supplier", "material", "equipment"])
def matched(request, scratch, sqlite_template):
    """A hub with one matched demo world; tests leave it as they found it."""
    home = scratch / uuid4().hex
    shutil.copytree(sqlite_template, home)
    hub = setup.open_hub(load_settings({"MDM_HOME": str(home)}))
    world = generate(request.param, home / "world", records=RECORDS, seed=5)
    for code, profile in world.mapping["sources"].items():
        source.ingest_file(hub, SYSTEM, request.param, world.folder / profile["file"], code, world.mapping)
    match.run(hub, SYSTEM, request.param, full=True)
    yield SimpleNamespace(hub=hub, entity=request.param, world=world)
    hub.close()
    shutil.rmtree(home, ignore_errors=True)


def rows(hub, statement):
    with hub.database.reading() as connection:
        return [tuple(row) for row in connection.exec_driver_sql(statement)]


def state(hub):
    """Golden ID of every record, and the pairs in the queue."""
    held = rows(hub, "select record_id, golden_id from xref where valid_to is null order by record_id")
    return held, rows(hub, "select left_id, right_id from review_task where status = 'open' order by 1, 2")


def forget(hub, record_ids):
    """Let records count as new: no pairs, not matched."""
    among = ",".join(map(str, record_ids))
    with hub.database.writing({"actor": "test", "reason": "test", "fact": "test", "at": ""}) as connection:
        connection.exec_driver_sql(
            f"delete from match_pair where left_id in ({among}) or right_id in ({among})"
        )
        connection.exec_driver_sql(f"update standard_record set matched = 0 where record_id in ({among})")


@pytest.mark.parametrize("share", [1.0, 0.5])
def test_new_records_are_matched_as_the_whole_was(matched, monkeypatch, share):
    """All of them from the whole entity, half of them from what shares a key with them."""
    hub = matched.hub
    monkeypatch.setattr(match, "FEW", 0 if share == 1.0 else 1000)
    before = state(hub)
    ids = [record_id for (record_id,) in rows(hub, "select record_id from standard_record order by 1")]
    chosen = random.Random(1).sample(ids, int(share * len(ids)))
    forget(hub, chosen)
    assert match.run(hub, SYSTEM, matched.entity).records == len(chosen)
    assert state(hub) == before


def test_a_full_run_again_changes_nothing(matched):
    before = state(matched.hub)
    match.run(matched.hub, SYSTEM, matched.entity, full=True)
    assert state(matched.hub) == before


def test_search_before_create_finds_what_a_record_became(matched):
    hub = matched.hub
    held = dict(rows(hub, "select record_id, golden_id from xref where valid_to is null"))
    keys = rows(hub, "select record_id, source, source_key from source_record order by record_id")
    found = 0
    with hub.reading(SYSTEM) as uow:
        for record_id, system, key in keys[::10]:
            raw = source.get_record(uow, matched.entity, system, key).raw
            answers = candidate.search_before_create(uow, matched.entity, raw)
            found += held[record_id] in {answer.golden_id for answer in answers}
    assert found >= 0.9 * len(keys[::10])


def test_links_are_right_far_more_often_than_not(matched):
    folder = matched.world.folder
    with matched.hub.reading(SYSTEM) as uow:
        judged = evaluation.evaluate_entity(
            uow, matched.entity, folder / "truth.csv", folder / "negatives.csv"
        )
    assert judged.records == len(matched.world.truth)
    assert judged.pairwise.precision >= 0.93
    assert judged.b_cubed.f1 >= 0.75
