"""Which benchmarks there are, and running them by name."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from mdm.bench import answer, load, received, score, stage, ui
from mdm.bench.measure import Row

BENCHES: Mapping[str, Callable[[int], Iterable[Row]]] = {
    "load": load.full_load,
    "standardise": received.standardising,
    "score": score.scoring,
    "spark": score.on_spark,
    "one": answer.one_record,
    "lookup": answer.look_up,
    "check": stage.checking,
    "write": stage.bulk_write,
    "ui": ui.pages,
}


BY_NAME_ONLY = frozenset({"spark", "ui"})
"""``spark`` needs an extra that most installations do not have, ``ui`` a gigabyte of disk at 100,000 tasks."""


def run_benches(name: str | None, rows: int, keep: Path | None = None) -> list[Row]:
    """The rows of the ratio table, of one benchmark or of all that need nothing more.

    ``keep``: where ``ui`` leaves its filled hub, to find it the next time.
    """
    if name == "ui":
        return list(ui.pages(rows, keep))
    chosen = [BENCHES[name]] if name else [bench for key, bench in BENCHES.items() if key not in BY_NAME_ONLY]
    return [row for bench in chosen for row in bench(rows)]
