"""Machines are told apart by how many of them fit what two records share: that must not depend on who came first."""

from __future__ import annotations

import random

import pytest

from mdm.demo.world import generate
from mdm.domain.access import system_actor
from mdm.linkage.thing import MOST_REMEMBERED, ThingCounter
from mdm.services import intake, match, rule, source
from mdm.services.hub import Hub
from tests import factories as f

ENTITY = "equipment"
SYSTEM = system_actor("cli:test")


@pytest.fixture
def machines(hub, tmp_path):
    """A hub of some 150 machines of six systems, matched in full by the shipped rules."""
    world = generate(ENTITY, tmp_path / "world", records=150, seed=11)
    for code, profile in world.mapping["sources"].items():
        source.ingest_file(hub, SYSTEM, ENTITY, world.folder / profile["file"], code, world.mapping)
    match.run(hub, SYSTEM, ENTITY, full=True)
    return hub


def groups(hub: Hub) -> frozenset[frozenset[str]]:
    rows = f.sql(
        hub,
        "select r.source || ':' || r.source_key as name, x.golden_id from source_record r join xref x "
        "on x.record_id = r.record_id where x.valid_to is null and r.status = 'active'",
    )
    held: dict[str, set[str]] = {}
    for name, golden_id in rows:
        held.setdefault(golden_id, set()).add(name)
    return frozenset(map(frozenset, held.values()))


def test_machines_one_by_one_in_any_order_end_as_the_whole_run_has_them(machines):
    """Under the model of the full run, whose counts of things are frozen with it."""
    before, chance = groups(machines), random.Random(4)
    with machines.reading(SYSTEM) as uow:
        things = rule.matcher(uow, ENTITY).model.statistics.things
        names = [
            (r.source, r.source_key) for r in f.sql(machines, "select source, source_key from source_record")
        ]
        held = {name: source.get_record(uow, ENTITY, *name).raw for name in names}
    assert any(things.values())
    assert max(map(len, before)) > 2
    moved = chance.sample(names, len(names) // 2)
    with f.any_unit(machines) as uow:
        for name in moved:
            intake.retire_record(uow, ENTITY, *name)
    chance.shuffle(moved)
    for system, key in moved:
        intake.put_record(machines, SYSTEM, ENTITY, system, key, held[system, key])
    assert groups(machines) == before
    match.run(machines, SYSTEM, ENTITY, full=True)
    assert groups(machines) == before


@pytest.mark.parametrize("apart", [(), ("serial", "tag")])
@pytest.mark.parametrize("seed", range(5))
def test_things_are_counted_alike_in_any_order(seed, apart):
    chance = random.Random(seed)
    records = [
        {
            "serial": [f"s{chance.randrange(60)}"] if chance.random() < 0.8 else [],
            "tag": [f"t{chance.randrange(40)}"] if chance.random() < 0.4 else [],
            "model": ["all", f"m{chance.randrange(4)}"],
        }
        for _ in range(MOST_REMEMBERED * 2)
    ]

    def counted(order):
        counter = ThingCounter(["serial"], ["model"], apart)
        for features in order:
            counter.add(features)
        return counter.things()

    first = counted(records)
    for _ in range(5):
        chance.shuffle(records)
        assert counted(records) == first
