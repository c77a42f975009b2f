"""A process of its own that takes in extracts, matches, puts records and decides, and says what is done.

``python drive.py HOME SEED STEPS KILL_AT``: every acknowledged step is printed as one JSON line after its commit. From
the writing statement ``KILL_AT`` on (0: never) the process ends itself with SIGKILL, in the middle of its transaction.
"""

from __future__ import annotations

import itertools
import json
import os
import random
import signal
import sys
from pathlib import Path

from sqlalchemy import event

sys.path.insert(0, str(Path(__file__).parents[2]))

from mdm.config import load_settings
from mdm.services import review, setup
from tests import factories as f

WRITES = ("INSERT", "UPDATE", "DELETE")


def rows(seed: int, step: int) -> tuple[str, list[tuple[str, dict[str, str]]]]:
    """Source and rows of the extract or record of one step: the same for the same seed."""
    chance = random.Random(seed * 1000 + step)
    system = chance.choice(["ERP", "MES", "QMS"])
    found = []
    for _ in range(1 if step % 3 == 1 else 6):
        real = chance.randrange(8)
        given = f.widget(f"C{real}", f"name {real}", f"maker {real % 3}", "", f"note {step}")
        kept = {name: value for name, value in given.items() if name == "note" or chance.random() < 0.7}
        found.append((str(chance.randrange(12)), kept))
    return system, list(dict(found).items())


def step(hub, seed: int, number: int) -> dict[str, object]:
    """Do one step; what it returns is acknowledged."""
    system, batch = rows(seed, number)
    if number % 3 == 0:
        receipt = f.ingest(hub, system, batch, f"{number}.csv")
        return {"load": receipt.load_id, "accepted": receipt.accepted, "received": receipt.received}
    if number % 3 == 1:
        key, attributes = batch[0]
        done = f.put(hub, f"{system}:{key}", attributes)
        return {"record": f"{system}:{key}", "golden_id": done.golden_id, "version": done.version}
    report = f.run(hub, full=number % 9 == 2)
    return {"run": report.run_id, **decide(hub, f"step {number}")}


def decide(hub, reason: str) -> dict[str, object]:
    """One verdict per step, on the first task in the order of source keys."""
    made = f.sql(hub, f"select decision_id from decision where reason = '{reason}'")
    if made:  # the process died between this commit and its acknowledgement
        return {"decision": made[0].decision_id}
    tasks = sorted(f.open_tasks(hub).items(), key=lambda item: sorted(item[0]))
    for _, task in tasks[:1]:
        said = f.act(hub, review.decide, task.task_id, "non-match", reason)
        return {"decision": said.decision_id}
    return {}


def open_hub(home: str):
    """The hub of the journey; widgets are set up when they are not yet."""
    hub = setup.open_hub(load_settings({"MDM_HOME": str(home)}))
    return f.with_widgets(hub, seed=int.from_bytes(os.urandom(4)))


def die_at(hub, number: int) -> None:
    """End this process at the ``number``-th writing statement, before it is carried out."""
    counted = itertools.count(1)

    def watch(connection, cursor, statement, parameters, context, many):
        if statement.lstrip().upper().startswith(WRITES) and next(counted) >= number:
            os.kill(os.getpid(), signal.SIGKILL)

    event.listen(hub.database.engine, "before_cursor_execute", watch)


def main() -> None:
    home, seed, steps, kill_at = sys.argv[1], *map(int, sys.argv[2:5])
    hub = open_hub(home)
    print(json.dumps({"ready": True}), flush=True)
    if kill_at:
        die_at(hub, kill_at)
    for number in range(steps):
        done = step(hub, seed, number)
        print(json.dumps({"step": number, **done}), flush=True)


if __name__ == "__main__":
    main()
