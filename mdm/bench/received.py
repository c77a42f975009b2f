"""P1s: making one received record comparable, for every entity: values, checks and features."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from mdm.bench.house import House, bench_house
from mdm.bench.measure import Row, cpu_seconds
from mdm.connectors.reader import read_rows
from mdm.demo.world import World, generate
from mdm.domain.profile import parse_profile
from mdm.domain.source import SourceRow
from mdm.services import standardise
from mdm.services.standardise import Standardiser

MOST_ROWS = 10_000
"""Beyond so many records a figure per record changes no more."""

ENTITIES = ("supplier", "material", "equipment")

Received = Sequence[tuple[Standardiser, SourceRow]]


def standardising(rows: int) -> Iterable[Row]:
    """P1s: CPU per record in a process that has seen one world and is given another one, with other records."""
    with bench_house(64) as house:
        for entity in ENTITIES:
            seen, new = (_received(house, entity, min(rows, MOST_ROWS), seed) for seed in (1, 2))
            cold, warm = _per_record(seen), _per_record(new)
            yield Row(
                "P1s",
                f"{entity}: standardising one record with its features, CPU",
                len(new),
                warm,
                "µs",
                150,
                f"in a fresh process {cold:.0f} µs, records seen just before {_per_record(new):.0f} µs",
            )


def _received(house: House, entity: str, rows: int, seed: int) -> Received:
    world: World = generate(entity, house.world.folder / f"{entity}-{seed}", records=rows, seed=seed)
    found = []
    for code, described in world.mapping["sources"].items():
        profile = parse_profile(world.mapping, house.hub.dictionary.entity(entity), code)
        standardiser = standardise.standardiser_of(house.hub, entity, code, described)
        read = read_rows(world.folder / described["file"], profile).rows
        found += [(standardiser, row) for row in read if isinstance(row, SourceRow)]
    return found


def _per_record(received: Received) -> float:
    """CPU microseconds per record; none is kept, or collecting what is held would be measured as well."""

    def standardise_all() -> None:
        for made, row in received:
            made.of_cells(row.cells, row.key)

    return cpu_seconds(standardise_all) / len(received) * 1e6
